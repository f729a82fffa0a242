/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a caller may ask for: defaults and values, unknown keys, limits, damaged bytes, names, and
 * that a request survives being written and read back. Types and ranges are in test-option.c.
 */
#include "request-fixture.h"

static void test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request = request_new(g_variant_new("a{sv}", NULL), &error);
    g_autoptr(GVariant) options = NULL;

    g_assert_no_error(error);
    g_assert_cmpstr(request->guest, ==, "web1");
    g_assert_cmpstr(request->destination, ==, "host-b");
    g_assert_cmpstr(mig_request_source(request), ==, "local");
    g_assert_cmpint(mig_request_flow(request), ==, MIG_FLOW_PEER_TO_PEER);
    g_assert_cmpint(mig_request_transport(request), ==, MIG_TRANSPORT_NATIVE);
    g_assert_null(mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS));
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_PORT), ==, 0);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_LIVE), ==, TRUE);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_PERSIST), ==, FALSE);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_UNDEFINE_SOURCE), ==, FALSE);

    options = g_variant_ref_sink(mig_request_options(request));
    g_assert_cmpuint(g_variant_n_children(options), ==, 0);
}

static void test_round_trip(void)
{
    static const char *const texts[] = {
        "{'source': <'host-a'>, 'flow': <'managed-direct'>, 'transport': <'native'>,"
        " 'interface-address': <'192.0.2.12'>, 'port': <uint16 49160>, 'live': <false>,"
        " 'persist': <true>, 'undefine-source': <true>}",
        "{'transport': <'tunnelled'>}",
        "{'live': <true>}",
        "{'persist': <false>}",
        "{'interface-address': <'2001:db8::c'>, 'port': <uint16 65535>}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) asked =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, texts[i], NULL, NULL, &error);
        g_autoptr(MigRequest) request = mig_request_new("web1", "host-b", asked, &error);
        g_autoptr(MigRequest) again = NULL;
        g_autoptr(GVariant) written = NULL;
        g_autoptr(GVariant) rewritten = NULL;

        g_assert_no_error(error);
        written = g_variant_ref_sink(mig_request_options(request));
        g_assert_cmpvariant(written, asked);
        again = mig_request_new("web1", "host-b", written, &error);
        g_assert_no_error(error);
        rewritten = g_variant_ref_sink(mig_request_options(again));
        g_assert_cmpvariant(rewritten, written);
    }
}

static void test_values(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request = request_new(
        g_variant_new_parsed("{'source': <'rack1.host-a'>, 'flow': <'managed-direct'>,"
                             " 'interface-address': <'2001:0DB8:0:0::C'>, 'port': <uint16 1>,"
                             " 'live': <false>, 'persist': <true>, 'undefine-source': <true>}"),
        &error);

    g_assert_no_error(error);
    g_assert_cmpstr(mig_request_source(request), ==, "rack1.host-a");
    g_assert_cmpint(mig_request_flow(request), ==, MIG_FLOW_MANAGED_DIRECT);
    g_assert_cmpstr(mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS), ==, "2001:db8::c");
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_PORT), ==, 1);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_LIVE), ==, FALSE);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_PERSIST), ==, TRUE);
    g_assert_cmpuint(mig_request_number(request, MIG_OPT_UNDEFINE_SOURCE), ==, TRUE);
    g_assert_false(request->options[MIG_OPT_TRANSPORT].set);
    g_assert_true(request->options[MIG_OPT_LIVE].set);
}

static void test_unknown(void)
{
    static const struct {
        const char *key;
        const char *part;
    } cases[] = {
        { "liv", "unknown option \"liv\": did you mean \"live\"?" },
        { "Live", "unknown option \"Live\": did you mean \"live\"?" },
        { "undefine_source", "did you mean \"undefine-source\"?" },
        { "undefinesource", "did you mean \"undefine-source\"?" },
        { "persistent", "did you mean \"persist\"?" },
        { "ports", "did you mean \"port\"?" },
        { "interfaceaddress", "did you mean \"interface-address\"?" },
        { "trasnport", "did you mean \"transport\"?" },
        { "", "unknown option \"\": man org.example.Migration1.options has all" },
        { "x", "unknown option \"x\": man org" },
        { "destination-xml",
          "unknown option \"destination-xml\": did you mean \"destination-name\"?" },
        { "a\nb\"\xc2\x9b\xe2\x80\xae", "unknown option \"a\\u000ab\\\"\\u009b\\u202e\": man" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(one_option(cases[i].key, g_variant_new_boolean(TRUE)),
                       MIG_ERROR_UNKNOWN_OPTION, cases[i].part);

    /* a known one does not help */
    assert_refused(g_variant_new_parsed("{'live': <true>, 'postcopy-ram': <true>}"),
                   MIG_ERROR_UNKNOWN_OPTION, "\"postcopy-ram\"");
}

static void test_twice(void)
{
    static const char *const keys[] = { "live", "flow", "interface-address", "source" };
    GVariant *values[] = { g_variant_new_boolean(TRUE), g_variant_new_string("peer-to-peer"),
                           g_variant_new_string("192.0.2.12"), g_variant_new_string("host-a") };

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = g_variant_ref_sink(values[i]);
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autofree char *sentence = g_strdup_printf("option \"%s\" is given twice", keys[i]);

        g_variant_builder_add(&builder, "{sv}", keys[i], value);
        g_variant_builder_add(&builder, "{sv}", keys[i], value);
        assert_refused(g_variant_builder_end(&builder), MIG_ERROR_INVALID_OPTION_VALUE, sentence);
    }
}

static GVariant *many_options(guint n)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (guint i = 0; i < n; i++) {
        g_autofree char *key = g_strdup_printf("unknown-%u", i);

        g_variant_builder_add(&builder, "{sv}", key, g_variant_new_boolean(TRUE));
    }

    return g_variant_builder_end(&builder);
}

static void test_limits(void)
{
    g_autofree char *longest = g_strnfill(4096, 'a');
    g_autofree char *longer = g_strnfill(4097, 'a');
    g_autofree char *cut = g_strnfill(64, 'a');
    g_autofree char *quoted = g_strdup_printf("\"%s...\"", cut);

    assert_refused(many_options(64), MIG_ERROR_UNKNOWN_OPTION, "\"unknown-0\"");
    assert_refused(many_options(65), MIG_ERROR_LIMITS_EXCEEDED,
                   "65 options are too many, at most 64 are taken");

    assert_refused(one_option("flow", g_variant_new_string(longest)),
                   MIG_ERROR_INVALID_OPTION_VALUE, quoted);
    assert_refused(one_option("flow", g_variant_new_string(longer)), MIG_ERROR_LIMITS_EXCEEDED,
                   "option \"flow\": a string of 4097 bytes is too long, at most 4096 are taken");
    assert_refused(one_option("live", g_variant_new_string(longer)), MIG_ERROR_LIMITS_EXCEEDED,
                   "option \"live\"");
    assert_refused(one_option(longest, g_variant_new_boolean(TRUE)), MIG_ERROR_UNKNOWN_OPTION,
                   quoted);
    assert_refused(one_option(longer, g_variant_new_boolean(TRUE)), MIG_ERROR_LIMITS_EXCEEDED,
                   quoted);
}

static void test_not_a_dictionary(void)
{
    assert_refused(g_variant_new_string("live"), MIG_ERROR_INVALID_ARGUMENT,
                   "\"a{sv}\", not \"s\"");
    assert_refused(g_variant_new_parsed("{'live': true}"), MIG_ERROR_INVALID_ARGUMENT, "\"a{sb}\"");
}

/* Bytes that are no proper a{sv} must be refused or read as defaults, never crash. */
static void test_damaged_bytes(void)
{
    g_autoptr(GVariant) good = g_variant_ref_sink(g_variant_new_parsed(
        "{'source': <'host-a'>, 'interface-address': <'192.0.2.12'>, 'port': <uint16 49160>}"));
    gsize size = g_variant_get_size(good);

    for (gsize i = 0; i < size; i++)
        for (guint bit = 0; bit < 8; bit++) {
            guint8 *bytes = g_memdup2(g_variant_get_data(good), size);
            g_autoptr(GVariant) damaged = NULL;
            g_autoptr(GError) error = NULL;
            g_autoptr(MigRequest) request = NULL;

            bytes[i] ^= 1u << bit;
            damaged = g_variant_ref_sink(
                g_variant_new_from_data(G_VARIANT_TYPE_VARDICT, bytes, size, FALSE, g_free, bytes));
            request = mig_request_new("web1", "host-b", damaged, &error);
            g_assert_true((request == NULL) == (error != NULL));
        }
}

static void test_guests(void)
{
    g_autofree char *longest = g_strnfill(255, 'g');
    g_autofree char *longer = g_strnfill(256, 'g');
    const char *const good[] = {
        "web1",
        "w",
        "a guest with spaces",
        "-rf",
        "..",
        "\xc3\xbcml\xc3\xa4ut",
        "$(reboot)",
        "a\\b:c;",
        longest,
        "c7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "\xf0\x9f\x90\xa7",
    };
    const char *const bad[] = {
        "",
        "a/b",
        "/",
        "a\nb",
        "a\tb",
        "\x01",
        "a\x7f"
        "b",
        "a\xc2\x85"
        "b",
        "\xff",
        "a\xc3",
        "\xc0\x80",
        "\xed\xa0\x80",
        longer,
    };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(mig_guest_is_valid(good[i]));

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) options = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(MigRequest) request = mig_request_new(bad[i], "host-b", options, &error);

        g_assert_false(mig_guest_is_valid(bad[i]));
        g_assert_null(request);
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
        g_assert_true(g_str_has_prefix(error->message, "guest \""));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        for (const char *p = error->message; *p; p = g_utf8_next_char(p))
            g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
    }
}

static void test_destination(void)
{
    static const struct {
        const char *destination;
        const char *source;
        MigError code;
    } cases[] = {
        { "", NULL, MIG_ERROR_INVALID_ARGUMENT },
        { "Host-B", NULL, MIG_ERROR_INVALID_ARGUMENT },
        { "qemu+tcp://host-b/system", NULL, MIG_ERROR_INVALID_ARGUMENT },
        { "-b", NULL, MIG_ERROR_INVALID_ARGUMENT },
        { "local", NULL, MIG_ERROR_SAME_HOST },
        { "local", "local", MIG_ERROR_SAME_HOST },
        { "host-a", "host-a", MIG_ERROR_SAME_HOST },
    };
    g_autoptr(GVariant) from_a = g_variant_ref_sink(g_variant_new_parsed("{'source': <'host-a'>}"));
    g_autoptr(GError) fine = NULL;
    g_autoptr(MigRequest) back = mig_request_new("web1", "local", from_a, &fine);

    g_assert_no_error(fine);
    g_assert_cmpstr(mig_request_source(back), ==, "host-a");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
        g_autoptr(GVariant) options = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(MigRequest) request = NULL;

        if (cases[i].source)
            g_variant_dict_insert(&dict, "source", "s", cases[i].source);
        options = g_variant_ref_sink(g_variant_dict_end(&dict));
        request = mig_request_new("web1", cases[i].destination, options, &error);
        g_assert_null(request);
        g_assert_error(error, MIG_ERROR, (int) cases[i].code);
        g_assert_nonnull(strstr(error->message, cases[i].destination));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/request/defaults", test_defaults);
    g_test_add_func("/request/round-trip", test_round_trip);
    g_test_add_func("/request/values", test_values);
    g_test_add_func("/request/unknown", test_unknown);
    g_test_add_func("/request/twice", test_twice);
    g_test_add_func("/request/limits", test_limits);
    g_test_add_func("/request/not-a-dictionary", test_not_a_dictionary);
    g_test_add_func("/request/damaged-bytes", test_damaged_bytes);
    g_test_add_func("/request/guests", test_guests);
    g_test_add_func("/request/destination", test_destination);

    return g_test_run();
}
