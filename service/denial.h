/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A denied call in the journal: who has called what, which action was denied, and why.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* `uid`: of the caller, NULL: it is not known. `action`: NULL: the call alone does not say which.
 * Details: what it is about, pairs of a detail of
 * polkit's and its value, NULL-terminated, or NULL; each is a field. */
void denial_journal(sd_bus_message *call, const guint32 *uid, const char *action, const char *why,
                    const char *const *details);
