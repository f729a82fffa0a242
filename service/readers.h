/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is shown what of the jobs of others. Everybody may read how far a job is; which guest, which
 * hosts and what went wrong (the properties that have an action in access.c) is for its owner and
 * for callers to whom polkit grants that action. It is asked once a caller, when a read would show
 * something of others, and again when polkit says that things have changed; others get empty
 * values, and AccessDenied from Get. Changes of such properties are sent to those callers alone.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "call-limits.h"

/* Callers that are remembered, in all and of one user: whoever was silent for longest is forgotten
 * then, gets no more changes, and is remembered again with the next read. */
#define READERS_MAX 256
#define READERS_MAX_USER 32

typedef struct Readers Readers;

typedef struct {
    /* TRUE if at the path are jobs of others than the user. */
    gboolean (*hides)(const char *path, guint32 uid, void *userdata);
    /* The caller, who was shown less, may see everything now: readers_tell_one(). */
    void (*revealed)(const char *sender, void *userdata);
} ReadersHandlers;

Readers *readers_new(sd_bus *bus, Limits *limits, const ReadersHandlers *handlers, void *userdata);
void readers_free(Readers *readers);
/* From now on reads wait until it is known what their callers may see. Negative errno. */
int readers_begin(Readers *readers);

/* TRUE if the call that is being answered is a read whose caller may see jobs of the user. */
gboolean readers_may_see(const Readers *readers, guint32 owner_uid);

/* Why the caller of the Get of a job that is being answered is denied the property, a constant. The
 * first time that is written into the journal. */
const char *readers_deny(const Readers *readers, guint32 owner_uid, const char *property);

/* The caller is told of changes of its user's own jobs. */
void readers_add(Readers *readers, sd_bus_message *call);
/* polkit has granted the caller the action; that holds until it leaves the bus. */
void readers_grant(Readers *readers, sd_bus_message *call);

/* Sends PropertiesChanged with the values (a{sv}, borrowed) to everybody who may see jobs of the
 * user, or to one caller. */
void readers_tell(const Readers *readers, guint32 owner_uid, const char *path,
                  const char *interface, GVariant *values);
void readers_tell_one(const Readers *readers, const char *sender, const char *path,
                      const char *interface, GVariant *values);
