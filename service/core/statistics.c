/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See statistics.h. The numbers come from other hosts: no sum or product wraps around.
 */
#include "statistics.h"

#include <libvirt/libvirt.h>

guint64 mig_statistics_get(GVariant *statistics, const char *field)
{
    guint64 number = 0;

    g_variant_lookup(statistics, field, "t", &number);

    return number;
}

static guint64 sum(GVariant *statistics, const char *one, const char *other)
{
    guint64 total;

    if (!g_uint64_checked_add(&total, mig_statistics_get(statistics, one),
                              mig_statistics_get(statistics, other)))
        return G_MAXUINT64;

    return total;
}

guint64 mig_statistics_dirty_rate(GVariant *statistics)
{
    guint64 rate;

    if (!g_uint64_checked_mul(&rate,
                              mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE),
                              mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE)))
        return G_MAXUINT64;

    return rate;
}

guint64 mig_statistics_throughput(GVariant *statistics)
{
    return sum(statistics, VIR_DOMAIN_JOB_MEMORY_BPS, VIR_DOMAIN_JOB_DISK_BPS);
}

guint64 mig_statistics_remaining(GVariant *statistics)
{
    return sum(statistics, VIR_DOMAIN_JOB_MEMORY_REMAINING, VIR_DOMAIN_JOB_DISK_REMAINING);
}

guint64 mig_statistics_processed(GVariant *statistics)
{
    return sum(statistics, VIR_DOMAIN_JOB_MEMORY_PROCESSED, VIR_DOMAIN_JOB_DISK_PROCESSED);
}

guint64 mig_statistics_iteration(GVariant *statistics)
{
    return mig_statistics_get(statistics, VIR_DOMAIN_JOB_MEMORY_ITERATION);
}

guint64 mig_statistics_downtime(GVariant *statistics)
{
    return mig_statistics_get(statistics, VIR_DOMAIN_JOB_DOWNTIME);
}
