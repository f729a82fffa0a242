/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See status.h.
 */
#include "status.h"

#include <systemd/sd-daemon.h>

#define INTERVAL_USEC (G_USEC_PER_SEC / 2)

struct MigStatus {
    sd_event *event;
    MigLinkServer *server;
    const MigJob *job;
    GVariant *told; /* mig_job_status() when last told */
    uint64_t last;  /* CLOCK_MONOTONIC, us */
    uint64_t noted; /* when systemd was last told */
    gboolean unnoted;
    sd_event_source *timer;
};

/* What of `now` is not the same in `before`. */
static GVariant *difference(GVariant *now, GVariant *before)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_iter_init(&iter, now);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) old = g_variant_lookup_value(before, key, NULL);
        if (!old || !g_variant_equal(old, value))
            g_variant_builder_add(&builder, "{sv}", key, value);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* The line of `systemctl status` is for people, and systemd takes a millisecond for each: the quick
 * phases before the call do not wait for that. */
static void note(MigStatus *status, uint64_t now)
{
    const MigJob *job = status->job;
    if (now < status->noted + INTERVAL_USEC) {
        sd_event_source_set_time(status->timer, status->noted + INTERVAL_USEC);
        sd_event_source_set_enabled(status->timer, SD_EVENT_ONESHOT);
        return;
    }
    sd_notifyf(0, "STATUS=%s %s to %s: %s, %s, %.0f %%", job->source,
               *job->guest_name ? job->guest_name : job->guest, job->destination,
               mig_state_to_string(job->state), mig_phase_to_string(job->phase),
               job->progress * 100);
    status->noted = now;
    status->unnoted = FALSE;
}

static void tell(MigStatus *status)
{
    const MigJob *job = status->job;
    g_autoptr(GVariant) now = g_variant_ref_sink(mig_job_status(job));
    g_autoptr(GVariant) changes = difference(now, status->told);
    sd_event_source_set_enabled(status->timer, SD_EVENT_OFF);
    uint64_t time = 0;
    sd_event_now(status->event, CLOCK_MONOTONIC, &time);
    if (g_variant_n_children(changes) > 0) {
        mig_link_emit(status->server, "Status", changes);
        g_variant_unref(status->told);
        status->told = g_steal_pointer(&now);
        status->last = time;
        status->unnoted = TRUE;
    }
    if (status->unnoted)
        note(status, time);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    tell(userdata);
    return 0;
}

MigStatus *mig_status_new(sd_event *event, MigLinkServer *server, const MigJob *job)
{
    MigStatus *status = g_new0(MigStatus, 1);
    status->event = sd_event_ref(event);
    status->server = server;
    status->job = job;
    status->told = g_variant_ref_sink(mig_job_status(job));
    sd_event_now(event, CLOCK_MONOTONIC, &status->noted);
    sd_event_add_time(event, &status->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, status);
    sd_event_source_set_enabled(status->timer, SD_EVENT_OFF);
    return status;
}

void mig_status_free(MigStatus *status)
{
    if (!status)
        return;
    sd_event_source_disable_unref(status->timer);
    sd_event_unref(status->event);
    g_variant_unref(status->told);
    g_free(status);
}

void mig_status_changed(MigStatus *status, gboolean urgent)
{
    uint64_t now = 0;
    sd_event_now(status->event, CLOCK_MONOTONIC, &now);
    if (urgent || now >= status->last + INTERVAL_USEC) {
        tell(status);
        return;
    }
    sd_event_source_set_time(status->timer, status->last + INTERVAL_USEC);
    sd_event_source_set_enabled(status->timer, SD_EVENT_ONESHOT);
}
