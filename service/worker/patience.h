/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a job waits for libvirt: the deadlines of a migration that was called. libvirt has none
 * where it waits for a destination's answer to Prepare or Finish, and an abort does not end that.
 * Belongs to the main thread.
 */
#pragma once

#include <systemd/sd-event.h>

#include "core/state.h"
#include "worker.h"

typedef struct MigPatience MigPatience;

typedef enum {
    MIG_PATIENCE_WAITS,     /* nothing has moved for a while; no harm yet */
    MIG_PATIENCE_MOVES,     /* it goes on */
    MIG_PATIENCE_OVER,      /* nothing has moved for too long */
    MIG_PATIENCE_CANCELLED, /* a cancel has not come to its end for too long */
} MigPatienceEvent;

typedef void (*MigPatienceFunc)(MigPatienceEvent event, void *userdata);

/* Nothing is waited for before the first sign. */
MigPatience *mig_patience_new(sd_event *event, const MigWorkerOptions *options,
                              MigPatienceFunc func, void *userdata);

/* The phase that the job is in now, and that something has moved: time begins anew. `told`: whether
 * the phase tells where libvirt is at all. */
void mig_patience_sign(MigPatience *patience, MigPhase phase, gboolean told);
/* A cancel was asked for; that time never begins anew. */
void mig_patience_cancel(MigPatience *patience);
