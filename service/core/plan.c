/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan: once nothing is refused (plan-check.c), the row of the request's mode (mode.c) and the
 * rows of its options fill in the call and what follows from it.
 */
#include "plan.h"

#include <libvirt/libvirt.h>

#include "mode.h"
#include "plan-check.h"
#include "plan-virsh.h"
#include "uri.h"

static const char *const call_names[MIG_N_CALLS] = {
    [MIG_CALL_MIGRATE3] = "virDomainMigrate3",
    [MIG_CALL_TO_URI3] = "virDomainMigrateToURI3",
};

static gboolean is_encrypted(const MigRoute *route)
{
    return route->connect == MIG_CONNECT_SSH || route->connect == MIG_CONNECT_TLS;
}

static guint32 plan_flags(const MigRequest *request)
{
    guint32 flags = mig_mode(request)->flags;

    for (guint i = 0; i < MIG_N_OPTS; i++)
        if (mig_request_number(request, i) != 0)
            flags |= mig_option_info(i)->flag;

    return flags;
}

/* The migration URI joins two options; every other parameter is one option's value. */
static GVariant *plan_params(const MigRequest *request)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) options = g_variant_ref_sink(mig_request_options(request));
    const char *address = mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS);

    if (address) {
        g_autofree char *uri =
            mig_uri_for_migration(address, (guint16) mig_request_number(request, MIG_OPT_PORT));

        g_variant_builder_add(&builder, "{sv}", VIR_MIGRATE_PARAM_URI, g_variant_new_string(uri));
    }

    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        g_autoptr(GVariant) value = g_variant_lookup_value(options, info->key, NULL);

        if (info->param && value)
            g_variant_builder_add(&builder, "{sv}", info->param, value);
    }

    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static GStrv plan_warnings(const MigPlan *plan, const MigMode *mode, gboolean source_config)
{
    const char *const candidates[] = {
        mig_outcome_warning(source_config, plan->outcome),
        plan->encrypted ? NULL
        : mode->tunnel  ? "The guest's memory crosses the network unencrypted, libvirt's tcp "
                          "connection protects nothing: set PeerTransport=ssh or tls for the "
                          "destination."
                       : "The guest's memory crosses the network unencrypted: use a network nobody "
                         "else is on, or flow peer-to-peer with transport tunnelled over ssh or "
                         "tls.",
        plan->survives_exit ? NULL
                            : "The job's worker process drives this migration: if it dies, the "
                              "migration is aborted or the guest is left paused; with flow "
                              "peer-to-peer it would go on.",
    };
    g_autoptr(GStrvBuilder) warnings = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (candidates[i])
            g_strv_builder_add(warnings, candidates[i]);

    return g_strv_builder_end(warnings);
}

MigPlan *mig_plan_new(const MigRequest *request, const MigHost *source, const MigHost *destination,
                      const MigFacts *on_source, const MigFacts *on_destination,
                      const char *pki_path, GError **error)
{
    const MigMode *mode = mig_mode(request);
    MigPlan *plan;

    if (!mig_request_check_hosts(request, source, destination, error) ||
        !mig_plan_check_facts(request, source, destination, on_source, on_destination, error))
        return NULL;

    plan = g_new0(MigPlan, 1);
    plan->call = mode->call;
    plan->source_uri = mig_uri_for_route(source->driver, &source->own, pki_path);
    plan->destination_uri = mig_uri_for_route(destination->driver, &destination->own, pki_path);
    /* The source's daemon has certificates of its own. */
    if (mode->peer)
        plan->peer_uri = mig_uri_for_route(destination->driver, &destination->peer, NULL);
    plan->flags = plan_flags(request);
    plan->params = plan_params(request);
    plan->outcome = mig_outcome(on_source->guest_persistent,
                                on_destination->guest_found && on_destination->guest_persistent,
                                mig_request_number(request, MIG_OPT_PERSIST) != 0,
                                mig_request_number(request, MIG_OPT_UNDEFINE_SOURCE) != 0);
    plan->survives_exit = mode->peer;
    plan->cancellable = mig_driver(on_source->driver, request)->aborts;
    plan->encrypted = mode->tunnel && is_encrypted(&destination->peer);
    plan->virsh = mig_plan_virsh(plan, on_source->guest_name, on_source->guest_uuid);
    plan->warnings = plan_warnings(plan, mode, on_source->guest_persistent);

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
    g_free(plan->virsh);
    g_strfreev(plan->warnings);
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
    g_variant_dict_insert(&dict, "destination-uri", "s", plan->destination_uri);
    g_variant_dict_insert(&dict, "peer-uri", "s", plan->peer_uri ?: "");
    g_variant_dict_insert(&dict, "persistent", "b", outcome->persistent);
    g_variant_dict_insert(&dict, "source-configuration", "s",
                          mig_config_to_string(outcome->source));
    g_variant_dict_insert(&dict, "destination-configuration", "s",
                          mig_config_to_string(outcome->destination));
    g_variant_dict_insert(&dict, "survives-exit", "b", plan->survives_exit);
    g_variant_dict_insert(&dict, "cancellable", "b", plan->cancellable);
    g_variant_dict_insert(&dict, "encrypted", "b", plan->encrypted);
    g_variant_dict_insert(&dict, "virsh", "s", plan->virsh ?: "");
    g_variant_dict_insert(&dict, "warnings", "^as", plan->warnings);

    return g_variant_dict_end(&dict);
}

const char *mig_call_to_string(MigCall call)
{
    g_return_val_if_fail((guint) call < MIG_N_CALLS, NULL);

    return call_names[call];
}
