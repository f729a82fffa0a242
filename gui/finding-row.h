/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A finding for people: icon and word of its severity, the sentence, what to do about it, and a
 * button that copies the command for that, if there is one. */
#pragma once

#include <adwaita.h>

#include "finding.h"

#define MIG_TYPE_FINDING_ROW (mig_finding_row_get_type())
G_DECLARE_FINAL_TYPE(MigFindingRow, mig_finding_row, MIG, FINDING_ROW, GtkListBoxRow)

GtkWidget *mig_finding_row_new(MigFinding *finding);

/* For gtk_list_box_bind_model(). */
GtkWidget *mig_finding_row_make(gpointer finding, gpointer unused);
