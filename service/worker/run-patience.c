/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The deadlines of a run (patience.h): what counts as a sign that libvirt goes on, and what is done
 * when there is none for too long.
 */
#include "run-parts.h"

#include "log.h"
#include "mode.h"
#include "sentence.h"

/* What the driver must tell for a phase to say whether something moves: where it tells nothing
 * phase preparing lasts to the end, and a percent may take long. */
static MigTells must_tell(MigPhase phase)
{
    if (phase == MIG_PHASE_COPYING)
        return MIG_TELLS_ALL;
    return phase == MIG_PHASE_PREPARING ? MIG_TELLS_PERCENT : MIG_TELLS_NOTHING;
}

void mig_run_give_sign(MigRun *run)
{
    if (run->job->called == 0)
        return; /* libvirt is not waited for yet, and there may be no task */
    MigPhase phase = run->job->phase;
    gboolean told = mig_driver_named(run->task->source->driver)->tells >= must_tell(phase);
    mig_patience_sign(run->patience, phase, told);
}

static void set_waiting(MigRun *run, gboolean waits)
{
    mig_job_set_string(&run->job->waiting_for, waits ? run->job->destination : "");
    mig_status_changed(run->status, TRUE);
}

static GError *make_timeout(const MigRun *run, MigPatienceEvent event)
{
    static const char *const doing[MIG_N_PHASES] = {
        [MIG_PHASE_PREPARING] = "while guest {guest} was to be prepared on host {destination}",
        [MIG_PHASE_COPYING] = "while guest {guest} was being sent to host {destination}",
        [MIG_PHASE_SWITCHING] = "while guest {guest} was being switched to host {destination}",
    };
    gboolean cancel = event == MIG_PATIENCE_CANCELLED;
    g_autofree char *pattern =
        g_strdup_printf("%s within %u s %s; see whether libvirtd or the hypervisor hangs there",
                        cancel ? "libvirt did not take the cancel" : "libvirt did not go on",
                        cancel ? run->options->cancel_deadline : run->options->answer_deadline,
                        doing[run->job->phase]);
    g_autofree char *sentence = mig_sentence(pattern, "{guest}", run->job->guest_name,
                                             "{destination}", run->job->destination, NULL);
    GError *timeout = g_error_new_literal(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT, sentence);
    mig_error_set_host(timeout, run->job->destination);
    return timeout;
}

/* libvirt cannot be interrupted in this process. With it our connections end, which libvirt takes
 * for a client's death: a migration that we drive is given up as far as it still can be, one that
 * the source drives is left to it. The next worker finds the reason in the row and looks at both
 * hosts. One that only looks has nothing to end. */
static void give_up(MigRun *run, MigPatienceEvent event)
{
    if (run->timeout)
        return;
    run->timeout = make_timeout(run, event);
    log_warning("job %" G_GUINT64_FORMAT ": %s", run->job->id, run->timeout->message);
    if (run->task->resumed)
        return;
    mig_job_set_error(run->job, run->timeout, NULL);
    if (mig_run_record_or_warn(run))
        sd_event_exit(run->event, 1);
}

static void on_patience(MigPatienceEvent event, void *userdata)
{
    if (event == MIG_PATIENCE_WAITS || event == MIG_PATIENCE_MOVES)
        set_waiting(userdata, event == MIG_PATIENCE_WAITS);
    else
        give_up(userdata, event);
}

void mig_run_be_patient(MigRun *run)
{
    run->patience = mig_patience_new(run->event, run->options, on_patience, run);
}
