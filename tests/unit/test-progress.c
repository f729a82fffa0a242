/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the progress: it never falls, never lies and never reaches 1 before its time.
 */
#include "progress.h"

#define MIB G_GUINT64_CONSTANT(1048576)

static void test_plain(void)
{
    MigProgress progress = { 0 };

    g_assert_cmpfloat(mig_progress_update(&progress, 0, 0), ==, 0);
    g_assert_cmpfloat(mig_progress_update(&progress, 0, 1024 * MIB), ==, 0);
    g_assert_cmpfloat(mig_progress_update(&progress, 256 * MIB, 768 * MIB), ==, 0.25);
    g_assert_cmpfloat(mig_progress_update(&progress, 512 * MIB, 512 * MIB), ==, 0.5);
}

/* The guest writes faster than the network sends: what is left grows, what is shown stays. */
static void test_dirty_guest(void)
{
    MigProgress progress = { 0 };
    double last = 0;

    mig_progress_update(&progress, 900 * MIB, 100 * MIB);
    g_assert_cmpfloat(progress.fraction, ==, 0.9);
    for (guint64 left = 200; left < 20000; left += 100) {
        double shown = mig_progress_update(&progress, (1000 + left / 2) * MIB, left * MIB);

        g_assert_cmpfloat(shown, >=, last);
        g_assert_cmpfloat(shown, ==, 0.9);
        last = shown;
    }
    g_assert_cmpfloat(mig_progress_update(&progress, 95 * MIB, 5 * MIB), ==, 0.95);
}

static void test_held_below_one(void)
{
    MigProgress progress = { 0 };

    g_assert_cmpfloat(mig_progress_update(&progress, 1024 * MIB, 0), <, 1);
    g_assert_cmpfloat(mig_progress_update(&progress, G_MAXUINT64, 0), <, 1);
    g_assert_cmpfloat(progress.fraction, >=, 0.9);
    g_assert_cmpfloat(mig_progress_complete(&progress), ==, 1);
    g_assert_cmpfloat(mig_progress_update(&progress, 1, 1024 * MIB), ==, 1);
}

/* Counts come from another host: no sum may wrap around. */
static void test_huge(void)
{
    MigProgress progress = { 0 };

    g_assert_cmpfloat_with_epsilon(mig_progress_update(&progress, G_MAXUINT64, G_MAXUINT64), 0.5,
                                   1e-9);
    progress.fraction = 0;
    g_assert_cmpfloat_with_epsilon(mig_progress_update(&progress, 1, G_MAXUINT64), 0, 1e-9);
    progress.fraction = 0;
    g_assert_cmpfloat_with_epsilon(
        mig_progress_update(&progress, G_MAXUINT64 / 4, G_MAXUINT64 - G_MAXUINT64 / 4), 0.25, 1e-9);
}

static void test_random(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20);
    MigProgress progress = { 0 };
    double last = 0;

    for (guint i = 0; i < 100000; i++) {
        guint64 processed = (guint64) g_rand_int(random) << g_rand_int_range(random, 0, 33);
        guint64 remaining = (guint64) g_rand_int(random) << g_rand_int_range(random, 0, 33);
        double shown = mig_progress_update(&progress, processed, remaining);

        g_assert_true(shown >= last && shown < 1);
        g_assert_true(shown == progress.fraction);
        last = shown;
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/progress/plain", test_plain);
    g_test_add_func("/progress/dirty-guest", test_dirty_guest);
    g_test_add_func("/progress/held-below-one", test_held_below_one);
    g_test_add_func("/progress/huge", test_huge);
    g_test_add_func("/progress/random", test_random);

    return g_test_run();
}
