/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view Hosts: the configured hosts, whether they answer, and how to add one. */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_HOSTS_PAGE (mig_hosts_page_get_type())
G_DECLARE_FINAL_TYPE(MigHostsPage, mig_hosts_page, MIG, HOSTS_PAGE, AdwBin)

/* Once, before it is shown. */
void mig_hosts_page_set_client(MigHostsPage *self, MigClient *client);

/* Pushes the page that adds a host. */
void mig_hosts_page_add(MigHostsPage *self);
