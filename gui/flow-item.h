/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place in a flow box for a button. GTK's own takes the focus itself, a key too much on the way
 * to the button, and if it may not have it, catches the focus: the Tab key then leads nowhere.
 */
#pragma once

#include <gtk/gtk.h>

#define MIG_TYPE_FLOW_ITEM (mig_flow_item_get_type())
G_DECLARE_FINAL_TYPE(MigFlowItem, mig_flow_item, MIG, FLOW_ITEM, GtkFlowBoxChild)

GtkWidget *mig_flow_item_new(GtkWidget *button);
