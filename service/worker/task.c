/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See task.h.
 */
#include "task.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "plan.h"

static gboolean is_set(const MigTask *task, MigOption option)
{
    return mig_request_number(task->request, option) != 0;
}

static gboolean is_state(const char *name, int state)
{
    return g_str_equal(name, mig_guest_state_to_string(state));
}

MigTask *mig_task_new(const MigJob *job, const MigWorkerOptions *options, GError **error)
{
    g_autoptr(MigTask) task = g_new0(MigTask, 1);
    task->request = mig_request_new(job->guest, job->destination, job->options, error);
    if (!task->request)
        return NULL;
    task->source = mig_host_from_variant(job->source_host, error);
    if (!task->source)
        return NULL;
    task->destination = mig_host_from_variant(job->destination_host, error);
    if (!task->destination)
        return NULL;
    task->pki_path = mig_worker_pki_path(options);
    task->deadline = (gint64) options->connect_deadline * G_USEC_PER_SEC;
    task->live = is_set(task, MIG_OPT_LIVE);
    task->client_driven = mig_request_flow(task->request) == MIG_FLOW_MANAGED_DIRECT;
    task->unopened = !is_set(task, MIG_OPT_OPEN_DESTINATION);
    task->offline = is_set(task, MIG_OPT_OFFLINE);
    task->resume = is_set(task, MIG_OPT_POSTCOPY_RESUME);
    task->resumed = job->phase != MIG_PHASE_QUEUED;
    task->called = job->called != 0;
    if (task->resumed && *job->error_name && !mig_state_is_final(job->state)) {
        task->gave_up = g_error_new_literal(MIG_ERROR, (int) mig_error_from_name(job->error_name),
                                            job->error_message);
        mig_error_set_host(task->gave_up, job->destination); /* the one that is waited for */
    }
    /* the row of an older version has only one of them */
    const char *before = *job->state_before ? job->state_before : job->source_state;
    /* what is stopped in post-copy is not paused: it does not run on at the source */
    task->was_paused = is_state(before, VIR_DOMAIN_PAUSED) && !task->resume;
    task->was_there = is_state(job->destination_state, VIR_DOMAIN_SHUTOFF);
    task->downtime_before = job->downtime_before;
    task->guest_uuid = g_strdup(job->guest_uuid);
    task->outcome = mig_outcome_from_plan(job->plan);
    g_variant_lookup(job->verification, "new-volumes", "^as", &task->volumes);
    return g_steal_pointer(&task);
}

void mig_task_free(MigTask *task)
{
    if (!task)
        return;
    mig_request_free(task->request);
    mig_host_free(task->source);
    mig_host_free(task->destination);
    g_free(task->pki_path);
    g_free(task->guest_uuid);
    g_clear_error(&task->gave_up);
    g_strfreev(task->volumes);
    g_free(task);
}
