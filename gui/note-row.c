/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row that only tells. */
#include "note-row.h"

struct _MigNoteRow {
    AdwActionRow parent_instance;

    GtkImage *icon;
};

G_DEFINE_FINAL_TYPE(MigNoteRow, mig_note_row, ADW_TYPE_ACTION_ROW)

void mig_note_row_set(MigNoteRow *self, const char *icon, gboolean warning, const char *text)
{
    g_return_if_fail(MIG_IS_NOTE_ROW(self));
    gtk_image_set_from_icon_name(self->icon, icon);
    if (warning)
        gtk_widget_add_css_class(GTK_WIDGET(self->icon), "warning");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self->icon), "warning");
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), text);
}

static void mig_note_row_class_init(MigNoteRowClass *klass)
{
}

static void mig_note_row_init(MigNoteRow *self)
{
    self->icon = GTK_IMAGE(
        g_object_new(GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
    adw_action_row_add_prefix(ADW_ACTION_ROW(self), GTK_WIDGET(self->icon));
}

MigNoteRow *mig_note_row_new(const char *title)
{
    return g_object_new(MIG_TYPE_NOTE_ROW, "title", title, NULL);
}
