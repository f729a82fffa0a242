/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See pair.h.
 */
#include "pair.h"

#define BOTH ((1u << MIG_SOURCE) | (1u << MIG_DESTINATION))

struct MigPair {
    GMutex mutex;
    GCond cond;
    gboolean interrupted;
};

/* One run; belongs to the runner and its threads together, the last one frees it. */
typedef struct {
    MigPair *pair;
    MigPairFunc func;
    gpointer sides[MIG_N_SIDES];
    guint done;
    gboolean failed;
    gatomicrefcount refs;
} Run;

typedef struct {
    Run *run;
    MigSideIndex index;
} Errand;

static void run_unref(Run *run)
{
    if (g_atomic_ref_count_dec(&run->refs))
        g_free(run);
}

static gpointer run_side(gpointer data)
{
    Errand *errand = data;
    Run *run = errand->run;
    gboolean ok = run->func(run->sides[errand->index]);
    g_mutex_lock(&run->pair->mutex);
    run->done |= 1u << errand->index;
    run->failed = run->failed || !ok;
    g_cond_broadcast(&run->pair->cond);
    g_mutex_unlock(&run->pair->mutex);
    run_unref(run);
    g_free(errand);
    return NULL;
}

static void start_side(Run *run, MigSideIndex index)
{
    static const char *const names[] = { "source", "destination" };
    if (!run->sides[index]) {
        run->done |= 1u << index;
        return;
    }
    Errand *errand = g_new(Errand, 1);
    *errand = (Errand){ run, index };
    g_atomic_ref_count_inc(&run->refs);
    g_thread_unref(g_thread_new(names[index], run_side, errand));
}

MigPair *mig_pair_new(void)
{
    MigPair *pair = g_new0(MigPair, 1);
    g_mutex_init(&pair->mutex);
    g_cond_init(&pair->cond);
    return pair;
}

guint mig_pair_run(MigPair *pair, MigPairFunc func, gpointer source, gpointer destination,
                   gint64 deadline, gboolean heed_interrupt)
{
    Run *run = g_new0(Run, 1);
    run->pair = pair;
    run->func = func;
    run->sides[MIG_SOURCE] = source;
    run->sides[MIG_DESTINATION] = destination;
    g_atomic_ref_count_init(&run->refs);

    g_mutex_lock(&pair->mutex);
    start_side(run, MIG_SOURCE);
    start_side(run, MIG_DESTINATION);
    gboolean in_time = TRUE;
    while (run->done != BOTH && !run->failed && in_time && !(heed_interrupt && pair->interrupted))
        in_time = g_cond_wait_until(&pair->cond, &pair->mutex, deadline);
    guint done = run->done;
    g_mutex_unlock(&pair->mutex);
    run_unref(run);
    return done;
}

void mig_pair_interrupt(MigPair *pair)
{
    g_mutex_lock(&pair->mutex);
    pair->interrupted = TRUE;
    g_cond_broadcast(&pair->cond);
    g_mutex_unlock(&pair->mutex);
}
