/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was seen after the end, beside what was planned.
 */
#include "verification.h"

#include <string.h>

static const char before[] = "before", other[] = "other";

static MigConfigSight sight(const char *digest)
{
    return (MigConfigSight){ TRUE, digest != NULL, digest };
}

/* A persistent guest that was moved for good, as planned; tests change a part of it. */
static MigEnd make_end(void)
{
    return (MigEnd){
        .guest = "web1",
        .guest_host = "beta",
        .completed = TRUE,
        .plan = { TRUE, MIG_CONFIG_REMOVED, MIG_CONFIG_WRITTEN },
        .source = { "alpha", sight(before), sight(NULL) },
        .destination = { "beta", sight(NULL), sight(before), .active = TRUE },
        .should_run = TRUE,
        .executing = MIG_EXECUTING_YES,
    };
}

static const char *const no_keys[] = { NULL };

static GVariant *verify(const MigEnd *end, const char *const *ids)
{
    g_autoptr(GPtrArray) findings = mig_findings_new();
    GVariant *dict = g_variant_ref_sink(mig_verify(end, findings));

    g_assert_cmpuint(findings->len, ==, g_strv_length((char **) ids));
    for (; *ids; ids++)
        g_assert_nonnull(mig_findings_find(findings, *ids));
    for (guint i = 0; i < findings->len; i++) {
        g_autofree char *sentence = mig_finding_sentence(g_ptr_array_index(findings, i));

        g_assert_nonnull(strstr(sentence, "web1") ?: strstr(sentence, "Volume"));
        g_assert_null(strchr(sentence, '{'));
    }
    return dict;
}

static void assert_printed(const MigEnd *end, const char *const *ids, const char *expected)
{
    g_autoptr(GVariant) dict = verify(end, ids);
    g_autoptr(GVariant) wanted =
        g_variant_parse(G_VARIANT_TYPE_VARDICT, expected, NULL, NULL, NULL);
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_assert_cmpuint(g_variant_n_children(dict), ==, g_variant_n_children(wanted));
    g_variant_iter_init(&iter, wanted);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) found = g_variant_lookup_value(dict, key, NULL);

        g_test_message("%s", key);
        g_assert_cmpvariant(found, value);
    }
}

static void test_as_planned(void)
{
    MigEnd end = make_end();

    assert_printed(&end, no_keys,
                   "{'checked': <true>, 'persistent': <true>, 'source-configuration': <'removed'>, "
                   "'destination-configuration': <'written'>, 'executing': <'yes'>, "
                   "'matches': <true>}");
}

/* What has become of a configuration, by what was there before and is there now. */
static const struct {
    const char *before, *after;
    const char *source; /* digest of the source's before */
    MigConfig planned, seen;
} configurations[] = {
    { NULL, NULL, NULL, MIG_CONFIG_NONE, MIG_CONFIG_NONE },
    { NULL, before, before, MIG_CONFIG_WRITTEN, MIG_CONFIG_WRITTEN },
    { NULL, NULL, before, MIG_CONFIG_WRITTEN, MIG_CONFIG_NONE },
    { NULL, before, before, MIG_CONFIG_NONE, MIG_CONFIG_WRITTEN },
    { before, NULL, NULL, MIG_CONFIG_UNCHANGED, MIG_CONFIG_REMOVED },
    { before, before, other, MIG_CONFIG_UNCHANGED, MIG_CONFIG_UNCHANGED },
    { before, other, other, MIG_CONFIG_UNCHANGED, MIG_CONFIG_REPLACED },
    { before, other, other, MIG_CONFIG_REPLACED, MIG_CONFIG_REPLACED },
    { before, before, other, MIG_CONFIG_REPLACED, MIG_CONFIG_UNCHANGED },
    /* replaced by its like */
    { before, before, before, MIG_CONFIG_REPLACED, MIG_CONFIG_REPLACED },
    { before, before, NULL, MIG_CONFIG_REPLACED, MIG_CONFIG_REPLACED },
    { before, before, before, MIG_CONFIG_UNCHANGED, MIG_CONFIG_UNCHANGED },
};

static void test_configurations(void)
{
    static const char *const differs[] = { "configuration-differs", NULL };

    for (guint i = 0; i < G_N_ELEMENTS(configurations); i++) {
        MigEnd end = make_end();
        gboolean as_planned = configurations[i].planned == configurations[i].seen;
        g_autoptr(GVariant) dict = NULL;
        const char *word;
        gboolean matches;

        end.source = (MigHostEnd){ "alpha", sight(configurations[i].source),
                                   sight(configurations[i].source) };
        end.plan.source = configurations[i].source ? MIG_CONFIG_UNCHANGED : MIG_CONFIG_NONE;
        end.plan.destination = configurations[i].planned;
        end.destination.before = sight(configurations[i].before);
        end.destination.after = sight(configurations[i].after);
        dict = verify(&end, as_planned ? no_keys : differs);
        g_assert_true(g_variant_lookup(dict, "destination-configuration", "&s", &word));
        g_assert_cmpstr(word, ==, mig_config_to_string(configurations[i].seen));
        g_assert_true(g_variant_lookup(dict, "matches", "b", &matches));
        g_assert_cmpint(matches, ==, as_planned);
    }
}

/* Nobody is told of a difference that nobody has seen. */
static void test_unseen(void)
{
    MigEnd end = make_end();

    end.destination.before = end.destination.after = (MigConfigSight){ FALSE, FALSE, NULL };
    end.destination.active = FALSE;
    end.executing = MIG_EXECUTING_UNKNOWN;
    end.should_run = FALSE;
    assert_printed(&end, no_keys,
                   "{'checked': <false>, 'persistent': <false>, 'source-configuration': "
                   "<'removed'>, 'destination-configuration': <'unknown'>, "
                   "'executing': <'unknown'>, 'matches': <true>}");

    /* a worker after the one that died knows no digests */
    end = make_end();
    end.plan.destination = MIG_CONFIG_REPLACED;
    end.destination.before = mig_config_before(end.plan.destination);
    end.source.before = mig_config_before(end.plan.source);
    assert_printed(&end, no_keys,
                   "{'checked': <true>, 'persistent': <true>, 'source-configuration': "
                   "<'removed'>, 'destination-configuration': <'unknown'>, "
                   "'executing': <'yes'>, 'matches': <true>}");
}

/* A job that was not completed has changed nothing. */
static void test_failed(void)
{
    static const char *const left[] = { "leftover-copy", "configuration-differs", "leftover-job",
                                        NULL };
    MigEnd end = make_end();

    end.completed = FALSE;
    end.guest_host = "alpha";
    end.source = (MigHostEnd){ "alpha", sight(before), sight(before), .active = TRUE };
    end.destination = (MigHostEnd){ "beta", sight(NULL), sight(NULL) };
    assert_printed(&end, no_keys,
                   "{'checked': <true>, 'persistent': <true>, 'source-configuration': "
                   "<'unchanged'>, 'destination-configuration': <'none'>, 'executing': <'yes'>, "
                   "'matches': <true>}");

    end.source.job = TRUE;
    end.destination = (MigHostEnd){ "beta", sight(NULL), sight(other), .active = TRUE };
    assert_printed(&end, left,
                   "{'checked': <true>, 'persistent': <true>, 'source-configuration': "
                   "<'unchanged'>, 'destination-configuration': <'written'>, 'executing': <'yes'>, "
                   "'matches': <false>}");
}

/* The parts of a guest in post-copy are no copies that are left over, nor is one of two that may
 * both be the guest. */
static void test_never_told_to_be_removed(void)
{
    MigEnd end = make_end();

    end.completed = FALSE;
    end.should_run = FALSE;
    end.source = (MigHostEnd){ "alpha", sight(NULL), sight(NULL), .active = TRUE, .split = TRUE };
    end.destination = (MigHostEnd){ "beta",         sight(NULL),   sight(NULL),
                                    .active = TRUE, .split = TRUE, .job = TRUE };
    g_variant_unref(verify(&end, no_keys));
    end.source.split = end.destination.split = end.destination.job = FALSE;
    end.guest_host = "";
    g_variant_unref(verify(&end, no_keys));
}

static void test_not_executing(void)
{
    static const char *const ids[] = { "not-executing", NULL };
    MigEnd end = make_end();

    end.executing = MIG_EXECUTING_NO;
    g_variant_unref(verify(&end, ids));
    end.should_run = FALSE;
    g_variant_unref(verify(&end, no_keys));
}

static void test_volumes(void)
{
    static const char *const made[] = { "/srv/a", "/srv/b", NULL };
    static const char *const deleted[] = { "/srv/a", NULL }, *const left[] = { "/srv/b", NULL };
    static const char *const ids[] = { "volume-removed", "leftover-volume", NULL };
    MigEnd end = make_end();
    g_autoptr(GVariant) dict = NULL;
    g_autoptr(GVariant) pending = g_variant_ref_sink(mig_verify_pending(made));
    g_autofree const char **found = NULL;
    gboolean matches;

    end.made = made;
    end.deleted = deleted;
    end.left = left;
    dict = verify(&end, ids);
    g_assert_true(g_variant_lookup(dict, "matches", "b", &matches));
    g_assert_false(matches);
    g_assert_true(g_variant_lookup(dict, "new-volumes", "^a&s", &found));
    g_assert_cmpstr(found[1], ==, "/srv/b");
    g_clear_pointer(&found, g_free);
    g_assert_true(g_variant_lookup(pending, "new-volumes", "^a&s", &found));
    g_assert_cmpstr(found[0], ==, "/srv/a");
}

/* What a plan that was recorded says is what was planned. */
static void test_plan_of_the_record(void)
{
    g_autoptr(GVariant) plan =
        g_variant_new_parsed("{'persistent': <true>, 'source-configuration': <'removed'>, "
                             "'destination-configuration': <'written'>}");
    g_autoptr(GVariant) none = g_variant_new("a{sv}", NULL);
    MigOutcome outcome = mig_outcome_from_plan(plan);

    g_assert_true(outcome.persistent);
    g_assert_cmpint(outcome.source, ==, MIG_CONFIG_REMOVED);
    g_assert_cmpint(outcome.destination, ==, MIG_CONFIG_WRITTEN);
    g_assert_true(mig_config_before(outcome.source).there);
    g_assert_true(mig_config_before(outcome.destination).seen);
    g_assert_false(mig_config_before(outcome.destination).there);
    outcome = mig_outcome_from_plan(none);
    g_assert_cmpint(outcome.source, ==, MIG_CONFIG_UNKNOWN);
    g_assert_false(mig_config_before(outcome.source).seen);
}

/* What was found before comes first and stays as it is. */
static void test_join(void)
{
    g_autoptr(GPtrArray) first = mig_findings_new(), more = mig_findings_new();
    g_autoptr(GVariant) earlier = NULL, joined = NULL, none = NULL, same = NULL;

    mig_findings_add(first, "no-progress", "driver", "Xen", NULL);
    earlier = g_variant_ref_sink(mig_findings_to_variant(first));
    mig_findings_add(more, "leftover-job", "guest", "web1", "host", "alpha", NULL);
    joined = g_variant_ref_sink(mig_findings_join(earlier, more));
    g_assert_cmpuint(g_variant_n_children(joined), ==, 2);
    none = g_variant_get_child_value(joined, 0);
    same = g_variant_get_child_value(earlier, 0);
    g_assert_cmpvariant(none, same);
    g_clear_pointer(&none, g_variant_unref);
    g_ptr_array_set_size(more, 0);
    none = g_variant_ref_sink(mig_findings_join(earlier, more));
    g_assert_cmpvariant(none, earlier);
}

/* What was found before the call stays; what is looked at again, or could not be, goes. */
static void test_forget(void)
{
    static const char *const ids[] = { "no-progress", "leftover-copy", "host-unreachable",
                                       "connection-lost", "volume-removed" };
    g_autoptr(GPtrArray) findings = mig_findings_new(), kept = mig_findings_new();
    g_autoptr(GVariant) all = NULL, left = NULL, wanted = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        mig_findings_add(findings, ids[i], "host", "beta", NULL);
    mig_findings_add(kept, "no-progress", "host", "beta", NULL);
    mig_findings_add(kept, "volume-removed", "host", "beta", NULL);
    all = g_variant_ref_sink(mig_findings_to_variant(findings));
    wanted = g_variant_ref_sink(mig_findings_to_variant(kept));
    left = g_variant_ref_sink(mig_verify_forget(all));
    g_assert_cmpvariant(left, wanted);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verification/as-planned", test_as_planned);
    g_test_add_func("/verification/configurations", test_configurations);
    g_test_add_func("/verification/unseen", test_unseen);
    g_test_add_func("/verification/failed", test_failed);
    g_test_add_func("/verification/never-told-to-be-removed", test_never_told_to_be_removed);
    g_test_add_func("/verification/not-executing", test_not_executing);
    g_test_add_func("/verification/volumes", test_volumes);
    g_test_add_func("/verification/join", test_join);
    g_test_add_func("/verification/forget", test_forget);
    g_test_add_func("/verification/plan-of-the-record", test_plan_of_the_record);

    return g_test_run();
}
