/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of a host in words. */
#include "interface.h"

#include <glib/gi18n.h>

static const char *text_of(GVariant *row, const char *key)
{
    const char *text = "";
    g_variant_lookup(row, key, "&s", &text);
    return text;
}

static guint number_of(GVariant *row, const char *key)
{
    guint number = 0;
    g_variant_lookup(row, key, "u", &number);
    return number;
}

static gboolean is_true(GVariant *row, const char *key)
{
    gboolean value = FALSE;
    g_variant_lookup(row, key, "b", &value);
    return value;
}

char *mig_interface_dup_title(GVariant *row)
{
    const guint prefix = number_of(row, "prefix");
    if (!prefix)
        return g_strdup(text_of(row, "address"));
    return g_strdup_printf("%s/%u", text_of(row, "address"), prefix);
}

static char *speed_words(guint speed)
{
    if (speed >= 1000)
        /* Translators: speed of a network card, billions of bits a second */
        return g_strdup_printf(_("%.4g Gbit/s"), speed / 1000.0);
    return g_strdup_printf(_("%u Mbit/s"), speed);
}

char *mig_interface_dup_detail(GVariant *row, const char *source)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const guint speed = number_of(row, "speed");
    if (text_of(row, "name")[0])
        g_ptr_array_add(words, g_strdup(text_of(row, "name")));
    if (is_true(row, "same-subnet"))
        /* Translators: a network address; %s is a host */
        g_ptr_array_add(words, g_strdup_printf(_("same network as %s"), source));
    if (speed)
        g_ptr_array_add(words, speed_words(speed));
    if (g_str_equal(text_of(row, "state"), "down"))
        g_ptr_array_add(words, g_strdup(_("not connected")));
    if (!is_true(row, "allowed"))
        g_ptr_array_add(words, g_strdup(_("not allowed by the host's file")));
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" · ", (char **) words->pdata);
}
