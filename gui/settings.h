/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app remembers: size of the window, last source. Without its schema, as when it runs from
 * a build directory, it remembers nothing and works.
 */
#pragma once

#include <gio/gio.h>

/* The settings of the process, borrowed; NULL: the schema is not installed. */
GSettings *mig_settings_get(void);
