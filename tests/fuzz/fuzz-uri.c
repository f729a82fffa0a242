/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The URI grammar: what it accepts, the parser that libvirt uses reads the same way, and without a
 * query.
 */
#include <libxml/uri.h>

#include "fuzz.h"
#include "uri.h"

static void check_accepted(const char *text, const MigUri *uri)
{
    xmlURIPtr parsed = xmlParseURI(text);
    g_autofree char *scheme =
        g_strconcat(uri->driver, "+", mig_connect_to_string(uri->connect), NULL);
    g_autofree char *path = g_strconcat("/", uri->path ?: "system", NULL);

    fuzz_require(parsed != NULL);
    /* without a transport but with a host it is TLS, for libvirt too, or a vCenter's HTTPS */
    fuzz_require(g_strcmp0(parsed->scheme, scheme) == 0 ||
                 (uri->connect != MIG_CONNECT_SSH && uri->connect != MIG_CONNECT_TCP &&
                  g_strcmp0(parsed->scheme, uri->driver) == 0));
    fuzz_require(g_strcmp0(parsed->path, path) == 0);
    fuzz_require(g_strcmp0(parsed->user, uri->user) == 0);
    fuzz_require(!parsed->query_raw && !parsed->fragment && !parsed->opaque);
    fuzz_require(MAX(parsed->port, 0) == uri->port);
    xmlFreeURI(parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { (const char *) data, size };
    g_autofree char *text = fuzz_take_text(&input);
    g_autoptr(MigUri) uri = mig_uri_parse(text, NULL);
    g_autofree char *address = mig_uri_canonical_address(text);
    guint16 port = 0;

    if (uri)
        check_accepted(text, uri);
    if (address) {
        g_autofree char *again = mig_uri_canonical_address(address);

        fuzz_require(g_strcmp0(address, again) == 0);
        g_free(mig_uri_for_migration("tcp", address, 1));
        g_free(mig_uri_for_graphics("spice", address, 1, 2, text));
    }
    if (mig_uri_parse_port(text, &port))
        fuzz_require(port > 0);
    mig_uri_user_is_valid(text);
    mig_uri_login_is_valid(text);
    mig_uri_names_are_valid(text, 1, 8);
    mig_uri_dns_is_valid(text);
    mig_uri_host_is_valid(text);

    return 0;
}
