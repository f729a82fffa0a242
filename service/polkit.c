/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See polkit.h.
 */
#include "polkit.h"

#include "log.h"
#include "sd-autoptr.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_ALLOW_INTERACTION 1u

/* GCOVR_EXCL_BR_START: what fails in these fails without memory or bus only */
static int append_details(sd_bus_message *m, const char *const *details)
{
    int r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "{ss}");
    for (; r >= 0 && details && details[0]; details += 2)
        r = sd_bus_message_append(m, "{ss}", details[0], details[1]);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

int polkit_ask(sd_bus *bus, sd_bus_slot **ret_slot, const PolkitQuestion *question, uint64_t usec,
               sd_bus_message_handler_t answered, void *userdata)
{
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_method_call(bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                           "CheckAuthorization");
    if (r >= 0)
        r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s",
                                  question->sender, question->action);
    if (r >= 0)
        r = append_details(m, question->details);
    if (r >= 0)
        r = sd_bus_message_append(m, "us", question->interactive ? POLKIT_ALLOW_INTERACTION : 0,
                                  question->id);
    return r < 0 ? r : sd_bus_call_async(bus, ret_slot, m, answered, userdata, usec);
}

void polkit_withdraw(sd_bus *bus, const char *id)
{
    int r = sd_bus_call_method_async(bus, NULL, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                     "CancelCheckAuthorization", NULL, NULL, "s", id);
    if (r < 0)
        log_warning("cannot withdraw a question from polkit: %s", g_strerror(-r));
}

int polkit_watch(sd_bus *bus, sd_bus_slot **ret_slot, sd_bus_message_handler_t changed,
                 void *userdata)
{
    return sd_bus_match_signal_async(bus, ret_slot, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                     "Changed", changed, NULL, userdata);
}
/* GCOVR_EXCL_BR_STOP */

const char *polkit_refusal(sd_bus_message *answer, gboolean interactive)
{
    int authorized = 0, challenge = 0;
    if (sd_bus_message_is_method_error(answer, NULL)) {
        log_warning("polkit: %s", sd_bus_message_get_error(answer)->message);
        return POLKIT_SILENT;
    }
    int r = sd_bus_message_enter_container(answer, SD_BUS_TYPE_STRUCT, "bba{ss}");
    if (r > 0)
        r = sd_bus_message_read(answer, "bb", &authorized, &challenge);
    if (r <= 0)
        return "polkit's answer cannot be read; see what systemctl status polkit says";
    if (authorized)
        return NULL;
    if (!challenge)
        return "polkit said no; ask the administrator for a rule that allows it";
    return interactive
               ? "polkit wants a password and there is no agent that could ask for it; call "
                 "from a desktop, or start pkttyagent(1) for the calling process"
               : "polkit wants a password and the caller did not allow to ask for one; gdbus(1) "
                 "allows it with --interactive, busctl(1) does unless it is told not to";
}
