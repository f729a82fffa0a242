/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The call a plan makes, for every combination of what decides it, against what libvirt's document
 * says it must be, written down here once more: numbers of flags, texts of URIs, rows of outcomes.
 */
#include <string.h>

#include "error.h"
#include "plan-fixture.h"

/* The three ways libvirt can go today. */
static const struct {
    const char *flow, *transport;
    const char *function;
    guint32 flags; /* PEER2PEER is 2, TUNNELLED 4 */
    const char *virsh;
    gboolean peer, tunnelled;
} ways[] = {
    { "peer-to-peer", "native", "virDomainMigrateToURI3", 2, " --p2p", TRUE, FALSE },
    { "peer-to-peer", "tunnelled", "virDomainMigrateToURI3", 2 + 4, " --p2p --tunnelled", TRUE,
      TRUE },
    { "managed-direct", "native", "virDomainMigrate3", 0, "", FALSE, FALSE },
};

/* How the source's daemon reaches the destination's. */
static const struct {
    const char *file;
    const char *uri;
    const char *shell; /* the same, quoted */
    gboolean encrypted;
} peers[] = {
    { "PeerTransport=ssh\nPeerAddress=b.peer.example\nPeerUser=mover\nPeerPort=2222\n",
      "qemu+ssh://mover@b.peer.example:2222/system?no_tty=1&proxy=native",
      "'qemu+ssh://mover@b.peer.example:2222/system?no_tty=1&proxy=native'", TRUE },
    { "PeerTransport=tls\nPeerAddress=2001:db8::b\n", "qemu+tls://[2001:db8::b]/system",
      "'qemu+tls://[2001:db8::b]/system'", TRUE },
    { "PeerTransport=tcp\nPeerAddress=192.0.2.9\nAllowPlaintext=yes\n",
      "qemu+tcp://192.0.2.9/system", "qemu+tcp://192.0.2.9/system", FALSE },
};

/* Where memory arrives. */
static const struct {
    const char *options;
    const char *params;
    const char *virsh;
} interfaces[] = {
    { "", "@a{sv} {}", "" },
    { ", 'interface-address': <'192.0.2.12'>",
      "{'migrate_uri': <'tcp://192.0.2.12'>, 'listen_address': <'192.0.2.12'>}",
      " --migrateuri tcp://192.0.2.12 --listen-address 192.0.2.12" },
    { ", 'interface-address': <'192.0.2.12'>, 'port': <uint16 49200>",
      "{'migrate_uri': <'tcp://192.0.2.12:49200'>, 'listen_address': <'192.0.2.12'>}",
      " --migrateuri tcp://192.0.2.12:49200 --listen-address 192.0.2.12" },
    { ", 'interface-address': <'2001:DB8::C'>, 'port': <uint16 49200>",
      "{'migrate_uri': <'tcp://[2001:db8::c]:49200'>, 'listen_address': <'2001:db8::c'>}",
      " --migrateuri 'tcp://[2001:db8::c]:49200' --listen-address 2001:db8::c" },
};

/* Libvirt's configuration table as [source][destination][undefine][persist]: what is where
 * afterwards. P/T: persistent or transient; source; destination; ! if it must be warned of. */
static const char *const outcomes[2][2][2][2] = {
    { { { "T none none", "P none written" }, { "T none none", "P none written" } },
      { { "P none unchanged", "P none replaced" }, { "P none unchanged", "P none replaced" } } },
    { { { "T unchanged none", "P unchanged written !" },
        { "T removed none !", "P removed written" } },
      { { "P unchanged unchanged", "P unchanged replaced !" },
        { "P removed unchanged", "P removed replaced" } } },
};

typedef struct {
    guint way, peer, interface;
    gboolean live, persist, undefine, source, destination;
} Case;

static MigPlan *plan_of(const Case *c, const MigHost *source, const MigHost *destination)
{
    g_autofree char *options =
        g_strdup_printf("{'flow': <'%s'>, 'transport': <'%s'>, 'live': <%s>, 'persist': <%s>, "
                        "'undefine-source': <%s>%s}",
                        ways[c->way].flow, ways[c->way].transport, c->live ? "true" : "false",
                        c->persist ? "true" : "false", c->undefine ? "true" : "false",
                        interfaces[c->interface].options);
    g_autoptr(MigRequest) request = fixture_request("host-b", options);
    g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, c->source);
    g_autoptr(MigFacts) there =
        fixture_facts(UUID_HOST_B, c->destination ? VIR_DOMAIN_SHUTOFF : -1, c->destination);
    g_autoptr(GError) error = NULL;
    MigPlan *plan = mig_plan_new(request, source, destination, here, there, "/pki", &error);

    g_assert_no_error(error);

    return plan;
}

static gboolean has_finding(const MigPlan *plan, const char *id)
{
    return mig_findings_find(plan->findings, id) != NULL;
}

static void check_outcome(const Case *c, const MigPlan *plan)
{
    gboolean warned =
        has_finding(plan, "configuration-lost") || has_finding(plan, "configuration-on-both");
    g_autofree char *text =
        g_strdup_printf("%s %s %s%s", plan->outcome.persistent ? "P" : "T",
                        mig_config_to_string(plan->outcome.source),
                        mig_config_to_string(plan->outcome.destination), warned ? " !" : "");

    g_assert_cmpstr(text, ==, outcomes[c->source][c->destination][c->undefine][c->persist]);
}

static void check_consequences(const Case *c, const MigPlan *plan)
{
    gboolean encrypted = ways[c->way].tunnelled && peers[c->peer].encrypted;

    g_assert_cmpint(plan->survives_exit, ==, ways[c->way].peer);
    g_assert_cmpint(plan->encrypted, ==, encrypted);
    g_assert_true(plan->cancellable);
    g_assert_cmpint(has_finding(plan, "memory-unencrypted"), ==,
                    !ways[c->way].tunnelled && !encrypted);
    g_assert_cmpint(has_finding(plan, "tunnel-unencrypted"), ==,
                    ways[c->way].tunnelled && !encrypted);
    g_assert_cmpint(has_finding(plan, "driven-by-job"), ==, !ways[c->way].peer);
}

static void check_call(const Case *c, const MigPlan *plan)
{
    guint32 flags =
        ways[c->way].flags | (c->live ? 1 : 0) | (c->persist ? 8 : 0) | (c->undefine ? 16 : 0);
    g_autofree char *params = g_variant_print(plan->params, TRUE);

    g_assert_cmpstr(mig_call_to_string(plan->call), ==, ways[c->way].function);
    g_assert_cmphex(plan->flags, ==, flags);
    g_assert_cmpstr(params, ==, interfaces[c->interface].params);
    g_assert_cmpstr(plan->source_uri, ==, "qemu:///system");
    g_assert_cmpstr(plan->destination_uri, ==, "qemu+tls://b.example/system?pkipath=/pki");
    g_assert_cmpstr(plan->peer_uri, ==, ways[c->way].peer ? peers[c->peer].uri : NULL);
}

static void check_virsh(const Case *c, const MigPlan *plan)
{
    g_autofree char *virsh = g_strdup_printf(
        "virsh -c qemu:///system migrate%s%s%s%s web1 %s%s", c->live ? " --live" : "",
        ways[c->way].virsh, c->persist ? " --persistent" : "",
        c->undefine ? " --undefinesource" : "",
        ways[c->way].peer ? peers[c->peer].shell : "'qemu+tls://b.example/system?pkipath=/pki'",
        interfaces[c->interface].virsh);

    g_assert_cmpstr(plan->virsh, ==, virsh);
}

static void check_combinations(guint peer, const MigHost *source, const MigHost *destination,
                               guint *checked)
{
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++)
        for (guint interface = 0; interface < G_N_ELEMENTS(interfaces); interface++)
            for (guint bits = 0; bits < 32; bits++) {
                Case c = { way,
                           peer,
                           interface,
                           .live = (bits & 1) != 0,
                           .persist = (bits & 2) != 0,
                           .undefine = (bits & 4) != 0,
                           .source = (bits & 8) != 0,
                           .destination = (bits & 16) != 0 };
                g_autoptr(MigPlan) plan = NULL;

                /* refused as a conflict: test-rules.c */
                if (ways[way].tunnelled && interface > 0)
                    continue;
                plan = plan_of(&c, source, destination);
                check_call(&c, plan);
                check_outcome(&c, plan);
                check_consequences(&c, plan);
                check_virsh(&c, plan);
                (*checked)++;
            }
}

static void test_every_combination(void)
{
    g_autoptr(MigHost) local = mig_host_new_local();
    guint checked = 0;

    for (guint peer = 0; peer < G_N_ELEMENTS(peers); peer++) {
        g_autofree char *file =
            g_strdup_printf("[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n"
                            "MigrationAddresses=192.0.2.12;2001:db8::c\n%s",
                            peers[peer].file);
        g_autoptr(MigHost) host_b = fixture_host("host-b", file);

        check_combinations(peer, local, host_b, &checked);
    }

    g_assert_cmpuint(checked, ==, 3 * (4 + 1 + 4) * 32);
}

/* Run from a third machine: the source is a remote host too. */
static void test_third_machine(void)
{
    g_autoptr(MigHost) host_a = fixture_host(
        "host-a", "[Host]\nDriver=qemu\nTransport=ssh\nAddress=a.example\nUser=root\n");
    g_autoptr(MigHost) host_b = fixture_host(
        "host-b", "[Host]\nDriver=qemu\nTransport=ssh\nAddress=b.example\nUser=root\n");
    g_autoptr(MigRequest) request = fixture_request("host-b", "{'source': <'host-a'>}");
    g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_PAUSED, TRUE);
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);
    g_autoptr(GError) error = NULL;
    g_autoptr(MigPlan) plan = mig_plan_new(request, host_a, host_b, here, there, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(plan->source_uri, ==, "qemu+ssh://root@a.example/system?no_tty=1&proxy=native");
    g_assert_cmpstr(plan->destination_uri, ==,
                    "qemu+ssh://root@b.example/system?no_tty=1&proxy=native");
    g_assert_cmpstr(plan->peer_uri, ==, plan->destination_uri);
    g_assert_cmpstr(plan->virsh, ==,
                    "virsh -c 'qemu+ssh://root@a.example/system?no_tty=1&proxy=native' migrate "
                    "--live --p2p web1 'qemu+ssh://root@b.example/system?no_tty=1&proxy=native'");
}

/* Names that a shell or virsh would take for something else. */
static void test_guest_names(void)
{
    static const struct {
        const char *name;
        const char *word;
    } cases[] = {
        { "web1", "web1" },
        { "web 1", "'web 1'" },
        { "a'b;reboot", "'a'\\''b;reboot'" },
        { "$(reboot)", "'$(reboot)'" },
        { "~root", "'~root'" },
        { "g\xc3\xa4st", "'g\xc3\xa4st'" },
        { "-rf", UUID_GUEST },
        { "--help", UUID_GUEST },
        { "17", UUID_GUEST },
        { "17a", "17a" },
    };
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(MigHost) host_b =
        fixture_host("host-b", "[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n");
    g_autoptr(MigRequest) request = fixture_request("host-b", "{}");
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, TRUE);
        g_autofree char *virsh = g_strdup_printf("virsh -c qemu:///system migrate --live --p2p %s "
                                                 "qemu+tls://b.example/system",
                                                 cases[i].word);
        g_autoptr(MigPlan) plan = NULL;

        g_free(here->guest_name);
        here->guest_name = g_strdup(cases[i].name);
        plan = mig_plan_new(request, local, host_b, here, there, NULL, NULL);
        g_assert_nonnull(plan);
        g_assert_cmpstr(plan->virsh, ==, virsh);
    }
}

static void test_variant(void)
{
    g_autoptr(MigHost) local = mig_host_new_local();
    g_autoptr(MigHost) host_b =
        fixture_host("host-b", "[Host]\nDriver=qemu\nTransport=tls\nAddress=b.example\n"
                               "MigrationAddresses=192.0.2.12\n");
    g_autoptr(MigRequest) request = fixture_request(
        "host-b", "{'flow': <'managed-direct'>, 'interface-address': <'192.0.2.12'>,"
                  " 'undefine-source': <true>, 'persist': <true>}");
    g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, TRUE);
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);
    g_autoptr(MigPlan) plan = mig_plan_new(request, local, host_b, here, there, NULL, NULL);
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_plan_to_variant(plan));
    static const struct {
        const char *key;
        const char *text;
    } expected[] = {
        { "function", "'virDomainMigrate3'" },
        { "flags", "['VIR_MIGRATE_LIVE', 'VIR_MIGRATE_PERSIST_DEST', "
                   "'VIR_MIGRATE_UNDEFINE_SOURCE']" },
        { "parameters", "{'migrate_uri': <'tcp://192.0.2.12'>, 'listen_address': <'192.0.2.12'>}" },
        { "source-uri", "'qemu:///system'" },
        { "destination-uri", "'qemu+tls://b.example/system'" },
        { "peer-uri", "''" },
        { "persistent", "true" },
        { "source-configuration", "'removed'" },
        { "destination-configuration", "'written'" },
        { "survives-exit", "false" },
        { "cancellable", "true" },
        { "tunable", "true" },
        { "progress", "'bytes'" },
        { "encrypted", "false" },
        { "virsh", "'virsh -c qemu:///system migrate --live --persistent --undefinesource web1 "
                   "qemu+tls://b.example/system --migrateuri tcp://192.0.2.12 --listen-address "
                   "192.0.2.12'" },
        { "virsh-refusal", "''" },
        { "virsh-refusal-id", "''" },
        { "connections",
          "[{'carries': <'source'>, 'from': <''>, 'to': <'local'>, 'uri': <'qemu:///system'>, "
          "'credentials': <'unix-socket'>, 'encrypted': <true>}, "
          "{'carries': <'destination'>, 'from': <''>, 'to': <'host-b'>, 'uri': "
          "<'qemu+tls://b.example/system'>, 'credentials': <'service-certificate'>, 'encrypted': "
          "<true>}, "
          "{'carries': <'memory'>, 'from': <'local'>, 'to': <'host-b'>, 'uri': "
          "<'tcp://192.0.2.12'>, 'credentials': <'none'>, 'encrypted': <false>}]" },
    };

    g_autoptr(GVariant) findings = NULL;

    g_assert_cmpuint(g_variant_n_children(dict), ==, G_N_ELEMENTS(expected) + 1);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(dict, expected[i].key, NULL);
        g_autofree char *text = NULL;

        g_assert_nonnull(value);
        text = g_variant_print(value, FALSE);
        g_assert_cmpstr(text, ==, expected[i].text);
    }
    findings = g_variant_lookup_value(dict, "findings", G_VARIANT_TYPE("aa{sv}"));
    g_assert_nonnull(findings);
    g_assert_cmpuint(g_variant_n_children(findings), ==, 2);
}

static void test_flag_names(void)
{
    g_auto(GStrv) none = mig_plan_flag_names(0);
    g_auto(GStrv) all = mig_plan_flag_names(G_MAXUINT32);

    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_cmpuint(g_strv_length(all), ==, 21);

    for (guint bit = 0; bit < 21; bit++) {
        g_auto(GStrv) one = mig_plan_flag_names(1u << bit);

        g_assert_cmpuint(g_strv_length(one), ==, 1);
        g_assert_cmpstr(one[0], ==, all[bit]);
        g_assert_true(g_str_has_prefix(one[0], "VIR_MIGRATE_"));
    }
    g_assert_cmpstr(all[0], ==, "VIR_MIGRATE_LIVE");
    g_assert_cmpstr(all[20], ==, "VIR_MIGRATE_ZEROCOPY");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/every-combination", test_every_combination);
    g_test_add_func("/plan/third-machine", test_third_machine);
    g_test_add_func("/plan/guest-names", test_guest_names);
    g_test_add_func("/plan/variant", test_variant);
    g_test_add_func("/plan/flag-names", test_flag_names);

    return g_test_run();
}
