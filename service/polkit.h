/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One question to polkit, and its answer. The subject is always a name on the bus: a process could
 * have become another one, a name is never given twice.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#define POLKIT_SILENT "polkit could not be asked; see what systemctl status polkit says"

typedef struct {
    const char *sender; /* who is to be authorized, a unique name */
    const char *action;
    const char *const *details; /* pairs of key and value, NULL-terminated; or NULL */
    gboolean interactive;       /* a password may be asked for */
    const char *id;             /* to withdraw the question by; "" if it never is */
} PolkitQuestion;

/* Asks without waiting; `answered` gets the answer, or after `usec` (UINT64_MAX: never) an error.
 * Negative errno. */
int polkit_ask(sd_bus *bus, sd_bus_slot **ret_slot, const PolkitQuestion *question, uint64_t usec,
               sd_bus_message_handler_t answered, void *userdata);
void polkit_withdraw(sd_bus *bus, const char *id);

/* Why the answer to such a question is no, a constant; NULL: it is yes. Anything that cannot be
 * read is a no. */
const char *polkit_refusal(sd_bus_message *answer, gboolean interactive);

/* Calls `changed` whenever polkit says that it may answer otherwise than before. Negative errno. */
int polkit_watch(sd_bus *bus, sd_bus_slot **ret_slot, sd_bus_message_handler_t changed,
                 void *userdata);
