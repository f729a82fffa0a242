/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See worker-link.h. A socket that is there is connected to; one that nobody answers on is what a
 * dead worker left behind and is removed. The directory is watched before it is looked at, so that
 * no socket is missed.
 *
 * What a worker is told to begin is told with a time limit that it knows. So one that hung cannot
 * begin late, beside the worker that has taken its place.
 */
#include "worker-link.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "config.h"
#include "error.h"
#include "link.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

/* How long a worker may take to begin. One that was ready and waits needs a millisecond, and it is
 * not worth more than a start. */
#define BEGIN_AHEAD_USEC (1 * G_USEC_PER_SEC)
#define BEGIN_USEC (30 * G_USEC_PER_SEC)
/* And its answer after that. */
#define ANSWER_USEC (1 * G_USEC_PER_SEC)

struct WorkerLink {
    WorkerContext context;
    LaunchKind kind;
    char *instance;
    char *path;
    const WorkerHandlers *handlers;
    void *userdata;
    sd_event_source *watch;
    sd_event_source *deferred; /* a socket was there from the start */
    Launch *launch;
    gboolean afresh; /* that launch is LAUNCH_AFRESH */
    gboolean begin;  /* it must be told, and has not begun yet */
    gboolean ahead;  /* it was not started for us: another may take its place */
    sd_bus_slot *beginning;
    sd_event_source *late; /* sd-bus has none before a link has authenticated */
    sd_bus *bus;
    sd_bus_slot *disconnected;
    GQueue calls; /* WorkerCall */
};

typedef struct {
    WorkerLink *worker;
    sd_bus_slot *slot;
    WorkerAnswered answered;
    void *userdata;
} WorkerCall;

static void call_end(WorkerCall *call, sd_bus_message *reply)
{
    g_queue_remove(&call->worker->calls, call);
    sd_bus_slot_unref(call->slot);
    call->answered(reply, call->userdata);
    g_free(call);
}

static int on_call_answered(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
    call_end(userdata, reply);
    return 0;
}

int worker_link_call(WorkerLink *worker, sd_bus_message *m, WorkerAnswered answered, void *userdata)
{
    WorkerCall *call = g_new(WorkerCall, 1);
    *call = (WorkerCall){ worker, NULL, answered, userdata };
    int r = sd_bus_call_async(worker->bus, &call->slot, m, on_call_answered, call, 0);
    if (r >= 0)
        g_queue_push_tail(&worker->calls, call);
    else
        g_free(call);
    return r;
}

static void stop_starting(WorkerLink *worker)
{
    worker->watch = sd_event_source_disable_unref(worker->watch);
    worker->deferred = sd_event_source_disable_unref(worker->deferred);
    g_clear_pointer(&worker->launch, launch_forget);
}

/* sd-bus answers for a link that the worker closes, but not for one that we close. */
static void disconnect(WorkerLink *worker)
{
    while (!g_queue_is_empty(&worker->calls))
        call_end(g_queue_peek_head(&worker->calls), NULL);
    worker->late = sd_event_source_disable_unref(worker->late);
    worker->beginning = sd_bus_slot_unref(worker->beginning);
    worker->disconnected = sd_bus_slot_unref(worker->disconnected);
    worker->bus = sd_bus_close_unref(worker->bus);
}

void worker_link_free(WorkerLink *worker)
{
    if (!worker)
        return;
    stop_starting(worker);
    disconnect(worker);
    g_free(worker->instance);
    g_free(worker->path);
    g_free(worker);
}

void worker_link_kill(WorkerLink *worker)
{
    launch_stop(worker->context.launcher, worker->kind, worker->instance);
    unlink(worker->path); /* it may listen there until it is dead */
}

sd_bus *worker_link_bus(const WorkerLink *worker)
{
    return worker->begin ? NULL : worker->bus;
}

static void start_watching(WorkerLink *worker);
static gboolean launch(WorkerLink *worker, LaunchHow how, GError **error);

static GError *error_about(const WorkerLink *worker, const char *what)
{
    const char *kind = launch_kind_to_string(worker->kind);
    return g_error_new(MIG_ERROR, MIG_ERROR_WORKER,
                       "the worker %s/%s %s; see what journalctl -u migration-%s@%s says", kind,
                       worker->instance, what, kind, worker->instance);
}

/* It is gone, or as good as gone, before it was of use. */
static void replace(WorkerLink *worker, const GError *why)
{
    g_autoptr(GError) error = NULL;
    if (!worker->ahead || !worker->begin) {
        worker->handlers->gone(why, worker->userdata);
        return;
    }
    log_info("the worker %s/%s that was waiting cannot be used, starting another: %s",
             launch_kind_to_string(worker->kind), worker->instance,
             why ? why->message : "it has ended");
    worker->ahead = FALSE;
    stop_starting(worker);
    disconnect(worker);
    unlink(worker->path);
    start_watching(worker);
    if (!launch(worker, LAUNCH_AFRESH, &error))
        worker->handlers->gone(error, worker->userdata);
}

static int on_begun(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    if (!sd_bus_message_is_method_error(m, NULL)) {
        worker->late = sd_event_source_disable_unref(worker->late);
        worker->begin = FALSE;
        worker->handlers->linked(worker->bus, worker->userdata);
    } else if (sd_bus_is_open(worker->bus)) { /* else on_disconnected() is next */
        mig_error_from_bus(&error, sd_bus_message_get_error(m));
        replace(worker, error);
    }
    return 1; /* or sd-bus would go on with a link that was closed */
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = error_about(worker, "does not answer");
    replace(worker, error);
    return 0;
}

static void tell_to_begin(WorkerLink *worker)
{
    guint64 time = worker->ahead ? BEGIN_AHEAD_USEC : BEGIN_USEC;
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_method_call(worker->bus, &m, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                           "Begin");
    if (r >= 0)
        r = sd_bus_message_append(m, "st", worker->ahead ? PROJECT_VERSION : "",
                                  (guint64) g_get_monotonic_time() + time);
    if (r >= 0)
        r = sd_bus_call_async(worker->bus, &worker->beginning, m, on_begun, worker, UINT64_MAX);
    sd_event_add_time_relative(worker->context.event, &worker->late, CLOCK_MONOTONIC,
                               r < 0 ? 0 : time + ANSWER_USEC, 0, on_late, worker);
}

void worker_link_begin(WorkerLink *worker, gboolean ahead, const WorkerHandlers *handlers,
                       void *userdata)
{
    worker->handlers = handlers;
    worker->userdata = userdata;
    worker->begin = TRUE;
    worker->ahead = ahead;
    if (worker->bus)
        tell_to_begin(worker);
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    WorkerLink *worker = userdata;
    unlink(worker->path); /* a process that is just being killed may still listen there */
    replace(worker, NULL);
    return 0;
}

/* TRUE if the link is up or at least attempted; FALSE if the socket is dead. */
static gboolean connect_link(WorkerLink *worker, GError **error)
{
    worker->bus = mig_link_connect(worker->path, worker->context.event, error);
    if (!worker->bus)
        return FALSE;
    sd_bus_match_signal(worker->bus, &worker->disconnected, NULL, "/org/freedesktop/DBus/Local",
                        "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, worker);
    stop_starting(worker);
    if (worker->begin)
        tell_to_begin(worker);
    else
        worker->handlers->linked(worker->bus, worker->userdata);
    return TRUE;
}

static void on_launch_started(void *userdata);

static void on_launch_failed(const GError *error, void *userdata)
{
    WorkerLink *worker = userdata;
    if (!worker->bus)
        replace(worker, error);
}

static gboolean launch(WorkerLink *worker, LaunchHow how, GError **error)
{
    static const LaunchHandlers handlers = { on_launch_failed, on_launch_started };
    g_clear_pointer(&worker->launch, launch_forget);
    worker->afresh = how == LAUNCH_AFRESH;
    worker->launch = launch_start(worker->context.launcher, worker->kind, worker->instance, how,
                                  &handlers, worker, error);
    return worker->launch != NULL;
}

/* A worker has its socket before it is ready. Without one it was not started for us: it ran already
 * and is just ending, which systemd did not know yet. */
static void on_launch_started(void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    if (worker->bus || g_file_test(worker->path, G_FILE_TEST_EXISTS))
        return;
    if (worker->afresh)
        error = error_about(worker, "ended before it could be asked");
    if (error || !launch(worker, LAUNCH_AFRESH, &error))
        replace(worker, error);
}

static int on_directory(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    if (event->len == 0 || !g_str_equal(event->name, worker->instance))
        return 0;
    if (!connect_link(worker, &error))
        replace(worker, error);
    return 0;
}

static void start_watching(WorkerLink *worker)
{
    g_autofree char *directory = g_path_get_dirname(worker->path);
    int r = sd_event_add_inotify(worker->context.event, &worker->watch, directory, IN_MOVED_TO,
                                 on_directory, worker);
    if (r < 0)
        log_warning("cannot watch %s: %s", directory, g_strerror(-r));
}

static int on_found(sd_event_source *source, void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    worker->deferred = sd_event_source_disable_unref(worker->deferred);
    worker->ahead = TRUE;
    if (connect_link(worker, NULL))
        return 0;
    worker->ahead = FALSE;
    unlink(worker->path);
    if (!launch(worker, LAUNCH_UNLESS_RUNNING, &error))
        replace(worker, error);
    return 0;
}

WorkerLink *worker_link_open(const WorkerContext *context, LaunchKind kind, const char *instance,
                             const WorkerHandlers *handlers, void *userdata, GError **error)
{
    WorkerLink *worker = g_new0(WorkerLink, 1);
    worker->context = *context;
    worker->kind = kind;
    worker->instance = g_strdup(instance);
    worker->path =
        g_build_filename(context->runtime_dir, launch_kind_to_string(kind), instance, NULL);
    worker->handlers = handlers;
    worker->userdata = userdata;
    start_watching(worker);
    gboolean ok = g_file_test(worker->path, G_FILE_TEST_EXISTS)
                      ? sd_event_add_defer(context->event, &worker->deferred, on_found, worker) >= 0
                      : launch(worker, LAUNCH_UNLESS_RUNNING, error);
    if (ok)
        return worker;
    worker_link_free(worker);
    return NULL;
}
