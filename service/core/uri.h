/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The URI grammar: the only place that makes strings for libvirt's URI parser, always from checked
 * parts and never from what a caller sent. A URI decides which programs run as whom, so the
 * grammar is an allow-list:
 *
 *   connection = driver ["+" transport] "://" [user "@"] host [":" port] "/system"
 *              | "vpx://" login "@" host [":" port] 2*16( "/" name )
 *   user       = [a-z_][a-z0-9_-]{0,31}                        ssh only
 *   login      = [A-Za-z0-9_][A-Za-z0-9._-]{0,63} ["%40" dns]
 *   name       = 1 to 80 of A-Z a-z 0-9 _ . ( ) - and "%20" for a space, which does not begin or
 *                end it; not "." or ".."
 *   host       = dns | ipv4 | "[" ipv6 "]"
 *   dns        = labels [A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?, 253 bytes at most,
 *                at least one label with a letter, not "localhost" or below it
 *   port       = 1..65535 without leading zero
 *   migration  = scheme "://" host [":" port]                  host an IP literal
 *   graphics   = ("spice" | "vnc") "://" host [":" port] ["?" tlsPort and tlsSubject]
 *
 * and no query but the one this file appends itself. Which transports a driver has, and what its
 * path is, is a row of a table.
 */
#pragma once

#include "hostfile.h"

gboolean mig_uri_user_is_valid(const char *user);
gboolean mig_uri_dns_is_valid(const char *name);

/* Canonical text of an IPv4 or IPv6 literal (no zone, no brackets) or NULL. Loopback, unspecified,
 * multicast and link-local addresses are refused: no other host can reach them. */
char *mig_uri_canonical_address(const char *text);

/* TRUE if two canonical addresses are of one family and have their first `bits` in common. */
gboolean mig_uri_same_network(const char *a, const char *b, guint bits);

/* DNS name or IP literal fit for a connection URI. */
gboolean mig_uri_host_is_valid(const char *text);
/* It as it goes into one, without brackets; NULL if it is none. */
char *mig_uri_canonical_host(const char *text);

/* A hypervisor driver this project has rules for. */
gboolean mig_uri_driver_is_valid(const char *driver);
/* TRUE if the driver's hosts can be reached that way. */
gboolean mig_uri_driver_has(const char *driver, MigConnect connect);

/* Name of a vCenter's user: "root", "administrator@vsphere.local". */
gboolean mig_uri_login_is_valid(const char *login);
/* At least `min` and at most `max` names of a vCenter's inventory with "/" between them:
 * "Folder/Datacenter 1". */
gboolean mig_uri_names_are_valid(const char *names, guint min, guint max);
#define MIG_URI_PATH_MAX 16

/* 1..65535 without leading zero, else FALSE and `ret` untouched. */
gboolean mig_uri_parse_port(const char *text, guint16 *ret);

/* Parts of a connection URI; for the grammar's tests and to re-read what was built. */
typedef struct {
    char *driver;
    MigConnect connect;
    char *user;
    char *host; /* without brackets */
    guint16 port;
    char *path; /* as MigRoute has it */
} MigUri;

void mig_uri_free(MigUri *uri);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigUri, mig_uri_free)

/* Reads a connection URI without a query by the grammar above, refuses everything else with
 * MIG_ERROR_INVALID_ARGUMENT. */
MigUri *mig_uri_parse(const char *text, GError **error);

/* URI for a route: "qemu:///system", "qemu+ssh://root@host-b/system?no_tty=1&proxy=native",
 * "vpx://root@vcenter.example/DC/Cluster/esx1.example", ...
 * `pki_path` (absolute, or NULL) is appended for TLS as pkipath=. Never fails for a MigRoute that
 * mig_host_parse() made; aborts on one that was not checked. */
char *mig_uri_for_route(const char *driver, const MigRoute *route, const char *pki_path);

/* "tcp://192.0.2.12:49160", "rdma://[2001:db8::1]"; the address is canonical, port 0: left out.
 * `scheme` is a constant of ours. */
char *mig_uri_for_migration(const char *scheme, const char *address, guint16 port);

/* "spice://192.0.2.12:5901?tlsPort=5902&tlsSubject=..."; the address is canonical, ports that are 0
 * and a `tls_subject` that is NULL are left out, the subject is escaped. */
char *mig_uri_for_graphics(const char *scheme, const char *address, guint16 port, guint16 tls_port,
                           const char *tls_subject);
