/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See recover-bus.h. As in a run (run-letters.c) the main thread alone writes the record; the step
 * is done by a thread of its own, and its end arrives as a letter.
 */
#include "recover-bus.h"

#include <signal.h>
#include <systemd/sd-daemon.h>

#include "environment.h"
#include "journal.h"
#include "link.h"
#include "log.h"
#include "post.h"
#include "sd-autoptr.h"
#include "sentence.h"
#include "sequence-parts.h"
#include "variant.h"
#include "vir-loop.h"

/* Whoever has started this worker asks at once. */
#define WAIT_SECONDS 30

typedef struct {
    sd_event *event;
    MigLedger *ledger;
    MigJob *job;
    MigTask *task;
    MigLinkServer *server;
    MigPost *post;
    MigPair *pair;
    sd_bus_slot *object, *closed; /* of the client that is linked */
    sd_bus_message *call;         /* NULL: no step is being done */
    MigRecovery step;
    guint32 caller;
} Recover;

typedef struct {
    MigEnding ending;
    gboolean seen; /* both hosts have answered at the end */
    GError *error; /* why the step was not done */
} Outcome;

/* Why the job failed, without where the guest was then. What the worker's death or a cancel left
 * open is settled by the look of today. */
static GError *why_it_failed(const MigJob *job, const MigEvidence *evidence)
{
    g_autofree char *what = mig_conclude_take_what(evidence, job->error_message);
    if (job->state == MIG_STATE_CANCELLED)
        return NULL;
    return g_error_new_literal(MIG_ERROR, (int) mig_error_from_name(job->error_name), what);
}

static MigSequence *make_sequence(const Recover *recover)
{
    const MigJob *job = recover->job;
    MigSequence *s = mig_sequence_new(NULL, recover->task, recover->pair);
    s->guest = g_strdup(*job->guest_name ? job->guest_name : job->guest);
    s->evidence.guest = s->guest;
    s->evidence.cancel = job->state == MIG_STATE_CANCELLED;
    s->error = why_it_failed(job, &s->evidence);
    s->evidence.error = s->error;
    /* a cancelled job that is not what it was has failed all the same */
    s->evidence.followed = TRUE;
    return s;
}

static gboolean are_seen(const MigEvidence *evidence)
{
    return evidence->on_source.kind == MIG_SIGHT_SEEN &&
           evidence->on_destination.kind == MIG_SIGHT_SEEN;
}

static void set_error(MigJob *job, const MigConclusion *conclusion)
{
    g_autofree char *raw = g_strdup(job->error_raw);
    mig_job_set_error(job, conclusion->error, raw);
}

/* What is there now, beside what was recorded. */
static void take_ending(Recover *recover, const MigEnding *ending)
{
    MigJob *job = recover->job;
    const MigEvidence *evidence = &ending->evidence;
    MigConclusion conclusion = mig_conclude(evidence);
    gboolean was_paused = recover->task->was_paused;
    g_autoptr(GVariant) before = g_variant_ref_sink(mig_verify_forget(job->findings));
    if (mig_state_may_recover(job->state, conclusion.state))
        job->state = conclusion.state;
    mig_job_set_string(&job->source_state, mig_sight_to_string(&evidence->on_source));
    mig_job_set_string(&job->destination_state, mig_sight_to_string(&evidence->on_destination));
    mig_job_set_string(&job->guest_host, conclusion.guest_host);
    mig_job_set_variant(&job->verification,
                        mig_verify_advise(ending->verification, conclusion.advice));
    mig_job_set_variant(&job->findings, mig_findings_join(before, ending->findings));
    set_error(job, &conclusion);
    mig_job_set_variant(&job->recovery, mig_conclude_recovery(evidence, job, was_paused));
    g_clear_error(&conclusion.error);
}

static void journal(const Recover *recover)
{
    const MigJob *job = recover->job;
    const MigRecoveryInfo *info = mig_recovery_info(recover->step);
    g_autofree char *uid = g_strdup_printf("%u", recover->caller);
    g_autofree char *done =
        mig_sentence(info->done, "{guest}", *job->guest_name ? job->guest_name : job->guest,
                     "{source}", job->source, "{destination}", job->destination, NULL);
    const char *const more[] = { "RECOVERY_STEP", info->id, "RECOVERY", done,
                                 "CALLER_UID",    uid,      NULL };
    mig_journal_write(MIG_EVENT_RECOVERED, job, more);
}

static void answer(Recover *recover, const GError *error)
{
    g_autoptr(sd_bus_message) call = g_steal_pointer(&recover->call);
    g_auto(BusError) failure = SD_BUS_ERROR_NULL;
    if (error)
        mig_error_set_bus(&failure, error);
    int r =
        error ? sd_bus_reply_method_error(call, &failure) : sd_bus_reply_method_return(call, NULL);
    if (r < 0)
        log_info("nobody waits for the answer to Recover: %s", g_strerror(-r));
}

/* Both hosts must have been seen: what was known before is not given up for a host that is away. */
static void on_done(gpointer receiver, gpointer data)
{
    Recover *recover = receiver;
    Outcome *outcome = data;
    GError **error = &outcome->error;
    gboolean recorded = FALSE;
    if (outcome->seen) {
        take_ending(recover, &outcome->ending);
        recorded = mig_ledger_amend(recover->ledger, recover->job, *error ? NULL : error);
    }
    if (recorded && !*error)
        journal(recover);
    if (*error)
        log_warning("job %" G_GUINT64_FORMAT ": %s: %s", recover->job->id,
                    mig_recovery_info(recover->step)->id, (*error)->message);
    answer(recover, *error);
    sd_event_exit(recover->event, 0);
}

static gpointer run_step(gpointer data)
{
    Recover *recover = data;
    MigSequence *s = make_sequence(recover);
    Outcome *outcome = g_new0(Outcome, 1);
    mig_sequence_recover(s, recover->step, &outcome->error);
    outcome->seen = are_seen(&s->evidence);
    if (outcome->seen)
        mig_sequence_verify(s, &outcome->ending);
    outcome->ending.evidence = s->evidence;
    mig_post_send(recover->post, on_done, outcome);
    return NULL; /* the sides go with the process: closing a connection may block too */
}

static int on_recover(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    Recover *recover = userdata;
    g_autoptr(GError) error = NULL;
    const char *id;
    int r = sd_bus_message_read(call, "su", &id, &recover->caller);
    if (r < 0)
        return r;
    if (recover->call)
        g_set_error(&error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                    "another step is just being done for job %" G_GUINT64_FORMAT "; wait for its "
                    "answer and call again",
                    recover->job->id);
    else if (!mig_recovery_from_id(id, &recover->step))
        g_set_error(&error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, "no step is called %.32s", id);
    else
        mig_recovery_check_job(recover->job, &error);
    if (error)
        return mig_error_set_bus(ret_error, error);
    recover->call = sd_bus_message_ref(call);
    g_thread_unref(g_thread_new("recover", run_step, recover));
    return 1;
}

static int on_get_status(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const Recover *recover = userdata;
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(recover->job));
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = mig_variant_append(reply, status);
    return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Recover", SD_BUS_ARGS("s", step, "u", caller), SD_BUS_NO_RESULT,
                            on_recover, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("GetStatus", NULL, , "a{sv}", SD_BUS_PARAM(status), on_get_status,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static int stop_waiting(Recover *recover)
{
    return recover->call ? 0 : sd_event_exit(recover->event, 0);
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    return stop_waiting(userdata);
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
    return stop_waiting(userdata);
}

static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info,
                        void *userdata)
{
    return stop_waiting(userdata);
}

static void on_client(sd_bus *link, void *userdata)
{
    Recover *recover = userdata;
    recover->object = sd_bus_slot_unref(recover->object);
    recover->closed = sd_bus_slot_unref(recover->closed);
    int r = sd_bus_add_object_vtable(link, &recover->object, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                     vtable, recover);
    if (r >= 0)
        r = sd_bus_match_signal(link, &recover->closed, NULL, "/org/freedesktop/DBus/Local",
                                "org.freedesktop.DBus.Local", "Disconnected", on_disconnected,
                                recover);
    if (r < 0)
        log_warning("nobody can ask this worker for a step: %s", g_strerror(-r));
}

static gboolean set_up(Recover *recover, const MigWorkerOptions *options, GError **error)
{
    g_autofree char *instance = g_strdup_printf("%" G_GUINT64_FORMAT, recover->job->id);
    g_autofree char *path = g_build_filename(options->runtime_dir, MIG_LINK_JOBS, instance, NULL);
    recover->event = mig_environment_loop();
    recover->task = mig_task_new(recover->job, options, error);
    if (!recover->task)
        return FALSE;
    /* who mends must see both, whatever the migration did without */
    recover->task->unopened = FALSE;
    recover->pair = mig_pair_new();
    recover->post = mig_post_new(recover->event, recover, error);
    if (!recover->post || !mig_vir_loop_start(error))
        return FALSE;
    sd_event_add_signal(recover->event, NULL, SIGTERM, on_terminate, recover);
    sd_event_add_signal(recover->event, NULL, SIGINT, on_terminate, recover);
    sd_event_add_time_relative(recover->event, NULL, CLOCK_MONOTONIC, WAIT_SECONDS * G_USEC_PER_SEC,
                               0, on_time, recover);
    recover->server = mig_link_serve(path, recover->event, on_client, recover, error);
    return recover->server != NULL;
}

int mig_recover_loop(MigLedger *ledger, MigJob *job, const MigWorkerOptions *options)
{
    g_autoptr(GError) error = NULL;
    Recover *recover = g_new0(Recover, 1); /* a thread that is left behind may still use it */
    recover->ledger = ledger;
    recover->job = job;
    int status = 1;
    if (set_up(recover, options, &error)) {
        sd_notify(0, "READY=1");
        status = sd_event_loop(recover->event);
    } else {
        log_error("job %" G_GUINT64_FORMAT ": %s", job->id, error->message);
    }
    mig_link_server_free(recover->server);
    return status;
}
