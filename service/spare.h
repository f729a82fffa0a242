/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker ahead of its job. Starting a process in its sandbox takes longer than all else between a
 * call and the start of its migration, so while the service is in use the worker of the next job
 * number waits for its job. It shows nothing of itself but its unit and its socket, opens no
 * connection, and ends when the service does.
 *
 * It is a matter of speed only: a job without one is started in the ordinary way.
 */
#pragma once

#include "ledger.h"
#include "worker-link.h"

typedef struct Spare Spare;

/* Both are borrowed. */
Spare *spare_new(const WorkerContext *context, MigLedger *ledger);
void spare_free(Spare *spare);

/* A job may follow: have a worker for it in a moment. NULL is no spare and does nothing. */
void spare_want(Spare *spare);

/* The worker for job `id`, for worker_link_begin(), or NULL. */
WorkerLink *spare_take(Spare *spare, guint64 id);
