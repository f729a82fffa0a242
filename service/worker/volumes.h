/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Volumes that libvirt makes on the destination for disks that are copied there. When the copy
 * fails libvirt leaves them behind. What was not there right before the call was made for it, and
 * nothing else is ever touched.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "request.h"

/* Paths, on the destination, of the disks that a request copies; `xml` is the guest's as it goes
 * there. Empty unless all of them is copied: libvirt makes no volumes for an incremental copy.
 * MIG_ERROR_FAILED: no XML of a guest. */
GStrv mig_volumes_of_guest(const char *xml, const MigRequest *request, GError **error);

/* Those of `paths` that libvirt will make a volume for: in the directory of an active storage pool
 * and not there. Asks the pools to look at their directories first; a path is left out if that
 * fails. Blocks, as all of these. */
GStrv mig_volumes_missing(virConnectPtr connection, const char *const *paths);

/* Those of `paths` that are volumes now. */
GStrv mig_volumes_there(virConnectPtr connection, const char *const *paths);

/* Deletes them; those that remain are the answer. */
GStrv mig_volumes_delete(virConnectPtr connection, const char *const *paths);
