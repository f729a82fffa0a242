/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row for one advanced option: a switch, a number that may be "Automatic", a choice or a text, as
 * the service's table says. It follows its draft: where the option cannot be used it is insensitive
 * and says why, and what was typed wrong is said in words.
 */
#pragma once

#include <adwaita.h>

#include "draft.h"
#include "option-fields.h"

GtkWidget *mig_option_row_new(const MigField *field, MigDraft *draft);
