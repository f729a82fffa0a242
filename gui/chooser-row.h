/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row to choose one of several things by, which are known by ids: the choice stays the same thing
 * when the list changes under it. Each thing has a title and may have a second line, which the list
 * shows. What is chosen and not in the list is shown by its id, and as nothing else.
 *
 * Property "chosen" (the id, NULL: nothing), notified only when the user or
 * mig_chooser_row_choose() changed it.
 */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_CHOOSER_ROW (mig_chooser_row_get_type())
G_DECLARE_FINAL_TYPE(MigChooserRow, mig_chooser_row, MIG, CHOOSER_ROW, AdwComboRow)

/* `nothing`: what is shown while nothing is chosen, NULL: something always is. */
GtkWidget *mig_chooser_row_new(const char *title, const char *nothing);
void mig_chooser_row_set_nothing(MigChooserRow *self, const char *nothing);

/* A list to be filled and then shown in place of the one before. */
GListStore *mig_chooser_row_make_list(void);
void mig_chooser_row_add(GListStore *list, const char *id, const char *title, const char *detail);
void mig_chooser_row_show(MigChooserRow *self, GListStore *list);

const char *mig_chooser_row_get_chosen(MigChooserRow *self);
void mig_chooser_row_choose(MigChooserRow *self, const char *id);

/* The line below its title; `message`: the service's words for it, a button away, NULL: none. */
void mig_chooser_row_describe(MigChooserRow *self, const char *text, const char *message);
