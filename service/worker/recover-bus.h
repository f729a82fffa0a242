/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker of a job that has ended: it waits for one step of recovery (core/recovery.h), does it,
 * and writes down what both hosts show afterwards.
 */
#pragma once

#include "core/job.h"
#include "ledger.h"
#include "worker.h"

/* Returns the exit status when the step is done or refused, or nobody asks for one. */
int mig_recover_loop(MigLedger *ledger, MigJob *job, const MigWorkerOptions *options);
