/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables of states and phases: names, what may follow, and what stands in the way of a cancel.
 */
#include "state.h"

#define BIT(state) (1u << (state))
#define ENDED                                                                                      \
    (BIT(MIG_STATE_COMPLETED) | BIT(MIG_STATE_FAILED) | BIT(MIG_STATE_CANCELLED) |                 \
     BIT(MIG_STATE_INTERRUPTED))

typedef struct {
    const char *name;
    gboolean final;
    guint next; /* bits of the states it may become */
    MigRefusal cancel_refusal;
    guint recovered; /* bits of the states it may become after its end, by Job.Recover */
} StateInfo;

static const StateInfo states[MIG_N_STATES] = {
    [MIG_STATE_QUEUED] = { "queued", FALSE,
                           BIT(MIG_STATE_RUNNING) | BIT(MIG_STATE_CANCELLING) |
                               (ENDED & ~BIT(MIG_STATE_COMPLETED)),
                           MIG_REFUSAL_NONE },
    [MIG_STATE_RUNNING] = { "running", FALSE, BIT(MIG_STATE_CANCELLING) | ENDED, MIG_REFUSAL_NONE },
    [MIG_STATE_CANCELLING] = { "cancelling", FALSE, ENDED, MIG_REFUSAL_CANCELLING },
    [MIG_STATE_COMPLETED] = { "completed", TRUE, 0, MIG_REFUSAL_ENDED },
    [MIG_STATE_FAILED] = { "failed", TRUE, 0, MIG_REFUSAL_ENDED, BIT(MIG_STATE_COMPLETED) },
    [MIG_STATE_CANCELLED] = { "cancelled", TRUE, 0, MIG_REFUSAL_ENDED,
                              BIT(MIG_STATE_COMPLETED) | BIT(MIG_STATE_FAILED) },
    [MIG_STATE_INTERRUPTED] = { "interrupted", TRUE, 0, MIG_REFUSAL_ENDED,
                                ENDED & ~BIT(MIG_STATE_INTERRUPTED) },
};

typedef struct {
    const char *name;
    MigRefusal cancel_refusal;
} PhaseInfo;

static const PhaseInfo phases[MIG_N_PHASES] = {
    [MIG_PHASE_QUEUED] = { "queued", MIG_REFUSAL_NONE },
    [MIG_PHASE_CONNECTING] = { "connecting", MIG_REFUSAL_NONE },
    [MIG_PHASE_CHECKING] = { "checking", MIG_REFUSAL_NONE },
    [MIG_PHASE_PREPARING] = { "preparing", MIG_REFUSAL_NONE },
    [MIG_PHASE_COPYING] = { "copying", MIG_REFUSAL_NONE },
    [MIG_PHASE_SWITCHING] = { "switching", MIG_REFUSAL_SWITCHING },
    [MIG_PHASE_POST_COPY] = { "post-copy", MIG_REFUSAL_POST_COPY },
    [MIG_PHASE_VERIFYING] = { "verifying", MIG_REFUSAL_VERIFYING },
    [MIG_PHASE_DONE] = { "done", MIG_REFUSAL_ENDED },
};

const char *mig_state_to_string(MigState state)
{
    g_return_val_if_fail((guint) state < MIG_N_STATES, NULL);

    return states[state].name;
}

gboolean mig_state_from_string(const char *name, MigState *ret)
{
    for (guint i = 0; i < MIG_N_STATES; i++) {
        if (g_strcmp0(name, states[i].name) == 0) {
            *ret = (MigState) i;
            return TRUE;
        }
    }

    return FALSE;
}

gboolean mig_state_is_final(MigState state)
{
    g_return_val_if_fail((guint) state < MIG_N_STATES, FALSE);

    return states[state].final;
}

gboolean mig_state_may_enter(MigState from, MigState to)
{
    g_return_val_if_fail((guint) from < MIG_N_STATES && (guint) to < MIG_N_STATES, FALSE);

    return (states[from].next & BIT(to)) != 0;
}

gboolean mig_state_may_recover(MigState from, MigState to)
{
    g_return_val_if_fail((guint) from < MIG_N_STATES && (guint) to < MIG_N_STATES, FALSE);

    return (states[from].recovered & BIT(to)) != 0;
}

const char *mig_phase_to_string(MigPhase phase)
{
    g_return_val_if_fail((guint) phase < MIG_N_PHASES, NULL);

    return phases[phase].name;
}

gboolean mig_phase_from_string(const char *name, MigPhase *ret)
{
    for (guint i = 0; i < MIG_N_PHASES; i++) {
        if (g_strcmp0(name, phases[i].name) == 0) {
            *ret = (MigPhase) i;
            return TRUE;
        }
    }

    return FALSE;
}

/* Phases may be left out (a job that cannot connect is done at once) but never gone back. */
gboolean mig_phase_may_enter(MigPhase from, MigPhase to)
{
    g_return_val_if_fail((guint) from < MIG_N_PHASES && (guint) to < MIG_N_PHASES, FALSE);

    return to > from;
}

MigRefusal mig_cancel_refusal(MigState state, MigPhase phase)
{
    g_return_val_if_fail((guint) state < MIG_N_STATES && (guint) phase < MIG_N_PHASES,
                         MIG_REFUSAL_NONE);

    if (states[state].cancel_refusal != MIG_REFUSAL_NONE)
        return states[state].cancel_refusal;

    return phases[phase].cancel_refusal;
}
