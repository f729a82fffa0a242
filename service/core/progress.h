/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Honest progress. A pre-copy migration sends memory again that the guest has changed, so what is
 * left can grow. The fraction shown never goes back: it is the best reached so far of
 * sent / (sent + left), held below 1 until the guest is seen on the destination.
 */
#pragma once

#include <glib.h>

typedef struct {
    double fraction; /* 0..1, never falls */
} MigProgress;

/* Bytes sent and left so far, memory and disks together; returns the fraction to show. */
double mig_progress_update(MigProgress *progress, guint64 processed, guint64 remaining);
/* The guest was seen on the destination: 1. */
double mig_progress_complete(MigProgress *progress);
