/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service says, in another language: every row of its tables of errors, findings,
 * refusals and advice has words of the app. The language is the one with longer words in brackets
 * (po/update), so that what has none is seen.
 */
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "client.h"
#include "config.h"
#include "core/advice.h"
#include "core/error.h"
#include "core/finding.h"
#include "core/refusal.h"
#include "core/rules.h"
#include "service-words.h"
#include "words.h"

#define OURS "The service says this."

static const MigFailureNames names = { .guest = "g<b>", .source = "alpha", .destination = "beta" };

/* Takes the text. */
static void assert_translated(const char *what, char *text)
{
    g_test_message("%s: %s", what, text);
    g_assert_true(text[0] == '[');
    g_assert_null(strstr(text, OURS));
    g_assert_null(strchr(text, '{'));
    g_free(text);
}

static void test_errors(void)
{
    for (int code = 0; code < MIG_N_ERRORS; code++) {
        const char *name = mig_error_name(code);
        g_autoptr(GError) error = g_error_new_literal(MIG_ERROR, code, OURS);
        g_assert_true(mig_failure_is_known(code));
        assert_translated(name, mig_failure_why(name, &names, OURS));
        assert_translated(name, mig_failure_of(error, NULL));
        g_autofree char *remedy = mig_failure_remedy(name, &names);
        if (remedy[0])
            assert_translated(name, g_steal_pointer(&remedy));
    }
}

/* The names are what was given: nothing of them is read again. */
static void test_names(void)
{
    static const MigFailureNames odd = { .guest = "{host}", .host = "local" };
    const char *name = mig_error_name(MIG_ERROR_GUEST_NOT_FOUND);
    g_autofree char *text = mig_failure_why(name, &odd, OURS);
    g_autofree char *either = mig_failure_why(mig_error_name(MIG_ERROR_HOST_TIMEOUT), &names, OURS);
    g_assert_nonnull(strstr(text, "{host}"));
    g_assert_nonnull(strstr(either, "alpha"));
    g_assert_nonnull(strstr(either, "beta"));
}

/* An error of a newer service has a sentence too. */
static void test_unknown_error(void)
{
    assert_translated("unknown", mig_failure_why(MIG_ERROR_PREFIX "OfTomorrow", &names, OURS));
    assert_translated("no bus", mig_failure_why(NULL, NULL, OURS));
}

static void test_findings(void)
{
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++) {
        g_autofree char *remedy = mig_service_words_remedy(info->id, NULL, OURS);
        assert_translated(info->id, mig_service_words_sentence(info->id, NULL, &names, OURS));
        if (info->remedy[0])
            assert_translated(info->id, g_steal_pointer(&remedy));
    }
    assert_translated("unknown", mig_service_words_sentence("of-tomorrow", NULL, &names, OURS));
}

/* What is an error among the findings is one of the table: else it says only that it failed. */
static void test_errors_among_findings(void)
{
    g_autofree char *failed = mig_service_words_sentence("failed", NULL, &names, OURS);
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++) {
        g_autofree char *text = mig_service_words_sentence(info->id, NULL, &names, OURS);
        if (!g_str_equal(info->id, "failed"))
            g_assert_cmpstr(text, !=, failed);
    }
}

/* A host that could not be asked is named, and not the other one. */
static void test_host_of_a_finding(void)
{
    g_autoptr(GVariant) arguments =
        g_variant_ref_sink(g_variant_new_parsed("{'message': 'm', 'host': 'beta'}"));
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++) {
        const MigError code = mig_error_from_id(info->id);
        g_autoptr(GError) error =
            code < MIG_N_ERRORS ? g_error_new_literal(MIG_ERROR, (int) code, OURS) : NULL;
        g_autofree char *text = mig_service_words_sentence(info->id, arguments, &names, OURS);
        g_test_message("%s: %s", info->id, text);
        if (!mig_error_is_of_host(error))
            continue;
        g_assert_nonnull(strstr(text, "beta"));
        g_assert_null(strstr(text, "alpha"));
    }
}

static void test_refusals(void)
{
    for (MigRefusal refusal = MIG_REFUSAL_NONE + 1; refusal < MIG_N_REFUSALS; refusal++) {
        const char *id = mig_refusal_id(refusal);
        const char *text = mig_words_refusal(id, mig_service_words_refusal(id, OURS));
        assert_translated(id, g_strdup(text));
    }
    g_assert_cmpstr(mig_service_words_refusal("of-tomorrow", OURS), ==, OURS);
}

static void test_advice(void)
{
    for (MigAdvice advice = MIG_ADVICE_NONE + 1; advice < MIG_N_ADVICE; advice++) {
        const char *id = mig_advice_id(advice);
        g_auto(GStrv) steps = mig_service_words_advice(id, "alpha", "beta");
        g_assert_nonnull(steps[0]);
        for (gsize i = 0; steps[i]; i++)
            assert_translated(id, g_strdup(steps[i]));
    }
}

/* The words of a configuration are arguments of a finding, and no English. */
static void test_arguments(void)
{
    g_autoptr(GVariant) arguments = g_variant_ref_sink(
        g_variant_new_parsed("{'guest': 'web', 'host': 'b', 'expected': 'written', 'found': "
                             "'unchanged'}"));
    g_autofree char *text =
        mig_service_words_sentence("configuration-differs", arguments, &names, OURS);
    g_assert_null(strstr(text, "written"));
    g_assert_null(strstr(text, "unchanged"));
    g_assert_nonnull(strstr(text, "web"));
}

/* Why options cannot be combined is said on the page without the keys of options. */
static void test_rules(void)
{
    for (const MigRule *rule = mig_rules(); rule->id; rule++)
        assert_translated(rule->id, g_strdup(mig_words_rule(rule->id, OURS)));
}

static void make_language(const char *directory)
{
    g_autofree char *path =
        g_build_filename(directory, "xx", "LC_MESSAGES", GETTEXT_PACKAGE ".mo", NULL);
    const char *command[] = { g_getenv("PO_UPDATE"), "--pseudo", path, NULL };
    int status = -1;
    g_assert_true(g_spawn_sync(NULL, (char **) command, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                               NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

static void remove_language(const char *directory)
{
    static const char *const paths[] = { "xx/LC_MESSAGES/" GETTEXT_PACKAGE ".mo", "xx/LC_MESSAGES",
                                         "xx", "." };
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path = g_canonicalize_filename(paths[i], directory);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_autofree char *directory = g_dir_make_tmp("words-XXXXXX", NULL);
    g_assert_nonnull(directory);
    make_language(directory);
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, directory);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/errors", test_errors);
    g_test_add_func("/words/names", test_names);
    g_test_add_func("/words/unknown-error", test_unknown_error);
    g_test_add_func("/words/findings", test_findings);
    g_test_add_func("/words/errors-among-findings", test_errors_among_findings);
    g_test_add_func("/words/host-of-a-finding", test_host_of_a_finding);
    g_test_add_func("/words/refusals", test_refusals);
    g_test_add_func("/words/advice", test_advice);
    g_test_add_func("/words/arguments", test_arguments);
    g_test_add_func("/words/rules", test_rules);
    const int status = g_test_run();
    remove_language(directory);
    return status;
}
