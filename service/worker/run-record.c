/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of a run: the job's state and phase as they change, in the ledger, in the journal and
 * on the link.
 */
#include "run-parts.h"

#include "journal.h"
#include "log.h"

gboolean mig_run_record(MigRun *run, GError **error)
{
    return mig_ledger_update(run->ledger, run->job, error);
}

gboolean mig_run_record_or_warn(MigRun *run)
{
    g_autoptr(GError) error = NULL;
    if (mig_run_record(run, &error))
        return TRUE;
    log_warning("job %" G_GUINT64_FORMAT ": %s", run->job->id, error->message);
    return FALSE;
}

void mig_run_set_state(MigRun *run, MigState state)
{
    if (mig_state_may_enter(run->job->state, state))
        run->job->state = state;
}

gboolean mig_run_set_phase(MigRun *run, MigPhase phase)
{
    if (!mig_phase_may_enter(run->job->phase, phase))
        return FALSE;
    run->job->phase = phase;
    mig_run_give_sign(run);
    return TRUE;
}

void mig_run_enter_phase(MigRun *run, MigPhase phase)
{
    if (!mig_run_set_phase(run, phase))
        return;
    mig_run_record_or_warn(run);
    mig_journal_write(phase == MIG_PHASE_CONNECTING ? MIG_EVENT_JOB_STARTED : MIG_EVENT_PHASE,
                      run->job, NULL);
    mig_status_changed(run->status, TRUE);
}
