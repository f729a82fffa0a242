/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was chosen for the last migration, kept in GSettings for the next one. */
#pragma once

#include "draft.h"

/* Host name, owned by the caller; "": none yet. */
char *mig_last_choices_get_destination(void);

/* a{sv} for mig_draft_load(), owned by the caller. */
GVariant *mig_last_choices_get_options(void);

/* Of the options only those that may suit another guest too: nothing unsafe, no names. */
void mig_last_choices_save(const char *destination, MigDraft *draft);
