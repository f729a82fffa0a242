/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a job is: phase, bar, figures, and what helps if it does not come to an end. */
#pragma once

#include <adwaita.h>

#include "job.h"

#define MIG_TYPE_JOB_PROGRESS (mig_job_progress_get_type())
G_DECLARE_FINAL_TYPE(MigJobProgress, mig_job_progress, MIG, JOB_PROGRESS, AdwBin)

/* Shows what the job says now; always of the same job. `now`: us since the epoch. */
void mig_job_progress_update(MigJobProgress *self, MigJob *job, gint64 now);
