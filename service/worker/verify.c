/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See verify.h.
 */
#include "verify.h"

#include <stdlib.h>

#include "side.h"

/* A processor that works shows it within a few ms. */
#define FIRST_WAIT_USEC (2 * 1000)
#define WATCH_USEC (2 * G_USEC_PER_SEC)

static virDomainPtr find_guest(MigSide *side)
{
    virDomainPtr domain = NULL;
    if (side->connection)
        mig_connection_find_guest(side->connection, side->host, side->guest, side->uuid, &domain,
                                  NULL, NULL);
    return domain;
}

static void read_configuration(MigSide *side, virDomainPtr domain)
{
    g_clear_pointer(&side->configuration, g_free);
    char *xml = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    if (xml)
        side->configuration = g_compute_checksum_for_string(G_CHECKSUM_SHA256, xml, -1);
    free(xml);
}

gboolean mig_side_read_configuration(gpointer data)
{
    MigSide *side = data;
    if (!side->facts || !side->facts->guest_found || !side->facts->guest_persistent)
        return TRUE;
    g_autoptr(virDomain) domain = find_guest(side);
    if (domain)
        read_configuration(side, domain);
    return TRUE;
}

/* What a processor's thread has run and has waited to run: one of them grows when it does
 * anything, and none while it is stopped. */
static gboolean is_time(const char *field)
{
    static const char *const suffixes[] = { ".time", ".wait", ".delay" };
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_prefix(field, "vcpu.") && g_str_has_suffix(field, suffixes[i]))
            return TRUE;
    return FALSE;
}

static gboolean sum_times(const virDomainStatsRecord *record, guint64 *time)
{
    gboolean found = FALSE;
    for (int i = 0; i < record->nparams; i++) {
        const virTypedParameter *param = &record->params[i];
        if (param->type != VIR_TYPED_PARAM_ULLONG || !is_time(param->field))
            continue;
        *time += param->value.ul;
        found = TRUE;
    }
    return found;
}

/* ns; FALSE: the driver does not tell. */
static gboolean read_time(virDomainPtr domain, guint64 *time)
{
    virDomainPtr domains[] = { domain, NULL };
    virDomainStatsRecordPtr *records = NULL;
    virDomainInfo info;
    *time = 0;
    if (virDomainListGetStats(domains, VIR_DOMAIN_STATS_VCPU, &records, 0) > 0) {
        gboolean found = sum_times(records[0], time);
        virDomainStatsRecordListFree(records);
        if (found)
            return TRUE;
    }
    if (virDomainGetInfo(domain, &info) < 0)
        return FALSE;
    *time = info.cpuTime;
    return TRUE;
}

static MigExecuting watch(virDomainPtr domain)
{
    gint64 end = g_get_monotonic_time() + WATCH_USEC;
    guint64 first, now;
    if (!read_time(domain, &first))
        return MIG_EXECUTING_UNKNOWN;
    for (gulong wait = FIRST_WAIT_USEC; g_get_monotonic_time() < end; wait *= 2) {
        g_usleep(wait);
        if (!read_time(domain, &now))
            return MIG_EXECUTING_UNKNOWN;
        if (now > first)
            return MIG_EXECUTING_YES;
    }
    return MIG_EXECUTING_NO;
}

gboolean mig_side_verify(gpointer data)
{
    MigSide *side = data;
    mig_side_read_configuration(side);
    mig_side_ask_statistics(side);
    g_autoptr(virDomain) domain = side->watch ? find_guest(side) : NULL;
    if (domain)
        side->executing = watch(domain);
    return TRUE;
}
