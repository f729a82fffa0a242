/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The advanced options (option-fields.h), an expander for each group. Its rows are made when it is
 * opened first; before that it says how many of its options are set. */
#pragma once

#include <adwaita.h>

#include "draft.h"

void mig_advanced_rows_add(AdwPreferencesGroup *group, MigDraft *draft);
