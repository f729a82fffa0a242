/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a job's worker has to do, out of its ledger row: parsed once, then only read, by all
 * threads.
 */
#pragma once

#include "core/job.h"
#include "hostfile.h"
#include "outcome.h"
#include "request.h"
#include "worker.h"

typedef struct {
    MigRequest *request;
    MigHost *source, *destination;
    char *pki_path;  /* or NULL */
    gint64 deadline; /* for everything before the migrate call; us */
    gboolean live;
    gboolean client_driven; /* managed direct */
    gboolean unopened;      /* no connection to the destination is made */
    gboolean offline;       /* the guest is shut off */
    gboolean resume;        /* of a post-copy migration that was broken off */
    gboolean given_up; /* by libvirt, whose call does not return: resumed by this worker itself */
    /* a worker before us was at it and died */
    gboolean resumed;
    gboolean called;        /* and may have called libvirt's migrate function */
    GError *gave_up;        /* or it has ended itself: libvirt did not go on; NULL: not that */
    gboolean was_paused;    /* the guest, when that one looked */
    gboolean was_there;     /* the destination had it, shut off */
    char *guest_uuid;       /* "" if it had not looked */
    MigOutcome outcome;     /* that it planned */
    GStrv volumes;          /* that libvirt makes on the destination, see volumes.h */
    gint64 downtime_before; /* ms, what that one changed, 0: nothing */
} MigTask;

MigTask *mig_task_new(const MigJob *job, const MigWorkerOptions *options, GError **error);
void mig_task_free(MigTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigTask, mig_task_free)
