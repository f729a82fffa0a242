/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration table of libvirt's migration document, row by row as libvirt 9.0 does it.
 */
#include "outcome.h"

typedef struct {
    guint row;
    gboolean source, destination, undefine, persist;            /* before, and flags */
    gboolean persistent_after, source_after, destination_after; /* as the document has them */
    const char *source_config, *destination_config;             /* as we name what happens */
    const char *warning;                                        /* id of the finding, or NULL */
} Row;

#define Y TRUE
#define N FALSE
#define LOST "configuration-lost"
#define BOTH "configuration-on-both"

static const Row rows[] = {
    { 1, N, N, N, N, N, N, N, "none", "none", NULL },
    { 2, N, N, Y, N, N, N, N, "none", "none", NULL },
    { 3, N, N, N, Y, Y, N, Y, "none", "written", NULL },
    { 4, N, N, Y, Y, Y, N, Y, "none", "written", NULL },
    { 5, N, Y, N, N, Y, N, Y, "none", "unchanged", NULL },
    { 6, N, Y, Y, N, Y, N, Y, "none", "unchanged", NULL },
    { 7, N, Y, N, Y, Y, N, Y, "none", "replaced", NULL },
    { 8, N, Y, Y, Y, Y, N, Y, "none", "replaced", NULL },
    { 9, Y, N, N, N, N, Y, N, "unchanged", "none", NULL },
    { 10, Y, N, Y, N, N, N, N, "removed", "none", LOST },
    { 11, Y, N, N, Y, Y, Y, Y, "unchanged", "written", BOTH },
    { 12, Y, N, Y, Y, Y, N, Y, "removed", "written", NULL },
    { 13, Y, Y, N, N, Y, Y, Y, "unchanged", "unchanged", NULL },
    { 14, Y, Y, Y, N, Y, N, Y, "removed", "unchanged", NULL },
    { 15, Y, Y, N, Y, Y, Y, Y, "unchanged", "replaced", BOTH },
    { 16, Y, Y, Y, Y, Y, N, Y, "removed", "replaced", NULL },
};

static gboolean is_there(MigConfig config)
{
    return config != MIG_CONFIG_NONE && config != MIG_CONFIG_REMOVED;
}

static void test_table(void)
{
    guint seen = 0;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        MigOutcome outcome =
            mig_outcome(row->source, row->destination, row->persist, row->undefine);
        const char *warning = mig_outcome_finding(row->source, outcome);

        g_test_message("row %u", row->row);
        g_assert_cmpuint(row->row, ==, i + 1);
        seen |= 1u << (row->source * 8 + row->destination * 4 + row->undefine * 2 + row->persist);

        g_assert_cmpint(outcome.persistent, ==, row->persistent_after);
        g_assert_cmpint(is_there(outcome.source), ==, row->source_after);
        g_assert_cmpint(is_there(outcome.destination), ==, row->destination_after);
        g_assert_cmpstr(mig_config_to_string(outcome.source), ==, row->source_config);
        g_assert_cmpstr(mig_config_to_string(outcome.destination), ==, row->destination_config);

        g_assert_cmpstr(warning, ==, row->warning);
    }

    g_assert_cmphex(seen, ==, 0xffff);
}

/* Any true value is TRUE: callers pass flags & BIT. */
static void test_any_true(void)
{
    MigOutcome outcome = mig_outcome(4, 8, 16, 32);

    g_assert_true(outcome.persistent);
    g_assert_cmpint(outcome.source, ==, MIG_CONFIG_REMOVED);
    g_assert_cmpint(outcome.destination, ==, MIG_CONFIG_REPLACED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outcome/table", test_table);
    g_test_add_func("/outcome/any-true", test_any_true);

    return g_test_run();
}
