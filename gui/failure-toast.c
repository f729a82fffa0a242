/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a failed call leaves in the window. */
#include "failure-toast.h"

#include <glib/gi18n.h>

#include "words.h"

#define WIDTH 24 /* characters: it fits beside the cross of a toast in a narrow window */

static void show_message_cb(AdwToast *toast)
{
    GtkWidget *parent = g_object_get_data(G_OBJECT(toast), "window");
    GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(parent), _("Technical message"),
                                               g_object_get_data(G_OBJECT(toast), "message"));
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), "close", _("_Close"));
    adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(dialog), "close");
    gtk_window_present(GTK_WINDOW(dialog));
    adw_toast_dismiss(toast);
}

static GtkWidget *make_label(const char *text)
{
    GtkWidget *label =
        g_object_new(GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                     "max-width-chars", WIDTH, "xalign", 0.0, NULL);
    gtk_widget_add_css_class(label, "heading");
    return label;
}

/* The toast is the window's, and gone before it. */
static GtkWidget *make_button(GtkWindow *window, AdwToast *toast, const char *message)
{
    GtkWidget *button = gtk_button_new_with_label(_("Details"));
    gtk_widget_set_halign(button, GTK_ALIGN_START);
    adw_toast_set_timeout(toast, 10); /* s: two things to read */
    g_object_set_data(G_OBJECT(toast), "window", window);
    g_object_set_data_full(G_OBJECT(toast), "message", g_strdup(message), g_free);
    g_signal_connect_object(button, "clicked", G_CALLBACK(show_message_cb), toast,
                            G_CONNECT_SWAPPED);
    return button;
}

/* The title of a toast is one line, with the button beside it: a narrow window has no room for it.
 */
AdwToast *mig_failure_toast_new(GtkWindow *window, const GError *error,
                                const MigFailureNames *names)
{
    g_autofree char *text = mig_failure_of(error, names);
    AdwToast *toast = adw_toast_new("");
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    /* the ends of a toast are round */
    g_object_set(box, "margin-top", 6, "margin-bottom", 6, "margin-start", 6, NULL);
    gtk_box_append(GTK_BOX(box), make_label(text));
    if (!mig_words_is_sentence(text, error->message))
        gtk_box_append(GTK_BOX(box), make_button(window, toast, error->message));
    adw_toast_set_custom_title(toast, box);
    return toast;
}
