/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See run.h: how a run is set up, what is asked of it meanwhile, and its loop.
 */
#include "run.h"

#include <signal.h>
#include <systemd/sd-daemon.h>

#include "environment.h"
#include "log.h"
#include "run-bus.h"
#include "run-parts.h"
#include "sequence.h"
#include "vir-loop.h"

gboolean mig_run_plan_allows(const MigRun *run, const char *key)
{
    gboolean allows = TRUE;
    g_variant_lookup(run->job->plan, key, "b", &allows);
    return allows;
}

void mig_run_start_monitor(MigRun *run)
{
    run->monitor = mig_monitor_start(run, run->task, run->job->guest_uuid);
    if (run->cancel)
        mig_monitor_abort(run->monitor);
}

const MigJob *mig_run_job(const MigRun *run)
{
    return run->job;
}

gboolean mig_run_cancel(MigRun *run, GError **error)
{
    if (run->cancel && !mig_state_is_final(run->job->state))
        return TRUE;
    if (!mig_control_check(MIG_CONTROL_CANCEL, run->job, error))
        return FALSE;
    run->cancel = TRUE;
    mig_run_set_state(run, MIG_STATE_CANCELLING);
    mig_run_record_or_warn(run);
    if (run->monitor)
        mig_monitor_abort(run->monitor);
    mig_patience_cancel(run->patience);
    mig_pair_interrupt(run->pair);
    mig_status_changed(run->status, TRUE);
    return TRUE;
}

gboolean mig_run_control(MigRun *run, MigControl control, guint64 value, void *caller,
                         GError **error)
{
    if (!mig_control_check_value(control, value, error) ||
        !mig_control_check(control, run->job, error))
        return FALSE;
    mig_commands_send(&run->commands, run->monitor, control, value, caller);
    return TRUE;
}

GVariant *mig_run_samples(const MigRun *run)
{
    return mig_samples_to_variant(&run->course.samples);
}

/* A stop of the unit. What libvirt does without us goes on, and a worker started later will look
 * how it ended; what we drive is cancelled if it still can be and otherwise brought to its end. */
static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info,
                        void *userdata)
{
    MigRun *run = userdata;
    g_autoptr(GError) error = NULL;
    gboolean goes_on =
        run->task->resumed || (run->monitor && mig_run_plan_allows(run, "survives-exit"));
    if (goes_on) {
        log_info("job %" G_GUINT64_FORMAT ": stopped, libvirt goes on without this worker",
                 run->job->id);
        return sd_event_exit(run->event, 0);
    }
    if (!mig_run_cancel(run, &error))
        log_info("job %" G_GUINT64_FORMAT ": not stopped: %s", run->job->id, error->message);
    return 0;
}

static void start(MigRun *run)
{
    MigJob *job = run->job;
    run->cancel = job->state == MIG_STATE_CANCELLING;
    if (run->cancel) {
        mig_patience_cancel(run->patience);
        mig_pair_interrupt(run->pair);
    }
    if (run->task->resumed) {
        mig_run_give_sign(run);
        log_info("job %" G_GUINT64_FORMAT ": its worker died in phase %s", job->id,
                 mig_phase_to_string(job->phase));
        run->course.progress.fraction = job->progress;
        run->was_paused = run->task->was_paused;
        if (run->task->called)
            mig_run_start_monitor(run);
    }
    mig_sequence_start(run, run->task, run->pair);
    mig_run_set_state(run, MIG_STATE_RUNNING);
    mig_run_enter_phase(run, MIG_PHASE_CONNECTING);
}

/* The threads of a job; the link is there before, so that nothing of them is missed. */
static gboolean set_up(MigRun *run, const MigWorkerOptions *options, GError **error)
{
    g_autofree char *instance = g_strdup_printf("%" G_GUINT64_FORMAT, run->job->id);
    g_autofree char *path = g_build_filename(options->runtime_dir, MIG_LINK_JOBS, instance, NULL);
    run->options = options;
    run->task = mig_task_new(run->job, options, error);
    run->post = run->task ? mig_post_new(run->event, run, error) : NULL;
    if (!run->post || !mig_vir_loop_start(error))
        return FALSE;
    sd_event_add_signal(run->event, NULL, SIGTERM, on_terminate, run);
    sd_event_add_signal(run->event, NULL, SIGINT, on_terminate, run);
    run->pair = mig_pair_new();
    mig_run_be_patient(run);
    if (run->server)
        mig_link_server_hand_over(run->server, mig_run_bus_attach, run);
    else
        run->server = mig_link_serve(path, run->event, mig_run_bus_attach, run, error);
    if (!run->server)
        return FALSE;
    run->status = mig_status_new(run->event, run->server, run->job);
    return TRUE;
}

int mig_run_loop(MigLedger *ledger, MigJob *job, MigLinkServer *server,
                 const MigWorkerOptions *options)
{
    g_autoptr(GError) error = NULL;
    MigRun *run = g_new0(MigRun, 1);
    run->ledger = ledger;
    run->job = job;
    run->server = server;
    run->event = mig_environment_loop();
    int status;
    if (set_up(run, options, &error)) {
        start(run);
        if (!server) /* else it is ready since it waits */
            sd_notify(0, "READY=1");
        status = sd_event_loop(run->event);
    } else {
        status = mig_run_fail(run, error);
    }
    mig_link_server_free(run->server);
    return status;
}
