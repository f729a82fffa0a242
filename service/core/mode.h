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

/* What a driver tells of a migration that runs: nothing, how long, how many percent, or bytes of
 * everything. */
typedef enum {
    MIG_TELLS_NOTHING,
    MIG_TELLS_TIME,
    MIG_TELLS_PERCENT,
    MIG_TELLS_ALL,
    MIG_N_TELLS
} MigTells;

/* "none", "time", "percent", "bytes" */
const char *mig_tells_to_string(MigTells tells);

typedef struct {
    const char *type;          /* virConnectGetType() */
    const char *name;          /* Driver= of a host file, NULL: a file cannot name it */
    guint32 modes;             /* flows and transports it can do, MIG_MODE_BIT()s */
    guint32 flags;             /* virDomainMigrateFlags it takes and acts on */
    const char *const *params; /* VIR_MIGRATE_PARAM_* it takes and acts on, NULL-terminated */
    const char *scheme;        /* of its migration URI, NULL: not made of an address */
    gboolean port;             /* a port in that URI counts */
    gboolean ipv6;             /* an IPv6 address in it works */
    gboolean rdma;
    gboolean aborts; /* virDomainAbortJob() works */
    gboolean tunes;  /* maximum downtime, bandwidth and post-copy while it runs */
    gboolean moves;  /* the configuration goes with the guest, whatever the flags say */
    /* Its hosts are reached through a server that manages them: guests move only between hosts of
     * one, and it finds a UUID on each of them but a name only where that guest is. */
    gboolean managed;
    MigTells tells;
} MigDriver;

#define MIG_MODE_BIT(flow, transport) (1u << (2 * (flow) + (transport)))

/* Row of a driver, NULL if nothing is known of it. A driver without modes cannot migrate. */
const MigDriver *mig_driver(const char *type);
/* The same by the Driver= of a host file. */
const MigDriver *mig_driver_named(const char *name);
gboolean mig_driver_has_mode(const MigDriver *driver, const MigRequest *request);
/* TRUE if both the driver and the mode take this VIR_MIGRATE_PARAM_*. */
gboolean mig_takes_param(const MigDriver *driver, const MigMode *mode, const char *param);
/* The table, for documentation and tests; ends with a row whose type is NULL. */
const MigDriver *mig_drivers(void);
