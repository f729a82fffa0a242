/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See interfaces.h. A host whose libvirt is reached by a unix socket is this machine: its kernel
 * knows more than its libvirt. Of the others libvirt tells, if its interface driver has a backend
 * that does: netcf has addresses, udev (all that Debian builds) only names and links.
 */
#include "interfaces.h"

#include <libvirt/virterror.h>
#include <stdlib.h>

#include "core/interfaces.h"
#include "error.h"
#include "interface-xml.h"
#include "libvirt-error.h"
#include "machine.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virInterface, virInterfaceFree)

typedef struct {
    virConnectPtr connection;
    const MigHost *host;
    char **raw;
    GPtrArray *interfaces; /* MigInterface */
    virNodeDevicePtr *devices;
    int n_devices; /* -1: not asked for yet */
} Listing;

static void listing_clear(Listing *listing)
{
    g_ptr_array_unref(listing->interfaces);
    for (int i = 0; i < listing->n_devices; i++)
        virNodeDeviceFree(listing->devices[i]);
    free(listing->devices);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listing, listing_clear)

/* After a call that failed: TRUE if the host just cannot say, FALSE if it is gone. */
static gboolean can_go_on(const Listing *listing, GError **error)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = listing->host };
    virErrorPtr last = virGetLastError();
    g_autoptr(GError) mapped = last ? mig_libvirt_error_map(&place, last->domain, last->code,
                                                            last->message ? last->message : "")
                                    : NULL;
    if (!g_error_matches(mapped, MIG_ERROR, MIG_ERROR_CONNECTION_LOST))
        return TRUE;
    mig_libvirt_error(&place, listing->raw, error);
    return FALSE;
}

/* libvirt's name of a network device is net_INTERFACE_MAC, with "_" for what is no letter. */
static char *device_prefix(const char *interface)
{
    g_autofree char *name = g_strdup(interface);
    for (char *p = name; *p; p++)
        if (!g_ascii_isalnum(*p))
            *p = '_';
    return g_strdup_printf("net_%s_", name);
}

static gboolean need_devices(Listing *listing, GError **error)
{
    if (listing->n_devices >= 0)
        return TRUE;
    listing->n_devices = virConnectListAllNodeDevices(listing->connection, &listing->devices,
                                                      VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET);
    if (listing->n_devices >= 0)
        return TRUE;
    listing->n_devices = 0;
    return can_go_on(listing, error);
}

/* Speed and state out of the network device, for an interface that does not tell them. */
static gboolean ask_device(Listing *listing, const char *name, MigLinkFacts *link, GError **error)
{
    g_autofree char *prefix = device_prefix(name);
    if (!need_devices(listing, error))
        return FALSE;
    for (int i = 0; i < listing->n_devices; i++) {
        const char *device = virNodeDeviceGetName(listing->devices[i]);
        if (!device || !g_str_has_prefix(device, prefix))
            continue;
        char *xml = virNodeDeviceGetXMLDesc(listing->devices[i], 0);
        gboolean found = xml && mig_interface_xml_read_device(xml, name, link);
        free(xml);
        if (found)
            return TRUE;
        if (!xml && !can_go_on(listing, error))
            return FALSE;
    }
    *link = (MigLinkFacts){ FALSE };
    return TRUE;
}

static void set_link(Listing *listing, guint first, const MigLinkFacts *link)
{
    for (guint i = first; i < listing->interfaces->len; i++) {
        MigInterface *interface = g_ptr_array_index(listing->interfaces, i);
        interface->speed = link->speed;
        interface->state = link->state;
    }
}

/* *ret_found, if not NULL: how many addresses libvirt has of it, of use or not. */
static gboolean add_interface(Listing *listing, virInterfacePtr interface, guint *ret_found,
                              GError **error)
{
    const char *name = virInterfaceGetName(interface);
    guint first = listing->interfaces->len;
    MigLinkFacts link;
    char *xml = name ? virInterfaceGetXMLDesc(interface, 0) : NULL;
    if (!xml)
        return can_go_on(listing, error); /* it has gone since */
    guint found = mig_interface_xml_read(xml, name, listing->interfaces, &link);
    free(xml);
    if (ret_found)
        *ret_found = found;
    if (listing->interfaces->len > first && !link.known && !ask_device(listing, name, &link, error))
        return FALSE;
    set_link(listing, first, &link);
    return TRUE;
}

/* Loopback always has an address. If libvirt has none of it, it has none of any interface, and a
 * host with many guests has many: they need not be asked about one by one. */
static gboolean ask_loopback(Listing *listing, gboolean *ret_tells, GError **error)
{
    g_autoptr(virInterface) loopback = virInterfaceLookupByName(listing->connection, "lo");
    guint found = 1;
    *ret_tells = TRUE;
    if (!loopback)
        return can_go_on(listing, error);
    if (!add_interface(listing, loopback, &found, error))
        return FALSE;
    *ret_tells = found > 0;
    return TRUE;
}

static gboolean add_all(Listing *listing, GError **error)
{
    virInterfacePtr *all = NULL;
    gboolean good = TRUE;
    int n = virConnectListAllInterfaces(listing->connection, &all, 0);
    if (n < 0)
        return can_go_on(listing, error);
    for (int i = 0; i < n; i++) {
        if (good && i < MIG_INTERFACES_MAX)
            good = add_interface(listing, all[i], NULL, error);
        virInterfaceFree(all[i]);
    }
    free(all);
    return good;
}

static gboolean ask_libvirt(Listing *listing, GError **error)
{
    gboolean tells = FALSE;
    if (!ask_loopback(listing, &tells, error))
        return FALSE;
    return !tells || add_all(listing, error);
}

GVariant *mig_interfaces_list(virConnectPtr connection, const MigHost *host, char **raw,
                              GError **error)
{
    g_auto(Listing) listing = { connection, host, raw, mig_interfaces_new(), NULL, -1 };
    if (host->own.connect == MIG_CONNECT_UNIX)
        mig_machine_add_interfaces(listing.interfaces);
    else if (!ask_libvirt(&listing, error))
        return NULL;
    return g_variant_ref_sink(mig_interfaces_to_variant(listing.interfaces));
}
