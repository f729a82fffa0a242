/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view Jobs: owns the filter that leaves out what has ended. */
#include "jobs-page.h"

#include "config.h"
#include "job-row.h"
#include "stack.h"
#include "window.h"

struct _MigJobsPage {
    AdwBin parent_instance;

    GtkFilterListModel *unfinished;

    GtkStack *pages;
    GtkListBox *list;
};

G_DEFINE_FINAL_TYPE(MigJobsPage, mig_jobs_page, ADW_TYPE_BIN)

static gboolean is_unfinished(gpointer item, gpointer data)
{
    return !mig_job_is_over(item);
}

static GtkWidget *make_row(gpointer item, gpointer data)
{
    return mig_job_row_new(item);
}

static void ended_cb(MigJobsPage *self)
{
    gtk_filter_changed(gtk_filter_list_model_get_filter(self->unfinished),
                       GTK_FILTER_CHANGE_MORE_STRICT);
}

static void items_changed_cb(MigJobsPage *self)
{
    const guint n = g_list_model_get_n_items(G_LIST_MODEL(self->unfinished));
    mig_stack_show(self->pages, n ? "list" : "empty");
}

static void row_activated_cb(MigJobsPage *self, MigJobRow *row)
{
    MigWindow *window = mig_window_of(GTK_WIDGET(self));
    if (window)
        mig_window_show_job(window, mig_object_get_path(MIG_OBJECT(mig_job_row_get_job(row))));
}

void mig_jobs_page_set_client(MigJobsPage *self, MigClient *client)
{
    g_return_if_fail(MIG_IS_JOBS_PAGE(self) && !self->unfinished);
    self->unfinished =
        gtk_filter_list_model_new(g_object_ref(mig_client_get_jobs(client)),
                                  GTK_FILTER(gtk_custom_filter_new(is_unfinished, NULL, NULL)));
    gtk_list_box_bind_model(self->list, G_LIST_MODEL(self->unfinished), make_row, NULL, NULL);
    g_signal_connect_object(self->unfinished, "items-changed", G_CALLBACK(items_changed_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "job-ended", G_CALLBACK(ended_cb), self, G_CONNECT_SWAPPED);
    items_changed_cb(self);
}

static void mig_jobs_page_dispose(GObject *object)
{
    g_clear_object(&MIG_JOBS_PAGE(object)->unfinished);
    G_OBJECT_CLASS(mig_jobs_page_parent_class)->dispose(object);
}

static void mig_jobs_page_class_init(MigJobsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_jobs_page_dispose;
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/jobs-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigJobsPage, pages);
    gtk_widget_class_bind_template_child(widget_class, MigJobsPage, list);
    gtk_widget_class_bind_template_callback(widget_class, row_activated_cb);
}

static void mig_jobs_page_init(MigJobsPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
