/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of a job: how far it is, and when it has ended where the guest is. For
 * mig_window_push(); mig_window_show_job() makes one. A page that is not shown costs nothing.
 *
 * Its actions: job.cancel, job.control (s: a method of Job), job.try-again, job.repeat,
 * job.move-back, job.copy-report.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_JOB_PAGE (mig_job_page_get_type())
G_DECLARE_FINAL_TYPE(MigJobPage, mig_job_page, MIG, JOB_PAGE, AdwBin)

GtkWidget *mig_job_page_new(MigClient *client, MigJob *job);
MigJob *mig_job_page_get_job(MigJobPage *self);
