/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: guest, destination and options, validated and frozen. What cannot be right is refused
 * here, before anything is touched; what depends on the hosts is plan.c's.
 *
 * Every option is one row of a table: D-Bus type, range or choices, default, what it means to
 * libvirt (flag, parameter) and to virsh. Adding an option is adding a row.
 */
#pragma once

#include <glib.h>

/* In the order of the documentation. */
typedef enum {
    /* who connects to whom */
    MIG_OPT_SOURCE,
    MIG_OPT_FLOW,
    MIG_OPT_TRANSPORT,
    MIG_OPT_OPEN_DESTINATION,
    MIG_OPT_INTERFACE_ADDRESS,
    MIG_OPT_PORT,
    MIG_OPT_LISTEN_ADDRESS,
    MIG_OPT_DATA_PROTOCOL,
    /* the guest */
    MIG_OPT_LIVE,
    MIG_OPT_PAUSED,
    MIG_OPT_OFFLINE,
    MIG_OPT_PERSIST,
    MIG_OPT_UNDEFINE_SOURCE,
    MIG_OPT_DESTINATION_NAME,
    /* storage */
    MIG_OPT_COPY_STORAGE,
    MIG_OPT_DISKS,
    MIG_OPT_DISKS_ADDRESS,
    MIG_OPT_DISKS_PORT,
    MIG_OPT_SYNCHRONOUS_WRITES,
    /* edits of the guest's XML on its way */
    MIG_OPT_DISK_PATHS,
    MIG_OPT_NETWORKS,
    MIG_OPT_BRIDGES,
    /* encryption */
    MIG_OPT_TLS,
    MIG_OPT_TLS_NAME,
    /* speed and convergence */
    MIG_OPT_BANDWIDTH,
    MIG_OPT_POSTCOPY_BANDWIDTH,
    MIG_OPT_MAXIMUM_DOWNTIME,
    MIG_OPT_POSTCOPY,
    MIG_OPT_POSTCOPY_RESUME,
    MIG_OPT_AUTO_CONVERGE,
    MIG_OPT_AUTO_CONVERGE_INITIAL,
    MIG_OPT_AUTO_CONVERGE_INCREMENT,
    MIG_OPT_COMPRESSION,
    MIG_OPT_COMPRESSION_MT_LEVEL,
    MIG_OPT_COMPRESSION_MT_THREADS,
    MIG_OPT_COMPRESSION_MT_DTHREADS,
    MIG_OPT_COMPRESSION_XBZRLE_CACHE,
    MIG_OPT_PARALLEL,
    MIG_OPT_PARALLEL_CONNECTIONS,
    MIG_OPT_ZERO_COPY,
    MIG_OPT_RDMA_PIN_ALL,
    /* graphics clients follow the guest */
    MIG_OPT_GRAPHICS_TYPE,
    MIG_OPT_GRAPHICS_ADDRESS,
    MIG_OPT_GRAPHICS_PORT,
    MIG_OPT_GRAPHICS_TLS_PORT,
    MIG_OPT_GRAPHICS_TLS_SUBJECT,
    /* safety */
    MIG_OPT_ABORT_ON_ERROR,
    MIG_OPT_UNSAFE,
    MIG_OPT_TRY,
    MIG_N_OPTS
} MigOption;

typedef enum {
    MIG_KIND_BOOL,
    MIG_KIND_UINT,
    MIG_KIND_CHOICE,  /* one of the choices */
    MIG_KIND_CHOICES, /* a set of them; its number has a bit (1 << position) for each */
    MIG_KIND_HOST,
    MIG_KIND_ADDRESS,
    MIG_KIND_NAME,    /* a new name for the guest */
    MIG_KIND_DNS,     /* a host name */
    MIG_KIND_SUBJECT, /* of a certificate */
    MIG_KIND_DISKS,   /* targets of disks: "vda" */
    MIG_KIND_DISK_PATHS,
    MIG_KIND_NETWORKS,
    MIG_KIND_BRIDGES
} MigKind;

/* Positions in the choices of the options. */
typedef enum { MIG_FLOW_PEER_TO_PEER, MIG_FLOW_MANAGED_DIRECT, MIG_FLOW_UNMANAGED_DIRECT } MigFlow;
typedef enum { MIG_TRANSPORT_NATIVE, MIG_TRANSPORT_TUNNELLED } MigTransport;
typedef enum { MIG_COPY_NONE, MIG_COPY_ALL, MIG_COPY_INCREMENTAL } MigCopy;
typedef enum { MIG_PROTOCOL_TCP, MIG_PROTOCOL_RDMA } MigProtocol;
typedef enum { MIG_COMPRESSION_XBZRLE, MIG_COMPRESSION_MT } MigCompression;
typedef enum { MIG_GRAPHICS_NONE, MIG_GRAPHICS_SPICE, MIG_GRAPHICS_VNC } MigGraphics;

/* What one choice is to libvirt and virsh; 0 and NULL: nothing. */
typedef struct {
    guint32 flag;
    const char *virsh;
} MigChoice;

typedef struct {
    const char *key;       /* D-Bus option key */
    const char *signature; /* D-Bus type of the value: "b", "q", "u", "t", "s", "as", "a{ss}" */
    MigKind kind;
    const char *const *choices; /* MIG_KIND_CHOICE, MIG_KIND_CHOICES: NULL-terminated */
    const MigChoice *choice;    /* MIG_KIND_CHOICE: one for each, or NULL */
    guint64 min, max;           /* MIG_KIND_UINT */
    guint64 fallback;           /* default of bool, uint and choice (position) */
    guint32 flag;               /* libvirt flag set when the number is not 0, or 0 */
    const char *param;          /* VIR_MIGRATE_PARAM_* that takes the value when set, or NULL */
    const char *virsh_flag;     /* virsh option of the flag, or NULL */
    const char *virsh;          /* virsh option that takes the parameter's value, or NULL */
    const char *unit;           /* of a number, or NULL */
    const char *description;    /* one sentence */
} MigOptionInfo;

const MigOptionInfo *mig_option_info(MigOption option);

typedef struct {
    gboolean set; /* given by the caller, not the default */
    guint64 number;
    char *text; /* MIG_KIND_HOST, _ADDRESS (canonical), _NAME, _DNS, _SUBJECT */
    GStrv list; /* MIG_KIND_DISKS: targets; the edits: from, to, from, to, ... */
} MigOptionValue;

typedef struct {
    char *guest;       /* name or UUID */
    char *destination; /* name of a host, or a URI as it was read */
    MigOptionValue options[MIG_N_OPTS];
} MigRequest;

void mig_request_free(MigRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigRequest, mig_request_free)

/* At most that many options, bytes in a key or a string, and entries in a list; more is
 * MIG_ERROR_LIMITS_EXCEEDED. */
#define MIG_REQUEST_OPTIONS 64
#define MIG_REQUEST_STRING 4096
#define MIG_REQUEST_LIST 32

/* `options` is an a{sv} (only read, a floating reference stays the caller's). Checks every key,
 * type, value, all rules of rules.h and that source and destination differ; the error names the key
 * and says what it may be. */
MigRequest *mig_request_new(const char *guest, const char *destination, GVariant *options,
                            GError **error);

/* Only what the caller set, as a floating a{sv} that mig_request_new() reads back the same. */
GVariant *mig_request_options(const MigRequest *request);

/* A guest name (1..255 bytes UTF-8, no control characters, no '/') or UUID. */
gboolean mig_guest_is_valid(const char *guest);

/* Name of the source host, "local" unless the caller said another. */
const char *mig_request_source(const MigRequest *request);
MigFlow mig_request_flow(const MigRequest *request);
MigTransport mig_request_transport(const MigRequest *request);
/* Text of an option that has one, NULL if it is not set; list, never NULL; number of any other.
 * Defaults included. */
const char *mig_request_text(const MigRequest *request, MigOption option);
const char *const *mig_request_list(const MigRequest *request, MigOption option);
guint64 mig_request_number(const MigRequest *request, MigOption option);
/* Name of the guest on the destination. */
const char *mig_request_name_there(const MigRequest *request, const char *name_here);
/* What `from` becomes by an option whose list is from, to, from, to, ...; NULL: it stays. */
const char *mig_request_edit(const MigRequest *request, MigOption option, const char *from);
/* TRUE if the guest's XML is edited on its way. */
gboolean mig_request_has_edits(const MigRequest *request);
