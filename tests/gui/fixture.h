/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of widgets make out of a text, as the service would say it, and ask of a widget. */
#pragma once

#include <gtk/gtk.h>

#include "host.h"
#include "job.h"

static inline GVariant *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return g_variant_ref_sink(value);
}

static inline MigJob *parse_job(const char *text)
{
    g_autoptr(GVariant) properties = parse(text);
    return mig_job_new("/org/example/Migration1/job/7", properties);
}

static inline MigHost *parse_host(const char *text)
{
    g_autoptr(GVariant) properties = parse(text);
    return mig_host_new("/org/example/Migration1/host/b", properties);
}

/* Pixels that it needs at least. */
static inline int width_of(GtkWidget *widget)
{
    int minimum;
    gtk_widget_measure(widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
    return minimum;
}
