/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fairness between callers: the one place every call passes before anything is done for it.
 *
 * A call is refused with LimitsExceeded at once if it is too large or if too much of its caller
 * waits already. Everything else waits for its turn (turns.h), also the refusal of a call that came
 * too fast (a token bucket for reads, one for everything else).
 *
 * What a caller has open is counted in its account. File descriptors do not get here: the bus does
 * not pass them to us (main.c).
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "turns.h"

/* Bytes of the arguments of one call. */
#define LIMITS_MESSAGE_BYTES (64 * 1024)

/* Why a call is denied whose caller is nobody that could be authorized. */
#define LIMITS_NO_USER                                                                             \
    "the bus does not know the caller's user; connect to it anew, as a user of this machine"

typedef struct Limits Limits;

Limits *limits_new(sd_bus *bus, GError **error);
/* From now on calls are passed on in turn, before filters that were added earlier see them; those
 * added later do not know of turns. Negative errno. */
int limits_begin(Limits *limits);
void limits_free(Limits *limits);
/* TRUE if no call waits. */
gboolean limits_idle(const Limits *limits);

/* Something of a call that is open; counted until it is closed. */
typedef struct {
    Limits *limits;
    Account *account;
    OpenKind kind;
} OpenCall;

/* MIG_ERROR_LIMITS_EXCEEDED. */
OpenCall *limits_open(Limits *limits, sd_bus_message *call, OpenKind kind, GError **error);
void limits_close(OpenCall *open);

/* The caller has left the bus: forgets it, unless something of it is still open. */
void limits_forget(Limits *limits, const char *sender);

/* Passes a call on once more, which a later filter has kept; it was counted before. */
void limits_pass(Limits *limits, sd_bus_message *call);

/* Runs `act` from the loop when it is the caller's turn, see turns.h. */
Turn *limits_in_turn(OpenCall *open, TurnAct act, void *data);

/* User of the sender, asked for once a caller; MIG_ERROR_ACCESS_DENIED if it is not known, which
 * cannot be within a handler or before everything of the call is closed. */
gboolean limits_user(const Limits *limits, sd_bus_message *call, guint32 *uid, GError **error);
