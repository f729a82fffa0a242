/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lint of accessible names: every control below a widget that a user can operate or that shows a
 * value has a label, or a text that GTK makes its name of. New pages are walked by their own tests.
 */
#pragma once

#include <adwaita.h>

static inline gboolean lint_has_text(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget) && gtk_label_get_label(GTK_LABEL(widget))[0])
        return TRUE;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        if (lint_has_text(child))
            return TRUE;
    return FALSE;
}

/* libadwaita's own parts, which have an id of its templates or are children of such. */
static inline gboolean lint_is_internal(GtkWidget *widget)
{
    if (GTK_IS_LIST_BOX(widget) && gtk_widget_get_ancestor(widget, ADW_TYPE_PREFERENCES_GROUP))
        return TRUE;
    if (g_strcmp0(gtk_buildable_get_buildable_id(GTK_BUILDABLE(widget)), "enable_switch") == 0)
        return TRUE;
    for (; widget; widget = gtk_widget_get_parent(widget))
        if (ADW_IS_VIEW_SWITCHER(widget) || ADW_IS_COMBO_ROW(widget) || GTK_IS_SCROLLBAR(widget) ||
            GTK_IS_POPOVER(widget))
            return TRUE;
    return FALSE;
}

static inline gboolean lint_needs_name(GtkWidget *widget)
{
    if (GTK_IS_BUTTON(widget) || GTK_IS_MENU_BUTTON(widget))
        return !lint_has_text(widget) && !GTK_IS_MENU_BUTTON(gtk_widget_get_parent(widget));
    return GTK_IS_PROGRESS_BAR(widget) || GTK_IS_LEVEL_BAR(widget) || GTK_IS_SPIN_BUTTON(widget) ||
           GTK_IS_DRAWING_AREA(widget) || GTK_IS_LIST_VIEW(widget) ||
           (GTK_IS_LIST_BOX(widget) && !gtk_widget_get_ancestor(widget, ADW_TYPE_EXPANDER_ROW)) ||
           GTK_IS_SEARCH_ENTRY(widget) || GTK_IS_ENTRY(widget) || GTK_IS_SWITCH(widget) ||
           GTK_IS_DROP_DOWN(widget) || (GTK_IS_CHECK_BUTTON(widget) && !lint_has_text(widget)) ||
           GTK_IS_SCALE(widget);
}

/* Number of controls without a name; prints each. */
static inline guint lint(GtkWidget *widget)
{
    guint found = 0;
    if (lint_needs_name(widget) && !lint_is_internal(widget) &&
        !gtk_test_accessible_has_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL) &&
        !gtk_test_accessible_has_relation(GTK_ACCESSIBLE(widget),
                                          GTK_ACCESSIBLE_RELATION_LABELLED_BY)) {
        g_test_message("no name: %s#%s", G_OBJECT_TYPE_NAME(widget),
                       gtk_buildable_get_buildable_id(GTK_BUILDABLE(widget)));
        found++;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        found += lint(child);
    return found;
}
