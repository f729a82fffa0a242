/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a job: every property of the service in its order, untranslated. */
#include "job-report.h"

#include "config.h"

static void add(GString *report, MigObject *job, GParamSpec *pspec)
{
    g_auto(GValue) value = G_VALUE_INIT;
    g_autofree char *text = NULL;
    g_value_init(&value, pspec->value_type);
    g_object_get_property(G_OBJECT(job), pspec->name, &value);
    if (G_VALUE_HOLDS_STRING(&value))
        text = g_value_dup_string(&value);
    else if (!G_VALUE_HOLDS_VARIANT(&value))
        text = g_strdup_value_contents(&value);
    else if (g_value_get_variant(&value))
        text = g_variant_print(g_value_get_variant(&value), FALSE);
    g_string_append_printf(report, "%s: %s\n", pspec->name, text ?: "");
}

static void add_time(GString *report, MigObject *job, const char *key)
{
    const gint64 time = (gint64) mig_object_get_number(job, key);
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
    g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
    if (time && text)
        g_string_append_printf(report, "%s (UTC): %s\n", key, text);
}

char *mig_job_report(MigJob *job)
{
    GString *report = g_string_new("Guest Migration " PROJECT_VERSION "\n");
    g_autofree GParamSpec **pspecs = NULL;
    guint n;
    g_return_val_if_fail(MIG_IS_JOB(job), g_string_free(report, FALSE));
    add_time(report, MIG_OBJECT(job), "Created");
    add_time(report, MIG_OBJECT(job), "Finished");
    pspecs = g_object_class_list_properties(G_OBJECT_GET_CLASS(job), &n);
    for (guint i = 0; i < n; i++)
        if (pspecs[i]->flags & G_PARAM_READABLE)
            add(report, MIG_OBJECT(job), pspecs[i]);
    return g_string_free(report, FALSE);
}
