/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the sequence share: its state, and the parts it is made of. The sequence's own
 * thread alone touches it.
 */
#pragma once

#include "sequence.h"
#include "side.h"

typedef struct {
    MigRun *run; /* NULL: of a job that has ended */
    const MigTask *task;
    MigPair *pair;
    MigSide *sides[MIG_N_SIDES]; /* the destination's is NULL if it is not opened */
    gboolean lost[MIG_N_SIDES];  /* its thread was left behind at a deadline */
    gint64 deadline;
    char *guest; /* its name, once known */
    MigPlan *plan;
    GVariant *params; /* the plan's and what the worker adds */
    /* before the call */
    MigConfigSight before[MIG_N_SIDES];
    GStrv volumes;          /* that libvirt makes on the destination, or NULL */
    gint64 downtime_before; /* ms, the guest's limit if ours is set instead, else 0 */
    MigEvidence evidence;
    GError *error;
    char *raw;
} MigSequence;

/* For what is good to know but nobody should wait for. */
#define MIG_GLANCE_USEC (5 * G_USEC_PER_SEC)

const MigHost *mig_sequence_host(const MigSequence *s, MigSideIndex i);

/* Runs a step on both sides, a NULL one is left out. A side whose thread was left behind is that
 * thread's for ever, a new one is in its place. */
void mig_sequence_run(MigSequence *s, MigPairFunc func, MigSide *source, MigSide *destination,
                      gint64 deadline, gboolean heed_interrupt);
/* The same on a new connection to the destination that nobody needs afterwards. FALSE: it did not
 * end in time, `side` is lost. */
gboolean mig_sequence_glance(MigSequence *s, MigPairFunc func, MigSide *side);

/* `run`: NULL if the job has ended. */
MigSequence *mig_sequence_new(MigRun *run, const MigTask *task, MigPair *pair);

/* Looks at both hosts once, into the evidence, by `uuid` or else by the names of the request. */
void mig_sequence_look(MigSequence *s, const char *uuid);

/* Looks until both hosts show an end, and as long as libvirt is still at it. Phase verifying, in
 * which nothing can be cancelled, begins when the source says that it is not. */
void mig_sequence_follow(MigSequence *s);

/* After the call has come to its end: final statistics, verification and findings; deletes what a
 * copy that failed has left behind. */
void mig_sequence_verify(MigSequence *s, MigEnding *ending);

/* Looks, and does the step if both hosts show what it is for, and, if it has to be steady, show it
 * for a while; then looks again. FALSE with NOT_RECOVERABLE, why a host could not be asked, or why
 * libvirt did not do it. The sequence knows the guest's UUID and name. */
gboolean mig_sequence_recover(MigSequence *s, MigRecovery step, GError **error);
/* TRUE if it may be resumed on the source without anybody's word: the worker that drove it died in
 * the switch, and there is no other copy. */
gboolean mig_sequence_may_resume(const MigSequence *s);
