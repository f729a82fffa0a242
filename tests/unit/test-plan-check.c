/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plan refuses: hosts that are one machine or cannot be reached, addresses that are not the
 * destination's, other drivers, guests that cannot move or are in the way. And the facts it judges
 * by.
 */
#include <string.h>

#include "error.h"
#include "plan-fixture.h"

#define FILE_A "[Host]\nDriver=qemu\nTransport=ssh\nAddress=a.example\n"
#define FILE_B "[Host]\nDriver=qemu\nTransport=ssh\nAddress=b.example\n"

static void assert_error(GError *error, MigError code, const char *part)
{
    g_test_message("%s", error ? error->message : "no error");
    g_assert_error(error, MIG_ERROR, (int) code);
    if (!strstr(error->message, part))
        g_error("\"%s\" is not in \"%s\"", part, error->message);
}

static void test_same_machine(void)
{
    static const struct {
        const char *a, *b;
        const char *same; /* NULL: two machines */
    } cases[] = {
        { FILE_A, FILE_B, NULL },
        { FILE_A, FILE_A, "same Transport, Address and Port" },
        { FILE_A, "[Host]\nDriver=qemu\nTransport=ssh\nAddress=A.Example\nPort=22\nUser=x\n",
          "same Transport, Address and Port" },
        { FILE_A, "[Host]\nDriver=qemu\nTransport=ssh\nAddress=a.example\nPort=2222\n", NULL },
        { "[Host]\nDriver=qemu\nTransport=tls\nAddress=a.example\n",
          "[Host]\nDriver=qemu\nTransport=tls\nAddress=a.example\nPort=16514\n", "same Transport" },
        { FILE_A "PeerTransport=tls\nPeerAddress=192.0.2.1\n",
          FILE_B "PeerTransport=tls\nPeerAddress=192.0.2.1\n", "same PeerTransport" },
        { FILE_A "HostUUID=" UUID_HOST_A "\n", FILE_B "HostUUID=" UUID_HOST_A "\n",
          "same HostUUID" },
        { FILE_A "HostUUID=" UUID_HOST_A "\n", FILE_B "HostUUID=" UUID_HOST_B "\n", NULL },
        { FILE_A "HostUUID=" UUID_HOST_A "\n", FILE_B, NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigHost) a = fixture_host("host-a", cases[i].a);
        g_autoptr(MigHost) b = fixture_host("host-b", cases[i].b);
        g_autoptr(MigRequest) request = fixture_request("host-b", "{'source': <'host-a'>}");
        g_autoptr(GError) error = NULL;
        gboolean fine = mig_request_check_hosts(request, a, b, &error);

        g_assert_cmpint(fine, ==, cases[i].same == NULL);
        if (cases[i].same)
            assert_error(error, MIG_ERROR_SAME_HOST, cases[i].same);
        else
            g_assert_no_error(error);
    }
}

/* Back to the machine the service runs on: only its file can say how others reach it. */
static void test_peer_route(void)
{
    g_autoptr(MigHost) host_a = fixture_host("host-a", FILE_A);
    g_autoptr(MigHost) unknown = mig_host_new_local();
    g_autoptr(MigHost) known =
        fixture_host("local", "[Host]\nPeerTransport=tls\nPeerAddress=c.example\n");
    g_autoptr(MigRequest) peer = fixture_request("local", "{'source': <'host-a'>}");
    g_autoptr(MigRequest) tunnelled =
        fixture_request("local", "{'source': <'host-a'>, 'transport': <'tunnelled'>}");
    g_autoptr(MigRequest) managed =
        fixture_request("local", "{'source': <'host-a'>, 'flow': <'managed-direct'>}");
    const MigRequest *const by_peer[] = { peer, tunnelled };

    for (guint i = 0; i < G_N_ELEMENTS(by_peer); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(mig_request_check_hosts(by_peer[i], host_a, unknown, &error));
        assert_error(error, MIG_ERROR_INVALID_HOST_FILE,
                     "set PeerTransport= and PeerAddress= in the file of host \"local\"");
        g_assert_true(mig_request_check_hosts(by_peer[i], host_a, known, NULL));
    }
    g_assert_true(mig_request_check_hosts(managed, host_a, unknown, NULL));
}

static void test_address(void)
{
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(MigHost) none = fixture_host("host-b", FILE_B);
    g_autoptr(MigHost) two =
        fixture_host("host-b", FILE_B "MigrationAddresses=192.0.2.12;2001:db8::c\n");
    g_autoptr(MigRequest) v4 = fixture_request("host-b", "{'interface-address': <'192.0.2.12'>}");
    g_autoptr(MigRequest) v6 =
        fixture_request("host-b", "{'interface-address': <'2001:DB8:0::C'>}");
    g_autoptr(MigRequest) other =
        fixture_request("host-b", "{'interface-address': <'192.0.2.13'>}");
    g_autoptr(GError) not_listed = NULL;
    g_autoptr(GError) no_list = NULL;

    g_assert_true(mig_request_check_hosts(v4, local, two, NULL));
    g_assert_true(mig_request_check_hosts(v6, local, two, NULL));
    g_assert_false(mig_request_check_hosts(other, local, two, &not_listed));
    assert_error(not_listed, MIG_ERROR_ADDRESS_NOT_ALLOWED,
                 "192.0.2.13 is none on which host \"host-b\" may receive guests (192.0.2.12, "
                 "2001:db8::c): if it is that host's, add it to MigrationAddresses= in the file of "
                 "host \"host-b\"");
    g_assert_false(mig_request_check_hosts(v4, local, none, &no_list));
    assert_error(no_list, MIG_ERROR_ADDRESS_NOT_ALLOWED, "(it has none)");
}

typedef void (*Change)(MigFacts *here, MigFacts *there);

/* Plans to move web1 from local to host-b after the facts were changed. */
static MigPlan *plan_after(Change change, const char *options, GError **error)
{
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(MigHost) host_b = fixture_host("host-b", FILE_B);
    g_autoptr(MigRequest) request = fixture_request("host-b", options);
    g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, TRUE);
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);

    change(here, there);

    return mig_plan_new(request, local, host_b, here, there, NULL, error);
}

static void set(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

static void guest_there(MigFacts *there, const char *name, const char *uuid, int state)
{
    there->guest_found = TRUE;
    there->guest_state = state;
    there->guest_persistent = TRUE;
    set(&there->guest_name, name);
    set(&there->guest_uuid, uuid);
}

static void nothing(MigFacts *here, MigFacts *there)
{
}

static void one_uuid(MigFacts *here, MigFacts *there)
{
    set(&there->host_uuid, UUID_HOST_A);
}

static void no_uuids(MigFacts *here, MigFacts *there)
{
    set(&here->host_uuid, "");
    set(&there->host_uuid, "");
}

static void xen_there(MigFacts *here, MigFacts *there)
{
    set(&there->driver, "Xen");
}

static void xen_both(MigFacts *here, MigFacts *there)
{
    set(&here->driver, "Xen");
    set(&there->driver, "Xen");
}

static void lxc_both(MigFacts *here, MigFacts *there)
{
    set(&here->driver, "LXC");
    set(&there->driver, "LXC");
}

static void new_both(MigFacts *here, MigFacts *there)
{
    set(&here->driver, "New\n");
    set(&there->driver, "New\n");
}

static void no_guest(MigFacts *here, MigFacts *there)
{
    here->guest_found = FALSE;
    set(&here->guest_name, "");
}

static void busy(MigFacts *here, MigFacts *there)
{
    here->guest_job = TRUE;
}

static void same_active(MigFacts *here, MigFacts *there)
{
    guest_there(there, "web1", UUID_GUEST, VIR_DOMAIN_RUNNING);
}

static void same_paused(MigFacts *here, MigFacts *there)
{
    guest_there(there, "web1", UUID_GUEST, VIR_DOMAIN_PAUSED);
}

static void same_name(MigFacts *here, MigFacts *there)
{
    guest_there(there, "web1", UUID_OTHER, VIR_DOMAIN_SHUTOFF);
}

static void same_uuid(MigFacts *here, MigFacts *there)
{
    guest_there(there, "old\nname", UUID_GUEST, VIR_DOMAIN_SHUTOFF);
}

static void same_inactive(MigFacts *here, MigFacts *there)
{
    guest_there(there, "web1", UUID_GUEST, VIR_DOMAIN_SHUTOFF);
    there->guest_job = TRUE;
}

static void test_facts_refused(void)
{
    static const struct {
        Change change;
        MigError code;
        const char *part; /* NULL: a plan */
    } cases[] = {
        { nothing },
        { no_uuids },
        { same_inactive },
        { one_uuid, MIG_ERROR_SAME_HOST, "both have host UUID " UUID_HOST_A },
        { xen_there, MIG_ERROR_NOT_SUPPORTED,
          "host \"local\" runs hypervisor driver QEMU and host \"host-b\" Xen" },
        { xen_both },
        { lxc_both, MIG_ERROR_NOT_SUPPORTED, "hypervisor driver \"LXC\" cannot migrate" },
        { new_both, MIG_ERROR_NOT_SUPPORTED, "hypervisor driver \"New\\u000a\" is not known" },
        { no_guest, MIG_ERROR_GUEST_NOT_FOUND, "host \"local\" has no guest \"web1\": check" },
        { busy, MIG_ERROR_GUEST_BUSY, "guest \"web1\" on host \"local\" is held by another" },
        { same_active, MIG_ERROR_GUEST_EXISTS,
          "host \"host-b\" has a guest \"web1\" (" UUID_GUEST ", running) of the same UUID that is "
          "active" },
        { same_paused, MIG_ERROR_GUEST_EXISTS, "paused) of the same UUID that is active" },
        { same_name, MIG_ERROR_GUEST_EXISTS,
          "(" UUID_OTHER ", shutoff) of the same name and another UUID" },
        { same_uuid, MIG_ERROR_GUEST_EXISTS,
          "\"old\\u000aname\" (" UUID_GUEST ", shutoff) of the same UUID and another name" },
    };
    static const char *const options[] = {
        "{}",
        "{'transport': <'tunnelled'>}",
        "{'flow': <'managed-direct'>}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint j = 0; j < G_N_ELEMENTS(options); j++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(MigPlan) plan = plan_after(cases[i].change, options[j], &error);

            g_assert_true((plan != NULL) == (cases[i].part == NULL));
            if (cases[i].part)
                assert_error(error, cases[i].code, cases[i].part);
            else
                g_assert_no_error(error);
        }
}

/* The host files are looked at by the plan too. */
static void test_hosts_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigPlan) plan = plan_after(nothing, "{'interface-address': <'192.0.2.12'>}", &error);

    g_assert_null(plan);
    assert_error(error, MIG_ERROR_ADDRESS_NOT_ALLOWED, "192.0.2.12");
}

static void test_states(void)
{
    static const struct {
        int state;
        const char *name;
        gboolean moves;
    } cases[] = {
        { -2, "unknown", FALSE },
        { -1, "absent", FALSE },
        { VIR_DOMAIN_NOSTATE, "no-state", FALSE },
        { VIR_DOMAIN_RUNNING, "running", TRUE },
        { VIR_DOMAIN_BLOCKED, "idle", TRUE },
        { VIR_DOMAIN_PAUSED, "paused", TRUE },
        { VIR_DOMAIN_SHUTDOWN, "in-shutdown", FALSE },
        { VIR_DOMAIN_SHUTOFF, "shutoff", FALSE },
        { VIR_DOMAIN_CRASHED, "crashed", FALSE },
        { VIR_DOMAIN_PMSUSPENDED, "pmsuspended", TRUE },
        { VIR_DOMAIN_PMSUSPENDED + 1, "unknown", FALSE },
        { G_MAXINT, "unknown", FALSE },
        { G_MININT, "unknown", FALSE },
    };
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(MigHost) host_b = fixture_host("host-b", FILE_B);
    g_autoptr(MigRequest) request = fixture_request("host-b", "{}");
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, TRUE);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigPlan) plan = NULL;
        g_autofree char *part = g_strdup_printf("is not running (%s): start it", cases[i].name);

        g_assert_cmpstr(mig_guest_state_to_string(cases[i].state), ==, cases[i].name);
        g_assert_cmpint(mig_guest_state_can_move(cases[i].state), ==, cases[i].moves);

        here->guest_state = cases[i].state;
        plan = mig_plan_new(request, local, host_b, here, there, NULL, &error);
        g_assert_true((plan != NULL) == cases[i].moves);
        if (!cases[i].moves)
            assert_error(error, MIG_ERROR_GUEST_NOT_RUNNING, part);
    }
}

#define FACTS                                                                                      \
    "{'driver': <'QEMU'>, 'host-uuid': <'" UUID_HOST_A "'>, 'hostname': <'host.example'>, "        \
    "'libvirt': <uint64 9000000>, 'guest-found': <true>, 'guest-name': <'web1'>, "                 \
    "'guest-uuid': <'" UUID_GUEST "'>, 'guest-state': <3>, 'guest-reason': <0>, "                  \
    "'guest-persistent': <true>, "                                                                 \
    "'guest-job': <false>}"

static void test_facts_round_trip(void)
{
    g_autoptr(MigFacts) facts = fixture_facts(UUID_HOST_A, VIR_DOMAIN_PAUSED, TRUE);
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_facts_to_variant(facts));
    g_autofree char *text = g_variant_print(dict, TRUE);
    g_autoptr(GError) error = NULL;
    g_autoptr(MigFacts) again = mig_facts_from_variant(dict, &error);
    g_autoptr(GVariant) rewritten = NULL;

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, FACTS);
    rewritten = g_variant_ref_sink(mig_facts_to_variant(again));
    g_assert_cmpvariant(rewritten, dict);
}

/* Each key missing, and each with another type. */
static void test_facts_incomplete(void)
{
    g_autoptr(GVariant) whole = g_variant_ref_sink(g_variant_new_parsed(FACTS));
    g_autoptr(GVariant) list = g_variant_ref_sink(g_variant_new_strv(NULL, 0));
    g_autoptr(GError) not_a_dictionary = NULL;
    GVariantIter iter;
    const char *key;

    g_assert_null(mig_facts_from_variant(list, &not_a_dictionary));
    assert_error(not_a_dictionary, MIG_ERROR_INVALID_ARGUMENT, "\"a{sv}\", not \"as\"");

    g_variant_iter_init(&iter, whole);
    while (g_variant_iter_next(&iter, "{&sv}", &key, NULL))
        for (guint wrong = 0; wrong < 2; wrong++) {
            g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(whole);
            g_autoptr(GVariant) broken = NULL;
            g_autoptr(GError) error = NULL;

            g_assert_true(g_variant_dict_remove(&dict, key));
            if (wrong)
                g_variant_dict_insert(&dict, key, "d", 1.0);
            broken = g_variant_ref_sink(g_variant_dict_end(&dict));
            g_assert_null(mig_facts_from_variant(broken, &error));
            assert_error(error, MIG_ERROR_INVALID_ARGUMENT, key);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/same-machine", test_same_machine);
    g_test_add_func("/plan/peer-route", test_peer_route);
    g_test_add_func("/plan/address", test_address);
    g_test_add_func("/plan/facts-refused", test_facts_refused);
    g_test_add_func("/plan/hosts-refused", test_hosts_refused);
    g_test_add_func("/plan/states", test_states);
    g_test_add_func("/facts/round-trip", test_facts_round_trip);
    g_test_add_func("/facts/incomplete", test_facts_incomplete);

    return g_test_run();
}
