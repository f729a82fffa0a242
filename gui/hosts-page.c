/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view Hosts. */
#include "hosts-page.h"

#include <glib/gi18n.h>

#include "command-box.h"
#include "config.h"
#include "host-page.h"
#include "host-row.h"
#include "window.h"

struct _MigHostsPage {
    AdwBin parent_instance;

    MigClient *client;
    char *added; /* name of a host that is tested as soon as it is known, or NULL */

    GtkWidget *first_run;
    GtkWidget *add_button;
    GtkListBox *list;
    MigCommandBox *key_command;
};

G_DEFINE_FINAL_TYPE(MigHostsPage, mig_hosts_page, ADW_TYPE_BIN)

static GtkWidget *make_row(gpointer item, gpointer data)
{
    return mig_host_row_new(MIG_HOSTS_PAGE(data)->client, item);
}

/* One that was just added or changed is tested at once: it is what the user would do next. */
static void test_added(MigHostsPage *self)
{
    GtkListBoxRow *row;
    for (int i = 0; self->added && (row = gtk_list_box_get_row_at_index(self->list, i)); i++) {
        MigHost *host = mig_host_row_get_host(MIG_HOST_ROW(row));
        if (g_strcmp0(mig_host_get_name(host), self->added) != 0)
            continue;
        g_clear_pointer(&self->added, g_free);
        mig_host_row_test(MIG_HOST_ROW(row));
    }
}

static void hosts_changed_cb(MigHostsPage *self)
{
    const guint n = g_list_model_get_n_items(mig_client_get_hosts(self->client));
    const gboolean ready = mig_client_get_state(self->client) == MIG_CLIENT_READY;
    gtk_widget_set_visible(self->first_run, ready && n <= 1);
    gtk_widget_set_visible(self->add_button, !ready || n > 1);
    test_added(self);
}

static void saved_cb(MigHostsPage *self, const char *name)
{
    g_free(self->added);
    self->added = g_strdup(name);
    test_added(self);
}

void mig_hosts_page_add(MigHostsPage *self)
{
    g_return_if_fail(MIG_IS_HOSTS_PAGE(self) && self->client);
    GtkWidget *page = mig_host_page_new(self->client, NULL);
    g_signal_connect_object(page, "saved", G_CALLBACK(saved_cb), self, G_CONNECT_SWAPPED);
    mig_window_push(mig_window_of(GTK_WIDGET(self)), page, "host");
}

void mig_hosts_page_set_client(MigHostsPage *self, MigClient *client)
{
    g_return_if_fail(MIG_IS_HOSTS_PAGE(self) && !self->client);
    GListModel *hosts = mig_client_get_hosts(client);
    self->client = g_object_ref(client);
    gtk_list_box_bind_model(self->list, hosts, make_row, self, NULL);
    g_signal_connect_object(hosts, "items-changed", G_CALLBACK(hosts_changed_cb), self,
                            G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(hosts_changed_cb), self,
                            G_CONNECT_SWAPPED);
    hosts_changed_cb(self);
}

static void mig_hosts_page_dispose(GObject *object)
{
    MigHostsPage *self = MIG_HOSTS_PAGE(object);
    if (self->list)
        gtk_list_box_bind_model(self->list, NULL, NULL, NULL, NULL);
    g_clear_object(&self->client);
    g_clear_pointer(&self->added, g_free);
    G_OBJECT_CLASS(mig_hosts_page_parent_class)->dispose(object);
}

static void mig_hosts_page_class_init(MigHostsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_hosts_page_dispose;
    g_type_ensure(MIG_TYPE_COMMAND_BOX);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/hosts-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigHostsPage, first_run);
    gtk_widget_class_bind_template_child(widget_class, MigHostsPage, add_button);
    gtk_widget_class_bind_template_child(widget_class, MigHostsPage, list);
    gtk_widget_class_bind_template_child(widget_class, MigHostsPage, key_command);
}

static void mig_hosts_page_init(MigHostsPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    mig_command_box_set(self->key_command, _("Run this on this computer:"), "sudo migration-key");
}
