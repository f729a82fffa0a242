/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See connection.h.
 */
#include "connection.h"

#include <libvirt/virterror.h>
#include <stdlib.h>

#include "capabilities.h"
#include "error.h"
#include "libvirt-error.h"
#include "uri.h"

/* A host that is silent for 30 s is taken for dead. */
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_COUNT 5

static int refuse_credentials(virConnectCredentialPtr credentials, unsigned int count, void *data)
{
    return -1;
}

virConnectPtr mig_connection_open(const MigHost *host, const char *pki_path, char **raw,
                                  GError **error)
{
    static int types[] = { VIR_CRED_AUTHNAME, VIR_CRED_PASSPHRASE, VIR_CRED_ECHOPROMPT,
                           VIR_CRED_NOECHOPROMPT };
    virConnectAuth auth = { types, G_N_ELEMENTS(types), refuse_credentials, NULL };
    MigErrorPlace place = { MIG_DOING_OPEN, .host = host };
    g_autofree char *uri = mig_uri_for_route(host->driver, &host->own, pki_path);

    virConnectPtr connection = virConnectOpenAuth(uri, &auth, VIR_CONNECT_NO_ALIASES);
    if (!connection) {
        mig_libvirt_error(&place, raw, error);
        return NULL;
    }
    /* 1: the other end has no keepalive; it is used without */
    if (virConnectSetKeepAlive(connection, KEEPALIVE_SECONDS, KEEPALIVE_COUNT) < 0) {
        mig_libvirt_error(&place, raw, error);
        virConnectClose(connection);
        return NULL;
    }
    return connection;
}

gboolean mig_connection_is_alive(virConnectPtr connection)
{
    return connection && virConnectIsAlive(connection) == 1;
}

static gboolean check_pin(const MigHost *host, const char *host_uuid, GError **error)
{
    if (!host->host_uuid || g_str_equal(host->host_uuid, host_uuid))
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_HOST_UUID_MISMATCH,
                "host %s says that its UUID is %s, its host file says %s; find out which machine "
                "answers at its address, or correct HostUUID=",
                host->name, host_uuid, host->host_uuid);
    return FALSE;
}

MigFacts *mig_connection_ask_host(virConnectPtr connection, const MigHost *host, char **raw,
                                  GError **error)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = host };
    g_autoptr(MigFacts) facts = g_new0(MigFacts, 1);
    unsigned long version = 0;
    const char *driver = virConnectGetType(connection);
    char *hostname = driver ? virConnectGetHostname(connection) : NULL;
    char *capabilities = hostname ? virConnectGetCapabilities(connection) : NULL;
    if (!capabilities || virConnectGetLibVersion(connection, &version) < 0) {
        mig_libvirt_error(&place, raw, error);
        free(hostname);
        free(capabilities);
        return NULL;
    }
    facts->driver = g_strdup(driver);
    facts->hostname = g_strdup(hostname);
    facts->host_uuid = mig_capabilities_host_uuid(capabilities);
    facts->libvirt = version;
    facts->guest_state = -1;
    free(hostname);
    free(capabilities);
    return check_pin(host, facts->host_uuid, error) ? g_steal_pointer(&facts) : NULL;
}

static gboolean no_domain(void)
{
    virErrorPtr last = virGetLastError();
    return last && last->code == VIR_ERR_NO_DOMAIN;
}

gboolean mig_connection_find_guest(virConnectPtr connection, const MigHost *host, const char *guest,
                                   const char *uuid, virDomainPtr *ret, char **raw, GError **error)
{
    virDomainPtr domain = NULL;
    MigErrorPlace place = { MIG_DOING_ASK, .host = host, .guest = guest };
    const char *by_uuid = uuid && *uuid ? uuid : g_uuid_string_is_valid(guest) ? guest : NULL;
    if (by_uuid)
        domain = virDomainLookupByUUIDString(connection, by_uuid);
    if (!domain && (!by_uuid || no_domain()) && *guest)
        domain = virDomainLookupByName(connection, guest);
    *ret = domain;
    if (domain || no_domain())
        return TRUE;
    mig_libvirt_error(&place, raw, error);
    return FALSE;
}

/* 1: a job is active, 0: none, -1: error. */
static int guest_has_job(virDomainPtr domain)
{
    virTypedParameterPtr params = NULL;
    int type = VIR_DOMAIN_JOB_NONE, n = 0;
    if (virDomainGetJobStats(domain, &type, &params, &n, 0) >= 0) {
        virTypedParamsFree(params, n);
        return type != VIR_DOMAIN_JOB_NONE;
    }
    virErrorPtr last = virGetLastError();
    switch (last ? last->code : VIR_ERR_INTERNAL_ERROR) {
    case VIR_ERR_NO_SUPPORT:
        return 0;
    case VIR_ERR_OPERATION_UNSUPPORTED: /* it is coming in: only the source has statistics */
        return 1;
    case VIR_ERR_OPERATION_INVALID: /* it has stopped just now */
        return 0;
    default:
        return -1;
    }
}

static gboolean state_is_active(int state)
{
    return state != VIR_DOMAIN_SHUTOFF && state != VIR_DOMAIN_CRASHED;
}

static gboolean read_guest(virDomainPtr domain, MigFacts *facts)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int persistent = virDomainIsPersistent(domain);
    if (persistent < 0 ||
        virDomainGetState(domain, &facts->guest_state, &facts->guest_reason, 0) < 0 ||
        virDomainGetUUIDString(domain, uuid) < 0)
        return FALSE;
    int job = state_is_active(facts->guest_state) ? guest_has_job(domain) : 0;
    if (job < 0)
        return FALSE;
    facts->guest_found = TRUE;
    facts->guest_persistent = persistent == 1;
    facts->guest_job = job == 1;
    facts->guest_name = g_strdup(virDomainGetName(domain));
    facts->guest_uuid = g_strdup(uuid);
    return TRUE;
}

gboolean mig_connection_ask_guest(virConnectPtr connection, const MigHost *host, const char *guest,
                                  const char *uuid, MigFacts *facts, char **raw, GError **error)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = host, .guest = guest };
    g_autoptr(virDomain) domain = NULL;
    facts->guest_found = FALSE;
    facts->guest_persistent = FALSE;
    facts->guest_job = FALSE;
    facts->guest_state = -1;
    facts->guest_reason = 0;
    g_clear_pointer(&facts->guest_name, g_free);
    g_clear_pointer(&facts->guest_uuid, g_free);
    if (!mig_connection_find_guest(connection, host, guest, uuid, &domain, raw, error))
        return FALSE;
    if (!domain || read_guest(domain, facts))
        return TRUE;
    facts->guest_state = -1;
    if (no_domain()) /* it has just gone */
        return TRUE;
    mig_libvirt_error(&place, raw, error);
    return FALSE;
}
