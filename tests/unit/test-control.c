/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the controls: every one in every state and phase, against a table that is written out
 * here; what driver and request must have; the values.
 */
#include "control.h"

#include <string.h>

/* One letter a phase in the order of the enum: + is taken, e too early, l too late. */
static const char *const in_phase[MIG_N_CONTROLS] = {
    /*                                     qcCPcSpvd */
    [MIG_CONTROL_CANCEL] = /*           */ "+++++llll",
    [MIG_CONTROL_START_POST_COPY] = /*  */ "eeee+llll",
    [MIG_CONTROL_SET_MAXIMUM_DOWNTIME] = "eeee+llll",
    [MIG_CONTROL_SET_BANDWIDTH] = /*    */ "eeee+llll",
    [MIG_CONTROL_SET_POST_COPY_BANDWIDTH] = "eeee+l+ll",
    [MIG_CONTROL_PAUSE] = /*            */ "eeee+llll",
};

/* A job with option postcopy, in a driver that can everything. */
static MigJob *able_job(MigState state, MigPhase phase)
{
    MigJob *job = mig_job_new();

    job->state = state;
    job->phase = phase;
    mig_job_set_variant(&job->options, g_variant_new_parsed("{'postcopy': <true>}"));
    mig_job_set_variant(&job->plan,
                        g_variant_new_parsed("{'cancellable': <true>, 'tunable': <true>}"));
    mig_job_set_string(&job->source_state, "running");

    return job;
}

static void assert_refused(MigControl control, const MigJob *job, MigError expected)
{
    g_autoptr(GError) error = NULL;
    MigError code = MIG_ERROR_FAILED;
    MigRefusal refusal = mig_control_refusal(control, job, &code);
    const char *reason = mig_refusal_sentence(refusal);

    g_assert_cmpint(refusal, !=, MIG_REFUSAL_NONE);
    g_assert_cmpint(code, ==, expected);
    g_assert_true(g_ascii_isupper(reason[0]));
    g_assert_true(g_str_has_suffix(reason, "."));
    g_assert_false(mig_control_check(control, job, &error));
    g_assert_error(error, MIG_ERROR, (int) expected);
    g_assert_cmpstr(error->message, ==, reason);
}

static void assert_taken(MigControl control, const MigJob *job)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(mig_control_refusal(control, job, NULL), ==, MIG_REFUSAL_NONE);
    g_assert_true(mig_control_check(control, job, &error));
    g_assert_no_error(error);
}

static void check_phase(MigControl control, MigPhase phase)
{
    g_autoptr(MigJob) job =
        able_job(phase == MIG_PHASE_QUEUED ? MIG_STATE_QUEUED : MIG_STATE_RUNNING, phase);
    char expected = in_phase[control][phase];

    if (expected == '+')
        assert_taken(control, job);
    else
        assert_refused(control, job, expected == 'e' ? MIG_ERROR_TOO_EARLY : MIG_ERROR_TOO_LATE);
}

static void test_phases(void)
{
    for (MigControl control = 0; control < MIG_N_CONTROLS; control++) {
        g_assert_cmpuint(strlen(in_phase[control]), ==, MIG_N_PHASES);
        for (MigPhase phase = 0; phase < MIG_N_PHASES; phase++)
            check_phase(control, phase);
    }
}

/* One that is being cancelled or has ended takes none, in no phase. */
static void test_states(void)
{
    for (MigControl control = 0; control < MIG_N_CONTROLS; control++) {
        for (MigState state = MIG_STATE_CANCELLING; state < MIG_N_STATES; state++) {
            for (MigPhase phase = 0; phase < MIG_N_PHASES; phase++) {
                g_autoptr(MigJob) job = able_job(state, phase);

                assert_refused(control, job,
                               state == MIG_STATE_CANCELLING ? MIG_ERROR_TOO_LATE
                                                             : MIG_ERROR_JOB_FINISHED);
            }
        }
    }
}

static void test_cancel_agrees(void)
{
    for (MigPhase phase = 0; phase < MIG_N_PHASES; phase++) {
        g_autoptr(MigJob) job = able_job(MIG_STATE_RUNNING, phase);

        g_assert_cmpint(mig_control_refusal(MIG_CONTROL_CANCEL, job, NULL), ==,
                        mig_cancel_refusal(MIG_STATE_RUNNING, phase));
    }
}

static void test_driver(void)
{
    for (MigControl control = 0; control < MIG_N_CONTROLS; control++) {
        g_autoptr(MigJob) job = able_job(MIG_STATE_RUNNING, MIG_PHASE_COPYING);

        mig_job_set_variant(&job->plan,
                            g_variant_new_parsed("{'cancellable': <false>, 'tunable': <true>}"));
        if (control == MIG_CONTROL_CANCEL)
            assert_refused(control, job, MIG_ERROR_NOT_SUPPORTED);
        else
            assert_taken(control, job);
        mig_job_set_variant(&job->plan,
                            g_variant_new_parsed("{'cancellable': <true>, 'tunable': <false>}"));
        if (control == MIG_CONTROL_CANCEL)
            assert_taken(control, job);
        else
            assert_refused(control, job, MIG_ERROR_NOT_SUPPORTED);
    }
}

static void test_option(void)
{
    static const char *const options[] = { "@a{sv} {}", "{'postcopy': <false>}" };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(MigJob) job = able_job(MIG_STATE_RUNNING, MIG_PHASE_COPYING);

        mig_job_set_variant(&job->options, g_variant_new_parsed(options[i]));
        assert_refused(MIG_CONTROL_START_POST_COPY, job, MIG_ERROR_NOT_SUPPORTED);
        assert_refused(MIG_CONTROL_SET_POST_COPY_BANDWIDTH, job, MIG_ERROR_NOT_SUPPORTED);
        assert_taken(MIG_CONTROL_SET_BANDWIDTH, job);
        assert_taken(MIG_CONTROL_PAUSE, job);
    }
}

static void test_paused(void)
{
    g_autoptr(MigJob) job = able_job(MIG_STATE_RUNNING, MIG_PHASE_COPYING);

    mig_job_set_string(&job->source_state, "paused");
    assert_refused(MIG_CONTROL_PAUSE, job, MIG_ERROR_TOO_LATE);
    assert_taken(MIG_CONTROL_CANCEL, job);
    assert_taken(MIG_CONTROL_START_POST_COPY, job);
}

/* The limits are those of the options. */
static void test_values(void)
{
    static const struct {
        MigControl control;
        MigOption option;
        const char *unit;
    } rows[] = {
        { MIG_CONTROL_SET_MAXIMUM_DOWNTIME, MIG_OPT_MAXIMUM_DOWNTIME, "ms" },
        { MIG_CONTROL_SET_BANDWIDTH, MIG_OPT_BANDWIDTH, "MiB/s" },
        { MIG_CONTROL_SET_POST_COPY_BANDWIDTH, MIG_OPT_POSTCOPY_BANDWIDTH, "MiB/s" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const MigOptionInfo *option = mig_option_info(rows[i].option);
        const guint64 bad[] = { 0, option->max + 1, G_MAXUINT64 };

        g_assert_true(mig_control_check_value(rows[i].control, option->min, NULL));
        g_assert_true(mig_control_check_value(rows[i].control, option->max, NULL));
        for (guint j = 0; j < G_N_ELEMENTS(bad); j++) {
            g_autoptr(GError) error = NULL;

            g_assert_false(mig_control_check_value(rows[i].control, bad[j], &error));
            g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE);
            g_assert_true(g_str_has_suffix(error->message, rows[i].unit));
        }
    }
    g_assert_true(mig_control_check_value(MIG_CONTROL_PAUSE, 0, NULL));
}

static void test_methods(void)
{
    for (MigControl control = 0; control < MIG_N_CONTROLS; control++) {
        MigControl found = MIG_N_CONTROLS;

        g_assert_true(mig_control_from_method(mig_control_info(control)->method, &found));
        g_assert_cmpint(found, ==, control);
    }
    g_assert_false(mig_control_from_method("GetSamples", &(MigControl){ 0 }));
    g_assert_false(mig_control_from_method(NULL, &(MigControl){ 0 }));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/control/phases", test_phases);
    g_test_add_func("/control/states", test_states);
    g_test_add_func("/control/cancel-agrees", test_cancel_agrees);
    g_test_add_func("/control/driver", test_driver);
    g_test_add_func("/control/option", test_option);
    g_test_add_func("/control/paused", test_paused);
    g_test_add_func("/control/values", test_values);
    g_test_add_func("/control/methods", test_methods);

    return g_test_run();
}
