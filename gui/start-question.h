/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked before a migration is started that may cost data, or is expected to fail. */
#pragma once

#include <adwaita.h>

#include "draft.h"

/* A question (question.h) over the window; NULL: the draft has nothing to be asked about. */
AdwMessageDialog *mig_start_question_new(GtkWindow *window, MigDraft *draft, const char *guest);
