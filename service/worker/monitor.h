/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The monitor of a migration: a second connection to the source, in a thread of its own, while the
 * first one is in the migrate call. Reads statistics, hears of the guest's pause, aborts, carries
 * out what the main thread asks for. Connects again when its connection is lost.
 */
#pragma once

#include "control.h"
#include "run-letters.h"
#include "task.h"

typedef struct MigMonitor MigMonitor;

/* Lives to the end of the process, it may hang in libvirt. */
MigMonitor *mig_monitor_start(MigRun *run, const MigTask *task, const char *guest_uuid);

/* Asks libvirt to abort the job, at once and then twice a second until mig_monitor_stop(): an abort
 * that comes between two of libvirt's own phases is lost. */
void mig_monitor_abort(MigMonitor *monitor);
/* Carries it out as soon as it can, and tells mig_run_tell_done(). */
void mig_monitor_command(MigMonitor *monitor, MigCommand *command);
void mig_monitor_stop(MigMonitor *monitor);
