/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the world is told of a job while it runs: Status signals on the link with the keys that
 * changed, twice a second at most, and a line for systemctl status.
 */
#pragma once

#include "core/job.h"
#include "link.h"

typedef struct MigStatus MigStatus;

MigStatus *mig_status_new(sd_event *event, MigLinkServer *server, const MigJob *job);
void mig_status_free(MigStatus *status);

/* The job has changed; `urgent`: not only its numbers, tell it at once. */
void mig_status_changed(MigStatus *status, gboolean urgent);
