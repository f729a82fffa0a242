/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The view Guests: the guests of one host that is chosen as the source, searched, sorted (those
 * that are up first, then by name) or why there are none. The service is asked for them only while
 * somebody can see the page (sight.h).
 */
#pragma once

#include <adwaita.h>

#include "guest-list.h"

#define MIG_TYPE_GUESTS_PAGE (mig_guests_page_get_type())
G_DECLARE_FINAL_TYPE(MigGuestsPage, mig_guests_page, MIG, GUESTS_PAGE, AdwBin)

/* Once, before it is shown. */
void mig_guests_page_set_client(MigGuestsPage *self, MigClient *client);

/* The source that is chosen; NULL: there is no host. */
const char *mig_guests_page_get_source(MigGuestsPage *self);

GtkSearchBar *mig_guests_page_get_search_bar(MigGuestsPage *self);
void mig_guests_page_toggle_search(MigGuestsPage *self);
void mig_guests_page_refresh(MigGuestsPage *self, MigCallFlags flags);
