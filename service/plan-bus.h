/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Manager.Plan: asks both hosts for facts and answers with the plan that follows.
 */
#pragma once

#include "manager-bus.h"

/* Takes its own copies of what it needs; answers the call later. */
void plan_bus_answer(ManagerBus *face, sd_bus_message *call, const MigRequest *request,
                     const MigHost *source, const MigHost *destination);

/* Where a worker looks for our certificates, NULL if they are not there; shown in a plan's URIs. */
char *plan_bus_pki_path(const ManagerBus *face);
