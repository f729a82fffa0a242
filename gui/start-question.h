/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked before a migration is started that may cost data, or is expected to fail. */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"

/* A dialog over the window, to be presented, whose response "move" says yes. NULL: the draft has
 * nothing to be asked about. */
GtkWidget *mig_start_question_new(GtkWindow *window, MigDraft *draft, const char *guest);
