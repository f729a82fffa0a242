/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job being run, as the worker's main thread has it: the record, the ledger, the link. The
 * functions of this file are the main thread's; the other threads' are in run-letters.h.
 */
#pragma once

#include "core/control.h"
#include "core/job.h"
#include "ledger.h"
#include "link.h"
#include "worker.h"

typedef struct MigRun MigRun;

/* Runs the job to its end; the exit status. `server`: the job's link if it is there already, or
 * NULL; it is taken. */
int mig_run_loop(MigLedger *ledger, MigJob *job, MigLinkServer *server,
                 const MigWorkerOptions *options);

const MigJob *mig_run_job(const MigRun *run);
/* TOO_LATE, JOB_FINISHED, NOT_SUPPORTED; TRUE: it will be tried. */
gboolean mig_run_cancel(MigRun *run, GError **error);
/* Any other control; TRUE: mig_run_bus_answer() tells `caller` how it ended. TOO_EARLY and
 * INVALID_OPTION_VALUE too. */
gboolean mig_run_control(MigRun *run, MigControl control, guint64 value, void *caller,
                         GError **error);
/* Floating a(tttt). */
GVariant *mig_run_samples(const MigRun *run);
