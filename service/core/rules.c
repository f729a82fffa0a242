/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which options cannot be combined: reads the table (rules-table.c) and makes the sentence.
 */
#include "rules.h"

#include "error.h"

/* Defaults that depend on other options: where the condition holds, and nobody said otherwise. */
static const struct {
    MigCondition when;
    MigOption option;
    guint64 value;
} implied[] = {
    { { MIG_IS, MIG_OPT_OFFLINE, TRUE }, MIG_OPT_LIVE, FALSE },
};

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
    case MIG_HAS:
        return (value->number >> condition->value & 1) != 0;
    case MIG_LACKS:
        return !(value->number >> condition->value & 1);
    }

    g_assert_not_reached();
}

gboolean mig_rule_refuses(const MigRule *rule, const MigRequest *request)
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

void mig_rules_complete(MigRequest *request)
{
    for (guint i = 0; i < G_N_ELEMENTS(implied); i++) {
        MigOptionValue *value = &request->options[implied[i].option];

        if (!value->set && condition_holds(&implied[i].when, request))
            value->number = implied[i].value;
    }
}

gboolean mig_rules_check(const MigRequest *request, GError **error)
{
    for (const MigRule *rule = mig_rules(); rule->id; rule++) {
        g_autofree char *names = NULL;

        if (!mig_rule_refuses(rule, request))
            continue;

        names = rule_options(rule);
        g_set_error(error, MIG_ERROR, MIG_ERROR_OPTION_CONFLICT, "%s: %s; %s", names, rule->reason,
                    rule->remedy);
        return FALSE;
    }

    return TRUE;
}
