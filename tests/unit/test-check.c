/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The check: every finding is found when there is reason for it, and only then.
 */
#include "check.h"

#include "check-rows.h"
#include "error.h"
#include "plan-fixture.h"
#include "record.h"

#define FIRST "read-only"
#define LAST "pool-space"

static const char good_guest[] =
    "{'readable': <true>, 'read-only': <false>, 'denied': <@as []>, 'hypervisor': <uint64 "
    "7002022>, "
    "'arch': <'x86_64'>, 'machine': <'pc-i440fx-7.2'>, 'emulator': "
    "<'/usr/bin/qemu-system-x86_64'>, "
    "'virt-type': <'kvm'>, 'cpu': <'<cpu/>'>, 'cpu-known': <true>, 'cpu-checked': <true>, "
    "'memory': <uint64 536870912>, 'hugepages': <false>, 'hard-limit': <true>, "
    "'snapshots': <uint32 0>, 'route': <'192.0.2.11'>, 'disks': <@aa{sv} []>, "
    "'parts': <[{'kind': <'network'>, 'name': <'net'>}, {'kind': <'bridge'>, 'name': <'br0'>}]>}";

static const char good_there[] =
    "{'read-only': <false>, 'denied': <@as []>, 'hypervisor': <uint64 7002022>, "
    "'memory': <uint64 8589934592>, 'available': <uint64 4294967296>, 'emulator': <'fits'>, "
    "'emulator-text': <'the reason'>, 'cpu': <'fits'>, 'cpu-text': <'missing features: avx'>, "
    "'loaders': <['/usr/share/OVMF/OVMF_CODE_4M.fd']>, 'tpms': <['passthrough', 'emulator']>, "
    "'missing-networks': <@as []>, 'inactive-networks': <@as []>, 'missing-interfaces': <@as []>, "
    "'addresses': <['192.0.2.12']>, 'volumes': <@aa{sv} []>}";

typedef struct {
    MigRequest *request;
    MigHost *source, *destination;
    MigFacts *on_source, *on_destination;
    MigGuestReport *guest;
    MigHostReport *there;
} Case;

/* `base` with the keys of `overlay` in place of its own. */
static GVariant *lay_over(GVariant *base, const char *overlay)
{
    g_autoptr(GVariant) held = g_variant_take_ref(base); /* floating or not */
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) over =
        g_variant_parse(G_VARIANT_TYPE_VARDICT, overlay ?: "{}", NULL, NULL, &error);
    GVariantDict dict;
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_assert_no_error(error);
    g_variant_dict_init(&dict, held);
    g_variant_iter_init(&iter, over);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        g_assert_true(g_variant_dict_contains(&dict, key));
        g_variant_dict_insert_value(&dict, key, value);
    }

    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static GVariant *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    g_assert_no_error(error);

    return value;
}

static MigFacts *facts(const char *uuid, int state, const char *overlay)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigFacts) base = fixture_facts(uuid, state, state >= 0);
    g_autoptr(GVariant) dict = lay_over(mig_facts_to_variant(base), overlay);
    MigFacts *laid = mig_facts_from_variant(dict, &error);

    g_assert_no_error(error);

    return laid;
}

static void case_init(Case *c, const CheckRow *row)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) guest = lay_over(parse(good_guest), row->guest);
    g_autoptr(GVariant) there = lay_over(parse(good_there), row->there);

    c->request = fixture_request("host-b", row->options);
    c->source = mig_host_new_local();
    c->destination = fixture_host("host-b", "[Host]\nDriver=qemu\nTransport=tls\n"
                                            "Address=host-b.example\nMigrationAddresses="
                                            "192.0.2.12\nAllowRDMA=yes\n");
    c->on_source = facts(UUID_HOST_A, VIR_DOMAIN_RUNNING, row->on_source);
    c->on_destination = facts(UUID_HOST_B, -1, row->on_destination);
    c->guest = mig_guest_report_from_variant(guest, &error);
    g_assert_no_error(error);
    c->there = mig_host_report_from_variant(there, &error);
    g_assert_no_error(error);
}

static void case_clear(Case *c)
{
    mig_request_free(c->request);
    mig_host_free(c->source);
    mig_host_free(c->destination);
    mig_facts_free(c->on_source);
    mig_facts_free(c->on_destination);
    mig_guest_report_free(c->guest);
    mig_host_report_free(c->there);
}

static MigCheckInput input_of(const Case *c)
{
    return (MigCheckInput){ .request = c->request,
                            .source = c->source,
                            .destination = c->destination,
                            .on_source = c->on_source,
                            .on_destination = c->on_destination,
                            .guest = c->guest,
                            .there = c->there };
}

static GPtrArray *check_row(const CheckRow *row)
{
    Case c;
    MigCheckInput input;
    GPtrArray *findings;

    case_init(&c, row);
    input = input_of(&c);
    findings = mig_check(&input);
    case_clear(&c);

    return findings;
}

/* Every {name} of its sentence and remedy has a value, and both are fit for people. */
static void assert_complete(const MigFinding *finding)
{
    g_autofree char *patterns = g_strconcat(finding->info->sentence, finding->info->remedy, NULL);
    g_autoptr(GRegex) names = g_regex_new("\\{([a-z]+)\\}", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *sentence = mig_finding_sentence(finding);

    for (g_regex_match(names, patterns, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);

        g_test_message("%s wants %s", finding->info->id, name);
        g_assert_true(g_variant_lookup(finding->arguments, name, "&s", NULL));
    }
    g_assert_true(g_ascii_isupper(*sentence) || *sentence == '{' || g_ascii_isdigit(*sentence));
    g_assert_true(g_str_has_suffix(sentence, "."));
}

static void test_rows(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CheckRow without = { rows[i].id, rows[i].options };
        g_autoptr(GPtrArray) findings = check_row(&rows[i]);
        g_autoptr(GPtrArray) good = check_row(&without);
        const MigFinding *finding = mig_findings_find(findings, rows[i].id);

        g_test_message("row %u: %s", i, rows[i].id);
        g_assert_nonnull(finding);
        assert_complete(finding);
        g_assert_true((mig_findings_find(good, rows[i].id) != NULL) == (rows[i].by == BY_OPTIONS));
    }
}

static void test_innocent(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(innocent); i++) {
        g_autoptr(GPtrArray) findings = check_row(&innocent[i]);

        g_test_message("row %u: %s", i, innocent[i].id);
        g_assert_null(mig_findings_find(findings, innocent[i].id));
        for (guint j = 0; j < findings->len; j++) {
            const MigFinding *finding = g_ptr_array_index(findings, j);

            g_test_message("found %s", finding->info->id);
            g_assert_cmpint(finding->info->severity, <, MIG_SEVERITY_BLOCKER);
        }
    }
}

static void test_good(void)
{
    static const CheckRow row = { "", "{}" };
    g_autoptr(GPtrArray) findings = check_row(&row);

    g_assert_cmpuint(findings->len, ==, 0);
}

static gboolean has_row(const char *id)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].id, id))
            return TRUE;

    return g_str_equal(id, "source-busy"); /* test_others() */
}

/* No finding of a check is without a row. */
static void test_complete(void)
{
    gboolean inside = FALSE;
    guint n = 0;

    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++) {
        inside = inside || g_str_equal(info->id, FIRST);
        if (inside) {
            g_test_message("%s", info->id);
            g_assert_true(has_row(info->id));
            n++;
        }
        if (g_str_equal(info->id, LAST))
            break;
    }
    g_assert_cmpuint(n, >, 60);
}

static void test_others(void)
{
    static const CheckRow row = { "", "{}" };
    g_autoptr(GPtrArray) findings = NULL;
    MigCheckInput input;
    Case c;

    case_init(&c, &row);
    input = input_of(&c);
    input.others = 3;
    findings = mig_check(&input);
    g_assert_cmpuint(findings->len, ==, 1);
    assert_complete(mig_findings_find(findings, "source-busy"));
    case_clear(&c);
}

/* Nobody looked at the destination: what it would have said is not made up. */
static void test_not_opened(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) findings = NULL;
        MigCheckInput input;
        Case c;

        case_init(&c, &rows[i]);
        input = input_of(&c);
        input.on_destination = NULL;
        input.there = NULL;
        findings = mig_check(&input);
        g_test_message("row %u: %s", i, rows[i].id);
        if (rows[i].guest && !rows[i].there)
            g_assert_true(mig_findings_find(findings, rows[i].id) ||
                          g_str_equal(rows[i].id, "hypervisor-older") ||
                          g_str_equal(rows[i].id, "firmware-missing") ||
                          g_str_equal(rows[i].id, "graphics-address"));
        case_clear(&c);
    }
}

/* What may be said of a guest that goes nowhere yet. */
static const char *const alone[] = {
    "read-only",        "access-denied",      "guest-unreadable", "snapshots",
    "host-device",      "host-device-unsure", "shared-memory",    "virtiofs",
    "shared-directory", "memory-device",      "invariant-tsc",    "user-network",
    "cpu-passthrough",  "disk-transient",     "block-job",        NULL,
};

/* Without a destination and options: what Check says too, complete, and nothing for a destination.
 */
static void test_alone(void)
{
    g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const CheckRow plain = { "", "{}", rows[i].guest, .on_source = rows[i].on_source };
        g_autoptr(GPtrArray) checked = check_row(&plain);
        g_autoptr(GPtrArray) findings = NULL;
        Case c;

        case_init(&c, &plain);
        findings = mig_check_guest(c.source, c.on_source, c.guest);
        case_clear(&c);
        g_test_message("row %u: %s", i, rows[i].id);
        for (guint j = 0; j < findings->len; j++) {
            const MigFinding *finding = g_ptr_array_index(findings, j);
            const MigFinding *same = mig_findings_find(checked, finding->info->id);

            assert_complete(finding);
            g_assert_false(g_variant_lookup(finding->arguments, "destination", "&s", NULL));
            g_assert_true(g_strv_contains(alone, finding->info->id));
            g_assert_nonnull(same);
            g_hash_table_add(said, (void *) finding->info->id);
        }
        if (rows[i].guest && rows[i].by == BY_REPORT && g_strv_contains(alone, rows[i].id))
            g_assert_nonnull(mig_findings_find(findings, rows[i].id));
    }
    g_assert_cmpuint(g_hash_table_size(said), ==, G_N_ELEMENTS(alone) - 1);
}

/* Thousands of disks do not hide what else there is, and do not fill the ledger. */
static void test_many(void)
{
    static const CheckRow row = { "", "{}", .there = "{'emulator': <'no-machine'>}" };
    g_autoptr(GPtrArray) findings = NULL;
    MigCheckInput input;
    Case c;

    case_init(&c, &row);
    for (guint i = 0; i < MIG_INSPECTION_DISKS; i++) {
        MigGuestDisk *disk = mig_guest_report_add_disk(c.guest);

        g_free(disk->type);
        disk->type = g_strdup("file");
        disk->transient = TRUE;
    }
    input = input_of(&c);
    findings = mig_check(&input);
    g_assert_nonnull(mig_findings_find(findings, "disk-transient"));
    g_assert_nonnull(mig_findings_find(findings, "machine-missing"));
    g_assert_cmpuint(findings->len, <, 4 * MIG_CHECK_MAX);
    case_clear(&c);
}

/* Of another driver than QEMU only what every driver has is said. */
static void test_other_driver(void)
{
    static const CheckRow row = { "",
                                  "{}",
                                  "{'snapshots': <uint32 2>, 'hypervisor': <uint64 1>}",
                                  "{'emulator': <'no-machine'>, 'cpu': <'incompatible'>, "
                                  "'missing-interfaces': <['VM Network']>}",
                                  .on_source = "{'driver': <'Xen'>}",
                                  .on_destination = "{'driver': <'Xen'>}" };
    g_autoptr(GPtrArray) findings = check_row(&row);
    g_autoptr(GPtrArray) of_guest = NULL;
    Case c;

    g_assert_cmpuint(findings->len, ==, 0);
    case_init(&c, &row);
    of_guest = mig_check_guest(c.source, c.on_source, c.guest);
    g_assert_cmpuint(of_guest->len, ==, 0);
    case_clear(&c);
}

static void test_blockers_stop(void)
{
    static const CheckRow row = { "", "{}", "{'snapshots': <uint32 2>}" };
    g_autoptr(GPtrArray) findings = check_row(&row);
    g_autoptr(GPtrArray) none = mig_findings_new();
    g_autoptr(MigRequest) request = fixture_request("host-b", "{}");
    g_autoptr(MigRequest) brave = fixture_request("host-b", "{'try': <true>}");
    g_autoptr(GError) error = NULL;

    g_assert_true(mig_check_passes(brave, findings, &error));
    g_assert_true(mig_check_passes(request, none, &error));
    g_assert_no_error(error);
    g_assert_false(mig_check_passes(request, findings, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_BLOCKED);
    g_assert_nonnull(strstr(error->message, "2 snapshots"));
    g_assert_nonnull(strstr(error->message, "snapshot-delete"));
    g_assert_nonnull(strstr(error->message, "try"));
}

/* An option that names nothing is the caller's mistake, and has the name of one. */
static void test_wrong_option(void)
{
    static const CheckRow row = { "", "{'networks': <{'absent': 'net'}>}" };
    g_autoptr(GPtrArray) findings = check_row(&row);
    g_autoptr(MigRequest) request = fixture_request("host-b", row.options);
    g_autoptr(GError) error = NULL;

    g_assert_false(mig_check_passes(request, findings, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE);
    g_assert_nonnull(strstr(error->message, "absent"));
}

/* A finding for every error of mig_plan_new(), with its sentence as it is. */
static void test_refusals(void)
{
    static const struct {
        MigError code;
        const char *id;
    } codes[] = {
        { MIG_ERROR_GUEST_NOT_FOUND, "guest-not-found" },
        { MIG_ERROR_GUEST_NOT_RUNNING, "guest-not-running" },
        { MIG_ERROR_GUEST_RUNNING, "guest-running" },
        { MIG_ERROR_GUEST_BUSY, "guest-busy" },
        { MIG_ERROR_GUEST_EXISTS, "guest-exists" },
        { MIG_ERROR_SAME_HOST, "same-host" },
        { MIG_ERROR_ADDRESS_NOT_ALLOWED, "address-not-allowed" },
        { MIG_ERROR_NOT_ALLOWED, "not-allowed" },
        { MIG_ERROR_NOT_SUPPORTED, "not-supported" },
        { MIG_ERROR_INVALID_HOST_FILE, "invalid-host-file" },
        { MIG_ERROR_HOST_UUID_MISMATCH, "host-uuid-mismatch" },
        { MIG_ERROR_LEDGER, "failed" }, /* none of its errors */
    };

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(GError) refusal =
            g_error_new(MIG_ERROR, (int) codes[i].code, "it cannot be: mend \"it\" {guest}");
        g_autoptr(GPtrArray) findings = mig_findings_new();
        g_autofree char *sentence = NULL;

        mig_check_add_refusal(findings, refusal);
        g_assert_cmpstr(((MigFinding *) findings->pdata[0])->info->id, ==, codes[i].id);
        g_assert_cmpint(((MigFinding *) findings->pdata[0])->info->severity, ==,
                        MIG_SEVERITY_BLOCKER);
        sentence = mig_finding_sentence(findings->pdata[0]);
        g_assert_cmpstr(sentence, ==, refusal->message);
    }
}

/* The host of an error is told where it is sure, and nothing of other errors. */
static void test_errors_of_hosts(void)
{
    static const struct {
        MigError code;
        const char *host;
        guint n;
    } cases[] = {
        { MIG_ERROR_HOST_UNREACHABLE, "b", 1 },
        { MIG_ERROR_CONNECTION_LOST, "b", 1 },
        { MIG_ERROR_CONNECTION_LOST, NULL, 0 },
        { MIG_ERROR_GUEST_BUSY, "b", 0 },
    };
    g_autoptr(GVariant) before = g_variant_ref_sink(g_variant_new_parsed("[{'id': <'no-route'>}]"));
    g_autoptr(GVariant) same = g_variant_ref_sink(mig_check_with_error(before, NULL));

    g_assert_true(g_variant_equal(same, before));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new(MIG_ERROR, (int) cases[i].code, "no way");
        g_autoptr(GVariant) all = NULL;

        mig_error_set_host(error, cases[i].host);
        all = g_variant_ref_sink(mig_check_with_error(before, error));
        g_assert_cmpuint(g_variant_n_children(all), ==, 1 + cases[i].n);
        if (cases[i].n == 1) {
            g_autoptr(GVariant) finding = g_variant_get_child_value(all, 1);
            g_autoptr(GVariant) arguments = g_variant_lookup_value(finding, "arguments", NULL);
            const char *host = NULL;

            g_assert_true(g_variant_lookup(arguments, "host", "&s", &host));
            g_assert_cmpstr(host, ==, cases[i].host);
        }
    }
}

/* The reports are what the texts above say, all keys of them. */
static void test_round_trip(void)
{
    static const CheckRow row = { "", "{}", SHARED, VOLUME("found", "1", "active", "2") };
    g_autoptr(GVariant) guest = lay_over(parse(good_guest), row.guest);
    g_autoptr(GVariant) there = lay_over(parse(good_there), row.there);
    g_autoptr(GVariant) guest_again = NULL;
    g_autoptr(GVariant) there_again = NULL;
    Case c;

    case_init(&c, &row);
    guest_again = g_variant_ref_sink(mig_guest_report_to_variant(c.guest));
    there_again = g_variant_ref_sink(mig_host_report_to_variant(c.there));
    g_assert_cmpuint(g_variant_n_children(guest), ==, g_variant_n_children(guest_again));
    g_assert_cmpuint(g_variant_n_children(there), ==, g_variant_n_children(there_again));
    case_clear(&c);
    for (guint i = 0; i < 2; i++) {
        GVariantIter iter;
        const char *key;
        GVariant *value;

        g_variant_iter_init(&iter, i ? there : guest);
        while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
            g_autoptr(GVariant) same =
                g_variant_lookup_value(i ? there_again : guest_again, key, NULL);
            g_autofree char *one = g_variant_print(value, TRUE);
            g_autofree char *other = g_variant_print(same, TRUE);

            /* the order of a disk's keys may differ */
            g_assert_cmpuint(strlen(one), ==, strlen(other));
            g_assert_true(g_variant_is_of_type(same, g_variant_get_type(value)));
        }
    }
}

/* A report of another version, or of no worker of ours. */
static void test_bad_report(void)
{
    static const char *const overlays[] = {
        "{'snapshots': <2>}",
        "{'denied': <'x'>}",
        "{'disks': <['x']>}",
        "{'disks': <[{'target': <'vda'>}]>}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(overlays); i++) {
        g_autoptr(GVariant) dict = lay_over(parse(good_guest), overlays[i]);
        g_autoptr(GError) error = NULL;

        g_assert_null(mig_guest_report_from_variant(dict, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "same version"));
    }
}

static void test_too_long_list(void)
{
    g_autoptr(MigGuestReport) report = mig_guest_report_new();
    g_autoptr(GVariant) dict = NULL;
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i <= MIG_RECORD_LIST; i++)
        mig_guest_report_add_part(report);
    dict = g_variant_ref_sink(mig_guest_report_to_variant(report));
    g_assert_null(mig_guest_report_from_variant(dict, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED);
}

/* What is asked of the destination: names as they are to be there, none twice. */
static void test_question(void)
{
    static const CheckRow row = {
        "",
        "{'networks': <{'net': 'net-b'}>, 'bridges': <{'br0': 'br1'}>, 'disk-paths': "
        "<{'vda': '/var/lib/libvirt/images/b.img'}>, " COPY ", 'destination-name': <'web2'>}",
        "{'parts': <[{'kind': <'network'>, 'name': <'net'>}, {'kind': <'network'>, 'name': "
        "<'net'>}, {'kind': <'network'>, 'name': <'other'>}, {'kind': <'bridge'>, 'name': "
        "<'br0'>}, {'kind': <'direct'>, 'name': <'br0'>}, {'kind': <'9p'>, 'name': <'x'>}]>}",
    };
    static const CheckRow disk = { "", "{}", LOCAL };
    g_autoptr(MigHostQuestion) question = NULL;
    g_autoptr(MigHostQuestion) plain = NULL;
    g_autoptr(MigGuestQuestion) about = NULL;
    const MigHostDisk *there;
    g_autofree char *networks = NULL;
    g_autofree char *interfaces = NULL;
    Case c;

    case_init(&c, &row);
    about = mig_guest_question_of(c.request);
    g_assert_cmpstr(about->guest, ==, "web1");
    g_assert_true(about->sizes);
    question = mig_host_question_of(c.request, c.on_source, c.guest);
    networks = g_strjoinv(" ", question->networks);
    interfaces = g_strjoinv(" ", question->interfaces);
    g_assert_cmpstr(networks, ==, "net-b other");
    g_assert_cmpstr(interfaces, ==, "br1 br0");
    g_assert_cmpstr(question->guest, ==, "web2");
    g_assert_cmpstr(question->uuid, ==, UUID_GUEST);
    g_assert_cmpstr(question->machine, ==, "pc-i440fx-7.2");
    g_assert_false(question->addresses);
    g_assert_cmpuint(question->disks->len, ==, 0);
    case_clear(&c);

    case_init(&c, &disk);
    plain = mig_host_question_of(c.request, c.on_source, c.guest);
    g_assert_cmpuint(plain->disks->len, ==, 1);
    there = plain->disks->pdata[0];
    g_assert_cmpstr(there->path, ==, "/srv/web1.img");
    g_assert_false(there->copied);
    case_clear(&c);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/good", test_good);
    g_test_add_func("/check/rows", test_rows);
    g_test_add_func("/check/innocent", test_innocent);
    g_test_add_func("/check/complete", test_complete);
    g_test_add_func("/check/others", test_others);
    g_test_add_func("/check/not-opened", test_not_opened);
    g_test_add_func("/check/alone", test_alone);
    g_test_add_func("/check/many", test_many);
    g_test_add_func("/check/other-driver", test_other_driver);
    g_test_add_func("/check/blockers-stop", test_blockers_stop);
    g_test_add_func("/check/wrong-option", test_wrong_option);
    g_test_add_func("/check/refusals", test_refusals);
    g_test_add_func("/check/errors-of-hosts", test_errors_of_hosts);
    g_test_add_func("/inspection/round-trip", test_round_trip);
    g_test_add_func("/inspection/bad-report", test_bad_report);
    g_test_add_func("/inspection/too-long-list", test_too_long_list);
    g_test_add_func("/inspection/question", test_question);
    return g_test_run();
}
