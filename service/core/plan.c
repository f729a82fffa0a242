/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan: once nothing is refused (plan-check.c), the row of the request's mode (mode.c) and the
 * rows of its options fill in the call and what follows from it.
 */
#include "plan.h"

#include <libvirt/libvirt.h>

#include "mode.h"
#include "plan-check.h"
#include "plan-connections.h"
#include "plan-params.h"
#include "plan-virsh.h"
#include "uri.h"

static const char *const call_names[MIG_N_CALLS] = {
    [MIG_CALL_MIGRATE3] = "virDomainMigrate3",
    [MIG_CALL_TO_URI3] = "virDomainMigrateToURI3",
};

guint32 mig_plan_flags(const MigRequest *request)
{
    guint32 flags = mig_mode(request)->flags;

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        guint64 number = mig_request_number(request, i);

        if (number != 0)
            flags |= info->flag;
        if (info->choice)
            flags |= info->choice[number].flag;
    }

    return flags;
}

static MigOutcome plan_outcome(const MigRequest *request, const MigDriver *driver,
                               const MigFacts *on_source, const MigFacts *on_destination)
{
    gboolean persist = driver->moves || mig_request_number(request, MIG_OPT_PERSIST);
    gboolean undefine = driver->moves || mig_request_number(request, MIG_OPT_UNDEFINE_SOURCE);

    if (!on_destination)
        return mig_outcome_unseen(on_source->guest_persistent, persist, undefine);

    return mig_outcome(on_source->guest_persistent,
                       on_destination->guest_found && on_destination->guest_persistent, persist,
                       undefine);
}

static gboolean has_param(const MigPlan *plan, const char *param)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(plan->params, param, NULL);

    return value != NULL;
}

/* Each holds for itself; the table of findings says what it means. */
static void find_consequences(MigPlan *plan, const MigRequest *request, const MigDriver *driver,
                              const MigHost *source, const MigHost *destination,
                              const MigFacts *on_source)
{
    gboolean tunnel = mig_mode(request)->tunnel;
    const struct {
        const char *id;
        gboolean holds;
    } rows[] = {
        { mig_outcome_finding(on_source->guest_persistent, plan->outcome), TRUE },
        { "tunnel-unencrypted", tunnel && !plan->encrypted },
        { "memory-unencrypted", !tunnel && !plan->encrypted },
        { "disks-unencrypted", !mig_plan_is_encrypted(plan, MIG_LINK_DISKS) },
        { "driven-by-job", !plan->survives_exit },
        { "destination-not-opened", !plan->destination_uri },
        { "postcopy-risk", (plan->flags & VIR_MIGRATE_POSTCOPY) != 0 },
        { "unsafe", (plan->flags & VIR_MIGRATE_UNSAFE) != 0 },
        { "cannot-cancel", !driver->aborts },
        { "no-progress", driver->tells < MIG_TELLS_PERCENT },
        { "configuration-moves", driver->moves },
        { "disks-port-kept", has_param(plan, VIR_MIGRATE_PARAM_DISKS_PORT) },
        { "certificate-unchecked", source->own.no_verify || destination->own.no_verify },
    };

    plan->findings = mig_findings_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].id && rows[i].holds)
            mig_findings_add(plan->findings, rows[i].id, "guest", on_source->guest_name, "source",
                             source->name, "destination", destination->name, "driver", driver->type,
                             NULL);
}

static void plan_uris(MigPlan *plan, const MigRequest *request, const MigHost *source,
                      const MigHost *destination, const char *pki_path)
{
    plan->source_uri = mig_uri_for_route(source->driver, &source->own, pki_path);
    if (mig_request_number(request, MIG_OPT_OPEN_DESTINATION))
        plan->destination_uri = mig_uri_for_route(destination->driver, &destination->own, pki_path);
    /* The source's daemon has certificates of its own. */
    if (mig_mode(request)->peer)
        plan->peer_uri = mig_uri_for_route(destination->driver, &destination->peer, NULL);
}

MigPlan *mig_plan_new(const MigRequest *request, const MigHost *source, const MigHost *destination,
                      const MigFacts *on_source, const MigFacts *on_destination,
                      const char *pki_path, GError **error)
{
    const MigMode *mode = mig_mode(request);
    const MigDriver *driver;
    MigPlan *plan;

    if (!mig_request_check_hosts(request, source, destination, error) ||
        !mig_plan_check_facts(request, source, destination, on_source, on_destination, error))
        return NULL;

    driver = mig_driver(on_source->driver);
    plan = g_new0(MigPlan, 1);
    plan->call = mode->call;
    plan_uris(plan, request, source, destination, pki_path);
    plan->flags = mig_plan_flags(request);
    plan->params = mig_plan_params(request, destination, driver);
    plan->connections = mig_plan_connections(request, plan, driver, source, destination);
    plan->outcome = plan_outcome(request, driver, on_source, on_destination);
    plan->survives_exit = mode->call == MIG_CALL_TO_URI3;
    plan->cancellable = driver->aborts;
    plan->tunable = driver->tunes;
    plan->progress = mig_tells_to_string(driver->tells);
    plan->encrypted = mig_plan_is_encrypted(plan, MIG_LINK_MEMORY);
    mig_plan_virsh(plan, request, destination, on_source);
    find_consequences(plan, request, driver, source, destination, on_source);

    return plan;
}

void mig_plan_free(MigPlan *plan)
{
    if (!plan)
        return;

    g_free(plan->source_uri);
    g_free(plan->destination_uri);
    g_free(plan->peer_uri);
    g_clear_pointer(&plan->params, g_variant_unref);
    g_array_unref(plan->connections);
    g_free(plan->virsh);
    g_ptr_array_unref(plan->findings);
    g_free(plan);
}

GVariant *mig_plan_to_variant(const MigPlan *plan)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    g_auto(GStrv) flags = mig_plan_flag_names(plan->flags);
    const MigOutcome *outcome = &plan->outcome;

    g_variant_dict_insert(&dict, "function", "s", mig_call_to_string(plan->call));
    g_variant_dict_insert(&dict, "flags", "^as", flags);
    g_variant_dict_insert_value(&dict, "parameters", plan->params);
    g_variant_dict_insert(&dict, "source-uri", "s", plan->source_uri);
    g_variant_dict_insert(&dict, "destination-uri", "s", plan->destination_uri ?: "");
    g_variant_dict_insert(&dict, "peer-uri", "s", plan->peer_uri ?: "");
    g_variant_dict_insert(&dict, "persistent", "b", outcome->persistent);
    g_variant_dict_insert(&dict, "source-configuration", "s",
                          mig_config_to_string(outcome->source));
    g_variant_dict_insert(&dict, "destination-configuration", "s",
                          mig_config_to_string(outcome->destination));
    g_variant_dict_insert(&dict, "survives-exit", "b", plan->survives_exit);
    g_variant_dict_insert(&dict, "cancellable", "b", plan->cancellable);
    g_variant_dict_insert(&dict, "tunable", "b", plan->tunable);
    g_variant_dict_insert(&dict, "progress", "s", plan->progress);
    g_variant_dict_insert(&dict, "encrypted", "b", plan->encrypted);
    g_variant_dict_insert(&dict, "virsh", "s", plan->virsh ?: "");
    g_variant_dict_insert(&dict, "virsh-refusal", "s", mig_refusal_sentence(plan->no_virsh));
    g_variant_dict_insert(&dict, "virsh-refusal-id", "s", mig_refusal_id(plan->no_virsh));
    g_variant_dict_insert_value(&dict, "connections", mig_plan_connections_to_variant(plan));
    g_variant_dict_insert_value(&dict, "findings", mig_findings_to_variant(plan->findings));

    return g_variant_dict_end(&dict);
}

const char *mig_call_to_string(MigCall call)
{
    g_return_val_if_fail((guint) call < MIG_N_CALLS, NULL);

    return call_names[call];
}
