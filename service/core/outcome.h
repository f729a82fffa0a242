/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What will be true after a migration: the configuration table of libvirt's document (16 rows) as
 * libvirt 9.0 really does it. With U = undefine-source, P = persist:
 *   source' = source && !U;  destination' = destination || P;  persistent' = destination'.
 * An existing destination configuration is replaced by P, with what the guest runs with if the
 * source has none of it, and else left as it is.
 */
#pragma once

#include <glib.h>

typedef enum {
    MIG_CONFIG_NONE,      /* no configuration file afterwards */
    MIG_CONFIG_UNCHANGED, /* the one that is there stays as it is */
    MIG_CONFIG_WRITTEN,   /* a new one from the source */
    MIG_CONFIG_REPLACED,  /* the one that is there is replaced by the source's */
    MIG_CONFIG_REMOVED,   /* the one that is there is removed */
    MIG_CONFIG_UNKNOWN,   /* nobody looked */
} MigConfig;

const char *mig_config_to_string(MigConfig config);
/* MIG_CONFIG_UNKNOWN if it is none of the names. */
MigConfig mig_config_from_string(const char *name);

typedef struct {
    gboolean persistent;   /* the guest on the destination */
    MigConfig source;      /* NONE, UNCHANGED or REMOVED */
    MigConfig destination; /* NONE, UNCHANGED, WRITTEN or REPLACED */
} MigOutcome;

MigOutcome mig_outcome(gboolean source_config, gboolean destination_config, gboolean persist,
                       gboolean undefine_source);

/* The same if nobody looked at the destination: with persist it has a configuration afterwards. */
MigOutcome mig_outcome_unseen(gboolean source_config, gboolean persist, gboolean undefine_source);

/* Out of the plan's dictionary; what is not in it is unknown. */
MigOutcome mig_outcome_from_plan(GVariant *plan);

/* Id of the finding that warns of the consequence, or NULL: configuration lost when the guest stops
 * (row 10), configuration on both hosts (rows 11, 15). */
const char *mig_outcome_finding(gboolean source_config, MigOutcome outcome);
