/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan: a pure function from a validated request and facts about both hosts to the exact
 * libvirt call and what follows from it. The worker executes it and nothing else.
 */
#pragma once

#include "finding.h"
#include "hostfile.h"
#include "outcome.h"
#include "refusal.h"
#include "request.h"

/* What a host says about a guest. Times and states as libvirt has them. */
typedef struct {
    char *driver;         /* virConnectGetType(): "QEMU" */
    char *host_uuid;      /* from the capabilities, "" if the driver has none */
    char *hostname;       /* virConnectGetHostname() */
    guint64 libvirt;      /* virConnectGetLibVersion(): major * 1000000 + minor * 1000 + release */
    gboolean guest_found; /* by UUID, or by name */
    char *guest_name;
    char *guest_uuid;
    int guest_state;  /* virDomainState */
    int guest_reason; /* why it is in it: virDomainRunningReason, virDomainPausedReason, ... */
    gboolean guest_persistent;
    gboolean guest_job; /* a libvirt job is active on it */
} MigFacts;

void mig_facts_free(MigFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigFacts, mig_facts_free)
/* Floating a{sv}; from_variant wants every key with its type (MIG_ERROR_INVALID_ARGUMENT). */
GVariant *mig_facts_to_variant(const MigFacts *facts);
MigFacts *mig_facts_from_variant(GVariant *dict, GError **error);

/* "running", "paused", "shutoff", ... as Manager.ListGuests has them; "absent" for -1, "unknown"
 * for a state of a newer libvirt. */
const char *mig_guest_state_to_string(int state);
/* TRUE if libvirt migrates a guest in this state. */
gboolean mig_guest_state_can_move(int state);

typedef enum { MIG_CALL_MIGRATE3, MIG_CALL_TO_URI3, MIG_N_CALLS } MigCall;

/* Who connects to whom; in the order in which it happens. */
typedef enum {
    MIG_LINK_SOURCE,      /* this service to the source's libvirt daemon */
    MIG_LINK_DESTINATION, /* this service to the destination's */
    MIG_LINK_PEER,        /* the source's libvirt daemon to the destination's */
    MIG_LINK_MEMORY,      /* hypervisor to hypervisor */
    MIG_LINK_DISKS,       /* the same for disks */
    MIG_N_LINKS
} MigLink;

typedef struct {
    MigLink link;
    char *from, *to;         /* names of hosts, "" for this service */
    char *uri;               /* "": the destination's libvirt chooses address and port */
    const char *credentials; /* "none", "unix-socket", "service-ssh-key", "service-certificate",
                                "service-password", "daemon-ssh-key", "daemon-certificate",
                                "hypervisor-certificate" */
    gboolean encrypted;
} MigConnection;

typedef struct {
    MigCall call;
    char *source_uri;      /* this service to the source */
    char *destination_uri; /* this service to the destination, NULL if it is not opened */
    char *peer_uri;        /* source daemon to destination daemon; NULL if it does not connect */
    guint32 flags;         /* virDomainMigrateFlags */
    /* a{sv}, keys of VIR_MIGRATE_PARAM_*, values of libvirt's types: s, as, i, t. The worker adds
     * destination_xml and persistent_xml if mig_request_has_edits(). */
    GVariant *params;
    GArray *connections; /* MigConnection */
    MigOutcome outcome;
    gboolean survives_exit; /* goes on when our worker dies */
    gboolean cancellable;
    gboolean tunable;     /* its limits can be changed while it runs */
    const char *progress; /* what the driver will tell: "none", "time", "percent", "bytes" */
    gboolean encrypted;   /* the guest's memory on the wire */
    char *virsh;          /* equivalent command line, or NULL: virsh cannot do this */
    MigRefusal no_virsh;  /* why not */
    GPtrArray *findings;  /* consequences */
} MigPlan;

void mig_plan_free(MigPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigPlan, mig_plan_free)

/* What can be refused before a job exists, from the two host files alone. SAME_HOST: both are
 * reached the same way or pinned to one UUID. INVALID_HOST_FILE: no peer route for a peer-to-peer
 * flow. ADDRESS_NOT_ALLOWED: an address is none of the destination's, or a path of a disk is below
 * none of its directories. NOT_ALLOWED: rdma, if the destination's file does not allow it.
 * NOT_SUPPORTED: the files name two drivers, two vCenters, or a driver that has not what is asked
 * for. */
gboolean mig_request_check_hosts(const MigRequest *request, const MigHost *source,
                                 const MigHost *destination, GError **error);

/* `on_destination` is NULL if the request says not to open the destination. `pki_path`: directory
 * of our own TLS certificates, or NULL. Errors: GUEST_NOT_FOUND, GUEST_NOT_RUNNING, GUEST_RUNNING,
 * GUEST_BUSY, GUEST_EXISTS, SAME_HOST, ADDRESS_NOT_ALLOWED, NOT_SUPPORTED, INVALID_HOST_FILE;
 * mig_request_check_hosts() is part of it. */
MigPlan *mig_plan_new(const MigRequest *request, const MigHost *source, const MigHost *destination,
                      const MigFacts *on_source, const MigFacts *on_destination,
                      const char *pki_path, GError **error);

/* Floating a{sv} as documented at Manager.Plan. */
GVariant *mig_plan_to_variant(const MigPlan *plan);

/* virDomainMigrateFlags of the request's mode and options. */
guint32 mig_plan_flags(const MigRequest *request);

const char *mig_call_to_string(MigCall call);
/* Names of the set flags, "VIR_MIGRATE_LIVE", in bit order. */
GStrv mig_plan_flag_names(guint32 flags);
