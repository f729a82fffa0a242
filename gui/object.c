/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service tells in one dictionary, as a GObject: owns the values, as they came. */
#include "object.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
    char *path;
    GVariant **values; /* by index of the table */
} MigObjectPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(MigObject, mig_object, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static GVariant *value_at(MigObject *self, guint i)
{
    MigObjectPrivate *priv = mig_object_get_instance_private(self);
    return priv->values[i];
}

static GVariant *find(MigObject *self, const char *key)
{
    MigObjectClass *klass = MIG_OBJECT_GET_CLASS(self);
    for (guint i = 0; i < klass->n_keys; i++)
        if (strcmp(klass->keys[i].key, key) == 0)
            return value_at(self, i);
    g_critical("%s has no key %s", G_OBJECT_TYPE_NAME(self), key);
    return NULL;
}

const char *mig_object_get_string(MigObject *self, const char *key)
{
    GVariant *value = find(self, key);
    return value && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)
               ? g_variant_get_string(value, NULL)
               : "";
}

guint64 mig_object_get_number(MigObject *self, const char *key)
{
    GVariant *value = find(self, key);
    if (!value)
        return 0;
    return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64(value)
                                                              : g_variant_get_uint32(value);
}

gboolean mig_object_get_boolean(MigObject *self, const char *key)
{
    GVariant *value = find(self, key);
    return value && g_variant_get_boolean(value);
}

double mig_object_get_double(MigObject *self, const char *key)
{
    GVariant *value = find(self, key);
    return value ? g_variant_get_double(value) : 0;
}

GVariant *mig_object_get_variant(MigObject *self, const char *key)
{
    return find(self, key);
}

const char *mig_object_get_path(MigObject *self)
{
    MigObjectPrivate *priv = mig_object_get_instance_private(self);
    return priv->path;
}

void mig_object_set_path(MigObject *self, const char *path)
{
    MigObjectPrivate *priv = mig_object_get_instance_private(self);
    g_free(priv->path);
    priv->path = g_strdup(path);
}

void mig_object_emit_changed(MigObject *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

gboolean mig_object_update(MigObject *self, GVariant *dictionary)
{
    MigObjectClass *klass = MIG_OBJECT_GET_CLASS(self);
    MigObjectPrivate *priv = mig_object_get_instance_private(self);
    gboolean changed = FALSE;
    g_object_freeze_notify(G_OBJECT(self));
    for (guint i = 0; i < klass->n_keys; i++) {
        g_autoptr(GVariant) value =
            g_variant_lookup_value(dictionary, klass->keys[i].key, (void *) klass->keys[i].type);
        if (!value || (priv->values[i] && g_variant_equal(priv->values[i], value)))
            continue;
        g_clear_pointer(&priv->values[i], g_variant_unref);
        priv->values[i] = g_steal_pointer(&value);
        g_object_notify_by_pspec(G_OBJECT(self), klass->pspecs[i + 1]);
        changed = TRUE;
    }
    g_object_thaw_notify(G_OBJECT(self));
    if (changed)
        mig_object_emit_changed(self);
    return changed;
}

static void mig_object_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    MigObject *self = MIG_OBJECT(object);
    MigObjectClass *klass = MIG_OBJECT_GET_CLASS(self);
    if (id == 0 || id > klass->n_keys) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    GVariant *variant = value_at(self, id - 1);
    if (G_VALUE_HOLDS_VARIANT(value))
        g_value_set_variant(value, variant);
    else if (variant)
        g_dbus_gvariant_to_gvalue(variant, value);
    else if (G_VALUE_HOLDS_STRING(value))
        g_value_set_static_string(value, "");
}

static GParamSpec *make_pspec(const MigKey *key)
{
    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
    switch (key->type[1] ? 0 : key->type[0]) {
    case 's':
        return g_param_spec_string(key->name, NULL, NULL, "", flags);
    case 't':
        return g_param_spec_uint64(key->name, NULL, NULL, 0, G_MAXUINT64, 0, flags);
    case 'u':
        return g_param_spec_uint(key->name, NULL, NULL, 0, G_MAXUINT, 0, flags);
    case 'b':
        return g_param_spec_boolean(key->name, NULL, NULL, FALSE, flags);
    case 'd':
        return g_param_spec_double(key->name, NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
    default:
        return g_param_spec_variant(key->name, NULL, NULL, (void *) key->type, NULL, flags);
    }
}

void mig_object_class_set_keys(MigObjectClass *klass, const MigKey *keys, guint n)
{
    G_OBJECT_CLASS(klass)->get_property = mig_object_get_property; /* not inherited so far */
    klass->keys = keys;
    klass->n_keys = n;
    klass->pspecs = g_new0(GParamSpec *, n + 1);
    for (guint i = 0; i < n; i++)
        klass->pspecs[i + 1] = make_pspec(&keys[i]);
    g_object_class_install_properties(G_OBJECT_CLASS(klass), n + 1, klass->pspecs);
}

static void mig_object_constructed(GObject *object)
{
    MigObjectPrivate *priv = mig_object_get_instance_private(MIG_OBJECT(object));
    priv->values = g_new0(GVariant *, MIG_OBJECT_GET_CLASS(object)->n_keys);
    G_OBJECT_CLASS(mig_object_parent_class)->constructed(object);
}

static void mig_object_finalize(GObject *object)
{
    MigObjectPrivate *priv = mig_object_get_instance_private(MIG_OBJECT(object));
    for (guint i = 0; i < MIG_OBJECT_GET_CLASS(object)->n_keys; i++)
        g_clear_pointer(&priv->values[i], g_variant_unref);
    g_free(priv->values);
    g_free(priv->path);
    G_OBJECT_CLASS(mig_object_parent_class)->finalize(object);
}

static void mig_object_class_init(MigObjectClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->constructed = mig_object_constructed;
    object_class->finalize = mig_object_finalize;
    object_class->get_property = mig_object_get_property;
    signals[CHANGED] = g_signal_new("changed", MIG_TYPE_OBJECT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void mig_object_init(MigObject *self)
{
}
