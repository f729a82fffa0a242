/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See run-letters.h. What begins with on_ runs in the main thread, to which it comes as a letter
 * (post.h). So the record is written by one thread only, and the gate before the migrate call needs
 * no lock: a cancel is either before its letter or after it.
 */
#include "run-letters.h"

#include <libvirt/libvirt.h>

#include "journal.h"
#include "log.h"
#include "run-parts.h"
#include "sequence.h"
#include "statistics.h"
#include "verification.h"

static void on_phase(gpointer receiver, gpointer data)
{
    mig_run_enter_phase(receiver, (MigPhase) GPOINTER_TO_UINT(data));
}

void mig_run_tell_phase(MigRun *run, MigPhase phase)
{
    mig_post_send(run->post, on_phase, GUINT_TO_POINTER(phase));
}

static void on_findings(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    g_autoptr(GVariant) findings = data;
    mig_job_set_variant(&run->job->findings, findings);
}

void mig_run_tell_findings(MigRun *run, GVariant *findings)
{
    mig_post_send(run->post, on_findings, g_variant_ref_sink(findings));
}

typedef struct {
    const MigFindings *findings;
    MigEnter answer;
    GError *error;
} Entry;

static void take_findings(MigJob *job, const MigFindings *findings)
{
    const MigFacts *source = findings->on_source;
    mig_job_set_string(&job->guest_name, source->guest_name);
    mig_job_set_string(&job->guest_uuid, source->guest_uuid);
    mig_job_set_string(&job->source_state, mig_guest_state_to_string(source->guest_state));
    mig_job_set_string(&job->state_before, job->source_state);
    job->downtime_before = findings->downtime_before;
    if (findings->on_destination)
        mig_job_set_string(&job->destination_state,
                           mig_guest_state_to_string(findings->on_destination->guest_state));
    mig_job_set_string(&job->guest_host, job->source);
    mig_job_set_variant(&job->plan, mig_plan_to_variant(findings->plan));
    mig_job_set_variant(&job->verification,
                        mig_verify_pending((const char *const *) findings->volumes));
}

static void on_enter(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    Entry *entry = data;
    take_findings(run->job, entry->findings);
    if (run->cancel) {
        entry->answer = MIG_ENTER_CANCELLED;
        return;
    }
    mig_run_set_phase(run, MIG_PHASE_PREPARING);
    run->job->called = g_get_real_time();
    if (!mig_run_record(run, &entry->error)) {
        run->job->called = 0;
        entry->answer = MIG_ENTER_ERROR;
        return;
    }
    mig_journal_write(MIG_EVENT_PHASE, run->job, NULL);
    mig_run_give_sign(run);
    run->was_paused =
        entry->findings->on_source->guest_state == VIR_DOMAIN_PAUSED && !run->task->resume;
    mig_run_start_monitor(run);
    mig_status_changed(run->status, TRUE);
    entry->answer = MIG_ENTER_GO;
}

MigEnter mig_run_enter(MigRun *run, const MigFindings *findings, GError **error)
{
    Entry entry = { findings, MIG_ENTER_ERROR, NULL };
    mig_post_ask(run->post, on_enter, &entry);
    if (entry.error)
        g_propagate_error(error, entry.error);
    return entry.answer;
}

static void on_statistics(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    g_autoptr(GVariant) statistics = data;
    if (run->job->phase >= MIG_PHASE_VERIFYING)
        return;
    guint64 processed = mig_statistics_get(statistics, VIR_DOMAIN_JOB_DATA_PROCESSED);
    /* an aborted job has zeroes again at its end */
    if (processed == 0 && run->job->phase >= MIG_PHASE_COPYING)
        return;
    if (processed != run->processed)
        mig_run_give_sign(run);
    run->processed = processed;
    mig_course_update(&run->course, run->job, statistics);
    if (processed > 0)
        mig_run_enter_phase(run, MIG_PHASE_COPYING);
    mig_status_changed(run->status, FALSE);
}

void mig_run_tell_statistics(MigRun *run, GVariant *statistics)
{
    mig_post_send(run->post, on_statistics, statistics);
}

static void on_paused(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    if (run->job->phase >= MIG_PHASE_SWITCHING)
        return;
    mig_job_set_string(&run->job->source_state, mig_guest_state_to_string(VIR_DOMAIN_PAUSED));
    /* a guest that is not migrated live is paused from the start */
    if (GPOINTER_TO_INT(data) && run->task->live && !run->was_paused)
        mig_run_enter_phase(run, MIG_PHASE_SWITCHING);
    mig_status_changed(run->status, TRUE);
}

void mig_run_tell_paused(MigRun *run, gboolean switching)
{
    mig_post_send(run->post, on_paused, GINT_TO_POINTER(switching));
}

static void on_post_copy(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    MigJob *job = run->job;
    if (!mig_phase_may_enter(job->phase, MIG_PHASE_POST_COPY))
        return;
    mig_job_set_string(&job->source_state, mig_guest_state_to_string(VIR_DOMAIN_PAUSED));
    mig_job_set_string(&job->destination_state, mig_guest_state_to_string(VIR_DOMAIN_RUNNING));
    mig_job_set_string(&job->guest_host, job->destination);
    mig_run_enter_phase(run, MIG_PHASE_POST_COPY);
}

void mig_run_tell_post_copy(MigRun *run)
{
    mig_post_send(run->post, on_post_copy, NULL);
}

static void on_done(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    mig_commands_done(&run->commands, data);
}

void mig_run_tell_done(MigRun *run, MigCommand *command)
{
    mig_post_send(run->post, on_done, command);
}

static void on_moved(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    run->moved = TRUE;
}

void mig_run_tell_moved(MigRun *run)
{
    mig_post_send(run->post, on_moved, NULL);
}

static void on_has_moved(gpointer receiver, gpointer data)
{
    const MigRun *run = receiver;
    *(gboolean *) data = run->moved;
}

gboolean mig_run_has_moved(MigRun *run)
{
    gboolean moved = FALSE;
    mig_post_ask(run->post, on_has_moved, &moved);
    return moved;
}

static void on_stuck(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    g_autoptr(GError) error = NULL;
    MigTask *task = run->job->phase < MIG_PHASE_VERIFYING && !run->task->resumed
                        ? mig_task_new(run->job, run->options, &error)
                        : NULL;
    if (!task)
        return;
    log_warning("job %" G_GUINT64_FORMAT ": libvirt does not answer, although it has given up",
                run->job->id);
    task->given_up = TRUE;
    mig_sequence_start(run, task, run->pair);
}

void mig_run_tell_stuck(MigRun *run)
{
    mig_post_send(run->post, on_stuck, NULL);
}

static void on_take_timeout(gpointer receiver, gpointer data)
{
    const MigRun *run = receiver;
    *(GError **) data = run->timeout ? g_error_copy(run->timeout) : NULL;
}

GError *mig_run_take_timeout(MigRun *run)
{
    GError *timeout = NULL;
    mig_post_ask(run->post, on_take_timeout, &timeout);
    return timeout;
}

static void on_lost(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    if (!run->monitor || mig_cancel_refusal(MIG_STATE_RUNNING, run->job->phase) ||
        !mig_run_plan_allows(run, "cancellable"))
        return;
    log_warning("job %" G_GUINT64_FORMAT ": %s is lost, giving up", run->job->id,
                run->job->destination);
    mig_monitor_abort(run->monitor);
}

void mig_run_tell_lost(MigRun *run)
{
    mig_post_send(run->post, on_lost, NULL);
}

static void on_ended(gpointer receiver, gpointer data)
{
    mig_run_end(receiver, data);
}

void mig_run_tell_ended(MigRun *run, MigEnding *ending)
{
    mig_post_send(run->post, on_ended, ending);
}
