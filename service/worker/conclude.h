/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a job ended: a pure function from what was done and what both hosts show. What a host shows
 * always counts more than what libvirt answered or what was wished.
 */
#pragma once

#include "advice.h"
#include "plan.h"
#include "recovery.h"
#include "state.h"

/* What one host shows of the guest. */
typedef struct {
    enum { MIG_SIGHT_NONE, MIG_SIGHT_UNREACHABLE, MIG_SIGHT_SEEN } kind; /* NONE: was not asked */
    int state;    /* virDomainState, -1: absent */
    int reason;   /* why it is in that state, as libvirt has it */
    gboolean job; /* a libvirt job goes on on it: not one that was broken off in post-copy */
    gboolean persistent;
} MigSight;

MigSight mig_sight_of(const MigFacts *facts);
/* "unknown", "unreachable", or as mig_guest_state_to_string(). */
const char *mig_sight_to_string(const MigSight *sight);

/* It runs or is paused there. */
gboolean mig_sight_is_active(const MigSight *sight);
/* It was stopped in the middle of post-copy, and libvirt has given up. */
gboolean mig_sight_is_broken_off(const MigSight *sight);
/* It is there in post-copy: part of its memory is on this host alone. */
gboolean mig_sight_is_split(const MigSight *sight);

/* The same as finely as steps of recovery need it. */
MigRest mig_sight_rest(const MigSight *sight, gboolean on_destination);

typedef struct {
    const char *guest, *source, *destination; /* names */
    MigSight on_source, on_destination;
    gboolean called;     /* libvirt's migrate function was called, perhaps by a worker before us */
    gboolean answered;   /* and has returned to us */
    gboolean followed;   /* a worker before us called, and we saw libvirt at it to its end */
    gboolean cancel;     /* was asked for */
    gboolean moved;      /* the source said that the guest had left it for another host */
    gboolean was_paused; /* the guest, before */
    gboolean stays_paused;  /* it is not to be started on the destination: option paused */
    gboolean client_driven; /* managed direct: the answer is our own libvirt's, not the source's */
    gboolean unopened;      /* the destination is not looked at, the source alone tells */
    gboolean offline;       /* the guest is shut off, its configuration is what moves */
    gboolean undefine;      /* offline: and is removed from the source */
    gboolean was_there;     /* offline: the destination had one before */
    gboolean waited;        /* libvirt did not go on, which is the error; it may still be at it */
    gboolean mended;        /* we have resumed it on the source after its worker died */
    const GError *error;    /* why it was not called, or what the call failed with; NULL: success */
} MigEvidence;

typedef struct {
    MigState state;
    GError *error;          /* NULL if completed; about the host that the evidence's is about */
    const char *guest_host; /* name of the host it is on, "" if not known for sure */
    MigAdvice advice;       /* what is to be done about the guest, as the error says */
} MigConclusion;

/* TRUE if neither host has the guest any more: an end, if it is shown for a while. */
gboolean mig_evidence_is_lost(const MigEvidence *evidence);

/* TRUE if what both hosts show is an end and not a moment of passage: asking again is no use. */
gboolean mig_evidence_is_settled(const MigEvidence *evidence);

/* TRUE if both hosts show that the guest has moved: the job is completed. Of a destination that is
 * not opened libvirt's word counts, if the source shows the guest gone. */
gboolean mig_evidence_has_arrived(const MigEvidence *evidence);

/* TRUE if the source has the guest as before, and the destination, if it is looked at, nothing new.
 */
gboolean mig_evidence_is_restored(const MigEvidence *evidence);

MigConclusion mig_conclude(const MigEvidence *evidence);

/* The steps that may be offered after an end that shows this, "as", floating. The job has its end
 * already. */
GVariant *mig_conclude_recovery(const MigEvidence *evidence, const MigJob *job,
                                gboolean was_paused);

/* A job's sentence without where its guest was then, as mig_conclude() wrote it: what happened. */
char *mig_conclude_take_what(const MigEvidence *evidence, const char *sentence);
