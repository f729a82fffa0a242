/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The addresses a host has by its own account.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"

/* mig_interfaces_to_variant() of them, none if the host does not tell. Errors: CONNECTION_LOST. */
GVariant *mig_interfaces_list(virConnectPtr connection, const MigHost *host, char **raw,
                              GError **error);
