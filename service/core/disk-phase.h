/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The time in which libvirt copies disks and has not begun with the memory. It counts no memory
 * then and tells no rate: taken as they are, its numbers say that all is sent when only the disks
 * are.
 */
#pragma once

#include <glib.h>

/* Of how long the rate is the mean; libvirt sends a disk in bursts. */
#define MIG_DISK_PHASE_USEC (10 * G_USEC_PER_SEC)
#define MIG_DISK_PHASE_TOLD 21

/* All zeroes at the beginning. */
typedef struct {
    struct {
        gint64 time; /* us */
        guint64 processed;
    } told[MIG_DISK_PHASE_TOLD]; /* oldest first */
    guint n;
} MigDiskPhase;

/* Whether a job's statistics (a{st}) are of that time. */
gboolean mig_disk_phase_is(GVariant *statistics);

/* Takes a reference to `statistics` over and gives those with what is not told: `memory` bytes that
 * are left, and the rate at which the disks are copied (disk_bps) as soon as it is known. */
GVariant *mig_disk_phase_complete(MigDiskPhase *phase, GVariant *statistics, guint64 memory,
                                  gint64 now);
