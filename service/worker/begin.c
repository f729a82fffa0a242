/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See begin.h. A stop comes before everything else: a worker that hung and is replaced finds both
 * its call and its end when it wakes up.
 */
#include "begin.h"

#include <signal.h>
#include <systemd/sd-daemon.h>

#include "config.h"
#include "environment.h"
#include "error.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"
#include "vir-loop.h"

/* The service is idle, or busy with one long job: it asks again when there is a reason. */
#define WAIT_SECONDS 300
/* Whoever has started this worker links at once. */
#define LINK_SECONDS 30

struct MigBegin {
    sd_event *event;
    MigLinkServer *server;
    sd_bus_slot *object;    /* on the link that is up, NULL: nobody is linked */
    sd_bus_slot *closed;    /* and the match for its end */
    sd_bus_message *called; /* NULL: not yet */
    sd_event_source *time;
    guint seconds; /* to wait with a link */
    gboolean unneeded;
};

static gboolean check_call(const char *version, guint64 until, GError **error)
{
    if (*version && !g_str_equal(version, PROJECT_VERSION))
        g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER, "this worker is of version %s, not %.32s",
                    PROJECT_VERSION, version);
    else if ((guint64) g_get_monotonic_time() >= until)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_WORKER, "it was told to begin too late");
    else
        return TRUE;
    return FALSE;
}

static int on_begin(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    MigBegin *begin = userdata;
    g_autoptr(GError) error = NULL;
    const char *version;
    uint64_t until;
    int r = sd_bus_message_read(call, "st", &version, &until);
    if (r < 0)
        return r;
    if (!check_call(version, until, &error))
        return mig_error_set_bus(ret_error, error);
    begin->called = sd_bus_message_ref(call);
    return 1; /* the answer comes with the job */
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Begin", SD_BUS_ARGS("s", version, "t", until), SD_BUS_NO_RESULT,
                            on_begin, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    ((MigBegin *) userdata)->unneeded = TRUE;
    return 0;
}

static void on_client(sd_bus *link, void *userdata)
{
    MigBegin *begin = userdata;
    if (!begin->object)
        sd_event_source_set_time_relative(begin->time, (uint64_t) begin->seconds * G_USEC_PER_SEC);
    begin->object = sd_bus_slot_unref(begin->object);
    begin->closed = sd_bus_slot_unref(begin->closed);
    int r = sd_bus_add_object_vtable(link, &begin->object, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                     vtable, begin);
    if (r >= 0)
        r = sd_bus_match_signal(link, &begin->closed, NULL, "/org/freedesktop/DBus/Local",
                                "org.freedesktop.DBus.Local", "Disconnected", on_disconnected,
                                begin);
    if (r < 0)
        log_warning("nobody can tell this worker to begin: %s", g_strerror(-r));
}

static int on_stopped(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    ((MigBegin *) userdata)->unneeded = TRUE;
    return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
    ((MigBegin *) userdata)->unneeded = TRUE;
    return 0;
}

/* Runs the loop until it is told or not needed; the sources are this wait's own. */
static gboolean wait_for_call(MigBegin *begin)
{
    static const int signals[] = { SIGTERM, SIGINT };
    sd_event_source *sources[G_N_ELEMENTS(signals)] = { NULL };
    int r = sd_event_add_time_relative(
        begin->event, &begin->time, CLOCK_MONOTONIC,
        (uint64_t) MIN(begin->seconds, LINK_SECONDS) * G_USEC_PER_SEC, 0, on_time, begin);
    for (gsize i = 0; r >= 0 && i < G_N_ELEMENTS(signals); i++) {
        r = sd_event_add_signal(begin->event, &sources[i], signals[i], on_stopped, begin);
        if (r >= 0)
            r = sd_event_source_set_priority(sources[i], SD_EVENT_PRIORITY_IMPORTANT);
    }
    while (r >= 0 && !begin->called && !begin->unneeded)
        r = sd_event_run(begin->event, UINT64_MAX);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        sd_event_source_disable_unref(sources[i]);
    begin->time = sd_event_source_disable_unref(begin->time);
    return begin->called && !begin->unneeded;
}

static void begin_free(MigBegin *begin)
{
    sd_bus_slot_unref(begin->object);
    sd_bus_slot_unref(begin->closed);
    sd_bus_message_unref(begin->called);
    mig_link_server_free(begin->server);
    sd_event_unref(begin->event);
    g_free(begin);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigBegin, begin_free)

MigBegin *mig_begin_wait(guint64 id, const MigWorkerOptions *options, GError **error)
{
    g_autofree char *instance = g_strdup_printf("%" G_GUINT64_FORMAT, id);
    g_autofree char *path = g_build_filename(options->runtime_dir, MIG_LINK_JOBS, instance, NULL);
    g_autoptr(MigBegin) begin = g_new0(MigBegin, 1);
    begin->event = mig_environment_loop();
    if (!mig_vir_loop_start(error))
        return NULL;
    begin->server = mig_link_serve(path, begin->event, on_client, begin, error);
    if (!begin->server)
        return NULL;
    sd_notifyf(0, "READY=1\nSTATUS=waiting for job %s", instance);
    begin->seconds = options->idle_timeout ? options->idle_timeout : WAIT_SECONDS;
    return wait_for_call(begin) ? g_steal_pointer(&begin) : NULL;
}

MigLinkServer *mig_begin_answer(MigBegin *begin, const GError *error)
{
    g_auto(BusError) failure = SD_BUS_ERROR_NULL;
    MigLinkServer *server = g_steal_pointer(&begin->server);
    if (error)
        mig_error_set_bus(&failure, error);
    int r = error ? sd_bus_reply_method_error(begin->called, &failure)
                  : sd_bus_reply_method_return(begin->called, NULL);
    if (r < 0)
        log_info("nobody waits for the answer to Begin: %s", g_strerror(-r));
    begin_free(begin);
    return server;
}
