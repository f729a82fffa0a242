/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See task.h.
 */
#include "task.h"

#include <libvirt/libvirt.h>

#include "plan.h"

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
    task->live = mig_request_number(task->request, MIG_OPT_LIVE) != 0;
    task->client_driven = mig_request_flow(task->request) == MIG_FLOW_MANAGED_DIRECT;
    task->resumed = job->phase != MIG_PHASE_QUEUED;
    task->called = job->called != 0;
    task->was_paused = g_str_equal(job->source_state, mig_guest_state_to_string(VIR_DOMAIN_PAUSED));
    task->guest_uuid = g_strdup(job->guest_uuid);
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
    g_free(task);
}
