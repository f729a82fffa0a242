/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every option with every wrong type, with values out of its range, and the shape of the table.
 */
#include <libvirt/libvirt.h>

#include "request-fixture.h"

/* Every option with a value of every type but its own. */
static void test_types(void)
{
    static const char *const values[] = {
        "true",          "byte 1",       "int16 1", "uint16 1", "1",     "uint32 1",
        "int64 1",       "uint64 1",     "1.0",     "'native'", "<'x'>", "['native']",
        "('native',)",   "{'a': <'b'>}", "@as []",  "@ay []",   "b'x'",  "objectpath '/native'",
        "signature 's'",
    };
    static const struct {
        const char *signature;
        const char *words;
    } types[] = {
        { "b", "a boolean (D-Bus type \"b\")" },
        { "q", "an unsigned 16-bit integer (D-Bus type \"q\")" },
        { "s", "a string (D-Bus type \"s\")" },
    };

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        const char *words = NULL;
        guint refused = 0;

        for (guint j = 0; j < G_N_ELEMENTS(types); j++)
            if (g_str_equal(types[j].signature, info->signature))
                words = types[j].words;
        g_assert_nonnull(words);

        for (guint j = 0; j < G_N_ELEMENTS(values); j++) {
            g_autoptr(GVariant) value = g_variant_parse(NULL, values[j], NULL, NULL, NULL);
            g_autofree char *sentence =
                g_strdup_printf("option \"%s\" must be %s, not of type \"", info->key, words);

            g_assert_nonnull(value);
            if (g_str_equal(g_variant_get_type_string(value), info->signature))
                continue;
            assert_refused(one_option(info->key, value), MIG_ERROR_INVALID_OPTION_TYPE, sentence);
            refused++;
        }
        g_assert_cmpuint(refused, ==, G_N_ELEMENTS(values) - 1);
    }
}

static void test_bad_values(void)
{
    static const struct {
        const char *key;
        const char *value;
        MigError code;
        const char *part;
    } cases[] = {
        { "port", "uint16 0", MIG_ERROR_INVALID_OPTION_VALUE,
          "option \"port\": 0 is out of range, it may be 1 to 65535" },
        { "flow", "'p2p'", MIG_ERROR_INVALID_OPTION_VALUE,
          "option \"flow\": \"p2p\" is none of its choices \"peer-to-peer\", \"managed-direct\"" },
        { "flow", "''", MIG_ERROR_INVALID_OPTION_VALUE, "\"\" is none of its choices" },
        { "flow", "'Peer-to-Peer'", MIG_ERROR_INVALID_OPTION_VALUE, "none of its choices" },
        { "flow", "'peer-to-peer '", MIG_ERROR_INVALID_OPTION_VALUE, "none of its choices" },
        { "transport", "'tunneled'", MIG_ERROR_INVALID_OPTION_VALUE,
          "\"tunneled\" is none of its choices \"native\", \"tunnelled\"" },
        { "transport", "'a\\nb\\u0007\"'", MIG_ERROR_INVALID_OPTION_VALUE,
          "\"a\\u000ab\\u0007\\\"\" is none" },
        { "source", "''", MIG_ERROR_INVALID_OPTION_VALUE, "option \"source\": \"\" cannot be" },
        { "source", "'Host-A'", MIG_ERROR_INVALID_OPTION_VALUE, "\"Host-A\" cannot be the name" },
        { "source", "'../hosts'", MIG_ERROR_INVALID_OPTION_VALUE, "cannot be the name" },
        { "source", "'qemu:///system'", MIG_ERROR_INVALID_OPTION_VALUE, "cannot be the name" },
        { "source", "'host-b'", MIG_ERROR_SAME_HOST, "both host \"host-b\"" },
        { "interface-address", "'host-b.example'", MIG_ERROR_INVALID_ADDRESS,
          "option \"interface-address\": \"host-b.example\" is no IP address" },
        { "interface-address", "''", MIG_ERROR_INVALID_ADDRESS, "\"\" is no IP address" },
        { "interface-address", "'eth0'", MIG_ERROR_INVALID_ADDRESS, "\"eth0\" is no IP address" },
        { "interface-address", "'192.0.2.12:49152'", MIG_ERROR_INVALID_ADDRESS, "no IP address" },
        { "interface-address", "'[2001:db8::c]'", MIG_ERROR_INVALID_ADDRESS, "no IP address" },
        { "interface-address", "'fe80::1%eth0'", MIG_ERROR_INVALID_ADDRESS, "no IP address" },
        { "interface-address", "'127.0.0.1'", MIG_ERROR_INVALID_ADDRESS, "not loopback" },
        { "interface-address", "'0.0.0.0'", MIG_ERROR_INVALID_ADDRESS, "unspecified" },
        { "interface-address", "'192.0.2.12,exec:x'", MIG_ERROR_INVALID_ADDRESS, "no IP address" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) value = g_variant_parse(NULL, cases[i].value, NULL, NULL, NULL);

        g_assert_nonnull(value);
        assert_refused(one_option(cases[i].key, value), cases[i].code, cases[i].part);
    }
}

/* What other tables and the documentation rely on. */
static void test_table(void)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    guint32 flags = 0;

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);

        g_test_message("%s", info->key);
        g_assert_true(g_hash_table_add(keys, (char *) info->key));
        g_assert_true(g_variant_type_string_is_valid(info->signature));
        g_assert_true(g_str_has_suffix(info->description, "."));
        g_assert_cmphex(flags & info->flag, ==, 0);
        flags |= info->flag;
        g_assert_true((info->kind == MIG_KIND_CHOICE) == (info->choices != NULL));
        g_assert_true(!info->flag || info->kind == MIG_KIND_BOOL);
        g_assert_true(!info->virsh == !(info->flag || info->param));
        if (info->kind == MIG_KIND_BOOL)
            g_assert_true(info->min == FALSE && info->max == TRUE && info->fallback <= TRUE);
        if (info->kind == MIG_KIND_UINT)
            g_assert_cmpuint(info->min, <, info->max);
    }

    g_assert_cmphex(flags, ==,
                    VIR_MIGRATE_LIVE | VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/option/types", test_types);
    g_test_add_func("/option/bad-values", test_bad_values);
    g_test_add_func("/option/table", test_table);

    return g_test_run();
}
