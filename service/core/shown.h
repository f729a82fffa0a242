/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host shows of a guest at the end of a job, by the word of Job.SourceState or
 * Job.DestinationState.
 */
#pragma once

typedef enum {
    MIG_SHOWN_RUNS,   /* a process that runs, or may run at any moment */
    MIG_SHOWN_PAUSED, /* a process that does not run */
    MIG_SHOWN_GONE,   /* no process */
    MIG_SHOWN_UNSEEN, /* nobody looked, or could */
    MIG_N_SHOWN,
} MigShown;

MigShown mig_shown_by(const char *state);
