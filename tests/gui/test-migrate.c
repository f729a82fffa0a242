/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page New migration and what it is made of, in this process, without a bus. */
#include "advanced-rows.h"
#include "chooser-row.h"
#include "consequence.h"
#include "draft.h"
#include "dry-run.h"
#include "finding-row.h"
#include "fixture.h"
#include "interface.h"
#include "lint.h"
#include "migrate-page.h"
#include "option-row.h"
#include "remedy.h"
#include "window.h"
#include "words.h"

static void set_text(MigDraft *draft, MigOption option, const char *text)
{
    mig_draft_set(draft, option, g_variant_new_string(text));
}

static gboolean is_given(MigDraft *draft, const char *key)
{
    g_autoptr(GVariant) options = g_variant_ref_sink(mig_draft_get_options(draft));
    g_autoptr(GVariant) value = g_variant_lookup_value(options, key, NULL);
    return value != NULL;
}

/* What cannot be is left out, and comes back when it can be again. */
static void test_draft_conflict(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    set_text(draft, MIG_OPT_INTERFACE_ADDRESS, "192.0.2.2");
    g_assert_true(is_given(draft, "interface-address"));
    mig_draft_set_number(draft, MIG_OPT_TRANSPORT, MIG_TRANSPORT_TUNNELLED);
    g_assert_false(is_given(draft, "interface-address"));
    g_assert_nonnull(mig_draft_get_obstacle(draft, MIG_OPT_INTERFACE_ADDRESS));
    g_assert_nonnull(mig_draft_get_obstacle(draft, MIG_OPT_TLS));
    g_assert_null(mig_draft_get_fault(draft));
    mig_draft_set_number(draft, MIG_OPT_TRANSPORT, MIG_TRANSPORT_NATIVE);
    g_assert_true(is_given(draft, "interface-address"));
    g_assert_null(mig_draft_get_obstacle(draft, MIG_OPT_TLS));
}

/* Two options that want each other: one can be set first, and then it is said what is missing. */
static void test_draft_more(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    g_assert_null(mig_draft_get_obstacle(draft, MIG_OPT_GRAPHICS_TYPE));
    g_assert_nonnull(mig_draft_get_obstacle(draft, MIG_OPT_GRAPHICS_ADDRESS));
    mig_draft_set_number(draft, MIG_OPT_GRAPHICS_TYPE, MIG_GRAPHICS_SPICE);
    g_assert_nonnull(mig_draft_get_fault(draft));
    g_assert_null(mig_draft_get_obstacle(draft, MIG_OPT_GRAPHICS_ADDRESS));
    set_text(draft, MIG_OPT_GRAPHICS_ADDRESS, "192.0.2.2");
    mig_draft_set_number(draft, MIG_OPT_GRAPHICS_PORT, 5900);
    g_assert_null(mig_draft_get_fault(draft));
}

static void test_draft_mistake(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    set_text(draft, MIG_OPT_INTERFACE_ADDRESS, "127.0.0.1");
    g_assert_false(is_given(draft, "interface-address"));
    g_assert_nonnull(mig_draft_get_mistake(draft, MIG_OPT_INTERFACE_ADDRESS));
    g_assert_nonnull(mig_draft_get_fault(draft));
    mig_draft_set(draft, MIG_OPT_INTERFACE_ADDRESS, NULL);
    g_assert_null(mig_draft_get_fault(draft));
}

static void test_draft_modes(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    g_autofree char *direct =
        mig_draft_dup_mode_obstacle(draft, MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_NATIVE, "qemu");
    g_autofree char *unmanaged =
        mig_draft_dup_mode_obstacle(draft, MIG_FLOW_UNMANAGED_DIRECT, MIG_TRANSPORT_NATIVE, "qemu");
    g_autofree char *tunnelled =
        mig_draft_dup_mode_obstacle(draft, MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_TUNNELLED, "");
    g_assert_null(direct);
    g_assert_nonnull(strstr(unmanaged, "QEMU"));
    g_assert_nonnull(tunnelled);
}

/* Whatever one sets, alone or after another, the service would not refuse what is given. */
static void test_draft_pairs(void)
{
    for (MigOption one = MIG_OPT_FLOW; one < MIG_N_OPTS; one++)
        for (MigOption other = MIG_OPT_FLOW; other < MIG_N_OPTS; other++) {
            g_autoptr(MigDraft) draft = mig_draft_new();
            g_autoptr(GError) error = NULL;
            const MigOption both[] = { one, other };
            for (gsize i = 0; i < 2; i++)
                if (mig_option_info(both[i])->kind <= MIG_KIND_CHOICES)
                    mig_draft_set_number(draft, both[i], 1);
            set_text(draft, MIG_OPT_SOURCE, "a");
            g_autoptr(GVariant) options = g_variant_ref_sink(mig_draft_get_options(draft));
            g_autoptr(MigRequest) request = mig_request_new("web", "b", options, &error);
            if (!mig_draft_get_fault(draft)) {
                g_assert_no_error(error);
                g_assert_nonnull(request);
            }
        }
}

/* Every option of the service is on the page, once. */
static void test_fields(void)
{
    static const MigOption basic[] = { MIG_OPT_SOURCE,         MIG_OPT_FLOW,
                                       MIG_OPT_TRANSPORT,      MIG_OPT_INTERFACE_ADDRESS,
                                       MIG_OPT_PORT,           MIG_OPT_PERSIST,
                                       MIG_OPT_UNDEFINE_SOURCE };
    guint count[MIG_N_OPTS] = { 0 };
    for (gsize i = 0; i < G_N_ELEMENTS(basic); i++)
        count[basic[i]]++;
    for (const MigField *field = mig_fields(); field->title; field++)
        count[field->option]++;
    for (MigOption option = 0; option < MIG_N_OPTS; option++) {
        if (count[option] != 1)
            g_test_message("%s", mig_option_info(option)->key);
        g_assert_cmpuint(count[option], ==, 1);
    }
}

static void test_fields_typed(void)
{
    const struct {
        MigOption option;
        const char *typed, *kept;
    } cases[] = {
        { MIG_OPT_DISKS, " vda,vdb ", "vda, vdb" },
        { MIG_OPT_NETWORKS, "default = office", "default=office" },
        { MIG_OPT_DESTINATION_NAME, "web-2 ", "web-2" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigDraft) draft = mig_draft_new();
        mig_draft_set(draft, cases[i].option, mig_field_parse(cases[i].option, cases[i].typed));
        g_assert_null(mig_draft_get_mistake(draft, cases[i].option));
        g_autofree char *text =
            mig_field_print(cases[i].option, mig_draft_get(draft, cases[i].option));
        g_assert_cmpstr(text, ==, cases[i].kept);
    }
}

#define NO FALSE
#define YES TRUE

typedef struct {
    gboolean configured, there, undefine, persist, warning;
    const char *sentence;
} Consequence;

/* The rows of docs/outcomes.md in its order; a guest's name is never read again. */
static const Consequence consequences[] = {
    { NO, NO, NO, NO, NO,
      "{source} will run on kvm2 until it is shut down; then it is gone, because no host has its "
      "configuration." },
    { NO, NO, YES, NO, NO,
      "{source} will run on kvm2 until it is shut down; then it is gone, because no host has its "
      "configuration." },
    { NO, NO, NO, YES, NO,
      "{source} will live on kvm2. Its configuration, which is saved nowhere now, is saved "
      "there." },
    { NO, NO, YES, YES, NO,
      "{source} will live on kvm2. Its configuration, which is saved nowhere now, is saved "
      "there." },
    { NO, YES, NO, NO, NO,
      "{source} will live on kvm2. The configuration that kvm2 already has stays as it is, and "
      "counts from its next start on." },
    { NO, YES, YES, NO, NO,
      "{source} will live on kvm2. The configuration that kvm2 already has stays as it is, and "
      "counts from its next start on." },
    { NO, YES, NO, YES, NO,
      "{source} will live on kvm2. The configuration that kvm2 already has is replaced by the one "
      "it runs with." },
    { NO, YES, YES, YES, NO,
      "{source} will live on kvm2. The configuration that kvm2 already has is replaced by the one "
      "it runs with." },
    { YES, NO, NO, NO, NO,
      "{source} will run on kvm2 until it is shut down. Its configuration stays on kvm1, so it can "
      "be started there again." },
    { YES, NO, YES, NO, YES,
      "{source} will run on kvm2 until it is shut down; then it is gone, because its configuration "
      "is removed from kvm1 and kept nowhere." },
    { YES, NO, NO, YES, YES,
      "{source} will live on kvm2. A configuration also stays on kvm1: never start both." },
    { YES, NO, YES, YES, NO,
      "{source} will live on kvm2. Its configuration is removed from kvm1." },
    { YES, YES, NO, NO, YES,
      "{source} will live on kvm2, with the configuration that is already there. Another one stays "
      "on kvm1: never start both." },
    { YES, YES, YES, NO, NO,
      "{source} will live on kvm2, with the configuration that is already there. Its configuration "
      "is removed from kvm1." },
    { YES, YES, NO, YES, YES,
      "{source} will live on kvm2; the configuration that is already there is replaced. Another "
      "one stays on kvm1: never start both." },
    { YES, YES, YES, YES, NO,
      "{source} will live on kvm2; the configuration that is already there is replaced. It is "
      "removed from kvm1." },
};

/* Of which the destination is not looked at. */
static const Consequence unseen[] = {
    { NO, NO, NO, NO, NO,
      "{source} will run on kvm2 until it is shut down; then it is gone, unless kvm2 already has a "
      "configuration of it." },
    { NO, NO, YES, NO, NO,
      "{source} will run on kvm2 until it is shut down; then it is gone, unless kvm2 already has a "
      "configuration of it." },
    { NO, NO, NO, YES, NO,
      "{source} will live on kvm2. Its configuration, which is saved nowhere now, is saved "
      "there." },
    { NO, NO, YES, YES, NO,
      "{source} will live on kvm2. Its configuration, which is saved nowhere now, is saved "
      "there." },
    { YES, NO, NO, NO, NO,
      "{source} will run on kvm2, and is kept there if kvm2 already has a configuration of it. "
      "Another one stays on kvm1." },
    { YES, NO, YES, NO, YES,
      "{source} will run on kvm2. Its configuration is removed from kvm1: if kvm2 has none, it is "
      "gone when it is shut down." },
    { YES, NO, NO, YES, YES,
      "{source} will live on kvm2. A configuration also stays on kvm1: never start both." },
    { YES, NO, YES, YES, NO,
      "{source} will live on kvm2. Its configuration is removed from kvm1." },
};

static void assert_consequence(const Consequence *row, MigOutcome outcome)
{
    const MigConsequenceNames names = { "{source}", "kvm1", "kvm2", row->configured };
    gboolean warning;
    g_autofree char *text = mig_consequence(&names, outcome, &warning);
    g_assert_cmpstr(text, ==, row->sentence);
    g_assert_cmpint(warning, ==, row->warning);
}

static void test_consequences(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(consequences); i++) {
        const Consequence *row = &consequences[i];
        assert_consequence(row,
                           mig_outcome(row->configured, row->there, row->persist, row->undefine));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(unseen); i++) {
        const Consequence *row = &unseen[i];
        assert_consequence(row, mig_outcome_unseen(row->configured, row->persist, row->undefine));
    }
}

static MigFinding *make_finding(const char *text)
{
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_new_parsed(
        "[%@a{sv}]", g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL)));
    g_autoptr(GListModel) list = mig_finding_list_new(all, NULL);
    return g_list_model_get_item(list, 0);
}

static void test_remedies(void)
{
    const struct {
        const char *finding, *command;
    } cases[] = {
        { "{'id': <'snapshots'>, 'arguments': <{'guest': 'web'}>}", "virsh snapshot-list web" },
        { "{'id': <'snapshots'>, 'arguments': <{'guest': 'a b;c'}>}",
          "virsh snapshot-list 'a b;c'" },
        { "{'id': <'snapshots'>, 'arguments': <{'guest': '--all'}>}", NULL },
        { "{'id': <'snapshots'>}", NULL },
        { "{'id': <'unheard-of'>, 'arguments': <{'guest': 'web'}>}", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigFinding) finding = make_finding(cases[i].finding);
        g_autofree char *command = mig_remedy_dup_command(finding);
        g_assert_cmpstr(command, ==, cases[i].command);
    }
}

static void test_finding_row(void)
{
    g_autoptr(MigFinding) finding =
        make_finding("{'id': <'snapshots'>, 'severity': <'blocker'>, 'sentence': <'It has 2.'>, "
                     "'remedy': <'Delete them.'>, 'arguments': <{'guest': 'web'}>}");
    GtkWidget *row = g_object_ref_sink(mig_finding_row_new(finding));
    g_assert_cmpuint(lint(row), ==, 0);
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        "Blocker: It has 2. Delete them.");
    g_object_unref(row);
}

static void count_cb(guint *count)
{
    (*count)++;
}

/* The choice stays the same thing when the list changes, and is nobody's but the user's. */
static void test_chooser(void)
{
    GtkWidget *row = g_object_ref_sink(mig_chooser_row_new("Guest", "Choose…"));
    MigChooserRow *chooser = MIG_CHOOSER_ROW(row);
    g_autoptr(GListStore) first = mig_chooser_row_make_list();
    g_autoptr(GListStore) second = mig_chooser_row_make_list();
    guint notified = 0;
    g_signal_connect_swapped(row, "notify::chosen", G_CALLBACK(count_cb), &notified);
    mig_chooser_row_add(first, "a", "A", NULL);
    mig_chooser_row_add(first, "b", "B", "second line");
    mig_chooser_row_show(chooser, first);
    g_assert_null(mig_chooser_row_get_chosen(chooser));
    g_assert_cmpuint(notified, ==, 0);
    adw_combo_row_set_selected(ADW_COMBO_ROW(row), 2);
    g_assert_cmpstr(mig_chooser_row_get_chosen(chooser), ==, "b");
    g_assert_cmpuint(notified, ==, 1);
    mig_chooser_row_add(second, "c", "C", NULL);
    mig_chooser_row_show(chooser, second);
    g_assert_cmpstr(mig_chooser_row_get_chosen(chooser), ==, "b");
    g_assert_cmpuint(notified, ==, 1);
    g_object_unref(row);
}

/* First widget of a type below another. */
static GtkWidget *find_type(GtkWidget *widget, GType type)
{
    if (g_type_is_a(G_OBJECT_TYPE(widget), type))
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_type(child, type);
        if (found)
            return found;
    }
    return NULL;
}

static const MigField *find_field(MigOption option)
{
    const MigField *field = mig_fields();
    while (field->option != option)
        field++;
    return field;
}

static void test_option_rows(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    for (const MigField *field = mig_fields(); field->title; field++) {
        GtkWidget *row = g_object_ref_sink(mig_option_row_new(field, draft));
        g_assert_cmpuint(lint(row), ==, 0);
        g_object_unref(row);
    }
}

static void test_number_row(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    const MigField *field = find_field(MIG_OPT_COMPRESSION_XBZRLE_CACHE);
    GtkWidget *row = g_object_ref_sink(mig_option_row_new(field, draft));
    GtkWidget *spin = find_type(row, GTK_TYPE_SPIN_BUTTON);
    g_assert_cmpstr(gtk_editable_get_text(GTK_EDITABLE(spin)), ==, "Auto");
    g_assert_false(gtk_widget_get_sensitive(row));
    mig_draft_set_number(draft, MIG_OPT_COMPRESSION, 1 << MIG_COMPRESSION_XBZRLE);
    g_assert_true(gtk_widget_get_sensitive(row));
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(spin), 64);
    g_assert_cmpuint(mig_draft_get_number(draft, field->option), ==, 64 << 20);
    gtk_editable_set_text(GTK_EDITABLE(spin), "");
    gtk_spin_button_update(GTK_SPIN_BUTTON(spin));
    g_assert_false(mig_draft_get(draft, field->option)->set);
    g_object_unref(row);
}

static void test_text_row(void)
{
    g_autoptr(MigDraft) draft = mig_draft_new();
    GtkWidget *row =
        g_object_ref_sink(mig_option_row_new(find_field(MIG_OPT_DESTINATION_NAME), draft));
    GtkWidget *entry = find_type(row, GTK_TYPE_ENTRY);
    gtk_editable_set_text(GTK_EDITABLE(entry), "a/b");
    g_assert_true(gtk_widget_has_css_class(entry, "error"));
    g_assert_nonnull(strstr(adw_action_row_get_subtitle(ADW_ACTION_ROW(row)), "a/b"));
    g_assert_cmpstr(gtk_editable_get_text(GTK_EDITABLE(entry)), ==, "a/b");
    gtk_editable_set_text(GTK_EDITABLE(entry), "ab");
    g_assert_false(gtk_widget_has_css_class(entry, "error"));
    g_assert_cmpstr(mig_draft_get_text(draft, MIG_OPT_DESTINATION_NAME), ==, "ab");
    g_object_unref(row);
}

static void open_expanders(GtkWidget *widget)
{
    if (ADW_IS_EXPANDER_ROW(widget))
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(widget), TRUE);
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        open_expanders(child);
}

static void answered_cb(MigDryRun *dry_run, guint *answers)
{
    *answers += mig_dry_run_get_state(dry_run) != MIG_DRY_RUN_BUSY;
}

/* It is asked once, 400 ms after the last of several changes. */
static void test_dry_run_delay(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    while (mig_client_get_state(client) == MIG_CLIENT_CONNECTING)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(MigDryRun) dry_run = mig_dry_run_new(client);
    guint answers = 0;
    g_signal_connect(dry_run, "changed", G_CALLBACK(answered_cb), &answers);
    mig_dry_run_set(dry_run, "web", "b", g_variant_new("a{sv}", NULL));
    g_main_context_iteration(NULL, FALSE);
    const gint64 changed = g_get_monotonic_time();
    mig_dry_run_set(dry_run, "mail", "b", g_variant_new("a{sv}", NULL));
    g_assert_cmpint(mig_dry_run_get_state(dry_run), ==, MIG_DRY_RUN_BUSY);
    while (!answers)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(g_get_monotonic_time() - changed, >=, 400 * 1000);
    g_assert_cmpint(mig_dry_run_get_state(dry_run), ==, MIG_DRY_RUN_FAILED);
    g_assert_cmpuint(answers, ==, 1);
}

static void test_interfaces(void)
{
    static const struct {
        const char *row, *title, *detail;
    } rows[] = {
        { "{'address': <'192.0.2.2'>, 'prefix': <uint32 24>, 'name': <'eth1'>, 'speed': "
          "<uint32 25000>, 'same-subnet': <true>, 'allowed': <true>}",
          "192.0.2.2/24", "eth1 · same network as kvm1 · 25 Gbit/s" },
        { "{'address': <'2001:db8::2'>, 'name': <'eth0'>, 'speed': <uint32 100>, 'allowed': "
          "<true>, 'state': <'down'>}",
          "2001:db8::2", "eth0 · 100 Mbit/s · not connected" },
        { "{'address': <'192.0.2.9'>}", "192.0.2.9", "not allowed by the host's file" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) row =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, rows[i].row, NULL, NULL, NULL);
        g_autofree char *title = mig_interface_dup_title(row);
        g_autofree char *detail = mig_interface_dup_detail(row, "kvm1");
        g_assert_cmpstr(title, ==, rows[i].title);
        g_assert_cmpstr(detail, ==, rows[i].detail);
    }
}

/* Without a service: all named, narrow enough with every option open, and it says why not. */
static void test_page(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    MigWindow *window = mig_window_new(NULL, client);
    gtk_window_present(GTK_WINDOW(window));
    GVariant *options = g_variant_new_parsed("{'tls': <true>, 'unheard-of': <1>}");
    mig_window_migrate(window, "local", "web", options, "b");
    GtkWidget *page = mig_window_get_page(window);
    g_assert_true(MIG_IS_MIGRATE_PAGE(page));
    open_expanders(page);
    g_assert_cmpuint(lint(page), ==, 0);
    g_assert_cmpstr(mig_migrate_page_get_reason(MIG_MIGRATE_PAGE(page)), ==,
                    "The migration service is not available.");
    g_assert_cmpint(width_of(page), <=, 360);
    gtk_window_destroy(GTK_WINDOW(window));
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    adw_init();
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    g_test_add_func("/draft/conflict", test_draft_conflict);
    g_test_add_func("/draft/more", test_draft_more);
    g_test_add_func("/draft/mistake", test_draft_mistake);
    g_test_add_func("/draft/modes", test_draft_modes);
    g_test_add_func("/draft/pairs", test_draft_pairs);
    g_test_add_func("/fields/all", test_fields);
    g_test_add_func("/fields/typed", test_fields_typed);
    g_test_add_func("/consequences", test_consequences);
    g_test_add_func("/remedies", test_remedies);
    g_test_add_func("/finding-row", test_finding_row);
    g_test_add_func("/chooser", test_chooser);
    g_test_add_func("/option-rows/names", test_option_rows);
    g_test_add_func("/option-rows/number", test_number_row);
    g_test_add_func("/option-rows/text", test_text_row);
    g_test_add_func("/dry-run/delay", test_dry_run_delay);
    g_test_add_func("/interfaces", test_interfaces);
    g_test_add_func("/page", test_page);
    return g_test_run();
}
