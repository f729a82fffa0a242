/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See bus-object.h.
 */
#include "bus-object.h"

#include <string.h>

#include "access.h"
#include "error.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

struct BusObjects {
    sd_bus *bus;
    const Readers *readers;
    void *userdata;
    GHashTable *by_path; /* path -> BusObject */
};

static guint n_properties(const BusKind *kind)
{
    guint n = 0;
    while (kind->properties[n].name)
        n++;
    return n;
}

static GVariant *property_value(const BusProperty *property, const void *thing)
{
    return g_variant_take_ref(property->get(thing, property->offset));
}

static void object_free(void *data)
{
    BusObject *object = data;
    for (guint i = 0; i < n_properties(object->kind); i++)
        g_clear_pointer(&object->announced[i], g_variant_unref);
    g_free(object->announced);
    sd_event_source_disable_unref(object->announce);
    g_free(object->path);
    g_free(object);
}

BusObjects *bus_objects_new(sd_bus *bus, const Readers *readers, void *userdata)
{
    BusObjects *objects = g_new0(BusObjects, 1);
    objects->bus = sd_bus_ref(bus);
    objects->readers = readers;
    objects->userdata = userdata;
    objects->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, object_free);
    return objects;
}

void bus_objects_free(BusObjects *objects)
{
    if (!objects)
        return;
    g_hash_table_destroy(objects->by_path);
    sd_bus_unref(objects->bus);
    g_free(objects);
}

void *bus_objects_userdata(const BusObjects *objects)
{
    return objects->userdata;
}

static int find_object(sd_bus *bus, const char *path, const char *interface, void *userdata,
                       void **ret_found, sd_bus_error *ret_error)
{
    const BusObjects *objects = userdata;
    BusObject *object = g_hash_table_lookup(objects->by_path, path);
    if (!object || !g_str_equal(object->kind->interface, interface))
        return 0;
    *ret_found = object;
    return 1;
}

static int enumerate_objects(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
                             sd_bus_error *ret_error)
{
    const BusObjects *objects = userdata;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    GHashTableIter iter;
    void *key, *value;
    g_hash_table_iter_init(&iter, objects->by_path);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (g_str_has_prefix(key, prefix)) /* also of the object manager above */
            g_strv_builder_add(builder, key);
    /* sd-bus frees it with free(), which is what g_free() is */
    *ret_nodes = g_strv_builder_end(builder);
    return 1;
}

int bus_objects_register(BusObjects *objects, const BusKind *kind)
{
    int r = sd_bus_add_fallback_vtable(objects->bus, NULL, kind->prefix, kind->interface,
                                       kind->vtable, find_object, objects);
    return r < 0 ? r
                 : sd_bus_add_node_enumerator(objects->bus, NULL, kind->prefix, enumerate_objects,
                                              objects);
}

char *bus_object_path(const BusKind *kind, const char *id)
{
    char *path = NULL;
    /* a number needs no escape, and /job/17 is what people type */
    if (id[strspn(id, "0123456789")] == '\0')
        return g_strdup_printf("%s/%s", kind->prefix, id);
    if (sd_bus_path_encode(kind->prefix, id, &path) < 0)
        g_error("out of memory");
    return path;
}

static BusObject *object_lookup(BusObjects *objects, const BusKind *kind, const char *id)
{
    g_autofree char *path = bus_object_path(kind, id);
    return g_hash_table_lookup(objects->by_path, path);
}

/* Names of the properties whose value is not the announced one; remembers the new values. */
static GStrv take_changes(BusObject *object)
{
    g_autoptr(GStrvBuilder) changed = g_strv_builder_new();
    for (guint i = 0; object->kind->properties[i].name; i++) {
        const BusProperty *property = &object->kind->properties[i];
        g_autoptr(GVariant) value = property_value(property, object->thing);
        if (object->announced[i] && g_variant_equal(object->announced[i], value))
            continue;
        g_clear_pointer(&object->announced[i], g_variant_unref);
        object->announced[i] = g_steal_pointer(&value);
        g_strv_builder_add(changed, property->name);
    }
    return g_strv_builder_end(changed);
}

static gboolean is_for_owner(const BusKind *kind, const char *property)
{
    return kind->owner && access_is_for_owner(kind->interface, property);
}

/* a{sv} of those properties among `names` (NULL: of all) that are for the owner alone. */
static GVariant *for_owner(const BusObject *object, const char *const *names)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    for (const BusProperty *p = object->kind->properties; p->name; p++) {
        if (!is_for_owner(object->kind, p->name) || (names && !g_strv_contains(names, p->name)))
            continue;
        g_autoptr(GVariant) value = property_value(p, object->thing);
        g_variant_builder_add(&builder, "{sv}", p->name, value);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static void tell_readers(const BusObject *object, const char *const *names)
{
    if (!object->kind->owner)
        return;
    g_autoptr(GVariant) values = for_owner(object, names);
    if (g_variant_n_children(values) > 0)
        readers_tell(object->objects->readers, object->kind->owner(object->thing), object->path,
                     object->kind->interface, values);
}

void bus_objects_reveal(const BusObjects *objects, const char *sender)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, objects->by_path);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BusObject *object = value;
        g_autoptr(GVariant) values = for_owner(object, NULL);
        if (object->kind->owner)
            readers_tell_one(objects->readers, sender, object->path, object->kind->interface,
                             values);
    }
}

static void tell_everybody(const BusObject *object, const char *const *names)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    for (; *names; names++)
        if (!is_for_owner(object->kind, *names))
            g_ptr_array_add(open, (void *) *names);
    g_ptr_array_add(open, NULL);
    if (open->len == 1)
        return;
    int r = sd_bus_emit_properties_changed_strv(object->objects->bus, object->path,
                                                object->kind->interface, (char **) open->pdata);
    if (r < 0)
        log_warning("cannot announce a change of %s: %s", object->path, g_strerror(-r));
}

/* Readers first: who sees that a job has ended knows then how. */
static int on_announce(sd_event_source *source, void *userdata)
{
    BusObject *object = userdata;
    object->announce = sd_event_source_disable_unref(object->announce);
    g_auto(GStrv) changed = take_changes(object);
    tell_readers(object, (const char *const *) changed);
    tell_everybody(object, (const char *const *) changed);
    return 0;
}

void bus_object_add(BusObjects *objects, const BusKind *kind, const char *id, const void *thing)
{
    BusObject *object = g_new0(BusObject, 1);
    object->objects = objects;
    object->kind = kind;
    object->path = bus_object_path(kind, id);
    object->thing = thing;
    object->announced = g_new0(GVariant *, n_properties(kind));
    g_strfreev(take_changes(object));
    g_hash_table_replace(objects->by_path, object->path, object);
    int r = sd_bus_emit_object_added(objects->bus, object->path);
    if (r < 0)
        log_warning("cannot announce %s: %s", object->path, g_strerror(-r));
    tell_readers(object, NULL);
}

void bus_object_remove(BusObjects *objects, const BusKind *kind, const char *id)
{
    BusObject *object = object_lookup(objects, kind, id);
    if (!object)
        return;
    sd_bus_emit_object_removed(objects->bus, object->path);
    g_hash_table_remove(objects->by_path, object->path);
}

void bus_object_changed(BusObjects *objects, const BusKind *kind, const char *id, const void *thing)
{
    BusObject *object = object_lookup(objects, kind, id);
    if (!object)
        return;
    object->thing = thing;
    if (!object->announce)
        sd_event_add_defer(sd_bus_get_event(objects->bus), &object->announce, on_announce, object);
}

/* Of properties that are for the owner alone there is something to read in everything but Get. */
static int append_nothing(const BusObject *object, sd_bus_message *reply, const GVariantType *type,
                          const char *property, sd_bus_error *ret_error)
{
    const BusKind *kind = object->kind;
    sd_bus_message *call = sd_bus_get_current_message(sd_bus_message_get_bus(reply));
    if (call && sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get") > 0)
        return sd_bus_error_setf(
            ret_error, MIG_ERROR_PREFIX "AccessDenied",
            "%s of another user's job needs the authorization %s: %s", property,
            access_find(kind->interface, ACCESS_PROPERTY, property)->actions[ACCESS_GRAVE],
            readers_deny(object->objects->readers, kind->owner(object->thing), property));
    g_autoptr(GVariant) nothing = mig_variant_empty(type);
    return mig_variant_append(reply, nothing);
}

int bus_object_get(sd_bus *bus, const char *path, const char *interface, const char *property,
                   sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    int r = access_check_read(interface, property);
    if (r < 0)
        return r;
    for (const BusProperty *p = object->kind->properties; p->name; p++) {
        if (!g_str_equal(p->name, property))
            continue;
        g_autoptr(GVariant) value = property_value(p, object->thing);
        if (is_for_owner(object->kind, property) &&
            !readers_may_see(object->objects->readers, object->kind->owner(object->thing)))
            return append_nothing(object, reply, g_variant_get_type(value), property, ret_error);
        return mig_variant_append(reply, value);
    }
    return -ENOENT;
}

void bus_properties_build(const BusProperty *properties, const void *thing,
                          GVariantBuilder *builder)
{
    for (const BusProperty *p = properties; p->name; p++) {
        g_autoptr(GVariant) value = property_value(p, thing);
        g_variant_builder_add(builder, "{sv}", p->name, value);
    }
}

#define FIELD(type) G_STRUCT_MEMBER(type, (void *) thing, offset)

GVariant *bus_get_string(const void *thing, gsize offset)
{
    const char *value = FIELD(char *);
    return g_variant_new_string(value ? value : "");
}

GVariant *bus_get_uint32(const void *thing, gsize offset)
{
    return g_variant_new_uint32(FIELD(guint32));
}

GVariant *bus_get_uint64(const void *thing, gsize offset)
{
    return g_variant_new_uint64(FIELD(guint64));
}

GVariant *bus_get_double(const void *thing, gsize offset)
{
    return g_variant_new_double(FIELD(double));
}

GVariant *bus_get_variant(const void *thing, gsize offset)
{
    return g_variant_ref(FIELD(GVariant *));
}
