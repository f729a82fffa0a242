/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modes and drivers. A new flow or transport is a row of the first table, another hypervisor driver
 * a row of the second; the code below only looks them up. What a driver has is not to be had from
 * libvirt's API (its features are private), so it is written down here as its source of 9.0.0 says;
 * each row names the functions to read there. What a driver takes and then does not do is left out:
 * an option that changes nothing is refused rather than believed.
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

static const char *const two_params[] = {
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PARAM_DEST_NAME,
    NULL,
};

static const char *const uri_param[] = { VIR_MIGRATE_PARAM_URI, NULL };
static const char *const no_params[] = { NULL };

#define CONFIG_FLAGS (VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE)

static const MigDriver drivers[] = {
    /* qemu_driver.c: qemuConnectGetType, qemuConnectSupportsFeature (V3, P2P, PARAMS, OFFLINE, no
     * DIRECT), qemuDomainAbortJob; qemu_migration.h: QEMU_MIGRATION_FLAGS (all of 9.0),
     * QEMU_MIGRATION_PARAMETERS; qemu_migration.c: qemuMigrationDstPrepareDirect (tcp, rdma) */
    { "QEMU", "qemu", P2P_NATIVE | P2P_TUNNELLED | MANAGED_DIRECT, (VIR_MIGRATE_ZEROCOPY << 1) - 1,
      qemu_params, "tcp", .port = TRUE, .ipv6 = TRUE, .rdma = TRUE, .aborts = TRUE, .tunes = TRUE,
      .tells = MIG_TELLS_ALL },
    /* libxl_driver.c: libxlConnectGetType, libxlConnectSupportsFeature (V3, P2P, PARAMS),
     * libxlDomainGetJobStats (elapsed time only), no domainAbortJob; libxl_migration.h:
     * LIBXL_MIGRATION_FLAGS, LIBXL_MIGRATION_PARAMETERS; libxl_migration.c:
     * libxlDomainMigrationDstPrepare makes "tcp://%s:%d" of an IPv6 address without brackets, which
     * libxlDomainMigrationSrcPerform cannot read: the source's job is stuck then */
    { "Xen", "xen", P2P_NATIVE | P2P_TUNNELLED | MANAGED_DIRECT,
      CONFIG_FLAGS | VIR_MIGRATE_LIVE | VIR_MIGRATE_PAUSED | VIR_MIGRATE_PEER2PEER |
          VIR_MIGRATE_TUNNELLED,
      three_params, "tcp", .port = TRUE, .tells = MIG_TELLS_TIME },
    /* vz_driver.c: no connectGetType, so vzHypervisorDriver's name; vzConnectSupportsFeature (P2P,
     * PARAMS), VZ_MIGRATION_FLAGS without NON_SHARED_INC, which nothing reads, VZ_MIGRATION_
     * PARAMETERS without destination_xml and bandwidth, which vzDomainMigrateBeginStep and
     * vzDomainMigrateBegin3Params refuse; vzParseVzURI, vzDomainGetJobInfoImpl (0 to 100),
     * vzDomainAbortJob; PERSIST_DEST and UNDEFINE_SOURCE change nothing */
    { "vz", "vz", P2P_NATIVE | MANAGED_DIRECT,
      CONFIG_FLAGS | VIR_MIGRATE_LIVE | VIR_MIGRATE_PAUSED | VIR_MIGRATE_PEER2PEER, two_params,
      "vzmigr", .port = TRUE, .ipv6 = TRUE, .aborts = TRUE, .moves = TRUE,
      .tells = MIG_TELLS_PERCENT },
    /* openvz_driver.c: openvzConnectGetType, openvzConnectSupportsFeature (V3, PARAMS),
     * openvzDomainMigratePrepare3Params ("ssh://%s", so neither port nor IPv6),
     * openvzDomainMigratePerform3Params runs vzmigrate; openvz_driver.h: OPENVZ_MIGRATION_FLAGS,
     * OPENVZ_MIGRATION_PARAMETERS, of which destination_xml is not read and destination_name is not
     * the new name, but what openvzDomainMigrateFinish3Params then looks for in vain */
    { "OpenVZ", "openvz", MANAGED_DIRECT, VIR_MIGRATE_LIVE, uri_param, "ssh", .moves = TRUE },
    /* esx_driver.c: esxConnectGetType, esxConnectSupportsFeature (V1, with a vCenter),
     * ESX_MIGRATION_FLAGS without PAUSED, which nothing reads, esxDomainMigratePrepare (makes the
     * vpxmigr URI of resource pool and host system), esxDomainMigratePerform (refuses a new name,
     * ignores bandwidth, PERSIST_DEST and UNDEFINE_SOURCE, compares vCenters by IP address alone);
     * esx_vi.c: esxVI_LookupVirtualMachineByUuid (datacenter), esxVI_LookupVirtualMachineByName
     * (host system) */
    { "ESX", "vpx", MANAGED_DIRECT, CONFIG_FLAGS | VIR_MIGRATE_LIVE, no_params, NULL, .moves = TRUE,
      .managed = TRUE },
    /* No migration: *ConnectSupportsFeature is 0 for all of it (lxc_driver.c, ch_driver.c,
     * test_driver.c) or not there (vbox_common.c, hyperv_driver.c, vmware_driver.c,
     * bhyve_driver.c), and none has a domainMigrate* function. vbox and lxc have no connectGetType
     * but a name. */
    { "VBOX", .params = no_params },
    { "Hyper-V", .params = no_params },
    { "VMware", .params = no_params },
    { "BHYVE", .params = no_params },
    { "LXC", .params = no_params },
    { "CH", .params = no_params },
    { "TEST", .params = no_params },
    { NULL },
};

static const char *const tells_names[MIG_N_TELLS] = {
    [MIG_TELLS_NOTHING] = "none",
    [MIG_TELLS_TIME] = "time",
    [MIG_TELLS_PERCENT] = "percent",
    [MIG_TELLS_ALL] = "bytes",
};

const char *mig_tells_to_string(MigTells tells)
{
    g_return_val_if_fail((guint) tells < MIG_N_TELLS, NULL);

    return tells_names[tells];
}

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

const MigDriver *mig_driver_named(const char *name)
{
    for (const MigDriver *driver = drivers; driver->type; driver++)
        if (driver->name && g_strcmp0(driver->name, name) == 0)
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
