/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A million strings made of what URIs are made of, right and wrong: what our grammar accepts, the
 * parser that libvirt uses (libxml2's) reads the same way, with no parameters; and a destination is
 * made of it as it stands.
 */
#include <libxml/uri.h>
#include <string.h>

#include "host-uri.h"
#include "uri.h"

/* TEST_STRINGS in the environment: so many, where each takes long. */
static guint count_strings(void)
{
    const char *text = g_getenv("TEST_STRINGS");
    guint64 n = 1000000;

    if (text)
        g_assert_true(g_ascii_string_to_unsigned(text, 10, 1000, G_MAXUINT32, &n, NULL));

    return (guint) n;
}

/* Pieces in the order of a URI; the first `right` of them are. */
typedef struct {
    guint right;
    const char *texts[20];
} Piece;

static const Piece pieces[] = {
    { 3, { "qemu", "xen", "vz", "openvz", "QEMU", "test", "", "qemu%20", "esx" } },
    { 4, { "+ssh", "+tls", "+tcp", "", "+ext", "+SSH", "+unix", "+libssh2", "+%73sh", "+https" } },
    { 1, { "://", ":", ":/", ":///", "//" } },
    { 3, { "", "root@", "_a-1@", "Root@", "r%6fot@", "a:b@", "@" } },
    { 4,
      { "host-b", "192.0.2.12", "[2001:db8::c]", "b.example", "", "2001:db8::c", "127.0.0.1",
        "[::1]", "localhost", "host_b", "-host", "h%6fst", "[fe80::1%25eth0]", "a..b", "1.2.3",
        "0x7f000001", "host;x", "[2001:db8::c" } },
    { 3, { "", ":22", ":65535", ":0", ":022", ":65536", ":", ":x" } },
    { 1, { "/system", "/session", "/", "", "/system/", "/syst%65m", "/system;x" } },
    { 1, { "", "?", "?command=/x", "?%63ommand=/x", "#x", "?no_verify=1", "&x", ";command=/x" } },
};

/* The same for the hosts of a vCenter. */
static const Piece vcenter_pieces[] = {
    { 1, { "vpx", "VPX", "esx", "vpx+https", "qemu" } },
    { 1, { "://", ":", ":/", ":///", "//" } },
    { 3,
      { "root@", "_a-1@", "Admin.x%40vs.local@", "", "@", "a:b@", "a%3ab@", "a%40@", "%40a@",
        "a%40b%40c@", "a@b@", "-l@", "a%5cb@" } },
    { 4,
      { "vc", "192.0.2.12", "[2001:db8::c]", "b.example", "", "2001:db8::c", "127.0.0.1", "[::1]",
        "localhost", "host_b", "-host" } },
    { 3, { "", ":443", ":65535", ":0", ":022", ":65536", ":", ":x" } },
    { 3,
      { "/DC", "/Site%20A/DC", "/DC%20(1)", "/", "", "//DC", "/%20D", "/D%2fC", "/..", "/D;x" } },
    { 3, { "/Cl", "/Cl-1.x_y", "", "/.", "/%2e%2e", "/C%20", "/C?x", "/C%25" } },
    { 2, { "/esx1.example", "/esx%201", "", "/", "/h%00", "/h%", "/h#x", "/h&x" } },
    { 1, { "", "?", "?no_verify=1", "?authfile=/x", "?proxy=x", "#x", ";x", "/" } },
};

static const char *choose(GRand *random, const Piece *piece)
{
    guint n = piece->right;

    if (g_rand_int_range(random, 0, 4) == 0)
        while (n < G_N_ELEMENTS(piece->texts) && piece->texts[n])
            n++;

    return piece->texts[g_rand_int_range(random, 0, (gint32) n)];
}

/* Now and then a byte is put in, taken out or changed. */
static void disturb(GRand *random, GString *text)
{
    static const char bytes[] = "%?#&;@:/[]\\\"' \t\n\x7f\xc3\xa4"
                                "aZ09-_.+=";
    gsize at = (gsize) g_rand_int_range(random, 0, (gint32) text->len + 1);
    char byte = bytes[g_rand_int_range(random, 0, sizeof(bytes) - 1)];

    switch (g_rand_int_range(random, 0, 3)) {
    case 0:
        g_string_insert_c(text, (gssize) at, byte);
        break;
    case 1:
        if (at < text->len)
            g_string_erase(text, (gssize) at, 1);
        break;
    default:
        if (at < text->len)
            text->str[at] = byte;
        break;
    }
}

static void make_string(GRand *random, GString *text)
{
    gboolean vcenter = g_rand_int_range(random, 0, 4) == 0;
    const Piece *of = vcenter ? vcenter_pieces : pieces;
    guint n = vcenter ? G_N_ELEMENTS(vcenter_pieces) : G_N_ELEMENTS(pieces);

    g_string_truncate(text, 0);
    for (guint i = 0; i < n; i++)
        g_string_append(text, choose(random, &of[i]));
    if (g_rand_int_range(random, 0, 4) == 0)
        disturb(random, text);
}

/* An address in its canonical text, which is what our parser gives. */
static char *canonical(const char *host)
{
    gsize length = host ? strlen(host) : 0;
    gboolean brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';
    g_autofree char *bare = brackets ? g_strndup(host + 1, length - 2) : g_strdup(host);

    return mig_uri_canonical_address(bare) ?: g_steal_pointer(&bare);
}

static void assert_same(const char *text, const MigUri *uri)
{
    xmlURIPtr other = xmlParseURI(text);
    g_autofree char *host = NULL;
    g_autofree char *with_transport =
        g_strconcat(uri->driver, "+", mig_connect_to_string(uri->connect), NULL);
    g_autofree char *path = g_strconcat("/", uri->path ?: "system", NULL);

    g_assert_nonnull(other);
    host = canonical(other->server);
    g_assert_true(g_strcmp0(other->scheme, uri->driver) == 0 ||
                  g_strcmp0(other->scheme, with_transport) == 0);
    g_assert_cmpstr(other->user, ==, uri->user);
    g_assert_cmpstr(host, ==, uri->host);
    g_assert_cmpint(MAX(other->port, 0), ==, uri->port);
    g_assert_cmpstr(other->path, ==, path);
    g_assert_null(other->query_raw);
    g_assert_null(other->fragment);
    xmlFreeURI(other);
}

/* Of what is not for a destination no host is made. */
static void assert_destination(const char *text, const MigUri *uri)
{
    g_autoptr(MigHost) host = mig_host_from_uri(text, NULL);

    if (uri->connect != MIG_CONNECT_SSH && uri->connect != MIG_CONNECT_TLS) {
        g_assert_null(host);
        return;
    }
    g_assert_cmpstr(host->driver, ==, uri->driver);
    g_assert_cmpint(host->own.connect, ==, uri->connect);
    g_assert_cmpstr(host->own.address, ==, uri->host);
    g_assert_cmpint(host->own.port, ==, uri->port);
    g_assert_cmpstr(host->own.user, ==, uri->user);
}

static void test_million(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
    g_autoptr(GString) text = g_string_new(NULL);
    guint strings = count_strings();
    guint accepted = 0;

    for (guint i = 0; i < strings; i++) {
        g_autoptr(MigUri) uri = NULL;

        make_string(random, text);
        uri = mig_uri_parse(text->str, NULL);
        if (!uri)
            continue;
        accepted++;
        assert_same(text->str, uri);
        assert_destination(text->str, uri);
    }

    g_test_message("%u of %u accepted", accepted, strings);
    g_assert_cmpuint(accepted, >, strings / 100);
    g_assert_cmpuint(accepted, <, strings / 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uri/million", test_million);

    return g_test_run();
}
