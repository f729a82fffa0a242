/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the job record and of its status: round trip, what is refused, what never goes back.
 */
#include "job.h"

#include "error.h"

#include <math.h>

static GVariant *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *variant = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    g_assert_no_error(error);

    return variant;
}

static gboolean apply(MigJob *job, const char *text)
{
    g_autoptr(GVariant) status = parse(text);

    return mig_job_apply_status(job, status);
}

/* A job with every field of the status away from its default. */
static MigJob *finished_job(void)
{
    MigJob *job = mig_job_new();
    g_autoptr(GVariant) plan = parse("{'encrypted': <true>, 'flags': <['VIR_MIGRATE_LIVE']>}");
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "Disk vda is not shared.");

    job->state = MIG_STATE_FAILED;
    job->phase = MIG_PHASE_DONE;
    mig_job_set_string(&job->guest_name, "db1");
    mig_job_set_string(&job->guest_uuid, "4dea22b3-1d52-d8f3-2516-782e98ab3fa0");
    job->called = 1700000000000001;
    job->finished = 1700000000000002;
    mig_job_set_variant(&job->plan, plan);
    mig_job_set_variant(
        &job->statistics,
        g_variant_new_parsed("@a{st} {'downtime': 12, 'data_total': 18446744073709551615}"));
    job->progress = 0.5;
    job->expected_end = 1700000000000003;
    mig_job_set_string(&job->converging, "no");
    mig_job_set_string(&job->source_state, "running");
    mig_job_set_string(&job->destination_state, "absent");
    mig_job_set_string(&job->guest_host, "local");
    mig_job_set_error(job, error, "unsafe migration");

    return job;
}

static void test_new(void)
{
    g_autoptr(MigJob) job = mig_job_new();
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(job));
    const char *text = NULL;

    g_assert_cmpint(job->state, ==, MIG_STATE_QUEUED);
    g_assert_cmpint(job->phase, ==, MIG_PHASE_QUEUED);
    g_assert_cmpstr(job->guest, ==, "");
    g_assert_cmpstr(job->source, ==, "");
    g_assert_cmpstr(job->destination, ==, "");
    g_assert_cmpstr(job->error_name, ==, "");
    g_assert_true(g_variant_is_of_type(job->options, G_VARIANT_TYPE_VARDICT));
    g_assert_true(g_variant_is_of_type(job->source_host, G_VARIANT_TYPE_VARDICT));
    g_assert_true(g_variant_is_of_type(job->destination_host, G_VARIANT_TYPE_VARDICT));
    g_assert_true(g_variant_is_of_type(job->plan, G_VARIANT_TYPE_VARDICT));
    g_assert_true(g_variant_is_of_type(job->statistics, G_VARIANT_TYPE("a{st}")));
    g_assert_true(g_variant_lookup(status, "state", "&s", &text));
    g_assert_cmpstr(text, ==, "queued");
    g_assert_true(g_variant_lookup(status, "phase", "&s", &text));
    g_assert_cmpstr(text, ==, "queued");
    mig_job_free(NULL);
}

/* The keys and types that job.h promises, all of them and no others. */
static void test_status_keys(void)
{
    static const struct {
        const char *key;
        const char *type;
    } promised[] = {
        { "state", "s" },         { "phase", "s" },
        { "guest-name", "s" },    { "guest-uuid", "s" },
        { "called", "t" },        { "finished", "t" },
        { "plan", "a{sv}" },      { "statistics", "a{st}" },
        { "progress", "d" },      { "expected-end", "t" },
        { "converging", "s" },    { "source-state", "s" },
        { "guest-host", "s" },    { "destination-state", "s" },
        { "error-name", "s" },    { "error-message", "s" },
        { "error-raw", "s" },     { "verification", "a{sv}" },
        { "findings", "aa{sv}" }, { "recovery", "as" },
        { "waiting-for", "s" },
    };
    g_autoptr(MigJob) job = mig_job_new();
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(job));

    g_assert_cmpuint(g_variant_n_children(status), ==, G_N_ELEMENTS(promised));
    for (guint i = 0; i < G_N_ELEMENTS(promised); i++) {
        g_autoptr(GVariant) value =
            g_variant_lookup_value(status, promised[i].key, G_VARIANT_TYPE(promised[i].type));

        g_assert_nonnull(value);
    }
}

static void test_round_trip(void)
{
    g_autoptr(MigJob) from = finished_job();
    g_autoptr(MigJob) to = mig_job_new();
    g_autoptr(GVariant) sent = g_variant_ref_sink(mig_job_status(from));
    g_autoptr(GVariant) got = NULL;

    g_assert_true(mig_job_apply_status(to, sent));
    got = g_variant_ref_sink(mig_job_status(to));
    g_assert_cmpvariant(sent, got);
    g_assert_cmpstr(to->error_name, ==, MIG_ERROR_PREFIX "Unsafe");
    g_assert_cmpstr(to->error_raw, ==, "unsafe migration");
    g_assert_cmpint(to->called, ==, 1700000000000001);

    g_assert_false(mig_job_apply_status(to, sent));
}

static void test_ignored(void)
{
    static const char *const texts[] = {
        "@a{sv} {}",
        "{'id': <uint64 7>, 'guest': <'other'>, 'owner-uid': <uint32 0>}",
        "{'State': <'running'>}",
        "{'state': <1>}",
        "{'state': <'unheard-of'>}",
        "{'phase': <'unheard-of'>}",
        "{'phase': <objectpath '/x'>}",
        "{'guest-name': <['a']>}",
        "{'guest-name': <''>}",
        "{'called': <int64 5>}",
        "{'called': <uint64 9223372036854775808>}",
        "{'plan': <@a{ss} {}>}",
        "{'statistics': <@a{sv} {}>}",
        "{'progress': <0.0>}",
        "{'progress': <-0.5>}",
        "{'progress': <1.5>}",
        "{'progress': <uint32 1>}",
        "{'error': <'x'>}",
    };
    g_autoptr(MigJob) job = mig_job_new();
    g_autoptr(GVariant) before = g_variant_ref_sink(mig_job_status(job));
    g_autoptr(GVariant) after = NULL;
    g_autoptr(GVariant) list = g_variant_ref_sink(g_variant_new_parsed("['state']"));

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_false(apply(job, texts[i]));
    g_assert_false(mig_job_apply_status(job, list));

    after = g_variant_ref_sink(mig_job_status(job));
    g_assert_cmpvariant(before, after);
    g_assert_cmpuint(job->id, ==, 0);
    g_assert_cmpstr(job->guest, ==, "");
}

static void test_never_back(void)
{
    g_autoptr(MigJob) job = mig_job_new();

    g_assert_true(apply(job, "{'state': <'running'>, 'phase': <'copying'>, 'progress': <0.4>}"));
    g_assert_false(apply(job, "{'state': <'queued'>, 'phase': <'checking'>, 'progress': <0.3>}"));
    g_assert_cmpint(job->state, ==, MIG_STATE_RUNNING);
    g_assert_cmpint(job->phase, ==, MIG_PHASE_COPYING);
    g_assert_cmpfloat(job->progress, ==, 0.4);

    g_assert_true(apply(job, "{'state': <'cancelling'>}"));
    g_assert_false(apply(job, "{'state': <'running'>}"));
    g_assert_true(apply(job, "{'state': <'cancelled'>, 'phase': <'done'>}"));
    g_assert_false(apply(job, "{'state': <'completed'>}"));
    g_assert_cmpint(job->state, ==, MIG_STATE_CANCELLED);

    /* a key that may change is taken even beside one that may not */
    g_assert_true(apply(job, "{'state': <'running'>, 'guest-host': <'local'>}"));
    g_assert_cmpint(job->state, ==, MIG_STATE_CANCELLED);
    g_assert_cmpstr(job->guest_host, ==, "local");
}

static void test_not_a_number(void)
{
    g_autoptr(MigJob) job = mig_job_new();
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) nan = NULL;

    g_variant_dict_insert(&dict, "progress", "d", NAN);
    nan = g_variant_ref_sink(g_variant_dict_end(&dict));
    g_assert_false(mig_job_apply_status(job, nan));
    g_assert_cmpfloat(job->progress, ==, 0);
}

/* Every state that is ahead is reached even if those between were never heard of. */
static void test_missed_states(void)
{
    for (guint i = MIG_STATE_RUNNING; i < MIG_N_STATES; i++) {
        g_autoptr(MigJob) job = mig_job_new();
        g_autofree char *text =
            g_strdup_printf("{'state': <'%s'>}", mig_state_to_string((MigState) i));

        g_assert_true(apply(job, text));
        g_assert_cmpint(job->state, ==, i);
    }
}

static void test_strings(void)
{
    g_autofree char *field = g_strdup("old");

    mig_job_set_string(&field, "new");
    g_assert_cmpstr(field, ==, "new");
    mig_job_set_string(&field, field);
    g_assert_cmpstr(field, ==, "new");
    mig_job_set_string(&field, "ssh: \xff\xfe no");
    g_assert_true(g_utf8_validate(field, -1, NULL));
    mig_job_set_string(&field, NULL);
    g_assert_cmpstr(field, ==, "");
}

static void test_variants(void)
{
    GVariant *field = NULL;

    mig_job_set_variant(&field, g_variant_new_uint32(1));
    g_assert_false(g_variant_is_floating(field));
    mig_job_set_variant(&field, field);
    g_assert_cmpuint(g_variant_get_uint32(field), ==, 1);
    mig_job_set_variant(&field, NULL);
    g_assert_null(field);
}

static void test_error(void)
{
    g_autoptr(MigJob) job = mig_job_new();
    g_autoptr(GError) ours = g_error_new(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT, "Host b is silent.");
    g_autoptr(GError) foreign = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "No file.");

    mig_job_set_error(job, ours, NULL);
    g_assert_cmpstr(job->error_name, ==, MIG_ERROR_PREFIX "HostTimeout");
    g_assert_cmpstr(job->error_message, ==, "Host b is silent.");
    g_assert_cmpstr(job->error_raw, ==, "");
    mig_job_set_error(job, foreign, "raw");
    g_assert_cmpstr(job->error_name, ==, MIG_ERROR_PREFIX "Failed");
    g_assert_cmpstr(job->error_raw, ==, "raw");
    mig_job_set_error(job, NULL, "raw");
    g_assert_cmpstr(job->error_name, ==, "");
    g_assert_cmpstr(job->error_message, ==, "");
    g_assert_cmpstr(job->error_raw, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/job/new", test_new);
    g_test_add_func("/job/status-keys", test_status_keys);
    g_test_add_func("/job/round-trip", test_round_trip);
    g_test_add_func("/job/ignored", test_ignored);
    g_test_add_func("/job/never-back", test_never_back);
    g_test_add_func("/job/not-a-number", test_not_a_number);
    g_test_add_func("/job/missed-states", test_missed_states);
    g_test_add_func("/job/strings", test_strings);
    g_test_add_func("/job/variants", test_variants);
    g_test_add_func("/job/error", test_error);

    return g_test_run();
}
