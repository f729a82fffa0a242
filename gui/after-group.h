/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group "Afterwards" of the page New migration: what is kept and what is removed, and what that
 * means, in a sentence.
 */
#pragma once

#include <adwaita.h>

#include "draft.h"
#include "dry-run.h"
#include "failure.h"

#define MIG_TYPE_AFTER_GROUP (mig_after_group_get_type())
G_DECLARE_FINAL_TYPE(MigAfterGroup, mig_after_group, MIG, AFTER_GROUP, AdwPreferencesGroup)

/* Once, before all others. */
void mig_after_group_open(MigAfterGroup *self, MigDraft *draft, MigDryRun *dry_run);

/* The sentence, as draft and dry run are now. `configured`: the source has a configuration of the
 * guest. */
void mig_after_group_show(MigAfterGroup *self, const MigFailureNames *names, gboolean configured);
