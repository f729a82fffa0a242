/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The virsh command line that makes the same libvirt call as a plan. For plan.c.
 */
#pragma once

#include "plan.h"

/* `plan` has everything but virsh and warnings. Words are quoted for a POSIX shell. */
char *mig_plan_virsh(const MigPlan *plan, const char *guest_name, const char *guest_uuid);
