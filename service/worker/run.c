/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See run.h. Everything below mig_worker_job() runs in the main thread; what the other threads say
 * arrives as letters (post.h). So the record is written by one thread only, and the gate before the
 * migrate call needs no lock: a cancel is either before its letter or after it.
 */
#include "run.h"

#include <libvirt/libvirt.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "commands.h"
#include "course.h"
#include "environment.h"
#include "error.h"
#include "journal.h"
#include "ledger.h"
#include "log.h"
#include "mode.h"
#include "monitor.h"
#include "params.h"
#include "patience.h"
#include "post.h"
#include "run-bus.h"
#include "sentence.h"
#include "sequence.h"
#include "statistics.h"
#include "status.h"
#include "verification.h"
#include "vir-loop.h"

struct MigRun {
    sd_event *event;
    const MigWorkerOptions *options;
    MigLedger *ledger;
    MigJob *job;
    MigTask *task;
    MigLinkServer *server;
    MigStatus *status;
    MigPost *post;
    MigPair *pair;
    MigMonitor *monitor; /* NULL: libvirt was not called yet */
    MigCommands commands;
    MigCourse course;
    MigPatience *patience;
    guint64 processed;   /* bytes, when libvirt told last */
    GError *timeout;     /* libvirt is not waited for any longer */
    gboolean was_paused; /* the guest, when it was looked at */
    gboolean cancel;
    gboolean moved; /* the source said so */
};

const MigJob *mig_run_job(const MigRun *run)
{
    return run->job;
}

/* What the driver must tell for a phase to say whether something moves: where it tells nothing
 * phase preparing lasts to the end, and a percent may take long. */
static MigTells must_tell(MigPhase phase)
{
    if (phase == MIG_PHASE_COPYING)
        return MIG_TELLS_ALL;
    return phase == MIG_PHASE_PREPARING ? MIG_TELLS_PERCENT : MIG_TELLS_NOTHING;
}

/* Something has moved. */
static void give_sign(MigRun *run)
{
    MigPhase phase = run->job->phase;
    gboolean told = mig_driver_named(run->task->source->driver)->tells >= must_tell(phase);
    if (run->job->called != 0)
        mig_patience_sign(run->patience, phase, told);
}

static gboolean record(MigRun *run, GError **error)
{
    return mig_ledger_update(run->ledger, run->job, error);
}

/* Goes on when it fails: what libvirt does cannot be taken back, and the last write tells. */
static gboolean record_or_warn(MigRun *run)
{
    g_autoptr(GError) error = NULL;
    if (record(run, &error))
        return TRUE;
    log_warning("job %" G_GUINT64_FORMAT ": %s", run->job->id, error->message);
    return FALSE;
}

static void set_state(MigRun *run, MigState state)
{
    if (mig_state_may_enter(run->job->state, state))
        run->job->state = state;
}

static gboolean set_phase(MigRun *run, MigPhase phase)
{
    if (!mig_phase_may_enter(run->job->phase, phase))
        return FALSE;
    run->job->phase = phase;
    give_sign(run);
    return TRUE;
}

static void enter_phase(MigRun *run, MigPhase phase)
{
    if (!set_phase(run, phase))
        return;
    record_or_warn(run);
    mig_journal_write(phase == MIG_PHASE_CONNECTING ? MIG_EVENT_JOB_STARTED : MIG_EVENT_PHASE,
                      run->job, NULL);
    mig_status_changed(run->status, TRUE);
}

static void on_phase(gpointer receiver, gpointer data)
{
    enter_phase(receiver, (MigPhase) GPOINTER_TO_UINT(data));
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

static void start_monitor(MigRun *run)
{
    run->monitor = mig_monitor_start(run, run->task, run->job->guest_uuid);
    if (run->cancel)
        mig_monitor_abort(run->monitor);
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
    set_phase(run, MIG_PHASE_PREPARING);
    run->job->called = g_get_real_time();
    if (!record(run, &entry->error)) {
        run->job->called = 0;
        entry->answer = MIG_ENTER_ERROR;
        return;
    }
    mig_journal_write(MIG_EVENT_PHASE, run->job, NULL);
    give_sign(run);
    run->was_paused =
        entry->findings->on_source->guest_state == VIR_DOMAIN_PAUSED && !run->task->resume;
    start_monitor(run);
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
        give_sign(run);
    run->processed = processed;
    mig_course_update(&run->course, run->job, statistics);
    if (processed > 0)
        enter_phase(run, MIG_PHASE_COPYING);
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
        enter_phase(run, MIG_PHASE_SWITCHING);
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
    enter_phase(run, MIG_PHASE_POST_COPY);
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

/* The plan's word on something; TRUE while there is no plan. */
static gboolean plan_allows(const MigRun *run, const char *key)
{
    gboolean allows = TRUE;
    g_variant_lookup(run->job->plan, key, "b", &allows);
    return allows;
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
    return g_error_new_literal(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT, sentence);
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
    if (record_or_warn(run))
        sd_event_exit(run->event, 1);
}

static void on_patience(MigPatienceEvent event, void *userdata)
{
    if (event == MIG_PATIENCE_WAITS || event == MIG_PATIENCE_MOVES)
        set_waiting(userdata, event == MIG_PATIENCE_WAITS);
    else
        give_up(userdata, event);
}

static void on_lost(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    if (!run->monitor || mig_cancel_refusal(MIG_STATE_RUNNING, run->job->phase) ||
        !plan_allows(run, "cancellable"))
        return;
    log_warning("job %" G_GUINT64_FORMAT ": %s is lost, giving up", run->job->id,
                run->job->destination);
    mig_monitor_abort(run->monitor);
}

void mig_run_tell_lost(MigRun *run)
{
    mig_post_send(run->post, on_lost, NULL);
}

static void take_ending(MigRun *run, const MigEnding *ending)
{
    MigJob *job = run->job;
    MigEvidence evidence = ending->evidence;
    evidence.cancel = run->cancel;
    MigConclusion conclusion = mig_conclude(&evidence);
    set_state(run, conclusion.state);
    set_phase(run, MIG_PHASE_DONE);
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

static void on_ended(gpointer receiver, gpointer data)
{
    MigRun *run = receiver;
    g_autoptr(GError) error = NULL;
    if (run->monitor)
        mig_monitor_stop(run->monitor);
    take_ending(run, data);
    mig_commands_refuse(&run->commands, run->job);
    gboolean recorded = record(run, &error);
    if (recorded)
        journal_ending(run, data);
    else
        log_error("job %" G_GUINT64_FORMAT " has ended but: %s", run->job->id, error->message);
    mig_status_changed(run->status, TRUE);
    sd_event_exit(run->event, recorded ? 0 : 1);
}

void mig_run_tell_ended(MigRun *run, MigEnding *ending)
{
    mig_post_send(run->post, on_ended, ending);
}

gboolean mig_run_cancel(MigRun *run, GError **error)
{
    if (run->cancel && !mig_state_is_final(run->job->state))
        return TRUE;
    if (!mig_control_check(MIG_CONTROL_CANCEL, run->job, error))
        return FALSE;
    run->cancel = TRUE;
    set_state(run, MIG_STATE_CANCELLING);
    record_or_warn(run);
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
    gboolean goes_on = run->task->resumed || (run->monitor && plan_allows(run, "survives-exit"));
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
        give_sign(run);
        log_info("job %" G_GUINT64_FORMAT ": its worker died in phase %s", job->id,
                 mig_phase_to_string(job->phase));
        run->course.progress.fraction = job->progress;
        run->was_paused = run->task->was_paused;
        if (run->task->called)
            start_monitor(run);
    }
    mig_sequence_start(run, run->task, run->pair);
    set_state(run, MIG_STATE_RUNNING);
    enter_phase(run, MIG_PHASE_CONNECTING);
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
    run->patience = mig_patience_new(run->event, options, on_patience, run);
    if (run->server)
        mig_link_server_hand_over(run->server, mig_run_bus_attach, run);
    else
        run->server = mig_link_serve(path, run->event, mig_run_bus_attach, run, error);
    if (!run->server)
        return FALSE;
    run->status = mig_status_new(run->event, run->server, run->job);
    return TRUE;
}

/* It cannot be started. What a worker before us started is not ended with that. */
static int fail(MigRun *run, const GError *error)
{
    if (run->job->called) {
        log_error("job %" G_GUINT64_FORMAT ": %s", run->job->id, error->message);
        return 1;
    }
    set_state(run, MIG_STATE_FAILED);
    set_phase(run, MIG_PHASE_DONE);
    run->job->finished = g_get_real_time();
    mig_job_set_error(run->job, error, NULL);
    if (record_or_warn(run))
        mig_journal_end(run->job, FALSE, NULL);
    return 1;
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
        status = fail(run, error);
    }
    mig_link_server_free(run->server);
    return status;
}
