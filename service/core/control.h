/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done to a job while it runs: one table. A row is a method of the job's object and of
 * the worker's link, with the phases it is for and what the driver and the request must have.
 */
#pragma once

#include "error.h"
#include "job.h"
#include "request.h"

/* In the order of the documentation. */
typedef enum {
    MIG_CONTROL_CANCEL,
    MIG_CONTROL_START_POST_COPY,
    MIG_CONTROL_SET_MAXIMUM_DOWNTIME,
    MIG_CONTROL_SET_BANDWIDTH,
    MIG_CONTROL_SET_POST_COPY_BANDWIDTH,
    MIG_CONTROL_PAUSE,
    MIG_N_CONTROLS
} MigControl;

typedef struct {
    const char *method; /* "SetBandwidth" */
    MigOption value;    /* takes one "t" with the range and unit of this option; MIG_N_OPTS: none */
    MigOption wants;    /* option that the job must have been started with; MIG_N_OPTS: none */
    guint phases;       /* bits 1 << MigPhase of a running job */
    const char *ability;  /* key of the plan that must not be false */
    MigRefusal unable;    /* why a driver without the ability cannot */
    MigRefusal unwanted;  /* why a job without the option cannot */
    MigRefusal post_copy; /* why not in phase post-copy; NONE: as a cancel */
} MigControlInfo;

const MigControlInfo *mig_control_info(MigControl control);
gboolean mig_control_from_method(const char *method, MigControl *ret);

/* MIG_REFUSAL_NONE if the job takes it now, else why not, and the code of that: TOO_EARLY,
 * TOO_LATE, NOT_SUPPORTED, JOB_FINISHED. `code` may be NULL. */
MigRefusal mig_control_refusal(MigControl control, const MigJob *job, MigError *code);
/* The same as an error; TRUE if it takes it. */
gboolean mig_control_check(MigControl control, const MigJob *job, GError **error);
/* INVALID_OPTION_VALUE if the value is out of the option's range. */
gboolean mig_control_check_value(MigControl control, guint64 value, GError **error);
