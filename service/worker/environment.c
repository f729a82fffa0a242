/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See environment.h. Children are found in /proc: libvirt does not tell their ids.
 */
#include "environment.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

#define KILL_USEC (5 * G_USEC_PER_SEC)

void mig_environment_clean(const char *runtime_dir)
{
    static const char *const kept[] = { "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC" };
    g_autofree char *config = g_build_filename(runtime_dir, "no-config", NULL);
    const struct passwd *user = getpwuid(geteuid());
    char *values[G_N_ELEMENTS(kept)];

    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        values[i] = g_strdup(g_getenv(kept[i]));
    clearenv();
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        if (values[i])
            g_setenv(kept[i], values[i], TRUE);
        g_free(values[i]);
    }
    g_setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
    g_setenv("HOME", user && user->pw_dir ? user->pw_dir : "/", TRUE);
    g_setenv("LANG", "C.UTF-8", TRUE);
    g_setenv("LIBVIRT_AUTOSTART", "0", TRUE);
    /* libvirt.conf in there could alias URIs and choose ciphers: there is none */
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
}

void mig_environment_signals(void)
{
    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGINT);
    pthread_sigmask(SIG_BLOCK, &handled, NULL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

sd_event *mig_environment_loop(void)
{
    sd_event *event = NULL;
    if (sd_event_default(&event) < 0)
        g_error("no event loop");
    int r = sd_event_set_watchdog(event, TRUE);
    if (r < 0)
        log_warning("no watchdog: %s", g_strerror(-r));
    return event;
}

/* Field 4 of proc(5)'s stat; the name before it may hold anything but ends with the last ')'. */
static pid_t parent_of(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *end = strrchr(text, ')');
    int parent = 0;
    return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static void kill_children(void)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
    for (const char *name; processes && (name = g_dir_read_name(processes));) {
        if (g_ascii_isdigit(name[0]) && parent_of(name) == getpid())
            kill(atoi(name), SIGKILL);
    }
}

void mig_environment_kill_children(void)
{
    gint64 deadline = g_get_monotonic_time() + KILL_USEC;
    for (;;) {
        /* whoever waits for one of them in libvirt is about to end with the process */
        pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended < 0 || g_get_monotonic_time() > deadline)
            return;
        if (ended == 0) {
            kill_children();
            g_usleep(1000);
        }
    }
}
