/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of destinations that are given as a URI: which are taken, what is made of them, and that
 * nothing else of their text goes on.
 */
#include "host-uri.h"

#include <string.h>

#include "error.h"
#include "hostile-uris.h"
#include "request.h"
#include "uri.h"

static void test_taken(void)
{
    static const struct {
        const char *text, *name, *uri;
    } rows[] = {
        { "qemu+ssh://root@host-b.example/system", "qemu+ssh://root@host-b.example/system",
          "qemu+ssh://root@host-b.example/system?no_tty=1&proxy=native" },
        { "qemu+ssh://host-b:2222/system", "qemu+ssh://host-b:2222/system",
          "qemu+ssh://host-b:2222/system?no_tty=1&proxy=native" },
        { "qemu+tls://192.0.2.12/system", "qemu+tls://192.0.2.12/system",
          "qemu+tls://192.0.2.12/system" },
        { "qemu+tls://[2001:db8::1]:16514/system", "qemu+tls://[2001:db8::1]:16514/system",
          "qemu+tls://[2001:db8::1]:16514/system" },
        { "xen+ssh://host-b/system", "xen+ssh://host-b/system",
          "xen+ssh://host-b/system?no_tty=1&proxy=native" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigHost) host = mig_host_from_uri(rows[i].text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(host->name, ==, rows[i].name);
        g_autofree char *uri = mig_uri_for_route(host->driver, &host->own, NULL);
        g_assert_cmpstr(uri, ==, rows[i].uri);
        g_autofree char *peer = mig_uri_for_route(host->driver, &host->peer, NULL);
        g_assert_cmpstr(peer, ==, rows[i].uri);
        g_assert_false(host->allow_rdma);

        g_autoptr(MigHost) copy = mig_host_copy(host);
        g_assert_nonnull(copy);
        g_assert_cmpstr(copy->name, ==, host->name);
    }
}

static void assert_refused(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigHost) host = mig_host_from_uri(text, &error);

    if (host)
        g_error("%s is taken", text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
}

static void test_refused(void)
{
    static const char *const texts[] = {
        "qemu:///system",
        "qemu+unix:///system",
        "qemu+tcp://host-b/system",
        "vpx://root@vcenter.example/DC/esx1.example",
        "qemu+tls://root@host-b/system",
        "qemu+tls://127.0.0.1/system",
        "qemu+ssh://localhost/system",
        "test+ssh://host-b/default",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_refused(texts[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(hostile_uris); i++)
        assert_refused(hostile_uris[i]);
}

/* What comes back from a ledger is believed as little as what a caller sends. */
static void test_dictionary_of_another(void)
{
    static const char *const dicts[] = {
        "{'name': <'qemu+tls://host-b/system'>, 'driver': <'qemu'>, 'transport': <'tls'>, "
        "'address': <'host-c'>, 'peer-transport': <'tls'>, 'peer-address': <'host-c'>}",
        "{'name': <'qemu+tls://host-b/system'>}",
        "{'name': <'qemu+tls://host-b/system?command=/x'>, 'driver': <'qemu'>}",
        "{'name': <'://'>}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(dicts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) dict =
            g_variant_ref_sink(g_variant_new_parsed(dicts[i])); /* of this file */
        g_autoptr(MigHost) host = mig_host_from_variant(dict, &error);
        g_assert_null(host);
        g_assert_nonnull(error);
    }
}

static void test_request(void)
{
    g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request =
        mig_request_new("web", "qemu+tls://[2001:DB8:0::1]/system", none, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(request->destination, ==, "qemu+tls://[2001:db8::1]/system");
    g_autoptr(MigRequest) again = mig_request_new("web", request->destination, none, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->destination, ==, request->destination);

    g_assert_true(mig_host_is_uri(request->destination));
}

static void test_instances(void)
{
    static const char *const wrong[] = {
        "",
        "URI-",
        "URI-0123456789abcdef",
        "URI-0123456789abcdef0123456789abcdeg",
        "URI-0123456789ABCDEF0123456789ABCDEF",
        "URI-0123456789abcdef0123456789abcdef0",
        "URI",
        "a/b",
        "qemu+tls://host-b/system",
    };
    g_autofree char *named = mig_host_instance("host-b");
    g_autofree char *one = mig_host_instance("qemu+tls://host-b/system");
    g_autofree char *other = mig_host_instance("qemu+tls://host-c/system");

    g_assert_cmpstr(named, ==, "host-b");
    g_assert_cmpstr(one, !=, other);
    g_assert_false(mig_host_name_is_valid(one));
    g_assert_true(mig_host_instance_is_valid(named));
    g_assert_true(mig_host_instance_is_valid(one));
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(mig_host_instance_is_valid(wrong[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/host-uri/taken", test_taken);
    g_test_add_func("/host-uri/refused", test_refused);
    g_test_add_func("/host-uri/dictionary-of-another", test_dictionary_of_another);
    g_test_add_func("/host-uri/request", test_request);
    g_test_add_func("/host-uri/instances", test_instances);

    return g_test_run();
}
