/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections to libvirt daemons and what is asked on them. All of these block, some for minutes:
 * never from the main thread. `raw` of every function takes libvirt's own text (mig_libvirt_error).
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"
#include "plan.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, virDomainFree)

/* Opens the host's own route with keepalives, never asking anybody for a password. Errors:
 * HOST_UNREACHABLE, HOST_TIMEOUT, HOST_NAME_UNKNOWN, CONNECTION_REFUSED, HOST_KEY_UNKNOWN,
 * HOST_KEY_CHANGED, LOGIN_REFUSED, LIBVIRT_REFUSED, LIBVIRT_DOWN. */
virConnectPtr mig_connection_open(const MigHost *host, const char *pki_path, char **raw,
                                  GError **error);
gboolean mig_connection_is_alive(virConnectPtr connection);

/* Facts of the host, none of a guest yet. HOST_UUID_MISMATCH if its file pins another UUID;
 * CONNECTION_LOST. */
MigFacts *mig_connection_ask_host(virConnectPtr connection, const MigHost *host, char **raw,
                                  GError **error);

/* Fills in the guest's facts, looked up by `uuid` if not empty, else or then by the name or UUID
 * `guest`. No such guest: guest_found is FALSE and guest_state -1. */
gboolean mig_connection_ask_guest(virConnectPtr connection, const MigHost *host, const char *guest,
                                  const char *uuid, MigFacts *facts, char **raw, GError **error);

/* The guest itself, *ret NULL if there is none. */
gboolean mig_connection_find_guest(virConnectPtr connection, const MigHost *host, const char *guest,
                                   const char *uuid, virDomainPtr *ret, char **raw, GError **error);
