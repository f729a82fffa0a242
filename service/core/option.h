/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One value of an option, between D-Bus and a request. For request.c; everybody else asks the
 * request.
 */
#pragma once

#include "request.h"

/* Checks type, range and grammar and stores what was read in `value`. Errors: INVALID_OPTION_TYPE,
 * INVALID_OPTION_VALUE, INVALID_ADDRESS. */
gboolean mig_option_read(MigOption option, GVariant *variant, MigOptionValue *value,
                         GError **error);

/* Floating variant of the option's D-Bus type, of a value that is set. */
GVariant *mig_option_write(MigOption option, const MigOptionValue *value);
