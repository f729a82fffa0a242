/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page that adds or changes a host. What may be in a field is the service's to say: its
 * sentence is shown, and the input stays.
 */
#include "host-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-calls.h"
#include "combo.h"
#include "command-box.h"
#include "config.h"
#include "entry-row.h"
#include "failure.h"
#include "technical.h"
#include "window.h"

struct _MigHostPage {
    AdwBin parent_instance;

    MigClient *client;
    GVariant *before; /* settings of the host that is changed, NULL: a new one */
    gboolean saving;

    AdwWindowTitle *title;
    GtkWidget *save_button;
    GtkWidget *error_group;
    GtkLabel *error_label;
    MigTechnical *technical;
    GtkEditable *name_row;
    GtkEditable *address_row;
    AdwComboRow *transport_row;
    GtkEditable *user_row;
    GtkEditable *port_row;
    GtkWidget *plaintext_row;
    GtkSwitch *plaintext_switch;
    GtkWidget *key_group;
    MigCommandBox *key_command;
    GtkEditable *peer_row;
    GtkEditable *migration_row;
    GtkEditable *uuid_row;
    AdwComboRow *driver_row;
};

G_DEFINE_FINAL_TYPE(MigHostPage, mig_host_page, ADW_TYPE_BIN)

enum { SAVED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* in the order of host-page.ui */
static const char *const transports[] = { "ssh", "tls", "tcp", NULL };
static const char *const drivers[] = { "qemu", "xen", "vz", "openvz", NULL };

static const char *transport_of(MigHostPage *self)
{
    return transports[MIN(adw_combo_row_get_selected(self->transport_row), 2)];
}

static char *text_of(GtkEditable *row)
{
    return g_strstrip(g_strdup(gtk_editable_get_text(row)));
}

/* from the fields */

static void add_text(GVariantDict *settings, const char *key, GtkEditable *row)
{
    g_autofree char *text = text_of(row);
    if (text[0])
        g_variant_dict_insert(settings, key, "s", text);
}

static void add_addresses(GVariantDict *settings, GtkEditable *row)
{
    g_autofree char *text = text_of(row);
    g_auto(GStrv) parts = g_strsplit_set(text, ",; ", -1);
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    for (char **part = parts; *part; part++)
        if (**part)
            g_ptr_array_add(addresses, *part);
    if (addresses->len == 0)
        return;
    g_ptr_array_add(addresses, NULL);
    g_variant_dict_insert(settings, "migration-addresses", "^as", (char **) addresses->pdata);
}

/* FALSE: it is no port, and the user is told. */
static gboolean add_port(MigHostPage *self, GVariantDict *settings)
{
    g_autofree char *text = text_of(self->port_row);
    guint64 port;
    if (!text[0])
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &port, NULL))
        return FALSE;
    g_variant_dict_insert(settings, "port", "q", (guint16) port);
    return TRUE;
}

/* What the page has no field for stays as it was. A port and a user of other hosts belong to the
 * transport, which is this page's unless another is given for them. */
static void keep_others(MigHostPage *self, GVariantDict *settings)
{
    static const char *const others[] = { "peer-transport", "peer-port", "peer-user" };
    const char *before = NULL;
    if (!self->before)
        return;
    g_variant_lookup(self->before, "transport", "&s", &before);
    if (g_strcmp0(before, transport_of(self)) != 0 &&
        !g_variant_lookup(self->before, "peer-transport", "&s", &before))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(self->before, others[i], NULL);
        if (value)
            g_variant_dict_insert_value(settings, others[i], value);
    }
}

static gboolean is_plaintext(MigHostPage *self)
{
    const char *peer = "";
    if (self->before)
        g_variant_lookup(self->before, "peer-transport", "&s", &peer);
    return gtk_switch_get_active(self->plaintext_switch) &&
           (g_str_equal(transport_of(self), "tcp") || g_str_equal(peer, "tcp"));
}

/* Floating; NULL: something cannot be, and the user is told. */
static GVariant *make_settings(MigHostPage *self)
{
    g_auto(GVariantDict) settings = G_VARIANT_DICT_INIT(NULL);
    const char *transport = transport_of(self);
    if (!add_port(self, &settings))
        return NULL;
    g_variant_dict_insert(&settings, "transport", "s", transport);
    g_variant_dict_insert(&settings, "driver", "s",
                          drivers[MIN(adw_combo_row_get_selected(self->driver_row), 3)]);
    add_text(&settings, "address", self->address_row);
    if (g_str_equal(transport, "ssh"))
        add_text(&settings, "user", self->user_row);
    keep_others(self, &settings);
    add_text(&settings, "peer-address", self->peer_row);
    add_addresses(&settings, self->migration_row);
    add_text(&settings, "host-uuid", self->uuid_row);
    if (is_plaintext(self))
        g_variant_dict_insert(&settings, "allow-plaintext", "b", TRUE);
    if (self->before)
        g_variant_dict_insert(&settings, "replace", "b", TRUE);
    return g_variant_dict_end(&settings);
}

/* to the fields */

static void set_text(GVariant *settings, const char *key, GtkEditable *row)
{
    const char *text = NULL;
    if (g_variant_lookup(settings, key, "&s", &text))
        gtk_editable_set_text(row, text);
}

static void set_choice(GVariant *settings, const char *key, AdwComboRow *row,
                       const char *const *choices)
{
    const char *text = NULL;
    if (!g_variant_lookup(settings, key, "&s", &text))
        return;
    for (guint i = 0; choices[i]; i++)
        if (g_str_equal(choices[i], text))
            adw_combo_row_set_selected(row, i);
}

static void fill(MigHostPage *self, GVariant *settings)
{
    guint16 port = 0;
    gboolean plaintext = FALSE;
    g_autofree const char **addresses = NULL;
    set_text(settings, "address", self->address_row);
    set_text(settings, "user", self->user_row);
    set_text(settings, "peer-address", self->peer_row);
    set_text(settings, "host-uuid", self->uuid_row);
    set_choice(settings, "transport", self->transport_row, transports);
    set_choice(settings, "driver", self->driver_row, drivers);
    g_variant_lookup(settings, "allow-plaintext", "b", &plaintext);
    gtk_switch_set_active(self->plaintext_switch, plaintext);
    if (g_variant_lookup(settings, "port", "q", &port)) {
        g_autofree char *text = g_strdup_printf("%u", port);
        gtk_editable_set_text(self->port_row, text);
    }
    if (g_variant_lookup(settings, "migration-addresses", "^a&s", &addresses)) {
        g_autofree char *text = g_strjoinv(", ", (char **) addresses);
        gtk_editable_set_text(self->migration_row, text);
    }
}

/* what depends on the fields */

/* root@kvm2 is what people have at hand. Not while they type: an entry cannot bear that. */
static void split_address(MigHostPage *self)
{
    const char *text = gtk_editable_get_text(self->address_row);
    const char *at = strchr(text, '@');
    if (!at || at == text || !at[1])
        return;
    g_autofree char *user = g_strndup(text, (gsize) (at - text));
    g_autofree char *address = g_strdup(at + 1);
    gtk_editable_set_text(self->user_row, user);
    gtk_editable_set_text(self->address_row, address);
}

/* `message`: the service's words, or NULL. */
static void show_error(MigHostPage *self, const char *text, const char *message)
{
    gtk_label_set_label(self->error_label, text ? text : "");
    mig_technical_set(self->technical, text, message);
    gtk_widget_set_visible(self->error_group, text != NULL);
}

static void changed_cb(MigHostPage *self)
{
    if (!self->client)
        return;
    const char *transport = transport_of(self);
    const gboolean ssh = g_str_equal(transport, "ssh"), tcp = g_str_equal(transport, "tcp");
    g_autofree char *name = text_of(self->name_row);
    g_autofree char *address = text_of(self->address_row);
    g_autofree char *command = g_strdup_printf("sudo migration-key %s", name);
    gtk_widget_set_visible(GTK_WIDGET(self->user_row), ssh);
    gtk_widget_set_visible(self->plaintext_row, tcp);
    gtk_widget_set_visible(self->key_group, ssh);
    mig_command_box_set(self->key_command, _("Run this on this computer:"), command);
    gtk_widget_set_sensitive(self->save_button,
                             name[0] && address[0] && !self->saving &&
                                 (!tcp || gtk_switch_get_active(self->plaintext_switch)));
}

/* save */

static void saved_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigHostPage) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    MigWindow *window = mig_window_of(GTK_WIDGET(self));
    self->saving = FALSE;
    if (!window) /* the user went back meanwhile */
        return;
    changed_cb(self);
    g_autofree char *name = text_of(self->name_row);
    const MigFailureNames names = { .host = name };
    g_autofree char *why = answer ? NULL : mig_failure_of(error, &names);
    show_error(self, why, answer ? NULL : error->message);
    if (!answer)
        return;
    g_signal_emit(self, signals[SAVED], 0, name);
    if (mig_window_get_page(window) == GTK_WIDGET(self))
        mig_window_pop(window);
}

static void save_cb(MigHostPage *self)
{
    split_address(self);
    g_autofree char *name = text_of(self->name_row);
    GVariant *settings = make_settings(self);
    if (!settings) {
        show_error(self, _("The port must be a number from 1 to 65535."), NULL);
        return;
    }
    self->saving = TRUE;
    changed_cb(self);
    mig_client_add_host(self->client, name, settings, MIG_CALL_INTERACTIVE, NULL, saved_cb,
                        g_object_ref(self));
}

static void save_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
    if (gtk_widget_get_sensitive(MIG_HOST_PAGE(widget)->save_button))
        save_cb(MIG_HOST_PAGE(widget));
}

/* life */

static void mig_host_page_dispose(GObject *object)
{
    MigHostPage *self = MIG_HOST_PAGE(object);
    g_clear_object(&self->client);
    g_clear_pointer(&self->before, g_variant_unref);
    G_OBJECT_CLASS(mig_host_page_parent_class)->dispose(object);
}

static void mig_host_page_class_init(MigHostPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_host_page_dispose;
    signals[SAVED] = g_signal_new("saved", MIG_TYPE_HOST_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    g_type_ensure(MIG_TYPE_COMMAND_BOX);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    g_type_ensure(MIG_TYPE_ENTRY_ROW);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/host-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, title);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, save_button);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, error_group);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, error_label);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, technical);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, name_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, address_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, transport_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, user_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, port_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, plaintext_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, plaintext_switch);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, key_group);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, key_command);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, peer_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, migration_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, uuid_row);
    gtk_widget_class_bind_template_child(widget_class, MigHostPage, driver_row);
    gtk_widget_class_bind_template_callback(widget_class, changed_cb);
    gtk_widget_class_bind_template_callback(widget_class, save_cb);
    gtk_widget_class_install_action(widget_class, "page.save", NULL, save_action);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "page.save",
                                        NULL);
}

static void mig_host_page_init(MigHostPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    mig_combo_wrap(self->transport_row, TRUE);
    mig_combo_wrap(self->driver_row, TRUE);
}

GtkWidget *mig_host_page_new(MigClient *client, MigHost *host)
{
    MigHostPage *self = g_object_new(MIG_TYPE_HOST_PAGE, NULL);
    self->client = g_object_ref(client);
    adw_window_title_set_title(self->title, host ? mig_host_get_name(host) : _("New Host"));
    if (host) {
        GVariant *settings = mig_object_get_variant(MIG_OBJECT(host), "Settings");
        gtk_editable_set_text(self->name_row, mig_host_get_name(host));
        gtk_widget_set_visible(GTK_WIDGET(self->name_row), FALSE);
        self->before =
            settings ? g_variant_ref(settings) : g_variant_ref_sink(g_variant_new("a{sv}", NULL));
        fill(self, self->before);
    }
    changed_cb(self);
    return GTK_WIDGET(self);
}
