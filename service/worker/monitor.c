/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See monitor.h.
 */
#include "monitor.h"

#include <libvirt/libvirt.h>

#include "connection.h"
#include "libvirt-error.h"
#include "log.h"
#include "mode.h"
#include "params.h"

#define TICK_USEC (G_USEC_PER_SEC / 4)
#define START_USEC (G_USEC_PER_SEC / 20) /* until data moves */
#define ABORT_USEC (G_USEC_PER_SEC / 2)
#define RETRY_USEC G_USEC_PER_SEC

struct MigMonitor {
    MigRun *run;
    const MigTask *task;
    char *guest_uuid;
    gboolean tells; /* the driver says how far a migration is */
    /* the thread's own */
    virConnectPtr connection;
    virDomainPtr domain;
    int events; /* callback id, -1: none */
    gboolean moving;
    /* shared, under the mutex */
    GMutex mutex;
    GCond cond;
    gboolean abort;
    gboolean stop;
};

static void on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail,
                         void *data)
{
    const MigMonitor *monitor = data;
    if (event == VIR_DOMAIN_EVENT_SUSPENDED)
        mig_run_tell_suspended(monitor->run);
    if (event == VIR_DOMAIN_EVENT_STOPPED && detail == VIR_DOMAIN_EVENT_STOPPED_MIGRATED)
        mig_run_tell_moved(monitor->run);
}

static void disconnect(MigMonitor *monitor)
{
    if (monitor->events >= 0)
        virConnectDomainEventDeregisterAny(monitor->connection, monitor->events);
    monitor->events = -1;
    g_clear_pointer(&monitor->domain, virDomainFree);
    g_clear_pointer(&monitor->connection, virConnectClose);
}

/* The guest may have been paused before events came. */
static void look_for_pause(const MigMonitor *monitor)
{
    int state = 0, reason = 0;
    if (virDomainGetState(monitor->domain, &state, &reason, 0) == 0 && state == VIR_DOMAIN_PAUSED &&
        reason == VIR_DOMAIN_PAUSED_MIGRATION)
        mig_run_tell_suspended(monitor->run);
}

static gboolean connect_guest(MigMonitor *monitor)
{
    const MigHost *host = monitor->task->source;
    if (mig_connection_is_alive(monitor->connection))
        return TRUE;
    disconnect(monitor);
    monitor->connection = mig_connection_open(host, monitor->task->pki_path, NULL, NULL);
    if (!monitor->connection ||
        !mig_connection_find_guest(monitor->connection, host, "", monitor->guest_uuid,
                                   &monitor->domain, NULL, NULL) ||
        !monitor->domain) {
        disconnect(monitor);
        return FALSE;
    }
    monitor->events = virConnectDomainEventRegisterAny(
        monitor->connection, monitor->domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), monitor, NULL);
    look_for_pause(monitor);
    return TRUE;
}

static void read_statistics(MigMonitor *monitor)
{
    virTypedParameterPtr params = NULL;
    int type = VIR_DOMAIN_JOB_NONE, n = 0;
    if (virDomainGetJobStats(monitor->domain, &type, &params, &n, 0) == 0 &&
        type != VIR_DOMAIN_JOB_NONE) {
        GVariant *statistics = mig_params_to_statistics(params, n);
        monitor->moving = mig_statistics_get(statistics, VIR_DOMAIN_JOB_DATA_PROCESSED) > 0;
        mig_run_tell_statistics(monitor->run, statistics);
    }
    virTypedParamsFree(params, n);
}

static void abort_job(const MigMonitor *monitor)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = monitor->task->source };
    if (virDomainAbortJob(monitor->domain) < 0)
        mig_libvirt_error(&place, NULL, NULL);
}

/* Returns the time to wait for the next round. */
static gint64 attend(MigMonitor *monitor, gboolean abort)
{
    if (!connect_guest(monitor))
        return RETRY_USEC;
    if (abort)
        abort_job(monitor);
    read_statistics(monitor);
    if (abort)
        return ABORT_USEC;
    return monitor->moving || !monitor->tells ? TICK_USEC : START_USEC;
}

static gpointer run_monitor(gpointer data)
{
    MigMonitor *monitor = data;
    g_mutex_lock(&monitor->mutex);
    while (!monitor->stop) {
        gboolean abort = monitor->abort;
        g_mutex_unlock(&monitor->mutex);
        gint64 next = g_get_monotonic_time() + attend(monitor, abort);
        g_mutex_lock(&monitor->mutex);
        while (!monitor->stop && abort == monitor->abort &&
               g_cond_wait_until(&monitor->cond, &monitor->mutex, next))
            ;
    }
    g_mutex_unlock(&monitor->mutex);
    disconnect(monitor);
    return NULL;
}

MigMonitor *mig_monitor_start(MigRun *run, const MigTask *task, const char *guest_uuid)
{
    MigMonitor *monitor = g_new0(MigMonitor, 1);
    monitor->run = run;
    monitor->task = task;
    monitor->guest_uuid = g_strdup(guest_uuid);
    monitor->tells = mig_driver_named(task->source->driver)->tells >= MIG_TELLS_PERCENT;
    monitor->events = -1;
    g_mutex_init(&monitor->mutex);
    g_cond_init(&monitor->cond);
    g_thread_unref(g_thread_new("monitor", run_monitor, monitor));
    return monitor;
}

static void set_flag(MigMonitor *monitor, gboolean *flag)
{
    g_mutex_lock(&monitor->mutex);
    *flag = TRUE;
    g_cond_signal(&monitor->cond);
    g_mutex_unlock(&monitor->mutex);
}

void mig_monitor_abort(MigMonitor *monitor)
{
    set_flag(monitor, &monitor->abort);
}

void mig_monitor_stop(MigMonitor *monitor)
{
    set_flag(monitor, &monitor->stop);
}
