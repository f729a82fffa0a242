/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking a host for what a check needs (core/inspection.h), on an open connection. All of it blocks
 * and changes nothing. Only a lost connection is an error (CONNECTION_LOST): what libvirt there
 * cannot or will not tell stays unknown. `raw` takes libvirt's text of an error.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "inspection.h"

/* The source. `facts` are those of its guest, which was found. */
MigGuestReport *mig_inspect_source(virConnectPtr connection, const MigHost *host,
                                   const MigFacts *facts, const MigGuestQuestion *question,
                                   char **raw, GError **error);

/* Of a guest of the source only what its definition tells and how many snapshots it has, in two
 * calls. *hypervisor is virConnectGetVersion(), which is asked for if it is 0. NULL without an
 * error: the guest has just gone. */
MigGuestReport *mig_inspect_definition(virConnectPtr connection, const MigHost *host,
                                       virDomainPtr domain, guint64 *hypervisor, char **raw,
                                       GError **error);

/* The destination. */
MigHostReport *mig_inspect_destination(virConnectPtr connection, const MigHost *host,
                                       const MigHostQuestion *question, char **raw, GError **error);
