/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See bucket.h.
 */
#include "bucket.h"

gboolean bucket_take(Bucket *bucket, BucketSize size, gint64 now)
{
    double given = (double) (now - bucket->settled) * size.rate / G_USEC_PER_SEC;
    bucket->used = MAX(bucket->used - given, 0);
    bucket->settled = now;
    if (bucket->used + 1 > size.burst)
        return FALSE;
    bucket->used++;
    return TRUE;
}
