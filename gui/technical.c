/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The technical message. */
#include "technical.h"

#include <glib/gi18n.h>

#include "words.h"

struct _MigTechnical {
    AdwBin parent_instance;

    GtkExpander *expander;
    GtkLabel *label;
};

G_DEFINE_FINAL_TYPE(MigTechnical, mig_technical, ADW_TYPE_BIN)

/* In `label`, of `widget`, which is seen if there is something in it. */
static void set_message(GtkWidget *widget, GtkLabel *label, const char *shown, const char *message)
{
    const gboolean wanted = message && message[0] && !mig_words_is_sentence(shown, message);
    gtk_label_set_label(label, wanted ? message : "");
    gtk_widget_set_visible(widget, wanted);
}

void mig_technical_set(MigTechnical *self, const char *shown, const char *message)
{
    g_return_if_fail(MIG_IS_TECHNICAL(self));
    set_message(GTK_WIDGET(self), self->label, shown, message);
}

static GtkLabel *make_label(void)
{
    GtkLabel *label =
        GTK_LABEL(g_object_new(GTK_TYPE_LABEL, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                               "xalign", 0.0, "selectable", TRUE, "margin-top", 6, NULL));
    gtk_widget_add_css_class(GTK_WIDGET(label), "caption");
    gtk_widget_add_css_class(GTK_WIDGET(label), "monospace");
    return label;
}

GtkWidget *mig_technical_button_new(void)
{
    GtkLabel *label = make_label();
    GtkWidget *popover = gtk_popover_new();
    GtkWidget *button =
        g_object_new(GTK_TYPE_MENU_BUTTON, "icon-name", "dialog-information-symbolic", "popover",
                     popover, "valign", GTK_ALIGN_CENTER, "visible", FALSE, NULL);
    gtk_label_set_max_width_chars(label, 36);
    gtk_popover_set_child(GTK_POPOVER(popover), GTK_WIDGET(label));
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, _("Technical message"));
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Technical message"), -1);
    return button;
}

void mig_technical_button_set(GtkWidget *button, const char *shown, const char *message)
{
    GtkPopover *popover = gtk_menu_button_get_popover(GTK_MENU_BUTTON(button));
    set_message(button, GTK_LABEL(gtk_popover_get_child(popover)), shown, message);
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
    g_object_set(gtk_expander_get_label_widget(self->expander), "wrap", TRUE, "wrap-mode",
                 PANGO_WRAP_WORD_CHAR, "xalign", 0.0, NULL);
    self->label = make_label();
    gtk_expander_set_child(self->expander, GTK_WIDGET(self->label));
    /* what can be selected takes the focus even where it is folded away, and leads nowhere */
    g_object_bind_property(self->expander, "expanded", self->label, "selectable",
                           G_BINDING_SYNC_CREATE);
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->expander));
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}
