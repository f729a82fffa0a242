/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which options cannot be combined. The table says it; the code below only reads it and makes the
 * sentence.
 */
#include "rules.h"

#include "error.h"

static const MigRule rules[] = {
    {
        .id = "tunnelled-flow",
        .when = { { MIG_IS, MIG_OPT_TRANSPORT, MIG_TRANSPORT_TUNNELLED },
                  { MIG_IS_NOT, MIG_OPT_FLOW, MIG_FLOW_PEER_TO_PEER } },
        .reason = "the tunnel is the connection between both hosts' libvirt daemons, which only "
                  "the flow \"peer-to-peer\" makes",
        .remedy = "use flow \"peer-to-peer\" or transport \"native\"",
    },
    {
        .id = "tunnelled-interface-address",
        .when = { { MIG_IS, MIG_OPT_TRANSPORT, MIG_TRANSPORT_TUNNELLED },
                  { MIG_IS_SET, MIG_OPT_INTERFACE_ADDRESS } },
        .reason = "tunnelled data takes the connection between both hosts' libvirt daemons, it "
                  "has no address of its own",
        .remedy = "leave out interface-address or use transport \"native\"",
    },
    {
        .id = "tunnelled-port",
        .when = { { MIG_IS, MIG_OPT_TRANSPORT, MIG_TRANSPORT_TUNNELLED },
                  { MIG_IS_SET, MIG_OPT_PORT } },
        .reason = "tunnelled data takes the connection between both hosts' libvirt daemons, it "
                  "has no port of its own",
        .remedy = "leave out port or use transport \"native\"",
    },
    {
        .id = "port-interface-address",
        .when = { { MIG_IS_SET, MIG_OPT_PORT }, { MIG_IS_UNSET, MIG_OPT_INTERFACE_ADDRESS } },
        .reason = "libvirt takes a port only together with the address it is on",
        .remedy = "give interface-address too or leave out port",
    },
    { .id = NULL },
};

const MigRule *mig_rules(void)
{
    return rules;
}

static gboolean condition_holds(const MigCondition *condition, const MigRequest *request)
{
    const MigOptionValue *value = &request->options[condition->option];

    switch (condition->test) {
    case MIG_IS_SET:
        return value->set;
    case MIG_IS_UNSET:
        return !value->set;
    case MIG_IS:
        return value->number == condition->value;
    case MIG_IS_NOT:
        return value->number != condition->value;
    }

    g_assert_not_reached();
}

static gboolean rule_refuses(const MigRule *rule, const MigRequest *request)
{
    for (guint i = 0; i < G_N_ELEMENTS(rule->when) && rule->when[i].test; i++)
        if (!condition_holds(&rule->when[i], request))
            return FALSE;

    return TRUE;
}

/* "transport, flow" */
static char *rule_options(const MigRule *rule)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(rule->when) && rule->when[i].test; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                               mig_option_info(rule->when[i].option)->key);

    return g_string_free(names, FALSE);
}

gboolean mig_rules_check(const MigRequest *request, GError **error)
{
    for (const MigRule *rule = rules; rule->id; rule++) {
        g_autofree char *names = NULL;

        if (!rule_refuses(rule, request))
            continue;

        names = rule_options(rule);
        g_set_error(error, MIG_ERROR, MIG_ERROR_OPTION_CONFLICT, "%s: %s; %s", names, rule->reason,
                    rule->remedy);
        return FALSE;
    }

    return TRUE;
}
