/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host.ListInterfaces: asks both hosts for their addresses and answers with what follows.
 */
#pragma once

#include "manager-bus.h"

/* `source` NULL: no relation. Takes its own copies of what it needs; answers the call later. */
void interfaces_bus_answer(ManagerBus *face, sd_bus_message *call, const MigHost *destination,
                           const MigHost *source);
