/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Holds up a shutdown or a sleep of the machine while a job runs that does not survive its worker
 * (managed direct). Somebody who asks logind for it without insisting is told which guest is on its
 * way. If the machine goes down all the same, those jobs are cancelled, and the time that logind
 * gives (InhibitDelayMaxSec= of logind.conf(5), 5 s) is used to wait for their end.
 *
 * Owns logind's locks. Where there is no logind nothing is held up.
 */
#pragma once

#include "manager.h"

typedef struct Shutdown Shutdown;

/* Borrows manager, which must outlive it; `bus` is the one that logind's signals come by. */
Shutdown *shutdown_new(sd_event *event, sd_bus *bus, Manager *manager);
void shutdown_free(Shutdown *shutdown);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shutdown, shutdown_free)

/* A job was added, has changed or has ended. */
void shutdown_update(Shutdown *shutdown);
