/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See inspect-call.h.
 */
#include "inspect-call.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "error.h"
#include "libvirt-error.h"
#include "text.h"

#define TEXT_MAX 2000

int mig_inspect_code(void)
{
    virErrorPtr last = virGetLastError();
    return last ? last->code : VIR_ERR_OK;
}

char *mig_inspect_text(void)
{
    virErrorPtr last = virGetLastError();
    return mig_text_clean(last && last->str1 ? last->str1 : "no reason was given", TEXT_MAX);
}

static void add_denied(MigInspect *inspect, const char *function)
{
    if (!g_ptr_array_find_with_equal_func(inspect->denied, function, g_str_equal, NULL))
        g_ptr_array_add(inspect->denied, g_strdup(function));
}

gboolean mig_inspect_failed(MigInspect *inspect, const char *function)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = inspect->host };
    virErrorPtr last = virGetLastError();
    const char *text = last && last->message ? last->message : "";
    int code = mig_inspect_code();
    g_autoptr(GError) mapped =
        mig_libvirt_error_map(&place, last ? last->domain : VIR_FROM_NONE, code, text);
    if (g_error_matches(mapped, MIG_ERROR, MIG_ERROR_CONNECTION_LOST)) {
        mig_libvirt_error(&place, inspect->raw, inspect->error);
        return FALSE;
    }
    if (code == VIR_ERR_OPERATION_DENIED)
        inspect->read_only = TRUE;
    else if (code == VIR_ERR_ACCESS_DENIED)
        add_denied(inspect, function);
    return TRUE;
}

void mig_inspect_end(const MigInspect *inspect, GStrv *denied, gboolean *read_only)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (guint i = 0; i < inspect->denied->len; i++)
        g_strv_builder_add(names, g_ptr_array_index(inspect->denied, i));
    g_strfreev(*denied);
    *denied = g_strv_builder_end(names);
    *read_only = inspect->read_only;
}

void mig_inspect_set(char **field, const char *text)
{
    g_free(*field);
    *field = g_utf8_make_valid(text ? text : "", -1);
}
