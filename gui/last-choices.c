/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Last choices: which options are remembered, and where. */
#include "last-choices.h"

#include "option-fields.h"
#include "settings.h"

static gboolean is_remembered(const char *key)
{
    static const MigOption basic[] = { MIG_OPT_FLOW, MIG_OPT_TRANSPORT, MIG_OPT_PERSIST,
                                       MIG_OPT_UNDEFINE_SOURCE };
    for (gsize i = 0; i < G_N_ELEMENTS(basic); i++)
        if (g_str_equal(mig_option_info(basic[i])->key, key))
            return TRUE;
    for (const MigField *field = mig_fields(); field->title; field++)
        if (g_str_equal(mig_option_info(field->option)->key, key))
            return field->remembered;
    return FALSE;
}

char *mig_last_choices_get_destination(void)
{
    GSettings *settings = mig_settings_get();
    return settings ? g_settings_get_string(settings, "destination") : g_strdup("");
}

GVariant *mig_last_choices_get_options(void)
{
    GSettings *settings = mig_settings_get();
    if (settings)
        return g_settings_get_value(settings, "options");
    /* as in the schema: the guest moves for good */
    return g_variant_ref_sink(
        g_variant_new_parsed("{'persist': <true>, 'undefine-source': <true>}"));
}

void mig_last_choices_save(const char *destination, MigDraft *draft)
{
    GSettings *settings = mig_settings_get();
    g_autoptr(GVariant) all = g_variant_ref_sink(mig_draft_get_options(draft));
    g_auto(GVariantDict) some = G_VARIANT_DICT_INIT(NULL);
    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_iter_init(&iter, all);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
        if (is_remembered(key))
            g_variant_dict_insert_value(&some, key, value);
    g_autoptr(GVariant) kept = g_variant_ref_sink(g_variant_dict_end(&some));
    if (!settings)
        return;
    g_settings_set_string(settings, "destination", destination);
    g_settings_set_value(settings, "options", kept);
}
