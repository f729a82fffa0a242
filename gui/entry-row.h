/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row with a title, a hint and an entry below each other: all of it can be read in a narrow
 * window, where the title of an AdwEntryRow is cut. It is a GtkEditable. */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_ENTRY_ROW (mig_entry_row_get_type())
G_DECLARE_FINAL_TYPE(MigEntryRow, mig_entry_row, MIG, ENTRY_ROW, AdwPreferencesRow)
