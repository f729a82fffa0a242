/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modes and drivers. A new flow or transport is a row of the first table, another hypervisor driver
 * a row of the second; the code below only looks them up. What a driver has is not to be had from
 * libvirt's API (its features are private), so it is written down here as its source of 9.0.0 says:
 * the driver's connectSupportsFeature, its flags and its list of parameters.
 */
#include "mode.h"

#include <libvirt/libvirt.h>

/* What virDomainMigrateToURI3() hands on when no daemon is in control. */
static const char *const unmanaged_params[] = {
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PARAM_DEST_NAME,
    VIR_MIGRATE_PARAM_DEST_XML,
    VIR_MIGRATE_PARAM_BANDWIDTH,
    NULL,
};

static const MigMode modes[][2] = {
    [MIG_FLOW_PEER_TO_PEER] = {
        [MIG_TRANSPORT_NATIVE] = { MIG_CALL_TO_URI3, VIR_MIGRATE_PEER2PEER, .peer = TRUE },
        [MIG_TRANSPORT_TUNNELLED] = { MIG_CALL_TO_URI3,
                                      VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED, .peer = TRUE,
                                      .tunnel = TRUE },
    },
    [MIG_FLOW_MANAGED_DIRECT] = {
        [MIG_TRANSPORT_NATIVE] = { MIG_CALL_MIGRATE3, 0 },
    },
    [MIG_FLOW_UNMANAGED_DIRECT] = {
        [MIG_TRANSPORT_NATIVE] = { MIG_CALL_TO_URI3, 0, .params = unmanaged_params },
    },
};

#define P2P_NATIVE MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE)
#define P2P_TUNNELLED MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_TUNNELLED)
#define MANAGED_DIRECT MIG_MODE_BIT(MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_NATIVE)

static const char *const qemu_params[] = {
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PARAM_DEST_NAME,
    VIR_MIGRATE_PARAM_DEST_XML,
    VIR_MIGRATE_PARAM_PERSIST_XML,
    VIR_MIGRATE_PARAM_BANDWIDTH,
    VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY,
    VIR_MIGRATE_PARAM_GRAPHICS_URI,
    VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
    VIR_MIGRATE_PARAM_MIGRATE_DISKS,
    VIR_MIGRATE_PARAM_DISKS_PORT,
    VIR_MIGRATE_PARAM_DISKS_URI,
    VIR_MIGRATE_PARAM_COMPRESSION,
    VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL,
    VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS,
    VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS,
    VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE,
    VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL,
    VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT,
    VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS,
    VIR_MIGRATE_PARAM_TLS_DESTINATION,
    NULL,
};

static const char *const three_params[] = {
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PARAM_DEST_NAME,
    VIR_MIGRATE_PARAM_DEST_XML,
    NULL,
};

/* Its source side refuses an XML. */
static const char *const vz_params[] = {
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PARAM_DEST_NAME,
    NULL,
};

/* Its URI names resource pool and host system of the one vCenter and is made by the driver. */
static const char *const no_params[] = { NULL };

#define COMMON_FLAGS                                                                               \
    (VIR_MIGRATE_LIVE | VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE | VIR_MIGRATE_PAUSED)

static const MigDriver drivers[] = {
    { "QEMU", P2P_NATIVE | P2P_TUNNELLED | MANAGED_DIRECT, (VIR_MIGRATE_ZEROCOPY << 1) - 1,
      qemu_params, "tcp", .rdma = TRUE, .aborts = TRUE, .tunes = TRUE, MIG_TELLS_ALL },
    { "Xen", P2P_NATIVE | P2P_TUNNELLED | MANAGED_DIRECT,
      COMMON_FLAGS | VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED, three_params, "tcp",
      .tells = MIG_TELLS_TIME },
    { "vz", P2P_NATIVE | MANAGED_DIRECT,
      COMMON_FLAGS | VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_NON_SHARED_INC, vz_params, "vzmigr",
      .aborts = TRUE, .tells = MIG_TELLS_PERCENT },
    { "OpenVZ", MANAGED_DIRECT, VIR_MIGRATE_LIVE, three_params, "ssh" },
    { "ESX", MANAGED_DIRECT, COMMON_FLAGS, no_params, NULL },
    /* no migration in libvirt 9.0 */
    { "VBOX", 0, 0, no_params, NULL },
    { "Hyper-V", 0, 0, no_params, NULL },
    { "VMware", 0, 0, no_params, NULL },
    { "BHYVE", 0, 0, no_params, NULL },
    { "LXC", 0, 0, no_params, NULL },
    { "CH", 0, 0, no_params, NULL },
    { "TEST", 0, 0, no_params, NULL },
    { NULL },
};

const MigMode *mig_mode(const MigRequest *request)
{
    return &modes[mig_request_flow(request)][mig_request_transport(request)];
}

const MigDriver *mig_drivers(void)
{
    return drivers;
}

const MigDriver *mig_driver(const char *type)
{
    for (const MigDriver *driver = drivers; driver->type; driver++)
        if (g_strcmp0(driver->type, type) == 0)
            return driver;

    return NULL;
}

gboolean mig_driver_has_mode(const MigDriver *driver, const MigRequest *request)
{
    return (driver->modes &
            MIG_MODE_BIT(mig_request_flow(request), mig_request_transport(request))) != 0;
}

gboolean mig_takes_param(const MigDriver *driver, const MigMode *mode, const char *param)
{
    return g_strv_contains(driver->params, param) &&
           (!mode->params || g_strv_contains(mode->params, param));
}
