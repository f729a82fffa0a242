/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the app remembers: owns the one GSettings of the process. */
#include "settings.h"

#include "config.h"

GSettings *mig_settings_get(void)
{
    static GSettings *settings;
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    if (settings || !source)
        return settings;
    g_autoptr(GSettingsSchema) schema = g_settings_schema_source_lookup(source, APP_ID, TRUE);
    if (schema)
        settings = g_settings_new_full(schema, NULL, NULL);
    return settings;
}
