/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting and stopping worker processes: as systemd units, or as children where systemd is not
 * PID 1. One interface, two files.
 */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "settings.h"

typedef enum { LAUNCH_JOB, LAUNCH_QUERY } LaunchKind;

/* "job" and "query": the worker's first argument, its directory of sockets, part of its unit's
 * name. */
const char *launch_kind_to_string(LaunchKind kind);

typedef struct Launcher Launcher;

/* One start; forget it with launch_forget() when its end is no longer of interest. */
typedef struct Launch Launch;

typedef struct {
    /* The process could not be started, or ended without having become ready. */
    void (*failed)(const GError *error, void *userdata);
    /* It is ready, or was running already: then it may be one that is just ending. Only systemd
     * tells; a child process is always a new one. */
    void (*started)(void *userdata);
} LaunchHandlers;

typedef enum {
    LAUNCH_UNLESS_RUNNING,
    LAUNCH_AFRESH, /* what still runs under that name is ended first */
} LaunchHow;

typedef struct {
    Launch *(*start)(Launcher *launcher, LaunchKind kind, const char *instance, LaunchHow how,
                     const LaunchHandlers *handlers, void *userdata, GError **error);
    /* Ends the process, however it hangs; says nothing if there is none. */
    void (*stop)(Launcher *launcher, LaunchKind kind, const char *instance);
    void (*forget)(Launch *launch);
    void (*free)(Launcher *launcher);
} LauncherType;

struct Launcher {
    const LauncherType *type;
};
struct Launch {
    Launcher *launcher;
    const LaunchHandlers *handlers;
    void *userdata;
};

Launcher *launcher_new_systemd(sd_bus *bus);
Launcher *launcher_new_direct(sd_event *event, const Settings *settings);
void launcher_free(Launcher *launcher);

Launch *launch_start(Launcher *launcher, LaunchKind kind, const char *instance, LaunchHow how,
                     const LaunchHandlers *handlers, void *userdata, GError **error);
void launch_stop(Launcher *launcher, LaunchKind kind, const char *instance);
void launch_forget(Launch *launch);
