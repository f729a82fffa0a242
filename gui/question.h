/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A dialog that asks something before it is done. */
#pragma once

#include <adwaita.h>

/*
 * Over `parent`, to be presented, with the responses "no", which Escape and Return give too, and
 * "yes", whose button looks as `look` says. All texts are translated; `body`: NULL: none.
 */
AdwMessageDialog *mig_question_new(GtkWindow *parent, const char *heading, const char *body,
                                   const char *no, const char *yes, AdwResponseAppearance look);
