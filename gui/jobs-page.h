/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view Jobs: the jobs that wait or run, newest first, each with its progress. */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_JOBS_PAGE (mig_jobs_page_get_type())
G_DECLARE_FINAL_TYPE(MigJobsPage, mig_jobs_page, MIG, JOBS_PAGE, AdwBin)

/* Once, before it is shown. */
void mig_jobs_page_set_client(MigJobsPage *self, MigClient *client);
