/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses at which a host may receive memory, as Host.ListInterfaces tells them, in words. */
#pragma once

#include <gio/gio.h>

/* A row (a{sv}): address with its subnet, and what there is to know of it. Owned by the caller. */
char *mig_interface_dup_title(GVariant *row);
char *mig_interface_dup_detail(GVariant *row, const char *source);
