/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One end of a connection without a bus between: what the other says of itself is believed. */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Takes the descriptor, an end of a pair of sockets; one of the two is the server. */
static inline sd_bus *bus_new(int fd, gboolean is_server)
{
    sd_bus *bus = NULL;

    g_assert_cmpint(sd_bus_new(&bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(bus, fd, fd), >=, 0);
    if (is_server)
        g_assert_cmpint(sd_bus_set_server(bus, TRUE, (sd_id128_t){ .bytes = { 1 } }), >=, 0);
    g_assert_cmpint(sd_bus_start(bus), >=, 0);

    return bus;
}
