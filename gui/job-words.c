/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the app says of a job that has not ended. */
#include "job-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "service-words.h"
#include "words.h"

/* before that an estimate jumps */
#define TOLD_ENOUGH 3

char *mig_job_words_fill(MigJob *job, const char *pattern)
{
    g_autofree char *source = mig_words_host_inside(mig_job_get_source(job));
    g_autofree char *destination = mig_words_host_inside(mig_job_get_destination(job));
    const struct {
        const char *key, *value;
    } names[] = {
        { "{guest}", mig_job_get_guest(job) },
        { "{source}", source },
        { "{destination}", destination },
    };
    GString *text = g_string_new(NULL);
    while (*pattern) {
        gsize i = 0;
        while (i < G_N_ELEMENTS(names) && !g_str_has_prefix(pattern, names[i].key))
            i++;
        if (i < G_N_ELEMENTS(names))
            g_string_append(text, names[i].value);
        else
            g_string_append_c(text, *pattern);
        pattern += i < G_N_ELEMENTS(names) ? strlen(names[i].key) : 1;
    }
    return g_string_free(text, FALSE);
}

char *mig_job_words_title(MigJob *job)
{
    if (!mig_job_is_damaged(job))
        return g_strdup(mig_job_get_guest(job));
    /* Translators: %u is the number of a migration of which nothing else is known */
    return g_strdup_printf(_("Migration %u"), (guint) mig_job_get_id(job));
}

char *mig_job_words_going_on(MigJob *job, guint n)
{
    if (n == 1)
        return mig_job_words_fill(job, _("{guest} goes on moving"));
    return g_strdup_printf(ngettext("%u guest goes on moving", "%u guests go on moving", n), n);
}

MigFailureNames mig_job_words_names(MigJob *job)
{
    return (MigFailureNames){ .guest = mig_job_get_guest(job),
                              .source = mig_job_get_source(job),
                              .destination = mig_job_get_destination(job) };
}

gboolean mig_job_words_copies(MigJob *job)
{
    static const char *const phases[] = { "copying", "switching", "post-copy", NULL };
    return !mig_job_is_over(job) && g_strv_contains(phases, mig_job_get_phase(job));
}

char *mig_job_words_phase(MigJob *job)
{
    const char *state = mig_job_get_state(job), *phase = mig_job_get_phase(job);
    const guint pass = (guint) mig_object_get_number(MIG_OBJECT(job), "Iteration");
    if (strcmp(state, "running") != 0 && strcmp(state, "queued") != 0)
        return g_strdup(mig_words_job_state(state));
    if (strcmp(phase, "copying") == 0 && pass > 0)
        /* Translators: the guest's memory is copied in passes, the number is of the pass */
        return g_strdup_printf(_("Copying memory, pass %u"), pass);
    return g_strdup(mig_words_phase(phase));
}

char *mig_job_words_time_left(MigJob *job, gint64 now, guint told)
{
    const gint64 end = (gint64) mig_object_get_number(MIG_OBJECT(job), "ExpectedEnd");
    const gint64 left = MAX(end - now, 0);
    const gboolean running = strcmp(mig_job_get_state(job), "running") == 0;
    if (!running || !mig_job_words_copies(job) || told < TOLD_ENOUGH)
        return NULL;
    if (strcmp(mig_object_get_string(MIG_OBJECT(job), "Converging"), "no") == 0)
        return g_strdup(_("cannot tell when it ends"));
    if (!end)
        return NULL;
    g_autofree char *time = mig_words_duration(left);
    if (mig_object_get_number(MIG_OBJECT(job), "Iteration") < 2 && left >= 60 * G_USEC_PER_SEC)
        /* Translators: %s is a length of time, for example "3 minutes" */
        return g_strdup_printf(_("at least %s left"), time);
    /* Translators: %s is a length of time, for example "less than a minute" */
    return g_strdup_printf(_("%s left"), time);
}

char *mig_job_words_cancel(MigJob *job)
{
    const gboolean called = mig_object_get_number(MIG_OBJECT(job), "Called") != 0;
    const gboolean paused =
        strcmp(mig_object_get_string(MIG_OBJECT(job), "SourceState"), "paused") == 0;
    if (!called)
        return mig_job_words_fill(job,
                                  _("Nothing was moved yet. {guest} stays as it is on {source}."));
    if (paused)
        return mig_job_words_fill(
            job, _("{guest} stays on {source}. If only this migration has paused it, it runs "
                   "again. What was copied is thrown away."));
    return mig_job_words_fill(
        job, _("{guest} keeps running on {source}. What was copied is thrown away."));
}

const char *mig_job_words_refusal(MigJob *job, const char *control)
{
    GVariant *controls = mig_object_get_variant(MIG_OBJECT(job), "Controls");
    GVariant *refusals = mig_object_get_variant(MIG_OBJECT(job), "Refusals");
    const char *reason = NULL, *id = "";
    if (!controls || !g_variant_lookup(controls, control, "&s", &reason))
        return _("The service does not offer it.");
    if (refusals)
        g_variant_lookup(refusals, control, "&s", &id);
    return reason[0] ? mig_words_refusal(id, mig_service_words_refusal(id, reason)) : NULL;
}
