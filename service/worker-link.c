/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See worker-link.h. A socket that is there is connected to; one that nobody answers on is what a
 * dead worker left behind and is removed. The directory is watched before it is looked at, so that
 * no socket is missed.
 */
#include "worker-link.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "error.h"
#include "link.h"
#include "log.h"

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
    sd_bus *bus;
    sd_bus_slot *disconnected;
};

static void stop_starting(WorkerLink *worker)
{
    worker->watch = sd_event_source_disable_unref(worker->watch);
    worker->deferred = sd_event_source_disable_unref(worker->deferred);
    g_clear_pointer(&worker->launch, launch_forget);
}

void worker_link_free(WorkerLink *worker)
{
    if (!worker)
        return;
    stop_starting(worker);
    sd_bus_slot_unref(worker->disconnected);
    sd_bus_close_unref(worker->bus);
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
    return worker->bus;
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    WorkerLink *worker = userdata;
    unlink(worker->path); /* a process that is just being killed may still listen there */
    worker->handlers->gone(NULL, worker->userdata);
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
    worker->handlers->linked(worker->bus, worker->userdata);
    return TRUE;
}

static void on_launch_started(void *userdata);

static void on_launch_failed(const GError *error, void *userdata)
{
    WorkerLink *worker = userdata;
    if (!worker->bus)
        worker->handlers->gone(error, worker->userdata);
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
        g_set_error(&error, MIG_ERROR, MIG_ERROR_WORKER,
                    "the worker %s/%s ended before it could be asked",
                    launch_kind_to_string(worker->kind), worker->instance);
    if (error || !launch(worker, LAUNCH_AFRESH, &error))
        worker->handlers->gone(error, worker->userdata);
}

static int on_directory(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    if (event->len == 0 || !g_str_equal(event->name, worker->instance))
        return 0;
    if (!connect_link(worker, &error))
        worker->handlers->gone(error, worker->userdata);
    return 0;
}

static int on_found(sd_event_source *source, void *userdata)
{
    WorkerLink *worker = userdata;
    g_autoptr(GError) error = NULL;
    worker->deferred = sd_event_source_disable_unref(worker->deferred);
    if (connect_link(worker, NULL))
        return 0;
    unlink(worker->path);
    if (!launch(worker, LAUNCH_UNLESS_RUNNING, &error))
        worker->handlers->gone(error, worker->userdata);
    return 0;
}

WorkerLink *worker_link_open(const WorkerContext *context, LaunchKind kind, const char *instance,
                             const WorkerHandlers *handlers, void *userdata, GError **error)
{
    WorkerLink *worker = g_new0(WorkerLink, 1);
    worker->context = *context;
    worker->kind = kind;
    worker->instance = g_strdup(instance);
    g_autofree char *directory =
        g_build_filename(context->runtime_dir, launch_kind_to_string(kind), NULL);
    worker->path = g_build_filename(directory, instance, NULL);
    worker->handlers = handlers;
    worker->userdata = userdata;

    int r = sd_event_add_inotify(context->event, &worker->watch, directory, IN_MOVED_TO,
                                 on_directory, worker);
    if (r < 0)
        log_warning("cannot watch %s: %s", directory, g_strerror(-r));
    gboolean ok = g_file_test(worker->path, G_FILE_TEST_EXISTS)
                      ? sd_event_add_defer(context->event, &worker->deferred, on_found, worker) >= 0
                      : launch(worker, LAUNCH_UNLESS_RUNNING, error);
    if (ok)
        return worker;
    worker_link_free(worker);
    return NULL;
}
