/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See record.h.
 */
#include "record.h"

#include "error.h"

#define LIST "aa{sv}"

gpointer mig_record_new(const MigRecord *record)
{
    gpointer data = g_malloc0(record->size);

    for (const MigField *field = record->fields; field->key; field++) {
        gpointer member = G_STRUCT_MEMBER_P(data, field->offset);

        if (field->of)
            *(GPtrArray **) member = g_ptr_array_new();
        else if (*field->signature == 's')
            *(char **) member = g_strdup("");
        else if (*field->signature == 'a')
            *(GStrv *) member = g_new0(char *, 1);
    }

    return data;
}

static GVariant *list_to_variant(const MigRecord *record, const GPtrArray *list)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(LIST));

    for (guint i = 0; list && i < list->len; i++)
        g_variant_builder_add_value(&builder,
                                    mig_record_to_variant(record, g_ptr_array_index(list, i)));

    return g_variant_builder_end(&builder);
}

static GVariant *field_to_variant(const MigField *field, gconstpointer data)
{
    static const char *const nothing[] = { NULL };
    gconstpointer member = G_STRUCT_MEMBER_P(data, field->offset);

    if (field->of)
        return list_to_variant(field->of, *(GPtrArray *const *) member);
    switch (*field->signature) {
    case 's':
        return g_variant_new_string(*(char *const *) member ?: "");
    case 't':
        return g_variant_new_uint64(*(const guint64 *) member);
    case 'u':
        return g_variant_new_uint32(*(const guint *) member);
    case 'i':
        return g_variant_new_int32(*(const int *) member);
    case 'b':
        return g_variant_new_boolean(*(const gboolean *) member);
    case 'a':
        return g_variant_new_strv(*(const char *const *const *) member ?: nothing, -1);
    }
    g_assert_not_reached();
}

GVariant *mig_record_to_variant(const MigRecord *record, gconstpointer data)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (const MigField *field = record->fields; field->key; field++)
        g_variant_builder_add(&builder, "{sv}", field->key, field_to_variant(field, data));

    return g_variant_builder_end(&builder);
}

static void free_in(gpointer data, gpointer record)
{
    mig_record_free(record, data);
}

static void list_free(const MigRecord *record, GPtrArray *list)
{
    if (!list)
        return;

    g_ptr_array_foreach(list, free_in, (gpointer) record);
    g_ptr_array_unref(list);
}

static GPtrArray *list_from_variant(const MigRecord *record, GVariant *array, GError **error)
{
    GPtrArray *list = g_ptr_array_new();

    if (g_variant_n_children(array) > MIG_RECORD_LIST) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                    "%s: there are more than %d; nothing of ours has that many", record->what,
                    MIG_RECORD_LIST);
        list_free(record, list);
        return NULL;
    }
    for (gsize i = 0; i < g_variant_n_children(array); i++) {
        g_autoptr(GVariant) dict = g_variant_get_child_value(array, i);
        gpointer entry = mig_record_from_variant(record, dict, error);

        if (!entry) {
            list_free(record, list);
            return NULL;
        }
        g_ptr_array_add(list, entry);
    }

    return list;
}

static gboolean field_from_variant(const MigRecord *record, const MigField *field, GVariant *dict,
                                   gpointer data, GError **error)
{
    gpointer member = G_STRUCT_MEMBER_P(data, field->offset);
    g_autoptr(GVariant) value =
        g_variant_lookup_value(dict, field->key, G_VARIANT_TYPE(field->signature));

    if (value && field->of) {
        *(GPtrArray **) member = list_from_variant(field->of, value, error);
        return *(GPtrArray **) member != NULL;
    }
    if (value) {
        g_variant_get(value, *field->signature == 'a' ? "^as" : field->signature, member);
        return TRUE;
    }
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                "%s: \"%s\" of D-Bus type \"%s\" is missing; service and worker must be of the "
                "same version",
                record->what, field->key, field->signature);
    return FALSE;
}

gpointer mig_record_from_variant(const MigRecord *record, GVariant *dict, GError **error)
{
    gpointer data = g_malloc0(record->size);

    if (!g_variant_is_of_type(dict, G_VARIANT_TYPE_VARDICT)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "%s must be of D-Bus type \"a{sv}\", not \"%.32s\"", record->what,
                    g_variant_get_type_string(dict));
        g_free(data);
        return NULL;
    }
    for (const MigField *field = record->fields; field->key; field++) {
        if (!field_from_variant(record, field, dict, data, error)) {
            mig_record_free(record, data);
            return NULL;
        }
    }

    return data;
}

void mig_record_free(const MigRecord *record, gpointer data)
{
    if (!data)
        return;

    for (const MigField *field = record->fields; field->key; field++) {
        gpointer member = G_STRUCT_MEMBER_P(data, field->offset);

        if (field->of)
            list_free(field->of, *(GPtrArray **) member);
        else if (*field->signature == 's')
            g_free(*(char **) member);
        else if (*field->signature == 'a')
            g_strfreev(*(GStrv *) member);
    }
    g_free(data);
}
