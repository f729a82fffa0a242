/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands of a job that are on their way through libvirt, as the main thread has them: each is
 * answered exactly once, by libvirt's answer or by the end of the job.
 */
#pragma once

#include "control.h"
#include "monitor.h"

typedef struct {
    GQueue list; /* MigCommand, those that the monitor has */
} MigCommands;

/* Hands one on to the monitor; `caller` is answered later. */
void mig_commands_send(MigCommands *commands, MigMonitor *monitor, MigControl control,
                       guint64 value, void *caller);
/* The monitor is through with it; takes it. */
void mig_commands_done(MigCommands *commands, MigCommand *command);
/* The job has ended: answers those that are left. */
void mig_commands_refuse(MigCommands *commands, const MigJob *job);
