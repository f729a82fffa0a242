/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of a job: owns the graph's supply of samples, and when its parts are brought up to date:
 * at most once a frame, and only while it is shown.
 */
#include "job-page.h"

#include <glib/gi18n.h>

#include "client-calls.h"
#include "config.h"
#include "job-control.h"
#include "job-controls.h"
#include "job-details.h"
#include "job-end-view.h"
#include "job-graph.h"
#include "job-outcome.h"
#include "job-progress.h"
#include "job-report.h"
#include "job-words.h"
#include "window.h"
#include "words.h"

struct _MigJobPage {
    AdwBin parent_instance;

    MigClient *client;
    MigJob *job;
    GCancellable *life;
    guint update; /* tick of the frame in which it is brought up to date, or 0 */
    gboolean was_over;

    GtkLabel *title;
    GtkLabel *subtitle;
    GtkWidget *cancel_button;
    GtkWidget *lost;
    MigJobProgress *progress;
    MigJobEndView *end_view;
    GtkWidget *graph_frame;
    MigJobGraph *graph;
    MigJobControls *controls;
    MigJobDetails *details;
};

G_DEFINE_FINAL_TYPE(MigJobPage, mig_job_page, ADW_TYPE_BIN)

/* samples */

static void got_samples_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the page is gone */
    MigJobPage *self = MIG_JOB_PAGE(data);
    if (!reply) /* the graph goes on with what comes */
        return;
    g_autoptr(GVariant) samples = g_variant_get_child_value(reply, 0);
    mig_job_graph_set_samples(self->graph, samples);
    if (mig_job_outcome_end(self->job) == MIG_JOB_MOVED)
        mig_job_graph_finish(self->graph,
                             (gint64) mig_object_get_number(MIG_OBJECT(self->job), "Finished"));
    if (mig_job_graph_get_count(self->graph))
        gtk_widget_set_visible(self->graph_frame, TRUE);
}

static void ask_for_samples(MigJobPage *self)
{
    if (mig_object_get_path(MIG_OBJECT(self->job)))
        mig_client_get_samples(self->client, self->job, self->life, got_samples_cb, self);
}

static void add_sample(MigJobPage *self)
{
    const guint64 left = mig_object_get_number(MIG_OBJECT(self->job), "Remaining");
    /* before the first figures it is 0 too */
    if (!mig_job_words_copies(self->job) || (!left && mig_job_get_progress(self->job) <= 0))
        return;
    mig_job_graph_add(self->graph, g_get_real_time(), left);
    gtk_widget_set_visible(self->graph_frame, TRUE);
}

/* what is shown */

static void update_head(MigJobPage *self, gboolean over)
{
    const char *refusal = mig_job_words_refusal(self->job, "Cancel");
    const gboolean ready = mig_client_get_state(self->client) == MIG_CLIENT_READY;
    g_autofree char *hosts = mig_job_words_fill(self->job, _("from {source} to {destination}"));
    gtk_label_set_label(self->title, mig_job_get_guest(self->job));
    gtk_label_set_label(self->subtitle, hosts);
    gtk_widget_set_visible(self->cancel_button, !over);
    gtk_widget_set_tooltip_text(self->cancel_button, refusal);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "job.cancel", ready && !over && !refusal);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "job.control", ready && !over);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "job.try-again", ready && over);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "job.recover",
                                  ready && over && mig_object_get_path(MIG_OBJECT(self->job)));
    gtk_widget_set_visible(self->lost, !ready);
    gtk_widget_set_sensitive(GTK_WIDGET(self->controls), ready);
}

static void update(MigJobPage *self)
{
    const gboolean over = mig_job_is_over(self->job);
    update_head(self, over);
    gtk_widget_set_visible(GTK_WIDGET(self->progress), !over);
    gtk_widget_set_visible(GTK_WIDGET(self->controls), !over);
    gtk_widget_set_visible(GTK_WIDGET(self->end_view), over);
    mig_job_details_update(self->details, self->job);
    if (over) {
        mig_job_end_view_update(self->end_view, self->job);
        return;
    }
    mig_job_progress_update(self->progress, self->job, g_get_real_time());
    mig_job_controls_update(self->controls, self->job);
}

static gboolean update_cb(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    self->update = 0;
    update(self);
    return G_SOURCE_REMOVE;
}

static void queue_update(MigJobPage *self)
{
    if (!self->update && gtk_widget_get_mapped(GTK_WIDGET(self)))
        self->update = gtk_widget_add_tick_callback(GTK_WIDGET(self), update_cb, NULL, NULL);
}

static void job_changed_cb(MigJobPage *self)
{
    const gboolean over = mig_job_is_over(self->job);
    add_sample(self);
    if (over && !self->was_over)
        ask_for_samples(self);
    self->was_over = over;
    queue_update(self);
}

static void client_state_cb(MigJobPage *self)
{
    if (mig_client_get_state(self->client) == MIG_CLIENT_READY)
        ask_for_samples(self);
    queue_update(self);
}

/* actions */

static void cancel_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    mig_job_control_run(widget, self->client, self->job, "Cancel");
}

static void recover_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    mig_job_recovery_run(mig_job_end_view_get_recovery(self->end_view), self->client, self->job,
                         g_variant_get_string(parameter, NULL));
}

static void control_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    mig_job_control_run(widget, self->client, self->job, g_variant_get_string(parameter, NULL));
}

static void copy_report_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    g_autofree char *report = mig_job_report(MIG_JOB_PAGE(widget)->job);
    mig_window_copy(widget, report, _("Report copied"));
}

static void migrated_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GtkWidget) page = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    MigWindow *window = mig_window_of(page);
    const char *path = NULL;
    if (!window)
        return; /* the user has left */
    if (reply) {
        g_variant_get(reply, "(&o)", &path);
        mig_window_show_job(window, path);
        return;
    }
    const MigFailureNames names = mig_job_words_names(MIG_JOB_PAGE(page)->job);
    mig_window_toast_failure(window, error, &names);
    gtk_widget_action_set_enabled(page, "job.try-again", TRUE);
}

static void try_again_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    gtk_widget_action_set_enabled(widget, "job.try-again", FALSE);
    mig_client_migrate(self->client, mig_job_get_guest(self->job),
                       mig_job_get_destination(self->job),
                       mig_object_get_variant(MIG_OBJECT(self->job), "Options"),
                       MIG_CALL_INTERACTIVE, NULL, migrated_cb, g_object_ref(self));
}

static void repeat_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigWindow *window = mig_window_of(widget);
    if (window)
        mig_window_repeat(window, MIG_JOB_PAGE(widget)->job);
}

static void move_back_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigJob *job = MIG_JOB_PAGE(widget)->job;
    MigWindow *window = mig_window_of(widget);
    g_autofree char *guest = mig_job_outcome_guest_there(job);
    if (window)
        mig_window_migrate(window, mig_job_get_destination(job), guest,
                           mig_job_outcome_options_back(job), mig_job_get_source(job));
}

/* life */

static void mig_job_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mig_job_page_parent_class)->map(widget);
    update(MIG_JOB_PAGE(widget));
}

static void mig_job_page_unmap(GtkWidget *widget)
{
    MigJobPage *self = MIG_JOB_PAGE(widget);
    if (self->update)
        gtk_widget_remove_tick_callback(widget, self->update);
    self->update = 0;
    GTK_WIDGET_CLASS(mig_job_page_parent_class)->unmap(widget);
}

static void mig_job_page_dispose(GObject *object)
{
    MigJobPage *self = MIG_JOB_PAGE(object);
    g_cancellable_cancel(self->life);
    g_clear_object(&self->life);
    g_clear_object(&self->job);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(mig_job_page_parent_class)->dispose(object);
}

static void mig_job_page_class_init(MigJobPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_job_page_dispose;
    widget_class->map = mig_job_page_map;
    widget_class->unmap = mig_job_page_unmap;
    g_type_ensure(MIG_TYPE_JOB_PROGRESS);
    g_type_ensure(MIG_TYPE_JOB_END_VIEW);
    g_type_ensure(MIG_TYPE_JOB_GRAPH);
    g_type_ensure(MIG_TYPE_JOB_CONTROLS);
    g_type_ensure(MIG_TYPE_JOB_DETAILS);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/job-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, title);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, subtitle);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, cancel_button);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, lost);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, progress);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, end_view);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, graph_frame);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, graph);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, controls);
    gtk_widget_class_bind_template_child(widget_class, MigJobPage, details);
    gtk_widget_class_install_action(widget_class, "job.cancel", NULL, cancel_action);
    gtk_widget_class_install_action(widget_class, "job.control", "s", control_action);
    gtk_widget_class_install_action(widget_class, "job.recover", "s", recover_action);
    gtk_widget_class_install_action(widget_class, "job.try-again", NULL, try_again_action);
    gtk_widget_class_install_action(widget_class, "job.repeat", NULL, repeat_action);
    gtk_widget_class_install_action(widget_class, "job.move-back", NULL, move_back_action);
    gtk_widget_class_install_action(widget_class, "job.copy-report", NULL, copy_report_action);
}

static void mig_job_page_init(MigJobPage *self)
{
    self->life = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}

MigJob *mig_job_page_get_job(MigJobPage *self)
{
    g_return_val_if_fail(MIG_IS_JOB_PAGE(self), NULL);
    return self->job;
}

GtkWidget *mig_job_page_new(MigClient *client, MigJob *job)
{
    g_return_val_if_fail(MIG_IS_CLIENT(client) && MIG_IS_JOB(job), NULL);
    MigJobPage *self = g_object_new(MIG_TYPE_JOB_PAGE, NULL);
    self->client = g_object_ref(client);
    self->job = g_object_ref(job);
    self->was_over = mig_job_is_over(job);
    g_signal_connect_object(job, "changed", G_CALLBACK(job_changed_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(client_state_cb), self,
                            G_CONNECT_SWAPPED);
    ask_for_samples(self);
    add_sample(self);
    update(self);
    return GTK_WIDGET(self);
}
