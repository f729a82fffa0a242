/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See spare.h. Owns the link to the one worker that waits, and so its life: it ends with its link.
 */
#include "spare.h"

#include "error.h"
#include "log.h"

/* What was asked for is answered first, a job that begins gets the processors. */
#define DELAY_USEC (G_USEC_PER_SEC / 2)

struct Spare {
    const WorkerContext *context;
    MigLedger *ledger;
    sd_event_source *soon; /* NULL: none is wanted */
    guint64 id;
    WorkerLink *worker; /* NULL: there is none */
};

static void on_linked(sd_bus *link, void *userdata)
{
}

/* Nobody asked for a job for some minutes, or it could not be started. The next call wants one
 * again. */
static void on_gone(const GError *error, void *userdata)
{
    Spare *spare = userdata;
    if (error)
        log_info("no worker waits for job %" G_GUINT64_FORMAT ": %s", spare->id, error->message);
    g_clear_pointer(&spare->worker, worker_link_free);
}

static void prepare(Spare *spare)
{
    static const WorkerHandlers handlers = { on_linked, on_gone };
    g_autoptr(GError) error = NULL;
    guint64 next;
    if (!mig_ledger_next(spare->ledger, &next, &error)) {
        log_warning("%s", error->message);
        return;
    }
    if (spare->worker && spare->id == next)
        return;
    g_clear_pointer(&spare->worker, worker_link_free);
    spare->id = next;
    g_autofree char *instance = g_strdup_printf("%" G_GUINT64_FORMAT, next);
    spare->worker =
        worker_link_open(spare->context, LAUNCH_JOB, instance, &handlers, spare, &error);
    if (!spare->worker)
        on_gone(error, spare);
}

static int on_soon(sd_event_source *source, uint64_t usec, void *userdata)
{
    Spare *spare = userdata;
    spare->soon = sd_event_source_disable_unref(spare->soon);
    prepare(spare);
    return 0;
}

void spare_want(Spare *spare)
{
    if (!spare || spare->soon)
        return;
    int r = sd_event_add_time_relative(spare->context->event, &spare->soon, CLOCK_MONOTONIC,
                                       DELAY_USEC, 0, on_soon, spare);
    if (r < 0)
        log_warning("no worker is started ahead: %s", g_strerror(-r));
}

WorkerLink *spare_take(Spare *spare, guint64 id)
{
    if (!spare || !spare->worker || spare->id != id)
        return NULL;
    return g_steal_pointer(&spare->worker);
}

Spare *spare_new(const WorkerContext *context, MigLedger *ledger)
{
    Spare *spare = g_new0(Spare, 1);
    spare->context = context;
    spare->ledger = ledger;
    return spare;
}

void spare_free(Spare *spare)
{
    if (!spare)
        return;
    sd_event_source_disable_unref(spare->soon);
    worker_link_free(spare->worker);
    g_free(spare);
}
