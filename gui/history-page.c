/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view History: owns the list of what has ended, and the filter over it. */
#include "history-page.h"

#include <string.h>

#include "config.h"
#include "failure.h"
#include "history-list.h"
#include "history-row.h"
#include "job-words.h"
#include "stack.h"
#include "technical.h"
#include "words.h"

struct _MigHistoryPage {
    AdwBin parent_instance;

    MigClient *client;
    MigHistoryList *history;
    GtkFilter *filter;
    GtkFilterListModel *shown;
    char *words;        /* what is searched for, without case; NULL: anything */
    const char *wanted; /* the state that is shown, NULL: all */

    GtkSearchEntry *search_entry;
    GtkDropDown *result;
    GtkStack *pages;
    GtkListBox *list;
    GtkWidget *older_button;
    AdwStatusPage *denied_page;
    AdwStatusPage *failed_page;
    MigTechnical *denied_technical;
    MigTechnical *failed_technical;
};

G_DEFINE_FINAL_TYPE(MigHistoryPage, mig_history_page, ADW_TYPE_BIN)

/* filter */

static gboolean has_words(const char *text, const char *words)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    return strstr(folded, words) != NULL;
}

static gboolean fits(gpointer item, gpointer data)
{
    MigHistoryPage *self = data;
    MigJob *job = item;
    if (self->wanted && !g_str_equal(mig_job_get_state(job), self->wanted))
        return FALSE;
    if (!self->words)
        return TRUE;
    g_autofree char *title = mig_job_words_title(job);
    g_autofree char *source = mig_words_host(mig_job_get_source(job));
    g_autofree char *destination = mig_words_host(mig_job_get_destination(job));
    return has_words(title, self->words) ||
           has_words(mig_object_get_string(MIG_OBJECT(job), "GuestUUID"), self->words) ||
           has_words(source, self->words) || has_words(destination, self->words);
}

static void filter_cb(MigHistoryPage *self)
{
    /* in the order of history-page.ui */
    static const char *const states[] = { NULL, "completed", "failed", "cancelled", "interrupted" };
    g_autofree char *text =
        g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->search_entry))));
    g_clear_pointer(&self->words, g_free);
    if (text[0])
        self->words = g_utf8_casefold(text, -1);
    self->wanted = states[MIN(gtk_drop_down_get_selected(self->result), G_N_ELEMENTS(states) - 1)];
    if (self->filter)
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* which page */

static const char *choose_page(MigHistoryPage *self)
{
    static const char *const names[] = {
        [MIG_HISTORY_UNASKED] = "loading", [MIG_HISTORY_LOADING] = "loading",
        [MIG_HISTORY_READY] = "empty",     [MIG_HISTORY_DENIED] = "denied",
        [MIG_HISTORY_FAILED] = "failed",
    };
    if (g_list_model_get_n_items(mig_history_list_get_model(self->history)))
        return g_list_model_get_n_items(G_LIST_MODEL(self->shown)) ? "list" : "no-results";
    return names[mig_history_list_get_state(self->history)];
}

static void update_cb(MigHistoryPage *self)
{
    const GError *error = mig_history_list_get_error(self->history);
    g_autofree char *why = error ? mig_failure_of(error, NULL) : g_strdup("");
    mig_technical_describe(self->denied_page, self->denied_technical, why, error);
    mig_technical_describe(self->failed_page, self->failed_technical, why, error);
    gtk_widget_set_visible(self->older_button, mig_history_list_has_more(self->history));
    gtk_widget_set_sensitive(self->older_button,
                             mig_history_list_get_state(self->history) != MIG_HISTORY_LOADING);
    mig_stack_show(self->pages, choose_page(self));
}

static void load_cb(MigHistoryPage *self)
{
    mig_history_list_load(self->history, MIG_CALL_INTERACTIVE);
}

/* Whoever looks for the first time, and again when the service is back. */
static void look_cb(MigHistoryPage *self)
{
    const MigHistoryState state = mig_history_list_get_state(self->history);
    if (gtk_widget_get_mapped(GTK_WIDGET(self)) &&
        mig_client_get_state(self->client) == MIG_CLIENT_READY &&
        (state == MIG_HISTORY_UNASKED || state == MIG_HISTORY_FAILED))
        mig_history_list_load(self->history, MIG_CALL_NONE);
}

/* what others call */

static GtkWidget *make_row(gpointer item, gpointer data)
{
    return mig_history_row_new(MIG_HISTORY_PAGE(data)->client, item);
}

void mig_history_page_set_client(MigHistoryPage *self, MigClient *client)
{
    g_return_if_fail(MIG_IS_HISTORY_PAGE(self) && !self->client);
    self->client = g_object_ref(client);
    self->history = mig_history_list_new(client);
    self->filter = g_object_ref(GTK_FILTER(gtk_custom_filter_new(fits, self, NULL)));
    self->shown = gtk_filter_list_model_new(g_object_ref(mig_history_list_get_model(self->history)),
                                            g_object_ref(self->filter));
    gtk_list_box_bind_model(self->list, G_LIST_MODEL(self->shown), make_row, self, NULL);
    g_signal_connect_object(self->shown, "items-changed", G_CALLBACK(update_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->history, "updated", G_CALLBACK(update_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(look_cb), self, G_CONNECT_SWAPPED);
    update_cb(self);
}

void mig_history_page_search(MigHistoryPage *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->search_entry));
}

/* life */

static void mig_history_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mig_history_page_parent_class)->map(widget);
    if (MIG_HISTORY_PAGE(widget)->client)
        look_cb(MIG_HISTORY_PAGE(widget));
}

static void mig_history_page_dispose(GObject *object)
{
    MigHistoryPage *self = MIG_HISTORY_PAGE(object);
    if (self->list)
        gtk_list_box_bind_model(self->list, NULL, NULL, NULL, NULL);
    g_clear_object(&self->shown);
    g_clear_object(&self->filter);
    g_clear_object(&self->history);
    g_clear_object(&self->client);
    g_clear_pointer(&self->words, g_free);
    G_OBJECT_CLASS(mig_history_page_parent_class)->dispose(object);
}

static void mig_history_page_class_init(MigHistoryPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_history_page_dispose;
    widget_class->map = mig_history_page_map;
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/history-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, search_entry);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, result);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, pages);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, list);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, older_button);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, denied_page);
    gtk_widget_class_bind_template_child(widget_class, MigHistoryPage, failed_page);
    gtk_widget_class_bind_template_callback(widget_class, filter_cb);
    gtk_widget_class_bind_template_callback(widget_class, load_cb);
}

static void mig_history_page_init(MigHistoryPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->denied_technical = mig_technical_add_to(self->denied_page);
    self->failed_technical = mig_technical_add_to(self->failed_page);
}
