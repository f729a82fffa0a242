/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts that are added, changed and removed over the bus, and what forbids it. The files are
 * host.h's, who may do it is asked by host-edit-bus.c.
 */
#pragma once

#include "manager.h"

/* Hosts that were added over the bus; files of the administrator's do not count. */
#define HOSTS_MAX 64

/* Whether `config` can be added or, with replace, may take the place of an added one of its name:
 * HOST_EXISTS, HOST_PROTECTED, LIMITS_EXCEEDED. */
gboolean host_edit_may_add(const Manager *manager, const MigHost *config, gboolean replace,
                           GError **error);
gboolean host_edit_add(Manager *manager, const MigHost *config, gboolean replace, GError **error);

/* UNKNOWN_HOST, HOST_PROTECTED, HOST_BUSY. */
gboolean host_edit_may_remove(const Manager *manager, const char *name, GError **error);
gboolean host_edit_remove(Manager *manager, const char *name, GError **error);
