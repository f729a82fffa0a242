/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a run: what the job's row says when it is over, and the exit of the loop.
 */
#include "run-parts.h"

#include "check.h"
#include "journal.h"
#include "log.h"
#include "verification.h"

static void take_ending(MigRun *run, const MigEnding *ending)
{
    MigJob *job = run->job;
    MigEvidence evidence = ending->evidence;
    evidence.cancel = run->cancel;
    MigConclusion conclusion = mig_conclude(&evidence);
    mig_run_set_state(run, conclusion.state);
    mig_run_set_phase(run, MIG_PHASE_DONE);
    job->finished = g_get_real_time();
    mig_job_set_string(&job->source_state, mig_sight_to_string(&evidence.on_source));
    mig_job_set_string(&job->destination_state, mig_sight_to_string(&evidence.on_destination));
    mig_job_set_string(&job->guest_host, conclusion.guest_host);
    if (ending->statistics)
        mig_job_set_variant(&job->statistics, ending->statistics);
    if (ending->verification) {
        mig_job_set_variant(&job->verification, ending->verification);
        mig_job_set_variant(&job->findings, mig_findings_join(job->findings, ending->findings));
    }
    mig_job_set_variant(&job->verification,
                        mig_verify_advise(job->verification, conclusion.advice));
    mig_job_set_variant(&job->findings, mig_check_with_error(job->findings, conclusion.error));
    mig_course_end(&run->course, job, !conclusion.error);
    mig_job_set_error(job, conclusion.error, ending->raw);
    mig_job_set_variant(&job->recovery, mig_conclude_recovery(&evidence, job, run->was_paused));
    g_clear_error(&conclusion.error);
}

/* The end that is in the ledger: of one that could not be written another worker will tell. */
static void journal_ending(const MigRun *run, const MigEnding *ending)
{
    static const char *const followed[] = { "RECOVERY",
                                            "it has lost its worker process, and another "
                                            "one has looked after it to its end",
                                            NULL };
    if (run->task->resumed && run->job->state != MIG_STATE_INTERRUPTED)
        mig_journal_write(MIG_EVENT_RECOVERED, run->job, followed);
    mig_journal_end(run->job, run->was_paused, ending->error);
}

void mig_run_end(MigRun *run, const MigEnding *ending)
{
    g_autoptr(GError) error = NULL;
    if (run->monitor)
        mig_monitor_stop(run->monitor);
    take_ending(run, ending);
    mig_commands_refuse(&run->commands, run->job);
    gboolean recorded = mig_run_record(run, &error);
    if (recorded)
        journal_ending(run, ending);
    else
        log_error("job %" G_GUINT64_FORMAT " has ended but: %s", run->job->id, error->message);
    mig_status_changed(run->status, TRUE);
    sd_event_exit(run->event, recorded ? 0 : 1);
}

int mig_run_fail(MigRun *run, const GError *error)
{
    if (run->job->called) {
        log_error("job %" G_GUINT64_FORMAT ": %s", run->job->id, error->message);
        return 1;
    }
    mig_run_set_state(run, MIG_STATE_FAILED);
    mig_run_set_phase(run, MIG_PHASE_DONE);
    run->job->finished = g_get_real_time();
    mig_job_set_error(run->job, error, NULL);
    if (mig_run_record_or_warn(run))
        mig_journal_end(run->job, FALSE, NULL);
    return 1;
}
