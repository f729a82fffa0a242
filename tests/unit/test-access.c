/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the table of who may use what: every member of the documented interfaces is in it and
 * nothing else, its actions are those polkit knows, and the documentation names them.
 */
#include "access.h"

#include <errno.h>
#include <string.h>

#define OURS "org.example.Migration1."

static char *read_file(const char *path)
{
    g_autofree char *whole = g_build_filename(PROJECT_DIR, path, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(whole, &text, NULL, &error);
    g_assert_no_error(error);

    return text;
}

typedef struct {
    const char *const *elements; /* pairs: element, its attribute that counts; ends with NULL */
    GHashTable *found;           /* set of "ELEMENT VALUE" */
} Reading;

static void on_element(GMarkupParseContext *context, const char *element, const char **names,
                       const char **values, void *userdata, GError **error)
{
    Reading *reading = userdata;

    for (const char *const *wanted = reading->elements; *wanted; wanted += 2) {
        if (strcmp(element, wanted[0]) != 0)
            continue;
        for (gsize i = 0; names[i]; i++) {
            if (strcmp(names[i], wanted[1]) == 0)
                g_hash_table_add(reading->found, g_strdup_printf("%s %s", element, values[i]));
            if (strcmp(names[i], "access") == 0)
                g_assert_cmpstr(values[i], ==, "read"); /* writing would need an action */
        }
    }
}

static GHashTable *read_names(const char *path, const char *const *elements)
{
    static const GMarkupParser parser = { .start_element = on_element };
    GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reading reading = { elements, found };
    g_autofree char *text = read_file(path);
    g_autoptr(GError) error = NULL;
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &reading, NULL);

    g_assert_true(g_markup_parse_context_parse(context, text, -1, &error));
    g_assert_true(g_markup_parse_context_end_parse(context, &error));
    g_assert_no_error(error);
    g_markup_parse_context_free(context);

    return found;
}

static GHashTable *members_of(const char *interface)
{
    static const char *const elements[] = { "method", "name", "property", "name",
                                            "signal", "name", NULL };
    g_autofree char *path = g_strdup_printf("dbus-interfaces/%s.xml", interface);

    return read_names(path, elements);
}

/* Takes what is in the table out of the set, so that what is left is missing. */
static void take_out(GHashTable *found, const char *kind, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s %s", kind, name);

    if (!g_hash_table_remove(found, key))
        g_error("%s is in the table and not in the file, or in the table twice", key);
}

static void assert_empty(GHashTable *found)
{
    GHashTableIter iter;
    void *key;

    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_error("%s is not in the table", (const char *) key);
}

static void test_members(void)
{
    guint n = 0;

    for (const AccessInterface *one = access_table; one->interface; one++) {
        if (!g_str_has_prefix(one->interface, OURS))
            continue;
        g_autoptr(GHashTable) found = members_of(one->interface);
        for (const AccessRow *row = one->rows; row->member; row++, n++)
            take_out(found, row->kind == ACCESS_METHOD ? "method" : "property", row->member);
        assert_empty(found);
    }
    g_assert_cmpuint(n, >=, 60);
}

static void test_interfaces(void)
{
    static const char *const elements[] = { "allow", "send_interface", NULL };
    g_autoptr(GHashTable) allowed = read_names("data/org.example.Migration1.conf", elements);
    g_autofree char *path = g_build_filename(PROJECT_DIR, "dbus-interfaces", NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    const char *file;
    guint n = 0;

    for (const AccessInterface *one = access_table; one->interface; one++) {
        take_out(allowed, "allow", one->interface);
        n += g_str_has_prefix(one->interface, OURS);
    }
    assert_empty(allowed);
    g_assert_nonnull(files);
    while ((file = g_dir_read_name(files)))
        n -= g_str_has_suffix(file, ".xml");
    g_assert_cmpuint(n, ==, 0);
}

static void test_actions(void)
{
    static const char *const elements[] = { "action", "id", NULL };
    g_autoptr(GHashTable) known = read_names("polkit/org.example.Migration1.policy.in", elements);
    g_autoptr(GHashTable) used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    void *key;

    for (const AccessInterface *one = access_table; one->interface; one++)
        for (const AccessRow *row = one->rows; row->member; row++)
            for (AccessCase which = 0; which < N_ACCESS_CASES; which++) {
                const char *action = row->actions[which];
                /* of what is the caller's own the list, and what is in it, needs none */
                g_assert_true(!action == !row->actions[ACCESS_ORDINARY] ||
                              g_str_equal(action, ACCESS_LIST));
                g_assert_true(!action || row->kind == ACCESS_METHOD || which != ACCESS_ORDINARY);
                if (action)
                    g_hash_table_add(used, g_strdup_printf("action %s", action));
            }
    g_hash_table_iter_init(&iter, used);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_assert_true(g_hash_table_contains(known, key));
    g_assert_cmpuint(g_hash_table_size(used), ==, g_hash_table_size(known));
}

/* Every action of a method is named in the comment before it, or before the first of its kind. */
static void test_documentation(void)
{
    for (const AccessInterface *one = access_table; one->interface; one++) {
        if (!g_str_has_prefix(one->interface, OURS))
            continue;
        g_autofree char *path = g_strdup_printf("dbus-interfaces/%s.xml", one->interface);
        g_autofree char *text = read_file(path);
        for (const AccessRow *row = one->rows; row->member; row++)
            for (AccessCase which = 0; which < N_ACCESS_CASES; which++) {
                const char *action = row->actions[which];
                if (action && !strstr(text, action + (which == ACCESS_ORDINARY ? 0 : strlen(OURS))))
                    g_error("%s does not tell of %s", path, action);
            }
    }
}

static void test_denied(void)
{
    static const char *const nobody[][2] = {
        { OURS "Manager", "Cancel" },
        { OURS "Job", "cancel" },
        { OURS "Job", "State" },
        { OURS "Job", "" },
        { OURS "Job", NULL },
        { NULL, "Cancel" },
        { "", "Cancel" },
        { "org.example.Migration1", "Migrate" },
        { OURS "Manager", "Migrate " },
        { OURS "ManagerX", "Migrate" },
        { OURS "Worker", "Start" },
        { "org.freedesktop.DBus", "Hello" },
        { "org.freedesktop.DBus.Debug.Stats", "GetStats" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(nobody); i++) {
        g_assert_null(access_find(nobody[i][0], ACCESS_METHOD, nobody[i][1]));
        for (AccessCase which = 0; which < N_ACCESS_CASES; which++)
            g_assert_null(access_action(nobody[i][0], nobody[i][1], which));
    }
    g_assert_true(access_is_for_owner(OURS "Job", "Guest"));
    g_assert_false(access_is_for_owner(OURS "Job", "State"));
    g_assert_false(access_is_for_owner(OURS "Job", "Nothing"));
    g_assert_cmpint(access_check_read(OURS "Job", "State"), ==, 0);
    g_assert_cmpint(access_check_read(OURS "Host", "State"), ==, -EACCES);
    g_assert_cmpint(access_check_read(OURS "Job", "Cancel"), ==, -EACCES);
    g_assert_cmpint(access_check_read(NULL, NULL), ==, -EACCES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/access/members", test_members);
    g_test_add_func("/access/interfaces", test_interfaces);
    g_test_add_func("/access/actions", test_actions);
    g_test_add_func("/access/documentation", test_documentation);
    g_test_add_func("/access/denied", test_denied);

    return g_test_run();
}
