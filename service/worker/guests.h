/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests of a host, in two libvirt calls however many there are if the driver can do that, or
 * some of them by name.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "plan.h"

/* Most guests of one answer; MIG_ERROR_LIMITS_EXCEEDED if there are more. */
#define MIG_GUESTS_MAX 10000

/* TRUE if the answer takes facts of the host. */
gboolean mig_guests_wants_facts(GVariant *filter);

/* aa{sv} as documented at Manager.ListGuests; `filter` (a{sv}) as there, checked by the service;
 * `facts`: NULL unless they are wanted. */
GVariant *mig_guests_list(virConnectPtr connection, const MigHost *host, const MigFacts *facts,
                          GVariant *filter, char **raw, GError **error);
