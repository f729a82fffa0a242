/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to hosts. Each host that is asked has one query worker (migration-query@HOST); it is
 * started for the first question and ends by itself when idle. A question is answered, or fails, at
 * its deadline at the latest; a worker that lets one pass is stopped.
 */
#pragma once

#include "hostfile.h"
#include "settings.h"
#include "worker-link.h"

typedef struct Queries Queries;

/* `reply` is the worker's message, read up to its body; NULL if there is an error. */
typedef void (*QueryAnswered)(sd_bus_message *reply, const GError *error, void *userdata);

Queries *queries_new(const WorkerContext *context, const Settings *settings);
void queries_free(Queries *queries);
gboolean queries_idle(const Queries *queries);

/* Calls `method` of the host's query worker (link.h) with the host and then `arguments`, a tuple
 * that may be NULL. The answer always comes later, from the event loop. */
void query_call(Queries *queries, const MigHost *host, const char *method, GVariant *arguments,
                QueryAnswered answered, void *userdata);
