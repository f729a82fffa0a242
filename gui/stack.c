/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of a GtkStack of which a screen reader is told only the one that is shown. */
#include "stack.h"

void mig_stack_show(GtkStack *stack, const char *name)
{
    GtkWidget *shown = gtk_stack_get_child_by_name(stack, name);
    g_return_if_fail(shown != NULL);
    gtk_widget_set_visible(shown, TRUE);
    gtk_stack_set_visible_child(stack, shown);
    g_autoptr(GListModel) pages = G_LIST_MODEL(gtk_stack_get_pages(stack));
    for (guint i = 0; i < g_list_model_get_n_items(pages); i++) {
        g_autoptr(GObject) page = g_list_model_get_item(pages, i);
        GtkWidget *child = gtk_stack_page_get_child(GTK_STACK_PAGE(page));
        gtk_widget_set_visible(child, child == shown);
    }
}
