/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See verification.h.
 */
#include "verification.h"

#include "error.h"

static const char *const executing_names[] = {
    [MIG_EXECUTING_UNKNOWN] = "unknown",
    [MIG_EXECUTING_NO] = "no",
    [MIG_EXECUTING_YES] = "yes",
};

/* `written` is the digest that a configuration from the source has, NULL if it has none and the one
 * that is written cannot be known: one that is replaced by its like cannot be told from one that is
 * left alone, and is what the plan says. */
static MigConfig compare(const MigHostEnd *host, MigConfig expected, const char *written)
{
    const MigConfigSight *before = &host->before, *after = &host->after;
    gboolean same;

    if (!before->seen || !after->seen)
        return MIG_CONFIG_UNKNOWN;
    if (!after->there)
        return before->there ? MIG_CONFIG_REMOVED : MIG_CONFIG_NONE;
    if (!before->there)
        return MIG_CONFIG_WRITTEN;
    if (!before->digest || !after->digest)
        return MIG_CONFIG_UNKNOWN;

    same = g_str_equal(before->digest, after->digest);
    if (same && expected == MIG_CONFIG_REPLACED &&
        (!written || g_str_equal(after->digest, written)))
        return MIG_CONFIG_REPLACED;

    return same ? MIG_CONFIG_UNCHANGED : MIG_CONFIG_REPLACED;
}

/* A job that was not completed leaves all as it was. */
static MigConfig as_before(const MigConfigSight *before)
{
    if (!before->seen)
        return MIG_CONFIG_UNKNOWN;

    return before->there ? MIG_CONFIG_UNCHANGED : MIG_CONFIG_NONE;
}

static gboolean differ(MigConfig expected, MigConfig seen)
{
    return expected != seen && expected != MIG_CONFIG_UNKNOWN && seen != MIG_CONFIG_UNKNOWN;
}

static gboolean check_configuration(const MigEnd *end, const MigHostEnd *host, MigConfig expected,
                                    MigConfig seen, GPtrArray *findings)
{
    if (!differ(expected, seen))
        return TRUE;

    mig_findings_add(findings, "configuration-differs", "guest", end->guest, "host", host->host,
                     "expected", mig_config_to_string(expected), "found",
                     mig_config_to_string(seen), NULL);
    return FALSE;
}

/* The host that the guest is on, NULL if that is not sure. */
static const MigHostEnd *find_here(const MigEnd *end)
{
    if (g_strcmp0(end->guest_host, end->source.host) == 0)
        return &end->source;

    return g_strcmp0(end->guest_host, end->destination.host) == 0 ? &end->destination : NULL;
}

/* Where it is not sure which copy is the guest, none is called left over. */
static gboolean check_leftovers(const MigEnd *end, const MigHostEnd *host, GPtrArray *findings)
{
    const MigHostEnd *here = find_here(end);
    gboolean copy = host->active && !host->split && here && here != host;
    gboolean job = host->job && !host->split;

    if (copy)
        mig_findings_add(findings, "leftover-copy", "guest", end->guest, "host", host->host, NULL);
    if (job)
        mig_findings_add(findings, "leftover-job", "guest", end->guest, "host", host->host, NULL);

    return !copy && !job;
}

static gboolean check_executing(const MigEnd *end, GPtrArray *findings)
{
    if (!end->should_run || end->executing != MIG_EXECUTING_NO)
        return TRUE;

    mig_findings_add(findings, "not-executing", "guest", end->guest, "host", end->guest_host, NULL);
    return FALSE;
}

static void tell_volumes(const MigEnd *end, const char *id, const char *const *volumes,
                         GPtrArray *findings)
{
    for (; volumes && *volumes; volumes++)
        mig_findings_add(findings, id, "guest", end->guest, "host", end->destination.host, "volume",
                         *volumes, NULL);
}

GVariant *mig_verify(const MigEnd *end, GPtrArray *findings)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    const MigHostEnd *source = &end->source, *destination = &end->destination;
    const MigHostEnd *here = find_here(end);
    MigConfig source_plan = end->completed ? end->plan.source : as_before(&source->before);
    MigConfig destination_plan =
        end->completed ? end->plan.destination : as_before(&destination->before);
    MigConfig source_seen = compare(source, source_plan, NULL);
    MigConfig destination_seen = compare(destination, destination_plan, source->before.digest);
    gboolean matches = TRUE;

    matches &= check_configuration(end, source, source_plan, source_seen, findings);
    matches &= check_configuration(end, destination, destination_plan, destination_seen, findings);
    matches &= check_leftovers(end, source, findings);
    matches &= check_leftovers(end, destination, findings);
    matches &= check_executing(end, findings);
    matches &= !(end->left && *end->left);
    tell_volumes(end, "volume-removed", end->deleted, findings);
    tell_volumes(end, "leftover-volume", end->left, findings);

    g_variant_dict_insert(&dict, "checked", "b", source->after.seen && destination->after.seen);
    g_variant_dict_insert(&dict, "persistent", "b", here && here->after.seen && here->after.there);
    g_variant_dict_insert(&dict, "source-configuration", "s", mig_config_to_string(source_seen));
    g_variant_dict_insert(&dict, "destination-configuration", "s",
                          mig_config_to_string(destination_seen));
    g_variant_dict_insert(&dict, "executing", "s", executing_names[end->executing]);
    g_variant_dict_insert(&dict, "matches", "b", matches);
    if (end->made && *end->made)
        g_variant_dict_insert(&dict, "new-volumes", "^as", end->made);

    return g_variant_dict_end(&dict);
}

GVariant *mig_verify_advise(GVariant *verification, MigAdvice advice)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(verification);

    if (advice != MIG_ADVICE_NONE)
        g_variant_dict_insert(&dict, "advice", "s", mig_advice_id(advice));

    return g_variant_dict_end(&dict);
}

GVariant *mig_verify_pending(const char *const *volumes)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    if (volumes && *volumes)
        g_variant_dict_insert(&dict, "new-volumes", "^as", volumes);

    return g_variant_dict_end(&dict);
}

GVariant *mig_verify_forget(GVariant *findings)
{
    static const char *const ids[] = { "configuration-differs", "not-executing",   "leftover-copy",
                                       "leftover-job",          "leftover-volume", NULL };
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (gsize i = 0; i < g_variant_n_children(findings); i++) {
        g_autoptr(GVariant) finding = g_variant_get_child_value(findings, i);
        const char *id = "";

        g_variant_lookup(finding, "id", "&s", &id);
        if (!g_strv_contains(ids, id) && !mig_error_id_is_of_host(id))
            g_variant_builder_add_value(&builder, finding);
    }

    return g_variant_builder_end(&builder);
}

/* What a word of the plan says of the time before. */
static const MigConfigSight before_table[] = {
    [MIG_CONFIG_NONE] = { TRUE, FALSE },    [MIG_CONFIG_UNCHANGED] = { TRUE, TRUE },
    [MIG_CONFIG_WRITTEN] = { TRUE, FALSE }, [MIG_CONFIG_REPLACED] = { TRUE, TRUE },
    [MIG_CONFIG_REMOVED] = { TRUE, TRUE },  [MIG_CONFIG_UNKNOWN] = { FALSE, FALSE },
};

MigConfigSight mig_config_before(MigConfig planned)
{
    return before_table[planned];
}
