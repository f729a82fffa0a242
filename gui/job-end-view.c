/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a job. */
#include "job-end-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "config.h"
#include "job-outcome.h"
#include "job-words.h"

struct _MigJobEndView {
    AdwBin parent_instance;

    GtkImage *icon;
    GtkLabel *where;
    GtkLabel *summary;
    GtkWidget *configuration_box;
    GtkImage *configuration_icon;
    GtkLabel *configuration;
    GtkWidget *technical_group;
    AdwExpanderRow *technical_row;
    GtkLabel *technical;
    MigJobRecovery *recovery;
    GtkWidget *steps_box;
    GtkLabel *steps_title;
    GtkListBox *steps;
    GtkWidget *try_again;
    GtkButton *repeat;
    GtkWidget *move_back;
};

G_DEFINE_FINAL_TYPE(MigJobEndView, mig_job_end_view, ADW_TYPE_BIN)

static const struct {
    const char *icon, *style;
    const char *steps; /* title of what to do; to be translated */
} looks[] = {
    [MIG_JOB_GOES_ON] = { "emblem-synchronizing-symbolic", NULL, "" },
    [MIG_JOB_MOVED] = { "emblem-ok-symbolic", "success", N_("Please look at this") },
    [MIG_JOB_STOPPED] = { "process-stop-symbolic", NULL, N_("What to do") },
    [MIG_JOB_FAILED] = { "dialog-error-symbolic", "error", N_("What to try") },
    [MIG_JOB_UNCLEAR] = { "dialog-warning-symbolic", "warning", N_("What to do, in this order") },
    [MIG_JOB_TWICE] = { "dialog-warning-symbolic", "error", N_("What to do now, in this order") },
};

static void set_optional(GtkLabel *label, const char *text)
{
    gtk_label_set_label(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), text[0] != '\0');
}

static void update_head(MigJobEndView *self, MigJob *job, MigJobEnd end)
{
    g_autofree char *where = mig_job_outcome_where(job);
    g_autofree char *summary =
        end == MIG_JOB_MOVED ? mig_job_outcome_summary(job) : mig_job_outcome_why(job);
    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++)
        if (looks[i].style)
            gtk_widget_remove_css_class(GTK_WIDGET(self->icon), looks[i].style);
    gtk_image_set_from_icon_name(self->icon, looks[end].icon);
    if (looks[end].style)
        gtk_widget_add_css_class(GTK_WIDGET(self->icon), looks[end].style);
    gtk_label_set_label(self->where, where);
    set_optional(self->summary, summary);
}

static void update_configuration(MigJobEndView *self, MigJob *job)
{
    gboolean warning;
    g_autofree char *text = mig_job_outcome_configuration(job, &warning);
    gtk_widget_set_visible(self->configuration_box, text != NULL);
    gtk_label_set_label(self->configuration, text ?: "");
    gtk_image_set_from_icon_name(self->configuration_icon, warning ? "dialog-warning-symbolic"
                                                                   : "dialog-information-symbolic");
}

/* Whoever has stopped it knows why. */
static void update_technical(MigJobEndView *self, MigJob *job, MigJobEnd end)
{
    g_autofree char *technical = mig_job_outcome_technical(job);
    gtk_label_set_label(self->technical, technical);
    /* in the user's language all is said without it */
    adw_expander_row_set_expanded(self->technical_row,
                                  end != MIG_JOB_STOPPED && !mig_job_outcome_is_translated(job));
    gtk_widget_set_visible(self->technical_group, technical[0] != '\0');
}

static GtkWidget *make_step(const char *text, guint number)
{
    AdwActionRow *row = g_object_new(ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", text,
                                     "title-lines", 0, "title-selectable", TRUE, NULL);
    g_autofree char *label = number ? g_strdup_printf("%u", number) : NULL;
    GtkWidget *prefix =
        label ? gtk_label_new(label) : gtk_image_new_from_icon_name("dialog-information-symbolic");
    gtk_widget_add_css_class(prefix, "dim-label");
    gtk_widget_add_css_class(prefix, "numeric");
    adw_action_row_add_prefix(row, prefix);
    return GTK_WIDGET(row);
}

static void update_steps(MigJobEndView *self, MigJob *job, MigJobEnd end)
{
    g_auto(GStrv) steps = mig_job_outcome_steps(job);
    const guint n = g_strv_length(steps);
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->steps))))
        gtk_list_box_remove(self->steps, child);
    for (guint i = 0; i < n; i++)
        gtk_list_box_append(self->steps, make_step(steps[i], n > 1 ? i + 1 : 0));
    gtk_label_set_label(self->steps_title, _(looks[end].steps));
    gtk_widget_set_visible(self->steps_box, n > 0);
}

void mig_job_end_view_update(MigJobEndView *self, MigJob *job)
{
    g_return_if_fail(MIG_IS_JOB_END_VIEW(self) && MIG_IS_JOB(job));
    const MigJobEnd end = mig_job_outcome_end(job);
    update_head(self, job, end);
    update_configuration(self, job);
    update_technical(self, job, end);
    mig_job_recovery_update(self->recovery, job);
    update_steps(self, job, end);
    gtk_widget_set_visible(self->try_again, mig_job_outcome_may_repeat(job));
    gtk_widget_set_visible(GTK_WIDGET(self->repeat),
                           end == MIG_JOB_MOVED || mig_job_outcome_may_repeat(job));
    gtk_button_set_label(self->repeat,
                         end == MIG_JOB_MOVED ? _("_Repeat…") : _("_Change Settings…"));
    gtk_widget_set_visible(self->move_back, end == MIG_JOB_MOVED);
}

MigJobRecovery *mig_job_end_view_get_recovery(MigJobEndView *self)
{
    g_return_val_if_fail(MIG_IS_JOB_END_VIEW(self), NULL);
    return self->recovery;
}

static void mig_job_end_view_class_init(MigJobEndViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    g_type_ensure(MIG_TYPE_JOB_RECOVERY);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/job-end-view.ui");
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, icon);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, where);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, summary);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, configuration_box);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, configuration_icon);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, configuration);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, technical_group);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, technical_row);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, technical);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, recovery);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, steps_box);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, steps_title);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, steps);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, try_again);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, repeat);
    gtk_widget_class_bind_template_child(widget_class, MigJobEndView, move_back);
}

static void mig_job_end_view_init(MigJobEndView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
