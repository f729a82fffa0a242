/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests of one host, kept up to date. The service does not announce changes of guests, so they
 * are asked for: while the list is active, some seconds after each answer, and at once when a job
 * of that host ends or the service comes back. Guests keep their identity (by UUID), and while a
 * question is under way or fails the list stays as it was last known.
 *
 * Property "state" and signal "updated" (after each answer, also a failure).
 */
#pragma once

#include "client.h"
#include "guest.h"

typedef enum {
    MIG_GUESTS_LOADING, /* nothing is known of this host yet */
    MIG_GUESTS_READY,
    MIG_GUESTS_DENIED, /* polkit said no */
    MIG_GUESTS_FAILED, /* the host cannot be asked: see error */
} MigGuestsState;

#define MIG_TYPE_GUESTS_STATE (mig_guests_state_get_type())
GType mig_guests_state_get_type(void);

#define MIG_TYPE_GUEST_LIST (mig_guest_list_get_type())
G_DECLARE_FINAL_TYPE(MigGuestList, mig_guest_list, MIG, GUEST_LIST, GObject)

MigGuestList *mig_guest_list_new(MigClient *client);

/* The host whose guests these are; another one empties the list and asks. NULL: none. */
void mig_guest_list_set_host(MigGuestList *self, const char *host);
const char *mig_guest_list_get_host(MigGuestList *self);

/* Whether anybody looks at it: only then it asks by itself. */
void mig_guest_list_set_active(MigGuestList *self, gboolean active);
gboolean mig_guest_list_is_active(MigGuestList *self);

/* Asks now. MIG_CALL_INTERACTIVE only for what the user did to get in. */
void mig_guest_list_refresh(MigGuestList *self, MigCallFlags flags);

MigGuestsState mig_guest_list_get_state(MigGuestList *self);
const GError *mig_guest_list_get_error(MigGuestList *self); /* of the last answer; NULL: none */
gint64 mig_guest_list_get_updated(MigGuestList *self);    /* of the last good answer, us, 0: none */
GListModel *mig_guest_list_get_model(MigGuestList *self); /* of MigGuest, unsorted */
