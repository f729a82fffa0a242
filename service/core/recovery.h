/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Steps that bring a guest back after a job that left it unclear or paused: one table. A row is an
 * argument of Job.Recover, with what it does to which copy, and what both hosts must show at that
 * moment for it to be allowed. No row resumes a copy while the other host may have one that runs,
 * none undefines anything.
 */
#pragma once

#include "error.h"
#include "job.h"

/* In the order in which they are offered: what can be mended without a choice comes first. */
typedef enum {
    MIG_RECOVERY_DESTROY_DESTINATION,
    MIG_RECOVERY_RESUME_SOURCE,
    MIG_RECOVERY_DESTROY_SOURCE,
    MIG_RECOVERY_RESUME_DESTINATION,
    MIG_RECOVERY_STOP_SOURCE,
    MIG_RECOVERY_STOP_DESTINATION,
    MIG_RECOVERY_LOOK_AGAIN,
    MIG_N_RECOVERIES
} MigRecovery;

/* What a host shows of the guest, told as finely as the table needs it. What is not known to be
 * harmless is OTHER or UNSEEN, and no step but looking goes with that. */
typedef enum {
    MIG_REST_GONE,     /* absent or shut off */
    MIG_REST_RUNS,     /* it runs, and libvirt has no job on it */
    MIG_REST_HELD,     /* paused by the migration, and libvirt has no job on it any more */
    MIG_REST_PAUSED,   /* paused for another reason, no job */
    MIG_REST_INCOMING, /* destination only: paused, and waiting for a migration to come in */
    MIG_REST_BUSY,     /* libvirt is at a job of it */
    MIG_REST_SPLIT,    /* in post-copy: part of its memory is only here */
    MIG_REST_OTHER,    /* some other state, in which it may run */
    MIG_REST_UNSEEN,   /* the host could not be asked */
    MIG_N_RESTS
} MigRest;

typedef enum { MIG_RECOVERY_LOOKS, MIG_RECOVERY_RESUMES, MIG_RECOVERY_DESTROYS } MigRecoveryAct;

typedef struct {
    const char *id; /* "resume-source" */
    MigRecoveryAct act;
    gboolean on_destination;   /* the copy that it is done to; else that on the source */
    guint source, destination; /* bits 1 << MigRest of what the hosts may show */
    gboolean steady;           /* and must show for a while: somebody may still be at it */
    gboolean if_it_ran;        /* not if the guest was paused before the job */
    const char *done;          /* what was done: {guest}, {source}, {destination} are filled in */
    const char *wants;         /* what must be so, to go on after "it is for a guest that" */
} MigRecoveryInfo;

const MigRecoveryInfo *mig_recovery_info(MigRecovery step);
gboolean mig_recovery_from_id(const char *id, MigRecovery *ret);

/* TRUE if it may be done when the hosts show this. */
gboolean mig_recovery_allows(MigRecovery step, MigRest source, MigRest destination,
                             gboolean was_paused);
/* The ids of those that may be done, "as", floating. `look`: looking again is of use. */
GVariant *mig_recovery_list(MigRest source, MigRest destination, gboolean was_paused,
                            gboolean look);

/* FALSE with TOO_EARLY if the job has not ended, NOT_RECOVERABLE if it left nothing to mend. */
gboolean mig_recovery_check_job(const MigJob *job, GError **error);
