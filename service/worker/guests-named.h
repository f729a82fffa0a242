/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Some guests of a host, looked up one by one: two or three libvirt calls a guest, whatever else
 * the host has.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"

/* Those of `names` (names or UUIDs) that are there, each once: arrays of virDomain, [0] of guests
 * without a configuration, [1] of those with one. */
gboolean mig_guests_find(virConnectPtr connection, const MigHost *host, const char *const *names,
                         GPtrArray *found[2], char **raw, GError **error);

/* Their statistics, for virDomainStatsRecordListFree(); `found` is empty afterwards. The number,
 * -1: libvirt's last error says why. */
int mig_guests_ask(GPtrArray *found, unsigned int stats, virDomainStatsRecordPtr **records);
