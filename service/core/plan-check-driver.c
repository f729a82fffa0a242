/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hypervisor driver has not, said before it is asked. Every sentence names the driver, what
 * it lacks and what to do instead.
 */
#include "plan-check.h"

#include <libvirt/libvirt.h>
#include <string.h>

#include "error.h"
#include "text.h"

gboolean mig_plan_refuse_driver(const char *type, const char *what, const char *remedy,
                                GError **error)
{
    g_autofree char *driver = mig_text_quote(type);

    g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED, "hypervisor driver %s %s: %s", driver,
                what, remedy);
    return FALSE;
}

static gboolean check_mode(const MigRequest *request, const MigDriver *driver, GError **error)
{
    const char *flow = mig_option_info(MIG_OPT_FLOW)->choices[mig_request_flow(request)];
    const char *transport =
        mig_option_info(MIG_OPT_TRANSPORT)->choices[mig_request_transport(request)];
    g_autofree char *what = NULL;

    if (mig_driver_has_mode(driver, request))
        return TRUE;
    /* the call is made as libvirt defines it, and libvirt says that nobody takes it */
    if (mig_request_flow(request) == MIG_FLOW_UNMANAGED_DIRECT && driver->scheme &&
        mig_request_number(request, MIG_OPT_TRY))
        return TRUE;

    what = g_strdup_printf("cannot migrate with flow \"%s\" and transport \"%s\"", flow, transport);
    return mig_plan_refuse_driver(
        driver->type, what,
        driver->modes & MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE)
            ? "use flow \"peer-to-peer\" or \"managed-direct\" with transport "
              "\"native\""
            : "use flow \"managed-direct\" with transport \"native\"",
        error);
}

/* Options whose flag or parameter the driver, or the call, does not know. */
static gboolean option_is_taken(const MigRequest *request, MigOption option,
                                const MigDriver *driver)
{
    const MigOptionInfo *info = mig_option_info(option);
    guint64 number = mig_request_number(request, option);
    guint32 flags = (number != 0 ? info->flag : 0) | (info->choice ? info->choice[number].flag : 0);
    gboolean set = request->options[option].set;

    return !(flags & ~driver->flags) &&
           (!set || !info->param || mig_takes_param(driver, mig_mode(request), info->param));
}

/* What belongs to no single flag or parameter. */
static gboolean is_taken_otherwise(const MigRequest *request, MigOption option,
                                   const MigDriver *driver)
{
    const MigMode *mode = mig_mode(request);

    if (!request->options[option].set)
        return TRUE;
    switch (option) {
    case MIG_OPT_INTERFACE_ADDRESS:
        return driver->scheme && mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_URI);
    case MIG_OPT_PORT:
        return driver->port;
    case MIG_OPT_DATA_PROTOCOL:
        return driver->rdma || mig_request_number(request, option) == MIG_PROTOCOL_TCP;
    case MIG_OPT_DISKS_ADDRESS:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DISKS_URI);
    case MIG_OPT_DISKS_PORT:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DISKS_PORT);
    case MIG_OPT_GRAPHICS_ADDRESS:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_GRAPHICS_URI);
    case MIG_OPT_DISK_PATHS:
    case MIG_OPT_NETWORKS:
    case MIG_OPT_BRIDGES:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DEST_XML);
    case MIG_OPT_MAXIMUM_DOWNTIME:
        return driver->tunes;
    default:
        return TRUE;
    }
}

static gboolean check_options(const MigRequest *request, const MigDriver *driver, GError **error)
{
    for (guint i = 0; i < MIG_N_OPTS; i++) {
        g_autofree char *what = NULL;

        if (option_is_taken(request, i, driver) && is_taken_otherwise(request, i, driver))
            continue;
        what = g_strdup_printf("does not know option \"%s\"%s", mig_option_info(i)->key,
                               mig_mode(request)->params ? " with this flow" : "");
        return mig_plan_refuse_driver(driver->type, what, "leave it out", error);
    }

    return TRUE;
}

static gboolean check_address(const MigRequest *request, const MigDriver *driver, GError **error)
{
    const char *address = mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS);

    if (!address || driver->ipv6 || !strchr(address, ':'))
        return TRUE;

    return mig_plan_refuse_driver(
        driver->type, "cannot migrate to the IPv6 address of option \"interface-address\"",
        "give an IPv4 address, or leave it out", error);
}

gboolean mig_plan_check_driver(const MigRequest *request, const MigDriver *driver, GError **error)
{
    if (!driver->modes)
        return mig_plan_refuse_driver(driver->type, "cannot migrate guests at all",
                                      "shut the guest down and move its configuration and disks by "
                                      "other means",
                                      error);

    return check_mode(request, driver, error) && check_options(request, driver, error) &&
           check_address(request, driver, error);
}
