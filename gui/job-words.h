/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app says of a job that has not ended: sentences made of its properties, without a
 * widget. All strings are the caller's.
 */
#pragma once

#include "failure.h"
#include "job.h"

/* "{guest}", "{source}" and "{destination}" in a text, in one pass: names are never read again. */
char *mig_job_words_fill(MigJob *job, const char *pattern);

/* Its guest, or "Migration 7" if the record is damaged. */
char *mig_job_words_title(MigJob *job);

/* That `n` guests go on moving, the one of `job` if it is one. */
char *mig_job_words_going_on(MigJob *job, guint n);

/* For failure.h; borrowed from the job. */
MigFailureNames mig_job_words_names(MigJob *job);

/* Whether the guest's memory is on its way: what is left, rates and so on mean something. */
gboolean mig_job_words_copies(MigJob *job);

/* "Copying memory, pass 3"; "Stopping…". */
char *mig_job_words_phase(MigJob *job);

/*
 * "less than a minute left", "at least 3 minutes left" (first pass), "cannot tell when it ends";
 * NULL: nothing to say yet. `now`: us since the epoch; `told`: how often figures have come.
 */
char *mig_job_words_time_left(MigJob *job, gint64 now, guint told);

/* What Cancel will mean now. */
char *mig_job_words_cancel(MigJob *job);

/* Why a control of Job cannot be called now; NULL: it can. Borrowed. */
const char *mig_job_words_refusal(MigJob *job, const char *control);
