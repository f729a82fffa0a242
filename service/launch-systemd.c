/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Workers as systemd units migration-job@ID.service and migration-query@HOST.service. polkit lets
 * this service's user start and stop just those (polkit/50-migrationd.rules). The units are
 * Type=notify, so the end of the start job tells whether the worker became ready.
 */
#include "error.h"
#include "launch.h"
#include "log.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

typedef struct {
    Launcher parent;
    sd_bus *bus;
} SystemdLauncher;

typedef struct {
    Launch parent;
    char *unit;
    char *job; /* systemd's job, NULL until StartUnit has answered */
    sd_bus_slot *call;
    sd_bus_slot *removed;
} SystemdLaunch;

static char *unit_name(LaunchKind kind, const char *instance)
{
    return g_strdup_printf("migration-%s@%s.service", launch_kind_to_string(kind), instance);
}

static void systemd_forget(Launch *parent)
{
    SystemdLaunch *launch = (SystemdLaunch *) parent;
    sd_bus_slot_unref(launch->call);
    sd_bus_slot_unref(launch->removed);
    g_free(launch->unit);
    g_free(launch->job);
    g_free(launch);
}

static void report_failure(SystemdLaunch *launch, const char *why)
{
    g_autoptr(GError) error = g_error_new(
        MIG_ERROR, MIG_ERROR_WORKER, "the worker %s could not be started: %s; see journalctl -u %s",
        launch->unit, why, launch->unit);
    launch->parent.handlers->failed(error, launch->parent.userdata);
}

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    SystemdLaunch *launch = userdata;
    const char *path = NULL, *result = NULL;
    int r = sd_bus_message_read(m, "uoss", NULL, &path, NULL, &result);
    if (r < 0 || g_strcmp0(path, launch->job) != 0)
        return 0;
    if (g_str_equal(result, "done"))
        launch->parent.handlers->started(launch->parent.userdata);
    else
        report_failure(launch, result);
    return 0;
}

static int on_started(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    SystemdLaunch *launch = userdata;
    const char *path = NULL;
    if (sd_bus_message_is_method_error(m, NULL)) {
        report_failure(launch, sd_bus_message_get_error(m)->message);
        return 0;
    }
    if (sd_bus_message_read(m, "o", &path) >= 0)
        launch->job = g_strdup(path);
    return 0;
}

static Launch *systemd_start(Launcher *parent, LaunchKind kind, const char *instance, LaunchHow how,
                             const LaunchHandlers *handlers, void *userdata, GError **error)
{
    SystemdLauncher *launcher = (SystemdLauncher *) parent;
    SystemdLaunch *launch = g_new0(SystemdLaunch, 1);
    launch->parent = (Launch){ parent, handlers, userdata };
    launch->unit = unit_name(kind, instance);
    int r = sd_bus_match_signal_async(launcher->bus, &launch->removed, SYSTEMD_NAME, SYSTEMD_PATH,
                                      SYSTEMD_MANAGER, "JobRemoved", on_job_removed, NULL, launch);
    if (r >= 0)
        r = sd_bus_call_method_async(launcher->bus, &launch->call, SYSTEMD_NAME, SYSTEMD_PATH,
                                     SYSTEMD_MANAGER,
                                     how == LAUNCH_AFRESH ? "RestartUnit" : "StartUnit", on_started,
                                     launch, "ss", launch->unit, "replace");
    if (r >= 0)
        return &launch->parent;
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER,
                "the worker %s could not be started: %s; call again", launch->unit, g_strerror(-r));
    systemd_forget(&launch->parent);
    return NULL;
}

/* TERM is enough: a worker's main thread never blocks, and systemd adds KILL. */
static void systemd_stop(Launcher *parent, LaunchKind kind, const char *instance)
{
    SystemdLauncher *launcher = (SystemdLauncher *) parent;
    g_autofree char *unit = unit_name(kind, instance);
    int r =
        sd_bus_call_method_async(launcher->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                 "StopUnit", NULL, NULL, "ss", unit, "replace");
    if (r < 0)
        log_warning("cannot stop %s: %s", unit, g_strerror(-r));
}

static void systemd_free(Launcher *parent)
{
    SystemdLauncher *launcher = (SystemdLauncher *) parent;
    sd_bus_unref(launcher->bus);
    g_free(launcher);
}

Launcher *launcher_new_systemd(sd_bus *bus)
{
    static const LauncherType type = { systemd_start, systemd_stop, systemd_forget, systemd_free };
    SystemdLauncher *launcher = g_new0(SystemdLauncher, 1);
    launcher->parent.type = &type;
    launcher->bus = sd_bus_ref(bus);
    return &launcher->parent;
}
