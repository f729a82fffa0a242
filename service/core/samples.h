/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The course of a migration, for a graph: samples at even distances, at most 240. When there are
 * that many every other one is dropped and the distance is doubled, so that they always span the
 * whole of it.
 */
#pragma once

#include <glib.h>

#define MIG_SAMPLES_MAX 240
/* Distance at the beginning. */
#define MIG_SAMPLES_INTERVAL (G_USEC_PER_SEC / 2)

#define MIG_SAMPLES_TYPE "a(tttt)"

typedef struct {
    gint64 time;       /* us since the epoch */
    guint64 remaining; /* bytes */
    guint64 processed; /* bytes */
    guint64 rate;      /* bytes/s */
} MigSample;

/* All zeroes at the beginning. */
typedef struct {
    MigSample samples[MIG_SAMPLES_MAX];
    guint n;
    gint64 interval; /* us, 0: MIG_SAMPLES_INTERVAL */
} MigSamples;

/* Takes it unless it is nearer to the last one than the interval. */
void mig_samples_add(MigSamples *samples, const MigSample *sample);
/* Floating a(tttt): the members of MigSample in their order. */
GVariant *mig_samples_to_variant(const MigSamples *samples);
