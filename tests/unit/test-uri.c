/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the URI grammar: what is refused (hostile-uris.h), what is accepted, and that every URI
 * that is made reads back as the parts it was made of.
 */
#include "uri.h"

#include "error.h"
#include "hostile-uris.h"

#include <string.h>

#define LABEL63 "a23456789012345678901234567890123456789012345678901234567890123"
#define DNS253 LABEL63 "." LABEL63 "." LABEL63 "." LABEL61
#define LABEL61 "a234567890123456789012345678901234567890123456789012345678901"

static void assert_refused(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigUri) uri = mig_uri_parse(text, &error);

    if (uri != NULL)
        g_error("accepted: %s", text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
    g_assert_true(g_str_has_suffix(error->message, "."));
}

static void test_hostile(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < G_N_ELEMENTS(hostile_uris); i++) {
        if (!g_hash_table_add(seen, (gpointer) hostile_uris[i]))
            g_error("twice in the table: %s", hostile_uris[i]);
        assert_refused(hostile_uris[i]);
    }
    g_test_message("%u hostile URIs", (guint) G_N_ELEMENTS(hostile_uris));
    g_assert_cmpuint(G_N_ELEMENTS(hostile_uris), >=, 400);
    assert_refused(NULL);
}

static void test_oversize(void)
{
    static const gsize lengths[] = { 254, 480, 512, 513, 4096, 1 << 20 };

    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *filler = g_strnfill(lengths[i], 'a');
        g_autofree char *host = g_strconcat("qemu+ssh://", filler, "/system", NULL);
        g_autofree char *user = g_strconcat("qemu+ssh://", filler, "@host-b/system", NULL);
        g_autofree char *path = g_strconcat("qemu+ssh://host-b/system", filler, NULL);
        g_autofree char *port = g_strnfill(lengths[i], '1');
        g_autofree char *with_port = g_strconcat("qemu+ssh://host-b:", port, "/system", NULL);

        assert_refused(host);
        assert_refused(user);
        assert_refused(path);
        assert_refused(with_port);
    }
    assert_refused("qemu+ssh://" DNS253 "a/system");
}

/* No single byte put anywhere into a good URI, or in the place of one of its bytes, gets anything
 * through that does not fit an independent statement of the grammar. */
static const struct {
    const char *good;
    const char *grammar;
} any_byte[] = {
    { "qemu+ssh://root@host-b.example:2222/system",
      "\\Aqemu(\\+(ssh://([a-z_][a-z0-9_-]{0,31}@)?|tls://|tcp://)|://)[A-Za-z0-9.-]+"
      "(:[1-9][0-9]{0,4})?/system\\z" },
    { "xen+tls://host-b.example/system",
      "\\Axen(\\+(tls|tcp|ssh))?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?/system\\z" },
    { "openvz+ssh://root@host-b.example/system",
      "\\Aopenvz\\+ssh://([a-z_][a-z0-9_-]{0,31}@)?[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?/system\\z" },
    { "vpx://a%40vs.local@vcenter.example:8443/DC%201/Cl-1/esx1.example",
      "\\Avpx://[A-Za-z0-9_][A-Za-z0-9._-]*(%40[A-Za-z0-9.-]+)?@[A-Za-z0-9.-]+"
      "(:[1-9][0-9]{0,4})?(/([A-Za-z0-9_.()-]|(?<=[^/])%20(?=[^/]))+){2,16}\\z" },
};

static void test_any_byte(gconstpointer data)
{
    guint row = GPOINTER_TO_UINT(data);
    const char *good = any_byte[row].good;
    g_autoptr(GRegex) grammar = g_regex_new(any_byte[row].grammar, 0, 0, NULL);
    guint accepted = 0;

    g_assert_true(g_regex_match(grammar, good, 0, NULL));
    for (gsize at = 0; at <= strlen(good); at++) {
        for (guint byte = 1; byte < 256; byte++) {
            for (guint replaced = 0; replaced < 2 && at + replaced <= strlen(good); replaced++) {
                g_autofree char *text =
                    g_strdup_printf("%.*s%c%s", (int) at, good, (char) byte, good + at + replaced);
                g_autoptr(MigUri) uri = mig_uri_parse(text, NULL);

                if (uri == NULL)
                    continue;
                accepted++;
                if (!g_regex_match(grammar, text, 0, NULL))
                    g_error("outside the grammar: %s", text);
            }
        }
    }
    g_assert_cmpuint(accepted, >, 500);
}

static void test_accepted(void)
{
    static const struct {
        const char *text;
        MigConnect connect;
        const char *user;
        const char *host;
        guint16 port;
    } good[] = {
        { "qemu:///system", MIG_CONNECT_UNIX, NULL, NULL, 0 },
        { "qemu://host-b/system", MIG_CONNECT_TLS, NULL, "host-b", 0 },
        { "qemu+ssh://host-b/system", MIG_CONNECT_SSH, NULL, "host-b", 0 },
        { "qemu+ssh://root@host-b/system", MIG_CONNECT_SSH, "root", "host-b", 0 },
        { "qemu+ssh://_a-b_9@host-b:22/system", MIG_CONNECT_SSH, "_a-b_9", "host-b", 22 },
        { "qemu+ssh://a2345678901234567890123456789012@b/system", MIG_CONNECT_SSH,
          "a2345678901234567890123456789012", "b", 0 },
        { "qemu+tls://Host-B.Example/system", MIG_CONNECT_TLS, NULL, "Host-B.Example", 0 },
        { "qemu+tls://host-b:16514/system", MIG_CONNECT_TLS, NULL, "host-b", 16514 },
        { "qemu+tcp://host-b:65535/system", MIG_CONNECT_TCP, NULL, "host-b", 65535 },
        { "qemu+tcp://host-b:1/system", MIG_CONNECT_TCP, NULL, "host-b", 1 },
        { "qemu+tls://192.0.2.12/system", MIG_CONNECT_TLS, NULL, "192.0.2.12", 0 },
        { "qemu+tls://10.0.0.1:9/system", MIG_CONNECT_TLS, NULL, "10.0.0.1", 9 },
        { "qemu+tls://[2001:db8::1]/system", MIG_CONNECT_TLS, NULL, "2001:db8::1", 0 },
        { "qemu+tls://[2001:DB8:0::1]:9/system", MIG_CONNECT_TLS, NULL, "2001:db8::1", 9 },
        { "qemu+ssh://root@[fd00::2]/system", MIG_CONNECT_SSH, "root", "fd00::2", 0 },
        { "qemu+tls://[::ffff:192.0.2.1]/system", MIG_CONNECT_TLS, NULL, "192.0.2.1", 0 },
        { "qemu+tls://3com.example/system", MIG_CONNECT_TLS, NULL, "3com.example", 0 },
        { "qemu+tls://xn--hst-sna.example/system", MIG_CONNECT_TLS, NULL, "xn--hst-sna.example",
          0 },
        { "qemu+tls://local.example/system", MIG_CONNECT_TLS, NULL, "local.example", 0 },
        { "qemu+tls://mylocalhost/system", MIG_CONNECT_TLS, NULL, "mylocalhost", 0 },
        { "qemu+tls://" LABEL63 "/system", MIG_CONNECT_TLS, NULL, LABEL63, 0 },
        { "qemu+tls://" DNS253 "/system", MIG_CONNECT_TLS, NULL, DNS253, 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigUri) uri = mig_uri_parse(good[i].text, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(uri->driver, ==, "qemu");
        g_assert_cmpint(uri->connect, ==, good[i].connect);
        g_assert_cmpstr(uri->user, ==, good[i].user);
        g_assert_cmpstr(uri->host, ==, good[i].host);
        g_assert_cmpuint(uri->port, ==, good[i].port);
    }
    mig_uri_free(NULL);
}

/* Every driver and every way to its hosts, NULL: there is none. */
static void test_drivers(void)
{
    static const char *const made[][MIG_N_CONNECTS] = {
        { "qemu", "qemu:///system", "qemu+ssh://h/system", "qemu+tls://h/system",
          "qemu+tcp://h/system", NULL },
        { "xen", "xen:///system", "xen+ssh://h/system", "xen+tls://h/system", "xen+tcp://h/system",
          NULL },
        { "vz", "vz:///system", "vz+ssh://h/system", "vz+tls://h/system", "vz+tcp://h/system",
          NULL },
        { "openvz", "openvz+unix:///system", "openvz+ssh://h/system", NULL, NULL, NULL },
        { "vpx", NULL, NULL, NULL, NULL, "vpx://root@h/DC/h" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(made); i++) {
        const char *driver = made[i][0];

        g_assert_true(mig_uri_driver_is_valid(driver));
        for (guint connect = MIG_CONNECT_UNIX; connect < MIG_N_CONNECTS; connect++) {
            gboolean https = connect == MIG_CONNECT_HTTPS;
            const MigRoute route = {
                .connect = connect,
                .address = connect == MIG_CONNECT_UNIX ? NULL : (char *) "h",
                .user = https ? (char *) "root" : NULL,
                .path = https ? (char *) "DC/h" : NULL,
            };
            g_autofree char *text = NULL;
            g_autofree char *uri = NULL;

            g_assert_cmpint(mig_uri_driver_has(driver, connect), ==, made[i][connect] != NULL);
            if (!made[i][connect])
                continue;
            text = mig_uri_for_route(driver, &route, NULL);
            uri = g_strndup(text, strcspn(text, "?"));
            g_assert_cmpstr(uri, ==, made[i][connect]);
        }
    }
}

/* A vCenter's hosts: what is escaped comes back, and only an explicit word leaves its certificate
 * unchecked. */
static void test_vcenter(void)
{
    static const struct {
        MigRoute route;
        const char *expected;
    } routes[] = {
        { { MIG_CONNECT_HTTPS, (char *) "vc.example", 0, (char *) "root",
            (char *) "DC1/Cluster/esx1.example" },
          "vpx://root@vc.example/DC1/Cluster/esx1.example" },
        { { MIG_CONNECT_HTTPS, (char *) "2001:db8::7", 8443, (char *) "administrator@vsphere.local",
            (char *) "Site A/DC (old)/esx_1", TRUE },
          "vpx://administrator%40vsphere.local@[2001:db8::7]:8443/Site%20A/DC%20(old)/esx_1"
          "?no_verify=1" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
        g_autofree char *text = mig_uri_for_route("vpx", &routes[i].route, "/etc/pki");
        g_auto(GStrv) parts = g_strsplit(text, "?", 2);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigUri) uri = mig_uri_parse(parts[0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(text, ==, routes[i].expected);
        g_assert_cmpstr(uri->user, ==, routes[i].route.user);
        g_assert_cmpstr(uri->path, ==, routes[i].route.path);
        g_assert_cmpstr(uri->host, ==, routes[i].route.address);
    }
}

static void test_logins(void)
{
    static const char *const good[] = { "root", "_x", "A.b-c_9", "Administrator@vsphere.local" };
    static const char *const bad[] = { "",          "-l",    ".x",       "a b",        "a:b",
                                       "a@",        "@b",    "a@b@c",    "a%40b",      "a/b",
                                       "DOM\\user", "a@[b]", "\xc3\xa4", "a@localhost" };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(mig_uri_login_is_valid(good[i]));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(mig_uri_login_is_valid(bad[i]));
    g_assert_false(mig_uri_login_is_valid(NULL));
    for (gsize length = 64; length <= 65; length++) {
        g_autofree char *login = g_strnfill(length, 'a');

        g_assert_cmpint(mig_uri_login_is_valid(login), ==, length == 64);
    }
}

static void test_names(void)
{
    static const char *const bad[] = { "", "/a", "a/", "a//b", " a", "a ", ".", "..", "a%b" };

    g_assert_true(mig_uri_names_are_valid("Site A/DC (1)", 2, 2));
    g_assert_false(mig_uri_names_are_valid("a", 2, 2));
    g_assert_false(mig_uri_names_are_valid("a/b/c", 2, 2));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(mig_uri_names_are_valid(bad[i], 1, MIG_URI_PATH_MAX));
    for (gsize length = 80; length <= 81; length++) {
        g_autofree char *name = g_strnfill(length, 'a');

        g_assert_cmpint(mig_uri_names_are_valid(name, 1, 1), ==, length == 80);
    }
}

static void test_same_network(void)
{
    g_assert_true(mig_uri_same_network("192.0.2.1", "192.0.2.254", 24));
    g_assert_false(mig_uri_same_network("192.0.2.1", "192.0.3.1", 24));
    g_assert_true(mig_uri_same_network("2001:db8::1", "2001:db8::2", 64));
    g_assert_false(mig_uri_same_network("2001:db8::1", "192.0.2.1", 1));
    g_assert_false(mig_uri_same_network("192.0.2.1", "2001:db8::1", 1));
    g_assert_false(mig_uri_same_network("192.0.2.1", "192.0.2.1", 33));
    g_assert_false(mig_uri_same_network("2001:db8::1", "2001:db8::1", 129));
    g_assert_false(mig_uri_same_network("host-b", "192.0.2.1", 24));
}

static void test_graphics_subject(void)
{
    g_autofree char *alone = mig_uri_for_graphics("spice", "192.0.2.1", 5900, 0, "CN=b");
    g_autofree char *both = mig_uri_for_graphics("spice", "192.0.2.1", 5900, 5901, "CN=b");

    g_assert_cmpstr(alone, ==, "spice://192.0.2.1:5900?tlsSubject=CN%3Db");
    g_assert_cmpstr(both, ==, "spice://192.0.2.1:5900?tlsPort=5901&tlsSubject=CN%3Db");
}

static void test_routes(void)
{
    static const struct {
        MigRoute route;
        const char *pki_path;
        const char *expected;
    } routes[] = {
        { { MIG_CONNECT_UNIX, NULL, 0, NULL }, NULL, "qemu:///system" },
        { { MIG_CONNECT_UNIX, NULL, 0, NULL }, "/etc/pki", "qemu:///system" },
        { { MIG_CONNECT_SSH, (char *) "host-b", 0, (char *) "root" },
          NULL,
          "qemu+ssh://root@host-b/system?no_tty=1&proxy=native" },
        { { MIG_CONNECT_SSH, (char *) "2001:db8::1", 2222, NULL },
          "/etc/pki",
          "qemu+ssh://[2001:db8::1]:2222/system?no_tty=1&proxy=native" },
        { { MIG_CONNECT_TLS, (char *) "host-b", 0, NULL }, NULL, "qemu+tls://host-b/system" },
        { { MIG_CONNECT_TLS, (char *) "192.0.2.1", 16515, NULL },
          "/etc/pki/migrationd",
          "qemu+tls://192.0.2.1:16515/system?pkipath=/etc/pki/migrationd" },
        { { MIG_CONNECT_TLS, (char *) "host-b", 0, NULL },
          "/a b&c=d;%?#\xc3\xa4",
          "qemu+tls://host-b/system?pkipath=/a%20b%26c%3Dd%3B%25%3F%23%C3%A4" },
        { { MIG_CONNECT_TCP, (char *) "fd00::2", 65535, NULL },
          NULL,
          "qemu+tcp://[fd00::2]:65535/system" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
        const MigRoute *route = &routes[i].route;
        g_autofree char *text = mig_uri_for_route("qemu", route, routes[i].pki_path);
        g_auto(GStrv) parts = g_strsplit(text, "?", 2);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigUri) uri = mig_uri_parse(parts[0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(text, ==, routes[i].expected);
        g_assert_cmpint(uri->connect, ==, route->connect);
        g_assert_cmpstr(uri->host, ==, route->address);
        g_assert_cmpstr(uri->user, ==, route->user);
        g_assert_cmpuint(uri->port, ==, route->port);
    }
}

static const struct {
    const char *driver;
    MigRoute route;
    const char *pki_path;
} unchecked[] = {
    { "qemu", { MIG_CONNECT_NONE, NULL, 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_SSH, NULL, 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_SSH, (char *) "localhost", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_SSH, (char *) "root@host-b", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_SSH, (char *) "host-b:22", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_SSH, (char *) "host-b", 0, (char *) "-l" }, NULL },
    { "qemu", { MIG_CONNECT_SSH, (char *) "[2001:db8::1]", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_TLS, (char *) "2001:DB8::1", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_TLS, (char *) "host-b/system?no_verify=1#", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_TLS, (char *) "host-b", 0, (char *) "root" }, NULL },
    { "qemu", { MIG_CONNECT_TLS, (char *) "host-b", 0, NULL }, "pki" },
    { "qemu", { MIG_CONNECT_UNIX, (char *) "host-b", 0, NULL }, NULL },
    { "qemu", { MIG_CONNECT_HTTPS, (char *) "host-b", 0, (char *) "root", (char *) "D/h" }, NULL },
    { "qemu",
      { MIG_CONNECT_TLS, (char *) "host-b", 0, NULL, (char *) "system?no_verify=1" },
      NULL },
    { "openvz", { MIG_CONNECT_TLS, (char *) "host-b", 0, NULL }, NULL },
    { "vpx", { MIG_CONNECT_HTTPS, (char *) "host-b", 0, (char *) "root" }, NULL },
    { "vpx", { MIG_CONNECT_HTTPS, (char *) "host-b", 0, NULL, (char *) "D/h" }, NULL },
    { "vpx", { MIG_CONNECT_HTTPS, (char *) "host-b", 0, (char *) "a:b", (char *) "D/h" }, NULL },
    { "vpx",
      { MIG_CONNECT_HTTPS, (char *) "host-b", 0, (char *) "root", (char *) "D/../h" },
      NULL },
    { "vpx", { MIG_CONNECT_HTTPS, (char *) "host-b", 0, (char *) "root", (char *) "h" }, NULL },
    { "vpx", { MIG_CONNECT_HTTPS, (char *) "h", 0, (char *) "root", (char *) "D/h?x=1" }, NULL },
    { "vpx", { MIG_CONNECT_TLS, (char *) "host-b", 0, (char *) "root", (char *) "D/h" }, NULL },
    { "test", { MIG_CONNECT_UNIX, NULL, 0, NULL }, NULL },
    { "qemu+ext", { MIG_CONNECT_UNIX, NULL, 0, NULL }, NULL },
    { "", { MIG_CONNECT_UNIX, NULL, 0, NULL }, NULL },
};

static void test_unchecked_route(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);

    if (g_test_subprocess()) {
        g_free(mig_uri_for_route(unchecked[i].driver, &unchecked[i].route, unchecked[i].pki_path));
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr(i == 10 ? "*relative path*" : "*unchecked route*");
}

static void test_migration(void)
{
    g_autofree char *plain = mig_uri_for_migration("tcp", "192.0.2.12", 0);
    g_autofree char *port = mig_uri_for_migration("tcp", "192.0.2.12", 49160);
    g_autofree char *six = mig_uri_for_migration("tcp", "2001:db8::1", 0);
    g_autofree char *six_port = mig_uri_for_migration("tcp", "2001:db8::1", 65535);

    g_assert_cmpstr(plain, ==, "tcp://192.0.2.12");
    g_assert_cmpstr(port, ==, "tcp://192.0.2.12:49160");
    g_assert_cmpstr(six, ==, "tcp://[2001:db8::1]");
    g_assert_cmpstr(six_port, ==, "tcp://[2001:db8::1]:65535");
}

static void test_unchecked_migration(gconstpointer address)
{
    if (g_test_subprocess()) {
        g_free(mig_uri_for_migration("tcp", address, 0));
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*unchecked address*");
}

static void test_addresses(void)
{
    static const struct {
        const char *text;
        const char *canonical;
    } addresses[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "10.0.0.1", "10.0.0.1" },
        { "1.0.0.0", "1.0.0.0" },
        { "126.255.255.255", "126.255.255.255" },
        { "128.0.0.1", "128.0.0.1" },
        { "169.253.255.255", "169.253.255.255" },
        { "169.255.0.0", "169.255.0.0" },
        { "223.255.255.255", "223.255.255.255" },
        { "2001:db8::1", "2001:db8::1" },
        { "2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
        { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
        { "fd00:EC2::254", "fd00:ec2::254" },
        { "fe7f::1", "fe7f::1" },
        { "fec0::1", "fec0::1" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "::ffff:c000:201", "192.0.2.1" },
        { "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
        { "2002:c000:201::1", "2002:c000:201::1" },
        { "127.0.0.1", NULL },
        { "::1", NULL },
        { "::", NULL },
        { "::2", NULL },
        { "169.254.0.0", NULL },
        { "169.254.255.255", NULL },
        { "224.0.0.0", NULL },
        { "fe80::", NULL },
        { "febf:ffff::", NULL },
        { "ffff::", NULL },
        { "::ffff:127.0.0.1", NULL },
        { "fe80::1%lo", NULL },
        { "[2001:db8::1]", NULL },
        { "192.0.2.1 ", NULL },
        { " 192.0.2.1", NULL },
        { "192.0.2.1\n", NULL },
        { "192.0.2.01", NULL },
        { "192.0.2", NULL },
        { "3221225985", NULL },
        { "0xc0.0.2.1", NULL },
        { "192.0.2.1:22", NULL },
        { "192.0.2.0/24", NULL },
        { "host-b", NULL },
        { "", NULL },
        { NULL, NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autofree char *canonical = mig_uri_canonical_address(addresses[i].text);
        g_autofree char *again = mig_uri_canonical_address(canonical);

        g_assert_cmpstr(canonical, ==, addresses[i].canonical);
        g_assert_cmpstr(again, ==, canonical);
    }
}

static void test_hosts(void)
{
    g_assert_true(mig_uri_host_is_valid("host-b"));
    g_assert_true(mig_uri_host_is_valid("192.0.2.1"));
    g_assert_true(mig_uri_host_is_valid("2001:db8::1"));
    g_assert_true(mig_uri_dns_is_valid("a"));
    g_assert_true(mig_uri_dns_is_valid("0xg"));
    g_assert_true(mig_uri_dns_is_valid("1.2.3.a"));
    g_assert_false(mig_uri_dns_is_valid("192.0.2.1"));
    g_assert_false(mig_uri_dns_is_valid("0x7f.1"));
    g_assert_false(mig_uri_host_is_valid("localhost"));
    g_assert_false(mig_uri_host_is_valid("[2001:db8::1]"));
    g_assert_false(mig_uri_host_is_valid(""));
    g_assert_false(mig_uri_host_is_valid(NULL));
}

static void test_hostile_hosts(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < G_N_ELEMENTS(hostile_hosts); i++) {
        g_autofree char *canonical = mig_uri_canonical_address(hostile_hosts[i]);

        if (!g_hash_table_add(seen, (gpointer) hostile_hosts[i]))
            g_error("twice in the table: %s", hostile_hosts[i]);
        if (mig_uri_host_is_valid(hostile_hosts[i]) || mig_uri_dns_is_valid(hostile_hosts[i]) ||
            canonical)
            g_error("accepted: %s", hostile_hosts[i]);
    }
}

static void test_ports(void)
{
    static const char *const bad[] = { "",   "0",  "01",  "65536", "-1",  "+1",
                                       " 1", "1 ", "0x1", "1e1",   "1\n", "99999999999999999999",
                                       "\v1" };
    guint16 port = 7;

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(mig_uri_parse_port(bad[i], &port));
    g_assert_false(mig_uri_parse_port(NULL, &port));
    g_assert_cmpuint(port, ==, 7);
    g_assert_true(mig_uri_parse_port("1", &port));
    g_assert_cmpuint(port, ==, 1);
    g_assert_true(mig_uri_parse_port("65535", &port));
    g_assert_cmpuint(port, ==, 65535);
}

static void test_users_and_drivers(void)
{
    g_assert_true(mig_uri_user_is_valid("root"));
    g_assert_true(mig_uri_user_is_valid("_"));
    g_assert_true(mig_uri_user_is_valid("a-"));
    g_assert_false(mig_uri_user_is_valid("-a"));
    g_assert_false(mig_uri_user_is_valid("9a"));
    g_assert_false(mig_uri_user_is_valid("rooT"));
    g_assert_false(mig_uri_user_is_valid(""));
    g_assert_false(mig_uri_user_is_valid(NULL));
    g_assert_true(mig_uri_driver_is_valid("qemu"));
    g_assert_false(mig_uri_driver_is_valid("QEMU"));
    g_assert_false(mig_uri_driver_is_valid("test"));
    g_assert_false(mig_uri_driver_is_valid("esx"));
    g_assert_false(mig_uri_driver_has("test", MIG_CONNECT_UNIX));
    g_assert_false(mig_uri_driver_is_valid(""));
    g_assert_false(mig_uri_driver_is_valid(NULL));
}

int main(int argc, char **argv)
{
    static const char *const uncanonical[] = { "127.0.0.1", "2001:DB8::1", "::ffff:192.0.2.1",
                                               "host-b" };

    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uri/hostile", test_hostile);
    g_test_add_func("/uri/oversize", test_oversize);
    for (guint i = 0; i < G_N_ELEMENTS(any_byte); i++) {
        g_autofree char *path = g_strdup_printf("/uri/any-byte/%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_any_byte);
    }
    g_test_add_func("/uri/accepted", test_accepted);
    g_test_add_func("/uri/drivers", test_drivers);
    g_test_add_func("/uri/vcenter", test_vcenter);
    g_test_add_func("/uri/names", test_names);
    g_test_add_func("/uri/same-network", test_same_network);
    g_test_add_func("/uri/graphics-subject", test_graphics_subject);
    g_test_add_func("/uri/logins", test_logins);
    g_test_add_func("/uri/routes", test_routes);
    g_test_add_func("/uri/migration", test_migration);
    g_test_add_func("/uri/addresses", test_addresses);
    g_test_add_func("/uri/hosts", test_hosts);
    g_test_add_func("/uri/hostile-hosts", test_hostile_hosts);
    g_test_add_func("/uri/ports", test_ports);
    g_test_add_func("/uri/users-and-drivers", test_users_and_drivers);
    for (guint i = 0; i < G_N_ELEMENTS(unchecked); i++) {
        g_autofree char *path = g_strdup_printf("/uri/unchecked-route/%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_unchecked_route);
    }
    for (guint i = 0; i < G_N_ELEMENTS(uncanonical); i++) {
        g_autofree char *path = g_strdup_printf("/uri/unchecked-migration/%u", i);

        g_test_add_data_func(path, uncanonical[i], test_unchecked_migration);
    }

    return g_test_run();
}
