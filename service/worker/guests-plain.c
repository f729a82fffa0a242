/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guests-plain.h.
 */
#include "guests-plain.h"

#include <stdlib.h>

/* NULL: it has just gone. */
static virDomainStatsRecordPtr make_record(virDomainPtr domain)
{
    virDomainInfo info;
    int max = 0;
    if (virDomainGetInfo(domain, &info) < 0)
        return NULL;
    virDomainStatsRecordPtr record = g_new0(virDomainStatsRecord, 1);
    const struct {
        const char *field;
        guint64 value;
        gboolean holds;
    } rows[] = {
        { "state.state", info.state, TRUE },
        { "balloon.current", info.memory, info.state != VIR_DOMAIN_SHUTOFF },
        { "balloon.maximum", info.maxMem, TRUE },
        { "vcpu.current", info.nrVirtCpu, TRUE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].holds && virTypedParamsAddULLong(&record->params, &record->nparams, &max,
                                                     rows[i].field, rows[i].value) < 0)
            g_error("libvirt refused the field %s", rows[i].field);
    }
    record->dom = domain;
    return record;
}

int mig_guests_plain_of(virDomainPtr *domains, int n, virDomainStatsRecordPtr **records)
{
    int made = 0;
    *records = g_new0(virDomainStatsRecordPtr, (gsize) n + 1);
    for (int i = 0; i < n; i++) {
        virDomainStatsRecordPtr record = make_record(domains[i]);
        if (record)
            (*records)[made++] = record;
        else
            virDomainFree(domains[i]);
    }
    return made;
}

int mig_guests_plain(virConnectPtr connection, gboolean persistent, gboolean active_only,
                     virDomainStatsRecordPtr **records)
{
    unsigned int flags =
        (persistent ? VIR_CONNECT_LIST_DOMAINS_PERSISTENT : VIR_CONNECT_LIST_DOMAINS_TRANSIENT) |
        (active_only ? VIR_CONNECT_LIST_DOMAINS_ACTIVE : 0);
    virDomainPtr *domains = NULL;
    int found = virConnectListAllDomains(connection, &domains, flags);
    if (found < 0)
        return -1;
    int n = mig_guests_plain_of(domains, found, records);
    free(domains);
    return n;
}
