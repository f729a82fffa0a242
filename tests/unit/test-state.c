/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the tables of states and phases: every pair of states, every pair of phases.
 */
#include "advice.h"
#include "state.h"

#include <string.h>

/* Which state may become which: row from, column to, in the order of the enum. */
static const char *const successors[MIG_N_STATES] = {
    /*                           QRXCFAI */
    [MIG_STATE_QUEUED] = /*   */ ".xx.xxx",  [MIG_STATE_RUNNING] = /*  */ "..xxxxx",
    [MIG_STATE_CANCELLING] = /**/ "...xxxx", [MIG_STATE_COMPLETED] = /**/ ".......",
    [MIG_STATE_FAILED] = /*   */ ".......",  [MIG_STATE_CANCELLED] = /**/ ".......",
    [MIG_STATE_INTERRUPTED] = ".......",
};

/* And which after its end, when somebody has looked after the guest. */
static const char *const recovered[MIG_N_STATES] = {
    /*                           QRXCFAI */
    [MIG_STATE_QUEUED] = /*   */ ".......",  [MIG_STATE_RUNNING] = /*  */ ".......",
    [MIG_STATE_CANCELLING] = /**/ ".......", [MIG_STATE_COMPLETED] = /**/ ".......",
    [MIG_STATE_FAILED] = /*   */ "...x...",  [MIG_STATE_CANCELLED] = /**/ "...xx..",
    [MIG_STATE_INTERRUPTED] = "...xxx.",
};

static void test_state_names(void)
{
    static const char *const names[] = { "queued", "running",   "cancelling", "completed",
                                         "failed", "cancelled", "interrupted" };

    g_assert_cmpuint(G_N_ELEMENTS(names), ==, MIG_N_STATES);
    for (guint i = 0; i < MIG_N_STATES; i++) {
        MigState state = MIG_N_STATES;

        g_assert_cmpstr(mig_state_to_string((MigState) i), ==, names[i]);
        g_assert_true(mig_state_from_string(names[i], &state));
        g_assert_cmpint(state, ==, i);
    }
}

static void test_phase_names(void)
{
    static const char *const names[] = { "queued",    "connecting", "checking",
                                         "preparing", "copying",    "switching",
                                         "post-copy", "verifying",  "done" };

    g_assert_cmpuint(G_N_ELEMENTS(names), ==, MIG_N_PHASES);
    for (guint i = 0; i < MIG_N_PHASES; i++) {
        MigPhase phase = MIG_N_PHASES;

        g_assert_cmpstr(mig_phase_to_string((MigPhase) i), ==, names[i]);
        g_assert_true(mig_phase_from_string(names[i], &phase));
        g_assert_cmpint(phase, ==, i);
    }
}

static void test_unknown_names(void)
{
    static const char *const names[] = { "", "Queued", "queued ", "canceled", "run", NULL };
    MigState state = MIG_STATE_FAILED;
    MigPhase phase = MIG_PHASE_COPYING;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_false(mig_state_from_string(names[i], &state));
        g_assert_false(mig_phase_from_string(names[i], &phase));
    }
    g_assert_cmpint(state, ==, MIG_STATE_FAILED);
    g_assert_cmpint(phase, ==, MIG_PHASE_COPYING);
}

static void test_state_pairs(void)
{
    for (guint from = 0; from < MIG_N_STATES; from++) {
        g_assert_cmpuint(strlen(successors[from]), ==, MIG_N_STATES);
        for (guint to = 0; to < MIG_N_STATES; to++)
            g_assert_cmpint(mig_state_may_enter((MigState) from, (MigState) to), ==,
                            successors[from][to] == 'x');
        for (guint to = 0; to < MIG_N_STATES; to++)
            g_assert_cmpint(mig_state_may_recover((MigState) from, (MigState) to), ==,
                            recovered[from][to] == 'x');
    }
}

/* Final is what has no successor, and every other state can get to a final one. */
static void test_final(void)
{
    for (guint from = 0; from < MIG_N_STATES; from++) {
        gboolean leaves = FALSE;
        gboolean ends = FALSE;

        for (guint to = 0; to < MIG_N_STATES; to++) {
            gboolean may = mig_state_may_enter((MigState) from, (MigState) to);

            leaves |= may;
            ends |= may && mig_state_is_final((MigState) to);
        }
        g_assert_cmpint(mig_state_is_final((MigState) from), ==, !leaves);
        g_assert_cmpint(ends, ==, leaves);
    }
}

static void test_phase_pairs(void)
{
    for (int from = 0; from < MIG_N_PHASES; from++) {
        for (int to = 0; to < MIG_N_PHASES; to++)
            g_assert_cmpint(mig_phase_may_enter((MigPhase) from, (MigPhase) to), ==, to > from);
    }
}

/* A cancel is tried while the job waits or runs and the switch has not begun; every refusal is a
 * sentence. */
static void test_cancel(void)
{
    for (guint state = 0; state < MIG_N_STATES; state++) {
        for (guint phase = 0; phase < MIG_N_PHASES; phase++) {
            MigRefusal refusal = mig_cancel_refusal((MigState) state, (MigPhase) phase);
            const char *sentence = mig_refusal_sentence(refusal);
            gboolean may = state <= MIG_STATE_RUNNING && phase < MIG_PHASE_SWITCHING;

            g_assert_cmpint(refusal == MIG_REFUSAL_NONE, ==, may);
            if (refusal != MIG_REFUSAL_NONE) {
                g_assert_true(g_ascii_isupper(sentence[0]));
                g_assert_true(g_str_has_suffix(sentence, "."));
            }
        }
    }
}

static void test_cancel_reasons(void)
{
    g_assert_cmpint(mig_cancel_refusal(MIG_STATE_RUNNING, MIG_PHASE_SWITCHING), ==,
                    MIG_REFUSAL_SWITCHING);
    g_assert_cmpint(mig_cancel_refusal(MIG_STATE_CANCELLING, MIG_PHASE_COPYING), ==,
                    MIG_REFUSAL_CANCELLING);
    g_assert_cmpint(mig_cancel_refusal(MIG_STATE_RUNNING, MIG_PHASE_POST_COPY), ==,
                    MIG_REFUSAL_POST_COPY);
    g_assert_cmpint(mig_cancel_refusal(MIG_STATE_FAILED, MIG_PHASE_DONE), ==, MIG_REFUSAL_ENDED);
}

static gboolean is_id(const char *id)
{
    return id[0] && strspn(id, G_CSET_a_2_z "-") == strlen(id);
}

/* Every row has an id of its own. */
static void test_refusal_ids(void)
{
    g_assert_cmpstr(mig_refusal_id(MIG_REFUSAL_NONE), ==, "");
    g_assert_cmpstr(mig_refusal_sentence(MIG_REFUSAL_NONE), ==, "");
    g_assert_cmpint(mig_refusal_from_id("no such id"), ==, MIG_REFUSAL_NONE);
    for (MigRefusal refusal = 1; refusal < MIG_N_REFUSALS; refusal++) {
        g_assert_true(is_id(mig_refusal_id(refusal)));
        g_assert_cmpint(mig_refusal_from_id(mig_refusal_id(refusal)), ==, refusal);
        g_assert_cmpuint(strlen(mig_refusal_sentence(refusal)), >, 20);
    }
}

static void test_advice_ids(void)
{
    g_assert_cmpstr(mig_advice_id(MIG_ADVICE_NONE), ==, "");
    g_assert_null(mig_advice_pattern(MIG_ADVICE_NONE));
    for (MigAdvice advice = 1; advice < MIG_N_ADVICE; advice++) {
        g_autofree char *pattern = mig_advice_pattern(advice);

        g_assert_true(is_id(mig_advice_id(advice)));
        g_assert_cmpint(mig_advice_from_id(mig_advice_id(advice)), ==, advice);
        g_assert_nonnull(pattern);
        g_assert_true(g_ascii_islower(pattern[0]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/state/state-names", test_state_names);
    g_test_add_func("/state/phase-names", test_phase_names);
    g_test_add_func("/state/unknown-names", test_unknown_names);
    g_test_add_func("/state/state-pairs", test_state_pairs);
    g_test_add_func("/state/final", test_final);
    g_test_add_func("/state/phase-pairs", test_phase_pairs);
    g_test_add_func("/state/cancel", test_cancel);
    g_test_add_func("/state/cancel-reasons", test_cancel_reasons);
    g_test_add_func("/state/refusal-ids", test_refusal_ids);
    g_test_add_func("/state/advice-ids", test_advice_ids);

    return g_test_run();
}
