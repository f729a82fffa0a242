/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * g_autoptr() for libsystemd's types.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus, sd_bus_flush_close_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus_creds, sd_bus_creds_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus_message, sd_bus_message_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_event, sd_event_unref)

typedef sd_bus_error BusError;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BusError, sd_bus_error_free)
