/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a job is: owns the best progress so far, which the bar never goes below. */
#include "job-progress.h"

#include <glib/gi18n.h>
#include <string.h>

#include "config.h"
#include "flow-item.h"
#include "job-control.h"
#include "job-words.h"
#include "words.h"

/* A host that has not confirmed a cancel by then is called silent. */
#define CONFIRM (30 * G_USEC_PER_SEC)

struct _MigJobProgress {
    AdwBin parent_instance;

    double best;
    guint told;        /* how often figures have come */
    guint64 remaining; /* those that came last */
    gint64 cancelling; /* since when, 0: it is not */

    GtkLabel *phase;
    GtkLabel *time_left;
    GtkProgressBar *bar;
    GtkLabel *note;
    GtkWidget *help;
    GtkFlowBox *help_buttons;
    GtkWidget *figures;
    GtkLabel *left;
    GtkLabel *throughput;
    GtkLabel *dirty_rate;
    GtkLabel *pause;
};

G_DEFINE_FINAL_TYPE(MigJobProgress, mig_job_progress, ADW_TYPE_BIN)

static void set_text(GtkLabel *label, const char *text)
{
    if (strcmp(gtk_label_get_label(label), text) != 0)
        gtk_label_set_label(label, text);
}

static void set_optional_text(GtkLabel *label, const char *text)
{
    set_text(label, text ?: "");
    gtk_widget_set_visible(GTK_WIDGET(label), text != NULL);
}

/* bar */

static void update_bar(MigJobProgress *self, MigJob *job)
{
    self->best = MAX(self->best, mig_job_get_progress(job));
    g_autofree char *text = mig_words_percent(self->best);
    gtk_progress_bar_set_fraction(self->bar, self->best);
    if (g_strcmp0(gtk_progress_bar_get_text(self->bar), text) != 0)
        gtk_progress_bar_set_text(self->bar, text);
}

/* figures */

static char *make_left(MigJob *job)
{
    GVariant *statistics = mig_object_get_variant(MIG_OBJECT(job), "Statistics");
    guint64 total = 0;
    if (statistics)
        g_variant_lookup(statistics, "data_total", "t", &total);
    g_autofree char *left = mig_words_size(mig_object_get_number(MIG_OBJECT(job), "Remaining"));
    g_autofree char *all = mig_words_size(total);
    if (!total)
        return g_steal_pointer(&left);
    /* Translators: "412 MiB of 2.0 GiB" */
    return g_strdup_printf(_("%s of %s"), left, all);
}

static char *make_rate(MigJob *job, const char *key)
{
    const guint64 rate = mig_object_get_number(MIG_OBJECT(job), key);
    /* a rate that is not known yet is no rate of zero */
    return rate ? mig_words_rate(rate) : g_strdup("–");
}

static char *make_pause(MigJob *job)
{
    const gint64 pause = (gint64) mig_object_get_number(MIG_OBJECT(job), "ExpectedDowntime");
    return pause ? mig_words_span(pause * 1000) : g_strdup("–");
}

static void update_figures(MigJobProgress *self, MigJob *job)
{
    const gboolean copies = mig_job_words_copies(job);
    gtk_widget_set_visible(self->figures, copies);
    if (!copies)
        return;
    g_autofree char *left = make_left(job);
    g_autofree char *throughput = make_rate(job, "Throughput");
    g_autofree char *dirty = make_rate(job, "DirtyRate");
    g_autofree char *pause = make_pause(job);
    set_text(self->left, left);
    set_text(self->throughput, throughput);
    set_text(self->dirty_rate, dirty);
    set_text(self->pause, pause);
}

/* Figures that repeat tell nothing new. */
static void count_told(MigJobProgress *self, MigJob *job)
{
    const guint64 remaining = mig_object_get_number(MIG_OBJECT(job), "Remaining");
    if (!mig_job_words_copies(job) || (self->told && remaining == self->remaining))
        return;
    self->remaining = remaining;
    self->told++;
}

/* what helps */

static gboolean update_button(GtkWidget *child, MigJob *job)
{
    GtkWidget *button = gtk_flow_box_child_get_child(GTK_FLOW_BOX_CHILD(child));
    const char *method = g_object_get_data(G_OBJECT(button), "method");
    const gboolean works = !mig_job_words_refusal(job, method);
    gtk_widget_set_visible(child, works);
    return works;
}

static void update_help(MigJobProgress *self, MigJob *job)
{
    for (GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(self->help_buttons)); child;
         child = gtk_widget_get_next_sibling(child))
        update_button(child, job);
    gtk_widget_set_visible(self->help, mig_job_is_stuck(job));
}

static void help_clicked_cb(GtkWidget *button)
{
    gtk_widget_activate_action(button, "job.control", "s",
                               g_object_get_data(G_OBJECT(button), "method"));
}

static void add_help_buttons(MigJobProgress *self)
{
    const MigJobControl *control;
    for (guint i = 0; (control = mig_job_control_get(i)); i++) {
        if (!control->ends)
            continue;
        GtkWidget *button = gtk_button_new_with_label(_(control->button));
        g_object_set_data(G_OBJECT(button), "method", (gpointer) control->method);
        g_signal_connect(button, "clicked", G_CALLBACK(help_clicked_cb), NULL);
        gtk_flow_box_append(self->help_buttons, mig_flow_item_new(button));
    }
}

/* notes */

static const char *make_note(MigJobProgress *self, MigJob *job, gint64 now)
{
    const char *phase = mig_job_get_phase(job);
    const gboolean cancelling = strcmp(mig_job_get_state(job), "cancelling") == 0;
    self->cancelling = !cancelling ? 0 : self->cancelling ?: now;
    if (cancelling && now - self->cancelling >= CONFIRM)
        return _("The host has not confirmed yet that it has stopped. The move may still end "
                 "either way.");
    if (mig_object_get_string(MIG_OBJECT(job), "WaitingFor")[0])
        return _("Nothing moves: {destination} does not answer. If that lasts, the move is given "
                 "up.");
    if (strcmp(phase, "post-copy") == 0)
        return _("{guest} runs on {destination} already. It must not be stopped before all of its "
                 "memory is there.");
    if (mig_job_words_copies(job) &&
        strcmp(mig_object_get_string(MIG_OBJECT(job), "Converging"), "yes") == 0)
        return _("It is copied faster than {guest} changes it: the move comes to its end.");
    return NULL;
}

static void update_note(MigJobProgress *self, MigJob *job, gint64 now)
{
    const char *pattern = make_note(self, job, now);
    g_autofree char *note = pattern ? mig_job_words_fill(job, pattern) : NULL;
    set_optional_text(self->note, note);
}

void mig_job_progress_update(MigJobProgress *self, MigJob *job, gint64 now)
{
    g_return_if_fail(MIG_IS_JOB_PROGRESS(self) && MIG_IS_JOB(job));
    count_told(self, job);
    g_autofree char *phase = mig_job_words_phase(job);
    g_autofree char *time = mig_job_words_time_left(job, now, self->told);
    set_text(self->phase, phase);
    set_optional_text(self->time_left, time);
    update_bar(self, job);
    update_note(self, job, now);
    update_figures(self, job);
    update_help(self, job);
}

static void mig_job_progress_class_init(MigJobProgressClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/job-progress.ui");
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, phase);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, time_left);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, bar);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, note);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, help);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, help_buttons);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, figures);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, left);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, throughput);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, dirty_rate);
    gtk_widget_class_bind_template_child(widget_class, MigJobProgress, pause);
}

static void mig_job_progress_init(MigJobProgress *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    add_help_buttons(self);
}
