/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See conclude.h. What two hosts show is two words (MigShows); the pair of them decides, and
 * conclude-table.c has the sentence for it.
 */
#include "conclude.h"

#include <libvirt/libvirt.h>
#include <string.h>

#include "attention.h"
#include "conclude-table.h"
#include "error.h"
#include "sentence.h"

#define RUNS MIG_SHOWS_RUNS
#define PAUSED MIG_SHOWS_PAUSED
#define ARRIVED MIG_SHOWS_ARRIVED
#define SPLIT MIG_SHOWS_SPLIT
#define KEPT MIG_SHOWS_KEPT
#define GONE MIG_SHOWS_GONE
#define UNSEEN MIG_SHOWS_UNSEEN
#define UNASKED MIG_SHOWS_UNASKED

static const MigShows shows_of_state[] = {
    [VIR_DOMAIN_NOSTATE] = RUNS,  [VIR_DOMAIN_RUNNING] = RUNS,     [VIR_DOMAIN_BLOCKED] = RUNS,
    [VIR_DOMAIN_PAUSED] = PAUSED, [VIR_DOMAIN_SHUTDOWN] = RUNS,    [VIR_DOMAIN_SHUTOFF] = GONE,
    [VIR_DOMAIN_CRASHED] = GONE,  [VIR_DOMAIN_PMSUSPENDED] = RUNS,
};

/* The reasons that change what a state means. */
static const struct {
    int state, reason;
    MigShows shows;
    gboolean broken; /* libvirt keeps a job that nobody is at */
} shows_of_reason[] = {
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY, SPLIT, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY_FAILED, SPLIT, TRUE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY, SPLIT, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY_FAILED, SPLIT, TRUE },
};

/* Index into shows_of_reason, or its length. */
static guint find_reason(int state, int reason)
{
    guint i = 0;
    while (i < G_N_ELEMENTS(shows_of_reason) &&
           !(shows_of_reason[i].state == state && shows_of_reason[i].reason == reason))
        i++;
    return i;
}

static gboolean is_broken_off(int state, int reason)
{
    guint i = find_reason(state, reason);
    return i < G_N_ELEMENTS(shows_of_reason) && shows_of_reason[i].broken;
}

MigSight mig_sight_of(const MigFacts *facts)
{
    return (MigSight){ .kind = MIG_SIGHT_SEEN,
                       .state = facts->guest_state,
                       .reason = facts->guest_reason,
                       .job = facts->guest_job &&
                              !is_broken_off(facts->guest_state, facts->guest_reason),
                       .persistent = facts->guest_persistent };
}

const char *mig_sight_to_string(const MigSight *sight)
{
    switch (sight->kind) {
    case MIG_SIGHT_NONE:
        return "unknown";
    case MIG_SIGHT_UNREACHABLE:
        return "unreachable";
    default:
        return mig_guest_state_to_string(sight->state);
    }
}

static MigShows shows(const MigSight *sight)
{
    if (sight->kind != MIG_SIGHT_SEEN)
        return UNSEEN;
    if (sight->state < 0)
        return GONE;
    /* a state of a newer libvirt is no proof that it is gone */
    if ((guint) sight->state >= G_N_ELEMENTS(shows_of_state))
        return RUNS;
    guint i = find_reason(sight->state, sight->reason);
    return i < G_N_ELEMENTS(shows_of_reason) ? shows_of_reason[i].shows
                                             : shows_of_state[sight->state];
}

gboolean mig_sight_is_active(const MigSight *sight)
{
    MigShows shown = shows(sight);
    return shown == RUNS || shown == PAUSED || shown == SPLIT;
}

gboolean mig_sight_is_broken_off(const MigSight *sight)
{
    return sight->kind == MIG_SIGHT_SEEN && is_broken_off(sight->state, sight->reason);
}

gboolean mig_sight_is_split(const MigSight *sight)
{
    return shows(sight) == SPLIT;
}

/* By the migration: what arrives is "starting up" at first. */
static gboolean is_held(const MigSight *sight, gboolean on_destination)
{
    return sight->reason == VIR_DOMAIN_PAUSED_MIGRATION ||
           (on_destination && sight->reason == VIR_DOMAIN_PAUSED_STARTING_UP);
}

static MigRest paused_rest(const MigSight *sight, gboolean on_destination)
{
    gboolean held = is_held(sight, on_destination);
    if (sight->job)
        return held && on_destination ? MIG_REST_INCOMING : MIG_REST_BUSY;
    return held ? MIG_REST_HELD : MIG_REST_PAUSED;
}

MigRest mig_sight_rest(const MigSight *sight, gboolean on_destination)
{
    switch (shows(sight)) {
    case UNSEEN:
        return MIG_REST_UNSEEN;
    case GONE:
        return MIG_REST_GONE;
    case SPLIT:
        return MIG_REST_SPLIT;
    case PAUSED:
        return paused_rest(sight, on_destination);
    default:
        break;
    }
    if (sight->job)
        return MIG_REST_BUSY;
    gboolean runs = sight->state == VIR_DOMAIN_RUNNING || sight->state == VIR_DOMAIN_BLOCKED;
    return runs ? MIG_REST_RUNS : MIG_REST_OTHER;
}

/* A guest that is shut off is there if it has a configuration. */
static MigShows shows_offline(const MigSight *sight)
{
    MigShows shown = shows(sight);
    if (shown == GONE && sight->persistent)
        return KEPT;
    return shown == PAUSED || shown == SPLIT ? RUNS : shown;
}

typedef struct {
    MigShows source, destination;
} Pair;

/* Paused after libvirt has finished the migration there. */
static gboolean is_paused_there(const MigEvidence *evidence)
{
    return mig_sight_rest(&evidence->on_destination, TRUE) == MIG_REST_PAUSED;
}

static Pair see(const MigEvidence *evidence)
{
    MigShows (*see_one)(const MigSight *) = evidence->offline ? shows_offline : shows;
    Pair pair = { see_one(&evidence->on_source), see_one(&evidence->on_destination) };
    if (evidence->unopened)
        pair.destination = UNASKED;
    else if (mig_sight_rest(&evidence->on_source, FALSE) == MIG_REST_HELD &&
             is_paused_there(evidence) && !evidence->offline)
        pair.destination = ARRIVED;
    return pair;
}

static char *fill_in(const char *pattern, const MigEvidence *evidence)
{
    return mig_sentence(pattern, "{guest}", evidence->guest, "{source}", evidence->source,
                        "{destination}", evidence->destination, NULL);
}

/* The guest is on the source as it was before. */
static gboolean is_back(const MigEvidence *evidence, Pair pair)
{
    if (evidence->offline)
        return pair.source == KEPT;
    return pair.source == RUNS || (pair.source == PAUSED && evidence->was_paused);
}

/* And the destination has nothing of it that was not there before. */
static gboolean is_restored(const MigEvidence *evidence, Pair pair)
{
    return is_back(evidence, pair) && (pair.destination == GONE || pair.destination == UNASKED ||
                                       (pair.destination == KEPT && evidence->was_there));
}

static gboolean has_succeeded(const MigEvidence *evidence)
{
    return evidence->answered && !evidence->error;
}

static gboolean says_migrated(const MigSight *source)
{
    return source->kind == MIG_SIGHT_SEEN && source->state == VIR_DOMAIN_SHUTOFF &&
           source->reason == VIR_DOMAIN_SHUTOFF_MIGRATED;
}

static gboolean is_there(const MigEvidence *evidence, MigShows destination)
{
    gboolean succeeded = has_succeeded(evidence);
    switch (destination) {
    case RUNS:
        return TRUE;
    case PAUSED:
        return evidence->was_paused || succeeded ||
               (evidence->stays_paused && is_paused_there(evidence));
    case KEPT: /* one that was there before is no proof */
        return succeeded || !evidence->was_there;
    case UNASKED:
        return succeeded || evidence->moved || says_migrated(&evidence->on_source);
    default:
        return FALSE;
    }
}

static gboolean has_left(const MigEvidence *evidence, Pair pair)
{
    if (pair.source == GONE || (pair.source == KEPT && !evidence->undefine))
        return TRUE;
    /* peer-to-peer, it was the source that said so */
    return pair.source == UNSEEN && pair.destination != UNASKED && has_succeeded(evidence) &&
           !evidence->client_driven;
}

static gboolean has_arrived(const MigEvidence *evidence, Pair pair)
{
    return evidence->called && is_there(evidence, pair.destination) && has_left(evidence, pair);
}

gboolean mig_evidence_has_arrived(const MigEvidence *evidence)
{
    return has_arrived(evidence, see(evidence));
}

gboolean mig_evidence_is_restored(const MigEvidence *evidence)
{
    return is_restored(evidence, see(evidence));
}

/* It is gone from the source, and nobody looks where it is: only libvirt's word tells. */
static gboolean leaves_open(Pair pair)
{
    return pair.source == GONE && pair.destination == UNASKED;
}

gboolean mig_evidence_is_lost(const MigEvidence *evidence)
{
    Pair pair = see(evidence);
    return !evidence->offline && pair.source == GONE && pair.destination == GONE;
}

gboolean mig_evidence_is_settled(const MigEvidence *evidence)
{
    Pair pair = see(evidence);
    const MigSight *source = &evidence->on_source, *destination = &evidence->on_destination;
    /* the destination may wait for the rest for ever */
    if (mig_sight_is_broken_off(source))
        return pair.destination != RUNS && pair.destination != UNSEEN;
    if (source->job || destination->job)
        return FALSE;
    if (has_arrived(evidence, pair))
        return TRUE;
    if (evidence->offline) /* nothing is under way that a look could miss */
        return pair.source != UNSEEN && pair.destination != UNSEEN;
    return is_restored(evidence, pair) || leaves_open(pair) || mig_evidence_is_lost(evidence);
}

/* We have stopped waiting for libvirt, and the source says that it is still at the migration. */
static gboolean may_go_on(const MigEvidence *evidence)
{
    return evidence->waited && evidence->on_source.kind == MIG_SIGHT_SEEN &&
           evidence->on_source.job;
}

static MigState conclude_state(const MigEvidence *evidence, Pair pair)
{
    gboolean runs_there = pair.destination == RUNS || pair.destination == SPLIT;
    if (has_arrived(evidence, pair))
        return MIG_STATE_COMPLETED;
    if (may_go_on(evidence))
        return MIG_STATE_INTERRUPTED;
    if (evidence->cancel && (!evidence->called || (is_back(evidence, pair) && !runs_there)))
        return MIG_STATE_CANCELLED;
    if (evidence->mended)
        return MIG_STATE_FAILED;
    /* who died before us took libvirt's answer along */
    if (!evidence->error && !evidence->answered && (!evidence->followed || leaves_open(pair)))
        return MIG_STATE_INTERRUPTED;
    return MIG_STATE_FAILED;
}

/* What happened, without where the guest is now. */
static char *say_what(const MigEvidence *evidence, MigState state)
{
    switch (state) {
    case MIG_STATE_CANCELLED:
        return g_strdup(evidence->called
                            ? "the migration was cancelled"
                            : "the migration was cancelled before anything was started");
    case MIG_STATE_INTERRUPTED:
        if (evidence->error)
            return g_strdup(evidence->error->message);
        return g_strdup(evidence->called
                            ? "the worker process of this migration died before libvirt answered it"
                            : "the worker process of this migration died before it called libvirt, "
                              "nothing was started");
    default:
        if (evidence->error)
            return g_strdup(evidence->error->message);
        if (evidence->mended)
            return fill_in("the worker process of this migration died in the switch to host "
                           "{destination}, where nothing of guest {guest} was left; it was resumed "
                           "on host {source}",
                           evidence);
        return g_strdup(evidence->answered
                            ? "libvirt reported success, but that is not what the hosts show"
                            : "libvirt gave the migration up; the log of libvirtd on the source "
                              "tells why");
    }
}

static int error_code(const MigEvidence *evidence, MigState state)
{
    if (state == MIG_STATE_CANCELLED)
        return MIG_ERROR_CANCELLED;
    if (evidence->error)
        return evidence->error->code;
    return state == MIG_STATE_INTERRUPTED || evidence->mended ? MIG_ERROR_INTERRUPTED
                                                              : MIG_ERROR_FAILED;
}

/* As it was before, or if neither host was changed, there is nothing to be done. */
static MigAdvice advise(const MigEvidence *evidence, const MigEndRow *row)
{
    return evidence->called && !is_restored(evidence, see(evidence)) ? row->advice
                                                                     : MIG_ADVICE_NONE;
}

/* Where the guest is now and what is to be done about it, or NULL: nothing new. */
static char *say_where(const MigEvidence *evidence, const MigEndRow *row)
{
    g_autofree char *where = fill_in(row->where, evidence);
    g_autofree char *steps = mig_advice_pattern(advise(evidence, row));
    g_autofree char *remedy = steps ? fill_in(steps, evidence) : NULL;
    if (evidence->called)
        return g_strjoin(": ", where, remedy, NULL);
    /* neither host was changed */
    if (evidence->error || evidence->on_source.kind != MIG_SIGHT_SEEN)
        return NULL;
    g_autofree char *pattern = g_strdup_printf("guest {guest} is %s on host {source}",
                                               mig_sight_to_string(&evidence->on_source));
    return fill_in(pattern, evidence);
}

#define GOES_ON                                                                                    \
    "; libvirt on host {source} is still at the migration and may go on with it: see what hangs "  \
    "on host {destination}, and call look-again when that has ended"

static GError *make_error(const MigEvidence *evidence, MigState state, const MigEndRow *row)
{
    g_autofree char *what = say_what(evidence, state);
    g_autofree char *where = say_where(evidence, row);
    g_autofree char *goes_on = may_go_on(evidence) ? fill_in(GOES_ON, evidence) : NULL;
    GError *error = g_error_new(MIG_ERROR, error_code(evidence, state), "%s%s%s%s", what,
                                goes_on ? goes_on : "", where ? "; " : "", where ? where : "");
    mig_error_set_host(error, mig_error_host(evidence->error));
    return error;
}

MigConclusion mig_conclude(const MigEvidence *evidence)
{
    Pair pair = see(evidence);
    const MigEndRow *row = mig_end_row(evidence->offline, pair.source, pair.destination);
    const char *const hosts[] = { [MIG_AT_NOWHERE] = "",
                                  [MIG_AT_SOURCE] = evidence->source,
                                  [MIG_AT_DESTINATION] = evidence->destination };
    MigConclusion conclusion = { conclude_state(evidence, pair), NULL, hosts[row->at],
                                 advise(evidence, row) };
    if (conclusion.state != MIG_STATE_COMPLETED) {
        conclusion.error = make_error(evidence, conclusion.state, row);
    } else {
        conclusion.guest_host = evidence->destination;
        conclusion.advice = MIG_ADVICE_NONE;
    }
    return conclusion;
}

GVariant *mig_conclude_recovery(const MigEvidence *evidence, const MigJob *job, gboolean was_paused)
{
    gboolean look = mig_attention(job, was_paused) != MIG_ATTENTION_NONE;
    gboolean mends = job->state != MIG_STATE_COMPLETED && evidence->called && !evidence->offline;
    MigRest source = mends ? mig_sight_rest(&evidence->on_source, FALSE) : MIG_REST_UNSEEN;
    MigRest destination = mends ? mig_sight_rest(&evidence->on_destination, TRUE) : MIG_REST_UNSEEN;
    return mig_recovery_list(source, destination, was_paused, look && evidence->called);
}

/* Cuts the end of `what` that says this pair, with or without what is to be done. */
static gboolean cut_where(char *what, const MigEvidence *evidence, const MigEndRow *row)
{
    g_autofree char *where = fill_in(row->where, evidence);
    g_autofree char *steps = mig_advice_pattern(row->advice);
    g_autofree char *remedy = steps ? fill_in(steps, evidence) : NULL;
    g_autofree char *brief = g_strconcat("; ", where, NULL);
    g_autofree char *full = remedy ? g_strconcat(brief, ": ", remedy, NULL) : NULL;
    for (guint i = 0; i < 2; i++) {
        const char *end = i == 0 ? full : brief;
        if (!end || !g_str_has_suffix(what, end))
            continue;
        what[strlen(what) - strlen(end)] = '\0';
        return TRUE;
    }
    return FALSE;
}

static char *without_where(const MigEvidence *evidence, const char *sentence)
{
    char *what = g_strdup(sentence);
    for (MigShows source = 0; source < MIG_N_SHOWS; source++) {
        for (MigShows destination = 0; destination < MIG_N_SHOWS; destination++) {
            const MigEndRow *row = mig_end_row_or_null(evidence->offline, source, destination);
            if (row && cut_where(what, evidence, row))
                return what;
        }
    }
    return what;
}

char *mig_conclude_take_what(const MigEvidence *evidence, const char *sentence)
{
    char *what = without_where(evidence, sentence);
    g_autofree char *goes_on = fill_in(GOES_ON, evidence);
    if (g_str_has_suffix(what, goes_on))
        what[strlen(what) - strlen(goes_on)] = '\0';
    return what;
}
