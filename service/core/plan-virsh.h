/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The virsh command line that makes the same libvirt call as a plan. For plan.c.
 */
#pragma once

#include "plan.h"

/* Fills in `virsh` or `no_virsh` of a plan that has its URIs, flags and parameters. Words are
 * quoted for a POSIX shell. */
void mig_plan_virsh(MigPlan *plan, const MigRequest *request, const MigHost *destination,
                    const MigFacts *on_source);
