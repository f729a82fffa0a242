/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small print of a job: hosts, network, times, settings, and the same as a command. */
#pragma once

#include <adwaita.h>

#include "job.h"

#define MIG_TYPE_JOB_DETAILS (mig_job_details_get_type())
G_DECLARE_FINAL_TYPE(MigJobDetails, mig_job_details, MIG, JOB_DETAILS, AdwBin)

void mig_job_details_update(MigJobDetails *self, MigJob *job);
