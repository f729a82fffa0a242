/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A token bucket: something may happen `rate` times a second in the long run and `burst` times at
 * once. All zeros is a full one.
 */
#pragma once

#include <glib.h>

typedef struct {
    double used;    /* tokens taken and not yet given back by time */
    gint64 settled; /* monotonic us up to which time has given back */
} Bucket;

typedef struct {
    guint rate; /* 1/s */
    guint burst;
} BucketSize;

/* Takes one token at `now`, monotonic us; FALSE if there is none. */
gboolean bucket_take(Bucket *bucket, BucketSize size, gint64 now);
