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

/* Takes a reference of the connection. Lives to the end of the process, it may hang in libvirt. */
MigBaseline *mig_baseline_start(virConnectPtr destination, const char *uuid);

/* Ends it without waiting. FALSE: it was not read. */
gboolean mig_baseline_stop(MigBaseline *baseline, guint64 *time);

/* What the guest's processors have run and have waited to run, in ns: it grows when one of them
 * does anything. FALSE: the driver does not tell. */
gboolean mig_baseline_read_time(virDomainPtr domain, guint64 *time);
