/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command line to be run in a terminal, what it is for, and a button that copies it. */
#pragma once

#include <gtk/gtk.h>

#define MIG_TYPE_COMMAND_BOX (mig_command_box_get_type())
G_DECLARE_FINAL_TYPE(MigCommandBox, mig_command_box, MIG, COMMAND_BOX, GtkBox)

/* `text`: what stands above it. */
void mig_command_box_set(MigCommandBox *self, const char *text, const char *command);
