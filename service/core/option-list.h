/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options that have more than one value: sets of choices, lists and dictionaries. For option.c.
 * Errors: INVALID_OPTION_VALUE, LIMITS_EXCEEDED for more than MIG_REQUEST_LIST entries.
 */
#pragma once

#include "request.h"

gboolean mig_option_read_choices(const MigOptionInfo *info, GVariant *variant,
                                 MigOptionValue *value, GError **error);
GVariant *mig_option_write_choices(const MigOptionInfo *info, const MigOptionValue *value);

gboolean mig_option_read_list(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                              GError **error);
GVariant *mig_option_write_list(const MigOptionInfo *info, const MigOptionValue *value);

gboolean mig_option_read_map(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                             GError **error);
GVariant *mig_option_write_map(const MigOptionInfo *info, const MigOptionValue *value);
