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
        "true",
        "byte 1",
        "int16 1",
        "uint16 1",
        "1",
        "uint32 1",
        "int64 1",
        "uint64 1",
        "1.0",
        "'native'",
        "<'x'>",
        "['native']",
        "('native',)",
        "{'a': <'b'>}",
        "@a{ss} {}",
        "@as []",
        "@ay []",
        "b'x'",
        "objectpath '/native'",
        "signature 's'",
    };
    static const struct {
        const char *signature;
        const char *words;
    } types[] = {
        { "b", "a boolean (D-Bus type \"b\")" },
        { "q", "an unsigned 16-bit integer (D-Bus type \"q\")" },
        { "u", "an unsigned 32-bit integer (D-Bus type \"u\")" },
        { "t", "an unsigned 64-bit integer (D-Bus type \"t\")" },
        { "s", "a string (D-Bus type \"s\")" },
        { "as", "a list of strings (D-Bus type \"as\")" },
        { "a{ss}", "a dictionary of strings (D-Bus type \"a{ss}\")" },
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
        g_assert_cmpuint(refused, <, G_N_ELEMENTS(values));
        g_assert_cmpuint(refused, >=, G_N_ELEMENTS(values) - 2);
    }
}

static const struct {
    const char *key;
    const char *value;
    MigError code;
    const char *part;
} bad_values[] = {
    { "port", "uint16 0", MIG_ERROR_INVALID_OPTION_VALUE,
      "option \"port\": 0 is out of range, it may be 1 to 65535" },
    { "flow", "'p2p'", MIG_ERROR_INVALID_OPTION_VALUE,
      "option \"flow\": \"p2p\" is none of its choices \"peer-to-peer\", \"managed-direct\", "
      "\"unmanaged-direct\"" },
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
    { "destination-name", "''", MIG_ERROR_INVALID_OPTION_VALUE, "is no name for a guest" },
    { "destination-name", "'-rf'", MIG_ERROR_INVALID_OPTION_VALUE, "is no name for a guest" },
    { "destination-name", "'..'", MIG_ERROR_INVALID_OPTION_VALUE, "is no name for a guest" },
    { "destination-name", "'a/b'", MIG_ERROR_INVALID_OPTION_VALUE, "is no name for a guest" },
    { "destination-name", "'a b'", MIG_ERROR_INVALID_OPTION_VALUE, "is no name for a guest" },
    { "tls-name", "'host b'", MIG_ERROR_INVALID_OPTION_VALUE, "is no host name" },
    { "tls-name", "'localhost'", MIG_ERROR_INVALID_OPTION_VALUE, "is no host name" },
    { "graphics-tls-subject", "'O=a\n'", MIG_ERROR_INVALID_OPTION_VALUE, "is no subject" },
    { "bandwidth", "uint64 0", MIG_ERROR_INVALID_OPTION_VALUE, "1 to 8796093022207" },
    { "bandwidth", "uint64 8796093022208", MIG_ERROR_INVALID_OPTION_VALUE, "out of range" },
    { "maximum-downtime", "uint64 2000001", MIG_ERROR_INVALID_OPTION_VALUE, "1 to 2000000" },
    { "auto-converge-initial", "uint32 100", MIG_ERROR_INVALID_OPTION_VALUE, "1 to 99" },
    { "compression", "@as []", MIG_ERROR_INVALID_OPTION_VALUE, "is empty" },
    { "compression", "['zstd']", MIG_ERROR_INVALID_OPTION_VALUE,
      "\"zstd\" is none of its choices" },
    { "compression", "['mt', 'mt']", MIG_ERROR_INVALID_OPTION_VALUE, "is given twice" },
    { "disks", "['vda', 'vda']", MIG_ERROR_INVALID_OPTION_VALUE, "is given twice" },
    { "disks", "['/dev/vda']", MIG_ERROR_INVALID_OPTION_VALUE, "is no target of a disk" },
    { "disks", "['v']", MIG_ERROR_INVALID_OPTION_VALUE, "is no target of a disk" },
    { "disks", "['vda1234']", MIG_ERROR_INVALID_OPTION_VALUE, "is no target of a disk" },
    { "disk-paths", "@a{ss} {}", MIG_ERROR_INVALID_OPTION_VALUE, "is empty" },
    { "disk-paths", "{'vda': 'a.qcow2'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "disk-paths", "{'vda': '/'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "disk-paths", "{'vda': '/a/../b'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "disk-paths", "{'vda': '/a//b'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "disk-paths", "{'vda': '/a/b/'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "disk-paths", "{'vda': '/a\nb'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no absolute path" },
    { "networks", "{'lan': ''}", MIG_ERROR_INVALID_OPTION_VALUE, "\"\" is no name of a libvirt" },
    { "networks", "{'a/b': 'c'}", MIG_ERROR_INVALID_OPTION_VALUE, "\"a/b\" is no name" },
    { "bridges", "{'br0': 'br0-of-the-other'}", MIG_ERROR_INVALID_OPTION_VALUE, "1 to 15" },
    { "bridges", "{'br0': '..'}", MIG_ERROR_INVALID_OPTION_VALUE, "is no name of a bridge" },
};

static void test_bad_values(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_values); i++) {
        g_autoptr(GVariant) value = g_variant_parse(NULL, bad_values[i].value, NULL, NULL, NULL);

        g_assert_nonnull(value);
        assert_refused(one_option(bad_values[i].key, value), bad_values[i].code,
                       bad_values[i].part);
    }
}

/* More entries than a request may have. */
static void test_many(void)
{
    g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    g_autoptr(GVariant) value = NULL;

    for (guint i = 0; i <= MIG_REQUEST_LIST; i++) {
        char target[] = { 'v', 'd', (char) ('a' + i / 26), (char) ('a' + i % 26), '\0' };

        g_variant_builder_add(&list, "s", target);
    }
    value = g_variant_ref_sink(g_variant_builder_end(&list));
    assert_refused(one_option("disks", value), MIG_ERROR_LIMITS_EXCEEDED,
                   "33 entries are too many, at most 32 are taken");
}

/* What is read is written back the same, in every kind. */
static void test_round_trip(void)
{
    static const char *const cases[] = {
        "{'source': <'host-a'>}",
        "{'flow': <'managed-direct'>}",
        "{'live': <false>}",
        "{'interface-address': <'2001:db8::c'>, 'port': <uint16 65535>}",
        "{'listen-address': <'192.0.2.12'>}",
        "{'offline': <true>, 'persist': <true>}",
        "{'destination-name': <'web2.example_1'>}",
        "{'copy-storage': <'all'>, 'disks': <['vda', 'sdab', 'xvda1']>}",
        "{'disk-paths': <{'vda': '/srv/images/web 1.qcow2', 'vdb': '/dev/vg/b'}>}",
        "{'networks': <{'lan': 'Büro 2'}>, 'bridges': <{'br0': 'br-lan.7'}>}",
        "{'tls': <true>, 'tls-name': <'host-b.example'>}",
        "{'bandwidth': <uint64 8796093022207>, 'maximum-downtime': <uint64 1>}",
        "{'compression': <['xbzrle', 'mt']>, 'compression-mt-level': <uint32 0>, "
        "'compression-xbzrle-cache': <uint64 4096>}",
        "{'graphics-type': <'spice'>, 'graphics-address': <'192.0.2.12'>, 'graphics-tls-port': "
        "<uint16 5901>, 'graphics-tls-subject': <'C=DE, O=Example, CN=b'>}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) options =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, cases[i], NULL, NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigRequest) request = NULL;
        g_autoptr(GVariant) written = NULL;

        g_assert_nonnull(options);
        request = mig_request_new("web1", "host-b", options, &error);
        g_assert_no_error(error);
        written = g_variant_ref_sink(mig_request_options(request));
        g_assert_cmpvariant(options, written);
    }
}

/* How many values of libvirt a row stands for. */
static guint32 flags_of(const MigOptionInfo *info)
{
    guint32 flags = info->flag;

    for (guint i = 0; info->choice && info->choices[i]; i++)
        flags |= info->choice[i].flag;

    return flags;
}

/* What other tables and the documentation rely on. */
static void test_table(void)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) params = g_hash_table_new(g_str_hash, g_str_equal);
    guint32 flags = 0;

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        guint32 own = flags_of(info);

        g_test_message("%s", info->key);
        g_assert_true(g_hash_table_add(keys, (char *) info->key));
        g_assert_true(g_variant_type_string_is_valid(info->signature));
        g_assert_true(g_str_has_suffix(info->description, "."));
        g_assert_cmphex(flags & own, ==, 0);
        flags |= own;
        g_assert_true((info->kind == MIG_KIND_CHOICE || info->kind == MIG_KIND_CHOICES) ==
                      (info->choices != NULL));
        g_assert_true(!info->virsh == !info->param);
        g_assert_true(!info->virsh_flag == !info->flag);
        if (info->param)
            g_assert_true(g_hash_table_add(params, (char *) info->param));
        if (info->kind == MIG_KIND_BOOL)
            g_assert_true(info->min == FALSE && info->max == TRUE && info->fallback <= TRUE);
        if (info->kind == MIG_KIND_UINT)
            g_assert_cmpuint(info->min, <, info->max);
    }

    /* every flag of libvirt 9.0 but those of a mode, and that which libvirt sets itself */
    g_assert_cmphex(
        flags, ==,
        ((VIR_MIGRATE_ZEROCOPY << 1) - 1) &
            ~(VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED | VIR_MIGRATE_CHANGE_PROTECTION));
    /* 20 parameters, of which 4 join options and 2 are made by the worker */
    g_assert_cmpuint(g_hash_table_size(params), ==, 20 - 4 - 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/option/types", test_types);
    g_test_add_func("/option/bad-values", test_bad_values);
    g_test_add_func("/option/many", test_many);
    g_test_add_func("/option/round-trip", test_round_trip);
    g_test_add_func("/option/table", test_table);

    return g_test_run();
}
