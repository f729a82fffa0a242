/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cannot work by the host files alone, said before a job exists. Every sentence ends with the
 * remedy.
 */
#include "error.h"
#include "mode.h"
#include "plan-check.h"
#include "text.h"

/* Libvirt's; a route without a port and one with the default are the same. */
static const guint16 default_ports[MIG_N_CONNECTS] = {
    [MIG_CONNECT_SSH] = 22,
    [MIG_CONNECT_TLS] = 16514,
    [MIG_CONNECT_TCP] = 16509,
    [MIG_CONNECT_HTTPS] = 443,
};

static gboolean is_reachable(const MigRoute *route)
{
    return route->connect != MIG_CONNECT_NONE && route->connect != MIG_CONNECT_UNIX;
}

/* The same machine answers. */
static gboolean is_same_server(const MigRoute *a, const MigRoute *b)
{
    if (a->connect != b->connect || a->connect == MIG_CONNECT_NONE)
        return FALSE;
    if (a->connect == MIG_CONNECT_UNIX)
        return TRUE;

    return g_ascii_strcasecmp(a->address, b->address) == 0 &&
           (a->port ?: default_ports[a->connect]) == (b->port ?: default_ports[b->connect]);
}

/* And means the same host: a vCenter has many. */
static gboolean is_same_route(const MigRoute *a, const MigRoute *b)
{
    return is_same_server(a, b) && g_strcmp0(a->path, b->path) == 0;
}

static gboolean check_two_hosts(const MigHost *source, const MigHost *destination, GError **error)
{
    const char *same = NULL;

    if (mig_plan_is_same_uuid(source->host_uuid, destination->host_uuid))
        same = "HostUUID";
    else if (is_same_route(&source->own, &destination->own))
        same = source->own.path ? "Address, Port, Datacenter, Cluster and HostSystem"
                                : "Transport, Address and Port";
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

/* The driver would compare the addresses of two vCenters and not their ports, and only when the
 * guest is on its way: here both count. */
static gboolean check_vcenters(const MigHost *source, const MigHost *destination, GError **error)
{
    if (is_same_server(&source->own, &destination->own))
        return TRUE;

    g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED,
                "hosts \"%s\" and \"%s\" have two vCenters (%s:%u and %s:%u), and guests move only "
                "between hosts of one: name another destination, or if both are one, write the "
                "same Address= and Port= in both files",
                source->name, destination->name, source->own.address,
                source->own.port ?: default_ports[MIG_CONNECT_HTTPS], destination->own.address,
                destination->own.port ?: default_ports[MIG_CONNECT_HTTPS]);
    return FALSE;
}

/* What the Driver= of both files says already. */
static gboolean check_driver(const MigRequest *request, const MigHost *source,
                             const MigHost *destination, GError **error)
{
    const MigDriver *driver = mig_driver_named(source->driver);

    if (g_strcmp0(source->driver, destination->driver) != 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED,
                    "host \"%s\" has Driver=%s and host \"%s\" Driver=%s: name a destination with "
                    "the source's driver",
                    source->name, source->driver, destination->name, destination->driver);
        return FALSE;
    }

    return (!driver->managed || check_vcenters(source, destination, error)) &&
           mig_plan_check_driver(request, driver, error);
}

static gboolean check_address(const MigRequest *request, MigOption option,
                              const MigHost *destination, GError **error)
{
    const char *address = mig_request_text(request, option);
    g_autofree char *known = NULL;

    if (!address || mig_host_has_address(destination, address))
        return TRUE;

    known = g_strjoinv(", ", destination->migration_addresses);
    g_set_error(error, MIG_ERROR, MIG_ERROR_ADDRESS_NOT_ALLOWED,
                "%s %s is none on which host \"%s\" may receive guests (%s): if it is "
                "that host's, add it to MigrationAddresses= in the file of host \"%s\"",
                mig_option_info(option)->key, address, destination->name,
                *known ? known : "it has none", destination->name);
    return FALSE;
}

static gboolean check_addresses(const MigRequest *request, const MigHost *destination,
                                GError **error)
{
    static const MigOption options[] = {
        MIG_OPT_INTERFACE_ADDRESS,
        MIG_OPT_LISTEN_ADDRESS,
        MIG_OPT_DISKS_ADDRESS,
        MIG_OPT_GRAPHICS_ADDRESS,
    };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        if (!check_address(request, options[i], destination, error))
            return FALSE;

    return TRUE;
}

/* A disk of a guest may be any file of a host: only where its administrator says. */
static gboolean check_disk_paths(const MigRequest *request, const MigHost *destination,
                                 GError **error)
{
    const char *const *list = mig_request_list(request, MIG_OPT_DISK_PATHS);

    for (guint i = 0; list[i]; i += 2) {
        g_autofree char *known = NULL;
        g_autofree char *path = NULL;

        if (mig_host_has_disk_path(destination, list[i + 1]))
            continue;
        known = g_strjoinv(", ", destination->disk_directories);
        path = mig_text_quote(list[i + 1]);
        g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_ALLOWED,
                    "disk-paths: %s is in no directory for disks of host \"%s\" (%s): add it to "
                    "DiskDirectories= in the file of host \"%s\"",
                    path, destination->name, known, destination->name);
        return FALSE;
    }

    return TRUE;
}

static gboolean check_protocol(const MigRequest *request, const MigHost *destination,
                               GError **error)
{
    if (mig_request_number(request, MIG_OPT_DATA_PROTOCOL) != MIG_PROTOCOL_RDMA ||
        destination->allow_rdma)
        return TRUE;

    g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_ALLOWED,
                "host \"%s\" may not receive guests by rdma: leave out data-protocol, or set "
                "AllowRDMA=yes in its file if it has the network card",
                destination->name);
    return FALSE;
}

gboolean mig_request_check_hosts(const MigRequest *request, const MigHost *source,
                                 const MigHost *destination, GError **error)
{
    if (!check_two_hosts(source, destination, error) ||
        !check_driver(request, source, destination, error))
        return FALSE;

    if (mig_mode(request)->peer && !is_reachable(&destination->peer)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE,
                    "how the libvirt daemon of host \"%s\" reaches host \"%s\" is not known: set "
                    "PeerTransport= and PeerAddress= in the file of host \"%s\", or use flow "
                    "\"managed-direct\"",
                    source->name, destination->name, destination->name);
        return FALSE;
    }

    return check_addresses(request, destination, error) &&
           check_disk_paths(request, destination, error) &&
           check_protocol(request, destination, error);
}
