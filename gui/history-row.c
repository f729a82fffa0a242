/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job that has ended, in the list of those. */
#include "history-row.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "beside.h"
#include "config.h"
#include "job-outcome.h"
#include "job-report.h"
#include "job-words.h"
#include "technical.h"
#include "window.h"
#include "words.h"

struct _MigHistoryRow {
    GtkListBoxRow parent_instance;

    MigClient *client;
    MigJob *job;

    GtkImage *icon;
    GtkLabel *guest;
    GtkLabel *hosts;
    GtkLabel *detail;
    GtkLabel *sentence;
    MigTechnical *technical;
    GtkButton *copy_button;
    GtkButton *repeat_button;
    GtkButton *open_button;
};

G_DEFINE_FINAL_TYPE(MigHistoryRow, mig_history_row, GTK_TYPE_LIST_BOX_ROW)

static const char *icon_of(const char *state)
{
    static const char *const icons[][2] = {
        { "completed", "emblem-ok-symbolic" },
        { "cancelled", "process-stop-symbolic" },
        { "failed", "dialog-error-symbolic" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(icons); i++)
        if (g_str_equal(icons[i][0], state))
            return icons[i][1];
    return "dialog-warning-symbolic";
}

static char *when(MigJob *job)
{
    const gint64 finished = (gint64) mig_object_get_number(MIG_OBJECT(job), "Finished");
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(finished / G_USEC_PER_SEC);
    /* Translators: date and time, see strftime(3) */
    return time && finished ? g_date_time_format(time, _("%x, %X")) : g_strdup("");
}

/* NULL: it is not known which. */
static char *make_hosts(MigJob *job)
{
    if (mig_job_is_damaged(job))
        return NULL;
    g_autofree char *source = mig_words_host_inside(mig_job_get_source(job));
    g_autofree char *destination = mig_words_host_inside(mig_job_get_destination(job));
    /* Translators: two hosts */
    return g_strdup_printf(_("from %s to %s"), source, destination);
}

/* "Completed · 23.11.2026, 18:03:14 · less than a minute · by you" */
static char *make_detail(MigJob *job)
{
    if (mig_job_is_damaged(job))
        return g_strdup(mig_words_job_state(mig_job_get_state(job)));
    MigObject *object = MIG_OBJECT(job);
    const guint owner = (guint) mig_object_get_number(object, "OwnerUID");
    const gint64 took = (gint64) (mig_object_get_number(object, "Finished") -
                                  mig_object_get_number(object, "Created"));
    g_autofree char *time = when(job);
    g_autofree char *length = mig_words_duration(MAX(took, 0));
    g_autofree char *who = owner == getuid() ? g_strdup(_("by you"))
                                             /* Translators: number of a user account */
                                             : g_strdup_printf(_("by user %u"), owner);
    return g_strjoin(" · ", mig_words_job_state(mig_job_get_state(job)), time, length, who, NULL);
}

/* Takes the name. */
static void name_button(GtkButton *button, char *name)
{
    g_autofree char *owned = name;
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, owned,
                                   -1);
}

static void update_cb(MigHistoryRow *self)
{
    MigJob *job = self->job;
    g_autofree char *title = mig_job_words_title(job);
    const char *path = mig_object_get_path(MIG_OBJECT(job));
    g_autofree char *hosts = make_hosts(job);
    g_autofree char *detail = make_detail(job);
    g_autofree char *sentence = mig_job_outcome_brief(job);
    g_autofree char *technical =
        mig_job_outcome_is_translated(job) ? mig_job_outcome_technical(job) : NULL;
    g_autofree char *name = g_strjoin(", ", title, hosts ?: detail, hosts ? detail : NULL, NULL);
    gtk_image_set_from_icon_name(self->icon, icon_of(mig_job_get_state(job)));
    gtk_label_set_label(self->guest, title);
    gtk_label_set_label(self->hosts, hosts ?: "");
    gtk_widget_set_visible(GTK_WIDGET(self->hosts), hosts != NULL);
    gtk_label_set_label(self->detail, detail);
    gtk_label_set_label(self->sentence, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->sentence), sentence[0] != '\0');
    mig_technical_set(self->technical, NULL, technical);
    /* of one whose record is damaged nothing is known that could be done again */
    gtk_widget_set_visible(GTK_WIDGET(self->repeat_button), mig_job_get_source(job)[0] != '\0');
    /* of older jobs there is nothing more to show than this row and the report */
    gtk_widget_set_visible(GTK_WIDGET(self->open_button),
                           path && mig_client_find_job(self->client, path));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
    /* Translators: %s is the name of a guest, here and in the next two */
    name_button(self->copy_button, g_strdup_printf(_("Copy report of %s"), title));
    name_button(self->repeat_button, g_strdup_printf(_("Repeat migration of %s…"), title));
    name_button(self->open_button, g_strdup_printf(_("Open migration of %s"), title));
}

static void copy_cb(MigHistoryRow *self)
{
    g_autofree char *report = mig_job_report(self->job);
    mig_window_copy(GTK_WIDGET(self), report, _("Report copied"));
}

static void repeat_cb(MigHistoryRow *self)
{
    mig_window_repeat(mig_window_of(GTK_WIDGET(self)), self->job);
}

static void open_cb(MigHistoryRow *self)
{
    mig_window_show_job(mig_window_of(GTK_WIDGET(self)),
                        mig_object_get_path(MIG_OBJECT(self->job)));
}

static void mig_history_row_dispose(GObject *object)
{
    MigHistoryRow *self = MIG_HISTORY_ROW(object);
    g_clear_object(&self->client);
    g_clear_object(&self->job);
    G_OBJECT_CLASS(mig_history_row_parent_class)->dispose(object);
}

static void mig_history_row_class_init(MigHistoryRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_history_row_dispose;
    g_type_ensure(MIG_TYPE_BESIDE);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/history-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, icon);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, guest);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, hosts);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, detail);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, sentence);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, technical);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, copy_button);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, repeat_button);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryRow, open_button);
    gtk_widget_class_bind_template_callback(widget_class, copy_cb);
    gtk_widget_class_bind_template_callback(widget_class, repeat_cb);
    gtk_widget_class_bind_template_callback(widget_class, open_cb);
}

static void mig_history_row_init(MigHistoryRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *mig_history_row_new(MigClient *client, MigJob *job)
{
    MigHistoryRow *self = g_object_new(MIG_TYPE_HISTORY_ROW, NULL);
    self->client = g_object_ref(client);
    self->job = g_object_ref(job);
    g_signal_connect_object(job, "changed", G_CALLBACK(update_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(mig_client_get_jobs(client), "items-changed", G_CALLBACK(update_cb),
                            self, G_CONNECT_SWAPPED);
    update_cb(self);
    return GTK_WIDGET(self);
}
