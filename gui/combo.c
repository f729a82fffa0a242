/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Factories for combo rows, of labels that wrap. */
#include "combo.h"

/* Characters below which a word is not broken. */
#define WORD_MIN 12

static char *dup_text(AdwComboRow *row, GtkListItem *list_item)
{
    GObject *item = gtk_list_item_get_item(list_item);
    GtkExpression *expression = adw_combo_row_get_expression(row);
    g_auto(GValue) value = G_VALUE_INIT;
    if (expression && gtk_expression_evaluate(expression, item, &value))
        return g_value_dup_string(&value);
    return g_strdup(
        GTK_IS_STRING_OBJECT(item) ? gtk_string_object_get_string(GTK_STRING_OBJECT(item)) : "");
}

/* A name may be a word without end: it is broken, but not letter by letter. */
static int find_width(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " -", -1);
    glong longest = 0;
    for (char **word = words; *word; word++)
        longest = MAX(longest, g_utf8_strlen(*word, -1) + 1);
    return (int) MIN(longest, WORD_MIN);
}

static void show(GtkLabel *label, const char *text)
{
    gtk_label_set_width_chars(label, find_width(text));
    gtk_label_set_label(label, text);
}

static GtkWidget *make_label(float xalign)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), xalign);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    return label;
}

/* what is chosen */

static void setup_chosen_cb(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    GtkWidget *label = make_label(1);
    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_RIGHT);
    gtk_list_item_set_child(item, label);
}

static void bind_chosen_cb(GtkSignalListItemFactory *factory, GtkListItem *item, gpointer row)
{
    g_autofree char *text = dup_text(row, item);
    show(GTK_LABEL(gtk_list_item_get_child(item)), text);
}

/* the list */

static void setup_listed_cb(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = make_label(0);
    GtkWidget *mark = gtk_image_new_from_icon_name("object-select-symbolic");
    gtk_widget_set_hexpand(label, TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 32);
    g_object_bind_property(item, "selected", mark, "visible", G_BINDING_SYNC_CREATE);
    gtk_box_append(GTK_BOX(box), label);
    gtk_box_append(GTK_BOX(box), mark);
    gtk_list_item_set_child(item, box);
}

static void bind_listed_cb(GtkSignalListItemFactory *factory, GtkListItem *item, gpointer row)
{
    g_autofree char *text = dup_text(row, item);
    show(GTK_LABEL(gtk_widget_get_first_child(gtk_list_item_get_child(item))), text);
}

static GtkListItemFactory *make_factory(AdwComboRow *row, GCallback setup, GCallback bind)
{
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", setup, NULL);
    g_signal_connect_object(factory, "bind", bind, row, 0);
    return factory;
}

void mig_combo_wrap(AdwComboRow *row, gboolean list)
{
    g_return_if_fail(ADW_IS_COMBO_ROW(row));
    g_autoptr(GtkListItemFactory) chosen =
        make_factory(row, G_CALLBACK(setup_chosen_cb), G_CALLBACK(bind_chosen_cb));
    adw_combo_row_set_factory(row, chosen);
    if (!list)
        return;
    g_autoptr(GtkListItemFactory) listed =
        make_factory(row, G_CALLBACK(setup_listed_cb), G_CALLBACK(bind_listed_cb));
    adw_combo_row_set_list_factory(row, listed);
}
