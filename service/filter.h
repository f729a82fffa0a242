/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters of ListGuests and ListJobs: small a{sv} dictionaries whose keys are rows of a table.
 */
#pragma once

#include "ledger.h"

/* Most guests that ListGuests takes by name. */
#define FILTER_GUESTS_MAX 64

/* ListGuests: keys "active", "name", "guests" and "check". */
gboolean filter_check_guests(GVariant *dict, GError **error);

/* ListJobs; strings are borrowed from the dictionary. `caller` is used for the key "mine". */
gboolean filter_read_jobs(GVariant *dict, guint32 caller, MigJobFilter *filter, GError **error);
