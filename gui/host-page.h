/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page that adds a host or changes one that was added; pushed with mig_window_push(). When it
 * is saved it goes back, after the signal "saved" with the host's name.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_HOST_PAGE (mig_host_page_get_type())
G_DECLARE_FINAL_TYPE(MigHostPage, mig_host_page, MIG, HOST_PAGE, AdwBin)

/* `host` NULL: a new one. */
GtkWidget *mig_host_page_new(MigClient *client, MigHost *host);
