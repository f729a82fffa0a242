/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How one value of an option is read and written: by the kind and the signature of the option's row
 * (option-table.c). Lists are option-list.c's.
 */
#include "option.h"

#include <string.h>

#include "error.h"
#include "hostfile.h"
#include "option-list.h"
#include "text.h"
#include "uri.h"

/* D-Bus types of option values. */
typedef struct {
    const char *signature;
    const char *words;
    guint64 (*get)(GVariant *variant); /* numbers only */
    GVariant *(*make)(guint64 number);
} OptionType;

static guint64 get_boolean(GVariant *variant)
{
    return g_variant_get_boolean(variant);
}

static GVariant *make_boolean(guint64 number)
{
    return g_variant_new_boolean(number != 0);
}

static guint64 get_uint16(GVariant *variant)
{
    return g_variant_get_uint16(variant);
}

static GVariant *make_uint16(guint64 number)
{
    return g_variant_new_uint16((guint16) number);
}

static guint64 get_uint32(GVariant *variant)
{
    return g_variant_get_uint32(variant);
}

static GVariant *make_uint32(guint64 number)
{
    return g_variant_new_uint32((guint32) number);
}

static guint64 get_uint64(GVariant *variant)
{
    return g_variant_get_uint64(variant);
}

static GVariant *make_uint64(guint64 number)
{
    return g_variant_new_uint64(number);
}

static const OptionType types[] = {
    { "b", "a boolean", get_boolean, make_boolean },
    { "q", "an unsigned 16-bit integer", get_uint16, make_uint16 },
    { "u", "an unsigned 32-bit integer", get_uint32, make_uint32 },
    { "t", "an unsigned 64-bit integer", get_uint64, make_uint64 },
    { "s", "a string" },
    { "as", "a list of strings" },
    { "a{ss}", "a dictionary of strings" },
};

static const OptionType *option_type(const MigOptionInfo *info)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(types[i].signature, info->signature))
            return &types[i];

    g_assert_not_reached();
}

/* What each kind of option does with a value of the right type. */
typedef struct {
    gboolean (*read)(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                     GError **error);
    GVariant *(*write)(const MigOptionInfo *info, const MigOptionValue *value);
} OptionKind;

static gboolean read_number(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                            GError **error)
{
    value->number = option_type(info)->get(variant);
    if (value->number >= info->min && value->number <= info->max)
        return TRUE;

    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                "option \"%s\": %" G_GUINT64_FORMAT " is out of range, it may be %" G_GUINT64_FORMAT
                " to %" G_GUINT64_FORMAT,
                info->key, value->number, info->min, info->max);
    return FALSE;
}

static GVariant *write_number(const MigOptionInfo *info, const MigOptionValue *value)
{
    return option_type(info)->make(value->number);
}

static gboolean read_choice(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                            GError **error)
{
    const char *text = g_variant_get_string(variant, NULL);
    g_autofree char *quoted = NULL;
    g_autofree char *all = NULL;

    for (guint i = 0; info->choices[i]; i++)
        if (g_str_equal(info->choices[i], text)) {
            value->number = i;
            return TRUE;
        }

    quoted = mig_text_quote(text);
    all = g_strjoinv("\", \"", (char **) info->choices);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                "option \"%s\": %s is none of its choices \"%s\"", info->key, quoted, all);
    return FALSE;
}

static GVariant *write_choice(const MigOptionInfo *info, const MigOptionValue *value)
{
    return g_variant_new_string(info->choices[value->number]);
}

static gboolean read_host(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                          GError **error)
{
    const char *text = g_variant_get_string(variant, NULL);
    g_autofree char *quoted = NULL;

    if (mig_host_name_is_valid(text)) {
        g_free(value->text);
        value->text = g_strdup(text);
        return TRUE;
    }

    quoted = mig_text_quote(text);
    g_set_error(
        error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
        "option \"%s\": %s cannot be the name of a configured host; give \"%s\" or the name "
        "of a host file: lower-case letters, digits, \"-\" and \".\"",
        info->key, quoted, MIG_HOST_LOCAL);
    return FALSE;
}

static gboolean read_address(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                             GError **error)
{
    const char *text = g_variant_get_string(variant, NULL);
    g_autofree char *quoted = NULL;

    value->text = mig_uri_canonical_address(text);
    if (value->text)
        return TRUE;

    quoted = mig_text_quote(text);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ADDRESS,
                "option \"%s\": %s is no IP address that another host can reach; give a plain IPv4 "
                "or IPv6 address that is not loopback, unspecified, multicast or link-local",
                info->key, quoted);
    return FALSE;
}

/* Kinds of text that are only checked. */
typedef struct {
    gboolean (*is_valid)(const char *text);
    const char *remedy;
} TextKind;

/* A name that libvirt and the file names it makes of it take without surprise. */
static gboolean is_guest_name(const char *text)
{
    gsize length = strlen(text);

    return length >= 1 && length <= 64 && !g_str_equal(text, ".") && !g_str_equal(text, "..") &&
           text[0] != '-' && strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == length;
}

static gboolean is_subject(const char *text)
{
    gsize length = strlen(text);

    if (length < 1 || length > 256)
        return FALSE;
    for (const char *p = text; *p; p++)
        if (!g_ascii_isprint(*p))
            return FALSE;

    return TRUE;
}

static const TextKind text_kinds[] = {
    [MIG_KIND_NAME] = { is_guest_name,
                        "is no name for a guest: 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with "
                        "\"-\"" },
    [MIG_KIND_DNS] = { mig_uri_dns_is_valid, "is no host name: give a DNS name, for example "
                                             "host-b.example" },
    [MIG_KIND_SUBJECT] = { is_subject,
                           "is no subject of a certificate: 1 to 256 printable ASCII characters" },
};

static gboolean read_text(const MigOptionInfo *info, GVariant *variant, MigOptionValue *value,
                          GError **error)
{
    const TextKind *kind = &text_kinds[info->kind];
    const char *text = g_variant_get_string(variant, NULL);
    g_autofree char *quoted = NULL;

    if (kind->is_valid(text)) {
        value->text = g_strdup(text);
        return TRUE;
    }

    quoted = mig_text_quote(text);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE, "option \"%s\": %s %s", info->key,
                quoted, kind->remedy);
    return FALSE;
}

static GVariant *write_text(const MigOptionInfo *info, const MigOptionValue *value)
{
    return g_variant_new_string(value->text);
}

static const OptionKind kinds[] = {
    [MIG_KIND_BOOL] = { read_number, write_number },
    [MIG_KIND_UINT] = { read_number, write_number },
    [MIG_KIND_CHOICE] = { read_choice, write_choice },
    [MIG_KIND_HOST] = { read_host, write_text },
    [MIG_KIND_ADDRESS] = { read_address, write_text },
    [MIG_KIND_NAME] = { read_text, write_text },
    [MIG_KIND_DNS] = { read_text, write_text },
    [MIG_KIND_SUBJECT] = { read_text, write_text },
    [MIG_KIND_CHOICES] = { mig_option_read_choices, mig_option_write_choices },
    [MIG_KIND_DISKS] = { mig_option_read_list, mig_option_write_list },
    [MIG_KIND_DISK_PATHS] = { mig_option_read_map, mig_option_write_map },
    [MIG_KIND_NETWORKS] = { mig_option_read_map, mig_option_write_map },
    [MIG_KIND_BRIDGES] = { mig_option_read_map, mig_option_write_map },
};

gboolean mig_option_read(MigOption option, GVariant *variant, MigOptionValue *value, GError **error)
{
    const MigOptionInfo *info = mig_option_info(option);

    if (!g_variant_is_of_type(variant, G_VARIANT_TYPE(info->signature))) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_TYPE,
                    "option \"%s\" must be %s (D-Bus type \"%s\"), not of type \"%.32s\"",
                    info->key, option_type(info)->words, info->signature,
                    g_variant_get_type_string(variant));
        return FALSE;
    }

    return kinds[info->kind].read(info, variant, value, error);
}

GVariant *mig_option_write(MigOption option, const MigOptionValue *value)
{
    const MigOptionInfo *info = mig_option_info(option);

    return kinds[info->kind].write(info, value);
}
