/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See authorize.h. One Question a call; the subject is always the sender's name on the bus.
 */
#include "authorize.h"

#include <errno.h>

#include "denial.h"
#include "error.h"
#include "polkit.h"
#include "sd-autoptr.h"

struct Authorizer {
    sd_bus *bus;
    Limits *limits;
    GHashTable *questions; /* set of Question */
    guint64 last_id;
};

typedef struct {
    Authorizer *authorizer;
    sd_bus_message *call;
    char *action;
    char **details;
    char *cancellation_id;
    sd_bus_slot *asked;
    sd_bus_track *caller;
    OpenCall *open;
    Turn *turn; /* polkit said yes */
    Authorized authorized;
    void *request;
    GDestroyNotify free_request;
} Question;

static void question_free(void *data)
{
    Question *question = data;
    sd_bus_slot_unref(question->asked);
    sd_bus_track_unref(question->caller);
    turns_drop(question->turn);
    limits_close(question->open);
    sd_bus_message_unref(question->call);
    question->free_request(question->request);
    g_free(question->action);
    g_strfreev(question->details);
    g_free(question->cancellation_id);
    g_free(question);
}

static void question_end(Question *question)
{
    g_hash_table_remove(question->authorizer->questions, question);
}

static void deny(const Question *question, const char *why)
{
    const char *member = sd_bus_message_get_member(question->call);
    guint32 uid = 0;
    /* GCOVR_EXCL_BR_START: limits_open() has asked for the user already */
    gboolean known = authorize_sender(question->authorizer, question->call, &uid, NULL);
    denial_journal(question->call, known ? &uid : NULL, question->action, why,
                   (const char *const *) question->details);
    /* GCOVR_EXCL_BR_STOP */
    sd_bus_reply_method_errorf(question->call, MIG_ERROR_PREFIX "AccessDenied",
                               "%s needs the authorization %s: %s", member, question->action, why);
}

static void on_turn(void *data)
{
    Question *question = data;
    question->turn = NULL;
    question->authorized(question->call, question->request);
    question_end(question);
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Question *question = userdata;
    const char *why = polkit_refusal(
        answer, sd_bus_message_get_allow_interactive_authorization(question->call) > 0);
    if (!why) {
        question->asked = sd_bus_slot_unref(question->asked);
        question->turn = limits_in_turn(question->open, on_turn, question);
        return 0;
    }
    deny(question, why);
    question_end(question);
    return 0;
}

/* The caller has left the bus: nobody is left to say yes to. */
static int on_caller_gone(sd_bus_track *track, void *userdata)
{
    Question *question = userdata;
    if (question->asked) /* or polkit said yes and the turn is waited for */
        polkit_withdraw(question->authorizer->bus, question->cancellation_id);
    Limits *limits = question->authorizer->limits;
    g_autofree char *sender = g_strdup(sd_bus_message_get_sender(question->call));
    question_end(question);
    limits_forget(limits, sender);
    return 0;
}

/* GCOVR_EXCL_BR_START: what fails fails without memory or bus only */
static int question_ask(Question *question)
{
    sd_bus *bus = question->authorizer->bus;
    const PolkitQuestion asked = {
        .sender = sd_bus_message_get_sender(question->call),
        .action = question->action,
        .details = (const char *const *) question->details,
        .interactive = sd_bus_message_get_allow_interactive_authorization(question->call) > 0,
        .id = question->cancellation_id,
    };
    int r = sd_bus_track_new(bus, &question->caller, on_caller_gone, question);
    if (r >= 0)
        r = sd_bus_track_add_name(question->caller, asked.sender);
    /* a person may take minutes to answer */
    return r < 0 ? r : polkit_ask(bus, &question->asked, &asked, UINT64_MAX, on_answer, question);
}
/* GCOVR_EXCL_BR_STOP */

int authorize(Authorizer *authorizer, sd_bus_message *call, AccessCase which,
              const char *const *details, Authorized authorized, void *request,
              GDestroyNotify free_request)
{
    g_autoptr(GError) error = NULL;
    const char *action =
        access_action(sd_bus_message_get_interface(call), sd_bus_message_get_member(call), which);
    Question *question = g_new0(Question, 1);
    question->authorizer = authorizer;
    question->call = sd_bus_message_ref(call);
    /* GCOVR_EXCL_BR_START: test-access finds an action for every member */
    question->action = g_strdup(action ? action : "that nobody has");
    /* GCOVR_EXCL_BR_STOP */
    question->details = g_strdupv((char **) details);
    question->cancellation_id =
        g_strdup_printf("migration-%" G_GUINT64_FORMAT, ++authorizer->last_id);
    question->authorized = authorized;
    question->request = request;
    question->free_request = free_request;
    question->open = limits_open(authorizer->limits, call, OPEN_QUESTIONS, &error);
    if (!question->open) {
        question_free(question);
        return sd_bus_reply_method_errorf(call, mig_error_dbus_name(error), "%s", error->message);
    }
    g_hash_table_add(authorizer->questions, question);
    int r = action ? question_ask(question) : -EACCES; /* GCOVR_EXCL_BR_LINE: likewise */
    if (r >= 0)
        return 1;
    deny(question, g_strerror(-r));
    question_end(question);
    return 1;
}

gboolean authorize_sender(const Authorizer *authorizer, sd_bus_message *call, guint32 *uid,
                          GError **error)
{
    return limits_user(authorizer->limits, call, uid, error);
}

gboolean authorizer_idle(const Authorizer *authorizer)
{
    return g_hash_table_size(authorizer->questions) == 0;
}

Authorizer *authorizer_new(sd_bus *bus, Limits *limits)
{
    Authorizer *authorizer = g_new0(Authorizer, 1);
    authorizer->bus = sd_bus_ref(bus);
    authorizer->limits = limits;
    authorizer->questions = g_hash_table_new_full(NULL, NULL, question_free, NULL);
    return authorizer;
}

void authorizer_free(Authorizer *authorizer)
{
    g_hash_table_destroy(authorizer->questions);
    sd_bus_unref(authorizer->bus);
    g_free(authorizer);
}
