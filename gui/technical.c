/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The technical message. */
#include "technical.h"

#include <glib/gi18n.h>

struct _MigTechnical {
    AdwBin parent_instance;

    GtkExpander *expander;
    GtkLabel *label;
};

G_DEFINE_FINAL_TYPE(MigTechnical, mig_technical, ADW_TYPE_BIN)

void mig_technical_set(MigTechnical *self, const char *shown, const char *message)
{
    g_return_if_fail(MIG_IS_TECHNICAL(self));
    const gboolean wanted = message && message[0] && g_strcmp0(shown, message) != 0;
    gtk_label_set_label(self->label, wanted ? message : "");
    gtk_widget_set_visible(GTK_WIDGET(self), wanted);
}

MigTechnical *mig_technical_add_to(AdwStatusPage *page)
{
    GtkWidget *child = adw_status_page_get_child(page);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    GtkWidget *technical = g_object_new(MIG_TYPE_TECHNICAL, "halign", GTK_ALIGN_CENTER, NULL);
    if (child) {
        g_object_ref(child);
        adw_status_page_set_child(page, NULL);
        gtk_box_append(GTK_BOX(box), child);
        g_object_unref(child);
    }
    gtk_box_append(GTK_BOX(box), technical);
    adw_status_page_set_child(page, box);
    return MIG_TECHNICAL(technical);
}

void mig_technical_describe(AdwStatusPage *page, MigTechnical *technical, const char *text,
                            const GError *error)
{
    g_autofree char *markup = g_markup_escape_text(text, -1);
    adw_status_page_set_description(page, markup);
    mig_technical_set(technical, text, error ? error->message : NULL);
}

static void mig_technical_class_init(MigTechnicalClass *klass)
{
}

static void mig_technical_init(MigTechnical *self)
{
    self->expander = GTK_EXPANDER(gtk_expander_new(_("Technical message")));
    self->label =
        GTK_LABEL(g_object_new(GTK_TYPE_LABEL, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                               "xalign", 0.0, "selectable", TRUE, "margin-top", 6, NULL));
    gtk_widget_add_css_class(GTK_WIDGET(self->label), "caption");
    gtk_widget_add_css_class(GTK_WIDGET(self->label), "monospace");
    gtk_expander_set_child(self->expander, GTK_WIDGET(self->label));
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->expander));
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}
