/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See control.h. The table; phases that are too late have the reason that a cancel has in them.
 */
#include "control.h"

#include <string.h>

#define BIT(phase) (1u << (phase))
#define BEFORE_SWITCH (BIT(MIG_PHASE_SWITCHING) - 1)

#define CANNOT_TUNE                                                                                \
    "The source's hypervisor driver cannot change a migration that runs; wait for its end."
#define NO_POST_COPY                                                                               \
    "The job was started without option postcopy and cannot use post-copy; cancel it and migrate " \
    "again with the option."
#define IN_POST_COPY                                                                               \
    "The guest runs on the destination already and fetches the rest of its memory (post-copy); "   \
    "wait for the outcome."

static const MigControlInfo infos[MIG_N_CONTROLS] = {
    [MIG_CONTROL_CANCEL] = {
        .method = "Cancel",
        .value = MIG_N_OPTS,
        .wants = MIG_N_OPTS,
        .phases = BEFORE_SWITCH,
        .ability = "cancellable",
        .unable = "The source's hypervisor driver cannot cancel a migration; wait for its end.",
    },
    [MIG_CONTROL_START_POST_COPY] = {
        .method = "StartPostCopy",
        .value = MIG_N_OPTS,
        .wants = MIG_OPT_POSTCOPY,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = CANNOT_TUNE,
        .unwanted = NO_POST_COPY,
        .post_copy = IN_POST_COPY,
    },
    [MIG_CONTROL_SET_MAXIMUM_DOWNTIME] = {
        .method = "SetMaximumDowntime",
        .value = MIG_OPT_MAXIMUM_DOWNTIME,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = CANNOT_TUNE,
        .post_copy = IN_POST_COPY,
    },
    [MIG_CONTROL_SET_BANDWIDTH] = {
        .method = "SetBandwidth",
        .value = MIG_OPT_BANDWIDTH,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = CANNOT_TUNE,
        .post_copy = "In post-copy another limit counts; call SetPostCopyBandwidth.",
    },
    [MIG_CONTROL_SET_POST_COPY_BANDWIDTH] = {
        .method = "SetPostCopyBandwidth",
        .value = MIG_OPT_POSTCOPY_BANDWIDTH,
        .wants = MIG_OPT_POSTCOPY,
        .phases = BIT(MIG_PHASE_COPYING) | BIT(MIG_PHASE_POST_COPY),
        .ability = "tunable",
        .unable = CANNOT_TUNE,
        .unwanted = NO_POST_COPY,
    },
    [MIG_CONTROL_PAUSE] = {
        .method = "Pause",
        .value = MIG_N_OPTS,
        .wants = MIG_N_OPTS,
        .phases = BIT(MIG_PHASE_COPYING),
        .ability = "tunable",
        .unable = CANNOT_TUNE,
        .post_copy = IN_POST_COPY,
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

static const char *phase_refusal(const MigControlInfo *info, MigPhase phase, MigError *code)
{
    if (info->phases & BIT(phase))
        return NULL;
    *code = MIG_ERROR_TOO_EARLY;
    if (phase < MIG_PHASE_COPYING)
        return "The guest's memory is not being copied yet; try again in phase copying.";
    *code = MIG_ERROR_TOO_LATE;
    if (phase == MIG_PHASE_POST_COPY && info->post_copy)
        return info->post_copy;

    return mig_cancel_refusal(MIG_STATE_RUNNING, phase);
}

static const char *refusal(MigControl control, const MigJob *job, MigError *code)
{
    const MigControlInfo *info = &infos[control];
    const char *of_state = mig_cancel_refusal(job->state, MIG_PHASE_QUEUED);
    const char *of_phase;

    *code = mig_state_is_final(job->state) ? MIG_ERROR_JOB_FINISHED : MIG_ERROR_TOO_LATE;
    if (of_state != NULL)
        return of_state;

    *code = MIG_ERROR_NOT_SUPPORTED;
    if (!is_true(job->plan, info->ability, TRUE))
        return info->unable;
    if (info->wants != MIG_N_OPTS &&
        !is_true(job->options, mig_option_info(info->wants)->key, FALSE))
        return info->unwanted;

    of_phase = phase_refusal(info, job->phase, code);
    if (of_phase != NULL)
        return of_phase;

    *code = MIG_ERROR_TOO_LATE;
    if (control == MIG_CONTROL_PAUSE && strcmp(job->source_state, "paused") == 0)
        return "The guest is paused already; the job ends when all of it is copied.";

    return NULL;
}

const char *mig_control_refusal(MigControl control, const MigJob *job, MigError *code)
{
    MigError unused;

    g_return_val_if_fail((guint) control < MIG_N_CONTROLS, NULL);

    return refusal(control, job, code != NULL ? code : &unused);
}

gboolean mig_control_check(MigControl control, const MigJob *job, GError **error)
{
    MigError code;
    const char *reason = mig_control_refusal(control, job, &code);

    if (reason == NULL)
        return TRUE;
    g_set_error_literal(error, MIG_ERROR, (int) code, reason);

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
