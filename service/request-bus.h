/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Manager.Migrate, Manager.Plan and Manager.Check: they take the same arguments, check them the
 * same way and differ in what polkit is asked and what is done then.
 */
#pragma once

#include "manager-bus.h"

/* Handlers of the manager's vtable; userdata is the ManagerBus. */
int request_bus_migrate(sd_bus_message *call, void *userdata, sd_bus_error *ret_error);
int request_bus_plan(sd_bus_message *call, void *userdata, sd_bus_error *ret_error);
int request_bus_check(sd_bus_message *call, void *userdata, sd_bus_error *ret_error);
