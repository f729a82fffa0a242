/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a start was refused. */
#include "start-refusal.h"

#include "beside.h"
#include "config.h"
#include "core/error.h"
#include "technical.h"

struct _MigStartRefusal {
    GtkBox parent_instance;

    GtkLabel *label;
    MigTechnical *technical;
    GtkWidget *authenticate_button;
};

G_DEFINE_FINAL_TYPE(MigStartRefusal, mig_start_refusal, GTK_TYPE_BOX)

void mig_start_refusal_show(MigStartRefusal *self, const GError *error,
                            const MigFailureNames *names)
{
    g_return_if_fail(MIG_IS_START_REFUSAL(self));
    const gboolean denied = g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED);
    g_autofree char *text = mig_failure_of(error, names);
    gtk_label_set_label(self->label, text);
    mig_technical_set(self->technical, text, error->message);
    gtk_widget_set_visible(self->authenticate_button, denied);
    gtk_widget_set_visible(GTK_WIDGET(self), TRUE);
}

static void mig_start_refusal_class_init(MigStartRefusalClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    g_type_ensure(MIG_TYPE_BESIDE);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/start-refusal.ui");
    gtk_widget_class_bind_template_child(widget_class, MigStartRefusal, label);
    gtk_widget_class_bind_template_child(widget_class, MigStartRefusal, technical);
    gtk_widget_class_bind_template_child(widget_class, MigStartRefusal, authenticate_button);
}

static void mig_start_refusal_init(MigStartRefusal *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
