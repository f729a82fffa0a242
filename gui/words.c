/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the app for what the service says by id. */
#include "words.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    const char *id, *text;
} Word;

static const Word guest_states[] = {
    { "running", N_("Running") },       { "idle", N_("Running") },
    { "paused", N_("Paused") },         { "in-shutdown", N_("Shutting down") },
    { "shutoff", N_("Shut off") },      { "crashed", N_("Crashed") },
    { "pmsuspended", N_("Suspended") }, { "no-state", N_("State unknown") },
};

static const Word job_states[] = {
    { "queued", N_("Waiting") },          { "running", N_("Running") },
    { "cancelling", N_("Stopping…") },    { "completed", N_("Completed") },
    { "failed", N_("Failed") },           { "cancelled", N_("Cancelled") },
    { "interrupted", N_("Interrupted") },
};

static const Word phases[] = {
    { "queued", N_("Waiting for its turn") },
    { "connecting", N_("Connecting to the hosts") },
    { "checking", N_("Checking both hosts") },
    { "preparing", N_("Preparing the destination") },
    { "copying", N_("Copying memory") },
    { "switching", N_("Switching over") },
    { "post-copy", N_("Fetching the rest of the memory") },
    { "verifying", N_("Looking at both hosts") },
    { "done", N_("Done") },
};

static const Word reasons[] = {
    { "no-state", N_("Its host cannot tell its state; look at it there.") },
    { "paused", N_("It is paused and will be so on the destination.") },
    { "in-shutdown", N_("It is shutting down.") },
    { "not-running", N_("It does not run; start it first.") },
    { "crashed", N_("It has crashed; start it again first.") },
    { "pmsuspended", N_("It has suspended itself and will be so on the destination.") },
    { "transient", N_("It has no saved configuration and is gone when it stops.") },
    { "migrating", N_("A migration of it is going on.") },
};

static const char *find(const Word *words, gsize n, const char *id)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(words[i].id, id) == 0)
            return _(words[i].text);
    return NULL;
}

#define WORD(words, id) find(words, G_N_ELEMENTS(words), id) ?: id

const char *mig_words_guest_state(const char *state)
{
    return WORD(guest_states, state);
}

const char *mig_words_job_state(const char *state)
{
    return WORD(job_states, state);
}

const char *mig_words_phase(const char *phase)
{
    return WORD(phases, phase);
}

const char *mig_words_reason(const char *id, const char *sentence)
{
    return find(reasons, G_N_ELEMENTS(reasons), id) ?: sentence;
}

char *mig_words_host(const char *name)
{
    return g_strdup(strcmp(name, "local") == 0 ? _("This computer") : name);
}

char *mig_words_host_within(const char *name)
{
    return g_strdup(strcmp(name, "local") == 0 ? _("this computer") : name);
}

char *mig_words_sentence(const char *sentence)
{
    char first[7] = { 0 };
    if (!sentence || !sentence[0])
        return g_strdup("");
    g_unichar_to_utf8(g_unichar_toupper(g_utf8_get_char(sentence)), first);
    return g_strconcat(first, g_utf8_next_char(sentence), NULL);
}

char *mig_words_size(guint64 bytes)
{
    return g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
}

char *mig_words_rate(guint64 bytes)
{
    g_autofree char *size = mig_words_size(bytes);
    /* Translators: bytes a second, for example "118 MiB/s" */
    return g_strdup_printf(_("%s/s"), size);
}

char *mig_words_time(gint64 microseconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(microseconds / G_USEC_PER_SEC);
    return time ? g_date_time_format(time, "%X") : g_strdup("");
}

char *mig_words_duration(gint64 microseconds)
{
    const gint64 minutes = (microseconds + 30 * G_USEC_PER_SEC) / (60 * G_USEC_PER_SEC);
    if (microseconds < 60 * G_USEC_PER_SEC)
        return g_strdup(_("less than a minute"));
    if (minutes < 120)
        return g_strdup_printf(ngettext("%d minute", "%d minutes", (gulong) minutes),
                               (int) minutes);
    const gint64 hours = minutes / 60;
    return g_strdup_printf(ngettext("%d hour", "%d hours", (gulong) hours), (int) hours);
}

char *mig_words_span(gint64 microseconds)
{
    const int seconds = (int) (microseconds / G_USEC_PER_SEC);
    if (seconds < 1)
        /* Translators: milliseconds */
        return g_strdup_printf(_("%d ms"), (int) (microseconds / 1000));
    if (seconds < 60)
        /* Translators: seconds */
        return g_strdup_printf(_("%d s"), seconds);
    if (seconds < 3600)
        /* Translators: minutes and seconds */
        return g_strdup_printf(_("%d min %d s"), seconds / 60, seconds % 60);
    /* Translators: hours and minutes */
    return g_strdup_printf(_("%d h %d min"), seconds / 3600, seconds / 60 % 60);
}
