/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options that cannot be combined: every pair of settings against a truth written down in a file,
 * every combination of the four about addresses against one written down here, and the shape of the
 * table.
 */
#include "rules.h"

#include <string.h>

#include "error.h"

static MigRequest *request_of(gboolean managed, gboolean tunnelled, gboolean address, gboolean port,
                              GError **error)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) options = NULL;

    g_variant_dict_insert(&dict, "flow", "s", managed ? "managed-direct" : "peer-to-peer");
    g_variant_dict_insert(&dict, "transport", "s", tunnelled ? "tunnelled" : "native");
    if (address)
        g_variant_dict_insert(&dict, "interface-address", "s", "192.0.2.12");
    if (port)
        g_variant_dict_insert(&dict, "port", "q", 49152);
    options = g_variant_ref_sink(g_variant_dict_end(&dict));

    return mig_request_new("web1", "host-b", options, error);
}

/* [managed][tunnelled][address][port]: options the refusal names first, NULL: fine */
static const char *const truth[2][2][2][2] = {
    { { { NULL, "port, interface-address: " }, { NULL, NULL } },
      { { NULL, "transport, port: " },
        { "transport, interface-address: ", "transport, interface-address: " } } },
    { { { NULL, "port, interface-address: " }, { NULL, NULL } },
      { { "transport, flow: ", "transport, flow: " },
        { "transport, flow: ", "transport, flow: " } } },
};

static void test_every_combination(void)
{
    for (guint i = 0; i < 16; i++) {
        gboolean managed = (i & 8) != 0, tunnelled = (i & 4) != 0, address = (i & 2) != 0,
                 port = (i & 1) != 0;
        const char *names = truth[managed][tunnelled][address][port];
        g_autoptr(GError) error = NULL;
        g_autoptr(MigRequest) request = request_of(managed, tunnelled, address, port, &error);

        g_test_message("managed %d, tunnelled %d, address %d, port %d: %s", managed, tunnelled,
                       address, port, error ? error->message : "fine");
        if (names) {
            g_assert_null(request);
            g_assert_error(error, MIG_ERROR, MIG_ERROR_OPTION_CONFLICT);
            g_assert_true(g_str_has_prefix(error->message, names));
        } else {
            g_assert_no_error(error);
            g_assert_nonnull(request);
            g_assert_true(mig_rules_check(request, &error));
        }
    }
}

/* What a sentence ends with is what to do. */
static void test_remedy(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request = request_of(TRUE, TRUE, FALSE, FALSE, &error);

    g_assert_null(request);
    g_assert_true(
        g_str_has_suffix(error->message, "; use flow \"peer-to-peer\" or transport \"native\""));
}

static void test_shape(void)
{
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

    for (const MigRule *rule = mig_rules(); rule->id; rule++) {
        g_test_message("%s", rule->id);
        g_assert_true(g_hash_table_add(ids, (char *) rule->id));
        g_assert_nonnull(rule->reason);
        g_assert_nonnull(rule->remedy);
        g_assert_cmpuint(strlen(rule->reason), >, 0);
        g_assert_cmpuint(strlen(rule->remedy), >, 0);
        g_assert_cmpint(rule->when[0].test, !=, 0);
        for (guint i = 0; i < G_N_ELEMENTS(rule->when) && rule->when[i].test; i++) {
            const MigOptionInfo *info = mig_option_info(rule->when[i].option);
            guint choices = 0;

            g_assert_nonnull(info);
            if (!info->choices)
                continue;
            while (info->choices[choices])
                choices++;
            g_assert_cmpuint(rule->when[i].value, <, choices);
        }
    }

    g_assert_cmpuint(g_hash_table_size(ids), ==, 55);
}

/* A setting of each option that says something. */
static const struct {
    const char *name;
    const char *options;
} settings[] = {
#include "rules-settings.h"
};

/* Settings that cannot stand alone get what they need, so that a pair is judged for itself. */
static GVariant *join(const char *a, const char *b)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    const char *const texts[] = { a, b };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) options =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, texts[i], NULL, NULL, &error);
        GVariantIter iter;
        const char *key;
        GVariant *value;

        g_assert_no_error(error);
        g_variant_iter_init(&iter, options);
        while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
            g_autoptr(GVariant) held = value;

            g_variant_dict_insert_value(&dict, key, held);
        }
    }

    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

/* Id of the rule that refuses, "" if none does. */
static const char *refusal(const char *a, const char *b)
{
    g_autoptr(GVariant) options = join(a, b);
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request = mig_request_new("web1", "host-b", options, &error);

    if (request)
        return "";
    g_assert_error(error, MIG_ERROR, MIG_ERROR_OPTION_CONFLICT);
    for (const MigRule *rule = mig_rules(); rule->id; rule++) {
        g_autofree char *end = g_strdup_printf(": %s; %s", rule->reason, rule->remedy);

        /* several rules say the same of several options: the first is what names them */
        if (g_str_has_suffix(error->message, end))
            return rule->id;
    }
    g_assert_not_reached();
}

static gboolean lacks_something(guint setting)
{
    return g_str_has_suffix(settings[setting].name, "-alone");
}

/* The file has a line "A B RULE" for each pair that is refused. */
static void test_pairs(void)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autofree char *expected = NULL;
    guint pairs = 0;

    g_string_append(found, "# SPDX-License-Identifier: LGPL-2.1-or-later\n");
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        for (guint j = i; j < G_N_ELEMENTS(settings); j++, pairs++) {
            const char *rule;

            if (i != j && (lacks_something(i) || lacks_something(j)))
                continue;
            rule = refusal(settings[i].options, settings[j].options);
            if (*rule)
                g_string_append_printf(found, "%s %s %s\n", settings[i].name, settings[j].name,
                                       rule);
        }

    if (g_getenv("RULES_PAIRS_WRITE")) {
        g_assert_true(g_file_set_contents(g_getenv("RULES_PAIRS_WRITE"), found->str, -1, NULL));
        return;
    }
    g_assert_true(g_file_get_contents(SOURCE_DIR "/rules-pairs.txt", &expected, NULL, NULL));
    g_assert_cmpstr(found->str, ==, expected);
    g_assert_cmpuint(pairs, >, 1200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/every-combination", test_every_combination);
    g_test_add_func("/rules/remedy", test_remedy);
    g_test_add_func("/rules/pairs", test_pairs);
    g_test_add_func("/rules/shape", test_shape);

    return g_test_run();
}
