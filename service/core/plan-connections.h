/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who connects to whom in a plan, with whose credentials, and what is encrypted on the way. For
 * plan.c.
 */
#pragma once

#include "mode.h"

/* An array of MigConnection. */
GArray *mig_plan_connections(const MigRequest *request, const MigPlan *plan,
                             const MigDriver *driver, const MigHost *source,
                             const MigHost *destination);

/* TRUE if the plan has no such connection that is not encrypted. */
gboolean mig_plan_is_encrypted(const MigPlan *plan, MigLink link);

/* Floating aa{sv} as documented at Manager.Plan. */
GVariant *mig_plan_connections_to_variant(const MigPlan *plan);
