/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests of a host, in two libvirt calls however many there are if the driver can do that.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"

/* aa{sv} as documented at Manager.ListGuests; `filter` (a{sv}) as there, checked by the service. */
GVariant *mig_guests_list(virConnectPtr connection, const MigHost *host, GVariant *filter,
                          char **raw, GError **error);
