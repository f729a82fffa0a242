/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page New migration: guest, source and destination, how memory travels, what is where
 * afterwards, the checks, the advanced options and the same as a command; Start begins the job and
 * shows it. A pushed page (window.h). Its actions are those of win.* that concern it: page.start,
 * page.copy-command, page.refresh.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_MIGRATE_PAGE (mig_migrate_page_get_type())
G_DECLARE_FINAL_TYPE(MigMigratePage, mig_migrate_page, MIG, MIGRATE_PAGE, GtkBox)

/*
 * `guest`: its name or UUID, NULL: to be chosen. `options_or_null`: an a{sv} as Migrate takes it,
 * exactly these are shown; NULL: those of the last time. A floating one is taken.
 * `destination_or_null`: NULL: that of the last time.
 */
GtkWidget *mig_migrate_page_new(MigClient *client, const char *source_host, const char *guest,
                                GVariant *options_or_null, const char *destination_or_null);

/* Why it cannot be started now, translated; NULL: it can. */
const char *mig_migrate_page_get_reason(MigMigratePage *self);
