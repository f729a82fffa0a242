/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See job.h. The life of a job: queued, job_start(), the worker's Status signals, and an end: the
 * worker's last Status, or its link closing. A worker that is gone without an outcome is started
 * once more: it finds the row beyond `queued`, looks at both hosts and records what it sees. If
 * that fails too the job is interrupted and says so.
 */
#include "job.h"

#include "error.h"
#include "journal.h"
#include "link.h"
#include "log.h"
#include "variant.h"

/* A worker, and one that looks what became of the first. */
#define STARTS_MAX 2

Job *job_new(MigJob *record, MigLedger *ledger, const WorkerContext *context,
             const JobHandlers *handlers, void *userdata)
{
    Job *job = g_new0(Job, 1);
    job->record = record;
    job->ledger = ledger;
    job->context = context;
    job->handlers = handlers;
    job->userdata = userdata;
    return job;
}

static void unlink_worker(Job *job)
{
    job->status = sd_bus_slot_unref(job->status);
    job->get_status = sd_bus_slot_unref(job->get_status);
    g_clear_pointer(&job->worker, worker_link_free);
}

void job_free(Job *job)
{
    if (!job)
        return;
    unlink_worker(job);
    mig_job_free(job->record);
    g_free(job);
}

gboolean job_is_started(const Job *job)
{
    return job->worker != NULL;
}

gboolean job_is_final(const Job *job)
{
    return mig_state_is_final(job->record->state);
}

static void job_finish(Job *job)
{
    unlink_worker(job);
    job->handlers->changed(job, job->userdata);
    job->handlers->finished(job, job->userdata);
}

/* An end that no worker wrote. */
static void job_end(Job *job, MigState state, const GError *why)
{
    g_autoptr(GError) error = NULL;
    job->record->state = state;
    job->record->phase = MIG_PHASE_DONE;
    job->record->finished = g_get_real_time();
    mig_job_set_error(job->record, why, NULL);
    if (!mig_ledger_update(job->ledger, job->record, &error))
        log_error("job %" G_GUINT64_FORMAT ": %s", job->record->id, error->message);
    /* a worker that was quicker has written it into the journal too */
    if (!g_error_matches(error, MIG_ERROR, MIG_ERROR_JOB_FINISHED))
        mig_journal_end(job->record, FALSE, NULL);
    job_finish(job);
}

static void job_reload(Job *job);

/* A signal has only what changed, and a quick worker may end before its whole status was asked for:
 * the end is read from the ledger, where it was written first. */
static void job_apply(Job *job, GVariant *status)
{
    if (!mig_job_apply_status(job->record, status))
        return;
    if (job_is_final(job)) {
        job_reload(job);
        job_finish(job);
    } else {
        job->handlers->changed(job, job->userdata);
    }
}

static void job_read_status(Job *job, sd_bus_message *m)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) status = mig_variant_read(m, "a{sv}", 0, &error);
    if (status)
        job_apply(job, status);
    else
        log_warning("job %" G_GUINT64_FORMAT ": %s", job->record->id, error->message);
}

static int on_status(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    job_read_status(userdata, m);
    return 0;
}

static int on_get_status(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    if (!sd_bus_message_is_method_error(m, NULL))
        job_read_status(userdata, m);
    return 0;
}

static void on_linked(sd_bus *link, void *userdata)
{
    Job *job = userdata;
    int r = sd_bus_match_signal(link, &job->status, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                "Status", on_status, job);
    if (r >= 0)
        r = sd_bus_call_method_async(link, &job->get_status, NULL, MIG_LINK_PATH,
                                     MIG_LINK_INTERFACE, "GetStatus", on_get_status, job, "");
    if (r >= 0 && job->cancel)
        r = sd_bus_call_method_async(link, NULL, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE, "Cancel",
                                     NULL, NULL, "");
    if (r < 0)
        log_warning("job %" G_GUINT64_FORMAT ": %s", job->record->id, g_strerror(-r));
}

/* What the worker wrote last. Its phase may be beyond what the link told. */
static void job_reload(Job *job)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigJob) written = mig_ledger_load(job->ledger, job->record->id, &error);
    if (!written) {
        log_error("job %" G_GUINT64_FORMAT ": %s", job->record->id, error->message);
        return;
    }
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(written));
    mig_job_apply_status(job->record, status);
}

static void on_gone(const GError *error, void *userdata)
{
    Job *job = userdata;
    unlink_worker(job);
    job_reload(job);
    if (job_is_final(job)) {
        job_finish(job);
        return;
    }
    if (error && job->record->phase == MIG_PHASE_QUEUED) {
        job_end(job, MIG_STATE_FAILED, error);
        return;
    }
    if (job->starts < STARTS_MAX) {
        log_warning("job %" G_GUINT64_FORMAT
                    ": its worker ended in phase %s; looking at both hosts",
                    job->record->id, mig_phase_to_string(job->record->phase));
        job_start(job, NULL);
        return;
    }
    g_autoptr(GError) interrupted = g_error_new(
        MIG_ERROR, MIG_ERROR_INTERRUPTED,
        "the worker ended without an outcome and so did the one that looked at the hosts; "
        "look for guest %s on %s and %s, and at journalctl -u migration-job@%" G_GUINT64_FORMAT,
        job->record->guest, job->record->source, job->record->destination, job->record->id);
    job_end(job, MIG_STATE_INTERRUPTED, interrupted);
}

void job_start(Job *job, WorkerLink *waiting)
{
    static const WorkerHandlers handlers = { on_linked, on_gone };
    g_autofree char *instance = g_strdup_printf("%" G_GUINT64_FORMAT, job->record->id);
    g_autoptr(GError) error = NULL;
    job->starts++;
    job->worker =
        waiting ? waiting
                : worker_link_open(job->context, LAUNCH_JOB, instance, &handlers, job, &error);
    if (job->worker && job->record->phase == MIG_PHASE_QUEUED)
        worker_link_begin(job->worker, waiting != NULL, &handlers, job);
    if (!job->worker)
        job_end(job,
                job->record->phase == MIG_PHASE_QUEUED ? MIG_STATE_FAILED : MIG_STATE_INTERRUPTED,
                error);
}

typedef struct {
    JobCancelled cancelled;
    void *userdata;
} Cancel;

static int on_cancel_reply(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    g_autofree Cancel *cancel = userdata;
    g_autoptr(GError) error = NULL;
    if (sd_bus_message_is_method_error(m, NULL))
        mig_error_from_bus(&error, sd_bus_message_get_error(m));
    cancel->cancelled(error, cancel->userdata);
    return 0;
}

static void job_pass_cancel(Job *job, JobCancelled cancelled, void *userdata)
{
    Cancel *cancel = g_new(Cancel, 1);
    *cancel = (Cancel){ cancelled, userdata };
    int r = sd_bus_call_method_async(worker_link_bus(job->worker), NULL, NULL, MIG_LINK_PATH,
                                     MIG_LINK_INTERFACE, "Cancel", on_cancel_reply, cancel, "");
    if (r >= 0)
        return;
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_WORKER,
                                          "the job's worker cannot be asked: %s", g_strerror(-r));
    g_free(cancel);
    cancelled(error, userdata);
}

void job_cancel(Job *job, JobCancelled cancelled, void *userdata)
{
    const char *refusal = mig_cancel_refusal(job->record->state, job->record->phase);
    if (refusal) {
        g_autoptr(GError) error = g_error_new_literal(
            MIG_ERROR, job_is_final(job) ? MIG_ERROR_JOB_FINISHED : MIG_ERROR_TOO_LATE, refusal);
        cancelled(error, userdata);
    } else if (!job->worker) {
        g_autoptr(GError) why =
            g_error_new(MIG_ERROR, MIG_ERROR_CANCELLED,
                        "cancelled while it waited for other jobs; nothing was done to guest %s",
                        job->record->guest);
        cancelled(NULL, userdata);
        job_end(job, MIG_STATE_CANCELLED, why);
    } else if (!worker_link_bus(job->worker)) {
        job->cancel = TRUE;
        cancelled(NULL, userdata);
    } else {
        job_pass_cancel(job, cancelled, userdata);
    }
}
