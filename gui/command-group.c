/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same as a command. */
#include "command-group.h"

#include "config.h"
#include "service-words.h"

struct _MigCommandGroup {
    AdwPreferencesGroup parent_instance;

    GtkWidget *copy_button;
    GtkLabel *command_label;
};

G_DEFINE_FINAL_TYPE(MigCommandGroup, mig_command_group, ADW_TYPE_PREFERENCES_GROUP)

void mig_command_group_show(MigCommandGroup *self, GVariant *plan)
{
    g_return_if_fail(MIG_IS_COMMAND_GROUP(self));
    const char *command = "", *refusal = "", *id = "";
    if (plan) {
        g_variant_lookup(plan, "virsh", "&s", &command);
        g_variant_lookup(plan, "virsh-refusal", "&s", &refusal);
        g_variant_lookup(plan, "virsh-refusal-id", "&s", &id);
    }
    gtk_widget_set_visible(GTK_WIDGET(self), plan != NULL);
    gtk_widget_set_visible(self->copy_button, command[0] != '\0');
    gtk_label_set_label(self->command_label, command);
    gtk_widget_set_visible(GTK_WIDGET(self->command_label), command[0] != '\0');
    g_autofree char *markup =
        g_markup_escape_text(command[0] ? "" : mig_service_words_refusal(id, refusal), -1);
    adw_preferences_group_set_description(ADW_PREFERENCES_GROUP(self), markup);
}

const char *mig_command_group_get_command(MigCommandGroup *self)
{
    return gtk_label_get_label(self->command_label);
}

static void mig_command_group_class_init(MigCommandGroupClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/command-group.ui");
    gtk_widget_class_bind_template_child(widget_class, MigCommandGroup, copy_button);
    gtk_widget_class_bind_template_child(widget_class, MigCommandGroup, command_label);
}

static void mig_command_group_init(MigCommandGroup *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
