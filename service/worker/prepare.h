/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the plan and the call: what is made of the guest's own XML. Pure functions.
 */
#pragma once

#include "side.h"
#include "task.h"

/* TRUE if the source's XML of the guest must be read first (mig_side_read_xml()). */
gboolean mig_prepare_needs_xml(const MigTask *task);

/* The plan's parameters and, if the request edits the guest, its XML.
 * MIG_ERROR_INVALID_OPTION_VALUE names an edit that changes nothing. */
GVariant *mig_prepare_params(const MigTask *task, const MigPlan *plan, const MigSide *source,
                             GError **error);

/* Paths of the disks that are copied, on the destination, where they are `params` says. */
GStrv mig_prepare_volumes(const MigTask *task, const MigSide *source, GVariant *params,
                          GError **error);
