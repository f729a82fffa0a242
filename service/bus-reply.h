/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers to calls. Every call gets one: if a value cannot be sent, an error that says so.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* All return what a handler returns. */

int bus_reply_error(sd_bus_message *call, const GError *error);

/* With one value, which it takes if it is floating. */
int bus_reply_variant(sd_bus_message *call, GVariant *value);
/* With the members of a tuple, which it takes if it is floating. */
int bus_reply_tuple(sd_bus_message *call, GVariant *tuple);

/* With what a query worker has answered: its body as it is, or the error. */
int bus_forward_answer(sd_bus_message *call, sd_bus_message *answer, const GError *error);
