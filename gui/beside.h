/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two children: the second at the end of the first, or beneath it where the first would have too
 * little room for its text. For rows and banners with buttons, which are read in a narrow window
 * too.
 */
#pragma once

#include <gtk/gtk.h>

#define MIG_TYPE_BESIDE (mig_beside_get_type())
G_DECLARE_FINAL_TYPE(MigBeside, mig_beside, MIG, BESIDE, GtkWidget)

GtkWidget *mig_beside_new(GtkWidget *text, GtkWidget *buttons);
