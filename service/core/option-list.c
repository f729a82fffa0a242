/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options that have more than one value. What an entry may be is a row of a table: these texts go
 * into the guest's XML, so each has the narrowest grammar that libvirt's own names fit in.
 */
#include "option-list.h"

#include <string.h>

#include "error.h"
#include "text.h"

#define PATH_BYTES 1024
#define NETWORK_BYTES 64
#define BRIDGE_BYTES 15 /* IFNAMSIZ */

/* "vda", "sdab", "hdc", "xvda1" */
static gboolean is_target(const char *text)
{
    gsize letters = strspn(text, G_CSET_a_2_z);
    gsize digits = strspn(text + letters, G_CSET_DIGITS);

    return letters >= 2 && letters <= 8 && digits <= 3 && text[letters + digits] == '\0';
}

static gboolean is_plain_text(const char *text, gsize bytes)
{
    gsize length = strlen(text);

    if (length < 1 || length > bytes || !g_utf8_validate(text, (gssize) length, NULL))
        return FALSE;
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (!g_unichar_isprint(g_utf8_get_char(p)))
            return FALSE;

    return TRUE;
}

/* Absolute, and as it stands: a path that a later look would see differently is refused. */
static gboolean is_disk_path(const char *text)
{
    g_autofree char *canonical = NULL;

    if (!is_plain_text(text, PATH_BYTES) || text[0] != '/' || text[1] == '\0')
        return FALSE;
    canonical = g_canonicalize_filename(text, "/");

    return g_str_equal(canonical, text);
}

static gboolean is_network(const char *text)
{
    return is_plain_text(text, NETWORK_BYTES) && !strchr(text, '/');
}

static gboolean is_bridge(const char *text)
{
    gsize length = strlen(text);

    return length >= 1 && length <= BRIDGE_BYTES && !g_str_equal(text, ".") &&
           !g_str_equal(text, "..") &&
           strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == length;
}

typedef gboolean (*IsValid)(const char *text);

/* What the two halves of an entry may be. */
static const struct {
    IsValid from, to;
    const char *from_remedy, *to_remedy;
} grammars[] = {
    [MIG_KIND_DISKS] = { is_target, NULL, "is no target of a disk, for example vda", NULL },
    [MIG_KIND_DISK_PATHS] = { is_target, is_disk_path, "is no target of a disk, for example vda",
                              "is no absolute path without \".\", \"..\" and doubled \"/\"" },
    [MIG_KIND_NETWORKS] = { is_network, is_network, "is no name of a libvirt network",
                            "is no name of a libvirt network" },
    [MIG_KIND_BRIDGES] = { is_bridge, is_bridge,
                           "is no name of a bridge: 1 to 15 of A-Z a-z 0-9 . _ -",
                           "is no name of a bridge: 1 to 15 of A-Z a-z 0-9 . _ -" },
};

static gboolean check_count(const MigOptionInfo *info, GVariant *variant, GError **error)
{
    gsize n = g_variant_n_children(variant);

    if (n > MIG_REQUEST_LIST) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                    "option \"%s\": %" G_GSIZE_FORMAT " entries are too many, at most %d are taken",
                    info->key, n, MIG_REQUEST_LIST);
        return FALSE;
    }
    if (n == 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                    "option \"%s\" is empty: give at least one entry, or leave it out", info->key);
        return FALSE;
    }

    return TRUE;
}

static gboolean refuse_entry(const MigOptionInfo *info, const char *text, const char *why,
                             GError **error)
{
    g_autofree char *quoted = mig_text_quote(text);

    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE, "option \"%s\": %s %s", info->key,
                quoted, why);
    return FALSE;
}

static gboolean check_entry(const MigOptionInfo *info, IsValid is_valid, const char *text,
                            const char *remedy, GError **error)
{
    return is_valid(text) || refuse_entry(info, text, remedy, error);
}

static gboolean check_new(const MigOptionInfo *info, GPtrArray *found, guint step, const char *text,
                          GError **error)
{
    for (guint i = 0; i < found->len; i += step)
        if (g_str_equal(g_ptr_array_index(found, i), text))
            return refuse_entry(info, text, "is given twice: give it once", error);

    return TRUE;
}

static GStrv steal_list(GPtrArray *found)
{
    g_ptr_array_add(found, NULL);

    return (GStrv) g_ptr_array_steal(found, NULL);
}

gboolean mig_option_read_list(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                              GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    const char *text;

    if (!check_count(info, variant, error))
        return FALSE;

    g_variant_iter_init(&iter, variant);
    while (g_variant_iter_next(&iter, "&s", &text)) {
        if (!check_entry(info, grammars[info->kind].from, text, grammars[info->kind].from_remedy,
                         error) ||
            !check_new(info, found, 1, text, error))
            return FALSE;
        g_ptr_array_add(found, g_strdup(text));
    }
    value->list = steal_list(found);

    return TRUE;
}

GVariant *mig_option_write_list(const MigOptionInfo *info, const MigOptionValue *value)
{
    return g_variant_new_strv((const char *const *) value->list, -1);
}

gboolean mig_option_read_map(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                             GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    const char *from, *to;

    if (!check_count(info, variant, error))
        return FALSE;

    g_variant_iter_init(&iter, variant);
    while (g_variant_iter_next(&iter, "{&s&s}", &from, &to)) {
        if (!check_entry(info, grammars[info->kind].from, from, grammars[info->kind].from_remedy,
                         error) ||
            !check_entry(info, grammars[info->kind].to, to, grammars[info->kind].to_remedy,
                         error) ||
            !check_new(info, found, 2, from, error))
            return FALSE;
        g_ptr_array_add(found, g_strdup(from));
        g_ptr_array_add(found, g_strdup(to));
    }
    value->list = steal_list(found);

    return TRUE;
}

GVariant *mig_option_write_map(const MigOptionInfo *info, const MigOptionValue *value)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));

    for (guint i = 0; value->list[i]; i += 2)
        g_variant_builder_add(&builder, "{ss}", value->list[i], value->list[i + 1]);

    return g_variant_builder_end(&builder);
}

/* Bit of a choice, 0: there is none of that name. */
static guint64 choice_bit(const MigOptionInfo *info, const char *text)
{
    for (guint i = 0; info->choices[i]; i++)
        if (g_str_equal(info->choices[i], text))
            return G_GUINT64_CONSTANT(1) << i;

    return 0;
}

gboolean mig_option_read_choices(const MigOptionInfo *info, GVariant *variant,
                                 MigOptionValue *value, GError **error)
{
    GVariantIter iter;
    const char *text;

    if (!check_count(info, variant, error))
        return FALSE;

    g_variant_iter_init(&iter, variant);
    while (g_variant_iter_next(&iter, "&s", &text)) {
        guint64 bit = choice_bit(info, text);

        if (!bit) {
            g_autofree char *all = g_strjoinv("\", \"", (char **) info->choices);
            g_autofree char *why = g_strdup_printf("is none of its choices \"%s\"", all);

            return refuse_entry(info, text, why, error);
        }
        if (value->number & bit)
            return refuse_entry(info, text, "is given twice: give it once", error);
        value->number |= bit;
    }

    return TRUE;
}

GVariant *mig_option_write_choices(const MigOptionInfo *info, const MigOptionValue *value)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (guint i = 0; info->choices[i]; i++)
        if (value->number & (G_GUINT64_CONSTANT(1) << i))
            g_variant_builder_add(&builder, "s", info->choices[i]);

    return g_variant_builder_end(&builder);
}
