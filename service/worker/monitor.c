/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See monitor.h.
 */
#include "monitor.h"

#include <libvirt/libvirt.h>

#include "connection.h"
#include "disk-phase.h"
#include "error.h"
#include "libvirt-error.h"
#include "mode.h"
#include "params.h"
#include "statistics.h"

#define TICK_USEC (G_USEC_PER_SEC / 4)
#define START_USEC (G_USEC_PER_SEC / 20) /* until data moves */
#define ABORT_USEC (G_USEC_PER_SEC / 2)
#define RETRY_USEC G_USEC_PER_SEC
#define STUCK_USEC (15 * G_USEC_PER_SEC) /* from a migration that was broken off to an answer */
/* The rates of a moment are not exact. */
#define SLACK 2

struct MigMonitor {
    MigRun *run;
    const MigTask *task;
    char *guest_uuid;
    gboolean tells; /* the driver says how far a migration is */
    /* the thread's own */
    virConnectPtr connection;
    virDomainPtr domain;
    int events;      /* callback id, -1: none */
    gint64 downtime; /* ms, the guest's limit */
    guint64 memory;  /* bytes the guest has, 0: unknown */
    MigDiskPhase disks;
    gboolean moving;
    gint64 broken_since; /* in post-copy, monotonic us, 0: it is not */
    gboolean stuck;      /* and that was told */
    /* shared, under the mutex */
    GMutex mutex;
    GCond cond;
    GQueue commands;
    gboolean paused; /* the guest has been, look how */
    gboolean abort;
    gboolean stop;
};

static void set_flag(MigMonitor *monitor, gboolean *flag)
{
    g_mutex_lock(&monitor->mutex);
    *flag = TRUE;
    g_cond_signal(&monitor->cond);
    g_mutex_unlock(&monitor->mutex);
}

static void on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail,
                         void *data)
{
    MigMonitor *monitor = data;
    if (event == VIR_DOMAIN_EVENT_SUSPENDED)
        set_flag(monitor, &monitor->paused);
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

/* Whoever pauses a guest during its migration, libvirt tells the same: event and reason are
 * "migration". The switch comes when what is left can be sent within the maximum downtime, which
 * QEMU knows after a look at all memory, that is a new pass. A driver that tells no passes is
 * believed. */
static gboolean is_switch(const MigMonitor *monitor, GVariant *statistics)
{
    guint64 passes;
    if (!statistics || !g_variant_lookup(statistics, VIR_DOMAIN_JOB_MEMORY_ITERATION, "t", &passes))
        return TRUE;
    double rate = (double) mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_BPS);
    double left = (double) mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_REMAINING);
    return passes > 1 && left <= SLACK * rate * (double) monitor->downtime / 1000;
}

/* libvirt 9.0 may wait for ever for a destination that waits for the rest of the memory. */
static void watch_broken_off(MigMonitor *monitor, gboolean broken_off)
{
    gint64 now = g_get_monotonic_time();
    if (!broken_off || monitor->broken_since == 0)
        monitor->broken_since = broken_off ? now : 0;
    else if (now > monitor->broken_since + STUCK_USEC && !monitor->stuck) {
        monitor->stuck = TRUE;
        mig_run_tell_stuck(monitor->run);
    }
}

static void look_for_pause(MigMonitor *monitor, GVariant *statistics)
{
    int state = 0, reason = 0;
    if (virDomainGetState(monitor->domain, &state, &reason, 0) < 0)
        return;
    watch_broken_off(monitor,
                     state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_POSTCOPY_FAILED);
    if (state != VIR_DOMAIN_PAUSED)
        return;
    if (reason == VIR_DOMAIN_PAUSED_POSTCOPY || reason == VIR_DOMAIN_PAUSED_POSTCOPY_FAILED)
        mig_run_tell_post_copy(monitor->run);
    else
        mig_run_tell_paused(monitor->run, is_switch(monitor, statistics));
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
    if (!mig_control_get_downtime(monitor->domain, &monitor->downtime))
        monitor->downtime = MIG_DOWNTIME_DEFAULT_MS;
    set_flag(monitor, &monitor->paused); /* it may have been before events came */
    return TRUE;
}

/* What QEMU sends is all that the guest may have; libvirt does not wait for its job here. */
static guint64 read_memory(virDomainPtr domain)
{
    virDomainInfo info;
    return virDomainGetInfo(domain, &info) < 0 ? 0 : (guint64) info.maxMem * 1024;
}

static GVariant *complete(MigMonitor *monitor, GVariant *statistics)
{
    if (!mig_disk_phase_is(statistics))
        return statistics;
    if (monitor->memory == 0)
        monitor->memory = read_memory(monitor->domain);
    return mig_disk_phase_complete(&monitor->disks, statistics, monitor->memory,
                                   g_get_monotonic_time());
}

/* NULL: there is no job, or nobody answers. */
static GVariant *read_statistics(MigMonitor *monitor)
{
    virTypedParameterPtr params = NULL;
    int type = VIR_DOMAIN_JOB_NONE, n = 0;
    if (virDomainGetJobStats(monitor->domain, &type, &params, &n, 0) < 0 ||
        type == VIR_DOMAIN_JOB_NONE) {
        virTypedParamsFree(params, n);
        return NULL;
    }
    GVariant *statistics = mig_params_to_statistics(params, n);
    virTypedParamsFree(params, n);
    monitor->moving = mig_statistics_get(statistics, VIR_DOMAIN_JOB_DATA_PROCESSED) > 0;
    return complete(monitor, statistics);
}

static void abort_job(const MigMonitor *monitor)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = monitor->task->source };
    if (virDomainAbortJob(monitor->domain) < 0)
        mig_libvirt_error(&place, NULL, NULL);
}

static void carry_out(MigMonitor *monitor, gboolean connected, MigCommand *command)
{
    if (!connected)
        command->error =
            g_error_new(MIG_ERROR, MIG_ERROR_CONNECTION_LOST,
                        "libvirtd on host %s cannot be asked now; the migration may go on, try "
                        "again",
                        monitor->task->source->name);
    else
        mig_control_carry_out(command, monitor->task, monitor->domain);
    if (!command->error && command->control == MIG_CONTROL_SET_MAXIMUM_DOWNTIME)
        monitor->downtime = (gint64) command->value;
    mig_run_tell_done(monitor->run, command);
}

/* What there is to do in a round. */
typedef struct {
    GQueue commands;
    gboolean paused;
    gboolean abort;
} Round;

/* Returns the time to wait for the next round. */
static gint64 attend(MigMonitor *monitor, Round *round)
{
    gboolean connected = connect_guest(monitor);
    if (connected && round->abort)
        abort_job(monitor);
    for (MigCommand *command; (command = g_queue_pop_head(&round->commands));)
        carry_out(monitor, connected, command);
    if (!connected)
        return RETRY_USEC;
    g_autoptr(GVariant) statistics = read_statistics(monitor);
    if (statistics)
        mig_run_tell_statistics(monitor->run, g_variant_ref(statistics));
    if (round->paused || monitor->broken_since != 0)
        look_for_pause(monitor, statistics);
    if (round->abort)
        return ABORT_USEC;
    return monitor->moving || !monitor->tells ? TICK_USEC : START_USEC;
}

static Round take_round(MigMonitor *monitor)
{
    Round round = { monitor->commands, monitor->paused, monitor->abort };
    g_queue_init(&monitor->commands);
    monitor->paused = FALSE;
    return round;
}

static gboolean has_news(const MigMonitor *monitor, const Round *round)
{
    return monitor->stop || monitor->paused || monitor->abort != round->abort ||
           monitor->commands.length > 0;
}

static gpointer run_monitor(gpointer data)
{
    MigMonitor *monitor = data;
    g_mutex_lock(&monitor->mutex);
    while (!monitor->stop) {
        Round round = take_round(monitor);
        g_mutex_unlock(&monitor->mutex);
        gint64 next = g_get_monotonic_time() + attend(monitor, &round);
        g_mutex_lock(&monitor->mutex);
        while (!has_news(monitor, &round) &&
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

void mig_monitor_abort(MigMonitor *monitor)
{
    set_flag(monitor, &monitor->abort);
}

void mig_monitor_command(MigMonitor *monitor, MigCommand *command)
{
    g_mutex_lock(&monitor->mutex);
    g_queue_push_tail(&monitor->commands, command);
    g_cond_signal(&monitor->cond);
    g_mutex_unlock(&monitor->mutex);
}

void mig_monitor_stop(MigMonitor *monitor)
{
    set_flag(monitor, &monitor->stop);
}
