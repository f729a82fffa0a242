/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Edits of a guest's XML on its way: another path of a disk, another name of a network or a bridge.
 * They are typed, so that a caller can change nothing else; pure functions.
 *   disk-paths: <source file=> or <source dev=> of the <disk> whose <target dev=> is named; its
 *     <backingStore>, which is of the old path, is left out: the destination finds the new one's.
 *   networks: <source network=> of each <interface type='network'> on it, bridges: <source bridge=>
 *     of each <interface type='bridge'>. What libvirt noted there of the old one is left out.
 */
#pragma once

#include "request.h"

/* The XML with the edits of `request`. MIG_ERROR_INVALID_OPTION_VALUE names the first edit that has
 * nothing to change, unless `lenient`: then it is skipped. MIG_ERROR_FAILED: no XML of a guest. */
char *mig_edit_guest(const char *xml, const MigRequest *request, gboolean lenient, GError **error);
