/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guests-named.h.
 */
#include "guests-named.h"

#include <libvirt/virterror.h>

#include "connection.h"
#include "guests-plain.h"
#include "libvirt-error.h"

static gboolean add_found(virDomainPtr domain, GPtrArray *found[2], GHashTable *seen)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    if (virDomainGetUUIDString(domain, uuid) < 0 || !g_hash_table_add(seen, g_strdup(uuid))) {
        virDomainFree(domain);
        return TRUE;
    }
    int persistent = virDomainIsPersistent(domain);
    if (persistent >= 0) {
        g_ptr_array_add(found[persistent != 0], domain);
        return TRUE;
    }
    virErrorPtr last = virGetLastError();
    gboolean gone = last && last->code == VIR_ERR_NO_DOMAIN;
    virDomainFree(domain);
    return gone;
}

gboolean mig_guests_find(virConnectPtr connection, const MigHost *host, const char *const *names,
                         GPtrArray *found[2], char **raw, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    MigErrorPlace place = { MIG_DOING_ASK, .host = host };
    for (; *names; names++) {
        virDomainPtr domain = NULL;
        if (!mig_connection_find_guest(connection, host, *names, "", &domain, raw, error))
            return FALSE;
        if (domain && !add_found(domain, found, seen)) {
            mig_libvirt_error(&place, raw, error);
            return FALSE;
        }
    }
    return TRUE;
}

int mig_guests_ask(GPtrArray *found, unsigned int stats, virDomainStatsRecordPtr **records)
{
    gsize length = 0;
    g_ptr_array_add(found, NULL);
    g_autofree virDomainPtr *domains = (virDomainPtr *) g_ptr_array_steal(found, &length);
    int n = (int) length - 1;
    if (n == 0)
        return 0;
    int asked =
        virDomainListGetStats(domains, stats, records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
    virErrorPtr last = asked < 0 ? virGetLastError() : NULL;
    if (last && last->code == VIR_ERR_NO_SUPPORT)
        return mig_guests_plain_of(domains, n, records);
    for (int i = 0; i < n; i++)
        virDomainFree(domains[i]);
    return asked;
}
