/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modes and drivers. A new flow or transport is a row of the first table, another hypervisor driver
 * a row of the second; the code below only looks them up.
 */
#include "mode.h"

#include <libvirt/libvirt.h>

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
};

static const MigDriver drivers[] = {
    { "QEMU",
      MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE) |
          MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_TUNNELLED) |
          MIG_MODE_BIT(MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_NATIVE),
      TRUE },
};

const MigMode *mig_mode(const MigRequest *request)
{
    return &modes[mig_request_flow(request)][mig_request_transport(request)];
}

const MigDriver *mig_driver(const char *type, const MigRequest *request)
{
    guint32 mode = MIG_MODE_BIT(mig_request_flow(request), mig_request_transport(request));

    for (guint i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (g_strcmp0(drivers[i].type, type) == 0 && (drivers[i].modes & mode))
            return &drivers[i];

    return NULL;
}
