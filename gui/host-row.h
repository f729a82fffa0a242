/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host in the list of hosts: how it is reached, whether it answers, and if not why and what
 * helps. Tests, edits and removes it.
 */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

#define MIG_TYPE_HOST_ROW (mig_host_row_get_type())
G_DECLARE_FINAL_TYPE(MigHostRow, mig_host_row, MIG, HOST_ROW, GtkListBoxRow)

GtkWidget *mig_host_row_new(MigClient *client, MigHost *host);
MigHost *mig_host_row_get_host(MigHostRow *self);

/* Connects to the host and shows what comes of it. */
void mig_host_row_test(MigHostRow *self);
