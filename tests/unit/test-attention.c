/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * After which ends somebody has to look: every pair of what two hosts show, and every final state.
 */
#include "attention.h"

#define NONE MIG_ATTENTION_NONE
#define LOOK MIG_ATTENTION_NEEDED
#define SPLIT MIG_ATTENTION_SPLIT

static MigAttention attention_of(MigState state, gboolean called, gboolean was_paused,
                                 const char *source, const char *destination)
{
    g_autoptr(MigJob) job = mig_job_new();

    job->state = state;
    job->called = called;
    mig_job_set_string(&job->source_state, source);
    mig_job_set_string(&job->destination_state, destination);

    return mig_attention(job, was_paused);
}

static const char *const shown[] = {
    "running",     "idle",     "pmsuspended",
    "in-shutdown", "no-state", "new-in-libvirt-12",
    "paused",                             /* 6 */
    "absent",      "shutoff",  "crashed", /* 7 */
    "unreachable", "unknown",  "",        /* 10 */
};
static const guint first[] = { 0, 6, 7, 10, G_N_ELEMENTS(shown) };

/* [source][destination]: runs, paused, gone, not seen */
static const MigAttention wanted[4][4] = {
    { SPLIT, LOOK, NONE, LOOK },
    { LOOK, LOOK, LOOK, LOOK },
    { NONE, LOOK, LOOK, LOOK },
    { LOOK, LOOK, LOOK, LOOK },
};

static guint class_of(guint i)
{
    guint class = 0;

    while (i >= first[class + 1])
        class ++;

    return class;
}

static void test_every_pair(void)
{
    static const MigState states[] = { MIG_STATE_FAILED, MIG_STATE_CANCELLED };

    for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(shown); j++) {
            for (guint k = 0; k < G_N_ELEMENTS(states); k++) {
                g_test_message("%s: %s, %s", mig_state_to_string(states[k]), shown[i], shown[j]);
                g_assert_cmpint(attention_of(states[k], TRUE, FALSE, shown[i], shown[j]), ==,
                                wanted[class_of(i)][class_of(j)]);
            }
        }
    }
}

static void test_other_ends(void)
{
    static const struct {
        MigState state;
        gboolean called, was_paused;
        const char *source, *destination;
        MigAttention attention;
    } rows[] = {
        /* the worker's conclusion is that it has arrived, with what the source has said */
        { MIG_STATE_COMPLETED, TRUE, FALSE, "absent", "running", NONE },
        { MIG_STATE_COMPLETED, TRUE, FALSE, "unreachable", "running", NONE },
        { MIG_STATE_COMPLETED, TRUE, TRUE, "shutoff", "paused", NONE },
        /* nobody has seen the end */
        { MIG_STATE_INTERRUPTED, TRUE, FALSE, "running", "absent", LOOK },
        { MIG_STATE_INTERRUPTED, FALSE, FALSE, "running", "absent", LOOK },
        { MIG_STATE_INTERRUPTED, FALSE, FALSE, "", "", LOOK },
        { MIG_STATE_INTERRUPTED, TRUE, FALSE, "running", "running", SPLIT },
        { MIG_STATE_INTERRUPTED, FALSE, FALSE, "running", "running", LOOK },
        /* libvirt was not called: another guest may have been found, or none, or no host */
        { MIG_STATE_FAILED, FALSE, FALSE, "running", "running", NONE },
        { MIG_STATE_FAILED, FALSE, FALSE, "unreachable", "unreachable", NONE },
        { MIG_STATE_FAILED, FALSE, FALSE, "absent", "absent", NONE },
        { MIG_STATE_CANCELLED, FALSE, FALSE, "", "", NONE },
        { MIG_STATE_CANCELLED, FALSE, FALSE, "paused", "unknown", NONE },
        /* paused as before is as before, on the source alone */
        { MIG_STATE_FAILED, TRUE, TRUE, "paused", "absent", NONE },
        { MIG_STATE_CANCELLED, TRUE, TRUE, "paused", "shutoff", NONE },
        { MIG_STATE_FAILED, TRUE, TRUE, "paused", "paused", LOOK },
        { MIG_STATE_FAILED, TRUE, TRUE, "paused", "unreachable", LOOK },
        { MIG_STATE_FAILED, TRUE, TRUE, "paused", "running", LOOK },
        { MIG_STATE_FAILED, TRUE, TRUE, "running", "running", SPLIT },
        { MIG_STATE_FAILED, TRUE, TRUE, "absent", "paused", LOOK },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %u", i);
        g_assert_cmpint(attention_of(rows[i].state, rows[i].called, rows[i].was_paused,
                                     rows[i].source, rows[i].destination),
                        ==, rows[i].attention);
    }
}

/* What an option changes. */
static void test_options(void)
{
    static const char offline[] = "{'offline': <true>}",
                      unopened[] = "{'open-destination': <false>}",
                      opened[] = "{'open-destination': <true>}";
    static const struct {
        const char *options, *source, *destination;
        gboolean was_paused;
        MigAttention attention;
    } rows[] = {
        { offline, "shutoff", "absent", FALSE, NONE },
        { offline, "shutoff", "shutoff", FALSE, NONE },
        { offline, "shutoff", "running", FALSE, NONE },
        { offline, "running", "running", FALSE, SPLIT },
        { offline, "shutoff", "unreachable", FALSE, LOOK },
        { offline, "unreachable", "absent", FALSE, LOOK },
        { offline, "absent", "absent", FALSE, LOOK },
        /* nobody looks at the destination: the source alone tells */
        { unopened, "running", "unknown", FALSE, NONE },
        { unopened, "paused", "unknown", TRUE, NONE },
        { unopened, "paused", "unknown", FALSE, LOOK },
        { unopened, "absent", "unknown", FALSE, LOOK },
        { unopened, "unreachable", "unknown", FALSE, LOOK },
        { opened, "running", "unknown", FALSE, LOOK },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MigJob) job = mig_job_new();

        job->state = MIG_STATE_FAILED;
        job->called = 1;
        mig_job_set_variant(&job->options, g_variant_new_parsed(rows[i].options));
        mig_job_set_string(&job->source_state, rows[i].source);
        mig_job_set_string(&job->destination_state, rows[i].destination);
        g_test_message("row %u", i);
        g_assert_cmpint(mig_attention(job, rows[i].was_paused), ==, rows[i].attention);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/attention/every-pair", test_every_pair);
    g_test_add_func("/attention/other-ends", test_other_ends);
    g_test_add_func("/attention/options", test_options);

    return g_test_run();
}
