/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sequence.h. Only the migrate call itself is made in this thread; everything else that could
 * hang is done by the pair's threads, with a deadline.
 */
#include "sequence-parts.h"

#include <libvirt/libvirt.h>

#include "baseline.h"
#include "check.h"
#include "control.h"
#include "error.h"
#include "libvirt-error.h"
#include "log.h"
#include "params.h"
#include "prepare.h"
#include "sentence.h"
#include "verify.h"

const MigHost *mig_sequence_host(const MigSequence *s, MigSideIndex i)
{
    return i == MIG_SOURCE ? s->task->source : s->task->destination;
}

/* A side whose thread was left behind is that thread's for ever; we go on with a new one. */
static void replace_lost(MigSequence *s, guint done)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++) {
        s->lost[i] = !(done & (1u << i));
        if (s->lost[i])
            s->sides[i] = mig_side_new(mig_sequence_host(s, i), s->task->pki_path);
    }
}

void mig_sequence_run(MigSequence *s, MigPairFunc func, MigSide *source, MigSide *destination,
                      gint64 deadline, gboolean heed_interrupt)
{
    replace_lost(s, mig_pair_run(s->pair, func, source, destination, deadline, heed_interrupt));
}

gboolean mig_sequence_glance(MigSequence *s, MigPairFunc func, MigSide *side)
{
    gint64 deadline = g_get_monotonic_time() + MIG_GLANCE_USEC;
    return (mig_pair_run(s->pair, func, NULL, side, deadline, FALSE) & 1u << MIG_DESTINATION) != 0;
}

static void take_error(MigSequence *s)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES && !s->error; i++) {
        if (s->sides[i] && s->sides[i]->error) {
            s->error = g_error_copy(s->sides[i]->error);
            mig_error_set_host(s->error, mig_sequence_host(s, i)->name);
            s->raw = g_strdup(s->sides[i]->raw);
        }
    }
}

static void set_timeout(MigSequence *s)
{
    gboolean both = s->lost[MIG_SOURCE] && s->lost[MIG_DESTINATION];
    const MigHost *one = mig_sequence_host(s, s->lost[MIG_SOURCE] ? MIG_SOURCE : MIG_DESTINATION);
    g_autofree char *who =
        mig_sentence(both ? "host {one} and host {other}" : "host {one}", "{one}", one->name,
                     "{other}", s->task->destination->name, NULL);
    s->error =
        g_error_new(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT,
                    "%s did not answer within %d s; check that it is up, that libvirtd there "
                    "is not blocked, and the network to it",
                    who, (int) (s->task->deadline / G_USEC_PER_SEC));
    if (!both)
        mig_error_set_host(s->error, one->name);
}

/* One step before the call, on one or both hosts. FALSE: error is set, or it was cancelled. */
static gboolean step(MigSequence *s, MigPairFunc func, MigSide *source, MigSide *destination)
{
    mig_sequence_run(s, func, source, destination, s->deadline, TRUE);
    gboolean in_time = g_get_monotonic_time() < s->deadline;
    take_error(s);
    gboolean all = !s->lost[MIG_SOURCE] && !s->lost[MIG_DESTINATION];
    if (!s->error && !all && !in_time)
        set_timeout(s);
    return !s->error && all;
}

static const MigFacts *facts_of(const MigSequence *s, MigSideIndex i)
{
    return s->sides[i] ? s->sides[i]->facts : NULL;
}

static void take_guest(MigSequence *s, const MigFacts *found)
{
    s->evidence.guest = s->guest = g_strdup(found->guest_name);
    /* what is stopped in post-copy is not paused: it does not run on at the source */
    s->evidence.was_paused = found->guest_state == VIR_DOMAIN_PAUSED && !s->task->resume;
}

/* The destination is searched for what the source has. */
static gboolean ask_destination(MigSequence *s, const MigFacts *found)
{
    MigSide *side = s->sides[MIG_DESTINATION];
    if (!side)
        return TRUE;
    mig_side_set_guest(side, mig_request_name_there(s->task->request, found->guest_name),
                       found->guest_uuid);
    side->host_question =
        mig_host_question_of(s->task->request, found, s->sides[MIG_SOURCE]->guest_report);
    return step(s, mig_side_inspect, NULL, side);
}

static gboolean ask_hosts(MigSequence *s)
{
    MigSide *source = s->sides[MIG_SOURCE];
    mig_side_set_guest(source, s->task->request->guest, "");
    source->guest_question = mig_guest_question_of(s->task->request);
    if (!step(s, mig_side_inspect, source, s->sides[MIG_DESTINATION]))
        return FALSE;
    const MigFacts *found = source->facts;
    if (!found->guest_found)
        return TRUE;
    take_guest(s, found);
    return ask_destination(s, found);
}

/* What Check would have found, before libvirt is called. */
static gboolean check(MigSequence *s)
{
    const MigSide *source = s->sides[MIG_SOURCE], *destination = s->sides[MIG_DESTINATION];
    MigCheckInput input = { .request = s->task->request,
                            .source = s->task->source,
                            .destination = s->task->destination,
                            .on_source = source->facts,
                            .on_destination = facts_of(s, MIG_DESTINATION),
                            .guest = source->guest_report,
                            .there = destination ? destination->host_report : NULL };
    g_autoptr(GPtrArray) findings = NULL;
    s->plan = mig_plan_new(input.request, input.source, input.destination, input.on_source,
                           input.on_destination, s->task->pki_path, &s->error);
    findings = s->plan ? mig_check(&input) : mig_findings_new();
    if (!s->plan)
        mig_check_add_refusal(findings, s->error);
    mig_run_tell_findings(s->run, mig_findings_to_variant(findings));
    return s->plan && mig_check_passes(input.request, findings, &s->error);
}

static void note_before(MigSequence *s, MigSideIndex i)
{
    const MigFacts *facts = facts_of(s, i);
    if (!facts)
        return;
    s->before[i] = (MigConfigSight){ .seen = TRUE,
                                     .there = facts->guest_found && facts->guest_persistent,
                                     .digest = g_strdup(s->sides[i]->configuration) };
}

/* Best effort: without it, what a failed copy leaves behind is not known to be its own. */
static void find_volumes(MigSequence *s, GStrv paths)
{
    if (!*paths)
        return;
    MigSide *side = mig_side_new(s->task->destination, s->task->pki_path);
    side->volumes = g_strdupv(paths);
    if (!mig_sequence_glance(s, mig_side_missing_volumes, side))
        return;
    s->volumes = g_steal_pointer(&side->found_volumes);
    mig_side_free(side);
}

/* What is read after the plan and before the call. */
static gboolean prepare(MigSequence *s)
{
    const MigTask *task = s->task;
    MigSide *source = s->sides[MIG_SOURCE];
    gboolean wants_xml = mig_prepare_needs_xml(task);
    if (!step(s, mig_side_read_configuration, source, s->sides[MIG_DESTINATION]) ||
        (wants_xml && !step(s, mig_side_read_xml, source, NULL)))
        return FALSE;
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++)
        note_before(s, i);
    s->evidence.was_there = s->before[MIG_DESTINATION].there;
    s->params = mig_prepare_params(task, s->plan, source, &s->error);
    if (!s->params || !wants_xml || task->unopened)
        return s->params != NULL;
    g_auto(GStrv) paths = mig_prepare_volumes(task, source, s->params, &s->error);
    if (paths)
        find_volumes(s, paths);
    return paths != NULL;
}

static void set_error(MigSequence *s, MigError code, const char *pattern)
{
    g_autofree char *sentence =
        mig_sentence(pattern, "{guest}", s->guest, "{source}", s->task->source->name,
                     "{destination}", s->task->destination->name, NULL);
    s->error = g_error_new_literal(MIG_ERROR, (int) code, sentence);
}

static virDomainPtr find_domain(MigSequence *s)
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
static gboolean migrate3(const MigSequence *s, virDomainPtr domain, const MigParams *params)
{
    virConnectPtr destination = s->sides[MIG_DESTINATION]->connection;
    virConnectRegisterCloseCallback(destination, on_destination_closed, s->run, NULL);
    g_autoptr(virDomain) moved = virDomainMigrate3(domain, destination, params->list,
                                                   (unsigned int) params->n, s->plan->flags);
    return moved != NULL;
}

static gboolean migrate_to_uri3(const MigSequence *s, virDomainPtr domain, const MigParams *params)
{
    return virDomainMigrateToURI3(domain, s->plan->peer_uri, params->list, (unsigned int) params->n,
                                  s->plan->flags) == 0;
}

/* Why the call failed; that the destination was lost is the reason for what else libvirt says. */
static void set_call_error(MigSequence *s)
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
    mig_error_set_host(s->error, destination->name);
}

/* What libvirt sets of it before a migration it leaves so. */
static gboolean look_at_downtime(MigSequence *s, virDomainPtr domain)
{
    MigErrorPlace place = { MIG_DOING_CONTROL, s->task->source, s->task->destination, s->guest };
    if (!s->task->request->options[MIG_OPT_MAXIMUM_DOWNTIME].set ||
        mig_control_get_downtime(domain, &s->downtime_before))
        return TRUE;
    mig_libvirt_error(&place, &s->raw, &s->error);
    return FALSE;
}

static gboolean set_downtime(const MigSequence *s, virDomainPtr domain)
{
    guint64 downtime = mig_request_number(s->task->request, MIG_OPT_MAXIMUM_DOWNTIME);
    return s->downtime_before == 0 || mig_control_set_downtime(domain, (gint64) downtime);
}

/* NULL: the guest is not to go on there, or nobody looks. */
static MigBaseline *start_baseline(const MigSequence *s)
{
    const MigSide *destination = s->sides[MIG_DESTINATION];
    gboolean runs = !s->task->offline && !s->task->resume && !s->evidence.was_paused &&
                    !s->evidence.stays_paused;
    return destination && runs ? mig_baseline_start(destination->connection,
                                                    s->sides[MIG_SOURCE]->facts->guest_uuid)
                               : NULL;
}

static void take_baseline(MigSequence *s, MigBaseline *baseline)
{
    MigSide *side = s->sides[MIG_DESTINATION];
    side->has_baseline = mig_baseline_stop(baseline, &side->baseline);
}

static void migrate(MigSequence *s)
{
    static gboolean (*const calls[MIG_N_CALLS])(const MigSequence *, virDomainPtr,
                                                const MigParams *) = {
        [MIG_CALL_MIGRATE3] = migrate3,
        [MIG_CALL_TO_URI3] = migrate_to_uri3,
    };
    const MigSide *source = s->sides[MIG_SOURCE];
    g_auto(MigParams) params = mig_params_from_dict(s->params);
    g_autoptr(virDomain) domain = find_domain(s);
    if (!domain || !look_at_downtime(s, domain))
        return;
    MigFindings findings = { source->facts, facts_of(s, MIG_DESTINATION), s->plan, s->volumes,
                             s->downtime_before };
    if (mig_run_enter(s->run, &findings, &s->error) != MIG_ENTER_GO)
        return;

    s->evidence.called = TRUE;
    MigBaseline *baseline = start_baseline(s);
    if (!set_downtime(s, domain) || !calls[s->plan->call](s, domain, &params))
        set_call_error(s);
    /* it keeps the connection open */
    if (s->plan->call == MIG_CALL_MIGRATE3)
        virConnectUnregisterCloseCallback(s->sides[MIG_DESTINATION]->connection,
                                          on_destination_closed);
    s->evidence.answered = TRUE;
    if (baseline)
        take_baseline(s, baseline);
    /* when only our connection has ended, the source may go on */
    if (!s->error || s->error->code != MIG_ERROR_CONNECTION_LOST)
        mig_run_tell_phase(s->run, MIG_PHASE_VERIFYING);
}

/* What a step before the call has left behind about a side. */
static MigSight sight_so_far(const MigSequence *s, MigSideIndex i)
{
    const MigSide *side = s->sides[i];
    if (!side)
        return (MigSight){ MIG_SIGHT_NONE };
    gboolean timed_out = s->lost[i] && s->error && s->error->code == MIG_ERROR_HOST_TIMEOUT;
    if (side->facts && side->guest && !side->error)
        return mig_sight_of(side->facts);
    return (MigSight){ timed_out || (side->error && !side->connection) ? MIG_SIGHT_UNREACHABLE
                                                                       : MIG_SIGHT_NONE };
}

/* Cancelled, or failed, before the call: nothing was touched. */
static void end_untouched(MigSequence *s)
{
    MigSide *source = s->sides[MIG_SOURCE];
    if (!s->error && source->connection) {
        mig_side_set_guest(source, s->task->request->guest, "");
        mig_sequence_run(s, mig_side_look, source, NULL, g_get_monotonic_time() + MIG_GLANCE_USEC,
                         FALSE);
    }
    s->evidence.on_source = sight_so_far(s, MIG_SOURCE);
    s->evidence.on_destination = sight_so_far(s, MIG_DESTINATION);
}

/* A guest that stays has the limit again that it had before. */
static void restore_downtime(MigSequence *s)
{
    if (s->downtime_before == 0 || mig_evidence_has_arrived(&s->evidence))
        return;
    s->sides[MIG_SOURCE]->downtime = s->downtime_before;
    mig_sequence_run(s, mig_side_set_downtime, s->sides[MIG_SOURCE], NULL,
                     g_get_monotonic_time() + MIG_GLANCE_USEC, FALSE);
}

/* Nobody would run it otherwise, see docs/flows.md. */
static void resume_by_itself(MigSequence *s)
{
    g_autoptr(GError) error = NULL;
    s->evidence.mended = mig_sequence_recover(s, MIG_RECOVERY_RESUME_SOURCE, &error);
    if (error)
        log_warning("the guest stays paused on host %s: %s", s->task->source->name, error->message);
}

static gpointer run_sequence(gpointer data)
{
    MigSequence *s = data;
    s->deadline = g_get_monotonic_time() + s->task->deadline;
    if (!s->task->resumed &&
        step(s, mig_side_open, s->sides[MIG_SOURCE], s->sides[MIG_DESTINATION])) {
        mig_run_tell_phase(s->run, MIG_PHASE_CHECKING);
        if (ask_hosts(s) && check(s) && prepare(s))
            migrate(s);
    }
    MigEnding *ending = g_new0(MigEnding, 1);
    s->evidence.error = s->error;
    if (s->evidence.called || s->task->resumed)
        mig_sequence_follow(s);
    else
        end_untouched(s);
    s->evidence.error = s->error; /* a follower may have lost its patience */
    if (mig_sequence_may_resume(s))
        resume_by_itself(s);
    if (s->evidence.called) {
        mig_sequence_verify(s, ending);
        restore_downtime(s);
    }
    ending->evidence = s->evidence;
    ending->error = s->error;
    ending->raw = s->raw;
    mig_run_tell_ended(s->run, ending);
    return NULL; /* the sides go with the process: closing a connection may block too */
}

MigSequence *mig_sequence_new(MigRun *run, const MigTask *task, MigPair *pair)
{
    MigSequence *s = g_new0(MigSequence, 1);
    s->run = run;
    s->task = task;
    s->pair = pair;
    s->downtime_before = task->downtime_before;
    s->error = task->gave_up ? g_error_copy(task->gave_up) : NULL;
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++)
        s->sides[i] = i == MIG_DESTINATION && task->unopened
                          ? NULL
                          : mig_side_new(mig_sequence_host(s, i), task->pki_path);
    s->before[MIG_SOURCE] = mig_config_before(task->outcome.source);
    s->before[MIG_DESTINATION] = mig_config_before(task->outcome.destination);
    s->volumes = g_strdupv(task->volumes);
    s->evidence =
        (MigEvidence){ .guest = task->request->guest,
                       .source = task->source->name,
                       .destination = task->destination->name,
                       .called = task->called,
                       .followed = task->given_up,
                       .was_paused = task->was_paused,
                       .stays_paused = mig_request_number(task->request, MIG_OPT_PAUSED) != 0,
                       .was_there = task->was_there,
                       .client_driven = task->client_driven,
                       .unopened = task->unopened,
                       .offline = task->offline,
                       .undefine =
                           mig_request_number(task->request, MIG_OPT_UNDEFINE_SOURCE) != 0 };
    return s;
}

void mig_sequence_start(MigRun *run, const MigTask *task, MigPair *pair)
{
    g_thread_unref(g_thread_new("sequence", run_sequence, mig_sequence_new(run, task, pair)));
}
