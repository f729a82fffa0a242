/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plan refuses because of the facts. For plan.c; the host files are checked by
 * mig_request_check_hosts() of plan.h.
 */
#pragma once

#include "plan.h"

/* Errors: SAME_HOST, NOT_SUPPORTED, GUEST_NOT_FOUND, GUEST_NOT_RUNNING, GUEST_BUSY, GUEST_EXISTS.
 */
gboolean mig_plan_check_facts(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const MigFacts *on_source,
                              const MigFacts *on_destination, GError **error);
