/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user can do to a job: the table, and the dialog of each row. */
#include "job-control.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-calls.h"
#include "job-words.h"
#include "question.h"
#include "window.h"

static const MigJobControl controls[] = {
    { "StartPostCopy", N_("Switch over now"),
      N_("The guest goes on on the destination and fetches the rest of its memory there."),
      N_("Switch Over Now…"), TRUE },
    { "SetMaximumDowntime", N_("Allow a longer pause"),
      N_("The more the guest may stand still, the sooner the move can end."),
      N_("Allow Longer Pause…"), TRUE },
    { "SetBandwidth", N_("Speed limit"), N_("How fast the guest’s memory may be sent."),
      N_("Change Speed Limit…"), TRUE },
    { "SetPostCopyBandwidth", N_("Speed limit after switching over"),
      N_("How fast the rest of the memory may be fetched."), N_("Limit Fetching…"), FALSE },
    { "Pause", N_("Stop the guest to finish"),
      N_("The guest stands still until all is copied, then it goes on by itself."),
      N_("Stop Guest to Finish…"), TRUE },
};

/* A dialog of each method; one with a `unit` asks for a number. */
typedef struct {
    const char *method;
    const char *heading, *body;
    const char *yes, *no;
    gboolean destructive;
    const char *unit; /* NULL: no number */
    guint64 maximum, suggestion;
} Question;

static const Question questions[] = {
    { .method = "Cancel",
      .heading = N_("Stop moving {guest}?"),
      .yes = N_("_Stop Moving"),
      .no = N_("_Keep Moving"),
      .destructive = TRUE },
    { .method = "StartPostCopy",
      .heading = N_("Switch {guest} over now?"),
      .body = N_("{guest} goes on on {destination} at once and fetches the rest of its memory from "
                 "{source}. It cannot be stopped any more: if a host or the network fails "
                 "before all is there, the guest is lost."),
      .yes = N_("_Switch Over"),
      .no = N_("_Not Now") },
    { .method = "Pause",
      .heading = N_("Stop {guest} to finish?"),
      .body = N_("{guest} stands still until the rest of its memory is copied, then it goes on by "
                 "itself: on {destination}, or on {source} if the move fails."),
      .yes = N_("_Stop the Guest"),
      .no = N_("_Not Now") },
    { .method = "SetMaximumDowntime",
      .heading = N_("Allow a longer pause"),
      .body = N_("How long {guest} may stand still while it is switched over to {destination}."),
      .yes = N_("_Allow"),
      .no = N_("_Cancel"),
      .unit = N_("Milliseconds"),
      .maximum = 2000000,
      .suggestion = 1000 },
    { .method = "SetBandwidth",
      .heading = N_("Speed limit"),
      .body = N_("How fast the memory of {guest} may be sent, for this move."),
      .yes = N_("_Set"),
      .no = N_("_Cancel"),
      .unit = N_("MiB per second"),
      .maximum = 1048576,
      .suggestion = 1024 },
    { .method = "SetPostCopyBandwidth",
      .heading = N_("Speed limit after switching over"),
      .body =
          N_("How fast the rest of the memory may be fetched. What the guest waits for is never "
             "held up."),
      .yes = N_("_Set"),
      .no = N_("_Cancel"),
      .unit = N_("MiB per second"),
      .maximum = 1048576,
      .suggestion = 1024 },
};

const MigJobControl *mig_job_control_get(guint i)
{
    return i < G_N_ELEMENTS(controls) ? &controls[i] : NULL;
}

static const Question *find_question(const char *method)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        if (strcmp(questions[i].method, method) == 0)
            return &questions[i];
    return NULL;
}

/* What a dialog is about; belongs to the dialog, then to the call. */
typedef struct {
    GtkWindow *window; /* whose toast an error is */
    MigClient *client;
    MigJob *job;
    const Question *question;
    GtkSpinButton *number; /* of the dialog, or NULL */
} Asking;

static void asking_free(Asking *asking)
{
    g_object_unref(asking->window);
    g_object_unref(asking->client);
    g_object_unref(asking->job);
    g_free(asking);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asking, asking_free)

static void called_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Asking) asking = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (reply || !MIG_IS_WINDOW(asking->window))
        return;
    const MigFailureNames names = mig_job_words_names(asking->job);
    mig_window_toast_failure(MIG_WINDOW(asking->window), error, &names);
}

static Asking *asking_new(GtkWindow *window, MigClient *client, MigJob *job,
                          const Question *question)
{
    Asking *asking = g_new0(Asking, 1);
    asking->window = g_object_ref(window);
    asking->client = g_object_ref(client);
    asking->job = g_object_ref(job);
    asking->question = question;
    return asking;
}

static void response_cb(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    const Asking *asking = data;
    if (strcmp(response, "yes") != 0)
        return;
    if (asking->number) /* what was typed and not confirmed counts */
        gtk_spin_button_update(asking->number);
    const guint64 value =
        asking->number ? (guint64) gtk_spin_button_get_value_as_int(asking->number) : 0;
    mig_client_control(asking->client, asking->job, asking->question->method, value,
                       MIG_CALL_INTERACTIVE, NULL, called_cb,
                       asking_new(asking->window, asking->client, asking->job, asking->question));
}

static void closed_cb(gpointer data, GClosure *closure)
{
    asking_free(data);
}

static GtkSpinButton *add_number(AdwMessageDialog *dialog, const Question *question, MigJob *job)
{
    GtkSpinButton *number =
        GTK_SPIN_BUTTON(gtk_spin_button_new_with_range(1, (double) question->maximum, 10));
    GtkWidget *label = gtk_label_new(_(question->unit));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    guint64 suggestion = question->suggestion;
    /* what it would take now, and a little more */
    if (strcmp(question->method, "SetMaximumDowntime") == 0)
        suggestion =
            MAX(suggestion, mig_object_get_number(MIG_OBJECT(job), "ExpectedDowntime") * 5 / 4);
    gtk_spin_button_set_value(number, (double) MIN(suggestion, question->maximum));
    gtk_spin_button_set_numeric(number, TRUE);
    g_object_set(gtk_editable_get_delegate(GTK_EDITABLE(number)), "activates-default", TRUE, NULL);
    gtk_accessible_update_relation(GTK_ACCESSIBLE(number), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                   label, NULL, -1);
    gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(number));
    gtk_box_append(GTK_BOX(box), label);
    adw_message_dialog_set_extra_child(dialog, box);
    adw_message_dialog_set_default_response(dialog, "yes");
    return number;
}

void mig_job_control_run(GtkWidget *parent, MigClient *client, MigJob *job, const char *method)
{
    const Question *question = find_question(method);
    GtkRoot *root = gtk_widget_get_root(parent);
    g_return_if_fail(question && root);
    g_autofree char *heading = mig_job_words_fill(job, _(question->heading));
    g_autofree char *body =
        question->body ? mig_job_words_fill(job, _(question->body)) : mig_job_words_cancel(job);
    AdwMessageDialog *dialog =
        mig_question_new(GTK_WINDOW(root), heading, body, _(question->no), _(question->yes),
                         question->destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
    Asking *asking = asking_new(GTK_WINDOW(root), client, job, question);
    if (question->unit)
        asking->number = add_number(dialog, question, job);
    g_signal_connect_data(dialog, "response", G_CALLBACK(response_cb), asking, closed_cb, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}
