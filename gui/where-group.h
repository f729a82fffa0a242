/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group "What and Where" of the page New migration: which guest moves, from which host to
 * which. What can be chosen follows the client; a host can be added on the way.
 *
 * Signals "chosen", when guest, source or destination is another one, and "updated", when the
 * source's guests have been asked for.
 */
#pragma once

#include <adwaita.h>

#include "client.h"
#include "failure.h"
#include "guest.h"

#define MIG_TYPE_WHERE_GROUP (mig_where_group_get_type())
G_DECLARE_FINAL_TYPE(MigWhereGroup, mig_where_group, MIG, WHERE_GROUP, AdwPreferencesGroup)

/* Once, before all others, and before it is mapped; what it chooses is not signalled. `guest`: name
 * or UUID; it and `destination` may be NULL: nothing is chosen yet. */
void mig_where_group_open(MigWhereGroup *self, MigClient *client, const char *source,
                          const char *guest, const char *destination);

/* What is chosen, as the service names it; borrowed until the next signal. */
MigFailureNames mig_where_group_get_names(MigWhereGroup *self);

/* Of the guest that is chosen; borrowed, NULL: it is not known. */
MigGuest *mig_where_group_find_guest(MigWhereGroup *self);

/* The row in which something is still to be chosen; NULL: none. */
GtkWidget *mig_where_group_find_missing(MigWhereGroup *self);

/* Shows when the hosts have answered last: that is not signalled by the client. */
void mig_where_group_show_hosts(MigWhereGroup *self);

/* Asks for the guests again. */
void mig_where_group_refresh(MigWhereGroup *self);
