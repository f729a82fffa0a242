/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cannot work, said before libvirt is called: from the host files alone (which is possible
 * before a job exists) and from the facts both hosts gave. Every sentence ends with the remedy.
 */
#include "plan-check.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "mode.h"
#include "text.h"

/* Libvirt's; a route without a port and one with the default are the same. */
static const guint16 default_ports[MIG_N_CONNECTS] = {
    [MIG_CONNECT_SSH] = 22,
    [MIG_CONNECT_TLS] = 16514,
    [MIG_CONNECT_TCP] = 16509,
};

static gboolean is_reachable(const MigRoute *route)
{
    return route->connect != MIG_CONNECT_NONE && route->connect != MIG_CONNECT_UNIX;
}

static gboolean is_same_route(const MigRoute *a, const MigRoute *b)
{
    if (a->connect != b->connect || a->connect == MIG_CONNECT_NONE)
        return FALSE;
    if (a->connect == MIG_CONNECT_UNIX)
        return TRUE;

    return g_ascii_strcasecmp(a->address, b->address) == 0 &&
           (a->port ?: default_ports[a->connect]) == (b->port ?: default_ports[b->connect]);
}

static gboolean is_same_uuid(const char *a, const char *b)
{
    return a && b && *a && g_ascii_strcasecmp(a, b) == 0;
}

static gboolean check_two_hosts(const MigHost *source, const MigHost *destination, GError **error)
{
    const char *same = NULL;

    if (is_same_uuid(source->host_uuid, destination->host_uuid))
        same = "HostUUID";
    else if (is_same_route(&source->own, &destination->own))
        same = "Transport, Address and Port";
    else if (is_reachable(&source->peer) && is_same_route(&source->peer, &destination->peer))
        same = "PeerTransport, PeerAddress and PeerPort";
    if (!same)
        return TRUE;

    g_set_error(
        error, MIG_ERROR, MIG_ERROR_SAME_HOST,
        "hosts \"%s\" and \"%s\" are one machine, their files have the same %s: name another "
        "destination or correct the files",
        source->name, destination->name, same);
    return FALSE;
}

static gboolean check_address(const char *address, const MigHost *destination, GError **error)
{
    g_autofree char *known = NULL;

    if (!address || mig_host_has_address(destination, address))
        return TRUE;

    known = g_strjoinv(", ", destination->migration_addresses);
    g_set_error(
        error, MIG_ERROR, MIG_ERROR_ADDRESS_NOT_ALLOWED,
        "interface-address %s is none on which host \"%s\" may receive guests (%s): if it is "
        "that host's, add it to MigrationAddresses= in the file of host \"%s\"",
        address, destination->name, *known ? known : "it has none", destination->name);
    return FALSE;
}

gboolean mig_request_check_hosts(const MigRequest *request, const MigHost *source,
                                 const MigHost *destination, GError **error)
{
    if (!check_two_hosts(source, destination, error))
        return FALSE;

    if (mig_mode(request)->peer && !is_reachable(&destination->peer)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE,
                    "how the libvirt daemon of host \"%s\" reaches host \"%s\" is not known: set "
                    "PeerTransport= and PeerAddress= in the file of host \"%s\", or use flow "
                    "\"managed-direct\"",
                    source->name, destination->name, destination->name);
        return FALSE;
    }

    return check_address(mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS), destination, error);
}

static gboolean check_drivers(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const char *on_source,
                              const char *on_destination, GError **error)
{
    if (g_strcmp0(on_source, on_destination) != 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED,
                    "host \"%s\" runs hypervisor driver %s and host \"%s\" %s: name a destination "
                    "with the source's driver",
                    source->name, on_source, destination->name, on_destination);
        return FALSE;
    }
    if (!mig_driver(on_source, request)) {
        g_set_error(
            error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED,
            "hypervisor driver %s of hosts \"%s\" and \"%s\" cannot migrate with flow \"%s\" "
            "and transport \"%s\" here: name hosts with driver QEMU",
            on_source, source->name, destination->name,
            mig_option_info(MIG_OPT_FLOW)->choices[mig_request_flow(request)],
            mig_option_info(MIG_OPT_TRANSPORT)->choices[mig_request_transport(request)]);
        return FALSE;
    }

    return TRUE;
}

static gboolean check_source_guest(const MigRequest *request, const MigHost *source,
                                   const MigFacts *facts, GError **error)
{
    g_autofree char *guest =
        mig_text_quote(facts->guest_found ? facts->guest_name : request->guest);

    if (!facts->guest_found) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_FOUND,
                    "host \"%s\" has no guest %s: check the name or UUID, or give the host it runs "
                    "on as option \"source\"",
                    source->name, guest);
        return FALSE;
    }
    if (!mig_guest_state_can_move(facts->guest_state)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_RUNNING,
                    "guest %s on host \"%s\" is not running (%s): start it, or take its "
                    "configuration to the other host with virsh dumpxml and virsh define",
                    guest, source->name, mig_guest_state_to_string(facts->guest_state));
        return FALSE;
    }
    if (facts->guest_job) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                    "guest %s on host \"%s\" is held by another libvirt job (a migration, save or "
                    "dump): wait for its end or abort it with virsh domjobabort",
                    guest, source->name);
        return FALSE;
    }

    return TRUE;
}

/* Libvirt takes over an inactive guest of the same name and UUID, and nothing else. */
static gboolean check_destination_guest(const MigHost *destination, const MigFacts *on_source,
                                        const MigFacts *on_destination, GError **error)
{
    g_autofree char *guest = NULL;
    const char *way = NULL;

    if (!on_destination->guest_found)
        return TRUE;

    if (!is_same_uuid(on_destination->guest_uuid, on_source->guest_uuid))
        way = "of the same name and another UUID: rename or remove that one";
    else if (on_destination->guest_state != VIR_DOMAIN_SHUTOFF)
        way = "of the same UUID that is active: if it is the same guest, stop one of the two";
    else if (g_strcmp0(on_destination->guest_name, on_source->guest_name) != 0)
        way = "of the same UUID and another name: rename or undefine that one";
    if (!way)
        return TRUE;

    guest = mig_text_quote(on_destination->guest_name);
    g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_EXISTS, "host \"%s\" has a guest %s (%s, %s) %s",
                destination->name, guest, on_destination->guest_uuid,
                mig_guest_state_to_string(on_destination->guest_state), way);
    return FALSE;
}

static gboolean check_same_host(const MigHost *source, const MigHost *destination,
                                const MigFacts *on_source, const MigFacts *on_destination,
                                GError **error)
{
    if (!is_same_uuid(on_source->host_uuid, on_destination->host_uuid))
        return TRUE;

    g_set_error(error, MIG_ERROR, MIG_ERROR_SAME_HOST,
                "hosts \"%s\" and \"%s\" are one machine, both have host UUID %s: name another "
                "destination; two machines with one UUID need host_uuid in libvirtd.conf",
                source->name, destination->name, on_source->host_uuid);
    return FALSE;
}

gboolean mig_plan_check_facts(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const MigFacts *on_source,
                              const MigFacts *on_destination, GError **error)
{
    return check_same_host(source, destination, on_source, on_destination, error) &&
           check_drivers(request, source, destination, on_source->driver, on_destination->driver,
                         error) &&
           check_source_guest(request, source, on_source, error) &&
           check_destination_guest(destination, on_source, on_destination, error);
}
