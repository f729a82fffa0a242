/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows and dialogs of the steps of recovery: one table. */
#include "job-recovery.h"

#include <glib/gi18n.h>
#include <string.h>

#include "beside.h"
#include "client-calls.h"
#include "job-words.h"
#include "question.h"
#include "window.h"

typedef struct {
    const char *step;             /* of Job.Recover */
    const char *title, *subtitle; /* of its row; {guest}, {source}, {destination} are filled in */
    const char *button;           /* label that is understood alone */
    const char *heading, *body;   /* of its dialog; NULL: nothing is asked */
    const char *yes;
    gboolean destructive;
} Step;

static const Step steps[] = {
    { "destroy-destination", N_("Remove the copy on {destination}"),
      N_("It is paused and has never run. The guest on {source} is not touched."),
      N_("Remove Copy…"), N_("Remove the copy on {destination}?"),
      N_("This removes the PAUSED copy of {guest} on {destination}, which has never run. The guest "
         "on {source} stays as it is: if it is paused there too, resume it afterwards, and never "
         "before.\n\nBoth hosts are looked at again before, for ten seconds."),
      N_("_Remove the Copy"), TRUE },
    { "resume-source", N_("Resume {guest} on {source}"),
      N_("{destination} has nothing of it any more."), N_("Resume…"),
      N_("Resume {guest} on {source}?"),
      N_("{guest} goes on on {source}, where it is paused.\n\nBoth hosts are looked at again "
         "before, "
         "for ten seconds: if {destination} has a copy of it, nothing is done."),
      N_("_Resume"), FALSE },
    { "destroy-source", N_("Remove the copy on {source}"),
      N_("It is paused. The guest has arrived on {destination}."), N_("Remove Copy…"),
      N_("Remove the copy on {source}?"),
      N_("This removes the PAUSED copy of {guest} on {source}. The guest itself has arrived on "
         "{destination} and stays there as it is.\n\nBoth hosts are looked at again before."),
      N_("_Remove the Copy"), TRUE },
    { "resume-destination", N_("Resume {guest} on {destination}"),
      N_("{source} has nothing of it any more."), N_("Resume…"),
      N_("Resume {guest} on {destination}?"),
      N_("{guest} goes on on {destination}, where it is paused.\n\nBoth hosts are looked at again "
         "before, for ten seconds: if {source} has a copy of it, nothing is done."),
      N_("_Resume"), FALSE },
    { "stop-source", N_("Stop {guest} on {source}"),
      N_("The one on {destination} goes on. What was done on {source} since then is lost."),
      N_("Stop This One…"), N_("Stop {guest} on {source}?"),
      N_("{guest} runs TWICE. This stops the one on {source} at once, as by pulling its plug; the "
         "one on {destination} goes on. Nobody but you can know which of the two people work "
         "with."),
      N_("_Stop It"), TRUE },
    { "stop-destination", N_("Stop {guest} on {destination}"),
      N_("The one on {source} goes on. What was done on {destination} since then is lost."),
      N_("Stop That One…"), N_("Stop {guest} on {destination}?"),
      N_("{guest} runs TWICE. This stops the one on {destination} at once, as by pulling its plug; "
         "the one on {source} goes on. Nobody but you can know which of the two people work with."),
      N_("_Stop It"), TRUE },
    { "look-again", N_("Look again"), N_("Asks both hosts what they have of {guest} now."),
      N_("Look Again") },
};

struct _MigJobRecovery {
    AdwBin parent_instance;

    AdwPreferencesGroup *group;
    GVariant *shown; /* as, NULL: nothing */
    GPtrArray *rows; /* the group owns them */
};

G_DEFINE_FINAL_TYPE(MigJobRecovery, mig_job_recovery, ADW_TYPE_BIN)

static const Step *find_step(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (strcmp(steps[i].step, word) == 0)
            return &steps[i];
    return NULL;
}

static void clicked_cb(GtkWidget *button, gpointer data)
{
    const Step *step = data;
    gtk_widget_activate_action(button, "job.recover", "s", step->step);
}

static GtkWidget *make_label(const char *text)
{
    return g_object_new(GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode",
                        PANGO_WRAP_WORD_CHAR, "xalign", 0.0, NULL);
}

static GtkWidget *make_texts(const char *title, const char *subtitle)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
    GtkWidget *below = make_label(subtitle);
    gtk_widget_add_css_class(below, "caption");
    gtk_widget_add_css_class(below, "dim-label");
    gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), make_label(title));
    gtk_box_append(GTK_BOX(box), below);
    return box;
}

static void add_row(MigJobRecovery *self, MigJob *job, const Step *step)
{
    g_autofree char *title = mig_job_words_fill(job, _(step->title));
    g_autofree char *subtitle = mig_job_words_fill(job, _(step->subtitle));
    GtkWidget *button = gtk_button_new_with_label(_(step->button));
    GtkWidget *beside = mig_beside_new(make_texts(title, subtitle), button);
    GtkWidget *row = g_object_new(ADW_TYPE_PREFERENCES_ROW, "use-markup", FALSE, "title", title,
                                  "activatable", FALSE, "child", beside, NULL);
    g_object_set(beside, "margin-top", 12, "margin-bottom", 12, "margin-start", 12, "margin-end",
                 12, NULL);
    gtk_widget_set_halign(button, GTK_ALIGN_END);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    /* several may have one label: the row tells them apart */
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
    g_signal_connect(button, "clicked", G_CALLBACK(clicked_cb), (gpointer) step);
    adw_preferences_group_add(self->group, row);
    g_ptr_array_add(self->rows, row);
}

static void remove_rows(MigJobRecovery *self)
{
    for (guint i = 0; i < self->rows->len; i++)
        adw_preferences_group_remove(self->group, self->rows->pdata[i]);
    g_ptr_array_set_size(self->rows, 0);
    g_clear_pointer(&self->shown, g_variant_unref);
}

void mig_job_recovery_update(MigJobRecovery *self, MigJob *job)
{
    g_return_if_fail(MIG_IS_JOB_RECOVERY(self) && MIG_IS_JOB(job));
    GVariant *offered = mig_object_get_variant(MIG_OBJECT(job), "Recovery");
    if (offered && self->shown && g_variant_equal(offered, self->shown))
        return;
    remove_rows(self);
    for (gsize i = 0; offered && i < g_variant_n_children(offered); i++) {
        const char *word;
        g_variant_get_child(offered, i, "&s", &word);
        const Step *step = find_step(word); /* a newer service may have more */
        if (step)
            add_row(self, job, step);
    }
    self->shown = offered ? g_variant_ref(offered) : NULL;
    gtk_widget_set_visible(GTK_WIDGET(self), self->rows->len > 0);
}

/* What a dialog is about; belongs to the dialog, then to the call. */
typedef struct {
    MigJobRecovery *self;
    GtkWindow *window; /* whose toast an error is */
    MigClient *client;
    MigJob *job;
    const Step *step;
} Asking;

static Asking *asking_new(MigJobRecovery *self, MigClient *client, MigJob *job, const Step *step)
{
    Asking *asking = g_new0(Asking, 1);
    asking->self = g_object_ref(self);
    asking->window = GTK_WINDOW(g_object_ref(gtk_widget_get_root(GTK_WIDGET(self))));
    asking->client = g_object_ref(client);
    asking->job = g_object_ref(job);
    asking->step = step;
    return asking;
}

static void asking_free(Asking *asking)
{
    g_object_unref(asking->self);
    g_object_unref(asking->window);
    g_object_unref(asking->client);
    g_object_unref(asking->job);
    g_free(asking);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asking, asking_free)

static void set_busy(MigJobRecovery *self, gboolean busy)
{
    adw_preferences_group_set_description(self->group,
                                          busy ? _("Both hosts are being asked…") : NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self), !busy);
}

static void called_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Asking) asking = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    set_busy(asking->self, FALSE);
    if (reply || !MIG_IS_WINDOW(asking->window))
        return;
    const MigFailureNames names = mig_job_words_names(asking->job);
    mig_window_toast_failure(MIG_WINDOW(asking->window), error, &names);
}

static void call(const Asking *asking)
{
    set_busy(asking->self, TRUE);
    mig_client_recover(asking->client, asking->job, asking->step->step, MIG_CALL_INTERACTIVE, NULL,
                       called_cb,
                       asking_new(asking->self, asking->client, asking->job, asking->step));
}

static void response_cb(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    if (strcmp(response, "yes") == 0)
        call(data);
}

static void closed_cb(gpointer data, GClosure *closure)
{
    asking_free(data);
}

static void ask(Asking *asking)
{
    const Step *step = asking->step;
    g_autofree char *heading = mig_job_words_fill(asking->job, _(step->heading));
    g_autofree char *body = mig_job_words_fill(asking->job, _(step->body));
    AdwMessageDialog *dialog =
        mig_question_new(asking->window, heading, body, _("_Not Now"), _(step->yes),
                         step->destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
    g_signal_connect_data(dialog, "response", G_CALLBACK(response_cb), asking, closed_cb, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

void mig_job_recovery_run(MigJobRecovery *self, MigClient *client, MigJob *job, const char *word)
{
    const Step *step = find_step(word);
    g_return_if_fail(MIG_IS_JOB_RECOVERY(self) && step && gtk_widget_get_root(GTK_WIDGET(self)));
    g_autoptr(Asking) asking = asking_new(self, client, job, step);
    if (step->heading)
        ask(g_steal_pointer(&asking));
    else
        call(asking);
}

static void mig_job_recovery_finalize(GObject *object)
{
    MigJobRecovery *self = MIG_JOB_RECOVERY(object);
    g_clear_pointer(&self->shown, g_variant_unref);
    g_ptr_array_unref(self->rows);
    G_OBJECT_CLASS(mig_job_recovery_parent_class)->finalize(object);
}

static void mig_job_recovery_class_init(MigJobRecoveryClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = mig_job_recovery_finalize;
}

static void mig_job_recovery_init(MigJobRecovery *self)
{
    self->rows = g_ptr_array_new();
    self->group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    adw_preferences_group_set_title(self->group, _("Bring the guest back"));
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->group));
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}
