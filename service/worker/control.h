/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The libvirt calls that change a migration while it runs. They block: never from the main thread.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "core/control.h"
#include "task.h"

/* A control on its way to libvirt and back. */
typedef struct {
    MigControl control; /* not MIG_CONTROL_CANCEL: mig_monitor_abort() */
    guint64 value;
    GError *error; /* set when it has failed */
    void *caller;  /* who asked, the main thread's own */
} MigCommand;

/* libvirt's own limit if none was ever set. */
#define MIG_DOWNTIME_DEFAULT_MS 300

/* Does it to the guest on the source; sets command->error if it fails. */
void mig_control_carry_out(MigCommand *command, const MigTask *task, virDomainPtr domain);

/* How long the guest may be paused for the switch, ms. FALSE: libvirt's last error says why. */
gboolean mig_control_get_downtime(virDomainPtr domain, gint64 *ret);
gboolean mig_control_set_downtime(virDomainPtr domain, gint64 downtime);
