/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host's file. What is accepted becomes a dictionary and a host again, and URIs for libvirt.
 */
#include "fuzz.h"
#include "hostfile.h"
#include "uri.h"

static void make_uri(const MigHost *host, const MigRoute *route)
{
    if (route->connect != MIG_CONNECT_NONE)
        g_free(mig_uri_for_route(host->driver, route, "/var/lib/migrationd/pki"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { (const char *) data, size };
    g_autofree char *name = fuzz_take_text(&input);
    g_autoptr(MigHost) host = mig_host_parse(name, input.data, input.size, NULL);
    g_autoptr(GVariant) dict = NULL;
    g_autoptr(GVariant) rewritten = NULL;
    g_autoptr(MigHost) again = NULL;

    if (!host)
        return 0;

    dict = g_variant_ref_sink(mig_host_to_variant(host));
    again = mig_host_from_variant(dict, NULL);
    fuzz_require(again != NULL);
    rewritten = g_variant_ref_sink(mig_host_to_variant(again));
    fuzz_require(g_variant_equal(dict, rewritten));
    make_uri(host, &host->own);
    make_uri(host, &host->peer);

    return 0;
}
