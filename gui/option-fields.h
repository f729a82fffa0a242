/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The advanced options of a migration as the app shows them: one table, a row each. What kind of
 * control it is, its range and its choices come from the service's own table
 * (core/option-table.c); here are the words, the group, and the unit people think in.
 */
#pragma once

#include "core/request.h"

typedef enum {
    MIG_FIELDS_DISKS,
    MIG_FIELDS_SPEED,
    MIG_FIELDS_ENCRYPTION,
    MIG_FIELDS_GUEST,
    MIG_FIELDS_NETWORK,
    MIG_FIELDS_GRAPHICS,
    MIG_FIELDS_SAFETY,
    MIG_N_FIELDS
} MigFieldGroup;

typedef struct {
    MigOption option;
    MigFieldGroup group;
    const char *title, *subtitle; /* N_() */
    const char *unit;             /* N_(), NULL: none */
    guint64 scale;                /* of the option's number to one of the unit; 0: 1 */
    gboolean remembered;          /* for the next migration */
} MigField;

typedef struct {
    const char *title, *subtitle; /* N_() */
} MigFieldGroupInfo;

/* Ends with a row without title. */
const MigField *mig_fields(void);
const MigFieldGroupInfo *mig_field_group(MigFieldGroup group);

/* Word of a choice, translated: position in the choices; of MIG_KIND_CHOICES the number. */
const char *mig_field_choice(MigOption option, guint64 number);

/* Value of the option out of what was typed, floating; NULL: nothing was typed. Lists are separated
 * by commas, pairs are written FROM=TO. */
GVariant *mig_field_parse(MigOption option, const char *text);
char *mig_field_print(MigOption option, const MigOptionValue *value);
