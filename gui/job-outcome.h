/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app says of a job that has ended: how it ended, where the guest is now, why, and what
 * can be done about it. Without a widget; all strings are the caller's.
 */
#pragma once

#include "job.h"

typedef enum {
    MIG_JOB_GOES_ON,
    MIG_JOB_MOVED,   /* and as planned */
    MIG_JOB_STOPPED, /* cancelled, the guest is as it was */
    MIG_JOB_FAILED,  /* the guest is on one host for sure */
    MIG_JOB_UNCLEAR, /* somebody has to look after the guest, with care */
    MIG_JOB_TWICE,   /* it runs on both hosts */
} MigJobEnd;

MigJobEnd mig_job_outcome_end(MigJob *job);

/* Whether the same call may be made again without looking after anything before. */
gboolean mig_job_outcome_may_repeat(MigJob *job);

/* Where the guest is now and whether it runs: the first line of the page and of a notification. */
char *mig_job_outcome_where(MigJob *job);

/* "Moved in 1 min 32 s, paused for 48 ms, sent 2.9 GiB"; "" if it was not moved. */
char *mig_job_outcome_summary(MigJob *job);

/* What has become of the configuration, as was seen; NULL: nothing is known. `warning`: it needs
 * care. */
char *mig_job_outcome_configuration(MigJob *job, gboolean *warning);

/* Whether the app has its own words for why it ended so: the service's are the technical message.
 */
gboolean mig_job_outcome_is_translated(MigJob *job);

/* Why it ended so, in English the first part of the service's sentence; "" if there is no error. */
char *mig_job_outcome_why(MigJob *job);

/* Why, and where the guest is, in few words: in English the service's sentence whole; "" if there
 * is no error. */
char *mig_job_outcome_brief(MigJob *job);

/* What to do: the service's advice for the guest, or the remedy of the failure; then the findings
 * that matter now. In the order in which it is to be done. */
char **mig_job_outcome_steps(MigJob *job);

/* libvirt's own text, after the service's sentence if that is not what is shown; or "". */
char *mig_job_outcome_technical(MigJob *job);

/* The guest's name on the destination. */
char *mig_job_outcome_guest_there(MigJob *job);

/* Options for moving it back: those of the job that mean the same the other way round. Floating. */
GVariant *mig_job_outcome_options_back(MigJob *job);
