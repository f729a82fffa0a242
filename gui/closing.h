/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said when the window is closed, or the app quit, while guests are being moved: that this
 * stops nothing. The first time a dialog says it, later a notification.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

typedef void (*MigClosing)(GtkWindow *window);

/* Calls `close` at once, or when the user has read the dialog and agrees. */
void mig_closing(GtkWindow *window, MigClient *client, MigClosing close);

/* Jobs that have not ended; `first`, if not NULL: one of them, owned by the caller, or NULL. */
guint mig_closing_count(MigClient *client, MigJob **first);
