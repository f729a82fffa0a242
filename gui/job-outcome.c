/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app says of a job that has ended. What two hosts show makes the sentence, the error's
 * name says why, and the id of the service's advice what to do. In English the service's own
 * sentence, "why; what to do; where ...", is taken apart: it says more.
 */
#include "job-outcome.h"

#include <glib/gi18n.h>
#include <string.h>

#include "clauses.h"
#include "core/error.h"
#include "core/shown.h"
#include "failure.h"
#include "finding.h"
#include "job-words.h"
#include "service-words.h"
#include "words.h"

#define RUNS MIG_SHOWN_RUNS
#define PAUSED MIG_SHOWN_PAUSED
#define GONE MIG_SHOWN_GONE
#define UNSEEN MIG_SHOWN_UNSEEN

static const char *const on_source[MIG_N_SHOWN] = {
    [RUNS] = N_("{guest} did not move. It still runs on {source}."),
    [PAUSED] = N_("{guest} did not move. It is paused on {source}."),
    [GONE] = N_("{guest} did not move. It is on {source} and does not run."),
    [UNSEEN] = N_("{guest} did not move. It is on {source}."),
};

static const char *const on_destination[MIG_N_SHOWN] = {
    [RUNS] = N_("{guest} now runs on {destination}."),
    [PAUSED] = N_("{guest} is on {destination} now. It is paused."),
    [GONE] = N_("{guest} is on {destination} now. It does not run."),
    [UNSEEN] = N_("{guest} is on {destination} now."),
};

/* [source][destination], if it is not sure where the guest is */
static const char *const unclear[MIG_N_SHOWN][MIG_N_SHOWN] = {
    [RUNS] = {
        [RUNS] = N_("{guest} runs on {source} AND on {destination}. Its disks are in danger."),
        [PAUSED] = N_("{guest} runs on {source}. A paused copy is on {destination}."),
        [GONE] = N_("{guest} runs on {source}."),
        [UNSEEN] = N_("{guest} runs on {source}. What {destination} has of it is not known."),
    },
    [PAUSED] = {
        [RUNS] = N_("{guest} runs on {destination}. A copy or a part of it is paused on {source}."),
        [PAUSED] = N_("{guest} is paused on {source} and on {destination}. It runs nowhere."),
        [GONE] = N_("{guest} is paused on {source}. It runs nowhere."),
        [UNSEEN] = N_("{guest} is paused on {source}. It is not known whether it runs on "
                      "{destination}."),
    },
    [GONE] = {
        [RUNS] = N_("{guest} runs on {destination}."),
        [PAUSED] = N_("{guest} is paused on {destination}. It runs nowhere."),
        [GONE] = N_("{guest} runs neither on {source} nor on {destination}."),
        [UNSEEN] = N_("{guest} does not run on {source}. It is not known whether it runs on "
                      "{destination}."),
    },
    [UNSEEN] = {
        [RUNS] = N_("{guest} runs on {destination}. What {source} has of it is not known."),
        [PAUSED] = N_("{guest} is paused on {destination}. It is not known whether it runs on "
                      "{source}."),
        [GONE] = N_("{guest} does not run on {destination}. It is not known whether it runs on "
                    "{source}."),
        [UNSEEN] = N_("It is not known where {guest} is and whether it runs."),
    },
};

static MigShown shows(MigJob *job, const char *key)
{
    return mig_shown_by(mig_object_get_string(MIG_OBJECT(job), key));
}

static gboolean was_called(MigJob *job)
{
    return mig_object_get_number(MIG_OBJECT(job), "Called") != 0;
}

static gboolean get_option(MigJob *job, const char *key, gboolean fallback)
{
    GVariant *options = mig_object_get_variant(MIG_OBJECT(job), "Options");
    gboolean set = fallback;
    if (options)
        g_variant_lookup(options, key, "b", &set);
    return set;
}

static const char *get_error(MigJob *job, gsize i)
{
    GVariant *error = mig_object_get_variant(MIG_OBJECT(job), "Error");
    const char *parts[3] = { "", "", "" };
    if (error)
        g_variant_get(error, "(&s&s&s)", &parts[0], &parts[1], &parts[2]);
    return parts[i];
}

/* Id of the finding that the error is too, "" if there is no error. */
static char *get_error_id(MigJob *job)
{
    const char *name = get_error(job, 0);
    return name[0] ? mig_error_id(mig_error_from_name(name)) : g_strdup("");
}

/* The host that the error is about; NULL: none, or it is not known which. */
static char *dup_error_host(MigJob *job)
{
    GVariant *findings = mig_object_get_variant(MIG_OBJECT(job), "Findings");
    g_autofree char *wanted = get_error_id(job);
    const char *id;
    char *host = NULL;
    for (gsize i = 0; findings && !host && i < g_variant_n_children(findings); i++) {
        g_autoptr(GVariant) finding = g_variant_get_child_value(findings, i);
        g_autoptr(GVariant) arguments =
            g_variant_lookup_value(finding, "arguments", G_VARIANT_TYPE("a{ss}"));
        if (arguments && g_variant_lookup(finding, "id", "&s", &id) && strcmp(id, wanted) == 0)
            g_variant_lookup(arguments, "host", "s", &host);
    }
    return host;
}

/* `host` is borrowed. */
static MigFailureNames get_error_names(MigJob *job, const char *host)
{
    MigFailureNames names = mig_job_words_names(job);
    names.host = host;
    return names;
}

/* what to do */

/* Id of what is to be done about the guest, "": nothing. */
static const char *get_advice(MigJob *job)
{
    GVariant *seen = mig_object_get_variant(MIG_OBJECT(job), "Verification");
    const char *id = "";
    if (seen)
        g_variant_lookup(seen, "advice", "&s", &id);
    return id;
}

/* Of the checks before, only what has stopped it is of interest now, unless it is the error itself.
 */
static gboolean is_of_interest(MigObject *finding, const char *error, gboolean moved)
{
    static const char *const afterwards[] = { "configuration-differs", "not-executing",
                                              "leftover-copy",         "leftover-job",
                                              "leftover-volume",       NULL };
    const gboolean blocks = strcmp(mig_object_get_string(finding, "severity"), "blocker") == 0;
    const char *id = mig_object_get_string(finding, "id");
    return (blocks && !moved && strcmp(id, error) != 0) || g_strv_contains(afterwards, id);
}

static void add_findings(GStrvBuilder *steps, MigJob *job, gboolean moved)
{
    g_autofree char *error = get_error_id(job);
    const MigFailureNames names = mig_job_words_names(job);
    g_autoptr(GListModel) findings =
        mig_finding_list_new(mig_object_get_variant(MIG_OBJECT(job), "Findings"), &names);
    for (guint i = 0; i < g_list_model_get_n_items(findings); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(findings, i);
        if (!is_of_interest(finding, error, moved))
            continue;
        g_autofree char *step = g_strconcat(mig_object_get_string(finding, "sentence"), " ",
                                            mig_object_get_string(finding, "remedy"), NULL);
        g_strv_builder_add(steps, g_strchomp(step));
    }
}

/* The service's where its language is shown, which say it more exactly, else the app's. */
static void add_remedies_of(GStrvBuilder *all, MigJob *job)
{
    g_autofree char *host = dup_error_host(job);
    const MigFailureNames names = get_error_names(job, host);
    g_auto(GStrv) own =
        mig_clauses_remedies(mig_job_outcome_is_translated(job) ? "" : get_error(job, 1));
    g_autofree char *by_name = mig_failure_remedy(get_error(job, 0), &names);
    if (own[0])
        g_strv_builder_addv(all, (const char **) own);
    else if (get_error(job, 0)[0] && by_name[0])
        g_strv_builder_add(all, by_name);
}

char **mig_job_outcome_steps(MigJob *job)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_auto(GStrv) advice = mig_service_words_advice(get_advice(job), mig_job_get_source(job),
                                                    mig_job_get_destination(job));
    /* a guest that is in danger comes first, and its steps are not mixed with others */
    if (advice[0])
        g_strv_builder_addv(all, (const char **) advice);
    else
        add_remedies_of(all, job);
    add_findings(all, job, mig_job_outcome_end(job) == MIG_JOB_MOVED);
    return g_strv_builder_end(all);
}

/* The error as the app says it. */
static char *say_why(MigJob *job)
{
    g_autofree char *host = dup_error_host(job);
    const MigFailureNames names = get_error_names(job, host);
    return get_error(job, 0)[0] ? mig_failure_why(get_error(job, 0), &names, get_error(job, 1))
                                : g_strdup("");
}

gboolean mig_job_outcome_is_translated(MigJob *job)
{
    g_autofree char *why = say_why(job);
    return !mig_words_is_sentence(why, get_error(job, 1));
}

char *mig_job_outcome_why(MigJob *job)
{
    g_autofree char *why = say_why(job);
    return mig_job_outcome_is_translated(job) ? g_steal_pointer(&why) : mig_clauses_why(why);
}

char *mig_job_outcome_brief(MigJob *job)
{
    g_autofree char *why = say_why(job);
    if (!mig_job_outcome_is_translated(job))
        return g_steal_pointer(&why);
    const MigFailureNames names = mig_job_words_names(job);
    /* nobody knows where the guest of a damaged record is */
    g_autofree char *more = mig_job_is_damaged(job) ? mig_failure_remedy(get_error(job, 0), &names)
                                                    : mig_job_outcome_where(job);
    return g_strjoin(" ", why, more, NULL);
}

char *mig_job_outcome_technical(MigJob *job)
{
    const char *own = mig_job_outcome_is_translated(job) ? get_error(job, 1) : "";
    const char *raw = get_error(job, 2);
    return g_strjoin(own[0] && raw[0] ? "\n" : "", own, raw, NULL);
}

/* how it ended */

static MigJobEnd end_by_hosts(MigJob *job)
{
    const MigShown source = shows(job, "SourceState"), destination = shows(job, "DestinationState");
    const gboolean nothing_there =
        destination == GONE ||
        (destination == UNSEEN && !get_option(job, "open-destination", TRUE));
    if (source == RUNS && destination == RUNS)
        return MIG_JOB_TWICE;
    if ((source == RUNS && nothing_there) || (source == GONE && destination == RUNS))
        return MIG_JOB_FAILED;
    /* paused, or shut off with option offline, as it was before: then there is nothing to do */
    if (nothing_there && (source == PAUSED || get_option(job, "offline", FALSE)) &&
        !get_advice(job)[0])
        return MIG_JOB_FAILED;
    return MIG_JOB_UNCLEAR;
}

MigJobEnd mig_job_outcome_end(MigJob *job)
{
    const char *state = mig_job_get_state(job);
    if (!mig_job_is_over(job))
        return MIG_JOB_GOES_ON;
    if (strcmp(state, "completed") == 0)
        return MIG_JOB_MOVED;
    const MigJobEnd end = was_called(job) ? end_by_hosts(job) : MIG_JOB_FAILED;
    if (strcmp(state, "cancelled") == 0 && end == MIG_JOB_FAILED)
        return MIG_JOB_STOPPED;
    /* nobody saw it to its end, whatever the hosts showed last */
    if (strcmp(state, "interrupted") == 0 && was_called(job))
        return MAX(end, MIG_JOB_UNCLEAR);
    return end;
}

gboolean mig_job_outcome_may_repeat(MigJob *job)
{
    const MigJobEnd end = mig_job_outcome_end(job);
    const gboolean there = strcmp(mig_object_get_string(MIG_OBJECT(job), "GuestHost"),
                                  mig_job_get_destination(job)) == 0;
    return (end == MIG_JOB_STOPPED || end == MIG_JOB_FAILED) && !there;
}

static gboolean is_on(MigJob *job, const char *host)
{
    const char *on = mig_object_get_string(MIG_OBJECT(job), "GuestHost");
    return on[0] && strcmp(on, host) == 0;
}

char *mig_job_outcome_where(MigJob *job)
{
    const MigShown source = shows(job, "SourceState"), destination = shows(job, "DestinationState");
    const MigJobEnd end = mig_job_outcome_end(job);
    if (end == MIG_JOB_TWICE || end == MIG_JOB_UNCLEAR)
        return mig_job_words_fill(job, _(unclear[source][destination]));
    if (is_on(job, mig_job_get_destination(job)))
        return mig_job_words_fill(job, _(on_destination[destination]));
    if (source == UNSEEN && !was_called(job))
        return mig_job_words_fill(job, _("{guest} did not move. Nothing was done to it on "
                                         "{source}."));
    return mig_job_words_fill(job, _(on_source[source]));
}

/* figures */

static guint64 get_statistic(MigJob *job, const char *key)
{
    GVariant *statistics = mig_object_get_variant(MIG_OBJECT(job), "Statistics");
    guint64 value = 0;
    if (statistics)
        g_variant_lookup(statistics, key, "t", &value);
    return value;
}

char *mig_job_outcome_summary(MigJob *job)
{
    MigObject *object = MIG_OBJECT(job);
    const gint64 began = (gint64) mig_object_get_number(object, "Created");
    const gint64 ended = (gint64) mig_object_get_number(object, "Finished");
    const gint64 pause = (gint64) mig_object_get_number(object, "Downtime");
    const guint64 bytes = get_statistic(job, "data_processed");
    if (mig_job_outcome_end(job) != MIG_JOB_MOVED || ended < began)
        return g_strdup("");
    g_autofree char *time = mig_words_span(ended - began);
    g_autofree char *paused = mig_words_span(pause * 1000);
    g_autofree char *sent = mig_words_size(bytes);
    if (!pause && !bytes)
        /* Translators: %s is a length of time */
        return g_strdup_printf(_("Moved in %s"), time);
    if (!pause)
        /* Translators: a length of time, an amount of memory */
        return g_strdup_printf(_("Moved in %s, sent %s"), time, sent);
    if (!bytes)
        /* Translators: two lengths of time */
        return g_strdup_printf(_("Moved in %s, paused for %s"), time, paused);
    /* Translators: "Moved in 1 min 32 s, paused for 48 ms, sent 2.9 GiB" */
    return g_strdup_printf(_("Moved in %s, paused for %s, sent %s"), time, paused, sent);
}

char *mig_job_outcome_configuration(MigJob *job, gboolean *warning)
{
    GVariant *seen = mig_object_get_variant(MIG_OBJECT(job), "Verification");
    gboolean checked = FALSE, persistent = FALSE;
    const char *source = "unknown";
    *warning = FALSE;
    if (!seen || mig_job_outcome_end(job) != MIG_JOB_MOVED ||
        !g_variant_lookup(seen, "checked", "b", &checked))
        return NULL;
    g_variant_lookup(seen, "persistent", "b", &persistent);
    g_variant_lookup(seen, "source-configuration", "&s", &source);
    const gboolean kept = strcmp(source, "unchanged") == 0;
    const gboolean removed = strcmp(source, "removed") == 0;
    if (!checked || strcmp(source, "unknown") == 0)
        return mig_job_words_fill(job, _("It could not be seen what has become of its "
                                         "configuration."));
    *warning = persistent == kept;
    if (persistent && kept)
        return mig_job_words_fill(job, _("{guest} lives on {destination}. A configuration is on "
                                         "{source} too: never start both."));
    if (persistent && removed)
        return mig_job_words_fill(job, _("{guest} lives on {destination}. Its configuration was "
                                         "removed from {source}."));
    if (persistent)
        return mig_job_words_fill(job, _("{guest} lives on {destination}. Its configuration is "
                                         "saved there."));
    if (kept)
        return mig_job_words_fill(job, _("{guest} runs on {destination} until it is shut down. "
                                         "Its configuration is on {source}, where it can be "
                                         "started again."));
    return mig_job_words_fill(job, _("{guest} runs on {destination} until it is shut down, then it "
                                     "is gone. No host keeps its configuration."));
}

/* the way back */

char *mig_job_outcome_guest_there(MigJob *job)
{
    GVariant *options = mig_object_get_variant(MIG_OBJECT(job), "Options");
    const char *name = mig_job_get_guest(job);
    if (options)
        g_variant_lookup(options, "destination-name", "&s", &name);
    return g_strdup(name);
}

GVariant *mig_job_outcome_options_back(MigJob *job)
{
    static const char *const kept[] = { "flow",
                                        "transport",
                                        "persist",
                                        "undefine-source",
                                        "tls",
                                        "bandwidth",
                                        "maximum-downtime",
                                        "postcopy",
                                        "postcopy-bandwidth",
                                        "auto-converge",
                                        "compression",
                                        "parallel",
                                        "parallel-connections",
                                        NULL };
    GVariant *options = mig_object_get_variant(MIG_OBJECT(job), "Options");
    GVariantDict back;
    g_variant_dict_init(&back, NULL);
    for (gsize i = 0; options && kept[i]; i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(options, kept[i], NULL);
        if (value)
            g_variant_dict_insert_value(&back, kept[i], value);
    }
    return g_variant_dict_end(&back);
}
