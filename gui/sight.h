/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether anybody can see a widget: what nobody sees need not be asked for. */
#pragma once

#include <gtk/gtk.h>

#include "guest-list.h"

/* Makes the list active whenever the widget, not mapped so far, is mapped in a window that is
 * neither minimised nor, as GTK knows since 4.12, out of sight; so the service can go idle. */
void mig_sight_follow(GtkWidget *widget, MigGuestList *guests);
