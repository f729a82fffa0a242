/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Steps of recovery: every step with every pair of what two hosts can show. What must hold of all
 * of them is written as rules; what is offered for the pairs that have something is written out.
 */
#include "recovery.h"

#include <string.h>

static gboolean is_one_of(MigRest rest, const MigRest *all)
{
    for (; *all != MIG_N_RESTS; all++)
        if (*all == rest)
            return TRUE;
    return FALSE;
}

/* It runs, or nobody can say that it does not. */
static gboolean may_run(MigRest rest)
{
    static const MigRest all[] = { MIG_REST_RUNS,  MIG_REST_BUSY,   MIG_REST_SPLIT,
                                   MIG_REST_OTHER, MIG_REST_UNSEEN, MIG_N_RESTS };
    return is_one_of(rest, all);
}

/* It is the only copy that has ever run, or may be. */
static gboolean may_be_the_guest(MigRest rest)
{
    static const MigRest all[] = { MIG_REST_RUNS, MIG_REST_HELD, MIG_REST_PAUSED, MIG_N_RESTS };
    return is_one_of(rest, all);
}

static void check_pair(MigRecovery step, MigRest source, MigRest destination)
{
    const MigRecoveryInfo *info = mig_recovery_info(step);
    MigRest touched = info->on_destination ? destination : source;
    MigRest other = info->on_destination ? source : destination;
    gboolean allowed = mig_recovery_allows(step, source, destination, FALSE);

    g_assert_true(!mig_recovery_allows(step, source, destination, TRUE) || allowed);
    if (info->act == MIG_RECOVERY_LOOKS) {
        g_assert_true(allowed);
        return;
    }
    if (!allowed)
        return;
    /* what nobody can see, and what libvirt or QEMU is at, is not touched */
    static const MigRest taboo[] = { MIG_REST_BUSY, MIG_REST_SPLIT, MIG_REST_OTHER, MIG_REST_UNSEEN,
                                     MIG_N_RESTS };
    g_assert_false(is_one_of(source, taboo));
    g_assert_false(is_one_of(destination, taboo));
    if (info->act == MIG_RECOVERY_RESUMES) {
        /* never two that run */
        g_assert_cmpint(other, ==, MIG_REST_GONE);
        g_assert_false(may_run(touched));
        g_assert_true(info->steady);
    } else {
        /* never the last one */
        g_assert_true(may_be_the_guest(other));
        /* one that runs only if both do, and it was named */
        g_assert_true(touched != MIG_REST_RUNS || other == MIG_REST_RUNS);
        g_assert_cmpint(touched == MIG_REST_RUNS, ==, g_str_has_prefix(info->id, "stop-"));
        /* a copy that ran once goes only if the other one runs, or has all of it */
        g_assert_true(info->on_destination || other == MIG_REST_RUNS || other == MIG_REST_PAUSED);
    }
}

static void test_rules(void)
{
    for (MigRecovery step = 0; step < MIG_N_RECOVERIES; step++)
        for (MigRest source = 0; source < MIG_N_RESTS; source++)
            for (MigRest destination = 0; destination < MIG_N_RESTS; destination++)
                check_pair(step, source, destination);
}

static const struct {
    MigRest source, destination;
    const char *steps; /* of a guest that ran, and after "|" of one that was paused before */
} offers[] = {
    { MIG_REST_HELD, MIG_REST_GONE, "resume-source|" },
    { MIG_REST_HELD, MIG_REST_HELD, "destroy-destination|destroy-destination" },
    { MIG_REST_HELD, MIG_REST_INCOMING, "destroy-destination|destroy-destination" },
    { MIG_REST_HELD, MIG_REST_RUNS, "destroy-source|destroy-source" },
    { MIG_REST_HELD, MIG_REST_PAUSED, "destroy-source|destroy-source" },
    { MIG_REST_RUNS, MIG_REST_HELD, "destroy-destination|destroy-destination" },
    { MIG_REST_RUNS, MIG_REST_INCOMING, "destroy-destination|destroy-destination" },
    { MIG_REST_PAUSED, MIG_REST_HELD, "destroy-destination|destroy-destination" },
    { MIG_REST_PAUSED, MIG_REST_INCOMING, "destroy-destination|destroy-destination" },
    { MIG_REST_GONE, MIG_REST_HELD, "resume-destination|resume-destination" },
    { MIG_REST_GONE, MIG_REST_PAUSED, "resume-destination|resume-destination" },
    { MIG_REST_RUNS, MIG_REST_RUNS, "stop-source stop-destination|stop-source stop-destination" },
};

static char *list(MigRest source, MigRest destination, gboolean was_paused, gboolean look)
{
    g_autoptr(GVariant) steps =
        g_variant_ref_sink(mig_recovery_list(source, destination, was_paused, look));
    g_autofree const char **ids = g_variant_get_strv(steps, NULL);

    return g_strjoinv(" ", (char **) ids);
}

static void test_offers(void)
{
    for (MigRest source = 0; source < MIG_N_RESTS; source++) {
        for (MigRest destination = 0; destination < MIG_N_RESTS; destination++) {
            g_autofree char *ran = list(source, destination, FALSE, FALSE);
            g_autofree char *paused = list(source, destination, TRUE, FALSE);
            g_autofree char *both = g_strjoin("|", ran, paused, NULL);
            const char *expected = "|";

            for (guint i = 0; i < G_N_ELEMENTS(offers); i++)
                if (offers[i].source == source && offers[i].destination == destination)
                    expected = offers[i].steps;
            g_assert_cmpstr(both, ==, expected);
        }
    }
}

static void test_look(void)
{
    g_autofree char *last = list(MIG_REST_RUNS, MIG_REST_RUNS, FALSE, TRUE);
    g_autofree char *only = list(MIG_REST_UNSEEN, MIG_REST_GONE, FALSE, TRUE);

    g_assert_cmpstr(last, ==, "stop-source stop-destination look-again");
    g_assert_cmpstr(only, ==, "look-again");
}

static void test_ids(void)
{
    MigRecovery step;

    for (MigRecovery i = 0; i < MIG_N_RECOVERIES; i++) {
        g_assert_true(mig_recovery_from_id(mig_recovery_info(i)->id, &step));
        g_assert_cmpint(step, ==, i);
        g_assert_nonnull(mig_recovery_info(i)->done);
        g_assert_nonnull(mig_recovery_info(i)->wants);
    }
    g_assert_false(mig_recovery_from_id("", &step));
    g_assert_false(mig_recovery_from_id("Resume-Source", &step));
}

static void assert_refused(const MigJob *job, MigError code)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(mig_recovery_check_job(job, &error));
    g_assert_error(error, MIG_ERROR, (int) code);
}

static void test_jobs(void)
{
    for (guint state = 0; state < MIG_N_STATES; state++) {
        g_autoptr(MigJob) job = mig_job_new();

        job->state = (MigState) state;
        if (!mig_state_is_final(job->state)) {
            assert_refused(job, MIG_ERROR_TOO_EARLY);
            continue;
        }
        assert_refused(job, MIG_ERROR_NOT_RECOVERABLE);
        job->called = 1;
        if (job->state == MIG_STATE_COMPLETED)
            assert_refused(job, MIG_ERROR_NOT_RECOVERABLE);
        else
            g_assert_true(mig_recovery_check_job(job, NULL));
        job->unreadable = TRUE;
        assert_refused(job, MIG_ERROR_NOT_RECOVERABLE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recovery/rules", test_rules);
    g_test_add_func("/recovery/offers", test_offers);
    g_test_add_func("/recovery/look", test_look);
    g_test_add_func("/recovery/ids", test_ids);
    g_test_add_func("/recovery/jobs", test_jobs);
    return g_test_run();
}
