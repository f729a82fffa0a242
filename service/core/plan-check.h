/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plan refuses because of the facts. For plan.c; the host files are checked by
 * mig_request_check_hosts() of plan.h.
 */
#pragma once

#include "mode.h"

/* Two UUIDs that are there and the same, whatever their case. */
gboolean mig_plan_is_same_uuid(const char *a, const char *b);

/* Errors: SAME_HOST, NOT_SUPPORTED, GUEST_NOT_FOUND, GUEST_NOT_RUNNING, GUEST_RUNNING, GUEST_BUSY,
 * GUEST_EXISTS. `on_destination` may be NULL: nobody looked. */
gboolean mig_plan_check_facts(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const MigFacts *on_source,
                              const MigFacts *on_destination, GError **error);

/* NOT_SUPPORTED: the driver has not the flow, the transport or an option of the request. */
gboolean mig_plan_check_driver(const MigRequest *request, const MigDriver *driver, GError **error);
/* Sets NOT_SUPPORTED "hypervisor driver TYPE WHAT: REMEDY" and is FALSE. */
gboolean mig_plan_refuse_driver(const char *type, const char *what, const char *remedy,
                                GError **error);
