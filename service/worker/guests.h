/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests of a host, in two libvirt calls however many there are if the driver can do that.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"

/* Most guests of one answer; MIG_ERROR_LIMITS_EXCEEDED if there are more. */
#define MIG_GUESTS_MAX 10000

/* aa{sv} as documented at Manager.ListGuests; `filter` (a{sv}) as there, checked by the service. */
GVariant *mig_guests_list(virConnectPtr connection, const MigHost *host, GVariant *filter,
                          char **raw, GError **error);
