/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two hosts and a guest for the tests of plans: small, literal, and freed by the caller.
 */
#pragma once

#include <libvirt/libvirt.h>
#include <string.h>

#include "plan.h"

#define UUID_GUEST "c7a5fdbd-cdaf-9455-926a-d65c16db1809"
#define UUID_OTHER "5e1f0a70-0000-4000-8000-0000000000ff"
#define UUID_HOST_A "11111111-1111-4111-8111-111111111111"
#define UUID_HOST_B "22222222-2222-4222-8222-222222222222"

/* Host from the text of its file; the test ends if the text is not right. */
static inline MigHost *fixture_host(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    MigHost *host = mig_host_parse(name, text, strlen(text), &error);

    g_assert_no_error(error);

    return host;
}

static inline MigRequest *fixture_request(const char *destination, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, &error);
    MigRequest *request;

    g_assert_no_error(error);
    request = mig_request_new("web1", destination, dict, &error);
    g_assert_no_error(error);

    return request;
}

/* A QEMU host with the guest web1 in a state of libvirt's, -1: without it. */
static inline MigFacts *fixture_facts(const char *host_uuid, int state, gboolean persistent)
{
    MigFacts *facts = g_new0(MigFacts, 1);

    facts->driver = g_strdup("QEMU");
    facts->host_uuid = g_strdup(host_uuid);
    facts->hostname = g_strdup("host.example");
    facts->libvirt = 9000000;
    facts->guest_found = state >= 0;
    facts->guest_name = g_strdup(state >= 0 ? "web1" : "");
    facts->guest_uuid = g_strdup(state >= 0 ? UUID_GUEST : "");
    facts->guest_state = state;
    facts->guest_persistent = persistent;

    return facts;
}
