/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The addresses of a host, and what two hosts' addresses have to do with each other: which of the
 * destination's may receive a guest's memory, and over which of its own the source sends it.
 */
#pragma once

#include "hostfile.h"

/* Most addresses that a host is believed to have, besides those in its file. */
#define MIG_INTERFACES_MAX 256
/* Longest name of one, in bytes. */
#define MIG_INTERFACE_NAME_MAX 64

typedef enum { MIG_LINK_UNKNOWN, MIG_LINK_UP, MIG_LINK_DOWN, MIG_N_LINK_STATES } MigLinkState;

/* Who says so. */
typedef enum {
    MIG_ORIGIN_LIBVIRT,   /* the host's libvirt */
    MIG_ORIGIN_MACHINE,   /* the kernel of the machine the service runs on */
    MIG_ORIGIN_HOST_FILE, /* the administrator */
    MIG_N_ORIGINS
} MigOrigin;

/* One address. */
typedef struct {
    char *name;    /* of the interface, "" if unknown */
    char *address; /* canonical IP literal */
    guint prefix;  /* bits, 0 unknown */
    guint speed;   /* Mbit/s, 0 unknown */
    MigLinkState state;
    MigOrigin origin;
} MigInterface;

/* What sysfs and libvirt call a link's state ("up", "lowerlayerdown", ...); NULL: unknown. */
MigLinkState mig_link_state_from_string(const char *text);

/* An empty array of MigInterface. */
GPtrArray *mig_interfaces_new(void);

/* Adds a copy of what one host says of itself. FALSE, nothing added: the address is none at which
 * another host can be reached (mig_uri_canonical_address()), is there already, or the array is
 * full. A name that is too long or not printable and a prefix that cannot be are unknown. */
gboolean mig_interfaces_add(GPtrArray *interfaces, const MigInterface *said);

/* aa{sv} with the first six keys of Host.ListInterfaces; from_variant checks as add does. */
GVariant *mig_interfaces_to_variant(const GPtrArray *interfaces);
GPtrArray *mig_interfaces_from_variant(GVariant *array, GError **error);

/* Adds what the host's file has besides: MigrationAddresses=, and Address= and PeerAddress= where
 * they are no names. */
void mig_interfaces_add_host_file(GPtrArray *interfaces, const MigHost *host);

/* The addresses alone, NULL-terminated; the strings belong to the array. */
const char **mig_interfaces_addresses(const GPtrArray *interfaces);

/* TRUE if every prefix that is known, and one is, has both in one subnet. */
gboolean mig_interfaces_same_subnet(const MigInterface *a, const MigInterface *b);

/* The aa{sv} of Host.ListInterfaces. `source` may be NULL: no relation. `routes` (a{ss}, or NULL)
 * has the address that the source would send from, for each destination it has a route to. */
GVariant *mig_interfaces_join(const GPtrArray *destination, const MigHost *host,
                              const GPtrArray *source, GVariant *routes);
