/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window: owns the client's reference of its pages, the views and the stack of pushed pages. */
#include "window.h"

#include <glib/gi18n.h>

#include "beside.h"
#include "closing.h"
#include "config.h"
#include "failure-toast.h"
#include "guests-page.h"
#include "history-page.h"
#include "hosts-page.h"
#include "job-page.h"
#include "jobs-page.h"
#include "migrate-page.h"
#include "notify.h"
#include "settings.h"
#include "stack.h"
#include "technical.h"
#include "words.h"

struct _MigWindow {
    AdwApplicationWindow parent_instance;

    MigClient *client;
    gboolean was_ready; /* there is something to show while the service is away */
    guint tidy;         /* idle source that drops pages that were left */
    GtkWidget *focus;   /* of the views, while another page is shown; weak */
    char *awaited;      /* path of a job that is shown when it is known, or NULL */
    gint64 lost;        /* since when it is away, us since the epoch; 0: it is not */

    AdwToastOverlay *toasts;
    AdwLeaflet *leaflet;
    GtkWidget *views;
    GtkStack *service_stack;
    AdwStatusPage *no_service_page;
    MigTechnical *no_service_technical;
    MigTechnical *denied_technical;
    AdwStatusPage *denied_page;
    GtkRevealer *banner;
    GtkLabel *banner_label;
    AdwViewStack *stack;
    GtkToggleButton *search_button;
    GtkMenuButton *menu_button;
    MigGuestsPage *guests_page;
    MigJobsPage *jobs_page;
    AdwViewStackPage *jobs_stack_page;
    MigHistoryPage *history_page;
    MigHostsPage *hosts_page;
};

G_DEFINE_FINAL_TYPE(MigWindow, mig_window, ADW_TYPE_APPLICATION_WINDOW)

static const struct {
    const char *action, *view;
} views[] = {
    { "win.show-guests", "guests" },
    { "win.show-jobs", "jobs" },
    { "win.show-history", "history" },
    { "win.show-hosts", "hosts" },
};

/* navigation */

MigWindow *mig_window_of(GtkWidget *widget)
{
    GtkRoot *root = gtk_widget_get_root(widget);
    return root && MIG_IS_WINDOW(root) ? MIG_WINDOW(root) : NULL;
}

GtkWidget *mig_window_get_page(MigWindow *self)
{
    g_return_val_if_fail(MIG_IS_WINDOW(self), NULL);
    GtkWidget *page = adw_leaflet_get_visible_child(self->leaflet);
    return page == self->views ? adw_view_stack_get_visible_child(self->stack) : page;
}

void mig_window_push(MigWindow *self, GtkWidget *page, const char *name)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    AdwLeafletPage *leaf = adw_leaflet_append(self->leaflet, page);
    adw_leaflet_page_set_name(leaf, name);
    adw_leaflet_set_visible_child(self->leaflet, page);
}

void mig_window_pop(MigWindow *self)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    adw_leaflet_navigate(self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

/* However the user went back: what lies above the page that is shown now is not needed any more. */
static gboolean tidy_cb(gpointer data)
{
    MigWindow *self = data;
    self->tidy = 0;
    GtkWidget *visible = adw_leaflet_get_visible_child(self->leaflet);
    g_autoptr(GListModel) pages = G_LIST_MODEL(adw_leaflet_get_pages(self->leaflet));
    for (guint i = g_list_model_get_n_items(pages); i-- > 0;) {
        g_autoptr(AdwLeafletPage) page = g_list_model_get_item(pages, i);
        GtkWidget *child = adw_leaflet_page_get_child(page);
        if (child == visible || adw_leaflet_get_child_transition_running(self->leaflet))
            break;
        adw_leaflet_remove(self->leaflet, child);
    }
    return G_SOURCE_REMOVE;
}

/* A page that comes has the focus, so that a screen reader tells of it; the views have it again
 * where they had it. */
static void move_focus(MigWindow *self, GtkWidget *visible)
{
    GtkWidget *focus = gtk_root_get_focus(GTK_ROOT(self));
    if (focus && gtk_widget_is_ancestor(focus, self->views) && visible != self->views)
        g_set_weak_pointer(&self->focus, focus);
    if (focus && gtk_widget_is_ancestor(focus, visible))
        return;
    if (visible == self->views && self->focus && gtk_widget_get_mapped(self->focus) &&
        gtk_widget_grab_focus(self->focus))
        return;
    gtk_widget_child_focus(visible, GTK_DIR_TAB_FORWARD);
}

static void moved_cb(MigWindow *self)
{
    GtkWidget *visible = adw_leaflet_get_visible_child(self->leaflet);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "win.back", visible != self->views);
    if (gtk_widget_get_mapped(GTK_WIDGET(self)))
        move_focus(self, visible);
    if (!self->tidy)
        self->tidy = g_idle_add(tidy_cb, self);
}

void mig_window_show_view(MigWindow *self, const char *name)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    adw_leaflet_set_visible_child(self->leaflet, self->views);
    adw_view_stack_set_visible_child_name(self->stack, name);
}

void mig_window_migrate(MigWindow *self, const char *source, const char *guest, GVariant *options,
                        const char *destination)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    mig_window_push(self, mig_migrate_page_new(self->client, source, guest, options, destination),
                    "migrate");
}

void mig_window_repeat(MigWindow *self, MigJob *job)
{
    g_return_if_fail(MIG_IS_JOB(job));
    mig_window_migrate(self, mig_job_get_source(job), mig_job_get_guest(job),
                       mig_object_get_variant(MIG_OBJECT(job), "Options"),
                       mig_job_get_destination(job));
}

void mig_window_show_job(MigWindow *self, const char *path)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    MigJob *job = mig_client_find_job(self->client, path);
    g_autofree char *wanted = g_strdup(path);
    g_free(self->awaited);
    self->awaited = job ? NULL : g_steal_pointer(&wanted);
    if (!job)
        return;
    GtkApplication *application = gtk_window_get_application(GTK_WINDOW(self));
    if (application)
        mig_notify_withdraw(G_APPLICATION(application), job);
    g_autofree char *name = g_strdup_printf("job-%" G_GUINT64_FORMAT, mig_job_get_id(job));
    GtkWidget *page = adw_leaflet_get_child_by_name(self->leaflet, name);
    if (!page) { /* right over the views: what is there now is left */
        page = mig_job_page_new(self->client, job);
        AdwLeafletPage *leaf = adw_leaflet_insert_child_after(self->leaflet, page, self->views);
        adw_leaflet_page_set_name(leaf, name);
    }
    adw_leaflet_set_visible_child(self->leaflet, page);
}

void mig_window_toast(MigWindow *self, const char *text)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    adw_toast_overlay_add_toast(self->toasts, adw_toast_new(escaped));
}

void mig_window_copy(GtkWidget *widget, const char *text, const char *toast)
{
    MigWindow *window = mig_window_of(widget);
    gdk_clipboard_set_text(gtk_widget_get_clipboard(widget), text);
    if (window)
        mig_window_toast(window, toast);
}

void mig_window_toast_failure(MigWindow *self, const GError *error, const MigFailureNames *names)
{
    g_return_if_fail(MIG_IS_WINDOW(self));
    adw_toast_overlay_add_toast(self->toasts,
                                mig_failure_toast_new(GTK_WINDOW(self), error, names));
}

/* the service */

static void show_banner(MigWindow *self, gboolean show)
{
    if (show) {
        g_autofree char *time = mig_words_time(self->lost);
        g_autofree char *text = g_strdup_printf(
            /* Translators: %s is a time of day */
            _("The migration service is not available. This is what was known at %s."), time);
        gtk_label_set_label(self->banner_label, text);
    }
    gtk_revealer_set_reveal_child(self->banner, show);
    gtk_widget_set_visible(GTK_WIDGET(self->banner), show);
}

static void describe(AdwStatusPage *page, MigTechnical *technical, const char *text,
                     const GError *error)
{
    g_autofree char *why = error ? mig_failure_of(error, NULL) : NULL;
    g_autofree char *all = g_strjoin("\n\n", text, why, NULL);
    mig_technical_describe(page, technical, all, error);
    if (error)
        mig_technical_set(technical, why, error->message);
}

static void client_state_cb(MigWindow *self)
{
    const MigClientState state = mig_client_get_state(self->client);
    static const char *const pages[] = {
        [MIG_CLIENT_CONNECTING] = "connecting",
        [MIG_CLIENT_READY] = "ready",
        [MIG_CLIENT_NO_SERVICE] = "no-service",
        [MIG_CLIENT_DENIED] = "denied",
    };
    const GError *error = mig_client_get_error(self->client);
    self->was_ready |= state == MIG_CLIENT_READY;
    if (state == MIG_CLIENT_READY)
        self->lost = 0;
    else if (!self->lost)
        self->lost = g_get_real_time();
    describe(self->no_service_page, self->no_service_technical,
             _("It should start by itself. “systemctl status migrationd” says more."), error);
    /* what the bus says when it denies is the text of its rules: nobody is helped by that */
    describe(self->denied_page, self->denied_technical,
             _("The system bus does not let you talk to it. Ask the administrator for the "
               "permission."),
             NULL);
    mig_stack_show(self->service_stack, self->was_ready ? "ready" : pages[state]);
    show_banner(self,
                self->was_ready && (state == MIG_CLIENT_NO_SERVICE || state == MIG_CLIENT_DENIED));
}

static void count_jobs(MigWindow *self)
{
    GListModel *jobs = mig_client_get_jobs(self->client);
    guint unfinished = 0;
    for (guint i = 0; i < g_list_model_get_n_items(jobs); i++) {
        g_autoptr(MigJob) job = g_list_model_get_item(jobs, i);
        unfinished += !mig_job_is_over(job);
    }
    adw_view_stack_page_set_badge_number(self->jobs_stack_page, unfinished);
}

static void jobs_changed_cb(MigWindow *self)
{
    count_jobs(self);
    if (self->awaited && mig_client_find_job(self->client, self->awaited))
        mig_window_show_job(self, self->awaited);
}

static void set_client(MigWindow *self, MigClient *client)
{
    self->client = g_object_ref(client);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(client_state_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "job-ended", G_CALLBACK(count_jobs), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(mig_client_get_jobs(client), "items-changed",
                            G_CALLBACK(jobs_changed_cb), self, G_CONNECT_SWAPPED);
    mig_guests_page_set_client(self->guests_page, client);
    mig_jobs_page_set_client(self->jobs_page, client);
    mig_history_page_set_client(self->history_page, client);
    mig_hosts_page_set_client(self->hosts_page, client);
    client_state_cb(self);
    count_jobs(self);
}

/* actions */

static void show_view_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(views); i++)
        if (g_strcmp0(action, views[i].action) == 0)
            mig_window_show_view(MIG_WINDOW(widget), views[i].view);
    /* one key more opens what is first there */
    gtk_widget_child_focus(mig_window_get_page(MIG_WINDOW(widget)), GTK_DIR_TAB_FORWARD);
}

static void search_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigWindow *self = MIG_WINDOW(widget);
    if (mig_window_get_page(self) == GTK_WIDGET(self->history_page)) {
        mig_history_page_search(self->history_page);
        return;
    }
    mig_window_show_view(self, "guests");
    mig_guests_page_toggle_search(self->guests_page);
}

/* win.NAME is page.NAME of the page that is shown. FALSE: that has no such action. */
static gboolean hand_on(MigWindow *self, const char *action)
{
    g_autofree char *name = g_strconcat("page", strchr(action, '.'), NULL);
    return gtk_widget_activate_action_variant(mig_window_get_page(self), name, NULL);
}

static void page_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    hand_on(MIG_WINDOW(widget), action);
}

/* Refused, it goes to what is in the way. */
static void start_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    hand_on(MIG_WINDOW(widget), "win.show-reason");
    hand_on(MIG_WINDOW(widget), action);
}

static void migrate_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigWindow *self = MIG_WINDOW(widget);
    if (adw_leaflet_get_visible_child(self->leaflet) != self->views)
        return; /* a page over the views may have input of its own */
    const char *source = mig_guests_page_get_source(self->guests_page);
    if (source)
        mig_window_migrate(self, source, NULL, NULL, NULL);
}

static void refresh_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigWindow *self = MIG_WINDOW(widget);
    if (hand_on(self, action))
        return;
    if (mig_client_get_state(self->client) != MIG_CLIENT_READY)
        mig_client_retry(self->client);
    mig_guests_page_refresh(self->guests_page, MIG_CALL_NONE);
}

static void authenticate_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    mig_guests_page_refresh(MIG_WINDOW(widget)->guests_page, MIG_CALL_INTERACTIVE);
}

static void add_host_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigWindow *self = MIG_WINDOW(widget);
    mig_window_show_view(self, "hosts");
    mig_hosts_page_add(self->hosts_page);
}

static void back_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    mig_window_pop(MIG_WINDOW(widget));
}

static void menu_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    gtk_menu_button_popup(MIG_WINDOW(widget)->menu_button);
}

/* life */

static gboolean mig_window_close_request(GtkWindow *window)
{
    mig_closing(window, MIG_WINDOW(window)->client, gtk_window_destroy);
    return GDK_EVENT_STOP;
}

static void view_changed_cb(MigWindow *self)
{
    const char *view = adw_view_stack_get_visible_child_name(self->stack);
    gtk_widget_set_visible(GTK_WIDGET(self->search_button), g_strcmp0(view, "guests") == 0);
}

static void bind_settings(MigWindow *self)
{
    GSettings *settings = mig_settings_get();
    if (!settings)
        return;
    g_settings_bind(settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
    g_settings_bind(settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
    g_settings_bind(settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

static void mig_window_dispose(GObject *object)
{
    MigWindow *self = MIG_WINDOW(object);
    g_clear_handle_id(&self->tidy, g_source_remove);
    g_clear_weak_pointer(&self->focus);
    g_clear_pointer(&self->awaited, g_free);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(mig_window_parent_class)->dispose(object);
}

static void mig_window_class_init(MigWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_window_dispose;
    GTK_WINDOW_CLASS(klass)->close_request = mig_window_close_request;
    g_type_ensure(MIG_TYPE_BESIDE);
    g_type_ensure(MIG_TYPE_GUESTS_PAGE);
    g_type_ensure(MIG_TYPE_JOBS_PAGE);
    g_type_ensure(MIG_TYPE_HISTORY_PAGE);
    g_type_ensure(MIG_TYPE_HOSTS_PAGE);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/window.ui");
    gtk_widget_class_bind_template_child(widget_class, MigWindow, toasts);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, leaflet);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, views);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, service_stack);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, no_service_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, denied_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, banner);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, banner_label);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, stack);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, search_button);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, menu_button);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, guests_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, jobs_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, jobs_stack_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, history_page);
    gtk_widget_class_bind_template_child(widget_class, MigWindow, hosts_page);
    gtk_widget_class_bind_template_callback(widget_class, moved_cb);
    gtk_widget_class_bind_template_callback(widget_class, view_changed_cb);

    for (gsize i = 0; i < G_N_ELEMENTS(views); i++)
        gtk_widget_class_install_action(widget_class, views[i].action, NULL, show_view_action);
    gtk_widget_class_install_action(widget_class, "win.search", NULL, search_action);
    gtk_widget_class_install_action(widget_class, "win.refresh", NULL, refresh_action);
    gtk_widget_class_install_action(widget_class, "win.authenticate", NULL, authenticate_action);
    gtk_widget_class_install_action(widget_class, "win.add-host", NULL, add_host_action);
    gtk_widget_class_install_action(widget_class, "win.back", NULL, back_action);
    gtk_widget_class_install_action(widget_class, "win.migrate", NULL, migrate_action);
    gtk_widget_class_install_action(widget_class, "win.start", NULL, start_action);
    gtk_widget_class_install_action(widget_class, "win.copy-command", NULL, page_action);
    gtk_widget_class_install_action(widget_class, "win.menu", NULL, menu_action);
}

static void mig_window_init(MigWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->no_service_technical = mig_technical_add_to(self->no_service_page);
    self->denied_technical = mig_technical_add_to(self->denied_page);
    GtkSearchBar *bar = mig_guests_page_get_search_bar(self->guests_page);
    gtk_search_bar_set_key_capture_widget(bar, GTK_WIDGET(self->guests_page));
    g_object_bind_property(bar, "search-mode-enabled", self->search_button, "active",
                           G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
    bind_settings(self);
    moved_cb(self);
}

MigWindow *mig_window_new(GtkApplication *application, MigClient *client)
{
    MigWindow *self = g_object_new(MIG_TYPE_WINDOW, "application", application, NULL);
    set_client(self, client);
    return self;
}
