/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See denial.h.
 */
#include "denial.h"

#include "journal.h"

/* The journal's field for a detail. */
static char *field_of_detail(const char *detail)
{
    static const char *const renamed[][2] = {
        { "source.name", "SOURCE_HOST" },
        { "destination.name", "DESTINATION" },
        { "host.name", "ASKED_HOST" },
        { "job.owner.uid", "OWNER_UID" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(renamed); i++) {
        if (g_str_equal(renamed[i][0], detail))
            return g_strdup(renamed[i][1]);
    }
    g_autofree char *name = g_ascii_strup(detail, -1);
    return g_strdup(g_strdelimit(name, ".-", '_'));
}

void denial_journal(sd_bus_message *call, const guint32 *uid, const char *action, const char *why,
                    const char *const *details)
{
    g_autofree char *user = uid ? g_strdup_printf("%u", *uid) : g_strdup("");
    const char *const who_and_what[] = {
        "CALLER",     sd_bus_message_get_sender(call),
        "CALLER_UID", user,
        "METHOD",     sd_bus_message_get_member(call),
        "ACTION",     action ? action : "",
        "REASON",     why,
    };
    g_autoptr(GStrvBuilder) fields = g_strv_builder_new();
    for (gsize i = 0; i < G_N_ELEMENTS(who_and_what); i++)
        g_strv_builder_add(fields, who_and_what[i]);
    for (; details && details[0]; details += 2) {
        g_autofree char *name = field_of_detail(details[0]);
        g_strv_builder_add_many(fields, name, details[1], NULL);
    }
    g_auto(GStrv) more = g_strv_builder_end(fields);
    mig_journal_write(MIG_EVENT_DENIED, NULL, (const char *const *) more);
}
