/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a job ended: a pure function from what was done and what both hosts show. What a host shows
 * always counts more than what libvirt answered or what was wished.
 */
#pragma once

#include "plan.h"
#include "state.h"

/* What one host shows of the guest. */
typedef struct {
    enum { MIG_SIGHT_NONE, MIG_SIGHT_UNREACHABLE, MIG_SIGHT_SEEN } kind; /* NONE: was not asked */
    int state;    /* virDomainState, -1: absent */
    gboolean job; /* a libvirt job is active on it */
    gboolean persistent;
} MigSight;

MigSight mig_sight_of(const MigFacts *facts);
/* "unknown", "unreachable", or as mig_guest_state_to_string(). */
const char *mig_sight_to_string(const MigSight *sight);

typedef struct {
    const char *guest, *source, *destination; /* names */
    MigSight on_source, on_destination;
    gboolean called;     /* libvirt's migrate function was called, perhaps by a worker before us */
    gboolean answered;   /* and has returned to us */
    gboolean followed;   /* a worker before us called, and we saw libvirt at it to its end */
    gboolean cancel;     /* was asked for */
    gboolean was_paused; /* the guest, before */
    gboolean client_driven; /* managed direct: the answer is our own libvirt's, not the source's */
    const GError *error;    /* why it was not called, or what the call failed with; NULL: success */
} MigEvidence;

typedef struct {
    MigState state;
    GError *error;          /* NULL if completed */
    const char *guest_host; /* name of the host it is on, "" if not known for sure */
} MigConclusion;

/* TRUE if what both hosts show is an end and not a moment of passage: asking again is no use. */
gboolean mig_evidence_is_settled(const MigEvidence *evidence);

/* TRUE if both hosts show that the guest has moved: the job is completed. */
gboolean mig_evidence_has_arrived(const MigEvidence *evidence);

MigConclusion mig_conclude(const MigEvidence *evidence);
