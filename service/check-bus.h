/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Manager.Check: has both hosts looked at and answers with the plan and with all that is found.
 */
#pragma once

#include "manager-bus.h"

/* Takes its own copies of what it needs; answers the call later. */
void check_bus_answer(ManagerBus *face, sd_bus_message *call, const MigRequest *request,
                      const MigHost *source, const MigHost *destination);
