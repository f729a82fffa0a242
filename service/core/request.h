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

typedef enum {
    MIG_OPT_SOURCE,
    MIG_OPT_FLOW,
    MIG_OPT_TRANSPORT,
    MIG_OPT_INTERFACE_ADDRESS,
    MIG_OPT_PORT,
    MIG_OPT_LIVE,
    MIG_OPT_PERSIST,
    MIG_OPT_UNDEFINE_SOURCE,
    MIG_N_OPTS
} MigOption;

typedef enum {
    MIG_KIND_BOOL,
    MIG_KIND_UINT,
    MIG_KIND_CHOICE,
    MIG_KIND_HOST,
    MIG_KIND_ADDRESS
} MigKind;

/* Positions in the choices of MIG_OPT_FLOW and MIG_OPT_TRANSPORT. */
typedef enum { MIG_FLOW_PEER_TO_PEER, MIG_FLOW_MANAGED_DIRECT } MigFlow;
typedef enum { MIG_TRANSPORT_NATIVE, MIG_TRANSPORT_TUNNELLED } MigTransport;

typedef struct {
    const char *key;       /* D-Bus option key */
    const char *signature; /* D-Bus type of the value: "b", "q", "s" */
    MigKind kind;
    const char *const *choices; /* MIG_KIND_CHOICE: NULL-terminated */
    guint64 min, max;           /* MIG_KIND_UINT */
    guint64 fallback;           /* default of bool, uint and choice (position) */
    guint32 flag;               /* libvirt flag set when the (bool) value is true, or 0 */
    const char *param;          /* VIR_MIGRATE_PARAM_* that takes the value when set, or NULL */
    const char *virsh;          /* virsh option for flag or param, or NULL */
    const char *description;    /* one sentence, with unit */
} MigOptionInfo;

const MigOptionInfo *mig_option_info(MigOption option);

typedef struct {
    gboolean set; /* given by the caller, not the default */
    guint64 number;
    char *text; /* MIG_KIND_HOST, MIG_KIND_ADDRESS (canonical) */
} MigOptionValue;

typedef struct {
    char *guest; /* name or UUID */
    char *destination;
    MigOptionValue options[MIG_N_OPTS];
} MigRequest;

void mig_request_free(MigRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigRequest, mig_request_free)

/* At most that many options, and bytes in a key or a string; more is MIG_ERROR_LIMITS_EXCEEDED. */
#define MIG_REQUEST_OPTIONS 64
#define MIG_REQUEST_STRING 4096

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
/* Text of a host or address option, NULL if it has none; number of any other. Defaults included. */
const char *mig_request_text(const MigRequest *request, MigOption option);
guint64 mig_request_number(const MigRequest *request, MigOption option);
