/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See verify.h.
 */
#include "verify.h"

#include <stdlib.h>

#include "baseline.h"
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

static MigExecuting watch(const MigSide *side, virDomainPtr domain)
{
    gint64 end = g_get_monotonic_time() + WATCH_USEC;
    MigRunTime first = side->baseline, now;
    gboolean has_first = side->has_baseline;
    for (gulong wait = FIRST_WAIT_USEC;; wait *= 2) {
        if (!mig_baseline_read_time(domain, &now))
            return MIG_EXECUTING_UNKNOWN;
        if (!has_first || now.n_fields != first.n_fields)
            first = now;
        else if (now.ns > first.ns)
            return MIG_EXECUTING_YES;
        has_first = TRUE;
        if (g_get_monotonic_time() >= end)
            return MIG_EXECUTING_NO;
        g_usleep(wait);
    }
}

gboolean mig_side_verify(gpointer data)
{
    MigSide *side = data;
    mig_side_read_configuration(side);
    mig_side_ask_statistics(side);
    g_autoptr(virDomain) domain = side->watch ? find_guest(side) : NULL;
    if (domain)
        side->executing = watch(side, domain);
    return TRUE;
}
