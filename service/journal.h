/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The events of jobs as entries of the journal, with an id and fields of their own, so that a
 * program can wait for them. Each event is written once, by the process that has written it into
 * the ledger: what a worker sees by the worker, the end of a job that has none by the service.
 *
 * Where standard error does not lead to the journal, the same sentence is a line there (log.h).
 */
#pragma once

#include "core/job.h"

typedef enum {
    MIG_EVENT_JOB_STARTED,
    MIG_EVENT_PHASE,
    MIG_EVENT_COMPLETED,
    MIG_EVENT_FAILED,
    MIG_EVENT_CANCELLED,
    MIG_EVENT_NEEDS_ATTENTION, /* the end of a job after which somebody has to look */
    MIG_EVENT_SPLIT,           /* the same, and the guest runs on both hosts */
    MIG_EVENT_DENIED,
    MIG_EVENT_RECOVERED, /* one whose worker died was seen to its end by another, or somebody has
                            brought its guest back; needs a field RECOVERY that says which */
    MIG_N_EVENTS
} MigEvent;

typedef struct {
    const char *name;
    const char *id;       /* MESSAGE_ID: 32 hexadecimal digits */
    int priority;         /* of syslog(3) */
    const char *sentence; /* MESSAGE; a {FIELD} is filled in with that field's value */
} MigEventInfo;

const MigEventInfo *mig_event_info(MigEvent event);

/* Writes an entry. `job`: what it is about, or NULL. `more`: fields that are not the job's, pairs
 * of name and value with a NULL at the end, or NULL. An empty value is left out. */
void mig_journal_write(MigEvent event, const MigJob *job, const char *const *more);

/* What the end of a job is. `was_paused`: the guest was paused before the job touched it. */
MigEvent mig_journal_event_of_end(const MigJob *job, gboolean was_paused);

/* Writes the end of a job. `cause`: the error that libvirt's code is known of, or NULL. */
void mig_journal_end(const MigJob *job, gboolean was_paused, const GError *cause);
