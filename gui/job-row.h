/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job in the list of jobs that run: who moves where, which phase, how far. Follows its job once a
 * second at most, all rows in the same frame, and only while it is mapped.
 */
#pragma once

#include <gtk/gtk.h>

#include "job.h"

#define MIG_TYPE_JOB_ROW (mig_job_row_get_type())
G_DECLARE_FINAL_TYPE(MigJobRow, mig_job_row, MIG, JOB_ROW, GtkListBoxRow)

GtkWidget *mig_job_row_new(MigJob *job);
MigJob *mig_job_row_get_job(MigJobRow *self);
