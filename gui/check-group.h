/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group "Checks" of the page New migration: how the dry run stands, and what it has found. Its
 * buttons do page.refresh and page.authenticate.
 */
#pragma once

#include <adwaita.h>

#include "dry-run.h"
#include "failure.h"

#define MIG_TYPE_CHECK_GROUP (mig_check_group_get_type())
G_DECLARE_FINAL_TYPE(MigCheckGroup, mig_check_group, MIG, CHECK_GROUP, AdwPreferencesGroup)

/* Once, before all others; the list of findings follows the dry run by itself. */
void mig_check_group_open(MigCheckGroup *self, MigDryRun *dry_run);

/* How the dry run stands now; `names`: what it is asked about. */
void mig_check_group_show(MigCheckGroup *self, const MigFailureNames *names);

/* The row of the first blocker; NULL: there is none. */
GtkWidget *mig_check_group_find_blocker(MigCheckGroup *self);
