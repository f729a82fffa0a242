/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * States and phases of a job: one table each. A state says how the job stands, a phase what its
 * worker does right now. Every change goes through mig_job_may_enter() so that a job can never
 * leave a final state or go back a phase.
 */
#pragma once

#include <glib.h>

#include "refusal.h"

typedef enum {
    MIG_STATE_QUEUED,      /* recorded, no worker yet */
    MIG_STATE_RUNNING,     /* a worker is at it */
    MIG_STATE_CANCELLING,  /* cancel was asked for, the guest is not yet seen safe */
    MIG_STATE_COMPLETED,   /* final: the guest runs on the destination */
    MIG_STATE_FAILED,      /* final: it does not; the error says why and where the guest is */
    MIG_STATE_CANCELLED,   /* final: cancelled, and the guest was seen running on the source */
    MIG_STATE_INTERRUPTED, /* final: nobody saw its end; both hosts' states say what they show */
    MIG_N_STATES
} MigState;

typedef enum {
    MIG_PHASE_QUEUED,     /* waiting for a worker */
    MIG_PHASE_CONNECTING, /* opening both hosts */
    MIG_PHASE_CHECKING,   /* looking at guest and hosts; nothing touched */
    MIG_PHASE_PREPARING,  /* libvirt was called; no data moved yet */
    MIG_PHASE_COPYING,    /* memory (and disks) move; the guest runs on the source */
    MIG_PHASE_SWITCHING,  /* the guest is paused for the switch; too late to cancel */
    MIG_PHASE_POST_COPY,  /* it runs on the destination, the rest of its memory follows */
    MIG_PHASE_VERIFYING,  /* libvirt has answered; both hosts are looked at */
    MIG_PHASE_DONE,       /* the worker has recorded the outcome */
    MIG_N_PHASES
} MigPhase;

const char *mig_state_to_string(MigState state);
gboolean mig_state_from_string(const char *name, MigState *ret);
gboolean mig_state_is_final(MigState state);
/* TRUE if a job in `from` may become `to` (the same state is no change and is FALSE). */
gboolean mig_state_may_enter(MigState from, MigState to);
/* TRUE if a job that has ended in `from` may become `to` by a step of recovery.h. */
gboolean mig_state_may_recover(MigState from, MigState to);

const char *mig_phase_to_string(MigPhase phase);
gboolean mig_phase_from_string(const char *name, MigPhase *ret);
gboolean mig_phase_may_enter(MigPhase from, MigPhase to);
/* MIG_REFUSAL_NONE if a job in this state and phase can be cancelled, else why not. */
MigRefusal mig_cancel_refusal(MigState state, MigPhase phase);
