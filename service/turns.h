/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose turn it is: calls, and what is done for them later, wait in the account of their caller.
 * Whoever has taken least of our time of late comes first. Before that can be said everybody who
 * has called must be known; but the bus hands us messages in one queue, where a flood stands before
 * everything else. So after some turns the bus is asked for a sign, which comes behind all that it
 * had for us, and no turn is taken until it is there.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "accounts.h"
#include "error.h"

typedef struct Turns Turns;
typedef struct Turn Turn;
typedef void (*TurnAct)(void *data);

/* Accounts are borrowed; turn_free() is what frees what waits in them. Negative errno. */
int turns_new(sd_bus *bus, Accounts *accounts, Turns **ret);
void turns_free(Turns *turns);
void turn_free(void *turn);

/* The call is passed on to its handler when its turn has come, or with `refusal` answered with
 * LimitsExceeded; `bytes` is what it costs to keep. */
void turns_add_call(Turns *turns, Account *account, sd_bus_message *call, gsize bytes,
                    const char *refusal);
/* `act` is run then. */
Turn *turns_add_act(Turns *turns, Account *account, TurnAct act, void *data);
/* Before it has come; NULL is none. */
void turns_drop(Turn *turn);

/* The user of the account is being asked for, and is known: nothing is done for it in between. */
void turns_hold(Turns *turns, Account *account);
void turns_go_on(Turns *turns, Account *account);
/* The oldest call that waits for that, borrowed: only a call lets the user be asked for. */
sd_bus_message *turns_first_call(const Account *account);
/* Answers every call that waits for it with an error at once; before a user is known nothing but
 * calls waits. */
void turns_refuse_all(Turns *turns, Account *account, MigError code, const char *why);

/* TRUE once for a call that is passed on: the filter lets it through. */
gboolean turns_passes(Turns *turns, sd_bus_message *call);

/* What waits in all. */
guint turns_waiting(const Turns *turns);
gsize turns_waiting_bytes(const Turns *turns);

/* Answers a call with an error at once, if it wants an answer and the bus still takes some. */
void turns_refuse(sd_bus_message *call, MigError code, const char *why);
