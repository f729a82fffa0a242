/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view History: jobs that have ended, by guest, host and result. */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_HISTORY_PAGE (mig_history_page_get_type())
G_DECLARE_FINAL_TYPE(MigHistoryPage, mig_history_page, MIG, HISTORY_PAGE, AdwBin)

/* Once, before it is shown. */
void mig_history_page_set_client(MigHistoryPage *self, MigClient *client);

/* To where one types what is searched for. */
void mig_history_page_search(MigHistoryPage *self);
