/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done for a guest that a job has left paused or twice: a row with a button for each
 * step of the job's Recovery, in order. Each button is the action "job.recover" with the step's
 * word.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_JOB_RECOVERY (mig_job_recovery_get_type())
G_DECLARE_FINAL_TYPE(MigJobRecovery, mig_job_recovery, MIG, JOB_RECOVERY, AdwBin)

/* Shows what is offered now; hidden if there is nothing. */
void mig_job_recovery_update(MigJobRecovery *self, MigJob *job);

/* Says which copy the step stops or resumes, and does it if that is wanted. Nothing is asked before
 * a look. What fails is a toast. `self`: in the window; insensitive until the service has answered.
 */
void mig_job_recovery_run(MigJobRecovery *self, MigClient *client, MigJob *job, const char *step);
