/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker as the service sees it: a process that is being started or was found running, and the
 * link to it. Owns the link, the watch for its socket and the pending start; not the process, which
 * may outlive the service.
 */
#pragma once

#include "launch.h"

typedef struct WorkerLink WorkerLink;

typedef struct {
    sd_event *event;
    Launcher *launcher;
    const char *runtime_dir;
} WorkerContext;

typedef struct {
    /* The link is up. Matches may be added to it and calls made. */
    void (*linked)(sd_bus *link, void *userdata);
    /* The worker could not be started (error), or its link has closed (NULL). Last callback. */
    void (*gone)(const GError *error, void *userdata);
} WorkerHandlers;

/* Links to the worker if its socket is there, else starts it. Callbacks come from the event loop,
 * never from within this call. */
WorkerLink *worker_link_open(const WorkerContext *context, LaunchKind kind, const char *instance,
                             const WorkerHandlers *handlers, void *userdata, GError **error);
void worker_link_free(WorkerLink *worker);

/* Tells a job's worker to begin (link.h) and takes its link over: the callbacks are these from now
 * on, linked() comes when it has begun. One that was started ahead of its job, or was found, may be
 * dead, hung or of another version: then a new one is started in its place, which nobody notices.
 */
void worker_link_begin(WorkerLink *worker, gboolean ahead, const WorkerHandlers *handlers,
                       void *userdata);

/* Ends the process, however it hangs, and removes its socket; worker_link_free() is still due. */
void worker_link_kill(WorkerLink *worker);

/* NULL while the worker is starting or has not begun. */
sd_bus *worker_link_bus(const WorkerLink *worker);

/* `reply` is NULL if the link was closed from our side before there was one. */
typedef void (*WorkerAnswered)(sd_bus_message *reply, void *userdata);

/* Makes a call on the link. `answered` is called exactly once, within worker_link_free() at the
 * latest; negative errno: it is not. */
int worker_link_call(WorkerLink *worker, sd_bus_message *call, WorkerAnswered answered,
                     void *userdata);
