/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the time in which disks are copied: the memory that libvirt does not count yet is left.
 */
#include "disk-phase.h"

#include "progress.h"
#include "statistics.h"

#define MIB (1024 * 1024)

static GVariant *told(guint64 processed, guint64 total, guint64 memory_total)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{st}"));

    g_variant_builder_add(&builder, "{st}", "time_elapsed", G_GUINT64_CONSTANT(7));
    g_variant_builder_add(&builder, "{st}", "data_total", total + memory_total);
    g_variant_builder_add(&builder, "{st}", "data_processed", processed);
    g_variant_builder_add(&builder, "{st}", "data_remaining", total - processed + memory_total);
    g_variant_builder_add(&builder, "{st}", "memory_total", memory_total);
    g_variant_builder_add(&builder, "{st}", "memory_remaining", memory_total);
    g_variant_builder_add(&builder, "{st}", "disk_total", total);
    g_variant_builder_add(&builder, "{st}", "disk_processed", processed);
    g_variant_builder_add(&builder, "{st}", "disk_remaining", total - processed);

    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static void test_which_time(void)
{
    g_autoptr(GVariant) disks = told(0, 64 * MIB, 0);
    g_autoptr(GVariant) both = told(64 * MIB, 64 * MIB, 96 * MIB);
    g_autoptr(GVariant) memory = told(0, 0, 96 * MIB);
    g_autoptr(GVariant) nothing = g_variant_ref_sink(g_variant_new("a{st}", NULL));

    g_assert_true(mig_disk_phase_is(disks));
    g_assert_false(mig_disk_phase_is(both));
    g_assert_false(mig_disk_phase_is(memory));
    g_assert_false(mig_disk_phase_is(nothing));
}

/* The last byte of the disks is not the last byte. */
static void test_memory_is_left(void)
{
    MigDiskPhase phase = { 0 };
    MigProgress progress = { 0 };
    g_autoptr(GVariant) all =
        mig_disk_phase_complete(&phase, told(64 * MIB, 64 * MIB, 0), 192 * MIB, 1);

    g_assert_cmpuint(mig_statistics_remaining(all), ==, 192 * MIB);
    g_assert_cmpuint(mig_statistics_get(all, "memory_total"), ==, 192 * MIB);
    g_assert_cmpuint(mig_statistics_get(all, "data_total"), ==, 256 * MIB);
    g_assert_cmpuint(mig_statistics_get(all, "time_elapsed"), ==, 7);
    g_assert_cmpuint(g_variant_n_children(all), ==, 10);
    g_assert_cmpfloat(mig_progress_update(&progress, mig_statistics_get(all, "data_processed"),
                                          mig_statistics_get(all, "data_remaining")),
                      ==, 0.25);
}

static guint64 rate_after(MigDiskPhase *phase, gint64 seconds_4, guint64 mib)
{
    g_autoptr(GVariant) all = mig_disk_phase_complete(
        phase, told(mib * MIB, G_MAXUINT32, 0), 0, G_USEC_PER_SEC + seconds_4 * G_USEC_PER_SEC / 4);

    return mig_statistics_throughput(all);
}

/* 16 MiB at a time every 4 s are 4 MiB/s, and it is told when nothing moves any more. */
static void test_rate(void)
{
    MigDiskPhase phase = { 0 };
    gint64 now;

    g_assert_cmpuint(rate_after(&phase, 0, 0), ==, 0);
    for (now = 1; now <= 160; now++) {
        guint64 rate = rate_after(&phase, now, (guint64) now / 16 * 16);

        if (now >= 48)
            g_assert_true(rate > 2 * MIB && rate < 6 * MIB);
    }
    for (; now <= 160 + 4 * 11; now++)
        rate_after(&phase, now, 160);
    g_assert_cmpuint(rate_after(&phase, now, 160), ==, 0);
    g_assert_cmpuint(rate_after(&phase, now + 1, 0), ==, 0);
}

static void test_libvirts_own_rate_counts(void)
{
    MigDiskPhase phase = { 0 };
    g_autoptr(GVariant) first =
        g_variant_ref_sink(g_variant_new_parsed("{'disk_total': uint64 9, 'disk_bps': uint64 5}"));
    g_autoptr(GVariant) all = NULL;

    g_variant_unref(mig_disk_phase_complete(&phase, g_variant_ref(first), 0, 1));
    all = mig_disk_phase_complete(
        &phase,
        g_variant_ref_sink(g_variant_new_parsed(
            "{'disk_total': uint64 9, 'disk_processed': uint64 9, 'disk_bps': uint64 5}")),
        0, 1 + G_USEC_PER_SEC);
    g_assert_cmpuint(mig_statistics_get(all, "disk_bps"), ==, 5);
}

static void test_huge(void)
{
    MigDiskPhase phase = { 0 };
    g_autoptr(GVariant) all =
        mig_disk_phase_complete(&phase, told(0, G_MAXUINT64, 0), G_MAXUINT64, 1);

    g_assert_cmpuint(mig_statistics_get(all, "data_remaining"), ==, G_MAXUINT64);
    g_assert_cmpuint(mig_statistics_remaining(all), ==, G_MAXUINT64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/disk-phase/which-time", test_which_time);
    g_test_add_func("/disk-phase/memory-is-left", test_memory_is_left);
    g_test_add_func("/disk-phase/rate", test_rate);
    g_test_add_func("/disk-phase/libvirts-own-rate-counts", test_libvirts_own_rate_counts);
    g_test_add_func("/disk-phase/huge", test_huge);

    return g_test_run();
}
