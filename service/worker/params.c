/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See params.h.
 */
#include "params.h"

#include <string.h>

void mig_params_clear(MigParams *params)
{
    virTypedParamsFree(params->list, params->n);
    *params = (MigParams){ NULL, 0 };
}

static int add_strings(MigParams *params, int *max, const char *key, GVariant *value)
{
    g_autofree const char **strings = g_variant_get_strv(value, NULL);
    return virTypedParamsAddStringList(&params->list, &params->n, max, key, strings);
}

static int add_value(MigParams *params, int *max, const char *key, GVariant *value)
{
    virTypedParameterPtr *list = &params->list;
    int *n = &params->n;
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY))
        return add_strings(params, max, key, value);
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_STRING:
        return virTypedParamsAddString(list, n, max, key, g_variant_get_string(value, NULL));
    case G_VARIANT_CLASS_INT32:
        return virTypedParamsAddInt(list, n, max, key, g_variant_get_int32(value));
    case G_VARIANT_CLASS_UINT32:
        return virTypedParamsAddUInt(list, n, max, key, g_variant_get_uint32(value));
    case G_VARIANT_CLASS_UINT64:
        return virTypedParamsAddULLong(list, n, max, key, g_variant_get_uint64(value));
    default:
        g_error("plan with parameter %s of type %s", key, g_variant_get_type_string(value));
    }
}

MigParams mig_params_from_dict(GVariant *dict)
{
    MigParams params = { NULL, 0 };
    int max = 0;
    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        if (add_value(&params, &max, key, value) < 0)
            g_error("libvirt refused the parameter %s", key);
    }
    return params;
}

/* Percentages and kinds are signed there, and never negative. */
static gboolean read_number(const virTypedParameter *param, guint64 *ret)
{
    switch (param->type) {
    case VIR_TYPED_PARAM_ULLONG:
        *ret = param->value.ul;
        return TRUE;
    case VIR_TYPED_PARAM_UINT:
        *ret = param->value.ui;
        return TRUE;
    case VIR_TYPED_PARAM_LLONG:
        *ret = (guint64) param->value.l;
        return param->value.l >= 0;
    case VIR_TYPED_PARAM_INT:
        *ret = (guint64) param->value.i;
        return param->value.i >= 0;
    case VIR_TYPED_PARAM_BOOLEAN:
        *ret = param->value.b != 0;
        return TRUE;
    default:
        return FALSE;
    }
}

/* As libvirt has them: whatever else a host sends is not told on. */
static gboolean is_name(const char *field)
{
    return field[strspn(field, G_CSET_a_2_z G_CSET_DIGITS "_.")] == '\0';
}

GVariant *mig_params_to_statistics(virTypedParameterPtr list, int n)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{st}"));
    for (int i = 0; i < n; i++) {
        guint64 number;
        if (is_name(list[i].field) && read_number(&list[i], &number))
            g_variant_builder_add(&builder, "{st}", list[i].field, number);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}
