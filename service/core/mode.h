/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two tables a plan is made from: what each flow and transport is to libvirt, and what each
 * hypervisor driver of libvirt 9.0 can do.
 */
#pragma once

#include "plan.h"

/* One row a flow and transport. */
typedef struct {
    MigCall call;
    guint32 flags;   /* virDomainMigrateFlags */
    gboolean peer;   /* the source's libvirt daemon connects to the destination's, is in control */
    gboolean tunnel; /* memory takes that connection */
    const char *const *params; /* VIR_MIGRATE_PARAM_* the call takes, NULL-terminated; NULL: all */
} MigMode;

/* Row of a request that the rules let pass. */
const MigMode *mig_mode(const MigRequest *request);

/* What a driver tells of a migration that runs. */
typedef enum { MIG_TELLS_NOTHING, MIG_TELLS_TIME, MIG_TELLS_PERCENT, MIG_TELLS_ALL } MigTells;

typedef struct {
    const char *type;          /* virConnectGetType() */
    guint32 modes;             /* flows and transports it can do, MIG_MODE_BIT()s */
    guint32 flags;             /* virDomainMigrateFlags it takes */
    const char *const *params; /* VIR_MIGRATE_PARAM_* it takes, NULL-terminated */
    const char *scheme;        /* of its migration URI, NULL: not made of an address */
    gboolean rdma;
    gboolean aborts; /* virDomainAbortJob() works */
    gboolean tunes;  /* maximum downtime, bandwidth and post-copy while it runs */
    MigTells tells;
} MigDriver;

#define MIG_MODE_BIT(flow, transport) (1u << (2 * (flow) + (transport)))

/* Row of a driver, NULL if nothing is known of it. A driver without modes cannot migrate. */
const MigDriver *mig_driver(const char *type);
gboolean mig_driver_has_mode(const MigDriver *driver, const MigRequest *request);
/* TRUE if both the driver and the mode take this VIR_MIGRATE_PARAM_*. */
gboolean mig_takes_param(const MigDriver *driver, const MigMode *mode, const char *param);
/* The table, for documentation and tests; ends with a row whose type is NULL. */
const MigDriver *mig_drivers(void);
