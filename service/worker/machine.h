/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network of the machine this process runs on, as the kernel tells anybody: addresses, links
 * and where it would send from. Asks nobody else and sends no packet. Needs no netlink, which the
 * unit does not allow: getifaddrs() would.
 */
#pragma once

#include "core/interfaces.h"

/* What cannot be read is left out. */
void mig_machine_add_interfaces(GPtrArray *interfaces);

/* a{ss}, floating: for each of the addresses that there is a route to, the address it would send
 * from. */
GVariant *mig_machine_find_routes(const char *const *addresses);
