/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The typed parameters. Most are the value of one option whose row names the parameter; those that
 * join several options are made by the functions of a table.
 */
#include "plan-params.h"

#include <libvirt/libvirt.h>

#include "uri.h"

static guint16 get_port(const MigRequest *request, MigOption option)
{
    return (guint16) mig_request_number(request, option);
}

char *mig_plan_migration_uri(const MigRequest *request, const MigDriver *driver)
{
    const char *address = mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS);
    gboolean rdma = mig_request_number(request, MIG_OPT_DATA_PROTOCOL) == MIG_PROTOCOL_RDMA;

    if (!address || !driver->scheme)
        return NULL;

    return mig_uri_for_migration(rdma ? "rdma" : driver->scheme, address,
                                 get_port(request, MIG_OPT_PORT));
}

/* Where the destination can take disks on a chosen port: QEMU listens on the address of the URI, so
 * it must be one of the destination's own. NULL: none is known. */
static const char *find_disks_address(const MigRequest *request, const MigHost *destination)
{
    const char *interface = mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS);
    g_autofree char *peer = NULL;

    /* it shall listen there and nowhere else */
    if (mig_request_text(request, MIG_OPT_LISTEN_ADDRESS))
        return NULL;
    if (interface || !destination)
        return interface;
    if (destination->migration_addresses[0])
        return destination->migration_addresses[0];
    peer = destination->peer.address ? mig_uri_canonical_address(destination->peer.address) : NULL;

    return peer ? destination->peer.address : NULL;
}

/* Libvirt gives a port back that it was given in a URI. One that it was given alone it keeps until
 * the next migration to it has failed for that. */
static const char *get_disks_address(const MigRequest *request, const MigHost *destination)
{
    const char *address = mig_request_text(request, MIG_OPT_DISKS_ADDRESS);

    return address || get_port(request, MIG_OPT_DISKS_PORT) == 0
               ? address
               : find_disks_address(request, destination);
}

char *mig_plan_disks_uri(const MigRequest *request, const MigHost *destination)
{
    const char *address = get_disks_address(request, destination);

    return address ? mig_uri_for_migration("tcp", address, get_port(request, MIG_OPT_DISKS_PORT))
                   : NULL;
}

static GVariant *take_string(char *text)
{
    return text ? g_variant_new_take_string(text) : NULL;
}

static GVariant *make_uri(const MigRequest *request, const MigHost *destination,
                          const MigDriver *driver)
{
    return take_string(mig_plan_migration_uri(request, driver));
}

/* One choice of an interface is where the source sends to and where alone the destination listens.
 */
static GVariant *make_listen_address(const MigRequest *request, const MigHost *destination,
                                     const MigDriver *driver)
{
    const char *address = mig_request_text(request, MIG_OPT_LISTEN_ADDRESS)
                              ?: mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS);

    return take_string(g_strdup(address));
}

static GVariant *make_disks_uri(const MigRequest *request, const MigHost *destination,
                                const MigDriver *driver)
{
    return take_string(mig_plan_disks_uri(request, destination));
}

static GVariant *make_disks_port(const MigRequest *request, const MigHost *destination,
                                 const MigDriver *driver)
{
    guint16 port = get_port(request, MIG_OPT_DISKS_PORT);

    /* with an address it is part of the URI, libvirt takes only one of the two */
    return port && !get_disks_address(request, destination) ? g_variant_new_int32(port) : NULL;
}

static GVariant *make_graphics_uri(const MigRequest *request, const MigHost *destination,
                                   const MigDriver *driver)
{
    const MigOptionInfo *type = mig_option_info(MIG_OPT_GRAPHICS_TYPE);
    guint64 number = mig_request_number(request, MIG_OPT_GRAPHICS_TYPE);

    if (number == MIG_GRAPHICS_NONE)
        return NULL;

    return take_string(mig_uri_for_graphics(
        type->choices[number], mig_request_text(request, MIG_OPT_GRAPHICS_ADDRESS),
        get_port(request, MIG_OPT_GRAPHICS_PORT), get_port(request, MIG_OPT_GRAPHICS_TLS_PORT),
        mig_request_text(request, MIG_OPT_GRAPHICS_TLS_SUBJECT)));
}

static const struct {
    const char *param;
    GVariant *(*make)(const MigRequest *request, const MigHost *destination,
                      const MigDriver *driver);
} joined[] = {
    { VIR_MIGRATE_PARAM_URI, make_uri },
    { VIR_MIGRATE_PARAM_LISTEN_ADDRESS, make_listen_address },
    { VIR_MIGRATE_PARAM_DISKS_URI, make_disks_uri },
    { VIR_MIGRATE_PARAM_DISKS_PORT, make_disks_port },
    { VIR_MIGRATE_PARAM_GRAPHICS_URI, make_graphics_uri },
};

static gboolean is_joined(const char *param)
{
    for (guint i = 0; i < G_N_ELEMENTS(joined); i++)
        if (g_str_equal(joined[i].param, param))
            return TRUE;

    return FALSE;
}

/* Libvirt has int where we have unsigned numbers of 16 and 32 bits; the ranges fit. */
static GVariant *libvirt_value(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32))
        return g_variant_new_int32((gint32) g_variant_get_uint32(value));

    return value;
}

GVariant *mig_plan_params(const MigRequest *request, const MigHost *destination,
                          const MigDriver *driver)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) options = g_variant_ref_sink(mig_request_options(request));
    const MigMode *mode = mig_mode(request);

    for (guint i = 0; i < G_N_ELEMENTS(joined); i++) {
        GVariant *value = mig_takes_param(driver, mode, joined[i].param)
                              ? joined[i].make(request, destination, driver)
                              : NULL;

        if (value)
            g_variant_builder_add(&builder, "{sv}", joined[i].param, value);
    }

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        g_autoptr(GVariant) value = g_variant_lookup_value(options, info->key, NULL);

        if (info->param && !is_joined(info->param) && value)
            g_variant_builder_add(&builder, "{sv}", info->param, libvirt_value(value));
    }

    return g_variant_ref_sink(g_variant_builder_end(&builder));
}
