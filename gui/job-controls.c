/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of the table of job-control.c. */
#include "job-controls.h"

#include <glib/gi18n.h>
#include <string.h>

#include "job-control.h"
#include "job-words.h"

struct _MigJobControls {
    AdwBin parent_instance;

    AdwPreferencesGroup *group;
    GPtrArray *rows; /* of AdwActionRow, as the table; the group owns them */
    GPtrArray *buttons;
};

G_DEFINE_FINAL_TYPE(MigJobControls, mig_job_controls, ADW_TYPE_BIN)

static void clicked_cb(GtkWidget *button, gpointer data)
{
    const MigJobControl *control = data;
    gtk_widget_activate_action(button, "job.control", "s", control->method);
}

static void add_row(MigJobControls *self, const MigJobControl *control)
{
    AdwActionRow *row = g_object_new(ADW_TYPE_ACTION_ROW, "title", _(control->title), "use-markup",
                                     FALSE, "subtitle-lines", 0, "title-lines", 0, NULL);
    GtkWidget *button = gtk_button_new_from_icon_name("go-next-symbolic");
    gtk_widget_set_tooltip_text(button, _(control->button));
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(button, "flat");
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _(control->button), -1);
    g_signal_connect(button, "clicked", G_CALLBACK(clicked_cb), (gpointer) control);
    adw_action_row_add_suffix(row, button);
    adw_preferences_group_add(self->group, GTK_WIDGET(row));
    g_ptr_array_add(self->rows, row);
    g_ptr_array_add(self->buttons, button);
}

/* Of all rows, if they have the same one. */
static const char *find_common_refusal(MigJob *job)
{
    const char *common = mig_job_words_refusal(job, mig_job_control_get(0)->method);
    const MigJobControl *control;
    for (guint i = 1; (control = mig_job_control_get(i)); i++)
        if (g_strcmp0(common, mig_job_words_refusal(job, control->method)) != 0)
            return NULL;
    return common;
}

static void update_row(MigJobControls *self, guint i, const char *refusal, gboolean said)
{
    const MigJobControl *control = mig_job_control_get(i);
    const char *subtitle = refusal && !said ? refusal : _(control->subtitle);
    AdwActionRow *row = self->rows->pdata[i];
    GtkWidget *button = self->buttons->pdata[i];
    /* not the row: a screen reader is told of the button alone */
    gtk_widget_set_sensitive(button, !refusal);
    adw_action_row_set_activatable_widget(row, refusal ? NULL : button);
    if (strcmp(adw_action_row_get_subtitle(row) ?: "", subtitle) == 0)
        return;
    adw_action_row_set_subtitle(row, subtitle);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _(control->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle,
                                   -1);
}

void mig_job_controls_update(MigJobControls *self, MigJob *job)
{
    g_return_if_fail(MIG_IS_JOB_CONTROLS(self) && MIG_IS_JOB(job));
    const char *common = find_common_refusal(job);
    if (g_strcmp0(adw_preferences_group_get_description(self->group), common ?: "") != 0) {
        g_autofree char *escaped = g_markup_escape_text(common ?: "", -1);
        adw_preferences_group_set_description(self->group, escaped);
    }
    for (guint i = 0; i < self->rows->len; i++)
        update_row(self, i, mig_job_words_refusal(job, mig_job_control_get(i)->method),
                   common != NULL);
}

static void mig_job_controls_finalize(GObject *object)
{
    g_ptr_array_unref(MIG_JOB_CONTROLS(object)->rows);
    g_ptr_array_unref(MIG_JOB_CONTROLS(object)->buttons);
    G_OBJECT_CLASS(mig_job_controls_parent_class)->finalize(object);
}

static void mig_job_controls_class_init(MigJobControlsClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = mig_job_controls_finalize;
}

static void mig_job_controls_init(MigJobControls *self)
{
    const MigJobControl *control;
    self->rows = g_ptr_array_new();
    self->buttons = g_ptr_array_new();
    self->group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    adw_preferences_group_set_title(self->group, _("Adjust the move"));
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->group));
    for (guint i = 0; (control = mig_job_control_get(i)); i++)
        add_row(self, control);
}
