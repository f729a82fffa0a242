/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Both hosts at once: one function is run for source and destination, each in a thread of its own.
 * A thread that hangs in libvirt past the deadline is left behind with what it works on, and ends
 * with the process: libvirt cannot be interrupted.
 */
#pragma once

#include <glib.h>

typedef enum { MIG_SOURCE, MIG_DESTINATION, MIG_N_SIDES } MigSideIndex;

typedef struct MigPair MigPair;

/* Lives as long as the process: a thread that was left behind may still use it. */
MigPair *mig_pair_new(void);

/* FALSE: failed, waiting for the other one makes no sense. */
typedef gboolean (*MigPairFunc)(gpointer side);

/* Returns when both are done, one has failed, the deadline (monotonic, us) has passed, or
 * mig_pair_interrupt() was called and this run heeds it. Bits 1 << MigSideIndex of those that are
 * done; what the others work on must be neither touched nor freed any more. A NULL side counts as
 * done. */
guint mig_pair_run(MigPair *pair, MigPairFunc func, gpointer source, gpointer destination,
                   gint64 deadline, gboolean heed_interrupt);

/* From any thread; also ends runs that start later. */
void mig_pair_interrupt(MigPair *pair);
