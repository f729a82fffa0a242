/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows with what can be done to a job that runs, and why not if it cannot be done. */
#pragma once

#include <adwaita.h>

#include "job.h"

#define MIG_TYPE_JOB_CONTROLS (mig_job_controls_get_type())
G_DECLARE_FINAL_TYPE(MigJobControls, mig_job_controls, MIG, JOB_CONTROLS, AdwBin)

/* Shows what works now. A click is the action job.control. */
void mig_job_controls_update(MigJobControls *self, MigJob *job);
