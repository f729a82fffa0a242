/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Short ways to make a request, and to say that one must be refused.
 */
#pragma once

#include <string.h>

#include "error.h"
#include "request.h"

static inline MigRequest *request_new(GVariant *options, GError **error)
{
    g_autoptr(GVariant) held = g_variant_ref_sink(options);

    return mig_request_new("web1", "host-b", held, error);
}

/* Refused with `code` and a sentence that has `part`. */
static inline void assert_refused(GVariant *options, MigError code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigRequest) request = request_new(options, &error);

    g_assert_null(request);
    g_test_message("%s", error->message);
    g_assert_error(error, MIG_ERROR, (int) code);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static inline GVariant *one_option(const char *key, GVariant *value)
{
    GVariant *entry =
        g_variant_new_dict_entry(g_variant_new_string(key), g_variant_new_variant(value));

    return g_variant_new_array(NULL, &entry, 1);
}
