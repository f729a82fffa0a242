/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See baseline.h.
 */
#include "baseline.h"

#include "connection.h"

#define LOOK_USEC (G_USEC_PER_SEC / 20)

struct MigBaseline {
    virConnectPtr connection;
    char *uuid;
    /* under the mutex */
    GMutex mutex;
    GCond cond;
    gboolean stop;
    gboolean read;
    MigRunTime time;
};

static gboolean is_time(const char *field)
{
    static const char *const suffixes[] = { ".time", ".wait", ".delay" };
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_prefix(field, "vcpu.") && g_str_has_suffix(field, suffixes[i]))
            return TRUE;
    return FALSE;
}

static MigRunTime sum_times(const virDomainStatsRecord *record)
{
    MigRunTime time = { 0 };
    for (int i = 0; i < record->nparams; i++) {
        const virTypedParameter *param = &record->params[i];
        if (param->type != VIR_TYPED_PARAM_ULLONG || !is_time(param->field))
            continue;
        time.ns += param->value.ul;
        time.n_fields++;
    }
    return time;
}

gboolean mig_baseline_read_time(virDomainPtr domain, MigRunTime *time)
{
    virDomainPtr domains[] = { domain, NULL };
    virDomainStatsRecordPtr *records = NULL;
    virDomainInfo info;
    *time = (MigRunTime){ 0 };
    /* it must not wait for a guest that libvirt is busy with */
    if (virDomainListGetStats(domains, VIR_DOMAIN_STATS_VCPU, &records,
                              VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT) > 0) {
        *time = sum_times(records[0]);
        virDomainStatsRecordListFree(records);
        if (time->n_fields > 0)
            return TRUE;
    }
    if (virDomainGetInfo(domain, &info) < 0)
        return FALSE;
    time->ns = info.cpuTime;
    return TRUE;
}

static int state_of(virDomainPtr domain)
{
    int state = -1;
    virDomainGetState(domain, &state, NULL, 0);
    return state;
}

/* TRUE if there is nothing more to wait for. */
static gboolean look(MigBaseline *baseline)
{
    g_autoptr(virDomain) domain = virDomainLookupByUUIDString(baseline->connection, baseline->uuid);
    int state = domain ? state_of(domain) : -1;
    MigRunTime time;
    if (state < 0 || state == VIR_DOMAIN_SHUTOFF) /* it has not begun to come in */
        return !mig_connection_is_alive(baseline->connection);
    /* still paused afterwards: what was read is from before */
    if (state != VIR_DOMAIN_PAUSED || !mig_baseline_read_time(domain, &time) ||
        state_of(domain) != VIR_DOMAIN_PAUSED)
        return TRUE;
    g_mutex_lock(&baseline->mutex);
    baseline->read = TRUE;
    baseline->time = time;
    g_mutex_unlock(&baseline->mutex);
    return TRUE;
}

static gpointer run(gpointer data)
{
    MigBaseline *baseline = data;
    g_mutex_lock(&baseline->mutex);
    for (gboolean over = FALSE; !over && !baseline->stop;) {
        g_mutex_unlock(&baseline->mutex);
        over = look(baseline);
        gint64 next = g_get_monotonic_time() + LOOK_USEC;
        g_mutex_lock(&baseline->mutex);
        while (!over && !baseline->stop &&
               g_cond_wait_until(&baseline->cond, &baseline->mutex, next))
            ;
    }
    g_mutex_unlock(&baseline->mutex);
    virConnectClose(baseline->connection);
    return NULL;
}

MigBaseline *mig_baseline_start(virConnectPtr destination, const char *uuid)
{
    MigBaseline *baseline = g_new0(MigBaseline, 1);
    virConnectRef(destination);
    baseline->connection = destination;
    baseline->uuid = g_strdup(uuid);
    g_mutex_init(&baseline->mutex);
    g_cond_init(&baseline->cond);
    g_thread_unref(g_thread_new("baseline", run, baseline));
    return baseline;
}

gboolean mig_baseline_stop(MigBaseline *baseline, MigRunTime *time)
{
    g_mutex_lock(&baseline->mutex);
    gboolean read = baseline->read;
    *time = baseline->time;
    baseline->stop = TRUE;
    g_cond_signal(&baseline->cond);
    g_mutex_unlock(&baseline->mutex);
    return read;
}
