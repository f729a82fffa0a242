/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is known of a job as plain text, to send to somebody who can help. */
#pragma once

#include "job.h"

char *mig_job_report(MigJob *job);
