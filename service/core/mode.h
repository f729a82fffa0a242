/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two tables a plan is made from: what each flow and transport is to libvirt, and which of them
 * each hypervisor driver can do.
 */
#pragma once

#include "plan.h"

/* One row a flow and transport. */
typedef struct {
    MigCall call;
    guint32 flags; /* virDomainMigrateFlags */
    gboolean peer; /* the source's libvirt daemon connects to the destination's and is in control */
    gboolean tunnel; /* memory takes that connection */
} MigMode;

/* Row of a request that the rules let pass. */
const MigMode *mig_mode(const MigRequest *request);

typedef struct {
    const char *type; /* virConnectGetType() */
    guint32 modes;    /* flows and transports it can do, MIG_MODE_BIT()s */
    gboolean aborts;  /* virDomainAbortJob() works */
} MigDriver;

#define MIG_MODE_BIT(flow, transport) (1u << (2 * (flow) + (transport)))

/* Row of the driver if it can do what the request wants, else NULL. */
const MigDriver *mig_driver(const char *type, const MigRequest *request);
