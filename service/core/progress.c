/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fraction of a migration that is done, from libvirt's byte counts.
 */
#include "progress.h"

/* Memory is all sent some time before the guest runs on the other side. */
#define NEARLY 0.99

double mig_progress_update(MigProgress *progress, guint64 processed, guint64 remaining)
{
    /* as doubles: the sum of two counts of a hostile destination may not fit 64 bits */
    double total = (double) processed + (double) remaining;
    double fraction;

    if (total <= 0)
        return progress->fraction;

    fraction = MIN((double) processed / total, NEARLY);
    progress->fraction = MAX(progress->fraction, fraction);

    return progress->fraction;
}

double mig_progress_complete(MigProgress *progress)
{
    progress->fraction = 1;

    return progress->fraction;
}
