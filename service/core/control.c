/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See control.h. The table; phases that are too late have the reason that a cancel has in them.
 */
#include "control.h"

#include <string.h>

#define BIT(phase) (1u << (phase))
#define BEFORE_SWITCH (BIT(MIG_PHASE_SWITCHING) - 1)

static const MigControlInfo infos[MIG_N_CONTROLS] = {
    [MIG_CONTROL_CANCEL] = {
        .method = "Cancel",
        .value = MIG_N_OPTS,
        .wants = MIG_N_OPTS,
        .phases = BEFORE_SWITCH,
        .ability = "cancellable",
        .unable = MIG_REFUSAL_CANNOT_CANCEL,
    },
    [MIG_CONTROL_START_POST_COPY] = {
        .method = "StartPostCopy",
        .value = MIG_N_OPTS,
        .wants = MIG_OPT_POSTCOPY,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = MIG_REFUSAL_CANNOT_TUNE,
        .unwanted = MIG_REFUSAL_WITHOUT_POSTCOPY,
        .post_copy = MIG_REFUSAL_IN_POST_COPY,
    },
    [MIG_CONTROL_SET_MAXIMUM_DOWNTIME] = {
        .method = "SetMaximumDowntime",
        .value = MIG_OPT_MAXIMUM_DOWNTIME,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = MIG_REFUSAL_CANNOT_TUNE,
        .post_copy = MIG_REFUSAL_IN_POST_COPY,
    },
    [MIG_CONTROL_SET_BANDWIDTH] = {
        .method = "SetBandwidth",
        .value = MIG_OPT_BANDWIDTH,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = MIG_REFUSAL_CANNOT_TUNE,
        .post_copy = MIG_REFUSAL_OTHER_LIMIT,
    },
    [MIG_CONTROL_SET_POST_COPY_BANDWIDTH] = {
        .method = "SetPostCopyBandwidth",
        .value = MIG_OPT_POSTCOPY_BANDWIDTH,
        .wants = MIG_OPT_POSTCOPY,
        .phases = BIT(MIG_PHASE_COPYING) | BIT(MIG_PHASE_POST_COPY),
        .ability = "tunable",
        .unable = MIG_REFUSAL_CANNOT_TUNE,
        .unwanted = MIG_REFUSAL_WITHOUT_POSTCOPY,
    },
    [MIG_CONTROL_PAUSE] = {
        .method = "Pause",
        .value = MIG_N_OPTS,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = MIG_REFUSAL_CANNOT_TUNE,
        .post_copy = MIG_REFUSAL_IN_POST_COPY,
    },
};

const MigControlInfo *mig_control_info(MigControl control)
{
    g_return_val_if_fail((guint) control < MIG_N_CONTROLS, NULL);

    return &infos[control];
}

gboolean mig_control_from_method(const char *method, MigControl *ret)
{
    for (guint i = 0; i < MIG_N_CONTROLS; i++) {
        if (g_strcmp0(infos[i].method, method) == 0) {
            *ret = (MigControl) i;
            return TRUE;
        }
    }

    return FALSE;
}

static gboolean is_true(GVariant *dict, const char *key, gboolean otherwise)
{
    gboolean value = otherwise;

    g_variant_lookup(dict, key, "b", &value);

    return value;
}

static MigRefusal phase_refusal(const MigControlInfo *info, MigPhase phase, MigError *code)
{
    if (info->phases & BIT(phase))
        return MIG_REFUSAL_NONE;
    *code = MIG_ERROR_TOO_EARLY;
    if (phase < MIG_PHASE_COPYING)
        return MIG_REFUSAL_NOT_COPYING;
    *code = MIG_ERROR_TOO_LATE;
    if (phase == MIG_PHASE_POST_COPY && info->post_copy)
        return info->post_copy;

    return mig_cancel_refusal(MIG_STATE_RUNNING, phase);
}

static MigRefusal refusal(MigControl control, const MigJob *job, MigError *code)
{
    const MigControlInfo *info = &infos[control];
    MigRefusal of_state = mig_cancel_refusal(job->state, MIG_PHASE_QUEUED);
    MigRefusal of_phase;

    *code = mig_state_is_final(job->state) ? MIG_ERROR_JOB_FINISHED : MIG_ERROR_TOO_LATE;
    if (of_state != MIG_REFUSAL_NONE)
        return of_state;

    *code = MIG_ERROR_NOT_SUPPORTED;
    if (!is_true(job->plan, info->ability, TRUE))
        return info->unable;
    if (info->wants != MIG_N_OPTS &&
        !is_true(job->options, mig_option_info(info->wants)->key, FALSE))
        return info->unwanted;

    of_phase = phase_refusal(info, job->phase, code);
    if (of_phase != MIG_REFUSAL_NONE)
        return of_phase;

    *code = MIG_ERROR_TOO_LATE;
    if (control == MIG_CONTROL_PAUSE && strcmp(job->source_state, "paused") == 0)
        return MIG_REFUSAL_PAUSED;

    return MIG_REFUSAL_NONE;
}

MigRefusal mig_control_refusal(MigControl control, const MigJob *job, MigError *code)
{
    MigError unused;

    g_return_val_if_fail((guint) control < MIG_N_CONTROLS, MIG_REFUSAL_NONE);

    return refusal(control, job, code != NULL ? code : &unused);
}

gboolean mig_control_check(MigControl control, const MigJob *job, GError **error)
{
    MigError code;
    MigRefusal reason = mig_control_refusal(control, job, &code);

    if (reason == MIG_REFUSAL_NONE)
        return TRUE;
    g_set_error_literal(error, MIG_ERROR, (int) code, mig_refusal_sentence(reason));

    return FALSE;
}

gboolean mig_control_check_value(MigControl control, guint64 value, GError **error)
{
    const MigOptionInfo *option;

    g_return_val_if_fail((guint) control < MIG_N_CONTROLS, FALSE);

    if (infos[control].value == MIG_N_OPTS)
        return TRUE;
    option = mig_option_info(infos[control].value);
    if (value >= option->min && value <= option->max)
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                "%s: %" G_GUINT64_FORMAT " is out of range, it may be %" G_GUINT64_FORMAT
                " to %" G_GUINT64_FORMAT " %s",
                infos[control].method, value, option->min, option->max, option->unit);

    return FALSE;
}
