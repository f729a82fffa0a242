/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each hypervisor driver can be asked for, as a table of this test's own made from libvirt's
 * source: flows, options, addresses, vCenters; and what a plan says of it.
 */
#include <string.h>

#include "error.h"
#include "mode.h"
#include "plan-fixture.h"

#define DAEMON "Transport=tls\nMigrationAddresses=192.0.2.12;2001:db8::c\nAllowRDMA=yes\n"
#define VCENTER "Address=vc.example\nUser=root\nPasswordFile=vc\nDatacenter=DC\n"

static const struct {
    char letter;
    const char *type;
    const char *a, *b; /* files of two hosts */
    const char *flow;  /* one it has */
} drivers[] = {
    { 'Q', "QEMU", "[Host]\nDriver=qemu\nAddress=a.example\n" DAEMON,
      "[Host]\nDriver=qemu\nAddress=b.example\n" DAEMON, "peer-to-peer" },
    { 'X', "Xen", "[Host]\nDriver=xen\nAddress=a.example\n" DAEMON,
      "[Host]\nDriver=xen\nAddress=b.example\n" DAEMON, "peer-to-peer" },
    { 'V', "vz", "[Host]\nDriver=vz\nAddress=a.example\n" DAEMON,
      "[Host]\nDriver=vz\nAddress=b.example\n" DAEMON, "peer-to-peer" },
    { 'O', "OpenVZ",
      "[Host]\nDriver=openvz\nAddress=a.example\nTransport=ssh\nMigrationAddresses=192.0.2.11\n",
      "[Host]\nDriver=openvz\nAddress=b.example\nTransport=ssh\n"
      "MigrationAddresses=192.0.2.12;2001:db8::c\n",
      "managed-direct" },
    { 'E', "ESX", "[Host]\nDriver=vpx\n" VCENTER "HostSystem=esx1\n",
      "[Host]\nDriver=vpx\n" VCENTER "Cluster=C\nHostSystem=esx2\n", "managed-direct" },
};

/* The plan of web1's way from host-a to host-b, both of that driver. */
static MigPlan *plan_of(guint driver, GVariant *options, int state, GError **error)
{
    g_autoptr(MigHost) a = fixture_host("host-a", drivers[driver].a);
    g_autoptr(MigHost) b = fixture_host("host-b", drivers[driver].b);
    g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, state, TRUE);
    g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);
    g_autoptr(MigRequest) request = mig_request_new("web1", "host-b", options, error);
    g_autoptr(GError) early = NULL;
    MigPlan *plan;

    if (!request)
        return NULL;
    g_free(here->driver);
    here->driver = g_strdup(drivers[driver].type);
    g_free(there->driver);
    there->driver = g_strdup(drivers[driver].type);
    plan = mig_plan_new(request, a, b, here, there, NULL, error);

    /* what a driver lacks is known before any host is asked */
    if (error && g_error_matches(*error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED)) {
        g_assert_false(mig_request_check_hosts(request, a, b, &early));
        g_assert_cmpstr(early->message, ==, (*error)->message);
    }

    return plan;
}

/* Options from host-a with the driver's flow, unless they say another. */
static GVariant *options_of(guint driver, const char *text, GVariantDict *dict)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) options = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    g_assert_no_error(error);
    g_variant_dict_init(dict, options);
    g_variant_dict_insert(dict, "source", "s", "host-a");
    if (!g_variant_dict_contains(dict, "flow"))
        g_variant_dict_insert(dict, "flow", "s", drivers[driver].flow);

    return g_variant_ref_sink(g_variant_dict_end(dict));
}

static MigPlan *plan_text(guint driver, const char *text, int state, GError **error)
{
    GVariantDict dict;
    g_autoptr(GVariant) options = options_of(driver, text, &dict);

    return plan_of(driver, options, state, error);
}

static void assert_unsupported(guint driver, const char *what, const GError *error)
{
    g_autofree char *start = g_strdup_printf("hypervisor driver \"%s\" ", drivers[driver].type);

    if (!error)
        g_error("%s is taken for %s", drivers[driver].type, what);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, start));
    g_assert_nonnull(strstr(error->message, ": "));
}

/* Flow, transport; the letters of the drivers that have it. */
static void test_modes(void)
{
    static const struct {
        const char *options, *drivers;
    } modes[] = {
        { "{'flow': <'peer-to-peer'>}", "QXV" },
        { "{'flow': <'peer-to-peer'>, 'transport': <'tunnelled'>}", "QX" },
        { "{'flow': <'managed-direct'>}", "QXVOE" },
        { "{'flow': <'unmanaged-direct'>, 'interface-address': <'192.0.2.12'>}", "" },
        { "{'flow': <'unmanaged-direct'>, 'interface-address': <'192.0.2.12'>, 'try': <true>}",
          "QXVO" },
        /* a flow that is there is not tried into one that is not */
        { "{'flow': <'peer-to-peer'>, 'transport': <'tunnelled'>, 'try': <true>}", "QX" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++)
        for (guint j = 0; j < G_N_ELEMENTS(drivers); j++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(MigPlan) plan = plan_text(j, modes[i].options, VIR_DOMAIN_RUNNING, &error);

            if (strchr(modes[i].drivers, drivers[j].letter)) {
                g_assert_no_error(error);
                g_assert_nonnull(plan);
                continue;
            }
            assert_unsupported(j, modes[i].options, error);
            g_assert_nonnull(strstr(error->message, "cannot migrate with flow"));
            g_assert_nonnull(strstr(error->message, "use flow"));
        }
}

/* Options that not only QEMU has. */
static const struct {
    const char *setting, *drivers;
} taken[] = {
    { "source", "QXVOE" },
    { "native", "QXVOE" },
    { "open-destination", "QXVOE" },
    { "interface-address", "QXVO" },
    { "port", "QXV" },
    { "live", "QXVOE" },
    { "not-live", "QXVOE" },
    { "paused", "QXV" },
    { "persist", "QXVE" },
    { "not-persist", "QXVOE" },
    { "undefine-source", "QXVE" },
    { "destination-name", "QXV" },
    { "disk-paths", "QX" },
    { "networks", "QX" },
    { "bridges", "QX" },
    { "try", "QXVOE" },
};

static const char *drivers_with(const char *setting)
{
    for (guint i = 0; i < G_N_ELEMENTS(taken); i++)
        if (g_str_equal(taken[i].setting, setting))
            return taken[i].drivers;

    return "Q";
}

static void test_options(void)
{
    static const struct {
        const char *name, *options;
    } settings[] = {
#include "rules-settings.h"
    };
    /* those of test_modes() */
    static const char *const modes[] = { "peer-to-peer", "managed-direct",       "unmanaged-direct",
                                         "tunnelled",    "not-open-destination", NULL };
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        for (guint j = 0; j < G_N_ELEMENTS(drivers); j++) {
            int state =
                g_str_equal(settings[i].name, "offline") ? VIR_DOMAIN_SHUTOFF : VIR_DOMAIN_RUNNING;
            g_autoptr(GError) error = NULL;
            g_autoptr(MigPlan) plan = NULL;

            if (g_strv_contains(modes, settings[i].name) ||
                g_str_has_suffix(settings[i].name, "-alone"))
                continue;
            plan = plan_text(j, settings[i].options, state, &error);
            g_assert_true((plan == NULL) == (error != NULL));
            n++;
            if (strchr(drivers_with(settings[i].name), drivers[j].letter)) {
                g_test_message("%s %s", drivers[j].type, settings[i].name);
                g_assert_no_error(error);
                continue;
            }
            assert_unsupported(j, settings[i].name, error);
            g_assert_nonnull(strstr(error->message, "does not know option \""));
            g_assert_nonnull(strstr(error->message, "leave it out"));
        }
    g_assert_cmpuint(n, >, 200);
}

/* What libvirt's Xen and OpenVZ drivers make of such an address they cannot read themselves. */
static void test_ipv6(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigPlan) plan =
            plan_text(i, "{'interface-address': <'2001:db8::c'>}", VIR_DOMAIN_RUNNING, &error);

        g_assert_true((plan == NULL) == (error != NULL));
        if (strchr("QV", drivers[i].letter)) {
            g_assert_no_error(error);
            continue;
        }
        assert_unsupported(i, "IPv6", error);
        g_assert_nonnull(strstr(error->message, "interface-address"));
    }
}

/* Without modes nothing can be asked for; the table has every driver of libvirt 9.0. */
static void test_none(void)
{
    static const char *const none[] = { "VBOX", "Hyper-V", "VMware", "BHYVE", "LXC", "CH", "TEST" };
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(MigHost) local = mig_host_new_local();
        g_autoptr(MigHost) b = fixture_host("host-b", drivers[0].b);
        g_autoptr(MigRequest) request = fixture_request("host-b", "{'try': <true>}");
        g_autoptr(MigFacts) here = fixture_facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, TRUE);
        g_autoptr(MigFacts) there = fixture_facts(UUID_HOST_B, -1, FALSE);
        g_autoptr(GError) error = NULL;

        g_free(here->driver);
        here->driver = g_strdup(none[i]);
        g_free(there->driver);
        there->driver = g_strdup(none[i]);
        g_assert_null(mig_plan_new(request, local, b, here, there, NULL, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED);
        g_assert_nonnull(strstr(error->message, none[i]));
        g_assert_nonnull(strstr(error->message, "cannot migrate guests at all"));
    }
    for (const MigDriver *driver = mig_drivers(); driver->type; driver++, n++) {
        g_assert_true(mig_driver(driver->type) == driver);
        g_assert_true(!driver->name || mig_driver_named(driver->name) == driver);
        g_assert_true((driver->name != NULL) == (driver->modes != 0));
        g_assert_nonnull(driver->params);
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(none) + G_N_ELEMENTS(drivers));
    g_assert_null(mig_driver("Qemu"));
    g_assert_null(mig_driver(NULL));
    g_assert_null(mig_driver_named(NULL));
}

/* What a plan tells of a driver beyond what it refuses. */
static void test_plans(void)
{
    static const struct {
        const char *progress, *findings;
        gboolean cancellable, encrypted, moves;
    } told[] = {
        { "bytes", "memory-unencrypted", TRUE, FALSE, FALSE },
        { "time", "memory-unencrypted cannot-cancel no-progress", FALSE, FALSE, FALSE },
        { "percent", "memory-unencrypted configuration-moves", TRUE, FALSE, TRUE },
        { "none", "driven-by-job cannot-cancel no-progress configuration-moves", FALSE, TRUE,
          TRUE },
        { "none", "memory-unencrypted driven-by-job cannot-cancel no-progress configuration-moves",
          FALSE, FALSE, TRUE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigPlan) plan = plan_text(i, "{}", VIR_DOMAIN_RUNNING, &error);
        g_autoptr(GString) found = g_string_new(NULL);

        if (!plan)
            g_error("%s: %s", drivers[i].type, error->message);
        g_assert_cmpstr(plan->progress, ==, told[i].progress);
        g_assert_cmpint(plan->cancellable, ==, told[i].cancellable);
        g_assert_cmpint(plan->encrypted, ==, told[i].encrypted);
        g_assert_cmpint(plan->outcome.persistent, ==, told[i].moves);
        g_assert_cmpint(plan->outcome.source, ==,
                        told[i].moves ? MIG_CONFIG_REMOVED : MIG_CONFIG_UNCHANGED);
        for (guint j = 0; j < plan->findings->len; j++) {
            const MigFinding *finding = g_ptr_array_index(plan->findings, j);

            g_string_append_printf(found, "%s%s", j > 0 ? " " : "", finding->info->id);
        }
        g_assert_cmpstr(found->str, ==, told[i].findings);
    }
}

static void test_paused(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MigPlan) plan = plan_text(i, "{}", VIR_DOMAIN_PAUSED, &error);

        g_assert_true((plan == NULL) == (error != NULL));
        if (drivers[i].letter != 'O') {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_RUNNING);
        g_assert_nonnull(strstr(error->message, "OpenVZ migrates only guests that run: resume it"));
    }
}

static void test_two_hosts(void)
{
#define ESX(host) "[Host]\nDriver=vpx\n" VCENTER "HostSystem=" host "\n"
    static const struct {
        const char *a, *b;
        MigError code;
        const char *part; /* NULL: fine */
    } cases[] = {
        { ESX("esx1"), ESX("esx2"), 0, NULL },
        { ESX("esx1"), ESX("esx1") "Cluster=C\n", 0, NULL },
        { ESX("esx1"), ESX("esx2") "Port=443\n", 0, NULL },
        { ESX("esx1"), ESX("esx1"), MIG_ERROR_SAME_HOST,
          "same Address, Port, Datacenter, Cluster and HostSystem" },
        /* the driver itself would take these two for one: it does not look at the port */
        { ESX("esx1"), ESX("esx2") "Port=8443\n", MIG_ERROR_NOT_SUPPORTED,
          "two vCenters (vc.example:443 and vc.example:8443)" },
        { ESX("esx1"),
          "[Host]\nDriver=vpx\nAddress=other.example\nUser=root\nPasswordFile=vc\nDatacenter=DC\n"
          "HostSystem=esx2\n",
          MIG_ERROR_NOT_SUPPORTED, "two vCenters (vc.example:443 and other.example:443)" },
        { ESX("esx1"), "[Host]\nDriver=qemu\nAddress=b.example\nTransport=tls\n",
          MIG_ERROR_NOT_SUPPORTED,
          "host \"host-a\" has Driver=vpx and host \"host-b\" Driver=qemu" },
        { "[Host]\nDriver=xen\nAddress=a.example\nTransport=tls\n",
          "[Host]\nDriver=qemu\nAddress=b.example\nTransport=tls\n", MIG_ERROR_NOT_SUPPORTED,
          "Driver=xen and host \"host-b\" Driver=qemu" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MigHost) a = fixture_host("host-a", cases[i].a);
        g_autoptr(MigHost) b = fixture_host("host-b", cases[i].b);
        g_autoptr(MigRequest) request =
            fixture_request("host-b", "{'source': <'host-a'>, 'flow': <'managed-direct'>}");
        g_autoptr(GError) error = NULL;

        mig_request_check_hosts(request, a, b, &error);
        if (!cases[i].part) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, MIG_ERROR, (int) cases[i].code);
        if (!strstr(error->message, cases[i].part))
            g_error("\"%s\" is not in \"%s\"", cases[i].part, error->message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/driver/modes", test_modes);
    g_test_add_func("/driver/options", test_options);
    g_test_add_func("/driver/ipv6", test_ipv6);
    g_test_add_func("/driver/none", test_none);
    g_test_add_func("/driver/plans", test_plans);
    g_test_add_func("/driver/paused", test_paused);
    g_test_add_func("/driver/two-hosts", test_two_hosts);

    return g_test_run();
}
