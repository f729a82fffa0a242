/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said when the window is closed while guests are being moved. */
#include "closing.h"

#include <glib/gi18n.h>
#include <string.h>

#include "job-words.h"
#include "notify.h"
#include "question.h"
#include "settings.h"

#define TOLD "told-moves-go-on"

/* also where there are no settings */
static gboolean told;

guint mig_closing_count(MigClient *client, MigJob **first)
{
    GListModel *jobs = mig_client_get_jobs(client);
    guint n = 0;
    if (first)
        *first = NULL;
    for (guint i = 0; i < g_list_model_get_n_items(jobs); i++) {
        g_autoptr(MigJob) job = g_list_model_get_item(jobs, i);
        if (mig_job_is_over(job))
            continue;
        if (first && !*first)
            *first = g_object_ref(job);
        n++;
    }
    return n;
}

static gboolean was_told(void)
{
    GSettings *settings = mig_settings_get();
    return told || (settings && g_settings_get_boolean(settings, TOLD));
}

static void set_told(void)
{
    GSettings *settings = mig_settings_get();
    told = TRUE;
    if (settings)
        g_settings_set_boolean(settings, TOLD, TRUE);
}

typedef struct {
    GtkWindow *window;
    MigClosing close;
} Agreed;

/* The dialog is gone by now; it still looks at its parent while it answers. */
static void agreed_cb(gpointer data)
{
    g_autofree Agreed *agreed = data;
    agreed->close(agreed->window);
    g_object_unref(agreed->window);
}

static void response_cb(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    GtkWindow *window = gtk_window_get_transient_for(GTK_WINDOW(dialog));
    set_told();
    if (!window || strcmp(response, "yes") != 0)
        return;
    Agreed *agreed = g_new(Agreed, 1);
    *agreed = (Agreed){ g_object_ref(window), (MigClosing) data };
    g_idle_add_once(agreed_cb, agreed);
}

static void ask(GtkWindow *window, MigJob *job, guint n, MigClosing close)
{
    g_autofree char *heading = mig_job_words_going_on(job, n);
    AdwMessageDialog *dialog = mig_question_new(
        window, heading,
        _("The migration service does the work: closing this window stops nothing. To stop a move, "
          "open it under Jobs."),
        _("_Keep Open"), _("_Close"), ADW_RESPONSE_DEFAULT);
    adw_message_dialog_set_default_response(dialog, "yes");
    g_signal_connect(dialog, "response", G_CALLBACK(response_cb), (gpointer) close);
    gtk_window_present(GTK_WINDOW(dialog));
}

void mig_closing(GtkWindow *window, MigClient *client, MigClosing close)
{
    g_autoptr(MigJob) job = NULL;
    const guint n = mig_closing_count(client, &job);
    GtkApplication *application = gtk_window_get_application(window);
    if (n && !was_told()) {
        ask(window, job, n, close);
        return;
    }
    if (n && application)
        mig_notify_goes_on(G_APPLICATION(application), job, n);
    close(window);
}
