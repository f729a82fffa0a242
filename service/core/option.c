/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of options, and how one value of an option is read and written. A row's kind says how a
 * value is checked, its signature how a number looks on D-Bus; adding an option is adding a row.
 */
#include "option.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "hostfile.h"
#include "text.h"
#include "uri.h"

static const char *const flow_choices[] = {
    [MIG_FLOW_PEER_TO_PEER] = "peer-to-peer",
    [MIG_FLOW_MANAGED_DIRECT] = "managed-direct",
    NULL,
};

static const char *const transport_choices[] = {
    [MIG_TRANSPORT_NATIVE] = "native",
    [MIG_TRANSPORT_TUNNELLED] = "tunnelled",
    NULL,
};

static const MigOptionInfo infos[MIG_N_OPTS] = {
    [MIG_OPT_SOURCE] = {
        .key = "source",
        .signature = "s",
        .kind = MIG_KIND_HOST,
        .description = "Configured host the guest runs on.",
    },
    [MIG_OPT_FLOW] = {
        .key = "flow",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = flow_choices,
        .fallback = MIG_FLOW_PEER_TO_PEER,
        .description = "Who controls the migration: the source's libvirt daemon or this service.",
    },
    [MIG_OPT_TRANSPORT] = {
        .key = "transport",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = transport_choices,
        .fallback = MIG_TRANSPORT_NATIVE,
        .description = "How the guest's memory travels: between the hypervisors, or through the "
                       "connection of both libvirt daemons.",
    },
    [MIG_OPT_INTERFACE_ADDRESS] = {
        .key = "interface-address",
        .signature = "s",
        .kind = MIG_KIND_ADDRESS,
        .param = VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
        .virsh = "--listen-address",
        .description = "IP address of the destination on which the guest's memory arrives.",
    },
    [MIG_OPT_PORT] = {
        .key = "port",
        .signature = "q",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = G_MAXUINT16,
        .description = "TCP port at interface-address; the destination's libvirt chooses one "
                       "unless it is given.",
    },
    [MIG_OPT_LIVE] = {
        .key = "live",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .fallback = TRUE,
        .flag = VIR_MIGRATE_LIVE,
        .virsh = "--live",
        .description = "The guest runs on while its memory is copied.",
    },
    [MIG_OPT_PERSIST] = {
        .key = "persist",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_PERSIST_DEST,
        .virsh = "--persistent",
        .description = "Write the guest's configuration on the destination.",
    },
    [MIG_OPT_UNDEFINE_SOURCE] = {
        .key = "undefine-source",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_UNDEFINE_SOURCE,
        .virsh = "--undefinesource",
        .description = "Remove the guest's configuration from the source afterwards.",
    },
};

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

static const OptionType types[] = {
    { "b", "a boolean", get_boolean, make_boolean },
    { "q", "an unsigned 16-bit integer", get_uint16, make_uint16 },
    { "s", "a string" },
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
};

const MigOptionInfo *mig_option_info(MigOption option)
{
    g_return_val_if_fail((guint) option < MIG_N_OPTS, NULL);

    return &infos[option];
}

gboolean mig_option_read(MigOption option, GVariant *variant, MigOptionValue *value, GError **error)
{
    const MigOptionInfo *info = &infos[option];

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
    return kinds[infos[option].kind].write(&infos[option], value);
}
