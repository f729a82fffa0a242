/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of a GtkStack of which a screen reader is told only the one that is shown. */
#pragma once

#include <gtk/gtk.h>

/* Shows the page of that name and makes all others invisible: GTK 4.8 leaves pages that are not
 * shown in the accessibility tree unless they are. */
void mig_stack_show(GtkStack *stack, const char *name);
