/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See connection.h.
 */
#include "connection.h"

#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#include "capabilities.h"
#include "error.h"
#include "libvirt-error.h"
#include "mode.h"
#include "password.h"
#include "text.h"
#include "uri.h"

/* A host that is silent for 30 s is taken for dead. */
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_COUNT 5
/* Characters of a name that a host tells. */
#define NAME_MAX_CHARACTERS 1024

/* Who is asked, and why there was no answer. */
typedef struct {
    const MigHost *host;
    GError *error;
} Asked;

static gboolean is_password(const virConnectCredential *credential)
{
    return credential->type == VIR_CRED_PASSPHRASE || credential->type == VIR_CRED_NOECHOPROMPT;
}

/* Nobody is asked for anything. Only a vCenter's password is given: for a URI of that kind it is
 * libvirt's own driver in this process that wants it. */
static int give_credentials(virConnectCredentialPtr credentials, unsigned int count, void *data)
{
    Asked *asked = data;
    if (asked->host->own.connect != MIG_CONNECT_HTTPS || count != 1 || !is_password(credentials))
        return -1;
    credentials->result = mig_password_read(asked->host, &asked->error);
    if (!credentials->result)
        return -1;
    credentials->resultlen = (unsigned int) strlen(credentials->result);
    return 0;
}

/* A driver that runs in our process has no connection to keep alive. */
static gboolean keep_alive(virConnectPtr connection)
{
    /* 1: the other end has no keepalive; it is used without */
    if (virConnectSetKeepAlive(connection, KEEPALIVE_SECONDS, KEEPALIVE_COUNT) >= 0)
        return TRUE;
    virErrorPtr last = virGetLastError();
    return last && last->code == VIR_ERR_NO_SUPPORT;
}

/* A driver that runs in our process is handed the flags and knows no such one; an alias could not
 * have the name of a URI anyway. */
static unsigned int open_flags(const MigHost *host)
{
    return host->own.connect == MIG_CONNECT_HTTPS ? 0 : VIR_CONNECT_NO_ALIASES;
}

virConnectPtr mig_connection_open(const MigHost *host, const char *pki_path, char **raw,
                                  GError **error)
{
    static int types[] = { VIR_CRED_AUTHNAME, VIR_CRED_PASSPHRASE, VIR_CRED_ECHOPROMPT,
                           VIR_CRED_NOECHOPROMPT };
    Asked asked = { host, NULL };
    virConnectAuth auth = { types, G_N_ELEMENTS(types), give_credentials, &asked };
    MigErrorPlace place = { MIG_DOING_OPEN, .host = host };
    g_autofree char *uri = mig_uri_for_route(host->driver, &host->own, pki_path);

    virConnectPtr connection = virConnectOpenAuth(uri, &auth, open_flags(host));
    if (!connection && asked.error) {
        g_propagate_error(error, asked.error);
        return NULL;
    }
    g_clear_error(&asked.error);
    if (!connection) {
        mig_libvirt_error(&place, raw, error);
        return NULL;
    }
    if (!keep_alive(connection)) {
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
    facts->driver = mig_text_clean(driver, NAME_MAX_CHARACTERS);
    facts->hostname = mig_text_clean(hostname, NAME_MAX_CHARACTERS);
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

static gboolean has_uuid(virDomainPtr domain, const char *uuid)
{
    char found[VIR_UUID_STRING_BUFLEN];
    return virDomainGetUUIDString(domain, found) == 0 && g_ascii_strcasecmp(found, uuid) == 0;
}

/* FALSE: libvirt's last error says why. */
static gboolean find_name(virConnectPtr connection, const char *name, virDomainPtr *ret)
{
    *ret = virDomainLookupByName(connection, name);
    return *ret || no_domain();
}

/* A manager of hosts finds a UUID whichever of them the guest is on, but a name only on this one.
 * To free a domain forgets the last error, so that comes before the look-up. */
static gboolean find_uuid(virConnectPtr connection, const MigHost *host, const char *uuid,
                          virDomainPtr *ret)
{
    *ret = virDomainLookupByUUIDString(connection, uuid);
    if (!*ret)
        return no_domain();
    if (!mig_driver_named(host->driver)->managed)
        return TRUE;
    g_autofree char *name = g_strdup(virDomainGetName(*ret));
    virDomainFree(*ret);
    if (!find_name(connection, name, ret))
        return FALSE;
    if (*ret && !has_uuid(*ret, uuid))
        g_clear_pointer(ret, virDomainFree);
    return TRUE;
}

gboolean mig_connection_find_guest(virConnectPtr connection, const MigHost *host, const char *guest,
                                   const char *uuid, virDomainPtr *ret, char **raw, GError **error)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = host, .guest = guest };
    const char *by_uuid = uuid && *uuid ? uuid : g_uuid_string_is_valid(guest) ? guest : NULL;
    gboolean known = TRUE;
    *ret = NULL;
    if (by_uuid)
        known = find_uuid(connection, host, by_uuid, ret);
    if (known && !*ret && *guest) /* NOLINT(clang-analyzer-core.NullDereference): "" if unknown */
        known = find_name(connection, guest, ret);
    if (!known)
        mig_libvirt_error(&place, raw, error);
    return known;
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
    facts->guest_name = mig_text_clean(virDomainGetName(domain), NAME_MAX_CHARACTERS);
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
