/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How large the arguments of a message are. sd-bus does not tell.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Bytes of the body as D-Bus marshals it. Looks no further than some value beyond `limit`; of a
 * message that cannot be read it counts what can. The message is read from its start afterwards. */
gsize message_size(sd_bus_message *message, gsize limit);
