/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a job: where the guest is now, what was done, why and what to try. Its buttons are
 * actions of the page.
 */
#pragma once

#include <adwaita.h>

#include "job-recovery.h"

#define MIG_TYPE_JOB_END_VIEW (mig_job_end_view_get_type())
G_DECLARE_FINAL_TYPE(MigJobEndView, mig_job_end_view, MIG, JOB_END_VIEW, AdwBin)

/* Its rows of steps, for the action that they are. */
MigJobRecovery *mig_job_end_view_get_recovery(MigJobEndView *self);

/* Shows a job that is over. */
void mig_job_end_view_update(MigJobEndView *self, MigJob *job);
