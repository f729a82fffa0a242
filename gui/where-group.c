/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What moves and where: owns the list of the source's guests. */
#include "where-group.h"

#include <glib/gi18n.h>

#include "chooser-row.h"
#include "config.h"
#include "guest-list.h"
#include "host-page.h"
#include "sight.h"
#include "window.h"
#include "words.h"

struct _MigWhereGroup {
    AdwPreferencesGroup parent_instance;

    MigClient *client;
    MigGuestList *guests; /* NULL: not open, nothing is a choice of the user */

    MigChooserRow *guest_row;
    MigChooserRow *source_row;
    MigChooserRow *destination_row;
};

G_DEFINE_FINAL_TYPE(MigWhereGroup, mig_where_group, ADW_TYPE_PREFERENCES_GROUP)

enum { CHOSEN, UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

MigFailureNames mig_where_group_get_names(MigWhereGroup *self)
{
    return (MigFailureNames){
        .guest = mig_chooser_row_get_chosen(self->guest_row),
        .source = mig_chooser_row_get_chosen(self->source_row),
        .destination = mig_chooser_row_get_chosen(self->destination_row),
    };
}

GtkWidget *mig_where_group_find_missing(MigWhereGroup *self)
{
    if (!mig_chooser_row_get_chosen(self->guest_row))
        return GTK_WIDGET(self->guest_row);
    if (!mig_chooser_row_get_chosen(self->destination_row))
        return GTK_WIDGET(self->destination_row);
    return NULL;
}

static MigHost *find_host(MigWhereGroup *self, MigChooserRow *row)
{
    const char *name = mig_chooser_row_get_chosen(row);
    return name ? mig_client_find_host(self->client, name) : NULL;
}

/* guests */

MigGuest *mig_where_group_find_guest(MigWhereGroup *self)
{
    GListModel *guests = mig_guest_list_get_model(self->guests);
    const char *name = mig_chooser_row_get_chosen(self->guest_row);
    for (guint i = 0; name && i < g_list_model_get_n_items(guests); i++) {
        g_autoptr(MigGuest) guest = g_list_model_get_item(guests, i);
        if (g_strcmp0(mig_guest_get_name(guest), name) == 0)
            return guest; /* the list holds it */
    }
    return NULL;
}

static int compare_guests(gconstpointer a, gconstpointer b)
{
    return g_utf8_collate(mig_guest_get_name(*(MigGuest **) a),
                          mig_guest_get_name(*(MigGuest **) b));
}

/* A page that was opened with a UUID goes by the name from now on. */
static void name_chosen(MigWhereGroup *self, MigGuest *guest)
{
    if (g_strcmp0(mig_guest_get_uuid(guest), mig_chooser_row_get_chosen(self->guest_row)) == 0)
        mig_chooser_row_choose(self->guest_row, mig_guest_get_name(guest));
}

static void show_guest_detail(MigWhereGroup *self)
{
    MigGuest *guest = mig_where_group_find_guest(self);
    const MigFailureNames names = mig_where_group_get_names(self);
    const GError *error = mig_guest_list_get_error(self->guests);
    g_autofree char *detail = guest ? mig_guest_dup_detail(guest) : g_strdup("");
    g_autofree char *why = !guest && error ? mig_failure_of(error, &names) : NULL;
    mig_chooser_row_describe(self->guest_row, why ?: detail, why ? error->message : NULL);
}

static void guests_updated_cb(MigWhereGroup *self)
{
    GListModel *model = mig_guest_list_get_model(self->guests);
    g_autoptr(GListStore) list = mig_chooser_row_make_list();
    g_autoptr(GPtrArray) guests = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < g_list_model_get_n_items(model); i++)
        g_ptr_array_add(guests, g_list_model_get_item(model, i));
    g_ptr_array_sort(guests, compare_guests);
    for (guint i = 0; i < guests->len; i++) {
        g_autofree char *detail = mig_guest_dup_detail(guests->pdata[i]);
        const char *name = mig_guest_get_name(guests->pdata[i]);
        mig_chooser_row_add(list, name, name, detail);
        name_chosen(self, guests->pdata[i]);
    }
    mig_chooser_row_show(self->guest_row, list);
    show_guest_detail(self);
    g_signal_emit(self, signals[UPDATED], 0);
}

void mig_where_group_refresh(MigWhereGroup *self)
{
    g_return_if_fail(MIG_IS_WHERE_GROUP(self));
    mig_guest_list_refresh(self->guests, MIG_CALL_NONE);
}

/* hosts */

/* `message`: the service's words, borrowed; left alone if they are none. */
static char *host_detail(MigHost *host, const char **message)
{
    const char *file_error = mig_object_get_string(MIG_OBJECT(host), "FileError");
    const guint64 contact = mig_object_get_number(MIG_OBJECT(host), "LastContact");
    GVariant *last = mig_object_get_variant(MIG_OBJECT(host), "LastError");
    const MigFailureNames names = { .host = mig_host_get_name(host) };
    const char *name = "", *sentence = "";
    if (last)
        g_variant_get(last, "(&s&s)", &name, &sentence);
    if (file_error[0] || sentence[0])
        *message = file_error[0] ? file_error : sentence;
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

static void show_host_detail(MigWhereGroup *self, MigChooserRow *row)
{
    MigHost *host = find_host(self, row);
    const char *message = "";
    g_autofree char *detail = host ? host_detail(host, &message) : g_strdup("");
    mig_chooser_row_describe(row, detail, message);
}

void mig_where_group_show_hosts(MigWhereGroup *self)
{
    g_return_if_fail(MIG_IS_WHERE_GROUP(self));
    show_host_detail(self, self->source_row);
    show_host_detail(self, self->destination_row);
}

static void fill_hosts(MigWhereGroup *self, MigChooserRow *row, const char *without)
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

static void hosts_changed_cb(MigWhereGroup *self)
{
    fill_hosts(self, self->source_row, NULL);
    fill_hosts(self, self->destination_row, mig_chooser_row_get_chosen(self->source_row));
}

/* One that is not known yet becomes the destination; all input stays meanwhile. */
static void host_saved_cb(MigWhereGroup *self, const char *name)
{
    mig_chooser_row_choose(self->destination_row, name);
}

static void add_host_cb(MigWhereGroup *self)
{
    GtkWidget *page = mig_host_page_new(self->client, NULL);
    g_signal_connect_object(page, "saved", G_CALLBACK(host_saved_cb), self, G_CONNECT_SWAPPED);
    mig_window_push(mig_window_of(GTK_WIDGET(self)), page, "host");
}

/* what is chosen */

static void guest_chosen_cb(MigWhereGroup *self)
{
    if (!self->guests)
        return;
    show_guest_detail(self);
    g_signal_emit(self, signals[CHOSEN], 0);
}

static void source_chosen_cb(MigWhereGroup *self)
{
    if (!self->guests)
        return;
    const char *source = mig_chooser_row_get_chosen(self->source_row);
    if (g_strcmp0(source, mig_chooser_row_get_chosen(self->destination_row)) == 0)
        mig_chooser_row_choose(self->destination_row, NULL);
    mig_chooser_row_choose(self->guest_row, NULL); /* it is another host's */
    mig_guest_list_set_host(self->guests, source);
    hosts_changed_cb(self);
    g_signal_emit(self, signals[CHOSEN], 0);
}

static void destination_chosen_cb(MigWhereGroup *self)
{
    if (!self->guests)
        return;
    show_host_detail(self, self->destination_row);
    g_signal_emit(self, signals[CHOSEN], 0);
}

/* life */

static void mig_where_group_dispose(GObject *object)
{
    MigWhereGroup *self = MIG_WHERE_GROUP(object);
    g_clear_object(&self->guests);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(mig_where_group_parent_class)->dispose(object);
}

static void mig_where_group_class_init(MigWhereGroupClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_where_group_dispose;
    signals[CHOSEN] = g_signal_new("chosen", MIG_TYPE_WHERE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
    signals[UPDATED] = g_signal_new("updated", MIG_TYPE_WHERE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    g_type_ensure(MIG_TYPE_CHOOSER_ROW);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/where-group.ui");
    gtk_widget_class_bind_template_child(widget_class, MigWhereGroup, guest_row);
    gtk_widget_class_bind_template_child(widget_class, MigWhereGroup, source_row);
    gtk_widget_class_bind_template_child(widget_class, MigWhereGroup, destination_row);
    gtk_widget_class_bind_template_callback(widget_class, guest_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, source_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, destination_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, add_host_cb);
}

static void mig_where_group_init(MigWhereGroup *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    mig_chooser_row_set_nothing(self->guest_row, _("Choose…"));
    mig_chooser_row_set_nothing(self->destination_row, _("Choose…"));
}

void mig_where_group_open(MigWhereGroup *self, MigClient *client, const char *source,
                          const char *guest, const char *destination)
{
    mig_chooser_row_choose(self->source_row, source);
    mig_chooser_row_choose(self->guest_row, guest);
    mig_chooser_row_choose(self->destination_row, destination);
    self->client = g_object_ref(client);
    self->guests = mig_guest_list_new(client);
    mig_sight_follow(GTK_WIDGET(self), self->guests);
    g_signal_connect_object(self->guests, "updated", G_CALLBACK(guests_updated_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(mig_client_get_hosts(client), "items-changed",
                            G_CALLBACK(hosts_changed_cb), self, G_CONNECT_SWAPPED);
    mig_guest_list_set_host(self->guests, source);
    guests_updated_cb(self);
    hosts_changed_cb(self);
}
