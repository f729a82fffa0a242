/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What will be true after a migration. Libvirt changes the source's configuration only for
 * VIR_MIGRATE_UNDEFINE_SOURCE and the destination's only for VIR_MIGRATE_PERSIST_DEST, so each side
 * is a table over "there before" and "flag".
 */
#include "outcome.h"

static const char *const config_names[] = {
    [MIG_CONFIG_NONE] = "none",       [MIG_CONFIG_UNCHANGED] = "unchanged",
    [MIG_CONFIG_WRITTEN] = "written", [MIG_CONFIG_REPLACED] = "replaced",
    [MIG_CONFIG_REMOVED] = "removed", [MIG_CONFIG_UNKNOWN] = "unknown",
};

/* [configuration there before][undefine-source] */
static const MigConfig source_after[2][2] = {
    { MIG_CONFIG_NONE, MIG_CONFIG_NONE },
    { MIG_CONFIG_UNCHANGED, MIG_CONFIG_REMOVED },
};

/* [there before][persist]. A guest without configuration on the source is given that which it runs
 * with. */
static const MigConfig destination_after[2][2] = {
    { MIG_CONFIG_NONE, MIG_CONFIG_WRITTEN },
    { MIG_CONFIG_UNCHANGED, MIG_CONFIG_REPLACED },
};

const char *mig_config_to_string(MigConfig config)
{
    g_return_val_if_fail((guint) config < G_N_ELEMENTS(config_names), NULL);

    return config_names[config];
}

MigConfig mig_config_from_string(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(config_names); i++)
        if (g_strcmp0(name, config_names[i]) == 0)
            return (MigConfig) i;

    return MIG_CONFIG_UNKNOWN;
}

MigOutcome mig_outcome(gboolean source_config, gboolean destination_config, gboolean persist,
                       gboolean undefine_source)
{
    MigConfig destination = destination_after[!!destination_config][!!persist];

    return (MigOutcome){
        .persistent = destination != MIG_CONFIG_NONE,
        .source = source_after[!!source_config][!!undefine_source],
        .destination = destination,
    };
}

MigOutcome mig_outcome_unseen(gboolean source_config, gboolean persist, gboolean undefine_source)
{
    MigOutcome outcome = mig_outcome(source_config, FALSE, persist, undefine_source);

    if (!persist)
        outcome.destination = MIG_CONFIG_UNKNOWN;

    return outcome;
}

MigOutcome mig_outcome_from_plan(GVariant *plan)
{
    const char *source = NULL, *destination = NULL;
    MigOutcome outcome = { FALSE, MIG_CONFIG_UNKNOWN, MIG_CONFIG_UNKNOWN };

    g_variant_lookup(plan, "persistent", "b", &outcome.persistent);
    if (g_variant_lookup(plan, "source-configuration", "&s", &source))
        outcome.source = mig_config_from_string(source);
    if (g_variant_lookup(plan, "destination-configuration", "&s", &destination))
        outcome.destination = mig_config_from_string(destination);

    return outcome;
}

const char *mig_outcome_finding(gboolean source_config, MigOutcome outcome)
{
    if (!source_config)
        return NULL;
    if (outcome.source == MIG_CONFIG_REMOVED && !outcome.persistent)
        return "configuration-lost";
    if (outcome.source == MIG_CONFIG_UNCHANGED &&
        (outcome.destination == MIG_CONFIG_WRITTEN || outcome.destination == MIG_CONFIG_REPLACED))
        return "configuration-on-both";

    return NULL;
}
