/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job that has ended, in the list of those: who moved where, when, and what came of it. */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

#define MIG_TYPE_HISTORY_ROW (mig_history_row_get_type())
G_DECLARE_FINAL_TYPE(MigHistoryRow, mig_history_row, MIG, HISTORY_ROW, GtkListBoxRow)

GtkWidget *mig_history_row_new(MigClient *client, MigJob *job);
