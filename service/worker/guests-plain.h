/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests of a host whose driver has no bulk statistics (Xen, OpenVZ, ESX): what
 * virConnectGetAllDomainStats() would have said, as far as virDomainGetInfo() tells it, in one call
 * a guest. Disks are not told.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

/* Guests with a configuration, or those without. For virDomainStatsRecordListFree(). Their number,
 * -1: libvirt's last error says why. */
int mig_guests_plain(virConnectPtr connection, gboolean persistent, gboolean active_only,
                     virDomainStatsRecordPtr **records);
/* The same of these guests, which it takes over. */
int mig_guests_plain_of(virDomainPtr *domains, int n, virDomainStatsRecordPtr **records);
