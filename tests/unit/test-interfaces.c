/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of a host's addresses: what is believed of them, subnets of both families, and the list
 * that two hosts give together.
 */
#include "interfaces.h"

#include <string.h>

#include "error.h"

#define NAME64 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01"

static gboolean add(GPtrArray *interfaces, const char *name, const char *address, guint prefix,
                    guint speed)
{
    MigInterface said = { .name = (char *) name,
                          .address = (char *) address,
                          .prefix = prefix,
                          .speed = speed,
                          .state = MIG_LINK_UP,
                          .origin = MIG_ORIGIN_LIBVIRT };

    return mig_interfaces_add(interfaces, &said);
}

static const MigInterface *nth(const GPtrArray *interfaces, guint n)
{
    g_assert_cmpuint(n, <, interfaces->len);

    return g_ptr_array_index(interfaces, n);
}

static void test_addresses(void)
{
    static const struct {
        const char *said;
        guint prefix;
        const char *taken; /* NULL: refused */
        guint taken_prefix;
    } cases[] = {
        { "192.0.2.1", 24, "192.0.2.1", 24 },
        { "192.0.2.1", 32, "192.0.2.1", 32 },
        { "192.0.2.1", 33, "192.0.2.1", 0 },
        { "192.0.2.1", G_MAXUINT, "192.0.2.1", 0 },
        { "2001:DB8:0::1", 64, "2001:db8::1", 64 },
        { "2001:db8::1", 128, "2001:db8::1", 128 },
        { "2001:db8::1", 129, "2001:db8::1", 0 },
        { "::ffff:192.0.2.1", 120, "192.0.2.1", 0 },
        { "::ffff:192.0.2.1", 24, "192.0.2.1", 0 },
        { "127.0.0.1", 8, NULL, 0 },
        { "::1", 128, NULL, 0 },
        { "169.254.3.4", 16, NULL, 0 },
        { "fe80::1", 64, NULL, 0 },
        { "0.0.0.0", 0, NULL, 0 },
        { "::", 0, NULL, 0 },
        { "224.0.0.1", 4, NULL, 0 },
        { "ff02::1", 8, NULL, 0 },
        { "::ffff:127.0.0.1", 128, NULL, 0 },
        { "192.0.2.1/24", 24, NULL, 0 },
        { "fe80::1%eth0", 64, NULL, 0 },
        { "host-b.example", 24, NULL, 0 },
        { "", 24, NULL, 0 },
        { NULL, 24, NULL, 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) interfaces = mig_interfaces_new();
        gboolean added = add(interfaces, "eth0", cases[i].said, cases[i].prefix, 0);

        g_test_message("%s/%u", cases[i].said ?: "NULL", cases[i].prefix);
        g_assert_cmpint(added, ==, cases[i].taken != NULL);
        g_assert_cmpuint(interfaces->len, ==, added ? 1 : 0);
        if (!added)
            continue;
        g_assert_cmpstr(nth(interfaces, 0)->address, ==, cases[i].taken);
        g_assert_cmpuint(nth(interfaces, 0)->prefix, ==, cases[i].taken_prefix);
    }
}

static void test_names(void)
{
    static const struct {
        const char *said, *taken;
    } cases[] = {
        { "eth0", "eth0" },
        { "b\xc3\xb6nd 0", "b\xc3\xb6nd 0" },
        { NAME64, NAME64 },
        { NAME64 "x", "" },
        { "eth\n0", "" },
        { "eth\x1b[31m", "" },
        { "eth\xff", "" },
        { "eth\xe2\x80\xae"
          "0",
          "" }, /* right-to-left override */
        { "", "" },
        { NULL, "" },
    };

    g_assert_cmpuint(strlen(NAME64), ==, MIG_INTERFACE_NAME_MAX);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) interfaces = mig_interfaces_new();

        g_assert_true(add(interfaces, cases[i].said, "192.0.2.1", 24, 0));
        g_assert_cmpstr(nth(interfaces, 0)->name, ==, cases[i].taken);
    }
}

static void test_no_address_twice_and_not_too_many(void)
{
    g_autoptr(GPtrArray) interfaces = mig_interfaces_new();

    g_assert_true(add(interfaces, "eth0", "2001:db8::1", 64, 0));
    g_assert_false(add(interfaces, "eth1", "2001:DB8::1", 64, 0));
    for (guint i = 0; i < 2 * MIG_INTERFACES_MAX; i++) {
        g_autofree char *address = g_strdup_printf("10.0.%u.%u", i / 256, i % 256);

        g_assert_cmpint(add(interfaces, "eth0", address, 8, 0), ==, i + 1 < MIG_INTERFACES_MAX);
    }
    g_assert_cmpuint(interfaces->len, ==, MIG_INTERFACES_MAX);
}

static void test_states(void)
{
    static const struct {
        const char *text;
        MigLinkState state;
    } cases[] = {
        { "up", MIG_LINK_UP },
        { "down", MIG_LINK_DOWN },
        { "lowerlayerdown", MIG_LINK_DOWN },
        { "notpresent", MIG_LINK_DOWN },
        { "dormant", MIG_LINK_DOWN },
        { "testing", MIG_LINK_DOWN },
        { "unknown", MIG_LINK_UNKNOWN },
        { "", MIG_LINK_UNKNOWN },
        { "UP", MIG_LINK_UNKNOWN },
        { NULL, MIG_LINK_UNKNOWN },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(mig_link_state_from_string(cases[i].text), ==, cases[i].state);
}

static void test_subnets(void)
{
    static const struct {
        const char *a;
        guint a_prefix;
        const char *b;
        guint b_prefix;
        gboolean same;
    } cases[] = {
        { "192.0.2.1", 24, "192.0.2.254", 24, TRUE },
        { "192.0.2.1", 24, "192.0.3.1", 24, FALSE },
        { "192.0.2.1", 23, "192.0.3.1", 23, TRUE },
        { "192.0.2.1", 23, "192.0.1.1", 23, FALSE },
        { "192.0.2.127", 25, "192.0.2.128", 25, FALSE },
        { "192.0.2.129", 25, "192.0.2.128", 25, TRUE },
        { "10.255.0.1", 8, "10.0.0.1", 8, TRUE },
        { "10.0.0.1", 1, "127.9.9.9", 1, TRUE },
        { "10.0.0.1", 1, "192.0.2.1", 1, FALSE },
        { "192.0.2.2", 31, "192.0.2.3", 31, TRUE },
        { "192.0.2.1", 31, "192.0.2.2", 31, FALSE },
        { "192.0.2.1", 32, "192.0.2.2", 32, FALSE },
        /* one prefix is not known: the other counts */
        { "192.0.2.1", 0, "192.0.2.2", 24, TRUE },
        { "192.0.2.1", 24, "192.0.2.2", 0, TRUE },
        { "192.0.2.1", 24, "192.0.3.2", 0, FALSE },
        { "192.0.2.1", 0, "192.0.2.2", 0, FALSE },
        /* they do not agree: one would ask its router */
        { "192.0.2.1", 16, "192.0.3.1", 24, FALSE },
        { "192.0.2.1", 24, "192.0.3.1", 16, FALSE },
        { "192.0.2.1", 16, "192.0.2.2", 24, TRUE },
        { "2001:db8::1", 64, "2001:db8::ffff:1", 64, TRUE },
        { "2001:db8::1", 64, "2001:db8:0:1::1", 64, FALSE },
        { "2001:db8:0:2::1", 63, "2001:db8:0:3::1", 63, TRUE },
        { "2001:db8:0:1::1", 63, "2001:db8:0:2::1", 63, FALSE },
        { "2001:db8::2", 127, "2001:db8::3", 127, TRUE },
        { "2001:db8::2", 128, "2001:db8::3", 128, FALSE },
        { "2001:db8::2", 0, "2001:db8::3", 64, TRUE },
        { "2001:db8::2", 0, "2001:db8::3", 0, FALSE },
        /* never across families */
        { "32.1.13.184", 8, "2001:db8::1", 8, FALSE },
        { "2001:db8::1", 64, "192.0.2.1", 24, FALSE },
        { "192.0.2.1", 0, "2001:db8::1", 64, FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        MigInterface a = { .address = (char *) cases[i].a, .prefix = cases[i].a_prefix };
        MigInterface b = { .address = (char *) cases[i].b, .prefix = cases[i].b_prefix };

        g_test_message("%s/%u %s/%u", a.address, a.prefix, b.address, b.prefix);
        g_assert_cmpint(mig_interfaces_same_subnet(&a, &b), ==, cases[i].same);
        g_assert_cmpint(mig_interfaces_same_subnet(&b, &a), ==, cases[i].same);
    }
}

static MigHost *host_of(const char *keys)
{
    g_autofree char *file =
        g_strdup_printf("[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n%s", keys);
    g_autoptr(GError) error = NULL;
    MigHost *host = mig_host_parse("host-b", file, strlen(file), &error);

    g_assert_no_error(error);

    return host;
}

static void assert_string(GVariant *dict, const char *key, const char *expected)
{
    const char *value = NULL;

    g_assert_true(g_variant_lookup(dict, key, "&s", &value));
    g_assert_cmpstr(value, ==, expected);
}

/* A row as one line: address name allowed same-subnet source-interface source-address. */
static char *line_of(GVariant *dict)
{
    const char *address, *name, *interface, *from;
    gboolean allowed, same;

    g_assert_true(g_variant_lookup(dict, "address", "&s", &address));
    g_assert_true(g_variant_lookup(dict, "name", "&s", &name));
    g_assert_true(g_variant_lookup(dict, "allowed", "b", &allowed));
    g_assert_true(g_variant_lookup(dict, "same-subnet", "b", &same));
    g_assert_true(g_variant_lookup(dict, "source-interface", "&s", &interface));
    g_assert_true(g_variant_lookup(dict, "source-address", "&s", &from));

    return g_strdup_printf("%s %s %c%c %s %s", address, *name ? name : "-", allowed ? 'A' : '.',
                           same ? 'S' : '.', *interface ? interface : "-", *from ? from : "-");
}

static void assert_lines(GVariant *joined, const char *const *expected)
{
    g_assert_cmpuint(g_variant_n_children(joined), ==, g_strv_length((char **) expected));
    for (guint i = 0; expected[i]; i++) {
        g_autoptr(GVariant) dict = g_variant_get_child_value(joined, i);
        g_autofree char *line = line_of(dict);

        g_assert_cmpstr(line, ==, expected[i]);
    }
}

static void test_a_row_in_full(void)
{
    g_autoptr(MigHost) host = host_of("MigrationAddresses=2001:db8::2\n");
    g_autoptr(GPtrArray) destination = mig_interfaces_new();
    g_autoptr(GVariant) joined = NULL;
    g_autoptr(GVariant) dict = NULL;
    guint prefix, speed;

    add(destination, "bond0", "2001:db8::2", 64, 25000);
    joined = g_variant_ref_sink(mig_interfaces_join(destination, host, NULL, NULL));
    g_assert_cmpstr(g_variant_get_type_string(joined), ==, "aa{sv}");
    dict = g_variant_get_child_value(joined, 0);
    g_assert_cmpuint(g_variant_n_children(dict), ==, 11);
    g_assert_true(g_variant_lookup(dict, "prefix", "u", &prefix));
    g_assert_true(g_variant_lookup(dict, "speed", "u", &speed));
    g_assert_cmpuint(prefix, ==, 64);
    g_assert_cmpuint(speed, ==, 25000);
    assert_string(dict, "family", "ipv6");
    assert_string(dict, "state", "up");
    assert_string(dict, "origin", "libvirt");
    assert_lines(joined, (const char *[]){ "2001:db8::2 bond0 A. - -", NULL });
}

static void test_order(void)
{
    g_autoptr(MigHost) host = host_of("MigrationAddresses=192.0.2.20;10.0.0.21;10.0.0.9\n");
    g_autoptr(GPtrArray) destination = mig_interfaces_new();
    g_autoptr(GPtrArray) source = mig_interfaces_new();
    g_autoptr(GVariant) joined = NULL;

    add(destination, "slow", "203.0.113.1", 24, 1000);
    add(destination, "fast", "203.0.114.1", 24, 40000);
    add(destination, "near", "192.0.2.19", 24, 100);
    add(destination, "both", "192.0.2.20", 24, 100);
    add(destination, "far", "10.0.0.21", 24, 100);
    add(destination, "slow", "203.0.115.1", 24, 1000);
    mig_interfaces_add_host_file(destination, host);
    add(source, "eth0", "192.0.2.1", 24, 0);
    joined = g_variant_ref_sink(mig_interfaces_join(destination, host, source, NULL));
    assert_lines(joined, (const char *[]){
                             "192.0.2.20 both AS eth0 192.0.2.1",
                             "192.0.2.19 near .S eth0 192.0.2.1",
                             "10.0.0.21 far A. - -",
                             "10.0.0.9 - A. - -",
                             "203.0.114.1 fast .. - -",
                             "203.0.113.1 slow .. - -",
                             "203.0.115.1 slow .. - -",
                             NULL,
                         });
}

/* Of a destination that does not tell its speeds, what is reached over a faster one comes first. */
static void test_speed_of_the_source(void)
{
    g_autoptr(MigHost) host = host_of("MigrationAddresses=192.0.2.2;198.51.100.2\n");
    g_autoptr(GPtrArray) destination = mig_interfaces_new();
    g_autoptr(GPtrArray) source = mig_interfaces_new();
    g_autoptr(GVariant) joined = NULL;

    mig_interfaces_add_host_file(destination, host);
    add(source, "eth0", "192.0.2.1", 24, 1000);
    add(source, "eth1", "198.51.100.1", 24, 10000);
    joined = g_variant_ref_sink(mig_interfaces_join(destination, host, source, NULL));
    assert_lines(joined, (const char *[]){ "198.51.100.2 - AS eth1 198.51.100.1",
                                           "192.0.2.2 - AS eth0 192.0.2.1", NULL });
}

static void test_source(void)
{
    g_autoptr(MigHost) host = host_of("");
    g_autoptr(GPtrArray) destination = mig_interfaces_new();
    g_autoptr(GPtrArray) source = mig_interfaces_new();
    g_autoptr(GVariant) routes = NULL;
    g_autoptr(GVariant) without = NULL;
    g_autoptr(GVariant) with = NULL;

    add(destination, "wide", "10.1.2.3", 0, 4000);
    add(destination, "virbr0", "192.168.122.1", 24, 3000);
    add(destination, "routed", "203.0.113.1", 24, 2000);
    add(destination, "hidden", "203.0.114.1", 24, 1000);
    add(source, "big", "10.1.9.9", 8, 0);
    add(source, "small", "10.1.2.9", 24, 0);
    add(source, "virbr0", "192.168.122.1", 24, 0);
    add(source, "virbr0", "192.168.122.2", 24, 0);
    add(source, "up", "198.51.100.1", 24, 0);

    /* the longest prefix is the network's; an address that both have is no way to the other */
    without = g_variant_ref_sink(mig_interfaces_join(destination, host, source, NULL));
    assert_lines(without, (const char *[]){
                              "10.1.2.3 wide .S small 10.1.2.9", "192.168.122.1 virbr0 .. - -",
                              "203.0.113.1 routed .. - -", "203.0.114.1 hidden .. - -", NULL });

    /* the kernel of the source knows better, even where the address it uses is in no list */
    routes = g_variant_ref_sink(g_variant_new_parsed("{'10.1.2.3': '10.1.9.9', "
                                                     "'192.168.122.1': '192.168.122.1', "
                                                     "'203.0.113.1': '198.51.100.1', "
                                                     "'203.0.114.1': '198.51.100.7'}"));
    with = g_variant_ref_sink(mig_interfaces_join(destination, host, source, routes));
    assert_lines(with,
                 (const char *[]){ "10.1.2.3 wide .S big 10.1.9.9", "192.168.122.1 virbr0 .. - -",
                                   "203.0.113.1 routed .. up 198.51.100.1",
                                   "203.0.114.1 hidden .. - 198.51.100.7", NULL });
}

static void test_host_file(void)
{
    g_autoptr(MigHost) host = host_of("PeerAddress=2001:db8::9\nMigrationAddresses=192.0.2.2;"
                                      "2001:DB8::2\n");
    g_autoptr(GPtrArray) interfaces = mig_interfaces_new();
    g_autofree const char **addresses = NULL;

    for (guint i = 0; i < MIG_INTERFACES_MAX; i++) {
        g_autofree char *address = g_strdup_printf("192.0.2.%u", i);

        add(interfaces, "eth0", address, 24, 0);
    }
    mig_interfaces_add_host_file(interfaces, host);

    /* what is known already is kept as it is, the others are added however many there are */
    g_assert_cmpuint(interfaces->len, ==, MIG_INTERFACES_MAX + 2);
    g_assert_cmpint(nth(interfaces, 2)->origin, ==, MIG_ORIGIN_LIBVIRT);
    addresses = mig_interfaces_addresses(interfaces);
    g_assert_cmpuint(g_strv_length((char **) addresses), ==, interfaces->len);
    g_assert_cmpstr(addresses[MIG_INTERFACES_MAX], ==, "2001:db8::2");
    g_assert_cmpstr(addresses[MIG_INTERFACES_MAX + 1], ==, "2001:db8::9");
    g_assert_cmpint(nth(interfaces, MIG_INTERFACES_MAX)->origin, ==, MIG_ORIGIN_HOST_FILE);
}

static void test_variant(void)
{
    g_autoptr(GPtrArray) interfaces = mig_interfaces_new();
    g_autoptr(GPtrArray) back = NULL;
    g_autoptr(GVariant) array = NULL;
    g_autoptr(GError) error = NULL;

    add(interfaces, "eth0", "192.0.2.1", 24, 1000);
    add(interfaces, "", "2001:db8::1", 0, 0);
    array = g_variant_ref_sink(mig_interfaces_to_variant(interfaces));
    back = mig_interfaces_from_variant(array, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(back->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        g_assert_cmpstr(nth(back, i)->name, ==, nth(interfaces, i)->name);
        g_assert_cmpstr(nth(back, i)->address, ==, nth(interfaces, i)->address);
        g_assert_cmpuint(nth(back, i)->prefix, ==, nth(interfaces, i)->prefix);
        g_assert_cmpuint(nth(back, i)->speed, ==, nth(interfaces, i)->speed);
        g_assert_cmpint(nth(back, i)->state, ==, nth(interfaces, i)->state);
        g_assert_cmpint(nth(back, i)->origin, ==, nth(interfaces, i)->origin);
    }
}

static void test_variant_that_is_none(void)
{
    static const char *const texts[] = {
        "'text'",
        "[@a{sv} {}]",
        "[{'name': <'eth0'>, 'address': <'192.0.2.1'>, 'prefix': <uint32 24>, 'speed': <uint32 1>,"
        " 'state': <'up'>, 'origin': <'hearsay'>}]",
        "[{'name': <'eth0'>, 'address': <'192.0.2.1'>, 'prefix': <uint32 24>, 'speed': <uint32 1>,"
        " 'state': <'sideways'>, 'origin': <'libvirt'>}]",
        "[{'name': <'eth0'>, 'address': <'192.0.2.1'>, 'prefix': <24>, 'speed': <uint32 1>,"
        " 'state': <'up'>, 'origin': <'libvirt'>}]",
    };
    g_autoptr(GVariant) hostile = g_variant_ref_sink(g_variant_new_parsed(
        "[{'name': <'eth0'>, 'address': <'127.0.0.1'>, 'prefix': <uint32 24>, 'speed': <uint32 1>,"
        " 'state': <'up'>, 'origin': <'libvirt'>}]"));
    g_autoptr(GPtrArray) nothing = mig_interfaces_from_variant(hostile, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GVariant) array = g_variant_ref_sink(g_variant_new_parsed(texts[i]));
        g_autoptr(GError) error = NULL;

        g_assert_null(mig_interfaces_from_variant(array, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
    }
    g_assert_nonnull(nothing);
    g_assert_cmpuint(nothing->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/interfaces/addresses", test_addresses);
    g_test_add_func("/interfaces/names", test_names);
    g_test_add_func("/interfaces/no-address-twice-and-not-too-many",
                    test_no_address_twice_and_not_too_many);
    g_test_add_func("/interfaces/states", test_states);
    g_test_add_func("/interfaces/subnets", test_subnets);
    g_test_add_func("/interfaces/a-row-in-full", test_a_row_in_full);
    g_test_add_func("/interfaces/order", test_order);
    g_test_add_func("/interfaces/speed-of-the-source", test_speed_of_the_source);
    g_test_add_func("/interfaces/source", test_source);
    g_test_add_func("/interfaces/host-file", test_host_file);
    g_test_add_func("/interfaces/variant", test_variant);
    g_test_add_func("/interfaces/variant-that-is-none", test_variant_that_is_none);

    return g_test_run();
}
