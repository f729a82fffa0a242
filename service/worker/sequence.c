/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sequence.h. Only the migrate call itself is made in this thread; everything else that could
 * hang is done by the pair's threads, with a deadline.
 */
#include "sequence.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "libvirt-error.h"
#include "params.h"
#include "sentence.h"
#include "side.h"

/* How long two hosts may take to show an end after the migrate call has returned or its job is
 * gone, and how often they are asked meanwhile. A libvirtd that is restarted in the middle of a
 * migration takes half a minute to stop, and nothing is sure before the source has spoken. */
#define SETTLE_USEC (15 * G_USEC_PER_SEC)
#define SOURCE_BACK_USEC (60 * G_USEC_PER_SEC)
#define LOOK_USEC (G_USEC_PER_SEC / 4)
/* How long an end must stand when a worker died before us: its call may still be on its way. */
#define STEADY_USEC G_USEC_PER_SEC
/* For what is good to know but nobody should wait for. */
#define GLANCE_USEC (5 * G_USEC_PER_SEC)

typedef struct {
    MigRun *run;
    const MigTask *task;
    MigPair *pair;
    MigSide *sides[MIG_N_SIDES];
    gboolean lost[MIG_N_SIDES]; /* its thread was left behind at a deadline */
    gint64 deadline;
    char *guest; /* its name, once known */
    MigPlan *plan;
    MigEvidence evidence;
    GError *error;
    char *raw;
} Sequence;

static const MigHost *host_of(const Sequence *s, MigSideIndex i)
{
    return i == MIG_SOURCE ? s->task->source : s->task->destination;
}

/* A side whose thread was left behind is that thread's for ever; we go on with a new one. */
static void replace_lost(Sequence *s, guint done)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++) {
        s->lost[i] = !(done & (1u << i));
        if (s->lost[i])
            s->sides[i] = mig_side_new(host_of(s, i), s->task->pki_path);
    }
}

static void take_error(Sequence *s)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES && !s->error; i++) {
        if (s->sides[i]->error) {
            s->error = g_error_copy(s->sides[i]->error);
            s->raw = g_strdup(s->sides[i]->raw);
        }
    }
}

static void set_timeout(Sequence *s)
{
    gboolean both = s->lost[MIG_SOURCE] && s->lost[MIG_DESTINATION];
    const MigHost *one = host_of(s, s->lost[MIG_SOURCE] ? MIG_SOURCE : MIG_DESTINATION);
    g_autofree char *who =
        mig_sentence(both ? "host {one} and host {other}" : "host {one}", "{one}", one->name,
                     "{other}", s->task->destination->name, NULL);
    s->error =
        g_error_new(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT,
                    "%s did not answer within %d s; check that it is up, that libvirtd there "
                    "is not blocked, and the network to it",
                    who, (int) (s->task->deadline / G_USEC_PER_SEC));
}

/* One step before the call, on one or both hosts. FALSE: error is set, or it was cancelled. */
static gboolean step(Sequence *s, MigPairFunc func, MigSide *source, MigSide *destination)
{
    guint done = mig_pair_run(s->pair, func, source, destination, s->deadline, TRUE);
    gboolean in_time = g_get_monotonic_time() < s->deadline;
    replace_lost(s, done);
    take_error(s);
    gboolean all = !s->lost[MIG_SOURCE] && !s->lost[MIG_DESTINATION];
    if (!s->error && !all && !in_time)
        set_timeout(s);
    return !s->error && all;
}

static gboolean check(Sequence *s)
{
    MigSide **sides = s->sides;
    mig_side_set_guest(sides[MIG_SOURCE], s->task->request->guest, "");
    if (!step(s, mig_side_ask, sides[MIG_SOURCE], sides[MIG_DESTINATION]))
        return FALSE;
    const MigFacts *found = sides[MIG_SOURCE]->facts;
    if (found->guest_found) {
        s->evidence.guest = s->guest = g_strdup(found->guest_name);
        s->evidence.was_paused = found->guest_state == VIR_DOMAIN_PAUSED;
        mig_side_set_guest(sides[MIG_DESTINATION],
                           mig_request_name_there(s->task->request, found->guest_name),
                           found->guest_uuid);
        if (!step(s, mig_side_ask, NULL, sides[MIG_DESTINATION]))
            return FALSE;
    }
    s->plan = mig_plan_new(s->task->request, s->task->source, s->task->destination, found,
                           sides[MIG_DESTINATION]->facts, s->task->pki_path, &s->error);
    return s->plan != NULL;
}

static void set_error(Sequence *s, MigError code, const char *pattern)
{
    g_autofree char *sentence =
        mig_sentence(pattern, "{guest}", s->guest, "{source}", s->task->source->name,
                     "{destination}", s->task->destination->name, NULL);
    s->error = g_error_new_literal(MIG_ERROR, (int) code, sentence);
}

static virDomainPtr find_domain(Sequence *s)
{
    const MigSide *source = s->sides[MIG_SOURCE];
    virDomainPtr domain = NULL;
    if (mig_connection_find_guest(source->connection, source->host, "", source->facts->guest_uuid,
                                  &domain, &s->raw, &s->error) &&
        !domain)
        s->error =
            g_error_new(MIG_ERROR, MIG_ERROR_GUEST_NOT_FOUND, "guest %s has just gone from host %s",
                        source->facts->guest_name, source->host->name);
    return domain;
}

static void on_destination_closed(virConnectPtr connection, int reason, void *run)
{
    mig_run_tell_lost(run);
}

/* libvirt drives this from within our process, but waits for the source only: that the connection
 * to the destination has ended is not noticed before the memory is copied, or never. */
static gboolean migrate3(const Sequence *s, virDomainPtr domain, const MigParams *params)
{
    virConnectPtr destination = s->sides[MIG_DESTINATION]->connection;
    virConnectRegisterCloseCallback(destination, on_destination_closed, s->run, NULL);
    g_autoptr(virDomain) moved = virDomainMigrate3(domain, destination, params->list,
                                                   (unsigned int) params->n, s->plan->flags);
    return moved != NULL;
}

static gboolean migrate_to_uri3(const Sequence *s, virDomainPtr domain, const MigParams *params)
{
    return virDomainMigrateToURI3(domain, s->plan->peer_uri, params->list, (unsigned int) params->n,
                                  s->plan->flags) == 0;
}

/* Why the call failed; that the destination was lost is the reason for what else libvirt says. */
static void set_call_error(Sequence *s)
{
    const MigHost *source = s->task->source, *destination = s->task->destination;
    MigErrorPlace place = { MIG_DOING_MIGRATE, source, destination, s->guest };
    mig_libvirt_error(&place, &s->raw, &s->error);
    if (!s->task->client_driven || mig_connection_is_alive(s->sides[MIG_DESTINATION]->connection))
        return;
    MigLibvirtCode libvirt = mig_error_libvirt(s->error);
    g_clear_error(&s->error);
    set_error(
        s, MIG_ERROR_CONNECTION_LOST,
        "the connection to host {destination} was lost and the migration given up; check that "
        "it is up and the network to it");
    mig_error_set_libvirt(s->error, libvirt);
}

static void migrate(Sequence *s)
{
    static gboolean (*const calls[MIG_N_CALLS])(const Sequence *, virDomainPtr,
                                                const MigParams *) = {
        [MIG_CALL_MIGRATE3] = migrate3,
        [MIG_CALL_TO_URI3] = migrate_to_uri3,
    };
    const MigSide *source = s->sides[MIG_SOURCE];
    g_auto(MigParams) params = mig_params_from_dict(s->plan->params);
    g_autoptr(virDomain) domain = find_domain(s);
    MigFindings findings = { source->facts, s->sides[MIG_DESTINATION]->facts, s->plan };
    if (!domain || mig_run_enter(s->run, &findings, &s->error) != MIG_ENTER_GO)
        return;

    s->evidence.called = TRUE;
    if (!calls[s->plan->call](s, domain, &params))
        set_call_error(s);
    s->evidence.answered = TRUE;
    /* when only our connection has ended, the source may go on */
    if (!s->error || s->error->code != MIG_ERROR_CONNECTION_LOST)
        mig_run_tell_phase(s->run, MIG_PHASE_VERIFYING);
}

/* What a step before the call has left behind about a side. */
static MigSight sight_so_far(const Sequence *s, MigSideIndex i)
{
    const MigSide *side = s->sides[i];
    gboolean timed_out = s->lost[i] && s->error && s->error->code == MIG_ERROR_HOST_TIMEOUT;
    if (side->facts && side->guest && !side->error)
        return mig_sight_of(side->facts);
    return (MigSight){ timed_out || (side->error && !side->connection) ? MIG_SIGHT_UNREACHABLE
                                                                       : MIG_SIGHT_NONE };
}

/* Cancelled, or failed, before the call: nothing was touched. */
static void end_untouched(Sequence *s)
{
    MigSide *source = s->sides[MIG_SOURCE];
    if (!s->error && source->connection) {
        mig_side_set_guest(source, s->task->request->guest, "");
        replace_lost(s, mig_pair_run(s->pair, mig_side_look, source, NULL,
                                     g_get_monotonic_time() + GLANCE_USEC, FALSE));
    }
    s->evidence.on_source = sight_so_far(s, MIG_SOURCE);
    s->evidence.on_destination = sight_so_far(s, MIG_DESTINATION);
}

static MigSight sight_now(const Sequence *s, MigSideIndex i)
{
    const MigSide *side = s->sides[i];
    return s->lost[i] || side->error ? (MigSight){ MIG_SIGHT_UNREACHABLE }
                                     : mig_sight_of(side->facts);
}

static void look(Sequence *s, const char *guest, const char *uuid)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++)
        mig_side_set_guest(s->sides[i], guest, uuid);
    replace_lost(s, mig_pair_run(s->pair, mig_side_look, s->sides[MIG_SOURCE],
                                 s->sides[MIG_DESTINATION],
                                 g_get_monotonic_time() + s->task->deadline, FALSE));
    s->evidence.on_source = sight_now(s, MIG_SOURCE);
    s->evidence.on_destination = sight_now(s, MIG_DESTINATION);
}

typedef struct {
    gint64 seen;    /* when the source was last seen */
    gint64 busy;    /* and when libvirt was last known, or may have been, at it */
    gint64 settled; /* since when both hosts show an end, 0: they do not */
    gboolean was_seen;
} Watch;

/* Takes in what `look` has found; TRUE if there is nothing more to wait for. */
static gboolean watch_is_over(Sequence *s, Watch *watch)
{
    const MigEvidence *evidence = &s->evidence;
    gint64 now = g_get_monotonic_time();
    gboolean seen = evidence->on_source.kind == MIG_SIGHT_SEEN;
    if (seen)
        watch->seen = now;
    if (evidence->on_source.job || !seen || !watch->was_seen)
        watch->busy = now;
    watch->was_seen = seen;
    if (!mig_evidence_is_settled(evidence))
        watch->settled = 0;
    else if (watch->settled == 0)
        watch->settled = now;
    gboolean steady =
        watch->settled != 0 && (!s->task->resumed || now >= watch->settled + STEADY_USEC);
    return !evidence->called || steady || now > watch->busy + SETTLE_USEC ||
           now > watch->seen + SOURCE_BACK_USEC;
}

/* Looks until both hosts show an end, and as long as libvirt is still at it. Phase verifying, in
 * which nothing can be cancelled, begins when the source says that it is not. */
static void follow(Sequence *s)
{
    g_autofree char *uuid =
        g_strdup(s->task->resumed ? s->task->guest_uuid : s->sides[MIG_SOURCE]->facts->guest_uuid);
    const char *guest = *uuid ? "" : s->task->request->guest;
    Watch watch = { .seen = g_get_monotonic_time() };
    for (;;) {
        look(s, guest, uuid);
        const MigSight *source = &s->evidence.on_source;
        /* managed direct can only be seen to be given up: who called is dead */
        if (source->job && s->task->resumed && !s->task->client_driven)
            s->evidence.followed = TRUE;
        gboolean over = watch_is_over(s, &watch);
        if (over || (source->kind == MIG_SIGHT_SEEN && !source->job && !s->task->resumed))
            mig_run_tell_phase(s->run, MIG_PHASE_VERIFYING);
        if (over)
            return;
        g_usleep(LOOK_USEC);
    }
}

static GVariant *final_statistics(Sequence *s)
{
    MigSide **sides = s->sides;
    if (!mig_evidence_has_arrived(&s->evidence))
        return NULL;
    replace_lost(s,
                 mig_pair_run(s->pair, mig_side_ask_statistics, sides[MIG_SOURCE],
                              sides[MIG_DESTINATION], g_get_monotonic_time() + GLANCE_USEC, FALSE));
    /* a guest without configuration leaves none on the source */
    GVariant *statistics = sides[MIG_DESTINATION]->statistics;
    return statistics ? g_variant_ref(statistics) : g_steal_pointer(&sides[MIG_SOURCE]->statistics);
}

static gpointer run_sequence(gpointer data)
{
    Sequence *s = data;
    s->deadline = g_get_monotonic_time() + s->task->deadline;
    if (!s->task->resumed &&
        step(s, mig_side_open, s->sides[MIG_SOURCE], s->sides[MIG_DESTINATION])) {
        mig_run_tell_phase(s->run, MIG_PHASE_CHECKING);
        if (check(s))
            migrate(s);
    }
    s->evidence.error = s->error;
    if (s->evidence.called || s->task->resumed)
        follow(s);
    else
        end_untouched(s);
    MigEnding *ending = g_new0(MigEnding, 1);
    ending->statistics = final_statistics(s);
    ending->evidence = s->evidence;
    ending->error = s->error;
    ending->raw = s->raw;
    mig_run_tell_ended(s->run, ending);
    return NULL; /* the sides go with the process: closing a connection may block too */
}

void mig_sequence_start(MigRun *run, const MigTask *task, MigPair *pair)
{
    Sequence *s = g_new0(Sequence, 1);
    s->run = run;
    s->task = task;
    s->pair = pair;
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++)
        s->sides[i] = mig_side_new(host_of(s, i), task->pki_path);
    s->evidence = (MigEvidence){ .guest = task->request->guest,
                                 .source = task->source->name,
                                 .destination = task->destination->name,
                                 .called = task->called,
                                 .was_paused = task->was_paused,
                                 .client_driven = task->client_driven };
    g_thread_unref(g_thread_new("sequence", run_sequence, s));
}
