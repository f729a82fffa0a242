/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host in the list of hosts. */
#include "host-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "beside.h"
#include "client-calls.h"
#include "command-box.h"
#include "config.h"
#include "failure.h"
#include "host-page.h"
#include "host-words.h"
#include "question.h"
#include "technical.h"
#include "window.h"
#include "words.h"

struct _MigHostRow {
    GtkListBoxRow parent_instance;

    MigClient *client;
    MigHost *host;
    GCancellable *testing; /* NULL: no test is going on */
    GError *denied;        /* why the last test was none */
    char *found;           /* what the last test told */

    GtkLabel *name;
    GtkLabel *route;
    GtkButton *test_button;
    GtkButton *edit_button;
    GtkButton *remove_button;
    GtkSpinner *spinner;
    GtkImage *icon;
    GtkLabel *state;
    GtkLabel *sentence;
    MigTechnical *technical;
    MigCommandBox *command;
};

G_DEFINE_FINAL_TYPE(MigHostRow, mig_host_row, GTK_TYPE_LIST_BOX_ROW)

/* what is shown */

typedef struct {
    const char *icon;
    char *state;
    char *sentence;   /* NULL: none */
    char *message;    /* the service's words */
    char *error_name; /* NULL: none */
} Shown;

static void shown_clear(Shown *shown)
{
    g_free(shown->state);
    g_free(shown->sentence);
    g_free(shown->message);
    g_free(shown->error_name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Shown, shown_clear)

/* `name` of the error, `message`: what the service says of it. */
static void take_problem(MigHostRow *self, Shown *shown, const char *problem, const char *name,
                         const char *message)
{
    const MigFailureNames names = { .host = mig_host_get_name(self->host) };
    shown->icon = "dialog-error-symbolic";
    shown->state = g_strdup(problem);
    shown->sentence = mig_failure_text(name, &names, message);
    shown->message = g_strdup(message);
    shown->error_name = g_strdup(name);
}

static void read_state(MigHostRow *self, Shown *shown)
{
    MigObject *host = MIG_OBJECT(self->host);
    const char *file_error = mig_object_get_string(host, "FileError");
    const guint64 contact = mig_object_get_number(host, "LastContact");
    GVariant *last = mig_object_get_variant(host, "LastError");
    const char *name = "", *sentence = "";
    if (last)
        g_variant_get(last, "(&s&s)", &name, &sentence);

    if (file_error[0])
        take_problem(self, shown, _("Its file cannot be used"),
                     mig_error_name(MIG_ERROR_INVALID_HOST_FILE), file_error);
    else if (self->testing)
        shown->state = g_strdup(_("Testing…"));
    else if (self->denied)
        take_problem(self, shown, mig_host_words_problem(mig_error_dbus_name(self->denied)),
                     mig_error_dbus_name(self->denied), self->denied->message);
    else if (name[0])
        take_problem(self, shown, mig_host_words_problem(name), name, sentence);
    else if (contact) {
        g_autofree char *time = mig_words_time((gint64) contact);
        shown->icon = "emblem-ok-symbolic";
        /* Translators: %s is a time of day */
        shown->state =
            self->found ? g_strdup(self->found) : g_strdup_printf(_("Answered at %s"), time);
    } else {
        shown->icon = "dialog-question-symbolic";
        shown->state = g_strdup(_("Not tested yet"));
    }
}

static void show_command(MigHostRow *self, const char *error_name)
{
    g_autofree char *command = error_name ? mig_host_words_command(self->host, error_name) : NULL;
    gtk_widget_set_visible(GTK_WIDGET(self->command), command != NULL);
    if (!command)
        return;
    g_autofree char *where = mig_host_words_where(self->host, error_name);
    mig_command_box_set(self->command, where, command);
}

/* Takes the name. */
static void name_button(GtkButton *button, char *name)
{
    g_autofree char *owned = name;
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, owned,
                                   -1);
}

static void name_all(MigHostRow *self, const char *title, const char *route, const Shown *shown)
{
    g_autofree char *name = g_strdup_printf("%s, %s, %s", title, route, shown->state);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   shown->sentence ? shown->sentence : "", -1);
    /* Translators: %s is the name of a host, here and in the next two */
    name_button(self->test_button, g_strdup_printf(_("Test %s"), title));
    name_button(self->edit_button, g_strdup_printf(_("Edit %s"), title));
    name_button(self->remove_button, g_strdup_printf(_("Remove %s"), title));
}

static void update_cb(MigHostRow *self)
{
    g_auto(Shown) shown = { 0 };
    g_autofree char *title = mig_host_dup_title(self->host);
    g_autofree char *route = mig_host_words_route(self->host);
    const gboolean ours =
        g_str_equal(mig_object_get_string(MIG_OBJECT(self->host), "Origin"), "bus");
    read_state(self, &shown);
    gtk_label_set_label(self->name, title);
    gtk_label_set_label(self->route, route);
    gtk_widget_set_visible(GTK_WIDGET(self->edit_button), ours);
    gtk_widget_set_visible(GTK_WIDGET(self->remove_button), ours);
    gtk_widget_set_sensitive(GTK_WIDGET(self->test_button), !self->testing);
    gtk_widget_set_visible(GTK_WIDGET(self->spinner), self->testing != NULL);
    gtk_spinner_set_spinning(self->spinner, self->testing != NULL);
    gtk_image_set_from_icon_name(self->icon, shown.icon);
    gtk_widget_set_visible(GTK_WIDGET(self->icon), shown.icon != NULL);
    gtk_label_set_label(self->state, shown.state);
    gtk_label_set_label(self->sentence, shown.sentence ? shown.sentence : "");
    gtk_widget_set_visible(GTK_WIDGET(self->sentence), shown.sentence != NULL);
    mig_technical_set(self->technical, shown.sentence, shown.message);
    show_command(self, shown.error_name);
    name_all(self, title, route, &shown);
}

/* test */

static char *describe(GVariant *answer)
{
    g_autoptr(GVariant) result = g_variant_get_child_value(answer, 0);
    const char *version = "?", *driver = "?";
    gboolean encrypted = FALSE;
    g_variant_lookup(result, "libvirt-version", "&s", &version);
    g_variant_lookup(result, "driver", "&s", &driver);
    g_variant_lookup(result, "encrypted", "b", &encrypted);
    return encrypted
               /* Translators: a version and a hypervisor driver, for example 9.0.0 and QEMU */
               ? g_strdup_printf(_("It answers: libvirt %s, %s"), version, driver)
               : g_strdup_printf(_("It answers: libvirt %s, %s. Nothing is encrypted."), version,
                                 driver);
}

static void tested_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigHostRow) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    g_clear_object(&self->testing);
    if (answer)
        self->found = describe(answer);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        self->denied = g_steal_pointer(&error);
    if (self->host)
        update_cb(self);
}

void mig_host_row_test(MigHostRow *self)
{
    g_return_if_fail(MIG_IS_HOST_ROW(self));
    if (self->testing)
        return;
    self->testing = g_cancellable_new();
    g_clear_error(&self->denied);
    g_clear_pointer(&self->found, g_free);
    mig_client_test_host(self->client, self->host, MIG_CALL_INTERACTIVE, self->testing, tested_cb,
                         g_object_ref(self));
    update_cb(self);
}

/* edit and remove */

static void edit_cb(MigHostRow *self)
{
    GtkWidget *page = mig_host_page_new(self->client, self->host);
    g_signal_connect_object(page, "saved", G_CALLBACK(mig_host_row_test), self, G_CONNECT_SWAPPED);
    mig_window_push(mig_window_of(GTK_WIDGET(self)), page, "host");
}

static void removed_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigHostRow) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    MigWindow *window = mig_window_of(GTK_WIDGET(self));
    const MigFailureNames names = { .host = mig_host_get_name(self->host) };
    if (!answer && window)
        mig_window_toast_failure(window, error, &names);
}

static void confirmed_cb(MigHostRow *self)
{
    mig_client_remove_host(self->client, mig_host_get_name(self->host), MIG_CALL_INTERACTIVE, NULL,
                           removed_cb, g_object_ref(self));
}

static void remove_cb(MigHostRow *self)
{
    /* Translators: %s is the name of a host */
    g_autofree char *heading = g_strdup_printf(_("Remove %s?"), mig_host_get_name(self->host));
    AdwMessageDialog *dialog = mig_question_new(
        GTK_WINDOW(mig_window_of(GTK_WIDGET(self))), heading,
        _("Guests on it are not touched. Guests cannot be moved to it or from it until it is added "
          "again."),
        _("_Keep"), _("_Remove"), ADW_RESPONSE_DESTRUCTIVE);
    g_signal_connect_object(dialog, "response::yes", G_CALLBACK(confirmed_cb), self,
                            G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* life */

static void mig_host_row_dispose(GObject *object)
{
    MigHostRow *self = MIG_HOST_ROW(object);
    if (self->testing)
        g_cancellable_cancel(self->testing);
    g_clear_object(&self->testing);
    g_clear_object(&self->client);
    g_clear_object(&self->host);
    g_clear_error(&self->denied);
    g_clear_pointer(&self->found, g_free);
    G_OBJECT_CLASS(mig_host_row_parent_class)->dispose(object);
}

static void mig_host_row_class_init(MigHostRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_host_row_dispose;
    g_type_ensure(MIG_TYPE_BESIDE);
    g_type_ensure(MIG_TYPE_COMMAND_BOX);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/host-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, name);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, route);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, test_button);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, edit_button);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, remove_button);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, spinner);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, icon);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, state);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, sentence);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, technical);
    gtk_widget_class_bind_template_child(widget_class, MigHostRow, command);
    gtk_widget_class_bind_template_callback(widget_class, mig_host_row_test);
    gtk_widget_class_bind_template_callback(widget_class, edit_cb);
    gtk_widget_class_bind_template_callback(widget_class, remove_cb);
}

static void mig_host_row_init(MigHostRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

MigHost *mig_host_row_get_host(MigHostRow *self)
{
    return self->host;
}

GtkWidget *mig_host_row_new(MigClient *client, MigHost *host)
{
    MigHostRow *self = g_object_new(MIG_TYPE_HOST_ROW, NULL);
    self->client = g_object_ref(client);
    self->host = g_object_ref(host);
    g_signal_connect_object(host, "changed", G_CALLBACK(update_cb), self, G_CONNECT_SWAPPED);
    update_cb(self);
    return GTK_WIDGET(self);
}
