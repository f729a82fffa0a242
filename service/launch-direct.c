/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Workers as child processes, where systemd is not PID 1. They get a session of their own and no
 * death signal: like the units they go on when the service ends.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "launch.h"
#include "log.h"

typedef struct {
    Launcher parent;
    sd_event *event;
    const Settings *settings;
    GHashTable *children; /* pid -> Child; two of one name while the older is ending */
} DirectLauncher;

typedef struct DirectLaunch DirectLaunch;

typedef struct {
    DirectLauncher *launcher;
    char *key;
    pid_t pid;
    sd_event_source *exited;
    DirectLaunch *launch; /* who wants to know, NULL when forgotten */
} Child;

struct DirectLaunch {
    Launch parent;
    Child *child; /* NULL when it has ended */
};

static void child_free(void *data)
{
    Child *child = data;
    if (child->launch)
        child->launch->child = NULL;
    sd_event_source_disable_unref(child->exited);
    g_free(child->key);
    g_free(child);
}

static void direct_forget(Launch *parent)
{
    DirectLaunch *launch = (DirectLaunch *) parent;
    if (launch->child)
        launch->child->launch = NULL;
    g_free(launch);
}

static int on_child_exit(sd_event_source *source, const siginfo_t *info, void *userdata)
{
    Child *child = userdata;
    DirectLaunch *launch = child->launch;
    g_autoptr(GError) error = g_error_new(
        MIG_ERROR, MIG_ERROR_WORKER,
        "the worker %s ended before it was ready (%s %d); see what it says in the service's log",
        child->key, info->si_code == CLD_EXITED ? "status" : "signal", info->si_status);
    g_hash_table_remove(child->launcher->children, GINT_TO_POINTER(child->pid));
    if (launch)
        launch->parent.handlers->failed(error, launch->parent.userdata);
    return 0;
}

G_NORETURN static void run_worker(const Settings *settings, LaunchKind kind, const char *instance)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    const char *argv[] = {
        settings->worker, launch_kind_to_string(kind), instance, "--state-dir", settings->state_dir,
        "--runtime-dir",  settings->runtime_dir,       NULL
    };
    execv(settings->worker, (char **) argv);
    _exit(127);
}

static void direct_stop(Launcher *parent, LaunchKind kind, const char *instance)
{
    DirectLauncher *launcher = (DirectLauncher *) parent;
    g_autofree char *key = g_strdup_printf("%s/%s", launch_kind_to_string(kind), instance);
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, launcher->children);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Child *child = value;
        if (g_str_equal(child->key, key))
            kill(child->pid, SIGKILL);
    }
}

static Launch *direct_start(Launcher *parent, LaunchKind kind, const char *instance, LaunchHow how,
                            const LaunchHandlers *handlers, void *userdata, GError **error)
{
    DirectLauncher *launcher = (DirectLauncher *) parent;
    if (how == LAUNCH_AFRESH)
        direct_stop(parent, kind, instance);
    pid_t pid = fork();
    if (pid == 0)
        run_worker(launcher->settings, kind, instance);
    if (pid < 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER,
                    "the worker %s/%s could not be started: %s; call again when fewer processes "
                    "run",
                    launch_kind_to_string(kind), instance, g_strerror(errno));
        return NULL;
    }
    Child *child = g_new0(Child, 1);
    child->launcher = launcher;
    child->key = g_strdup_printf("%s/%s", launch_kind_to_string(kind), instance);
    child->pid = pid;
    child->launch = g_new0(DirectLaunch, 1);
    child->launch->parent = (Launch){ parent, handlers, userdata };
    child->launch->child = child;
    int r = sd_event_add_child(launcher->event, &child->exited, pid, WEXITED, on_child_exit, child);
    if (r < 0)
        log_warning("cannot watch worker %s: %s", child->key, g_strerror(-r));
    g_hash_table_insert(launcher->children, GINT_TO_POINTER(pid), child);
    return &child->launch->parent;
}

static void direct_free(Launcher *parent)
{
    DirectLauncher *launcher = (DirectLauncher *) parent;
    g_hash_table_destroy(launcher->children);
    sd_event_unref(launcher->event);
    g_free(launcher);
}

Launcher *launcher_new_direct(sd_event *event, const Settings *settings)
{
    static const LauncherType type = { direct_start, direct_stop, direct_forget, direct_free };
    DirectLauncher *launcher = g_new0(DirectLauncher, 1);
    launcher->parent.type = &type;
    launcher->event = sd_event_ref(event);
    launcher->settings = settings;
    launcher->children = g_hash_table_new_full(NULL, NULL, NULL, child_free);
    return &launcher->parent;
}
