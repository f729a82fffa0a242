/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application: owns the client, the app.* actions and the keys of all actions. */
#include "application.h"

#include <glib/gi18n.h>

#include "closing.h"
#include "config.h"
#include "notify.h"
#include "window.h"

struct _MigApplication {
    AdwApplication parent_instance;
    MigClient *client;
    gboolean held; /* it stays without a window, to tell how jobs end */
};

G_DEFINE_FINAL_TYPE(MigApplication, mig_application, ADW_TYPE_APPLICATION)

static const struct {
    const char *action;
    const char *keys[3];
} accelerators[] = {
    { "app.quit", { "<Control>q" } },
    { "window.close", { "<Control>w" } },
    { "win.search", { "<Control>f" } },
    { "win.refresh", { "F5", "<Control>r" } },
    { "win.show-guests", { "<Alt>1" } },
    { "win.show-jobs", { "<Alt>2" } },
    { "win.show-history", { "<Alt>3" } },
    { "win.show-hosts", { "<Alt>4" } },
    { "win.migrate", { "<Control>n" } },
    { "win.start", { "<Control>Return" } },
    { "win.copy-command", { "<Control><Shift>c" } },
    { "win.back", { "Escape", "<Alt>Left" } },
    { "win.menu", { "F10" } },
    { "win.show-help-overlay", { "<Control>question", "F1" } },
};

static void about_cb(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    adw_show_about_window(
        gtk_application_get_active_window(data), "application-name", _("Guest Migration"),
        "application-icon", APP_ID, "version", PROJECT_VERSION, "comments",
        _("Moves running virtual machines from one host to another"), "license-type",
        GTK_LICENSE_LGPL_2_1, "translator-credits", _("translator-credits"), NULL);
}

static void quit_window(GtkWindow *window)
{
    g_application_quit(G_APPLICATION(gtk_window_get_application(window)));
}

static void quit_cb(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    MigApplication *self = MIG_APPLICATION(data);
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self));
    if (window)
        mig_closing(window, self->client, quit_window);
    else
        g_application_quit(G_APPLICATION(self));
}

static void show_job_cb(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    GtkApplication *application = GTK_APPLICATION(data);
    g_application_activate(G_APPLICATION(application));
    GtkWindow *window = gtk_application_get_active_window(application);
    if (MIG_IS_WINDOW(window))
        mig_window_show_job(MIG_WINDOW(window), g_variant_get_string(parameter, NULL));
}

/* Without a window it goes on as long as there is something to tell. */
static void hold(MigApplication *self)
{
    const gboolean wanted = !gtk_application_get_windows(GTK_APPLICATION(self)) &&
                            mig_closing_count(self->client, NULL);
    if (wanted == self->held)
        return;
    self->held = wanted;
    if (wanted)
        g_application_hold(G_APPLICATION(self));
    else
        g_application_release(G_APPLICATION(self));
    if (!wanted)
        mig_notify_withdraw(G_APPLICATION(self), NULL);
}

/* Whoever looks at the window needs no notification. */
static gboolean is_looked_at(MigApplication *self)
{
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self));
    return window && gtk_window_is_active(window);
}

static void job_ended_cb(MigApplication *self, MigJob *job)
{
    if (!is_looked_at(self))
        mig_notify_ended(G_APPLICATION(self), job);
    hold(self);
}

static void job_stuck_cb(MigApplication *self, MigJob *job)
{
    if (!is_looked_at(self))
        mig_notify_stuck(G_APPLICATION(self), job);
}

static const GActionEntry actions[] = {
    { .name = "show-job", .activate = show_job_cb, .parameter_type = "s" },
    { .name = "about", .activate = about_cb },
    { .name = "quit", .activate = quit_cb },
};

static void mig_application_startup(GApplication *application)
{
    MigApplication *self = MIG_APPLICATION(application);
    G_APPLICATION_CLASS(mig_application_parent_class)->startup(application);
    self->client = mig_client_new();
    g_signal_connect_object(self->client, "job-ended", G_CALLBACK(job_ended_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->client, "job-stuck", G_CALLBACK(job_stuck_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(mig_client_get_jobs(self->client), "items-changed", G_CALLBACK(hold),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect(self, "window-added", G_CALLBACK(hold), NULL);
    g_signal_connect(self, "window-removed", G_CALLBACK(hold), NULL);
    gtk_window_set_default_icon_name(APP_ID);
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    for (gsize i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(self), accelerators[i].action,
                                              accelerators[i].keys);
}

static void mig_application_activate(GApplication *application)
{
    MigApplication *self = MIG_APPLICATION(application);
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self));
    if (!window)
        window = GTK_WINDOW(mig_window_new(GTK_APPLICATION(self), self->client));
    gtk_window_present(window);
}

static void mig_application_dispose(GObject *object)
{
    g_clear_object(&MIG_APPLICATION(object)->client);
    G_OBJECT_CLASS(mig_application_parent_class)->dispose(object);
}

static void mig_application_class_init(MigApplicationClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_application_dispose;
    G_APPLICATION_CLASS(klass)->startup = mig_application_startup;
    G_APPLICATION_CLASS(klass)->activate = mig_application_activate;
}

static void mig_application_init(MigApplication *self)
{
}

MigApplication *mig_application_new(void)
{
    return g_object_new(MIG_TYPE_APPLICATION, "application-id", APP_ID, "resource-base-path",
                        APP_PATH, NULL);
}
