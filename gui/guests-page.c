/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The view Guests: owns the guest list of the chosen source, the questions about those of its
 * guests that have a row, and the filter and order of what is shown of it. A host may have a
 * thousand guests: the list is a GtkListView, which makes 200 rows around what is seen, and gets
 * its items step by step, so that not all rows are made in one frame.
 */
#include "guests-page.h"

#include <glib/gi18n.h>

#include "combo.h"
#include "config.h"
#include "failure.h"
#include "guest-checks.h"
#include "guest-row.h"
#include "settings.h"
#include "sight.h"
#include "stack.h"
#include "technical.h"
#include "window.h"
#include "words.h"

/* Items that the list has at first and gets more a frame, and with how many it has all its rows. */
#define STEP 20
#define ENOUGH 240

struct _MigGuestsPage {
    AdwBin parent_instance;

    MigClient *client;
    MigGuestList *guests;
    MigGuestChecks *checks;
    GtkFilterListModel *shown;
    GtkSliceListModel *begun; /* the first of them; all, as soon as the list has its rows */
    guint growing;            /* tick callback that lengthens it */
    GtkFilter *filter;
    char *words;    /* what is searched, case-folded; NULL: nothing */
    char *wanted;   /* source of the last time, until hosts are known */
    guint choosing; /* idle source that chooses it */

    GtkSearchBar *search_bar;
    GtkSearchEntry *search_entry;
    AdwComboRow *source_row;
    GtkLabel *stale;
    MigTechnical *stale_technical;
    GtkStack *pages;
    GtkListView *list_view;
    AdwStatusPage *empty_page;
    AdwStatusPage *failed_page;
    AdwStatusPage *denied_page;
    MigTechnical *failed_technical;
    MigTechnical *denied_technical;
};

G_DEFINE_FINAL_TYPE(MigGuestsPage, mig_guests_page, ADW_TYPE_BIN)

/* rows in steps */

static gboolean grow_cb(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MigGuestsPage *self = data;
    const guint all = g_list_model_get_n_items(G_LIST_MODEL(self->shown));
    const guint size = gtk_slice_list_model_get_size(self->begun) + STEP;
    const gboolean done = size >= MIN(all, ENOUGH);
    gtk_slice_list_model_set_size(self->begun, done ? G_MAXUINT : size);
    if (done)
        self->growing = 0;
    return done ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* Before the list becomes a wholly different one. */
static void begin_anew(MigGuestsPage *self)
{
    gtk_slice_list_model_set_size(self->begun, STEP);
}

static void grow(MigGuestsPage *self)
{
    const guint all = g_list_model_get_n_items(G_LIST_MODEL(self->shown));
    if (!all)
        begin_anew(self);
    else if (!self->growing && gtk_slice_list_model_get_size(self->begun) < all)
        self->growing =
            gtk_widget_add_tick_callback(GTK_WIDGET(self->list_view), grow_cb, self, NULL);
}

/* search and order */

static gboolean matches(gpointer item, gpointer data)
{
    MigGuestsPage *self = data;
    if (!self->words)
        return TRUE;
    g_autofree char *name = g_utf8_casefold(mig_guest_get_name(item), -1);
    return strstr(name, self->words) || g_str_has_prefix(mig_guest_get_uuid(item), self->words);
}

static int compare_active(gconstpointer a, gconstpointer b, gpointer data)
{
    return mig_guest_is_active((void *) b) - mig_guest_is_active((void *) a);
}

static void make_shown(MigGuestsPage *self)
{
    GtkMultiSorter *order = gtk_multi_sorter_new();
    gtk_multi_sorter_append(order, GTK_SORTER(gtk_custom_sorter_new(compare_active, NULL, NULL)));
    gtk_multi_sorter_append(order, GTK_SORTER(gtk_string_sorter_new(
                                       gtk_property_expression_new(MIG_TYPE_GUEST, NULL, "name"))));
    GListModel *model = g_object_ref(mig_guest_list_get_model(self->guests));
    GtkSortListModel *sorted = gtk_sort_list_model_new(model, GTK_SORTER(order));
    self->filter = g_object_ref(GTK_FILTER(gtk_custom_filter_new(matches, self, NULL)));
    self->shown = gtk_filter_list_model_new(G_LIST_MODEL(sorted), g_object_ref(self->filter));
    self->begun = gtk_slice_list_model_new(g_object_ref(G_LIST_MODEL(self->shown)), 0, STEP);
}

static void search_changed_cb(MigGuestsPage *self)
{
    g_autofree char *text =
        g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->search_entry))));
    g_clear_pointer(&self->words, g_free);
    if (text[0])
        self->words = g_utf8_casefold(text, -1);
    if (!self->filter)
        return;
    begin_anew(self);
    gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
    grow(self);
}

/* which page */

static const char *choose_page(MigGuestsPage *self)
{
    const guint all = g_list_model_get_n_items(mig_guest_list_get_model(self->guests));
    if (all)
        return g_list_model_get_n_items(G_LIST_MODEL(self->shown)) ? "list" : "no-results";
    static const char *const names[] = {
        [MIG_GUESTS_LOADING] = "loading",
        [MIG_GUESTS_READY] = "empty",
        [MIG_GUESTS_DENIED] = "denied",
        [MIG_GUESTS_FAILED] = "failed",
    };
    return names[mig_guest_list_get_state(self->guests)];
}

static char *dup_host(MigGuestsPage *self)
{
    const char *host = mig_guest_list_get_host(self->guests);
    return host ? mig_words_host_inside(host) : g_strdup("");
}

static void set_texts(AdwStatusPage *page, const char *title, const char *description)
{
    g_autofree char *title_markup = g_markup_escape_text(title, -1);
    g_autofree char *markup = g_markup_escape_text(description, -1);
    adw_status_page_set_title(page, title_markup);
    adw_status_page_set_description(page, markup);
}

static char *describe(MigGuestsPage *self, const GError *error)
{
    MigHost *host = adw_combo_row_get_selected_item(self->source_row);
    const MigFailureNames names = { .host = host ? mig_host_get_name(host) : NULL };
    return mig_failure_of(error, &names);
}

/* The list is there, but the last answer was none. */
static void show_stale(MigGuestsPage *self, const GError *error)
{
    gtk_widget_set_visible(GTK_WIDGET(self->stale), error != NULL);
    mig_technical_set(self->stale_technical, NULL, NULL);
    if (!error)
        return;
    g_autofree char *time = mig_words_time(mig_guest_list_get_updated(self->guests));
    /* Translators: a time of day and a sentence that says what is wrong */
    g_autofree char *why = describe(self, error);
    g_autofree char *text = g_strdup_printf(_("Known at %s. %s"), time, why);
    gtk_label_set_label(self->stale, text);
    mig_technical_set(self->stale_technical, why, error->message);
}

static void update_cb(MigGuestsPage *self)
{
    if (!self->shown)
        return;
    g_autofree char *host = dup_host(self);
    /* Translators: %s is a host inside a sentence, here and in the next */
    g_autofree char *empty = g_strdup_printf(_("No guests on %s"), host);
    g_autofree char *failed = g_strdup_printf(_("The guests on %s cannot be seen"), host);
    const GError *error = mig_guest_list_get_error(self->guests);
    const char *page = choose_page(self);
    set_texts(self->empty_page, empty, _("Guests that run or are defined there appear here."));
    g_autofree char *why = error ? describe(self, error) : g_strdup("");
    const char *denied =
        _("Seeing the guests of a host takes a permission. Authenticate as somebody who has it, "
          "or ask the administrator for it.");
    set_texts(self->failed_page, failed, why);
    set_texts(self->denied_page, _("You may not see the guests"), denied);
    mig_technical_set(self->failed_technical, why, error ? error->message : NULL);
    mig_technical_set(self->denied_technical, denied, error ? error->message : NULL);
    show_stale(self, g_str_equal(page, "list") ? error : NULL);
    mig_stack_show(self->pages, page);
    grow(self);
}

/* the source */

/* What the row selects by itself while hosts become known is nobody's choice: it is not asked. */
static const char *follow_source(MigGuestsPage *self)
{
    MigHost *host = self->wanted ? NULL : adw_combo_row_get_selected_item(self->source_row);
    const char *name = host ? mig_host_get_name(host) : NULL;
    mig_guest_list_set_host(self->guests, name);
    update_cb(self);
    return name;
}

static void source_chosen_cb(MigGuestsPage *self)
{
    if (!self->guests)
        return;
    const char *name = follow_source(self);
    GSettings *settings = mig_settings_get();
    if (settings && name)
        g_settings_set_string(settings, "source", name);
}

/* The source of the last time, as soon as it is known that there is such a host. */
static gboolean choose_wanted_cb(gpointer data)
{
    MigGuestsPage *self = data;
    self->choosing = 0;
    GListModel *hosts = mig_client_get_hosts(self->client);
    for (guint i = 0; self->wanted && i < g_list_model_get_n_items(hosts); i++) {
        g_autoptr(MigHost) host = g_list_model_get_item(hosts, i);
        if (g_strcmp0(mig_host_get_name(host), self->wanted))
            continue;
        g_clear_pointer(&self->wanted, g_free);
        adw_combo_row_set_selected(self->source_row, i);
        follow_source(self); /* it may have been selected already */
    }
    return G_SOURCE_REMOVE;
}

/* Not at once: in the middle of a change of its list GTK 4.8 crashes when a row is selected. */
static void hosts_changed_cb(MigGuestsPage *self)
{
    if (self->wanted && !self->choosing)
        self->choosing = g_idle_add_full(G_PRIORITY_DEFAULT, choose_wanted_cb, self, NULL);
    update_cb(self);
}

static char *host_title_cb(MigHost *host)
{
    return mig_host_dup_title(host);
}

static void client_state_cb(MigGuestsPage *self)
{
    if (mig_client_get_state(self->client) != MIG_CLIENT_READY)
        return;
    g_clear_handle_id(&self->choosing, g_source_remove);
    choose_wanted_cb(self);
    if (!self->wanted)
        return;
    g_clear_pointer(&self->wanted, g_free); /* all hosts are known: it is not among them */
    follow_source(self);
}

static void read_settings(MigGuestsPage *self)
{
    GSettings *settings = mig_settings_get();
    self->wanted = settings ? g_settings_get_string(settings, "source") : g_strdup("local");
}

/* rows */

static void setup_cb(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    gtk_list_item_set_child(item, mig_guest_row_new());
}

static void bind_cb(GtkSignalListItemFactory *factory, GtkListItem *item, MigGuestsPage *self)
{
    MigGuest *guest = gtk_list_item_get_item(item);
    mig_guest_row_set_guest(MIG_GUEST_ROW(gtk_list_item_get_child(item)), guest);
    mig_guest_checks_show(self->checks, guest);
}

static void unbind_cb(GtkSignalListItemFactory *factory, GtkListItem *item, MigGuestsPage *self)
{
    MigGuestRow *row = MIG_GUEST_ROW(gtk_list_item_get_child(item));
    mig_guest_checks_hide(self->checks, mig_guest_row_get_guest(row));
    mig_guest_row_set_guest(row, NULL);
}

/* A guest that moves is shown on its way, every other one can be moved from there. */
static void activate_cb(MigGuestsPage *self, guint position)
{
    g_autoptr(MigGuest) guest = g_list_model_get_item(G_LIST_MODEL(self->shown), position);
    MigWindow *window = mig_window_of(GTK_WIDGET(self));
    const char *source = mig_guests_page_get_source(self);
    if (!guest || !window || !source)
        return;
    if (mig_guest_get_job(guest))
        mig_window_show_job(window, mig_object_get_path(MIG_OBJECT(mig_guest_get_job(guest))));
    else
        mig_window_migrate(window, source, mig_guest_get_name(guest), NULL, NULL);
}

/* what others call */

void mig_guests_page_set_client(MigGuestsPage *self, MigClient *client)
{
    g_return_if_fail(MIG_IS_GUESTS_PAGE(self) && !self->client);
    self->client = g_object_ref(client);
    self->guests = mig_guest_list_new(client);
    self->checks = mig_guest_checks_new(client, self->guests);
    mig_sight_follow(GTK_WIDGET(self), self->guests);
    read_settings(self);
    make_shown(self);
    GListModel *begun = g_object_ref(G_LIST_MODEL(self->begun));
    g_autoptr(GtkNoSelection) selection = gtk_no_selection_new(begun);
    gtk_list_view_set_model(self->list_view, GTK_SELECTION_MODEL(selection));
    g_signal_connect_object(self->shown, "items-changed", G_CALLBACK(update_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->guests, "updated", G_CALLBACK(update_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->guests, "notify::state", G_CALLBACK(update_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(client_state_cb), self,
                            G_CONNECT_SWAPPED);
    GListModel *hosts = mig_client_get_hosts(client);
    g_signal_connect_object(hosts, "items-changed", G_CALLBACK(hosts_changed_cb), self,
                            G_CONNECT_SWAPPED);
    adw_combo_row_set_model(self->source_row, hosts);
    hosts_changed_cb(self);
    source_chosen_cb(self);
}

const char *mig_guests_page_get_source(MigGuestsPage *self)
{
    return mig_guest_list_get_host(self->guests);
}

GtkSearchBar *mig_guests_page_get_search_bar(MigGuestsPage *self)
{
    return self->search_bar;
}

void mig_guests_page_toggle_search(MigGuestsPage *self)
{
    gtk_search_bar_set_search_mode(self->search_bar,
                                   !gtk_search_bar_get_search_mode(self->search_bar));
}

void mig_guests_page_refresh(MigGuestsPage *self, MigCallFlags flags)
{
    mig_guest_list_refresh(self->guests, flags);
    mig_guest_checks_renew(self->checks);
}

/* life */

static void mig_guests_page_dispose(GObject *object)
{
    MigGuestsPage *self = MIG_GUESTS_PAGE(object);
    g_clear_handle_id(&self->choosing, g_source_remove);
    if (self->growing)
        gtk_widget_remove_tick_callback(GTK_WIDGET(self->list_view), self->growing);
    self->growing = 0;
    if (self->list_view)
        gtk_list_view_set_model(self->list_view, NULL);
    g_clear_object(&self->begun);
    g_clear_object(&self->shown);
    g_clear_object(&self->filter);
    g_clear_object(&self->checks);
    g_clear_object(&self->guests);
    g_clear_object(&self->client);
    g_clear_pointer(&self->words, g_free);
    g_clear_pointer(&self->wanted, g_free);
    G_OBJECT_CLASS(mig_guests_page_parent_class)->dispose(object);
}

static void mig_guests_page_class_init(MigGuestsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_guests_page_dispose;
    g_type_ensure(MIG_TYPE_HOST);
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/guests-page.ui");
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, search_bar);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, search_entry);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, source_row);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, stale);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, stale_technical);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, pages);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, list_view);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, empty_page);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, failed_page);
    gtk_widget_class_bind_template_child(widget_class, MigGuestsPage, denied_page);
    gtk_widget_class_bind_template_callback(widget_class, search_changed_cb);
    gtk_widget_class_bind_template_callback(widget_class, source_chosen_cb);
    gtk_widget_class_bind_template_callback(widget_class, host_title_cb);
    gtk_widget_class_bind_template_callback(widget_class, activate_cb);
    gtk_widget_class_bind_template_callback(widget_class, setup_cb);
    gtk_widget_class_bind_template_callback(widget_class, bind_cb);
    gtk_widget_class_bind_template_callback(widget_class, unbind_cb);
}

static void mig_guests_page_init(MigGuestsPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->failed_technical = mig_technical_add_to(self->failed_page);
    self->denied_technical = mig_technical_add_to(self->denied_page);
    mig_combo_wrap(self->source_row, TRUE);
    gtk_search_bar_connect_entry(self->search_bar, GTK_EDITABLE(self->search_entry));
}
