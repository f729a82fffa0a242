/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The typed parameters of libvirt's call, out of the options of a request. For plan.c.
 */
#pragma once

#include "hostfile.h"
#include "mode.h"

/* a{sv} with values of the types that libvirt wants; a full reference. destination: NULL if nothing
 * is known of it. */
GVariant *mig_plan_params(const MigRequest *request, const MigHost *destination,
                          const MigDriver *driver);

/* URI of the memory's connection, NULL: the destination's libvirt makes one. */
char *mig_plan_migration_uri(const MigRequest *request, const MigDriver *driver);
/* URI of the disks' connection, NULL: libvirt makes one. A chosen port has one if an address of the
 * destination is known. */
char *mig_plan_disks_uri(const MigRequest *request, const MigHost *destination);
