/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One finding of Check, of a plan or of a job: properties id, severity (note, warning, blocker),
 * arguments (a{ss}), sentence and remedy, these two in the user's language, and message, the
 * service's own words.
 */
#pragma once

#include <gio/gio.h>

#include "failure.h"
#include "object.h"

#define MIG_TYPE_FINDING (mig_finding_get_type())
G_DECLARE_FINAL_TYPE(MigFinding, mig_finding, MIG, FINDING, MigObject)

/* A list of MigFinding, in the service's order, of an aa{sv}; NULL: an empty one. `names`: of the
 * migration, may be NULL. */
GListModel *mig_finding_list_new(GVariant *findings, const MigFailureNames *names);
