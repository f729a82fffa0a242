/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks what of guests stands in the way of moving them: devices, snapshots and the like, for which
 * the service has to read the definition of each. So only guests that a row shows are asked about,
 * some at a time, and again when they are in another state, when a minute has passed, or when
 * somebody wants it all anew. A guest keeps what is known of it until there is a new answer; a
 * question that fails changes nothing.
 */
#pragma once

#include "guest-list.h"

#define MIG_TYPE_GUEST_CHECKS (mig_guest_checks_get_type())
G_DECLARE_FINAL_TYPE(MigGuestChecks, mig_guest_checks, MIG, GUEST_CHECKS, GObject)

/* Of guests of that list, on the host that it has, as long as the list is active. */
MigGuestChecks *mig_guest_checks_new(MigClient *client, MigGuestList *guests);

/* A row has begun to show a guest, or no longer does. */
void mig_guest_checks_show(MigGuestChecks *self, MigGuest *guest);
void mig_guest_checks_hide(MigGuestChecks *self, MigGuest *guest);

/* Asks about all of them once more, also if that was refused. */
void mig_guest_checks_renew(MigGuestChecks *self);
