/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See convergence.h. The dirty rate that is told in a pass is that of the pass before; in the first
 * pass there is none.
 */
#include "convergence.h"

/* An end that is further away is none. */
#define FAR_USEC ((double) G_TIME_SPAN_DAY * 365)

static const char *const names[] = {
    [MIG_CONVERGING_UNKNOWN] = "unknown",
    [MIG_CONVERGING_YES] = "yes",
    [MIG_CONVERGING_NO] = "no",
};

const char *mig_converging_to_string(MigConverging converging)
{
    g_return_val_if_fail((guint) converging < G_N_ELEMENTS(names), NULL);

    return names[converging];
}

static void remember(MigConvergence *convergence, const MigPassing *passing)
{
    if (convergence->n == 0 || passing->iteration > convergence->passes[0].iteration) {
        for (guint i = MIG_CONVERGENCE_PASSES - 1; i > 0; i--)
            convergence->passes[i] = convergence->passes[i - 1];
        convergence->passes[0] = (typeof(convergence->passes[0])){
            .iteration = passing->iteration,
            .began = passing->now,
        };
        convergence->n = MIN(convergence->n + 1, MIG_CONVERGENCE_PASSES);
    }
    convergence->passes[0].dirty_rate = (double) passing->dirty_rate;
    convergence->passes[0].sent += (double) passing->throughput;
    convergence->passes[0].told++;
}

/* `left` bytes go at `rate` bytes/s. */
static gint64 end_at(const MigPassing *passing, double left, double rate)
{
    double usec = left / rate * G_USEC_PER_SEC;

    return rate > 0 && usec < FAR_USEC ? passing->now + (gint64) usec : 0;
}

MigEstimate mig_convergence_update(MigConvergence *convergence, const MigPassing *passing)
{
    double throughput = (double) passing->throughput, left = (double) passing->remaining;
    double dirty = 0, sent = 0, elapsed;

    if (passing->throughput == 0)
        return (MigEstimate){ MIG_CONVERGING_UNKNOWN, 0 };
    if (passing->stopped)
        return (MigEstimate){ MIG_CONVERGING_YES, end_at(passing, left, throughput) };
    if (passing->iteration < 2)
        return (MigEstimate){ MIG_CONVERGING_UNKNOWN, end_at(passing, left, throughput) };

    remember(convergence, passing);
    for (guint i = 0; i < convergence->n; i++) {
        dirty += convergence->passes[i].dirty_rate / convergence->n;
        sent += convergence->passes[i].sent / convergence->passes[i].told / convergence->n;
    }
    /* what was changed in this pass is left for the next */
    elapsed = (double) (passing->now - convergence->passes[0].began) / G_USEC_PER_SEC;
    if (dirty < sent)
        return (MigEstimate){ MIG_CONVERGING_YES,
                              end_at(passing, left + dirty * elapsed, sent - dirty) };

    return (MigEstimate){ convergence->n < 2 ? MIG_CONVERGING_UNKNOWN : MIG_CONVERGING_NO, 0 };
}
