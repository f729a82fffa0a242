/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a migration will come to an end, and when. Memory that the guest changes is sent again in
 * the next pass: as long as it changes as much as is sent there is no end, and none is promised.
 */
#pragma once

#include <glib.h>

/* What is told of a migration at one moment. */
typedef struct {
    gint64 now;         /* us, of any clock */
    guint64 iteration;  /* pass over the memory, 1.. */
    guint64 remaining;  /* bytes */
    guint64 throughput; /* bytes/s */
    guint64 dirty_rate; /* bytes/s that the guest changed during the pass before */
    gboolean stopped;   /* the guest does not run on the source: nothing is changed any more */
} MigPassing;

#define MIG_CONVERGENCE_PASSES 3

/* All zeroes at the beginning. */
typedef struct {
    struct {
        guint64 iteration;
        gint64 began; /* when it was first told of */
        double dirty_rate;
        double sent; /* sum of the throughputs that were told in this pass, and how many */
        guint told;
    } passes[MIG_CONVERGENCE_PASSES]; /* newest first */
    guint n;
} MigConvergence;

typedef enum { MIG_CONVERGING_UNKNOWN, MIG_CONVERGING_YES, MIG_CONVERGING_NO } MigConverging;

typedef struct {
    MigConverging converging;
    /* When all is sent, by the clock of `now`; 0: not known, or never. In the first pass nobody
     * knows what the guest changes: it is the earliest end. */
    gint64 end;
} MigEstimate;

/* Takes in what is told now. It does not converge if, over the last passes and at least two, the
 * guest changes as much as is sent. */
MigEstimate mig_convergence_update(MigConvergence *convergence, const MigPassing *passing);

/* "unknown", "yes", "no". */
const char *mig_converging_to_string(MigConverging converging);
