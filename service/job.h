/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job as the service runs it: the record, its place in the queue and its worker. Knows nothing of
 * the bus; job-bus.c shows it and is told of changes. The record in the ledger is the worker's to
 * write while there is one.
 */
#pragma once

#include "core/control.h"
#include "ledger.h"
#include "recovery.h"
#include "worker-link.h"

typedef struct Job Job;

typedef struct {
    /* The record has changed. */
    void (*changed)(Job *job, void *userdata);
    /* It is final. Last callback; the job stays as it is until job_free(). */
    void (*finished)(Job *job, void *userdata);
} JobHandlers;

struct Job {
    MigJob *record;
    MigLedger *ledger; /* borrowed */
    const JobHandlers *handlers;
    void *userdata;
    const WorkerContext *context; /* borrowed */
    WorkerLink *worker;           /* NULL: queued or finished */
    sd_bus_slot *status;          /* Status signals */
    sd_bus_slot *get_status;
    guint starts;                   /* workers started for it by this service */
    gboolean cancel;                /* asked for before the link was up */
    Recovery *recovery;             /* NULL: no step is being done */
    struct JobRecovered *recovered; /* whom to tell of its end */
};

/* Takes the record. */
Job *job_new(MigJob *record, MigLedger *ledger, const WorkerContext *context,
             const JobHandlers *handlers, void *userdata);
void job_free(Job *job);

/* Gives it a worker: the one that waits for it (NULL: none does), the one that is running, or a new
 * one. Whatever goes wrong ends in handlers->finished. */
void job_start(Job *job, WorkerLink *waiting);
gboolean job_is_started(const Job *job);
gboolean job_is_final(const Job *job);

/* How a control that was passed on to the worker ended: error NULL if it is done, a cancel if it
 * will be tried. */
typedef void (*JobDone)(const GError *error, void *userdata);

/* Does something to the job; `value` only if the control has one, in its range. `done` is called
 * exactly once, perhaps from within. Errors: core/control.h's and the worker's. */
void job_control(Job *job, MigControl control, guint64 value, JobDone done, void *userdata);

/* Does a step of recovery for a job that has ended; `caller` is the user who asked. `done` as
 * above, after handlers->changed: what is there now is told whether the step was done or not. */
void job_recover(Job *job, MigRecovery step, guint32 caller, JobDone done, void *userdata);
gboolean job_is_recovering(const Job *job);

/* Its samples, a(tttt), from its worker, or from the ledger if it has ended; or an error. */
typedef void (*JobSamples)(GVariant *samples, const GError *error, void *userdata);
void job_get_samples(const Job *job, JobSamples got, void *userdata);
