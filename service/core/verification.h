/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * After the end: what both hosts show is compared with what was there before and with what the plan
 * said. Differences are findings. Pure functions; the worker does the looking.
 */
#pragma once

#include "advice.h"
#include "finding.h"
#include "outcome.h"

/* The guest's configuration on one host at one time. */
typedef struct {
    gboolean seen;      /* the host was asked */
    gboolean there;     /* it has one */
    const char *digest; /* of it, NULL: it was not read */
} MigConfigSight;

typedef enum {
    MIG_EXECUTING_UNKNOWN, /* nobody looked, or the driver does not tell */
    MIG_EXECUTING_NO,      /* its processors did nothing for 2 s, or it is paused or shut off */
    MIG_EXECUTING_YES,     /* its processors were seen to go on */
} MigExecuting;

/* One host before the call and after the end. */
typedef struct {
    const char *host;
    MigConfigSight before, after;
    gboolean active; /* the guest runs or is paused there */
    gboolean job;    /* libvirt has a job on it */
    gboolean split;  /* it is in post-copy, this copy is needed */
} MigHostEnd;

typedef struct {
    const char *guest;
    const char *guest_host; /* name of the host it is on for sure, or "" */
    gboolean completed;
    MigOutcome plan; /* what it said of a completed job */
    MigHostEnd source, destination;
    gboolean should_run; /* the guest, now */
    MigExecuting executing;
    /* volumes on the destination: made for this job, deleted after it failed, left behind */
    const char *const *made, *const *deleted, *const *left;
} MigEnd;

/* Floating a{sv} as documented at Job.Verification: "checked" (b), "persistent" (b),
 * "source-configuration" (s), "destination-configuration" (s), "executing" (s), "matches" (b),
 * "new-volumes" (as) if there are any. */
GVariant *mig_verify(const MigEnd *end, GPtrArray *findings);

/* The same with "advice" (s) in it, if there is one. Floating. */
GVariant *mig_verify_advise(GVariant *verification, MigAdvice advice);

/* The same before the call: what a later worker must know, should this one die. */
GVariant *mig_verify_pending(const char *const *volumes);

/* Findings (aa{sv}) that still hold when both hosts have answered and are looked at again: without
 * those that mig_verify() gives of what is there, and those of a host that could not be asked.
 * Floating. */
GVariant *mig_verify_forget(GVariant *findings);

/* What was there before if that is the plan's word; no digest. */
MigConfigSight mig_config_before(MigConfig planned);
