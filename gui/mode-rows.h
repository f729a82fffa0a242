/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one choice of how a guest travels: flow and transport together, as rows of which one is
 * chosen. A way that cannot be taken is insensitive and says why.
 */
#pragma once

#include <adwaita.h>

#include "draft.h"

/* Adds the rows to the group; they follow the draft. */
void mig_mode_rows_add(AdwPreferencesGroup *group, MigDraft *draft);

/* The hypervisor driver of the hosts, "": not known. */
void mig_mode_rows_set_driver(AdwPreferencesGroup *group, const char *driver);
