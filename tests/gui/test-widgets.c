/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Models, rows and the window in this process, without a bus. */
#include "application.h"
#include "beside.h"
#include "clauses.h"
#include "config.h"
#include "core/error.h"
#include "failure.h"
#include "fixture.h"
#include "guest-row.h"
#include "guests-page.h"
#include "job-row.h"
#include "lint.h"
#include "technical.h"
#include "window.h"
#include "words.h"

static MigGuest *make_guest(const char *text)
{
    g_autoptr(GVariant) row = parse(text);
    return mig_guest_new(row);
}

static void count_cb(guint *count)
{
    (*count)++;
}

static void test_object(void)
{
    g_autoptr(MigGuest) guest = make_guest("{'name': <'web'>, 'memory': <uint64 1024>}");
    guint changes = 0, notified = 0;
    guint64 memory;
    g_signal_connect_swapped(guest, "changed", G_CALLBACK(count_cb), &changes);
    g_signal_connect_swapped(guest, "notify::memory", G_CALLBACK(count_cb), &notified);
    g_autoptr(GVariant) same = parse("{'name': <'web'>, 'memory': <uint64 1024>}");
    g_assert_false(mig_object_update(MIG_OBJECT(guest), same));
    g_autoptr(GVariant) more = parse("{'memory': <uint64 2048>, 'other': <1>}");
    g_assert_true(mig_object_update(MIG_OBJECT(guest), more));
    g_assert_cmpuint(changes, ==, 1);
    g_assert_cmpuint(notified, ==, 1);
    g_object_get(guest, "memory", &memory, NULL);
    g_assert_cmpuint(memory, ==, 2048);
    g_assert_cmpstr(mig_guest_get_name(guest), ==, "web");
}

/* A service that says nonsense is not believed, and nothing breaks. */
static void test_wrong_types(void)
{
    g_autoptr(MigGuest) guest = make_guest("{'name': <7>, 'memory': <'much'>, 'reasons': <true>}");
    g_autofree char *reason = mig_guest_dup_reason(guest);
    g_assert_cmpstr(mig_guest_get_name(guest), ==, "");
    g_assert_cmpuint(mig_guest_get_memory(guest), ==, 0);
    g_assert_cmpstr(reason, ==, "");
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_NO);
}

static void test_moves(void)
{
    g_autoptr(MigGuest) guest = make_guest("{'can-migrate': <true>}");
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_YES);
    g_autoptr(GVariant) remark = parse("{'reasons': <[('new-id', 'A sentence.')]>}");
    mig_object_update(MIG_OBJECT(guest), remark);
    g_assert_true(mig_guest_wants_check(guest, g_get_monotonic_time() + MIG_GUEST_CHECK_LASTS + 1));
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_REMARKS);
    g_autofree char *reason = mig_guest_dup_reason(guest);
    g_assert_cmpstr(reason, ==, "A sentence.");
    g_autoptr(MigJob) job = parse_job("{'State': <'running'>}");
    mig_guest_set_job(guest, job);
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_MOVING);
}

static void find_in(MigGuest *guest, const char *state, const char *findings)
{
    g_autoptr(GVariant) row = parse(findings);
    g_autoptr(GVariant) list = g_variant_lookup_value(row, "findings", G_VARIANT_TYPE("aa{sv}"));
    mig_guest_set_findings(guest, state, list);
}

#define FINDING(id, severity)                                                                      \
    "{'id': <'" id "'>, 'severity': <'" severity "'>, 'arguments': <{'guest': 'web'}>, "           \
    "'sentence': <'Of " id ".'>, 'remedy': <''>}"
#define FOUND(list) "{'findings': <[" list "]>}"

/* What a guest is made of counts beside its state, and only as long as that lets it move. */
static void test_findings(void)
{
    g_autoptr(MigGuest) guest = make_guest("{'state': <'running'>, 'can-migrate': <true>, "
                                           "'reasons': <[('transient', 'x')]>}");
    g_autoptr(GVariant) off = parse("{'state': <'shutoff'>, 'can-migrate': <false>, 'reasons': "
                                    "<[('not-running', 'x')]>}");
    g_autoptr(GVariant) on = parse("{'state': <'running'>, 'can-migrate': <true>, 'reasons': "
                                   "<@a(ss) []>}");
    g_autoptr(GVariant) idle = parse("{'state': <'idle'>}");
    guint changes = 0;
    g_signal_connect_swapped(guest, "changed", G_CALLBACK(count_cb), &changes);
    g_assert_true(mig_guest_wants_check(guest, g_get_monotonic_time()));
    find_in(guest, "running", FOUND(FINDING("user-network", "warning")));
    g_assert_false(mig_guest_wants_check(guest, g_get_monotonic_time()));
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_REMARKS);
    g_autofree char *reason = mig_guest_dup_reason(guest);
    g_assert_cmpstr(reason, ==,
                    "It has no saved configuration and is gone when it stops. Of user-network.");
    find_in(guest, "running", FOUND(FINDING("user-network", "warning")));
    g_assert_cmpuint(changes, ==, 1);
    find_in(guest, "paused", "{'findings': <@aa{sv} []>}"); /* it is not known to be paused */
    g_assert_cmpuint(changes, ==, 1);
    mig_object_update(MIG_OBJECT(guest), idle);
    g_assert_false(mig_guest_wants_check(guest, g_get_monotonic_time()));
    find_in(guest, "running", FOUND(FINDING("snapshots", "blocker") ", " FINDING("x", "note")));
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_NO);
    mig_object_update(MIG_OBJECT(guest), off);
    g_assert_false(mig_guest_wants_check(guest, g_get_monotonic_time()));
    g_autofree char *stopped = mig_guest_dup_reason(guest);
    g_assert_cmpstr(stopped, ==, "It does not run; start it first.");
    mig_object_update(MIG_OBJECT(guest), on);
    mig_guest_forget_check(guest);
    g_assert_true(mig_guest_wants_check(guest, g_get_monotonic_time()));
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_NO); /* what was known is kept */
    mig_guest_set_findings(guest, "running", NULL);
    g_assert_cmpint(mig_guest_get_move(guest), ==, MIG_MOVE_YES);
    g_autoptr(MigJob) job = parse_job("{'State': <'running'>}");
    mig_guest_forget_check(guest);
    mig_guest_set_job(guest, job);
    g_assert_false(mig_guest_wants_check(guest, g_get_monotonic_time()));
}

static void test_words(void)
{
    g_autofree char *seconds = mig_words_duration(59 * G_USEC_PER_SEC);
    g_autofree char *minute = mig_words_duration(60 * G_USEC_PER_SEC);
    g_autofree char *minutes = mig_words_duration(150 * G_USEC_PER_SEC);
    g_assert_cmpstr(seconds, ==, "less than a minute");
    g_assert_cmpstr(minute, ==, "1 minute");
    g_assert_cmpstr(minutes, ==, "3 minutes");
    g_autofree char *sentence = mig_words_sentence("\xc3\xa4rger with host b");
    g_autofree char *nothing = mig_words_sentence(NULL);
    g_assert_cmpstr(sentence, ==, "\xc3\x84rger with host b");
    g_assert_cmpstr(nothing, ==, "");
    g_assert_cmpstr(mig_words_phase("copying"), ==, "Copying memory");
    g_assert_cmpstr(mig_words_phase("unheard-of"), ==, "unheard-of");
}

/* A sentence of the service is shown with a capital, and is no technical message then. */
static void test_sentences(void)
{
    const MigFailureNames names = { .host = "b" };
    const char *name = mig_error_name(MIG_ERROR_HOST_TIMEOUT);
    g_autofree char *why = mig_failure_why(name, &names, "host b did not answer");
    g_autofree char *text = mig_failure_text(name, &names, "host b did not answer");
    g_autofree char *ours = mig_failure_why(name, &names, "");
    g_assert_cmpstr(why, ==, "Host b did not answer");
    g_assert_cmpstr(text, ==, why);
    g_assert_cmpstr(ours, ==, "No answer came from b in time.");
    g_assert_true(mig_words_is_sentence(why, "host b did not answer"));
    g_assert_false(mig_words_is_sentence(ours, "host b did not answer"));
    g_assert_false(mig_words_is_sentence(NULL, "host b did not answer"));

    g_autofree char *step = mig_words_clause("open the port");
    g_autofree char *whole = mig_words_clause("Open it?");
    g_assert_cmpstr(step, ==, "Open the port.");
    g_assert_cmpstr(whole, ==, "Open it?");

    MigTechnical *technical = g_object_ref_sink(g_object_new(MIG_TYPE_TECHNICAL, NULL));
    mig_technical_set(technical, ours, "host b did not answer");
    g_assert_true(gtk_widget_get_visible(GTK_WIDGET(technical)));
    mig_technical_set(technical, why, "host b did not answer");
    g_assert_false(gtk_widget_get_visible(GTK_WIDGET(technical)));
    g_object_unref(technical);
}

static void test_clauses(void)
{
    const char *sentence = "host \"a; b\" is down; start it; open the port; guest \"web\" runs on "
                           "host a; never read";
    g_autofree char *why = mig_clauses_why(sentence);
    g_auto(GStrv) remedies = mig_clauses_remedies(sentence);
    g_auto(GStrv) none = mig_clauses_remedies("");
    g_assert_cmpstr(why, ==, "Host \"a; b\" is down.");
    g_assert_cmpuint(g_strv_length(remedies), ==, 2);
    g_assert_cmpstr(remedies[0], ==, "Start it.");
    g_assert_cmpstr(remedies[1], ==, "Open the port.");
    g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static int left_of(GtkWidget *child, GtkWidget *parent)
{
    graphene_rect_t bounds;
    g_assert_true(gtk_widget_compute_bounds(child, parent, &bounds));
    return (int) bounds.origin.x;
}

static int top_of(GtkWidget *child, GtkWidget *parent)
{
    graphene_rect_t bounds;
    g_assert_true(gtk_widget_compute_bounds(child, parent, &bounds));
    return (int) bounds.origin.y;
}

static void give(GtkWidget *widget, int width)
{
    int height;
    gtk_widget_measure(widget, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
    gtk_widget_size_allocate(widget, &(GtkAllocation){ 0, 0, width, height }, -1);
}

static void test_beside(void)
{
    GtkWidget *text = gtk_label_new("a sentence that is long enough for more than a line of text");
    GtkWidget *buttons = gtk_button_new_with_label("Button");
    GtkWidget *beside = g_object_ref_sink(mig_beside_new(text, buttons));
    gtk_label_set_wrap(GTK_LABEL(text), TRUE);

    give(beside, 700);
    g_assert_cmpint(top_of(buttons, beside), ==, 0);
    g_assert_cmpint(left_of(buttons, beside), >, gtk_widget_get_width(text));
    const int low = gtk_widget_get_height(beside);
    give(beside, 300);
    g_assert_cmpint(gtk_widget_get_width(text), ==, 300);
    g_assert_cmpint(top_of(buttons, beside), >=, gtk_widget_get_height(text));
    g_assert_cmpint(gtk_widget_get_height(beside), >, low);

    gtk_widget_set_direction(beside, GTK_TEXT_DIR_RTL);
    give(beside, 700);
    g_assert_cmpint(left_of(buttons, beside), ==, 0);
    g_assert_cmpint(left_of(text, beside), >, gtk_widget_get_width(buttons));

    gtk_label_set_label(GTK_LABEL(text), "short");
    gtk_widget_set_direction(beside, GTK_TEXT_DIR_LTR);
    give(beside, 300);
    g_assert_cmpint(top_of(buttons, beside), ==, 0);
    gtk_widget_set_visible(buttons, FALSE);
    give(beside, 300);
    g_assert_cmpint(gtk_widget_get_width(text), ==, 300);
    g_object_unref(beside);
}

static void test_rows(void)
{
    g_autoptr(MigGuest) guest = make_guest("{'name': <'<b>web'>, 'state': <'running'>}");
    g_autoptr(MigJob) job =
        parse_job("{'Guest': <'web'>, 'State': <'running'>, 'Phase': <'copying'>, 'Source': "
                  "<'local'>, 'Destination': <'b'>, 'Progress': <0.5>}");
    GtkWidget *row = g_object_ref_sink(mig_guest_row_new());
    mig_guest_row_set_guest(MIG_GUEST_ROW(row), guest);
    mig_guest_set_job(guest, job);
    g_assert_cmpuint(lint(row), ==, 0);
    mig_guest_row_set_guest(MIG_GUEST_ROW(row), NULL);
    g_object_unref(row);
    row = g_object_ref_sink(mig_job_row_new(job));
    g_assert_cmpuint(lint(row), ==, 0);
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        "web, from this computer to b, Copying memory");
    g_object_unref(row);
}

/* The service shows this user less of it. */
static void test_row_of_another_user(void)
{
    g_autoptr(MigJob) job = parse_job("{'Guest': <''>, 'State': <'running'>, 'Phase': <'copying'>, "
                                      "'Source': <''>, 'Destination': <''>, 'Progress': <0.5>}");
    GtkWidget *row = g_object_ref_sink(mig_job_row_new(job));
    g_assert_cmpuint(lint(row), ==, 0);
    gtk_test_accessible_assert_property(
        GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
        "A guest of another user, from another host to another host, Copying memory");
    g_object_unref(row);
}

/* A page that counts how often it is destroyed. */
static GtkWidget *make_page(guint *gone)
{
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(page), adw_header_bar_new());
    g_object_weak_ref(G_OBJECT(page), (GWeakNotify) (void (*)(void)) count_cb, gone);
    return page;
}

static void wait_for_service_page(MigClient *client)
{
    while (mig_client_get_state(client) == MIG_CLIENT_CONNECTING)
        g_main_context_iteration(NULL, TRUE);
}

static void test_window(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    MigWindow *window = mig_window_new(NULL, client);
    guint gone = 0;
    gtk_window_present(GTK_WINDOW(window));
    wait_for_service_page(client);
    g_assert_cmpint(mig_client_get_state(client), ==, MIG_CLIENT_NO_SERVICE);
    g_assert_nonnull(mig_client_get_error(client));
    g_assert_cmpuint(lint(GTK_WIDGET(window)), ==, 0);
    GtkWidget *view = mig_window_get_page(window);
    GtkWidget *page = make_page(&gone);
    mig_window_push(window, page, "test");
    g_assert_true(mig_window_get_page(window) == page);
    g_assert_true(mig_window_of(page) == window);
    gtk_widget_activate_action(GTK_WIDGET(window), "win.back", NULL);
    while (!gone)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(mig_window_get_page(window) == view);
    gtk_widget_activate_action(GTK_WIDGET(window), "win.show-jobs", NULL);
    g_assert_true(mig_window_get_page(window) != view);
    mig_window_toast(window, "<b>not markup & fine");
    gtk_window_destroy(GTK_WINDOW(window));
}

static void add_actions(GtkWidget *widget, GPtrArray *actions)
{
    g_autofree char *action = NULL;
    if (GTK_IS_SHORTCUTS_SHORTCUT(widget))
        g_object_get(widget, "action-name", &action, NULL);
    if (action)
        g_ptr_array_add(actions, g_steal_pointer(&action));
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        add_actions(child, actions);
}

/* What has a key is in the window of keys, and what is there has a key. */
static void test_shortcuts(void)
{
    g_autoptr(MigApplication) application = mig_application_new();
    g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GtkBuilder) builder = gtk_builder_new_from_resource(APP_PATH "/gtk/help-overlay.ui");
    g_application_set_flags(G_APPLICATION(application), G_APPLICATION_NON_UNIQUE);
    g_application_register(G_APPLICATION(application), NULL, NULL);
    g_auto(GStrv) keyed = gtk_application_list_action_descriptions(GTK_APPLICATION(application));
    add_actions(GTK_WIDGET(gtk_builder_get_object(builder, "help_overlay")), shown);
    g_ptr_array_add(shown, NULL);
    for (char **action = keyed; *action; action++) {
        g_test_message("%s", *action);
        g_assert_true(g_strv_contains((const char *const *) shown->pdata, *action));
    }
    for (guint i = 0; shown->pdata[i]; i++)
        g_assert_true(g_strv_contains((const char *const *) keyed, shown->pdata[i]));
    gtk_window_destroy(GTK_WINDOW(gtk_builder_get_object(builder, "help_overlay")));
}

/* The sign is where the language has it: in English to the right of the number. */
static void test_percent(void)
{
    g_autofree char *text = mig_words_percent(0.791);
    const int of_number = (int) (strchr(text, '7') - text);
    const int of_sign = (int) (strchr(text, '%') - text);
    g_assert_nonnull(strstr(text, "79 %"));
    for (GtkTextDirection direction = GTK_TEXT_DIR_LTR; direction <= GTK_TEXT_DIR_RTL;
         direction++) {
        GtkWidget *label = g_object_ref_sink(gtk_label_new(text));
        PangoRectangle number, sign;
        gtk_widget_set_direction(label, direction);
        PangoLayout *layout = gtk_label_get_layout(GTK_LABEL(label));
        pango_layout_index_to_pos(layout, of_number, &number);
        pango_layout_index_to_pos(layout, of_sign, &sign);
        g_assert_cmpint(MIN(number.x, number.x + number.width), <,
                        MIN(sign.x, sign.x + sign.width));
        g_object_unref(label);
    }
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    adw_init();
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    g_test_add_func("/words/percent", test_percent);
    g_test_add_func("/object/update", test_object);
    g_test_add_func("/object/wrong-types", test_wrong_types);
    g_test_add_func("/guest/moves", test_moves);
    g_test_add_func("/guest/findings", test_findings);
    g_test_add_func("/words", test_words);
    g_test_add_func("/words/sentences", test_sentences);
    g_test_add_func("/words/clauses", test_clauses);
    g_test_add_func("/beside", test_beside);
    g_test_add_func("/rows", test_rows);
    g_test_add_func("/rows-of-others", test_row_of_another_user);
    g_test_add_func("/window", test_window);
    g_test_add_func("/shortcuts", test_shortcuts);
    return g_test_run();
}
