/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of guests for those who ask for them. Equal questions at the same time are one question to
 * the host. A host that was asked often of late is spared: the last answer is given again, and who
 * asks for guests by name gets them from the list of all. What guests are made of is not in that:
 * who wants them checked gets the last answer to the same question, or an error. An answer is
 * forgotten as soon as a job begins there, enters another phase or ends, so nobody is told where a
 * guest was before.
 */
#pragma once

#include "manager-bus.h"

/* Longest that an answer is kept. */
#define GUEST_LIST_KEEP_USEC (4 * G_USEC_PER_SEC)

GuestLists *guest_lists_new(ManagerBus *face);
void guest_lists_free(GuestLists *lists);

/* Answers `call` with the guests of the host that pass the filter (a{sv}, checked). */
void guest_lists_answer(GuestLists *lists, sd_bus_message *call, const MigHost *host,
                        GVariant *filter);

/* The host's file has changed. */
void guest_lists_forget(GuestLists *lists, const char *host);
/* The job is new, or something of it has changed. */
void guest_lists_job_changed(GuestLists *lists, const MigJob *job);
