/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See disk-phase.h. The numbers come from other hosts: no sum wraps around.
 */
#include "disk-phase.h"

#include <libvirt/libvirt.h>
#include <string.h>

#include "statistics.h"

gboolean mig_disk_phase_is(GVariant *statistics)
{
    return mig_statistics_get(statistics, VIR_DOMAIN_JOB_DISK_TOTAL) > 0 &&
           mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_TOTAL) == 0;
}

/* The oldest goes as soon as the one after it is old enough. */
static void forget(MigDiskPhase *phase, gint64 now)
{
    while (phase->n > 1 &&
           (phase->n == MIG_DISK_PHASE_TOLD || phase->told[1].time <= now - MIG_DISK_PHASE_USEC))
        memmove(phase->told, phase->told + 1, --phase->n * sizeof *phase->told);
}

static guint64 rate(MigDiskPhase *phase, guint64 processed, gint64 now)
{
    forget(phase, now);
    if (phase->n == 0 ||
        now >= phase->told[phase->n - 1].time + MIG_DISK_PHASE_USEC / (MIG_DISK_PHASE_TOLD - 1)) {
        phase->told[phase->n].time = now;
        phase->told[phase->n++].processed = processed;
    }
    if (now <= phase->told[0].time || processed < phase->told[0].processed)
        return 0;

    return (guint64) ((double) (processed - phase->told[0].processed) * G_USEC_PER_SEC /
                      (double) (now - phase->told[0].time));
}

typedef struct {
    const char *field;
    guint64 more;
} Addition;

static gboolean is_added_to(const Addition *additions, const char *field)
{
    for (; additions->field; additions++)
        if (g_str_equal(additions->field, field))
            return TRUE;
    return FALSE;
}

static GVariant *with(GVariant *statistics, const Addition *additions)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{st}"));
    GVariantIter iter;
    const char *field;
    guint64 number;

    g_variant_iter_init(&iter, statistics);
    while (g_variant_iter_next(&iter, "{&st}", &field, &number))
        if (!is_added_to(additions, field))
            g_variant_builder_add(&builder, "{st}", field, number);
    for (; additions->field; additions++) {
        if (!g_uint64_checked_add(&number, mig_statistics_get(statistics, additions->field),
                                  additions->more))
            number = G_MAXUINT64;
        g_variant_builder_add(&builder, "{st}", additions->field, number);
    }

    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

GVariant *mig_disk_phase_complete(MigDiskPhase *phase, GVariant *statistics, guint64 memory,
                                  gint64 now)
{
    g_autoptr(GVariant) told = statistics;
    guint64 measured = rate(phase, mig_statistics_get(told, VIR_DOMAIN_JOB_DISK_PROCESSED), now);
    const Addition additions[] = {
        { VIR_DOMAIN_JOB_MEMORY_TOTAL, memory },
        { VIR_DOMAIN_JOB_MEMORY_REMAINING, memory },
        { VIR_DOMAIN_JOB_DATA_TOTAL, memory },
        { VIR_DOMAIN_JOB_DATA_REMAINING, memory },
        { VIR_DOMAIN_JOB_DISK_BPS,
          mig_statistics_get(told, VIR_DOMAIN_JOB_DISK_BPS) == 0 ? measured : 0 },
        { NULL, 0 },
    };

    return with(told, additions);
}
