/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page New migration. Owns the draft of the options, the dry run, and the call that starts it.
 * Each of its groups is a type of its own: what is chosen in one goes into the draft or is told by
 * where-group.h, that is asked about in the dry run, and what comes of it is shown by the others.
 */
#include "migrate-page.h"

#include <glib/gi18n.h>

#include "advanced-rows.h"
#include "after-group.h"
#include "check-group.h"
#include "client-calls.h"
#include "command-group.h"
#include "config.h"
#include "dry-run.h"
#include "failure.h"
#include "last-choices.h"
#include "mode-rows.h"
#include "network-group.h"
#include "start-question.h"
#include "start-refusal.h"
#include "where-group.h"
#include "window.h"

struct _MigMigratePage {
    GtkBox parent_instance;

    MigClient *client;
    MigDraft *draft;
    MigDryRun *dry_run;
    GCancellable *life; /* of the call that starts it */
    gboolean starting;
    char *reason;

    AdwWindowTitle *title;
    GtkButton *start_button;
    GtkWidget *reason_box;
    GtkLabel *reason_label;
    MigStartRefusal *refusal;
    MigWhereGroup *where_group;
    AdwPreferencesGroup *mode_group;
    MigNetworkGroup *network_group;
    MigAfterGroup *after_group;
    MigCheckGroup *check_group;
    AdwPreferencesGroup *advanced_group;
    MigCommandGroup *command_group;
};

G_DEFINE_FINAL_TYPE(MigMigratePage, mig_migrate_page, GTK_TYPE_BOX)

/* whether it can be started */

/* There is little room for it; what to do is said with the checks. */
static char *find_reason(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    const char *fault = mig_draft_get_fault(self->draft);
    if (mig_client_get_state(self->client) != MIG_CLIENT_READY)
        return g_strdup(_("The migration service is not available."));
    if (!names.guest)
        return g_strdup(_("Choose a guest."));
    if (!names.destination)
        return g_strdup(g_list_model_get_n_items(mig_client_get_hosts(self->client)) > 1
                            ? _("Choose a destination.")
                            : _("Add a host that guests can be moved to."));
    if (fault)
        return g_strdup(fault);
    if (mig_draft_get_number(self->draft, MIG_OPT_TRY))
        return NULL;
    const gboolean failed = mig_dry_run_get_state(self->dry_run) == MIG_DRY_RUN_FAILED;
    return failed ? mig_failure_why_of(mig_dry_run_get_error(self->dry_run), &names)
                  : g_strdup(mig_dry_run_get_blocker(self->dry_run));
}

static void show_reason(MigMigratePage *self)
{
    g_free(self->reason);
    self->reason = find_reason(self);
    gtk_label_set_label(self->reason_label, self->reason ?: "");
    gtk_widget_set_visible(self->reason_box, self->reason != NULL);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->start_button),
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->reason ?: "", -1);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->start_button), self->reason);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "page.start", !self->reason && !self->starting);
}

const char *mig_migrate_page_get_reason(MigMigratePage *self)
{
    g_return_val_if_fail(MIG_IS_MIGRATE_PAGE(self), NULL);
    return self->reason;
}

/* what follows from what is chosen */

static void show_consequence(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    MigGuest *guest = mig_where_group_find_guest(self->where_group);
    const gboolean configured = !guest || mig_object_get_boolean(MIG_OBJECT(guest), "persistent");
    mig_after_group_show(self->after_group, &names, configured);
}

static void dry_run_cb(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    mig_check_group_show(self->check_group, &names);
    show_consequence(self);
    mig_command_group_show(self->command_group, mig_dry_run_get_plan(self->dry_run));
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "page.copy-command",
                                  mig_command_group_get_command(self->command_group)[0] != '\0');
    show_reason(self);
    mig_where_group_show_hosts(self->where_group); /* they may have answered by now */
}

/* Whatever was chosen: the question is asked anew. */
static void draft_changed_cb(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    const gboolean ready = !mig_draft_get_fault(self->draft);
    gtk_widget_set_visible(GTK_WIDGET(self->refusal), FALSE);
    mig_dry_run_set(self->dry_run, ready ? names.guest : NULL, names.destination,
                    mig_draft_get_options(self->draft));
    dry_run_cb(self);
}

static void show_driver(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    MigHost *host = mig_client_find_host(self->client, names.source);
    mig_mode_rows_set_driver(self->mode_group,
                             host ? mig_object_get_string(MIG_OBJECT(host), "Driver") : "");
}

static void hosts_changed_cb(MigMigratePage *self)
{
    show_driver(self);
    show_reason(self);
}

static void show_title(MigMigratePage *self, const char *guest)
{
    g_autofree char *title =
        guest ? g_strdup_printf(_("Move %s"), guest) : g_strdup(_("New Migration"));
    adw_window_title_set_title(self->title, title);
}

static void chosen_cb(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    show_title(self, names.guest);
    mig_network_group_set_hosts(self->network_group, names.source, names.destination);
    if (g_strcmp0(names.source, mig_draft_get_text(self->draft, MIG_OPT_SOURCE)) != 0)
        mig_draft_set(self->draft, MIG_OPT_SOURCE, g_variant_new_string(names.source));
    show_driver(self);
    draft_changed_cb(self);
}

/* start */

static void set_starting(MigMigratePage *self, gboolean starting)
{
    self->starting = starting;
    gtk_button_set_label(self->start_button, starting ? _("Starting…") : _("Start"));
    /* the label has taken the place of the longer name */
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->start_button),
                                   GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   starting ? _("Starting…") : _("Start Migration"), -1);
    show_reason(self);
}

static void started_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigMigratePage) self = MIG_MIGRATE_PAGE(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    MigWindow *window = mig_window_of(GTK_WIDGET(self));
    if (!self->draft)
        return; /* the user has left it */
    set_starting(self, FALSE);
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    if (!reply) {
        mig_start_refusal_show(self->refusal, error, &names);
        return;
    }
    const char *path;
    g_variant_get(reply, "(&o)", &path);
    mig_last_choices_save(names.destination, self->draft);
    if (window)
        mig_window_show_job(window, path);
}

static void start(MigMigratePage *self)
{
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    gtk_widget_set_visible(GTK_WIDGET(self->refusal), FALSE);
    set_starting(self, TRUE);
    mig_client_migrate(self->client, names.guest, names.destination,
                       mig_draft_get_options(self->draft), MIG_CALL_INTERACTIVE, self->life,
                       started_cb, g_object_ref(self));
}

static void confirmed_cb(MigMigratePage *self)
{
    if (self->draft && !self->reason)
        start(self);
}

static void start_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    GtkRoot *root = gtk_widget_get_root(widget);
    if (root)
        gtk_root_set_focus(root, NULL); /* a number that is being typed counts now */
    if (self->reason || self->starting)
        return;
    const MigFailureNames names = mig_where_group_get_names(self->where_group);
    AdwMessageDialog *question = mig_start_question_new(GTK_WINDOW(root), self->draft, names.guest);
    if (!question) {
        start(self);
        return;
    }
    g_signal_connect_object(question, "response::yes", G_CALLBACK(confirmed_cb), self,
                            G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(question));
}

/* What is in the way, where it can be changed. */
static GtkWidget *find_obstacle(MigMigratePage *self)
{
    return mig_where_group_find_missing(self->where_group)
               ?: mig_check_group_find_blocker(self->check_group);
}

/* Somebody wants to start it by the keyboard, and it cannot be. */
static void show_reason_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    GtkWidget *obstacle = self->reason ? find_obstacle(self) : NULL;
    if (obstacle)
        gtk_widget_grab_focus(obstacle);
}

static void refresh_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    if (mig_client_get_state(self->client) != MIG_CLIENT_READY)
        mig_client_retry(self->client);
    mig_where_group_refresh(self->where_group);
    mig_network_group_refresh(self->network_group);
    mig_dry_run_again(self->dry_run, MIG_CALL_NONE);
}

static void authenticate_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    mig_dry_run_again(MIG_MIGRATE_PAGE(widget)->dry_run, MIG_CALL_INTERACTIVE);
}

static void copy_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    mig_window_copy(widget, mig_command_group_get_command(self->command_group),
                    _("Command copied"));
}

/* life */

static void mig_migrate_page_dispose(GObject *object)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(object);
    g_cancellable_cancel(self->life);
    g_clear_object(&self->life);
    g_clear_object(&self->dry_run);
    g_clear_object(&self->draft);
    g_clear_object(&self->client);
    g_clear_pointer(&self->reason, g_free);
    G_OBJECT_CLASS(mig_migrate_page_parent_class)->dispose(object);
}

static void mig_migrate_page_class_init(MigMigratePageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_migrate_page_dispose;
    g_type_ensure(MIG_TYPE_START_REFUSAL);
    g_type_ensure(MIG_TYPE_WHERE_GROUP);
    g_type_ensure(MIG_TYPE_NETWORK_GROUP);
    g_type_ensure(MIG_TYPE_AFTER_GROUP);
    g_type_ensure(MIG_TYPE_CHECK_GROUP);
    g_type_ensure(MIG_TYPE_COMMAND_GROUP);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/migrate-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, title);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, start_button);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, reason_box);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, reason_label);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, refusal);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, where_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, mode_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, network_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, after_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, check_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, advanced_group);
    gtk_widget_class_bind_template_child(widget_class, MigMigratePage, command_group);
    gtk_widget_class_install_action(widget_class, "page.start", NULL, start_action);
    gtk_widget_class_install_action(widget_class, "page.refresh", NULL, refresh_action);
    gtk_widget_class_install_action(widget_class, "page.authenticate", NULL, authenticate_action);
    gtk_widget_class_install_action(widget_class, "page.copy-command", NULL, copy_action);
    gtk_widget_class_install_action(widget_class, "page.show-reason", NULL, show_reason_action);
}

static void mig_migrate_page_init(MigMigratePage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->life = g_cancellable_new();
    self->draft = mig_draft_new();
    mig_mode_rows_add(self->mode_group, self->draft);
    mig_advanced_rows_add(self->advanced_group, self->draft);
}

static void load_options(MigMigratePage *self, const char *source, GVariant *options)
{
    g_autoptr(GVariant) last = options ? NULL : mig_last_choices_get_options();
    mig_draft_load(self->draft, options ?: last);
    mig_draft_set(self->draft, MIG_OPT_SOURCE, g_variant_new_string(source));
}

/* What was wished, or where the last one went if it is still there; NULL: neither can be. */
static char *find_destination(MigClient *client, const char *source, const char *wished)
{
    g_autofree char *last = wished ? NULL : mig_last_choices_get_destination();
    const char *there = wished ?: last;
    const gboolean known = wished || mig_client_find_host(client, last);
    return known && !g_str_equal(there, source) ? g_strdup(there) : NULL;
}

/* Nothing of this is a choice of the user. */
static void open_groups(MigMigratePage *self, const char *source, const char *guest,
                        const char *destination)
{
    mig_where_group_open(self->where_group, self->client, source, guest, destination);
    mig_network_group_open(self->network_group, self->client, self->draft, self->dry_run, source,
                           destination);
    mig_after_group_open(self->after_group, self->draft, self->dry_run);
    mig_check_group_open(self->check_group, self->dry_run);
}

static void watch(MigMigratePage *self)
{
    const struct {
        gpointer object;
        const char *signal;
        GCallback callback;
    } signals[] = {
        { self->where_group, "chosen", G_CALLBACK(chosen_cb) },
        { self->where_group, "updated", G_CALLBACK(show_consequence) },
        { self->draft, "changed", G_CALLBACK(draft_changed_cb) },
        { self->dry_run, "changed", G_CALLBACK(dry_run_cb) },
        { mig_client_get_hosts(self->client), "items-changed", G_CALLBACK(hosts_changed_cb) },
        { self->client, "notify::state", G_CALLBACK(show_reason) },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_signal_connect_object(signals[i].object, signals[i].signal, signals[i].callback, self,
                                G_CONNECT_SWAPPED);
}

GtkWidget *mig_migrate_page_new(MigClient *client, const char *source_host, const char *guest,
                                GVariant *options_or_null, const char *destination_or_null)
{
    g_autoptr(GVariant) options = options_or_null ? g_variant_ref_sink(options_or_null) : NULL;
    g_autofree char *destination = find_destination(client, source_host, destination_or_null);
    MigMigratePage *self = g_object_new(MIG_TYPE_MIGRATE_PAGE, NULL);
    self->client = g_object_ref(client);
    self->dry_run = mig_dry_run_new(client);
    load_options(self, source_host, options);
    open_groups(self, source_host, guest, destination);
    watch(self);
    chosen_cb(self);
    return GTK_WIDGET(self);
}
