/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See recovery.h. The worker is the job's unit again; that the job has ended tells it what it is
 * for.
 */
#include "recovery.h"

#include "error.h"
#include "link.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

struct Recovery {
    const WorkerContext *context;
    char *instance;
    MigRecovery step;
    guint32 caller;
    RecoveryDone done;
    void *userdata;
    WorkerLink *worker;
    sd_bus_slot *call;
    gboolean asked;  /* for the step: it may be done from now on */
    gboolean afresh; /* a second worker was started in place of one that was just ending */
};

void recovery_free(Recovery *recovery)
{
    if (!recovery)
        return;
    sd_bus_slot_unref(recovery->call);
    g_clear_pointer(&recovery->worker, worker_link_free);
    g_free(recovery->instance);
    g_free(recovery);
}

/* It is the last thing that is done to it. */
static void finish(Recovery *recovery, const GError *error)
{
    RecoveryDone done = recovery->done;
    recovery->done = NULL;
    if (done)
        done(error, recovery->userdata);
}

static void open_link(Recovery *recovery, GError **error);

/* One that has just done another step may still have its socket, and end with a call in it. */
static gboolean replace(Recovery *recovery, GError **error)
{
    if (recovery->asked || recovery->afresh)
        return FALSE;
    recovery->afresh = TRUE;
    recovery->call = sd_bus_slot_unref(recovery->call);
    g_clear_pointer(&recovery->worker, worker_link_free);
    open_link(recovery, error);
    return recovery->worker != NULL;
}

static void on_gone(const GError *why, void *userdata)
{
    Recovery *recovery = userdata;
    g_autoptr(GError) error = why ? g_error_copy(why) : NULL;
    if (!error && replace(recovery, &error))
        return;
    if (!error)
        g_set_error(&error, MIG_ERROR, MIG_ERROR_WORKER,
                    "the worker ended before it had answered; call look-again, and see what "
                    "journalctl -u migration-job@%s says",
                    recovery->instance);
    finish(recovery, error);
}

/* An error that is not the worker's: the link has closed, which on_gone() is told of. */
static gboolean is_of_link(const sd_bus_error *refusal)
{
    return refusal && !g_str_has_prefix(refusal->name, MIG_ERROR_PREFIX);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    Recovery *recovery = userdata;
    g_autoptr(GError) error = NULL;
    const sd_bus_error *refusal = sd_bus_message_get_error(m);
    if (is_of_link(refusal))
        return 1;
    if (refusal)
        mig_error_from_bus(&error, refusal);
    finish(recovery, error);
    return 1; /* or sd-bus would go on with a link that was closed */
}

static void ask(Recovery *recovery)
{
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_method_call(worker_link_bus(recovery->worker), &m, NULL,
                                           MIG_LINK_PATH, MIG_LINK_INTERFACE, "Recover");
    if (r >= 0)
        r = sd_bus_message_append(m, "su", mig_recovery_info(recovery->step)->id, recovery->caller);
    recovery->call = sd_bus_slot_unref(recovery->call);
    recovery->asked = TRUE;
    /* the worker has deadlines of its own, and on_gone() tells of its death */
    if (r >= 0)
        r = sd_bus_call_async(worker_link_bus(recovery->worker), &recovery->call, m, on_answer,
                              recovery, UINT64_MAX);
    if (r >= 0)
        return;
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_WORKER,
                                          "the worker of job %s cannot be asked: %s; call again",
                                          recovery->instance, g_strerror(-r));
    finish(recovery, error);
}

static int on_ready(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    if (!sd_bus_message_is_method_error(m, NULL))
        ask(userdata);
    return 1;
}

/* A sign of life comes first: a worker that answers it is none that is just ending. */
static void on_linked(sd_bus *link, void *userdata)
{
    Recovery *recovery = userdata;
    int r = sd_bus_call_method_async(link, &recovery->call, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                     "GetStatus", on_ready, recovery, "");
    if (r < 0)
        log_warning("job %s: its worker cannot be asked: %s", recovery->instance, g_strerror(-r));
}

static void open_link(Recovery *recovery, GError **error)
{
    static const WorkerHandlers handlers = { on_linked, on_gone };
    recovery->worker = worker_link_open(recovery->context, LAUNCH_JOB, recovery->instance,
                                        &handlers, recovery, error);
}

Recovery *recovery_start(const WorkerContext *context, guint64 job, MigRecovery step,
                         guint32 caller, RecoveryDone done, void *userdata, GError **error)
{
    Recovery *recovery = g_new0(Recovery, 1);
    recovery->context = context;
    recovery->instance = g_strdup_printf("%" G_GUINT64_FORMAT, job);
    recovery->step = step;
    recovery->caller = caller;
    recovery->done = done;
    recovery->userdata = userdata;
    open_link(recovery, error);
    if (recovery->worker)
        return recovery;
    recovery_free(recovery);
    return NULL;
}
