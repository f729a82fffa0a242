/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See patience.h. One timer, set to the next of what may come.
 */
#include "patience.h"

#include "log.h"

/* When it is worth saying that a job waits. */
#define WAITS_USEC (10 * G_USEC_PER_SEC)

/* Phases in which libvirt waits for the other side, and those that can still be given up by ending
 * our connections. The switch is not always seen: copying may last to the end. */
static const struct {
    gboolean waits, gives_up;
} phases[MIG_N_PHASES] = {
    [MIG_PHASE_PREPARING] = { TRUE, TRUE },
    [MIG_PHASE_COPYING] = { TRUE, TRUE },
    [MIG_PHASE_SWITCHING] = { TRUE, FALSE },
};

struct MigPatience {
    sd_event_source *timer;
    gint64 answer, cancel; /* us */
    MigPatienceFunc func;
    void *userdata;
    MigPhase phase;
    gboolean told;    /* the phase can be relied on */
    gboolean waits;   /* and that was said */
    gint64 since;     /* the last sign */
    gint64 cancelled; /* 0: not */
};

static gint64 now(void)
{
    return g_get_monotonic_time();
}

/* The end of the one that is running, 0: none is. */
static gint64 end_of_answer(const MigPatience *patience)
{
    gboolean waits = patience->told && phases[patience->phase].waits;
    return waits ? patience->since + patience->answer : 0;
}

static gint64 end_of_cancel(const MigPatience *patience)
{
    gboolean counts = patience->cancelled != 0 && phases[patience->phase].gives_up;
    return counts ? patience->cancelled + patience->cancel : 0;
}

static gint64 end_of_silence(const MigPatience *patience)
{
    return end_of_answer(patience) && !patience->waits ? patience->since + WAITS_USEC : 0;
}

static void set_timer(MigPatience *patience)
{
    const gint64 ends[] = { end_of_answer(patience), end_of_cancel(patience),
                            end_of_silence(patience) };
    gint64 next = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (ends[i] != 0 && (next == 0 || ends[i] < next))
            next = ends[i];
    if (next != 0)
        sd_event_source_set_time(patience->timer, (uint64_t) next);
    sd_event_source_set_enabled(patience->timer, next != 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static gboolean is_past(gint64 end)
{
    return end != 0 && now() >= end;
}

static int on_time(sd_event_source *timer, uint64_t usec, void *userdata)
{
    MigPatience *patience = userdata;
    if (is_past(end_of_cancel(patience))) {
        patience->cancelled = 0;
        patience->func(MIG_PATIENCE_CANCELLED, patience->userdata);
    } else if (is_past(end_of_answer(patience))) {
        patience->told = FALSE;
        patience->func(MIG_PATIENCE_OVER, patience->userdata);
    } else if (is_past(end_of_silence(patience))) {
        patience->waits = TRUE;
        patience->func(MIG_PATIENCE_WAITS, patience->userdata);
    }
    set_timer(patience);
    return 0;
}

MigPatience *mig_patience_new(sd_event *event, const MigWorkerOptions *options,
                              MigPatienceFunc func, void *userdata)
{
    MigPatience *patience = g_new0(MigPatience, 1);
    patience->answer = (gint64) options->answer_deadline * G_USEC_PER_SEC;
    patience->cancel = (gint64) options->cancel_deadline * G_USEC_PER_SEC;
    patience->func = func;
    patience->userdata = userdata;
    int r = sd_event_add_time(event, &patience->timer, CLOCK_MONOTONIC, 0, 0, on_time, patience);
    if (r < 0)
        log_warning("nothing limits how long libvirt may take: %s", g_strerror(-r));
    sd_event_source_set_enabled(patience->timer, SD_EVENT_OFF);
    return patience;
}

void mig_patience_sign(MigPatience *patience, MigPhase phase, gboolean told)
{
    gboolean waited = patience->waits;
    patience->phase = phase;
    patience->told = told;
    patience->since = now();
    patience->waits = FALSE;
    if (waited)
        patience->func(MIG_PATIENCE_MOVES, patience->userdata);
    set_timer(patience);
}

void mig_patience_cancel(MigPatience *patience)
{
    patience->cancelled = now();
    set_timer(patience);
}
