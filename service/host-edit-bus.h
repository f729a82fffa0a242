/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Manager.AddHost and Manager.RemoveHost.
 */
#pragma once

#include "manager-bus.h"

int host_edit_bus_add(sd_bus_message *call, void *userdata, sd_bus_error *ret_error);
int host_edit_bus_remove(sd_bus_message *call, void *userdata, sd_bus_error *ret_error);
