/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command line to be run in a terminal, with a button that copies it. */
#include "command-box.h"

#include <glib/gi18n.h>

#include "config.h"
#include "window.h"

struct _MigCommandBox {
    GtkBox parent_instance;

    GtkLabel *text;
    GtkLabel *command;
};

G_DEFINE_FINAL_TYPE(MigCommandBox, mig_command_box, GTK_TYPE_BOX)

static void copy_cb(MigCommandBox *self)
{
    mig_window_copy(GTK_WIDGET(self), gtk_label_get_label(self->command), _("Command copied"));
}

void mig_command_box_set(MigCommandBox *self, const char *text, const char *command)
{
    gtk_label_set_label(self->text, text);
    gtk_label_set_label(self->command, command);
}

static void mig_command_box_class_init(MigCommandBoxClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/command-box.ui");
    gtk_widget_class_bind_template_child(widget_class, MigCommandBox, text);
    gtk_widget_class_bind_template_child(widget_class, MigCommandBox, command);
    gtk_widget_class_bind_template_callback(widget_class, copy_cb);
}

static void mig_command_box_init(MigCommandBox *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
