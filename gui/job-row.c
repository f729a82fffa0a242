/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job in the list of jobs that run: holds the job and the timer that shows its changes. */
#include "job-row.h"

#include <glib/gi18n.h>

#include "config.h"
#include "words.h"

struct _MigJobRow {
    GtkListBoxRow parent_instance;

    MigJob *job;
    guint tick; /* timer that shows what has changed; 0: nothing has */

    GtkLabel *guest;
    GtkLabel *hosts;
    GtkLabel *phase;
    GtkLabel *figures;
    GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE(MigJobRow, mig_job_row, GTK_TYPE_LIST_BOX_ROW)

static char *make_figures(MigObject *job)
{
    const guint64 remaining = mig_object_get_number(job, "Remaining");
    if (!remaining)
        return g_strdup("");
    const guint64 throughput = mig_object_get_number(job, "Throughput");
    g_autofree char *left = mig_words_size(remaining);
    if (!throughput)
        return g_strdup_printf(_("%s left"), left);
    g_autofree char *rate = mig_words_rate(throughput);
    /* Translators: bytes and bytes a second, for example "412 MiB left, 118 MiB/s" */
    return g_strdup_printf(_("%s left, %s"), left, rate);
}

static gboolean set_text(GtkLabel *label, const char *text)
{
    if (g_str_equal(gtk_label_get_label(label), text))
        return FALSE;
    gtk_label_set_label(label, text);
    return TRUE;
}

/* In whole per cents: each step is told to screen readers and draws anew. */
static void show_progress(MigJobRow *self)
{
    const double fraction = (int) (mig_job_get_progress(self->job) * 100) / 100.0;
    if (fraction != gtk_progress_bar_get_fraction(self->progress))
        gtk_progress_bar_set_fraction(self->progress, fraction);
}

static void show(MigJobRow *self)
{
    MigJob *job = self->job;
    g_autofree char *source = mig_words_host_inside(mig_job_get_source(job));
    g_autofree char *destination = mig_words_host_inside(mig_job_get_destination(job));
    /* Translators: two hosts */
    g_autofree char *hosts = g_strdup_printf(_("from %s to %s"), source, destination);
    g_autofree char *figures = make_figures(MIG_OBJECT(job));
    const gboolean stopping = g_str_equal(mig_job_get_state(job), "cancelling");
    const char *phase = stopping ? mig_words_job_state(mig_job_get_state(job))
                                 : mig_words_phase(mig_job_get_phase(job));
    gboolean renamed = set_text(self->guest, mig_job_get_guest(job));
    renamed |= set_text(self->hosts, hosts);
    renamed |= set_text(self->phase, phase);
    set_text(self->figures, figures);
    show_progress(self);
    if (!renamed)
        return;
    g_autofree char *name = g_strdup_printf("%s, %s, %s", mig_job_get_guest(job), hosts, phase);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static gboolean tick_cb(gpointer data)
{
    MigJobRow *self = data;
    self->tick = 0;
    show(self);
    return G_SOURCE_REMOVE;
}

/* Rows that nobody sees cost nothing; they catch up when they are shown. Timers of whole seconds
 * are due together: what many jobs say in that time is one frame. */
static void changed_cb(MigJobRow *self)
{
    if (!self->tick && gtk_widget_get_mapped(GTK_WIDGET(self)))
        self->tick = g_timeout_add_seconds(1, tick_cb, self);
}

static void mig_job_row_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mig_job_row_parent_class)->map(widget);
    show(MIG_JOB_ROW(widget));
}

static void mig_job_row_unmap(GtkWidget *widget)
{
    g_clear_handle_id(&MIG_JOB_ROW(widget)->tick, g_source_remove);
    GTK_WIDGET_CLASS(mig_job_row_parent_class)->unmap(widget);
}

static void mig_job_row_dispose(GObject *object)
{
    g_clear_handle_id(&MIG_JOB_ROW(object)->tick, g_source_remove);
    g_clear_object(&MIG_JOB_ROW(object)->job);
    G_OBJECT_CLASS(mig_job_row_parent_class)->dispose(object);
}

static void mig_job_row_class_init(MigJobRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_job_row_dispose;
    widget_class->map = mig_job_row_map;
    widget_class->unmap = mig_job_row_unmap;
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/job-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigJobRow, guest);
    gtk_widget_class_bind_template_child(widget_class, MigJobRow, hosts);
    gtk_widget_class_bind_template_child(widget_class, MigJobRow, phase);
    gtk_widget_class_bind_template_child(widget_class, MigJobRow, figures);
    gtk_widget_class_bind_template_child(widget_class, MigJobRow, progress);
}

static void mig_job_row_init(MigJobRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

MigJob *mig_job_row_get_job(MigJobRow *self)
{
    return self->job;
}

GtkWidget *mig_job_row_new(MigJob *job)
{
    MigJobRow *self = g_object_new(MIG_TYPE_JOB_ROW, NULL);
    self->job = g_object_ref(job);
    g_signal_connect_object(job, "changed", G_CALLBACK(changed_cb), self, G_CONNECT_SWAPPED);
    show(self);
    return GTK_WIDGET(self);
}
