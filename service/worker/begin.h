/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job's worker before its job: it waits until the service tells it to begin (link.h), so that a
 * process can be started ahead of the job it is for. Meanwhile it has loaded and started what takes
 * time, and does nothing that shows outside.
 */
#pragma once

#include "link.h"
#include "worker.h"

typedef struct MigBegin MigBegin;

/* Serves the job's socket and returns when it is told to begin. NULL without an error: it was not
 * needed, its link has closed, or it was stopped. */
MigBegin *mig_begin_wait(guint64 id, const MigWorkerOptions *options, GError **error);

/* Answers the call that told it, with the error if there is one, and frees `begin`. Returns the
 * link, for who runs the job. */
MigLinkServer *mig_begin_answer(MigBegin *begin, const GError *error);
