/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two settings (tests/unit/rules-settings.h) as a call of libvirt, whether or not our rules let
 * them pass together.
 */
#pragma once

#include "request.h"

/* What the settings' address, ports and name are in the lab; NULL and 0: leave them as they are. */
typedef struct {
    const char *address;          /* of the destination */
    guint port;                   /* of the memory, the next one is of the disks */
    const char *certificate_name; /* of the destination */
} Place;

typedef struct {
    MigRequest *request;
    gboolean managed; /* virDomainMigrate3(), otherwise virDomainMigrateToURI3() */
    gboolean peer;    /* with the destination's URI */
    guint32 flags;
    GVariant *params; /* as MigPlan has them */
} Call;

void call_free(Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

/* Names of all settings; those that lack what they need end in "-alone". */
GStrv call_settings(void);

/* Both names may be the same; NULL if there is no such setting, or no call that could be made of
 * them: virDomainMigrate3() with a null pointer, an URI without an address. */
Call *call_of(const char *first, const char *second, const Place *place);

/* Ids of the rows that refuse the settings, "" if none: those that say what libvirt says, and those
 * that are ours. */
char *call_rules(const Call *call, gboolean ours);

/* The call on a line, to compare it with others. */
char *call_text(const Call *call);
