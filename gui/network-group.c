/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of the memory: owns the list of addresses and the question for it. */
#include "network-group.h"

#include <glib/gi18n.h>

#include "chooser-row.h"
#include "client-calls.h"
#include "failure.h"
#include "interface.h"
#include "note-row.h"
#include "option-row.h"
#include "words.h"

#define OTHER_ADDRESS "other"

struct _MigNetworkGroup {
    AdwPreferencesGroup parent_instance;

    MigClient *client;
    MigDraft *draft; /* NULL: not open yet */
    MigDryRun *dry_run;
    char *source, *destination;
    GCancellable *listing; /* NULL: no question is under way */
    GVariant *interfaces;  /* aa{sv}, NULL: not known */
    GError *unlisted;      /* why they are not known, or NULL */

    MigChooserRow *chooser_row;
    GtkWidget *typed_row;
    MigNoteRow *path_row;
};

G_DEFINE_FINAL_TYPE(MigNetworkGroup, mig_network_group, ADW_TYPE_PREFERENCES_GROUP)

static const MigField address_field = { MIG_OPT_INTERFACE_ADDRESS, 0, N_("IP address"),
                                        N_("Of the destination") };
static const MigField port_field = { MIG_OPT_PORT, 0, N_("Port"),
                                     N_("Otherwise libvirt chooses one") };

/* the path */

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

static const char *find_path(gboolean tunnelled, gboolean encrypted)
{
    gsize i = 0;
    while (paths[i].tunnelled != tunnelled || paths[i].encrypted != encrypted)
        i++;
    return paths[i].sentence;
}

static void show_path(MigNetworkGroup *self)
{
    GVariant *plan = mig_dry_run_get_plan(self->dry_run);
    gboolean encrypted = FALSE;
    const gboolean tunnelled =
        mig_draft_get_number(self->draft, MIG_OPT_TRANSPORT) == MIG_TRANSPORT_TUNNELLED;
    const gboolean known =
        plan && self->destination && g_variant_lookup(plan, "encrypted", "b", &encrypted);
    gtk_widget_set_visible(GTK_WIDGET(self->path_row), known);
    if (!known)
        return;
    g_autofree char *source = mig_words_host_inside(self->source);
    g_autofree char *destination = mig_words_host_inside(self->destination);
    g_autofree char *text = mig_words_fill(_(find_path(tunnelled, encrypted)), "source", source,
                                           "destination", destination, NULL);
    mig_note_row_set(self->path_row,
                     encrypted ? "channel-secure-symbolic" : "channel-insecure-symbolic", FALSE,
                     text);
}

/* addresses */

/* There is little room for it; what to do is said with the checks. */
static char *describe_unlisted(MigNetworkGroup *self)
{
    g_autofree char *name = mig_client_error_name(self->unlisted);
    const MigFailureNames names = { .source = self->source,
                                    .destination = self->destination,
                                    .host = mig_dry_run_get_host(self->dry_run, name) };
    return mig_failure_why_of(self->unlisted, &names);
}

static char *describe(MigNetworkGroup *self, const char *obstacle)
{
    if (obstacle)
        return g_strdup_printf(_("Not possible: %s"), obstacle);
    return self->unlisted ? describe_unlisted(self)
                          : g_strdup(_("The address that memory is sent to"));
}

static void show_obstacle(MigNetworkGroup *self)
{
    const char *obstacle = mig_draft_get_obstacle(self->draft, MIG_OPT_INTERFACE_ADDRESS);
    g_autofree char *text = describe(self, obstacle);
    mig_chooser_row_describe(self->chooser_row, text,
                             self->unlisted && !obstacle ? self->unlisted->message : NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->chooser_row), !obstacle);
}

static void show_interfaces(MigNetworkGroup *self)
{
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    g_autofree char *source = mig_words_host_inside(self->source);
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
    mig_chooser_row_show(self->chooser_row, list);
}

static void forget_interfaces(MigNetworkGroup *self)
{
    g_clear_pointer(&self->interfaces, g_variant_unref);
    g_clear_error(&self->unlisted);
}

static void stop_listing(MigNetworkGroup *self)
{
    g_cancellable_cancel(self->listing);
    g_clear_object(&self->listing);
}

static void listed_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigNetworkGroup) self = MIG_NETWORK_GROUP(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_task_get_cancellable(G_TASK(result)) != self->listing)
        return; /* of a destination that is not chosen any more, or the page is gone */
    g_clear_object(&self->listing);
    forget_interfaces(self);
    if (reply)
        self->interfaces = g_variant_get_child_value(reply, 0);
    else
        self->unlisted = g_steal_pointer(&error);
    show_interfaces(self);
    show_obstacle(self);
}

void mig_network_group_refresh(MigNetworkGroup *self)
{
    g_return_if_fail(MIG_IS_NETWORK_GROUP(self));
    MigHost *host =
        self->destination ? mig_client_find_host(self->client, self->destination) : NULL;
    stop_listing(self);
    if (!host)
        return;
    self->listing = g_cancellable_new();
    mig_client_list_interfaces(self->client, host, self->source, MIG_CALL_NONE, self->listing,
                               listed_cb, g_object_ref(self));
}

/* what is chosen */

static void chosen_cb(MigNetworkGroup *self)
{
    const char *chosen = mig_chooser_row_get_chosen(self->chooser_row);
    const gboolean other = g_strcmp0(chosen, OTHER_ADDRESS) == 0;
    if (!self->draft)
        return;
    gtk_widget_set_visible(self->typed_row, other);
    if (!other)
        mig_draft_set(self->draft, MIG_OPT_INTERFACE_ADDRESS,
                      chosen ? g_variant_new_string(chosen) : NULL);
}

void mig_network_group_set_hosts(MigNetworkGroup *self, const char *source, const char *destination)
{
    g_return_if_fail(MIG_IS_NETWORK_GROUP(self));
    const gboolean moved = g_strcmp0(destination, self->destination) != 0;
    if (!moved && g_strcmp0(source, self->source) == 0)
        return;
    g_free(self->source);
    g_free(self->destination);
    self->source = g_strdup(source);
    self->destination = g_strdup(destination);
    if (moved) {
        mig_chooser_row_choose(self->chooser_row, NULL); /* the address was another host's */
        forget_interfaces(self);
        show_interfaces(self);
        show_obstacle(self);
    }
    mig_network_group_refresh(self);
}

static void draft_changed_cb(MigNetworkGroup *self)
{
    show_obstacle(self);
    show_path(self);
}

/* Whoever may check now, or is answered now, may see the addresses too; else the check says which
 * host it is that does not answer. */
static void checked_cb(MigNetworkGroup *self)
{
    g_autofree char *name = self->unlisted ? mig_client_error_name(self->unlisted) : NULL;
    show_path(self);
    if (!self->unlisted || self->listing ||
        mig_dry_run_get_state(self->dry_run) != MIG_DRY_RUN_DONE)
        return;
    if (mig_dry_run_get_host(self->dry_run, name))
        show_obstacle(self);
    else
        mig_network_group_refresh(self);
}

/* The destination may be one that is new. */
static void hosts_changed_cb(MigNetworkGroup *self)
{
    if (!self->listing && !self->interfaces)
        mig_network_group_refresh(self);
}

/* life */

static void mig_network_group_dispose(GObject *object)
{
    MigNetworkGroup *self = MIG_NETWORK_GROUP(object);
    stop_listing(self);
    forget_interfaces(self);
    g_clear_object(&self->dry_run);
    g_clear_object(&self->draft);
    g_clear_object(&self->client);
    g_clear_pointer(&self->source, g_free);
    g_clear_pointer(&self->destination, g_free);
    G_OBJECT_CLASS(mig_network_group_parent_class)->dispose(object);
}

static void mig_network_group_class_init(MigNetworkGroupClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_network_group_dispose;
}

static void mig_network_group_init(MigNetworkGroup *self)
{
    self->chooser_row = MIG_CHOOSER_ROW(mig_chooser_row_new(_("Address"), NULL));
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(self), GTK_WIDGET(self->chooser_row));
    g_signal_connect_object(self->chooser_row, "notify::chosen", G_CALLBACK(chosen_cb), self,
                            G_CONNECT_SWAPPED);
}

static void add_rows(MigNetworkGroup *self)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(self);
    self->typed_row = mig_option_row_new(&address_field, self->draft);
    self->path_row = mig_note_row_new(_("Path"));
    gtk_widget_set_visible(self->typed_row, FALSE);
    adw_preferences_group_add(group, self->typed_row);
    adw_preferences_group_add(group, mig_option_row_new(&port_field, self->draft));
    adw_preferences_group_add(group, GTK_WIDGET(self->path_row));
}

void mig_network_group_open(MigNetworkGroup *self, MigClient *client, MigDraft *draft,
                            MigDryRun *dry_run, const char *source, const char *destination)
{
    mig_chooser_row_choose(self->chooser_row, mig_draft_get_text(draft, MIG_OPT_INTERFACE_ADDRESS));
    self->client = g_object_ref(client);
    self->draft = g_object_ref(draft);
    self->dry_run = g_object_ref(dry_run);
    self->source = g_strdup(source);
    self->destination = g_strdup(destination);
    add_rows(self);
    g_signal_connect_object(draft, "changed", G_CALLBACK(draft_changed_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(dry_run, "changed", G_CALLBACK(checked_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(mig_client_get_hosts(client), "items-changed",
                            G_CALLBACK(hosts_changed_cb), self, G_CONNECT_SWAPPED);
    show_interfaces(self);
    draft_changed_cb(self);
    mig_network_group_refresh(self);
}
