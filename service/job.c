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
#include "samples.h"
#include "sd-autoptr.h"
#include "variant.h"
#include "verification.h"

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
    recovery_free(job->recovery);
    g_free(job->recovered);
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

/* What the hosts show nobody has seen. */
static void offer_look(MigJob *record)
{
    if (record->called != 0)
        mig_job_set_variant(&record->recovery,
                            mig_recovery_list(MIG_REST_UNSEEN, MIG_REST_UNSEEN, FALSE, TRUE));
}

/* An end that no worker wrote. */
static void job_end(Job *job, MigState state, const GError *why)
{
    g_autoptr(GError) error = NULL;
    job->record->state = state;
    job->record->phase = MIG_PHASE_DONE;
    job->record->finished = g_get_real_time();
    mig_job_set_error(job->record, why, NULL);
    offer_look(job->record);
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

/* What the worker wrote last, NULL: it cannot be read. */
static GVariant *read_status(const Job *job)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigJob) written = mig_ledger_load(job->ledger, job->record->id, &error);
    if (written)
        return g_variant_ref_sink(mig_job_status(written));
    log_error("job %" G_GUINT64_FORMAT ": %s", job->record->id, error->message);
    return NULL;
}

/* Its phase may be beyond what the link told. */
static void job_reload(Job *job)
{
    g_autoptr(GVariant) status = read_status(job);
    if (status)
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
    if (job->record->called != 0)
        mig_job_set_variant(&job->record->verification,
                            mig_verify_advise(job->record->verification, MIG_ADVICE_LOOK_AT_BOTH));
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
    const Job *job;
    MigControl which;
    JobDone done;
    void *userdata;
} Control;

/* An answer that is not the worker's: the link has closed. */
static gboolean is_of_link(const sd_bus_error *refusal)
{
    return !g_str_has_prefix(refusal->name, MIG_ERROR_PREFIX);
}

static void set_unanswered(GError **error, const char *why)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER,
                "the job's worker did not answer (%s); look at the job's state", why);
}

/* Without a reply: the job has ended, and what came after that the worker has not read. */
static void on_control_reply(sd_bus_message *m, void *userdata)
{
    g_autofree Control *control = userdata;
    const sd_bus_error *refusal = m ? sd_bus_message_get_error(m) : NULL;
    g_autoptr(GError) error = NULL;
    if (!m && mig_control_check(control->which, control->job->record, &error))
        set_unanswered(&error, "the service is being stopped");
    else if (refusal && is_of_link(refusal))
        set_unanswered(&error, refusal->message);
    else if (refusal)
        mig_error_from_bus(&error, refusal);
    control->done(error, control->userdata);
}

static int call_worker(WorkerLink *worker, const MigControlInfo *info, guint64 value,
                       Control *control)
{
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_method_call(worker_link_bus(worker), &m, NULL, MIG_LINK_PATH,
                                           MIG_LINK_INTERFACE, info->method);
    if (r >= 0 && info->value != MIG_N_OPTS)
        r = sd_bus_message_append(m, "t", value);
    return r < 0 ? r : worker_link_call(worker, m, on_control_reply, control);
}

static void job_pass_control(Job *job, MigControl which, guint64 value, JobDone done,
                             void *userdata)
{
    Control *control = g_new(Control, 1);
    *control = (Control){ job, which, done, userdata };
    int r = call_worker(job->worker, mig_control_info(which), value, control);
    if (r >= 0)
        return;
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_WORKER,
                                          "the job's worker cannot be asked: %s", g_strerror(-r));
    g_free(control);
    done(error, userdata);
}

static void job_cancel_queued(Job *job)
{
    g_autoptr(GError) why =
        g_error_new(MIG_ERROR, MIG_ERROR_CANCELLED,
                    "cancelled while it waited for other jobs; nothing was done to guest %s",
                    job->record->guest);
    job_end(job, MIG_STATE_CANCELLED, why);
}

void job_control(Job *job, MigControl control, guint64 value, JobDone done, void *userdata)
{
    g_autoptr(GError) error = NULL;
    if (!mig_control_check(control, job->record, &error)) {
        done(error, userdata);
    } else if (job->worker && worker_link_bus(job->worker)) {
        job_pass_control(job, control, value, done, userdata);
    } else if (control != MIG_CONTROL_CANCEL) {
        g_set_error_literal(&error, MIG_ERROR, MIG_ERROR_WORKER,
                            "the job's worker is just being linked to; try again");
        done(error, userdata);
    } else {
        job->cancel = TRUE;
        done(NULL, userdata);
        if (!job->worker)
            job_cancel_queued(job);
    }
}

struct JobRecovered {
    JobDone done;
    void *userdata;
};

gboolean job_is_recovering(const Job *job)
{
    return job->recovery != NULL;
}

/* The row as it is now; a job that has ended changes in no other way. */
static void job_reload_ended(Job *job)
{
    g_autoptr(GVariant) status = read_status(job);
    if (status && mig_job_apply_recovery(job->record, status))
        job->handlers->changed(job, job->userdata);
}

static void on_recovered(const GError *error, void *userdata)
{
    Job *job = userdata;
    g_autofree struct JobRecovered *recovered = g_steal_pointer(&job->recovered);
    g_autoptr(GError) why = error ? g_error_copy(error) : NULL; /* it may be the recovery's */
    g_clear_pointer(&job->recovery, recovery_free);
    job_reload_ended(job);
    recovered->done(why, recovered->userdata);
}

void job_recover(Job *job, MigRecovery step, guint32 caller, JobDone done, void *userdata)
{
    g_autoptr(GError) error = NULL;
    if (job_is_recovering(job)) {
        g_set_error(&error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                    "job %" G_GUINT64_FORMAT
                    " is being recovered already; wait for the end of that",
                    job->record->id);
        done(error, userdata);
        return;
    }
    job_reload_ended(job); /* a step may have ended while the service was away */
    if (mig_recovery_check_job(job->record, &error))
        job->recovery =
            recovery_start(job->context, job->record->id, step, caller, on_recovered, job, &error);
    if (!job->recovery) {
        done(error, userdata);
        return;
    }
    log_info("job %" G_GUINT64_FORMAT ": %s for user %u", job->record->id,
             mig_recovery_info(step)->id, caller);
    job->recovered = g_new(struct JobRecovered, 1);
    *job->recovered = (struct JobRecovered){ done, userdata };
}

typedef struct {
    const Job *job;
    JobSamples got;
    void *userdata;
} Samples;

static void give_written_samples(const Job *job, JobSamples got, void *userdata)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) samples = mig_ledger_samples(job->ledger, job->record->id, &error);
    got(samples, error, userdata);
}

/* Without a reply: the job has ended, and has written them before. */
static void on_samples(sd_bus_message *m, void *userdata)
{
    g_autofree Samples *samples = userdata;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) value = NULL;
    if (!m) {
        give_written_samples(samples->job, samples->got, samples->userdata);
        return;
    }
    if (sd_bus_message_is_method_error(m, NULL))
        set_unanswered(&error, sd_bus_message_get_error(m)->message);
    else
        value = mig_variant_read(m, MIG_SAMPLES_TYPE, 0, &error);
    samples->got(value, error, samples->userdata);
}

static int ask_samples(const Job *job, JobSamples got, void *userdata)
{
    g_autoptr(sd_bus_message) m = NULL;
    Samples *samples = g_new(Samples, 1);
    *samples = (Samples){ job, got, userdata };
    int r = sd_bus_message_new_method_call(worker_link_bus(job->worker), &m, NULL, MIG_LINK_PATH,
                                           MIG_LINK_INTERFACE, "GetSamples");
    if (r >= 0)
        r = worker_link_call(job->worker, m, on_samples, samples);
    if (r < 0)
        g_free(samples);
    return r;
}

void job_get_samples(const Job *job, JobSamples got, void *userdata)
{
    if (!job->worker || !worker_link_bus(job->worker) || ask_samples(job, got, userdata) < 0)
        give_written_samples(job, got, userdata);
}
