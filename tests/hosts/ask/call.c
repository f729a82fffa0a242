/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See call.h. The request is read and made into flags and parameters by the service's own code, but
 * here its rules let everything pass.
 */
#include "call.h"

#include <libvirt/libvirt.h>

#include "mode.h"
#include "plan-params.h"
#include "plan.h"
#include "rules.h"

static const struct {
    const char *name;
    const char *options;
} settings[] = {
#include "../../unit/rules-settings.h"
};

gboolean __wrap_mig_rules_check(const MigRequest *request, GError **error);

/* In place of the service's. */
gboolean __wrap_mig_rules_check(const MigRequest *request, GError **error)
{
    return TRUE;
}

GStrv call_settings(void)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        g_strv_builder_add(names, settings[i].name);

    return g_strv_builder_end(names);
}

static const char *options_of(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        if (g_str_equal(settings[i].name, name))
            return settings[i].options;

    return NULL;
}

static GVariant *parse(const char *options, const Place *place)
{
    g_autoptr(GString) text = g_string_new(options);
    g_autoptr(GError) error = NULL;
    GVariant *dict;

    if (place->address)
        g_string_replace(text, "192.0.2.12", place->address, 0);
    if (place->certificate_name)
        g_string_replace(text, "host-b.example", place->certificate_name, 0);
    if (place->port) {
        g_autofree char *memory = g_strdup_printf("%u", place->port);
        g_autofree char *disks = g_strdup_printf("%u", place->port + 1);
        g_autofree char *name = g_strdup_printf("moved-%u", place->port);

        g_string_replace(text, "49152", memory, 0);
        g_string_replace(text, "49160", disks, 0);
        g_string_replace(text, "web2", name, 0);
    }
    dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text->str, NULL, NULL, &error);
    g_assert_no_error(error);

    return dict;
}

static MigRequest *request_of(const char *first, const char *second, const Place *place)
{
    g_auto(GVariantDict) both = G_VARIANT_DICT_INIT(NULL);
    const char *const texts[] = { first, second };
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    MigRequest *request;

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GVariant) one = parse(texts[i], place);
        GVariantIter iter;
        const char *key;
        GVariant *value;

        g_variant_iter_init(&iter, one);
        while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
            g_variant_dict_insert_value(&both, key, value);
    }
    options = g_variant_ref_sink(g_variant_dict_end(&both));
    request = mig_request_new("web1", "host-b", options, &error);
    g_assert_no_error(error);

    return request;
}

/* What the service never says, because a rule refuses it: a port on no address. */
static GVariant *params_of(const MigRequest *request)
{
    g_autoptr(GVariant) params = mig_plan_params(request, NULL, mig_driver("QEMU"));
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(params);
    guint port = (guint) mig_request_number(request, MIG_OPT_PORT);
    g_autofree char *uri = g_strdup_printf("tcp://:%u", port);

    if (port && !mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS))
        g_variant_dict_insert(&dict, VIR_MIGRATE_PARAM_URI, "s", uri);

    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static gboolean can_be_called(const MigRequest *request)
{
    if (mig_request_number(request, MIG_OPT_GRAPHICS_TYPE) != MIG_GRAPHICS_NONE &&
        !mig_request_text(request, MIG_OPT_GRAPHICS_ADDRESS))
        return FALSE;

    return mig_request_flow(request) != MIG_FLOW_MANAGED_DIRECT ||
           mig_request_number(request, MIG_OPT_OPEN_DESTINATION);
}

Call *call_of(const char *first, const char *second, const Place *place)
{
    const char *options[] = { options_of(first), options_of(second) };
    g_autoptr(MigRequest) request = NULL;
    Call *call;

    if (!options[0] || !options[1])
        return NULL;
    request = request_of(options[0], options[1], place);
    if (!can_be_called(request))
        return NULL;

    call = g_new0(Call, 1);
    call->managed = mig_request_flow(request) == MIG_FLOW_MANAGED_DIRECT;
    call->peer = mig_request_flow(request) == MIG_FLOW_PEER_TO_PEER;
    call->flags = mig_plan_flags(request);
    /* there is no mode for a tunnel in other flows, and so no flag */
    if (mig_request_transport(request) == MIG_TRANSPORT_TUNNELLED)
        call->flags |= VIR_MIGRATE_TUNNELLED;
    call->params = params_of(request);
    call->request = g_steal_pointer(&request);

    return call;
}

void call_free(Call *call)
{
    mig_request_free(call->request);
    g_variant_unref(call->params);
    g_free(call);
}

char *call_rules(const Call *call, gboolean ours)
{
    GString *ids = g_string_new(NULL);

    for (const MigRule *rule = mig_rules(); rule->id; rule++)
        if (rule->ours == ours && mig_rule_refuses(rule, call->request))
            g_string_append_printf(ids, "%s%s", ids->len ? "," : "", rule->id);

    return g_string_free(ids, FALSE);
}

char *call_text(const Call *call)
{
    g_auto(GStrv) names = mig_plan_flag_names(call->flags);
    g_autofree char *flags = g_strjoinv(" ", names);
    g_autofree char *params = g_variant_print(call->params, FALSE);

    return g_strdup_printf("%s%s %s %s%s", call->managed ? "virDomainMigrate3" : "ToURI3",
                           call->managed || call->peer ? "" : " without a peer", flags, params,
                           mig_request_has_edits(call->request) ? " and an XML" : "");
}
