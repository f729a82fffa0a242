/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: reading an a{sv} by the table of options into a value a row, and freezing it. Owns the
 * limits on what a caller may send; a single value is option.c's, combinations are rules.c's.
 */
#include "request.h"

#include <string.h>

#include "error.h"
#include "host-uri.h"
#include "option.h"
#include "rules.h"
#include "text.h"

#define GUEST_BYTES 255

static gboolean unknown_option(const char *key, GError **error)
{
    const char *names[MIG_N_OPTS + 1] = { NULL };
    g_autofree char *quoted = mig_text_quote(key);
    const char *nearest;

    for (guint i = 0; i < MIG_N_OPTS; i++)
        names[i] = mig_option_info(i)->key;

    nearest = mig_text_nearest(key, names);
    if (nearest) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_UNKNOWN_OPTION,
                    "unknown option %s: did you mean \"%s\"?", quoted, nearest);
        return FALSE;
    }

    g_set_error(error, MIG_ERROR, MIG_ERROR_UNKNOWN_OPTION,
                "unknown option %s: man org.example.Migration1.options has all", quoted);
    return FALSE;
}

/* Before any text of the entry is looked at. */
static gboolean check_length(const char *key, GVariant *variant, GError **error)
{
    gsize length = 0;
    g_autofree char *quoted = NULL;

    if (g_variant_is_of_type(variant, G_VARIANT_TYPE_STRING))
        g_variant_get_string(variant, &length);
    length = MAX(length, strlen(key));
    if (length <= MIG_REQUEST_STRING)
        return TRUE;

    quoted = mig_text_quote(key);
    g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                "option %s: a string of %" G_GSIZE_FORMAT
                " bytes is too long, at most %d are taken",
                quoted, length, MIG_REQUEST_STRING);
    return FALSE;
}

static gboolean read_option(MigRequest *request, const char *key, GVariant *variant, GError **error)
{
    MigOptionValue *value;
    guint option = 0;

    if (!check_length(key, variant, error))
        return FALSE;

    while (option < MIG_N_OPTS && !g_str_equal(mig_option_info(option)->key, key))
        option++;
    if (option == MIG_N_OPTS)
        return unknown_option(key, error);

    value = &request->options[option];
    if (value->set) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                    "option \"%s\" is given twice: give it once", key);
        return FALSE;
    }

    value->set = TRUE;
    return mig_option_read(option, variant, value, error);
}

static gboolean read_options(MigRequest *request, GVariant *options, GError **error)
{
    GVariantIter iter;
    const char *key;
    GVariant *value;

    if (!g_variant_is_of_type(options, G_VARIANT_TYPE_VARDICT)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "options must be of D-Bus type \"a{sv}\", not \"%.32s\"",
                    g_variant_get_type_string(options));
        return FALSE;
    }
    if (g_variant_n_children(options) > MIG_REQUEST_OPTIONS) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                    "%" G_GSIZE_FORMAT " options are too many, at most %d are taken",
                    g_variant_n_children(options), MIG_REQUEST_OPTIONS);
        return FALSE;
    }

    g_variant_iter_init(&iter, options);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) held = value;

        if (!read_option(request, key, held, error))
            return FALSE;
    }

    return TRUE;
}

gboolean mig_guest_is_valid(const char *guest)
{
    gsize length = strlen(guest);

    if (length < 1 || length > GUEST_BYTES || !g_utf8_validate(guest, (gssize) length, NULL))
        return FALSE;

    for (const char *p = guest; *p; p = g_utf8_next_char(p))
        if (*p == '/' || g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;

    return TRUE;
}

static gboolean check_names(const char *guest, const char *destination, GError **error)
{
    gboolean guest_valid = mig_guest_is_valid(guest);
    g_autofree char *quoted = NULL;

    if (guest_valid && (mig_host_is_uri(destination) || mig_host_name_is_valid(destination)))
        return TRUE;

    quoted = mig_text_quote(guest_valid ? destination : guest);
    if (guest_valid)
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "destination %s cannot be the name of a configured host: lower-case letters, "
                    "digits, \"-\" and \".\"",
                    quoted);
    else
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "guest %s is neither a guest's name nor a UUID: 1 to %d bytes of UTF-8 without "
                    "\"/\" and control characters",
                    quoted, GUEST_BYTES);
    return FALSE;
}

static MigRequest *request_with_defaults(const char *guest, const char *destination)
{
    MigRequest *request = g_new0(MigRequest, 1);

    request->guest = g_strdup(guest);
    request->destination = g_strdup(destination);
    for (guint i = 0; i < MIG_N_OPTS; i++) {
        request->options[i].number = mig_option_info(i)->fallback;
        if (mig_option_info(i)->kind == MIG_KIND_HOST)
            request->options[i].text = g_strdup(MIG_HOST_LOCAL);
    }

    return request;
}

/* Of a URI only what it was read as goes on. */
static gboolean read_destination(MigRequest *request, GError **error)
{
    g_autoptr(MigHost) host = NULL;

    if (!mig_host_is_uri(request->destination))
        return TRUE;

    host = mig_host_from_uri(request->destination, error);
    if (host == NULL) {
        g_autofree char *quoted = mig_text_quote(request->destination);

        g_prefix_error(error, "destination %s: ", quoted);
        return FALSE;
    }
    g_free(request->destination);
    request->destination = g_strdup(host->name);

    return TRUE;
}

void mig_request_free(MigRequest *request)
{
    if (!request)
        return;

    g_free(request->guest);
    g_free(request->destination);
    for (guint i = 0; i < MIG_N_OPTS; i++) {
        g_free(request->options[i].text);
        g_strfreev(request->options[i].list);
    }
    g_free(request);
}

MigRequest *mig_request_new(const char *guest, const char *destination, GVariant *options,
                            GError **error)
{
    g_autoptr(MigRequest) request = NULL;

    if (!check_names(guest, destination, error))
        return NULL;

    request = request_with_defaults(guest, destination);
    if (!read_destination(request, error) || !read_options(request, options, error))
        return NULL;
    mig_rules_complete(request);
    if (!mig_rules_check(request, error))
        return NULL;

    if (g_str_equal(mig_request_source(request), destination)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_SAME_HOST,
                    "source and destination are both host \"%s\": name another destination, or "
                    "give the host the guest runs on as option \"%s\"",
                    destination, mig_option_info(MIG_OPT_SOURCE)->key);
        return NULL;
    }

    return g_steal_pointer(&request);
}

GVariant *mig_request_options(const MigRequest *request)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (guint i = 0; i < MIG_N_OPTS; i++)
        if (request->options[i].set)
            g_variant_builder_add(&builder, "{sv}", mig_option_info(i)->key,
                                  mig_option_write(i, &request->options[i]));

    return g_variant_builder_end(&builder);
}

const char *mig_request_source(const MigRequest *request)
{
    return mig_request_text(request, MIG_OPT_SOURCE);
}

MigFlow mig_request_flow(const MigRequest *request)
{
    return (MigFlow) mig_request_number(request, MIG_OPT_FLOW);
}

MigTransport mig_request_transport(const MigRequest *request)
{
    return (MigTransport) mig_request_number(request, MIG_OPT_TRANSPORT);
}

const char *mig_request_text(const MigRequest *request, MigOption option)
{
    return request->options[option].text;
}

guint64 mig_request_number(const MigRequest *request, MigOption option)
{
    return request->options[option].number;
}

const char *const *mig_request_list(const MigRequest *request, MigOption option)
{
    static const char *const none[] = { NULL };
    const GStrv list = request->options[option].list;

    return list ? (const char *const *) list : none;
}

const char *mig_request_name_there(const MigRequest *request, const char *name_here)
{
    return mig_request_text(request, MIG_OPT_DESTINATION_NAME) ?: name_here;
}

const char *mig_request_edit(const MigRequest *request, MigOption option, const char *from)
{
    const char *const *list = mig_request_list(request, option);

    for (guint i = 0; list[i]; i += 2)
        if (g_str_equal(list[i], from))
            return list[i + 1];

    return NULL;
}

gboolean mig_request_has_edits(const MigRequest *request)
{
    return request->options[MIG_OPT_DISK_PATHS].set || request->options[MIG_OPT_NETWORKS].set ||
           request->options[MIG_OPT_BRIDGES].set;
}
