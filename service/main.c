/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * migrationd(8): wiring. Opens the bus, puts the objects there, takes the name and runs the loop
 * until it is idle or told to stop. Jobs go on in their workers.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "error.h"
#include "log.h"
#include "manager-bus.h"
#include "sd-autoptr.h"

#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"

static gboolean check(int r, const char *what, GError **error)
{
    if (r >= 0)
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_FAILED, "%s: %s", what, g_strerror(-r));
    return FALSE;
}

/* Blocked before the loop takes them as events. */
static gboolean setup_signals(sd_event *event, GError **error)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    return check(sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL), "SIGTERM", error) &&
           check(sd_event_add_signal(event, NULL, SIGINT, NULL, NULL), "SIGINT", error);
}

/* As sd_bus_open_system(), but without file descriptors: no method takes any, so the bus refuses
 * messages with some instead of passing them on. */
static int connect_bus(sd_bus **ret)
{
    g_autoptr(sd_bus) bus = NULL;
    const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
    int r = sd_bus_new(&bus);
    if (r >= 0)
        r = sd_bus_set_description(bus, "migrationd");
    if (r >= 0)
        r = sd_bus_set_address(bus, address ? address : SYSTEM_BUS_ADDRESS);
    if (r >= 0)
        r = sd_bus_set_bus_client(bus, TRUE);
    if (r >= 0)
        r = sd_bus_negotiate_fds(bus, FALSE);
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r >= 0)
        *ret = g_steal_pointer(&bus);
    return r;
}

static sd_bus *open_bus(sd_event *event, GError **error)
{
    g_autoptr(sd_bus) bus = NULL;
    if (!check(connect_bus(&bus), "cannot connect to the system bus", error) ||
        !check(sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL), "event loop", error) ||
        !check(sd_bus_set_exit_on_disconnect(bus, TRUE), "exit on disconnect", error))
        return NULL;
    return g_steal_pointer(&bus);
}

/* A call that arrives while we say good-bye starts us again: the name is given back first, and what
 * has arrived until then is still answered. */
static int leave(sd_bus *bus)
{
    int r = sd_bus_release_name(bus, MANAGER_NAME);
    sd_notify(FALSE, "STOPPING=1");
    while (r >= 0 && (r = sd_bus_process(bus, NULL)) > 0)
        ;
    return r;
}

static int run_loop(const Settings *settings, sd_event *event, const ManagerBus *face)
{
    const gint64 idle_usec = (gint64) settings->idle_timeout * G_USEC_PER_SEC;
    gint64 since = g_get_monotonic_time();
    for (;;) {
        if (sd_event_get_state(event) == SD_EVENT_FINISHED)
            return 0;
        int r = sd_event_run(event, (uint64_t) MAX(since + idle_usec - g_get_monotonic_time(), 0));
        if (r < 0)
            return r;
        if (r > 0 || !manager_bus_idle(face))
            since = g_get_monotonic_time();
        /* the loop also wakes up for nothing, as when a watched file is no longer watched */
        if (g_get_monotonic_time() < since + idle_usec)
            continue;
        r = leave(face->bus);
        if (r < 0 || manager_bus_idle(face))
            return r;
        /* something came in just then */
        r = sd_bus_request_name(face->bus, MANAGER_NAME, 0);
        if (r < 0)
            return r;
        since = g_get_monotonic_time();
    }
}

static gboolean run(const Settings *settings, GError **error)
{
    g_autoptr(sd_event) event = NULL;
    if (!check(sd_event_default(&event), "event loop", error) || !setup_signals(event, error))
        return FALSE;
    sd_event_set_watchdog(event, TRUE);
    g_autoptr(sd_bus) bus = open_bus(event, error);
    if (!bus)
        return FALSE;
    Launcher *launcher = settings->launch == LAUNCH_SYSTEMD ? launcher_new_systemd(bus)
                                                            : launcher_new_direct(event, settings);
    ManagerBus *face = manager_bus_new(settings, event, bus, launcher, error);
    gboolean ok = face != NULL && check(sd_bus_request_name(bus, MANAGER_NAME, 0),
                                        "cannot take the name " MANAGER_NAME, error);
    if (ok) {
        sd_notify(FALSE, "READY=1");
        ok = check(run_loop(settings, event, face), "event loop", error);
    }
    manager_bus_free(face);
    launcher_free(launcher);
    return ok;
}

int main(int argc, char **argv)
{
    g_auto(Settings) settings = { 0 };
    g_autoptr(GError) error = NULL;
    umask(0077);
    if (settings_parse(&settings, &argc, &argv, &error) && run(&settings, &error))
        return EXIT_SUCCESS;
    log_error("%s", error->message);
    return EXIT_FAILURE;
}
