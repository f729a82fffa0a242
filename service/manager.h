/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The manager: hosts, jobs, the queue and the ledger. Knows nothing of the bus's messages; the bus
 * face is told of changes through ManagerHandlers.
 */
#pragma once

#include "host.h"
#include "job.h"
#include "query.h"
#include "request.h"
#include "settings.h"
#include "spare.h"

/* Running at once on one source: a migration holds a thread of the source's libvirtd, which has 20.
 */
#define RUNNING_MAX_SOURCE 8
/* Unfinished jobs in all, and of one user; root, who may have to empty a host, only has the first.
 */
#define JOBS_MAX 64
#define JOBS_MAX_USER 16
/* Finished jobs that keep an object; the ledger keeps more. */
#define FINISHED_MAX 50
#define LEDGER_KEEP 200
#define LEDGER_KEEP_USEC (7 * G_TIME_SPAN_DAY)

typedef struct Manager Manager;

typedef struct {
    void (*host_added)(Host *host, void *userdata);
    void (*host_changed)(Host *host, void *userdata);
    void (*host_removed)(const char *name, void *userdata);
    void (*job_added)(Job *job, void *userdata);
    void (*job_changed)(Job *job, void *userdata);
    void (*job_removed)(guint64 id, void *userdata);
    void (*counts_changed)(void *userdata);
} ManagerHandlers;

struct Manager {
    const Settings *settings;
    WorkerContext context; /* event, launcher, runtime directory */
    const ManagerHandlers *handlers;
    void *userdata;
    Queries *queries;
    MigLedger *ledger; /* NULL: ledger_error says why */
    Spare *spare;      /* NULL: no ledger */
    GError *ledger_error;
    GHashTable *hosts; /* name -> Host */
    GHashTable *jobs;  /* guint64 id -> Job */
    GQueue finished;   /* Job, oldest first */
    GQueue queued;     /* Job, oldest first */
    guint running;
    gboolean held; /* no job is started */
    sd_event_source *hosts_watch;
};

Manager *manager_new(const Settings *settings, sd_event *event, Launcher *launcher,
                     const ManagerHandlers *handlers, void *userdata);
void manager_free(Manager *manager);

/* Reads hosts and ledger, announces them, and takes up the jobs that are not finished. */
void manager_start(Manager *manager);

/* TRUE if nothing runs, waits or is asked. */
gboolean manager_idle(const Manager *manager);

/* Reads the files of hosts again and announces what has changed. */
void manager_reload_hosts(Manager *manager);
Host *manager_host(const Manager *manager, const char *name, GError **error);
/* mig_text_did_you_mean() among the hosts. */
char *manager_nearest_host(const Manager *manager, const char *name);
/* Its configuration; MIG_ERROR_UNKNOWN_HOST or MIG_ERROR_INVALID_HOST_FILE. */
const MigHost *manager_host_config(const Manager *manager, const char *name, GError **error);
/* The ledger, or MIG_ERROR_LEDGER. */
MigLedger *manager_ledger(const Manager *manager, GError **error);
Job *manager_job(const Manager *manager, guint64 id);

/* Whether one more job of this user and guest may be made: LIMITS_EXCEEDED, GUEST_BUSY, LEDGER. */
gboolean manager_may_add_job(const Manager *manager, const MigRequest *request, guint32 owner_uid,
                             GError **error);
/* Starts what may start, oldest first. */
void manager_schedule(Manager *manager);
/* TRUE: jobs stay in the queue until it is told FALSE. */
void manager_hold(Manager *manager, gboolean held);
/* Whether a step of recovery may be done for it: it has ended, and no other job is at its guest. */
gboolean manager_may_recover(const Manager *manager, const Job *job, GError **error);
/* Records and queues a job; manager_schedule() starts it. The hosts as they are now go into the
 * record: later changes of their files do not touch the job. */
Job *manager_add_job(Manager *manager, const MigRequest *request, const MigHost *source,
                     const MigHost *destination, guint32 owner_uid, GError **error);
