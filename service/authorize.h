/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authorization: asks polkit whether the sender of a call may do its action, without blocking.
 * Denied unless polkit says yes: also when it is absent or answers with an error, for root too. A
 * question dies with its caller. What was asked for is frozen in `request` before and acted on
 * afterwards, when it is the caller's turn; until then the question counts as open.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "access.h"
#include "call-limits.h"

typedef struct Authorizer Authorizer;

/* polkit said yes: act, and reply to `call`. */
typedef void (*Authorized)(sd_bus_message *call, void *request);

Authorizer *authorizer_new(sd_bus *bus, Limits *limits);
void authorizer_free(Authorizer *authorizer);
gboolean authorizer_idle(const Authorizer *authorizer);

/* The action is what access.h has for the method. Details are pairs of key and value,
 * NULL-terminated, for the dialog and for rules. The request is freed with free_request when it was
 * acted on or denied. Returns what the bus handler returns. */
int authorize(Authorizer *authorizer, sd_bus_message *call, AccessCase which,
              const char *const *details, Authorized authorized, void *request,
              GDestroyNotify free_request);

/* User of the sender, see call-limits.h. MIG_ERROR_ACCESS_DENIED if it has left the bus. */
gboolean authorize_sender(const Authorizer *authorizer, sd_bus_message *call, guint32 *uid,
                          GError **error);
