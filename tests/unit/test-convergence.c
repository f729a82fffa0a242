/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the estimate: against a simulated pre-copy whose end is known, and that no end is
 * promised where there is none.
 */
#include "convergence.h"

#define MIB G_GUINT64_CONSTANT(1048576)
#define TICK 50000 /* us */

/* A guest of `memory` bytes that changes `dirty` bytes/s, over a link of `rate` bytes/s. It is over
 * when a pass begins in which what is left can be sent within 0.3 s. */
typedef struct {
    double memory, rate, dirty;
    gint64 now;
    guint64 iteration;
    double left, began;
} Simulation;

static gboolean tick(Simulation *sim, MigPassing *passing)
{
    double seconds = (double) TICK / G_USEC_PER_SEC;
    gboolean begins = FALSE;

    sim->now += TICK;
    sim->left -= sim->rate * seconds;
    if (sim->left <= 0) { /* the next pass is over what has changed in this one */
        double took = ((double) sim->now - sim->began) / G_USEC_PER_SEC;

        begins = TRUE;
        sim->iteration++;
        sim->left = MIN(sim->dirty * took, sim->memory);
        sim->began = (double) sim->now;
    }
    *passing = (MigPassing){
        .now = sim->now,
        .iteration = sim->iteration,
        .remaining = (guint64) sim->left,
        .throughput = (guint64) sim->rate,
        .dirty_rate = sim->iteration > 1 ? (guint64) sim->dirty : 0,
    };

    return !begins || sim->left > 0.3 * sim->rate;
}

static Simulation simulate(double memory, double rate, double dirty)
{
    return (Simulation){ memory,
                         rate,
                         dirty,
                         1700000000 * (gint64) G_USEC_PER_SEC,
                         1,
                         memory,
                         1700000000.0 * G_USEC_PER_SEC };
}

/* Converges: after the first pass the end is known to a fifth of the way that is left. */
static void test_converges(void)
{
    static const double shares[] = { 0, 0.1, 0.3, 0.5, 0.8 };

    for (guint i = 0; i < G_N_ELEMENTS(shares); i++) {
        Simulation sim = simulate(4096.0 * MIB, 100.0 * MIB, shares[i] * 100 * MIB);
        Simulation truth = sim;
        MigConvergence convergence = { 0 };
        MigPassing passing;

        while (tick(&truth, &passing))
            ;
        while (tick(&sim, &passing)) {
            MigEstimate estimate = mig_convergence_update(&convergence, &passing);

            g_assert_cmpint(estimate.end, >, passing.now);
            g_assert_cmpint(estimate.end, <=, truth.now + truth.now / 1000 + G_USEC_PER_SEC);
            if (sim.iteration == 1) {
                g_assert_cmpint(estimate.converging, ==, MIG_CONVERGING_UNKNOWN);
                continue;
            }
            g_assert_cmpint(estimate.converging, ==, MIG_CONVERGING_YES);
            g_assert_cmpint(ABS(estimate.end - truth.now), <=,
                            (truth.now - sim.now) / 5 + 2 * G_USEC_PER_SEC);
        }
    }
}

/* Does not: after two passes that is said, and no end is promised from the second pass on. */
static void test_does_not_converge(void)
{
    static const double shares[] = { 1, 1.01, 2, 50 };

    for (guint i = 0; i < G_N_ELEMENTS(shares); i++) {
        Simulation sim = simulate(4096.0 * MIB, 100.0 * MIB, shares[i] * 100 * MIB);
        MigConvergence convergence = { 0 };
        MigPassing passing;

        for (guint n = 0; n < 20000 && tick(&sim, &passing); n++) {
            MigEstimate estimate = mig_convergence_update(&convergence, &passing);

            if (sim.iteration >= 2)
                g_assert_cmpint(estimate.end, ==, 0);
            g_assert_cmpint(estimate.converging, ==,
                            sim.iteration >= 3 ? MIG_CONVERGING_NO : MIG_CONVERGING_UNKNOWN);
        }
        g_assert_cmpuint(sim.iteration, >=, 4);
    }
}

/* The guest is slowed down or calms down: a few passes later there is an end again. */
static void test_turns(void)
{
    Simulation sim = simulate(1024.0 * MIB, 100.0 * MIB, 200.0 * MIB);
    MigConvergence convergence = { 0 };
    MigEstimate estimate = { MIG_CONVERGING_UNKNOWN, 0 };
    MigPassing passing;
    guint64 turn;

    while (sim.iteration < 5 && tick(&sim, &passing))
        estimate = mig_convergence_update(&convergence, &passing);
    g_assert_cmpint(estimate.converging, ==, MIG_CONVERGING_NO);
    sim.dirty = 20.0 * MIB;
    turn = sim.iteration;
    while (sim.iteration < turn + MIG_CONVERGENCE_PASSES && tick(&sim, &passing))
        estimate = mig_convergence_update(&convergence, &passing);
    g_assert_cmpint(estimate.converging, ==, MIG_CONVERGING_YES);
    g_assert_cmpint(estimate.end, >, sim.now);
}

/* A guest that does not run changes nothing, whatever it did before. */
static void test_stopped(void)
{
    const MigPassing passing = { 1000, 3, 200 * MIB, 100 * MIB, 500 * MIB, TRUE };
    MigConvergence convergence = { 0 };
    MigEstimate estimate = mig_convergence_update(&convergence, &passing);

    g_assert_cmpint(estimate.converging, ==, MIG_CONVERGING_YES);
    g_assert_cmpint(estimate.end, ==, 1000 + 2 * G_USEC_PER_SEC);
}

static void test_nothing_known(void)
{
    static const MigPassing passings[] = {
        { 0 },
        { 1000, 0, 0, 0, 0, FALSE },
        { 1000, 5, 200 * MIB, 0, 100 * MIB, FALSE },
        { 1000, 5, 200 * MIB, 0, 0, TRUE },
        { 1000, 1, G_MAXUINT64, 1, 0, FALSE }, /* in half a million years */
        { 1000, 5, G_MAXUINT64, 1, 0, TRUE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(passings); i++) {
        MigConvergence convergence = { 0 };
        MigEstimate estimate = mig_convergence_update(&convergence, &passings[i]);

        g_assert_cmpint(estimate.end, ==, 0);
    }
}

static void test_names(void)
{
    g_assert_cmpstr(mig_converging_to_string(MIG_CONVERGING_UNKNOWN), ==, "unknown");
    g_assert_cmpstr(mig_converging_to_string(MIG_CONVERGING_YES), ==, "yes");
    g_assert_cmpstr(mig_converging_to_string(MIG_CONVERGING_NO), ==, "no");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/convergence/converges", test_converges);
    g_test_add_func("/convergence/does-not-converge", test_does_not_converge);
    g_test_add_func("/convergence/turns", test_turns);
    g_test_add_func("/convergence/stopped", test_stopped);
    g_test_add_func("/convergence/nothing-known", test_nothing_known);
    g_test_add_func("/convergence/names", test_names);

    return g_test_run();
}
