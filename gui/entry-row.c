/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row with an entry, to which it hands on all that a GtkEditable is asked. */
#include "entry-row.h"

#include "config.h"

struct _MigEntryRow {
    AdwPreferencesRow parent_instance;

    GtkLabel *hint_label;
    GtkEntry *entry;
};

enum { PROP_HINT = 1, PROP_INPUT_PURPOSE, N_PROPS };

static GtkEditable *get_delegate(GtkEditable *editable)
{
    return GTK_EDITABLE(MIG_ENTRY_ROW(editable)->entry);
}

static void editable_init(GtkEditableInterface *interface)
{
    interface->get_delegate = get_delegate;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(MigEntryRow, mig_entry_row, ADW_TYPE_PREFERENCES_ROW,
                              G_IMPLEMENT_INTERFACE(GTK_TYPE_EDITABLE, editable_init))

static void activate_cb(MigEntryRow *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->entry));
}

static void set_hint(MigEntryRow *self, const char *hint)
{
    gtk_label_set_label(self->hint_label, hint ?: "");
    gtk_widget_set_visible(GTK_WIDGET(self->hint_label), hint && hint[0]);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   hint ?: "", -1);
}

static void mig_entry_row_set_property(GObject *object, guint id, const GValue *value,
                                       GParamSpec *pspec)
{
    MigEntryRow *self = MIG_ENTRY_ROW(object);
    if (gtk_editable_delegate_set_property(object, id, value, pspec))
        return;
    if (id == PROP_HINT)
        set_hint(self, g_value_get_string(value));
    else if (id == PROP_INPUT_PURPOSE)
        gtk_entry_set_input_purpose(self->entry, g_value_get_enum(value));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void mig_entry_row_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (!gtk_editable_delegate_get_property(object, id, value, pspec))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void mig_entry_row_dispose(GObject *object)
{
    MigEntryRow *self = MIG_ENTRY_ROW(object);
    if (self->entry)
        gtk_editable_finish_delegate(GTK_EDITABLE(self));
    self->entry = NULL;
    G_OBJECT_CLASS(mig_entry_row_parent_class)->dispose(object);
}

static void mig_entry_row_class_init(MigEntryRowClass *klass)
{
    const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    object_class->dispose = mig_entry_row_dispose;
    object_class->set_property = mig_entry_row_set_property;
    object_class->get_property = mig_entry_row_get_property;
    g_object_class_install_property(object_class, PROP_HINT,
                                    g_param_spec_string("hint", NULL, NULL, NULL, flags));
    g_object_class_install_property(object_class, PROP_INPUT_PURPOSE,
                                    g_param_spec_enum("input-purpose", NULL, NULL,
                                                      GTK_TYPE_INPUT_PURPOSE,
                                                      GTK_INPUT_PURPOSE_FREE_FORM, flags));
    gtk_editable_install_properties(object_class, N_PROPS);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/entry-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigEntryRow, hint_label);
    gtk_widget_class_bind_template_child(widget_class, MigEntryRow, entry);
    gtk_widget_class_bind_template_callback(widget_class, activate_cb);
}

static void mig_entry_row_init(MigEntryRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_editable_init_delegate(GTK_EDITABLE(self));
}
