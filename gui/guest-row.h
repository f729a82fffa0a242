/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest in the list of guests: name, state and memory, whether it can be moved and why not, and
 * how far it is while it is moved. Lives in a GtkListView, shows one guest after the other.
 */
#pragma once

#include <gtk/gtk.h>

#include "guest.h"

#define MIG_TYPE_GUEST_ROW (mig_guest_row_get_type())
G_DECLARE_FINAL_TYPE(MigGuestRow, mig_guest_row, MIG, GUEST_ROW, GtkBox)

GtkWidget *mig_guest_row_new(void);

/* NULL: none. Names the list's own widget around the row after the guest too. */
void mig_guest_row_set_guest(MigGuestRow *self, MigGuest *guest);
MigGuest *mig_guest_row_get_guest(MigGuestRow *self);
