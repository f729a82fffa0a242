/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group "Network" of the page New migration: the destination's address that memory is sent to,
 * chosen of those the service lists or typed, the port, and the path that this gives. It follows
 * its draft and dry run by itself.
 */
#pragma once

#include <adwaita.h>

#include "draft.h"
#include "dry-run.h"

#define MIG_TYPE_NETWORK_GROUP (mig_network_group_get_type())
G_DECLARE_FINAL_TYPE(MigNetworkGroup, mig_network_group, MIG, NETWORK_GROUP, AdwPreferencesGroup)

/* Once, before all others. The address that the draft has is that destination's. */
void mig_network_group_open(MigNetworkGroup *self, MigClient *client, MigDraft *draft,
                            MigDryRun *dry_run, const char *source, const char *destination);

/* Host names, NULL: none is chosen. Another destination has other addresses: none is chosen. */
void mig_network_group_set_hosts(MigNetworkGroup *self, const char *source,
                                 const char *destination);

/* Asks for the addresses again. */
void mig_network_group_refresh(MigNetworkGroup *self);
