/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Conversion between sd-bus messages and GVariant; see variant.h. Both walks are recursive over the
 * type and bounded in depth; reading also counts the bytes it copies.
 */
#include "variant.h"

#include <string.h>

#include "error.h"

typedef struct {
    guint depth;
    gsize left; /* bytes that may still be read */
} Budget;

/* One row a basic D-Bus type: how many bytes it counts and how it becomes a GVariant. */
static GVariant *variant_of_basic(char type, const void *value)
{
    switch (type) {
    case SD_BUS_TYPE_BYTE:
        return g_variant_new_byte(*(const guint8 *) value);
    case SD_BUS_TYPE_BOOLEAN:
        return g_variant_new_boolean(*(const int *) value != 0);
    case SD_BUS_TYPE_INT16:
        return g_variant_new_int16(*(const gint16 *) value);
    case SD_BUS_TYPE_UINT16:
        return g_variant_new_uint16(*(const guint16 *) value);
    case SD_BUS_TYPE_INT32:
        return g_variant_new_int32(*(const gint32 *) value);
    case SD_BUS_TYPE_UINT32:
        return g_variant_new_uint32(*(const guint32 *) value);
    case SD_BUS_TYPE_INT64:
        return g_variant_new_int64(*(const gint64 *) value);
    case SD_BUS_TYPE_UINT64:
        return g_variant_new_uint64(*(const guint64 *) value);
    case SD_BUS_TYPE_DOUBLE:
        return g_variant_new_double(*(const double *) value);
    case SD_BUS_TYPE_STRING:
        return g_variant_new_string(*(const char *const *) value);
    case SD_BUS_TYPE_OBJECT_PATH:
        return g_variant_new_object_path(*(const char *const *) value);
    case SD_BUS_TYPE_SIGNATURE:
        return g_variant_new_signature(*(const char *const *) value);
    default:
        return NULL;
    }
}

static gboolean type_is_string(char type)
{
    return strchr("sog", type) != NULL;
}

static gboolean bus_failed(GError **error, int r)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                "the message cannot be read (%s); its types must be those of the interface",
                g_strerror(-r));
    return FALSE;
}

static gboolean spend(Budget *budget, gsize bytes, GError **error)
{
    if (bytes <= budget->left) {
        budget->left -= bytes;
        return TRUE;
    }
    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                        "the arguments of the call are too large; send fewer or shorter values");
    return FALSE;
}

static GVariant *read_value(sd_bus_message *m, const GVariantType *type, Budget *budget,
                            GError **error);

static GVariant *read_basic(sd_bus_message *m, char type, Budget *budget, GError **error)
{
    guint64 raw = 0; /* room for any basic type; strings are a pointer into the message */
    int r = sd_bus_message_read_basic(m, type, &raw);
    if (r <= 0) {
        bus_failed(error, r < 0 ? r : -EBADMSG);
        return NULL;
    }
    gsize bytes = sizeof raw;
    if (type_is_string(type))
        bytes += strlen(*(const char **) (void *) &raw);
    if (!spend(budget, bytes, error))
        return NULL;
    return g_variant_ref_sink(variant_of_basic(type, &raw));
}

/* sd-bus container letter and the signature of what is in it. */
static char container_of(const GVariantType *type, char **contents)
{
    const char *text = g_variant_type_peek_string(type);
    gsize length = g_variant_type_get_string_length(type);
    switch (text[0]) {
    case 'a':
        *contents = g_strndup(text + 1, length - 1);
        return SD_BUS_TYPE_ARRAY;
    case '{':
        *contents = g_strndup(text + 1, length - 2);
        return SD_BUS_TYPE_DICT_ENTRY;
    default:
        *contents = g_strndup(text + 1, length - 2);
        return SD_BUS_TYPE_STRUCT;
    }
}

static gboolean read_elements(sd_bus_message *m, const GVariantType *type, GVariantBuilder *builder,
                              Budget *budget, GError **error)
{
    gboolean array = g_variant_type_is_array(type);
    const GVariantType *element = array ? g_variant_type_element(type) : g_variant_type_first(type);
    while (array ? sd_bus_message_at_end(m, 0) == 0 : element != NULL) {
        g_autoptr(GVariant) value = read_value(m, element, budget, error);
        if (!value)
            return FALSE;
        g_variant_builder_add_value(builder, value);
        if (!array)
            element = g_variant_type_next(element);
    }
    return TRUE;
}

static GVariant *read_container(sd_bus_message *m, const GVariantType *type, Budget *budget,
                                GError **error)
{
    g_autofree char *contents = NULL;
    char container = container_of(type, &contents);
    int r = sd_bus_message_enter_container(m, container, contents);
    if (r <= 0) {
        bus_failed(error, r < 0 ? r : -EBADMSG);
        return NULL;
    }
    g_auto(GVariantBuilder) builder;
    g_variant_builder_init(&builder, type);
    if (!spend(budget, sizeof(guint64), error) || !read_elements(m, type, &builder, budget, error))
        return NULL;
    r = sd_bus_message_exit_container(m);
    if (r < 0) {
        bus_failed(error, r);
        return NULL;
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static GVariant *read_variant(sd_bus_message *m, Budget *budget, GError **error)
{
    const char *contents = NULL;
    char type = 0;
    int r = sd_bus_message_peek_type(m, &type, &contents);
    if (r <= 0 || type != SD_BUS_TYPE_VARIANT || !g_variant_type_string_is_valid(contents) ||
        strchr(contents, 'h')) {
        bus_failed(error, r < 0 ? r : -EBADMSG);
        return NULL;
    }
    r = sd_bus_message_enter_container(m, SD_BUS_TYPE_VARIANT, contents);
    if (r < 0) {
        bus_failed(error, r);
        return NULL;
    }
    g_autoptr(GVariant) inner = read_value(m, G_VARIANT_TYPE(contents), budget, error);
    if (!inner)
        return NULL;
    r = sd_bus_message_exit_container(m);
    if (r < 0) {
        bus_failed(error, r);
        return NULL;
    }
    return g_variant_ref_sink(g_variant_new_variant(inner));
}

static GVariant *read_value(sd_bus_message *m, const GVariantType *type, Budget *budget,
                            GError **error)
{
    if (g_variant_type_equal(type, G_VARIANT_TYPE_HANDLE)) {
        bus_failed(error, -EBADMSG);
        return NULL;
    }
    if (g_variant_type_is_basic(type))
        return read_basic(m, g_variant_type_peek_string(type)[0], budget, error);
    if (budget->depth == 0) {
        spend(budget, G_MAXSIZE, error);
        return NULL;
    }
    budget->depth--;
    GVariant *value = g_variant_type_is_variant(type) ? read_variant(m, budget, error)
                                                      : read_container(m, type, budget, error);
    budget->depth++;
    return value;
}

GVariant *mig_variant_read(sd_bus_message *message, const char *signature, gsize limit,
                           GError **error)
{
    Budget budget = { .depth = MIG_VARIANT_DEPTH, .left = limit ? limit : G_MAXSIZE };
    return read_value(message, G_VARIANT_TYPE(signature), &budget, error);
}

static int append_basic(sd_bus_message *m, GVariant *value)
{
    char type = g_variant_get_type_string(value)[0];
    if (type_is_string(type))
        return sd_bus_message_append_basic(m, type, g_variant_get_string(value, NULL));
    if (type == SD_BUS_TYPE_BOOLEAN) {
        int truth = g_variant_get_boolean(value);
        return sd_bus_message_append_basic(m, type, &truth);
    }
    return sd_bus_message_append_basic(m, type, g_variant_get_data(value));
}

int mig_variant_append(sd_bus_message *message, GVariant *value)
{
    if (g_variant_type_is_basic(g_variant_get_type(value)))
        return append_basic(message, value);

    g_autofree char *contents = NULL;
    char container = SD_BUS_TYPE_VARIANT;
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT)) {
        g_autoptr(GVariant) inner = g_variant_get_variant(value);
        contents = g_strdup(g_variant_get_type_string(inner));
    } else {
        container = container_of(g_variant_get_type(value), &contents);
    }
    int r = sd_bus_message_open_container(message, container, contents);
    gsize n = g_variant_n_children(value);
    for (gsize i = 0; r >= 0 && i < n; i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(value, i);
        r = mig_variant_append(message, child);
    }
    return r < 0 ? r : sd_bus_message_close_container(message);
}

int mig_error_set_bus(sd_bus_error *ret, const GError *error)
{
    return sd_bus_error_set(ret, mig_error_dbus_name(error), error->message);
}

/* sd-bus itself answers when a link closes or its timeout passes. */
static gboolean is_of_sd_bus(const sd_bus_error *error)
{
    return sd_bus_error_has_names(error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT,
                                  SD_BUS_ERROR_DISCONNECTED);
}

void mig_error_from_bus(GError **error, const sd_bus_error *from)
{
    if (is_of_sd_bus(from))
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_WORKER,
                            "the worker process has ended without an answer; try again, and if it "
                            "does so again, \"journalctl -t migration-worker\" tells why");
    else
        g_set_error_literal(error, MIG_ERROR, mig_error_from_name(from->name),
                            from->message ? from->message : from->name);
}

/* The bytes of nothing are zeroes in every such type; GVariant completes what is too short. */
GVariant *mig_variant_empty(const GVariantType *type)
{
    g_autoptr(GBytes) none = g_bytes_new_static("", 0);
    g_autoptr(GVariant) empty = g_variant_ref_sink(g_variant_new_from_bytes(type, none, FALSE));
    return g_variant_get_normal_form(empty);
}
