/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the samples: never more than 240, even distances, and the whole course.
 */
#include "samples.h"

#define SECOND G_USEC_PER_SEC

static MigSample at(gint64 time)
{
    return (MigSample){ time, (guint64) (1000 * SECOND - time), (guint64) time, 7 };
}

/* Distances are at least the interval and at most that and one step between what is offered. */
static void check(const MigSamples *samples, gint64 first, gint64 last, gint64 step)
{
    g_assert_cmpuint(samples->n, <=, MIG_SAMPLES_MAX);
    g_assert_cmpint(samples->samples[0].time, ==, first);
    g_assert_cmpint(last - samples->samples[samples->n - 1].time, <, 2 * samples->interval + step);
    for (guint i = 1; i < samples->n; i++) {
        gint64 distance = samples->samples[i].time - samples->samples[i - 1].time;

        g_assert_cmpint(distance, >=, samples->interval);
        g_assert_cmpint(distance, <, 2 * (samples->interval + step));
        g_assert_cmpuint(samples->samples[i].processed, ==, samples->samples[i].time);
    }
}

static void test_too_near(void)
{
    MigSamples samples = { 0 };
    static const gint64 times[] = { 10 * SECOND, 10 * SECOND + 1,
                                    10 * SECOND + MIG_SAMPLES_INTERVAL - 1,
                                    10 * SECOND + MIG_SAMPLES_INTERVAL, 9 * SECOND };

    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        MigSample sample = at(times[i]);

        mig_samples_add(&samples, &sample);
    }
    g_assert_cmpuint(samples.n, ==, 2);
    g_assert_cmpint(samples.samples[1].time, ==, times[3]);
}

/* From two minutes to a day; at every moment it is a whole course. */
static void test_thinning(void)
{
    static const gint64 steps[] = { SECOND / 4, SECOND / 2, SECOND / 3, SECOND, 7 * SECOND };

    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
        MigSamples samples = { 0 };
        gint64 first = 1700000000 * (gint64) SECOND;
        guint fewest = MIG_SAMPLES_MAX;

        for (gint64 i = 0; i < 100000; i++) {
            MigSample sample = at(first + i * steps[s]);

            mig_samples_add(&samples, &sample);
            if (i % 97 == 0 || i < 1000)
                check(&samples, first, sample.time, steps[s]);
            if (i >= 4 * MIG_SAMPLES_MAX)
                fewest = MIN(fewest, samples.n);
        }
        g_assert_cmpuint(fewest, >=, MIG_SAMPLES_MAX / 2);
        g_assert_cmpint(samples.interval, >=, steps[s] * 100000 / MIG_SAMPLES_MAX / 2);
    }
}

static void test_interval_doubles(void)
{
    MigSamples samples = { 0 };

    for (gint64 i = 0; i < MIG_SAMPLES_MAX; i++) {
        MigSample sample = at(i * MIG_SAMPLES_INTERVAL);

        mig_samples_add(&samples, &sample);
    }
    g_assert_cmpuint(samples.n, ==, MIG_SAMPLES_MAX);
    g_assert_cmpint(samples.interval, ==, MIG_SAMPLES_INTERVAL);
    {
        MigSample sample = at(MIG_SAMPLES_MAX * MIG_SAMPLES_INTERVAL);

        mig_samples_add(&samples, &sample);
    }
    g_assert_cmpuint(samples.n, ==, MIG_SAMPLES_MAX / 2 + 1);
    g_assert_cmpint(samples.interval, ==, 2 * MIG_SAMPLES_INTERVAL);
    for (guint i = 0; i < samples.n; i++)
        g_assert_cmpint(samples.samples[i].time, ==, (gint64) i * 2 * MIG_SAMPLES_INTERVAL);
}

static void test_variant(void)
{
    MigSamples samples = { 0 };
    MigSample sample = { 5, 6, G_MAXUINT64, 8 };
    g_autoptr(GVariant) empty = g_variant_ref_sink(mig_samples_to_variant(&samples));
    g_autoptr(GVariant) one = NULL;
    g_autofree char *text = NULL;

    g_assert_cmpstr(g_variant_get_type_string(empty), ==, MIG_SAMPLES_TYPE);
    g_assert_cmpuint(g_variant_n_children(empty), ==, 0);
    mig_samples_add(&samples, &sample);
    one = g_variant_ref_sink(mig_samples_to_variant(&samples));
    text = g_variant_print(one, FALSE);
    g_assert_cmpstr(text, ==, "[(5, 6, 18446744073709551615, 8)]");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/samples/too-near", test_too_near);
    g_test_add_func("/samples/thinning", test_thinning);
    g_test_add_func("/samples/interval-doubles", test_interval_doubles);
    g_test_add_func("/samples/variant", test_variant);

    return g_test_run();
}
