/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row that only tells: a title, a sentence below it, an icon before both. */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_NOTE_ROW (mig_note_row_get_type())
G_DECLARE_FINAL_TYPE(MigNoteRow, mig_note_row, MIG, NOTE_ROW, AdwActionRow)

MigNoteRow *mig_note_row_new(const char *title);

/* `warning`: the icon has the colour of one. */
void mig_note_row_set(MigNoteRow *self, const char *icon, gboolean warning, const char *text);
