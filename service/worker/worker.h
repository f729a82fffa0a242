/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker: one process per job, or per host that is asked something. All libvirt calls of the
 * project are made in it. The main thread runs sd-event and never calls libvirt.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *state_dir;   /* ledger.sqlite, pki/ */
    const char *runtime_dir; /* job/ID, query/HOST */
    guint connect_deadline;  /* seconds, for everything before libvirt's migrate call; 1.. */
    guint answer_deadline; /* seconds in which a migration that was called must go on where libvirt
                              waits for the destination; 1.. */
    guint cancel_deadline; /* seconds for a cancel of it; 1.. */
    guint idle_timeout;    /* seconds without a question or, ahead of its job, in all; 1..; 0: 30
                              and 300 */
} MigWorkerOptions;

/* Exit statuses: 0 the outcome is in the ledger or the job was not begun (job), or nobody asked any
 * more (query), 1 it could
 * not be brought so far; standard error says why. */
int mig_worker_job(guint64 id, const MigWorkerOptions *options);
int mig_worker_query(const char *host, const MigWorkerOptions *options);

/* STATE/pki if it is there, else NULL. */
char *mig_worker_pki_path(const MigWorkerOptions *options);
