/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page New migration. Owns the draft of the options, the list of the source's guests, the dry
 * run, and the questions that are under way; every change goes into the draft, and what the page
 * shows comes out of the draft and the dry run.
 */
#include "migrate-page.h"

#include <glib/gi18n.h>

#include "advanced-rows.h"
#include "chooser-row.h"
#include "client-calls.h"
#include "config.h"
#include "consequence.h"
#include "draft.h"
#include "dry-run.h"
#include "failure.h"
#include "finding-row.h"
#include "guest-list.h"
#include "host-page.h"
#include "interface.h"
#include "last-choices.h"
#include "mode-rows.h"
#include "option-row.h"
#include "service-words.h"
#include "sight.h"
#include "technical.h"
#include "window.h"
#include "words.h"

#define OTHER_ADDRESS "other"

struct _MigMigratePage {
    GtkBox parent_instance;

    MigClient *client;
    MigDraft *draft;
    MigDryRun *dry_run;
    MigGuestList *guests;
    GCancellable *listing; /* of interfaces; NULL: none is under way */
    GCancellable *life;    /* of the call that starts it */
    GVariant *interfaces;  /* aa{sv}, NULL: not known */
    GError *unlisted;      /* why they are not known, or NULL */
    gboolean starting;
    char *reason;

    AdwWindowTitle *title;
    GtkButton *start_button;
    GtkWidget *reason_box;
    GtkLabel *reason_label;
    GtkWidget *error_box;
    GtkLabel *error_label;
    MigTechnical *technical;
    GtkWidget *authenticate_button;
    MigChooserRow *guest_row;
    MigChooserRow *source_row;
    MigChooserRow *destination_row;
    AdwPreferencesGroup *mode_group;
    AdwPreferencesGroup *network_group;
    MigChooserRow *network_row;
    GtkWidget *address_row; /* to type one */
    AdwActionRow *path_row;
    GtkImage *path_icon;
    AdwPreferencesGroup *after_group;
    AdwActionRow *consequence_row;
    GtkImage *consequence_icon;
    AdwPreferencesGroup *check_group;
    MigTechnical *check_technical;
    GtkSpinner *check_spinner;
    GtkListBox *findings_list;
    GtkWidget *check_authenticate_button;
    AdwPreferencesGroup *advanced_group;
    AdwPreferencesGroup *command_group;
    GtkWidget *copy_button;
    GtkLabel *command_label;
};

G_DEFINE_FINAL_TYPE(MigMigratePage, mig_migrate_page, GTK_TYPE_BOX)

/* Options that are not among the advanced ones. */
static const MigField address_field = { MIG_OPT_INTERFACE_ADDRESS, 0, N_("IP address"),
                                        N_("Of the destination") };
static const MigField port_field = { MIG_OPT_PORT, 0, N_("Port"),
                                     N_("Otherwise libvirt chooses one") };
static const MigField after_fields[] = {
    { MIG_OPT_PERSIST, 0, N_("Keep on the destination"),
      N_("Save the guest’s configuration there") },
    { MIG_OPT_UNDEFINE_SOURCE, 0, N_("Remove from the source"),
      N_("Its configuration there is deleted when it has arrived") },
};

/* what is chosen */

static const char *get_guest(MigMigratePage *self)
{
    return mig_chooser_row_get_chosen(self->guest_row);
}

static const char *get_source(MigMigratePage *self)
{
    return mig_chooser_row_get_chosen(self->source_row);
}

static const char *get_destination(MigMigratePage *self)
{
    return mig_chooser_row_get_chosen(self->destination_row);
}

/* By name or UUID; borrowed, NULL: not known. */
static MigGuest *find_guest(MigMigratePage *self)
{
    GListModel *guests = mig_guest_list_get_model(self->guests);
    for (guint i = 0; get_guest(self) && i < g_list_model_get_n_items(guests); i++) {
        g_autoptr(MigGuest) guest = g_list_model_get_item(guests, i);
        if (g_strcmp0(mig_guest_get_name(guest), get_guest(self)) == 0)
            return guest;
    }
    return NULL;
}

static char *host_words(const char *name)
{
    return name ? mig_words_host_inside(name) : g_strdup(_("the destination"));
}

static MigFailureNames get_names(MigMigratePage *self)
{
    return (MigFailureNames){ .guest = get_guest(self),
                              .source = get_source(self),
                              .destination = get_destination(self) };
}

/* What is wrong, of the migration that is chosen. */
static char *describe_failure(MigMigratePage *self, const GError *error)
{
    const MigFailureNames names = get_names(self);
    return mig_failure_of(error, &names);
}

/* There is little room for it; what to do is said with the checks. */
static char *why_it_failed(MigMigratePage *self, const GError *error)
{
    const MigFailureNames names = get_names(self);
    g_autofree char *name = mig_client_error_name(error);
    return mig_failure_why(name, &names, error->message);
}

/* whether it can be started */

static void show_host_detail(MigMigratePage *self, MigChooserRow *row);

static char *find_reason(MigMigratePage *self)
{
    const char *fault = mig_draft_get_fault(self->draft);
    const char *blocker = mig_dry_run_get_blocker(self->dry_run);
    const GError *error = mig_dry_run_get_error(self->dry_run);
    if (mig_client_get_state(self->client) != MIG_CLIENT_READY)
        return g_strdup(_("The migration service is not available."));
    if (!get_guest(self))
        return g_strdup(_("Choose a guest."));
    if (!get_destination(self))
        return g_strdup(g_list_model_get_n_items(mig_client_get_hosts(self->client)) > 1
                            ? _("Choose a destination.")
                            : _("Add a host that guests can be moved to."));
    if (fault)
        return g_strdup(fault);
    if (mig_draft_get_number(self->draft, MIG_OPT_TRY))
        return NULL;
    if (mig_dry_run_get_state(self->dry_run) == MIG_DRY_RUN_FAILED)
        return why_it_failed(self, error);
    return g_strdup(blocker);
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

/* what the plan says */

static MigOutcome get_outcome(MigMigratePage *self, gboolean configured)
{
    GVariant *plan = mig_dry_run_get_plan(self->dry_run);
    if (plan && mig_dry_run_get_state(self->dry_run) == MIG_DRY_RUN_DONE)
        return mig_outcome_from_plan(plan);
    return mig_outcome_unseen(configured, mig_draft_get_number(self->draft, MIG_OPT_PERSIST) != 0,
                              mig_draft_get_number(self->draft, MIG_OPT_UNDEFINE_SOURCE) != 0);
}

static void show_consequence(MigMigratePage *self)
{
    MigGuest *guest = find_guest(self);
    g_autofree char *source = host_words(get_source(self));
    g_autofree char *destination = host_words(get_destination(self));
    const MigConsequenceNames names = {
        .guest = get_guest(self) ?: _("The guest"),
        .source = source,
        .destination = destination,
        .configured = !guest || mig_object_get_boolean(MIG_OBJECT(guest), "persistent"),
    };
    gboolean warning = FALSE;
    g_autofree char *text = mig_consequence(&names, get_outcome(self, names.configured), &warning);
    gtk_image_set_from_icon_name(self->consequence_icon, warning ? "dialog-warning-symbolic"
                                                                 : "dialog-information-symbolic");
    if (warning)
        gtk_widget_add_css_class(GTK_WIDGET(self->consequence_icon), "warning");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self->consequence_icon), "warning");
    adw_action_row_set_subtitle(self->consequence_row, text);
}

static const struct {
    gboolean tunnelled, encrypted;
    const char *sentence;
} paths[] = {
    { FALSE, FALSE,
      N_("Memory goes straight from {source} to {destination} and is not encrypted.") },
    { FALSE, TRUE, N_("Memory goes straight from {source} to {destination} and is encrypted.") },
    { TRUE, FALSE,
      N_("Memory goes through libvirt from {source} to {destination} and is not encrypted.") },
    { TRUE, TRUE,
      N_("Memory goes through libvirt from {source} to {destination} and is encrypted.") },
};

static void show_path(MigMigratePage *self)
{
    GVariant *plan = mig_dry_run_get_plan(self->dry_run);
    gboolean encrypted = FALSE;
    const gboolean tunnelled =
        mig_draft_get_number(self->draft, MIG_OPT_TRANSPORT) == MIG_TRANSPORT_TUNNELLED;
    const gboolean known =
        plan && get_destination(self) && g_variant_lookup(plan, "encrypted", "b", &encrypted);
    gtk_widget_set_visible(GTK_WIDGET(self->path_row), known);
    if (!known)
        return;
    g_autofree char *source = host_words(get_source(self));
    g_autofree char *destination = host_words(get_destination(self));
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (paths[i].tunnelled != tunnelled || paths[i].encrypted != encrypted)
            continue;
        g_autofree char *text = mig_words_fill(_(paths[i].sentence), "source", source,
                                               "destination", destination, NULL);
        adw_action_row_set_subtitle(self->path_row, text);
    }
    gtk_image_set_from_icon_name(self->path_icon, encrypted ? "channel-secure-symbolic"
                                                            : "channel-insecure-symbolic");
}

static void show_command(MigMigratePage *self)
{
    GVariant *plan = mig_dry_run_get_plan(self->dry_run);
    const char *command = "", *refusal = "", *id = "";
    if (plan) {
        g_variant_lookup(plan, "virsh", "&s", &command);
        g_variant_lookup(plan, "virsh-refusal", "&s", &refusal);
        g_variant_lookup(plan, "virsh-refusal-id", "&s", &id);
    }
    gtk_widget_set_visible(GTK_WIDGET(self->command_group), plan != NULL);
    gtk_widget_set_visible(self->copy_button, command[0] != '\0');
    gtk_label_set_label(self->command_label, command);
    gtk_widget_set_visible(GTK_WIDGET(self->command_label), command[0] != '\0');
    g_autofree char *markup =
        g_markup_escape_text(command[0] ? "" : mig_service_words_refusal(id, refusal), -1);
    adw_preferences_group_set_description(self->command_group, markup);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "page.copy-command", command[0] != '\0');
}

/* checks */

static char *count_findings(MigMigratePage *self)
{
    const guint blockers = mig_dry_run_count(self->dry_run, "blocker");
    const guint all = g_list_model_get_n_items(mig_dry_run_get_findings(self->dry_run));
    if (!all)
        return g_strdup(_("Nothing is in the way."));
    if (!blockers)
        return g_strdup_printf(ngettext("Nothing is in the way; %u remark.",
                                        "Nothing is in the way; %u remarks.", all),
                               all);
    return g_strdup_printf(ngettext("%u blocker has to be removed first.",
                                    "%u blockers have to be removed first.", blockers),
                           blockers);
}

static char *describe_check(MigMigratePage *self)
{
    const GError *error = mig_dry_run_get_error(self->dry_run);
    switch (mig_dry_run_get_state(self->dry_run)) {
    case MIG_DRY_RUN_NOTHING:
        return g_strdup(_("Both hosts are looked at as soon as guest and destination are chosen."));
    case MIG_DRY_RUN_BUSY:
        return g_strdup(_("Looking at both hosts…"));
    case MIG_DRY_RUN_DENIED:
    case MIG_DRY_RUN_FAILED:
        return describe_failure(self, error);
    default:
        return count_findings(self);
    }
}

static void show_check(MigMigratePage *self)
{
    const MigDryRunState state = mig_dry_run_get_state(self->dry_run);
    g_autofree char *text = describe_check(self);
    g_autofree char *markup = g_markup_escape_text(text, -1);
    const GError *error = mig_dry_run_get_error(self->dry_run);
    adw_preferences_group_set_description(self->check_group, markup);
    mig_technical_set(self->check_technical, text, error ? error->message : NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->findings_list),
                           g_list_model_get_n_items(mig_dry_run_get_findings(self->dry_run)) > 0);
    gtk_widget_set_visible(self->check_authenticate_button, state == MIG_DRY_RUN_DENIED);
    gtk_spinner_set_spinning(self->check_spinner, state == MIG_DRY_RUN_BUSY);
    gtk_widget_set_visible(GTK_WIDGET(self->check_spinner), state == MIG_DRY_RUN_BUSY);
}

static void dry_run_cb(MigMigratePage *self)
{
    show_check(self);
    show_consequence(self);
    show_path(self);
    show_command(self);
    show_reason(self);
    show_host_detail(self, self->source_row); /* they may have answered by now */
    show_host_detail(self, self->destination_row);
}

/* Whatever was chosen: the question is asked anew. */
static void ask(MigMigratePage *self)
{
    const gboolean ready = !mig_draft_get_fault(self->draft);
    mig_dry_run_set(self->dry_run, ready ? get_guest(self) : NULL, get_destination(self),
                    mig_draft_get_options(self->draft));
}

static char *describe_network(MigMigratePage *self, const char *obstacle)
{
    if (obstacle)
        return g_strdup_printf(_("Not possible: %s"), obstacle);
    return self->unlisted ? why_it_failed(self, self->unlisted)
                          : g_strdup(_("The address that memory is sent to"));
}

static void show_network_obstacle(MigMigratePage *self)
{
    const char *obstacle = mig_draft_get_obstacle(self->draft, MIG_OPT_INTERFACE_ADDRESS);
    g_autofree char *text = describe_network(self, obstacle);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self->network_row), text);
    gtk_widget_set_sensitive(GTK_WIDGET(self->network_row), !obstacle);
}

static void draft_changed_cb(MigMigratePage *self)
{
    gtk_widget_set_visible(self->error_box, FALSE);
    show_network_obstacle(self);
    ask(self);
    dry_run_cb(self);
}

/* guests */

static char *guest_detail(MigGuest *guest)
{
    const guint64 maximum = mig_object_get_number(MIG_OBJECT(guest), "maximum-memory");
    g_autofree char *memory = mig_words_size(mig_guest_get_memory(guest) ?: maximum);
    return g_strdup_printf(_("%s · %s"), mig_words_guest_state(mig_guest_get_state(guest)), memory);
}

static int compare_guests(gconstpointer a, gconstpointer b)
{
    return g_utf8_collate(mig_guest_get_name(*(MigGuest **) a),
                          mig_guest_get_name(*(MigGuest **) b));
}

/* A page that was opened with a UUID goes by the name from now on. */
static void name_chosen(MigMigratePage *self, MigGuest *guest)
{
    if (g_strcmp0(mig_guest_get_uuid(guest), get_guest(self)) == 0)
        mig_chooser_row_choose(self->guest_row, mig_guest_get_name(guest));
}

static void show_guest_detail(MigMigratePage *self)
{
    MigGuest *guest = find_guest(self);
    g_autofree char *detail = guest ? guest_detail(guest) : g_strdup("");
    const GError *error = mig_guest_list_get_error(self->guests);
    g_autofree char *why = !guest && error ? describe_failure(self, error) : NULL;
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self->guest_row), why ?: detail);
}

static void guests_updated_cb(MigMigratePage *self)
{
    GListModel *model = mig_guest_list_get_model(self->guests);
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    g_autoptr(GPtrArray) guests = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < g_list_model_get_n_items(model); i++)
        g_ptr_array_add(guests, g_list_model_get_item(model, i));
    g_ptr_array_sort(guests, compare_guests);
    for (guint i = 0; i < guests->len; i++) {
        g_autofree char *detail = guest_detail(guests->pdata[i]);
        const char *name = mig_guest_get_name(guests->pdata[i]);
        mig_chooser_row_add(list, name, name, detail);
        name_chosen(self, guests->pdata[i]);
    }
    mig_chooser_row_show(self->guest_row, list);
    show_guest_detail(self);
    show_consequence(self);
}

static void guest_chosen_cb(MigMigratePage *self)
{
    g_autofree char *title = get_guest(self) ? g_strdup_printf(_("Move %s"), get_guest(self))
                                             : g_strdup(_("New Migration"));
    adw_window_title_set_title(self->title, title);
    if (!self->dry_run)
        return;
    show_guest_detail(self);
    draft_changed_cb(self);
}

/* networks */

static void show_interfaces(MigMigratePage *self)
{
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    g_autofree char *source = host_words(get_source(self));
    mig_chooser_row_add(list, NULL, _("Automatic"), _("By the destination’s host name"));
    for (gsize i = 0; self->interfaces && i < g_variant_n_children(self->interfaces); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(self->interfaces, i);
        g_autofree char *title = mig_interface_dup_title(row);
        g_autofree char *detail = mig_interface_dup_detail(row, source);
        const char *address = "";
        g_variant_lookup(row, "address", "&s", &address);
        mig_chooser_row_add(list, address, title, detail);
    }
    mig_chooser_row_add(list, OTHER_ADDRESS, _("Another address…"), NULL);
    mig_chooser_row_show(self->network_row, list);
}

static void interfaces_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigMigratePage) self = MIG_MIGRATE_PAGE(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_task_get_cancellable(G_TASK(result)) != self->listing)
        return; /* of a destination that is not chosen any more, or the page is gone */
    g_clear_object(&self->listing);
    g_clear_pointer(&self->interfaces, g_variant_unref);
    g_clear_error(&self->unlisted);
    if (reply)
        self->interfaces = g_variant_get_child_value(reply, 0);
    else
        self->unlisted = g_steal_pointer(&error);
    show_interfaces(self);
    show_network_obstacle(self);
}

static void list_interfaces(MigMigratePage *self, MigCallFlags flags)
{
    MigHost *host =
        get_destination(self) ? mig_client_find_host(self->client, get_destination(self)) : NULL;
    g_cancellable_cancel(self->listing);
    g_clear_object(&self->listing);
    if (!host)
        return;
    self->listing = g_cancellable_new();
    mig_client_list_interfaces(self->client, host, get_source(self) ?: "", flags, self->listing,
                               interfaces_cb, g_object_ref(self));
}

/* Whoever may check now, or is answered now, may see the addresses too. */
static void checked_cb(MigMigratePage *self)
{
    dry_run_cb(self);
    if (self->unlisted && !self->listing &&
        mig_dry_run_get_state(self->dry_run) == MIG_DRY_RUN_DONE)
        list_interfaces(self, MIG_CALL_NONE);
}

static void network_chosen_cb(MigMigratePage *self)
{
    const char *chosen = mig_chooser_row_get_chosen(self->network_row);
    const gboolean other = g_strcmp0(chosen, OTHER_ADDRESS) == 0;
    if (!self->draft)
        return;
    gtk_widget_set_visible(self->address_row, other);
    if (!other)
        mig_draft_set(self->draft, MIG_OPT_INTERFACE_ADDRESS,
                      chosen ? g_variant_new_string(chosen) : NULL);
}

/* hosts */

static const char *driver_of(MigMigratePage *self, const char *name)
{
    MigHost *host = name ? mig_client_find_host(self->client, name) : NULL;
    return host ? mig_object_get_string(MIG_OBJECT(host), "Driver") : "";
}

static char *host_detail(MigHost *host)
{
    const char *file_error = mig_object_get_string(MIG_OBJECT(host), "FileError");
    const guint64 contact = mig_object_get_number(MIG_OBJECT(host), "LastContact");
    GVariant *last = mig_object_get_variant(MIG_OBJECT(host), "LastError");
    const MigFailureNames names = { .host = mig_host_get_name(host) };
    const char *name = "", *sentence = "";
    if (last)
        g_variant_get(last, "(&s&s)", &name, &sentence);
    if (file_error[0])
        return mig_failure_text(mig_error_name(MIG_ERROR_INVALID_HOST_FILE), &names, file_error);
    if (sentence[0])
        return mig_failure_text(name, &names, sentence);
    if (!contact)
        return g_strdup("");
    g_autofree char *time = mig_words_time((gint64) contact);
    /* Translators: of a host; %s is a time of day */
    return g_strdup_printf(_("Answered at %s"), time);
}

static void show_host_detail(MigMigratePage *self, MigChooserRow *row)
{
    const char *name = mig_chooser_row_get_chosen(row);
    MigHost *host = name ? mig_client_find_host(self->client, name) : NULL;
    g_autofree char *detail = host ? host_detail(host) : g_strdup("");
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), detail);
}

static void fill_hosts(MigMigratePage *self, MigChooserRow *row, const char *without)
{
    GListModel *hosts = mig_client_get_hosts(self->client);
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    for (guint i = 0; i < g_list_model_get_n_items(hosts); i++) {
        g_autoptr(MigHost) host = g_list_model_get_item(hosts, i);
        g_autofree char *title = mig_host_dup_title(host);
        if (g_strcmp0(mig_host_get_name(host), without))
            mig_chooser_row_add(list, mig_host_get_name(host), title,
                                mig_object_get_string(MIG_OBJECT(host), "Address"));
    }
    mig_chooser_row_show(row, list);
    show_host_detail(self, row);
}

static void hosts_changed_cb(MigMigratePage *self)
{
    fill_hosts(self, self->source_row, NULL);
    fill_hosts(self, self->destination_row, get_source(self));
    mig_mode_rows_set_driver(self->mode_group, driver_of(self, get_source(self)));
    show_reason(self);
    if (!self->listing && !self->interfaces) /* of one that is new */
        list_interfaces(self, MIG_CALL_NONE);
}

static void source_chosen_cb(MigMigratePage *self)
{
    if (!self->dry_run)
        return;
    if (g_strcmp0(get_source(self), get_destination(self)) == 0)
        mig_chooser_row_choose(self->destination_row, NULL);
    mig_chooser_row_choose(self->guest_row, NULL); /* it is another host's */
    mig_guest_list_set_host(self->guests, get_source(self));
    mig_draft_set(self->draft, MIG_OPT_SOURCE, g_variant_new_string(get_source(self)));
    hosts_changed_cb(self);
    list_interfaces(self, MIG_CALL_NONE);
}

static void destination_chosen_cb(MigMigratePage *self)
{
    if (!self->dry_run)
        return;
    mig_chooser_row_choose(self->network_row, NULL); /* the address was another host's */
    g_clear_pointer(&self->interfaces, g_variant_unref);
    g_clear_error(&self->unlisted);
    show_interfaces(self);
    show_host_detail(self, self->destination_row);
    list_interfaces(self, MIG_CALL_NONE);
    draft_changed_cb(self);
}

/* One that is not known yet becomes the destination; all input stays meanwhile. */
static void host_saved_cb(MigMigratePage *self, const char *name)
{
    mig_chooser_row_choose(self->destination_row, name);
}

static void add_host_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    MigWindow *window = mig_window_of(widget);
    GtkWidget *page = mig_host_page_new(self->client, NULL);
    g_signal_connect_object(page, "saved", G_CALLBACK(host_saved_cb), self, G_CONNECT_SWAPPED);
    mig_window_push(window, page, "host");
}

/* start */

static void show_error(MigMigratePage *self, const GError *error)
{
    const gboolean denied = g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED);
    g_autofree char *text = describe_failure(self, error);
    gtk_label_set_label(self->error_label, text);
    mig_technical_set(self->technical, text, error->message);
    gtk_widget_set_visible(self->authenticate_button, denied);
    gtk_widget_set_visible(self->error_box, TRUE);
}

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
    if (!reply) {
        show_error(self, error);
        return;
    }
    const char *path;
    g_variant_get(reply, "(&o)", &path);
    mig_last_choices_save(get_destination(self), self->draft);
    if (window)
        mig_window_show_job(window, path);
}

static void start(MigMigratePage *self)
{
    gtk_widget_set_visible(self->error_box, FALSE);
    set_starting(self, TRUE);
    mig_client_migrate(self->client, get_guest(self), get_destination(self),
                       mig_draft_get_options(self->draft), MIG_CALL_INTERACTIVE, self->life,
                       started_cb, g_object_ref(self));
}

static void confirmed_cb(MigMigratePage *self, const char *response)
{
    if (g_str_equal(response, "move") && self->draft && !self->reason)
        start(self);
}

/* What may cost data, or is expected to fail, is asked about by name. */
static void confirm(MigMigratePage *self, const char *heading, const char *body)
{
    GtkWidget *dialog =
        adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))), NULL, body);
    g_autofree char *text = mig_words_fill(heading, "guest", get_guest(self), NULL);
    adw_message_dialog_set_heading(ADW_MESSAGE_DIALOG(dialog), text);
    adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "keep", _("Don’t Move"), "move",
                                     _("Move Anyway"), NULL);
    adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "move",
                                               ADW_RESPONSE_DESTRUCTIVE);
    adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "keep");
    adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(dialog), "keep");
    g_signal_connect_object(dialog, "response", G_CALLBACK(confirmed_cb), self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void start_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    GtkRoot *root = gtk_widget_get_root(widget);
    if (root)
        gtk_root_set_focus(root, NULL); /* a number that is being typed counts now */
    if (self->reason || self->starting)
        return;
    if (mig_draft_get_number(self->draft, MIG_OPT_UNSAFE))
        confirm(self, _("Move {guest} although its disks may be damaged?"),
                _("Libvirt’s check of its disks is skipped: disks that are not shared, or cached, "
                  "may be damaged."));
    else if (mig_draft_get_number(self->draft, MIG_OPT_TRY))
        confirm(self, _("Move {guest} in spite of what is in the way?"),
                _("It will most likely fail. The guest then stays where it is."));
    else
        start(self);
}

/* What is in the way, where it can be changed. */
static GtkWidget *find_obstacle(MigMigratePage *self)
{
    GListModel *findings = mig_dry_run_get_findings(self->dry_run);
    if (!get_guest(self))
        return GTK_WIDGET(self->guest_row);
    if (!get_destination(self))
        return GTK_WIDGET(self->destination_row);
    for (guint i = 0; i < g_list_model_get_n_items(findings); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(findings, i);
        if (g_str_equal(mig_object_get_string(finding, "severity"), "blocker"))
            return GTK_WIDGET(gtk_list_box_get_row_at_index(self->findings_list, (int) i));
    }
    return NULL;
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
    mig_guest_list_refresh(self->guests, MIG_CALL_NONE);
    list_interfaces(self, MIG_CALL_NONE);
    mig_dry_run_again(self->dry_run, MIG_CALL_NONE);
}

static void authenticate_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    mig_dry_run_again(MIG_MIGRATE_PAGE(widget)->dry_run, MIG_CALL_INTERACTIVE);
}

static void copy_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(widget);
    MigWindow *window = mig_window_of(widget);
    gdk_clipboard_set_text(gtk_widget_get_clipboard(widget),
                           gtk_label_get_label(self->command_label));
    if (window)
        mig_window_toast(window, _("Command copied"));
}

/* rows made here */

/* A row of text with an icon before it. */
static AdwActionRow *make_note(AdwPreferencesGroup *group, const char *title, GtkImage **icon)
{
    GtkWidget *row = adw_action_row_new();
    *icon = GTK_IMAGE(
        g_object_new(GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    adw_action_row_add_prefix(ADW_ACTION_ROW(row), GTK_WIDGET(*icon));
    adw_preferences_group_add(group, row);
    return ADW_ACTION_ROW(row);
}

static void add_rows(MigMigratePage *self)
{
    mig_mode_rows_add(self->mode_group, self->draft);
    self->address_row = mig_option_row_new(&address_field, self->draft);
    gtk_widget_set_visible(self->address_row, FALSE);
    adw_preferences_group_add(self->network_group, self->address_row);
    adw_preferences_group_add(self->network_group, mig_option_row_new(&port_field, self->draft));
    self->path_row = make_note(self->network_group, _("Path"), &self->path_icon);
    for (gsize i = 0; i < G_N_ELEMENTS(after_fields); i++)
        adw_preferences_group_add(self->after_group,
                                  mig_option_row_new(&after_fields[i], self->draft));
    self->consequence_row =
        make_note(self->after_group, _("What this means"), &self->consequence_icon);
    mig_advanced_rows_add(self->advanced_group, self->draft);
}

/* life */

static void mig_migrate_page_dispose(GObject *object)
{
    MigMigratePage *self = MIG_MIGRATE_PAGE(object);
    g_cancellable_cancel(self->life);
    g_cancellable_cancel(self->listing);
    g_clear_object(&self->listing);
    g_clear_object(&self->life);
    g_clear_object(&self->dry_run);
    g_clear_object(&self->guests);
    g_clear_object(&self->draft);
    g_clear_object(&self->client);
    g_clear_pointer(&self->interfaces, g_variant_unref);
    g_clear_error(&self->unlisted);
    g_clear_pointer(&self->reason, g_free);
    G_OBJECT_CLASS(mig_migrate_page_parent_class)->dispose(object);
}

static void mig_migrate_page_class_init(MigMigratePageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_migrate_page_dispose;
    g_type_ensure(MIG_TYPE_CHOOSER_ROW);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/migrate-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child(widget_class, MigMigratePage, name)
    CHILD(title);
    CHILD(start_button);
    CHILD(reason_box);
    CHILD(reason_label);
    CHILD(error_box);
    CHILD(error_label);
    CHILD(technical);
    CHILD(authenticate_button);
    CHILD(guest_row);
    CHILD(source_row);
    CHILD(destination_row);
    CHILD(mode_group);
    CHILD(network_group);
    CHILD(network_row);
    CHILD(after_group);
    CHILD(check_group);
    CHILD(check_spinner);
    CHILD(findings_list);
    CHILD(check_authenticate_button);
    CHILD(advanced_group);
    CHILD(command_group);
    CHILD(copy_button);
    CHILD(command_label);
#undef CHILD
    gtk_widget_class_bind_template_callback(widget_class, guest_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, source_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, destination_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, network_chosen_cb);
    gtk_widget_class_install_action(widget_class, "page.start", NULL, start_action);
    gtk_widget_class_install_action(widget_class, "page.refresh", NULL, refresh_action);
    gtk_widget_class_install_action(widget_class, "page.authenticate", NULL, authenticate_action);
    gtk_widget_class_install_action(widget_class, "page.copy-command", NULL, copy_action);
    gtk_widget_class_install_action(widget_class, "page.add-host", NULL, add_host_action);
    gtk_widget_class_install_action(widget_class, "page.show-reason", NULL, show_reason_action);
}

static void mig_migrate_page_init(MigMigratePage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->life = g_cancellable_new();
    self->draft = mig_draft_new();
    mig_chooser_row_set_nothing(self->guest_row, _("Choose…"));
    mig_chooser_row_set_nothing(self->destination_row, _("Choose…"));
    add_rows(self);
    self->check_technical = g_object_new(MIG_TYPE_TECHNICAL, NULL);
    adw_preferences_group_add(self->check_group, GTK_WIDGET(self->check_technical));
}

static void watch(MigMigratePage *self)
{
    GListModel *hosts = mig_client_get_hosts(self->client);
    gtk_list_box_bind_model(self->findings_list, mig_dry_run_get_findings(self->dry_run),
                            mig_finding_row_make, NULL, NULL);
    g_signal_connect_object(self->draft, "changed", G_CALLBACK(draft_changed_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->dry_run, "changed", G_CALLBACK(checked_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->guests, "updated", G_CALLBACK(guests_updated_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(hosts, "items-changed", G_CALLBACK(hosts_changed_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->client, "notify::state", G_CALLBACK(show_reason), self,
                            G_CONNECT_SWAPPED);
}

/* Before anything is watched: nothing of this is a choice of the user. */
static void prefill(MigMigratePage *self, const char *source, const char *guest, GVariant *options,
                    const char *destination)
{
    g_autoptr(GVariant) last = options ? NULL : mig_last_choices_get_options();
    g_autofree char *last_destination = destination ? NULL : mig_last_choices_get_destination();
    const char *there = destination ?: last_destination;
    mig_draft_load(self->draft, options ?: last);
    mig_draft_set(self->draft, MIG_OPT_SOURCE, g_variant_new_string(source));
    mig_chooser_row_choose(self->source_row, source);
    mig_chooser_row_choose(self->guest_row, guest);
    if (g_strcmp0(there, source) && (destination || mig_client_find_host(self->client, there)))
        mig_chooser_row_choose(self->destination_row, there);
    mig_chooser_row_choose(self->network_row,
                           mig_draft_get_text(self->draft, MIG_OPT_INTERFACE_ADDRESS));
}

GtkWidget *mig_migrate_page_new(MigClient *client, const char *source_host, const char *guest,
                                GVariant *options_or_null, const char *destination_or_null)
{
    g_autoptr(GVariant) options = options_or_null ? g_variant_ref_sink(options_or_null) : NULL;
    MigMigratePage *self = g_object_new(MIG_TYPE_MIGRATE_PAGE, NULL);
    self->client = g_object_ref(client);
    prefill(self, source_host, guest, options, destination_or_null);
    self->dry_run = mig_dry_run_new(client);
    self->guests = mig_guest_list_new(client);
    mig_sight_follow(GTK_WIDGET(self), self->guests);
    watch(self);
    mig_guest_list_set_host(self->guests, source_host);
    guests_updated_cb(self);
    hosts_changed_cb(self);
    show_interfaces(self);
    draft_changed_cb(self);
    return GTK_WIDGET(self);
}
