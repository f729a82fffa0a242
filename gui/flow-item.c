/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See flow-item.h. */
#include "flow-item.h"

struct _MigFlowItem {
    GtkFlowBoxChild parent_instance;
};

G_DEFINE_FINAL_TYPE(MigFlowItem, mig_flow_item, GTK_TYPE_FLOW_BOX_CHILD)

static gboolean mig_flow_item_focus(GtkWidget *widget, GtkDirectionType direction)
{
    return gtk_widget_child_focus(gtk_flow_box_child_get_child(GTK_FLOW_BOX_CHILD(widget)),
                                  direction);
}

static void mig_flow_item_class_init(MigFlowItemClass *klass)
{
    GTK_WIDGET_CLASS(klass)->focus = mig_flow_item_focus;
}

static void mig_flow_item_init(MigFlowItem *self)
{
    gtk_widget_set_focusable(GTK_WIDGET(self), FALSE);
}

GtkWidget *mig_flow_item_new(GtkWidget *button)
{
    return g_object_new(MIG_TYPE_FLOW_ITEM, "child", button, NULL);
}
