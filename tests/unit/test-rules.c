/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options that cannot be combined: every combination of the four that have rules, against a truth
 * written down here, and the shape of the table.
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
        gboolean managed = i >> 3 & 1, tunnelled = i >> 2 & 1, address = i >> 1 & 1, port = i & 1;
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
            if (info->kind != MIG_KIND_CHOICE)
                continue;
            while (info->choices[choices])
                choices++;
            g_assert_cmpuint(rule->when[i].value, <, choices);
        }
    }

    g_assert_cmpuint(g_hash_table_size(ids), ==, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/every-combination", test_every_combination);
    g_test_add_func("/rules/remedy", test_remedy);
    g_test_add_func("/rules/shape", test_shape);

    return g_test_run();
}
