/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far the guest's processors had come on the destination before they went on there. It is read
 * while the guest comes in, in a thread of its own beside the migrate call: one look after the end
 * then tells that they have gone on, and nobody waits for a second one.
 */
#pragma once

#include <libvirt/libvirt.h>

#include <glib.h>

typedef struct MigBaseline MigBaseline;

/* What the guest's processors have run and have waited to run; it grows when one of them does
 * anything. A driver may begin to tell of them when the guest has come in, so two of these can be
 * compared only if they have the same fields. */
typedef struct {
    guint64 ns;
    guint n_fields; /* of all processors; 0: of the guest as a whole */
} MigRunTime;

/* Takes a reference of the connection. Lives to the end of the process, it may hang in libvirt. */
MigBaseline *mig_baseline_start(virConnectPtr destination, const char *uuid);

/* Ends it without waiting. FALSE: it was not read. */
gboolean mig_baseline_stop(MigBaseline *baseline, MigRunTime *time);

/* FALSE: the driver does not tell. */
gboolean mig_baseline_read_time(virDomainPtr domain, MigRunTime *time);
