/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service tells in one dictionary, as a GObject: base of guest, job, host and finding.
 *
 * A subclass is a table: the key of the dictionary, its D-Bus type, and the name of the GObject
 * property that shows it. Types s, t, u, b and d become string, uint64, uint, boolean and double;
 * every other type is a GVariant, NULL as long as it is not known. A key that is missing or has
 * another type than documented reads as "", 0, FALSE or NULL.
 *
 * Besides notify:: of each property there is one signal "changed" after an update that changed
 * something: what shows several properties at once connects to that.
 */
#pragma once

#include <glib-object.h>

typedef struct {
    const char *key;  /* in the dictionary */
    const char *name; /* of the GObject property */
    const char *type; /* D-Bus */
} MigKey;

#define MIG_TYPE_OBJECT (mig_object_get_type())
G_DECLARE_DERIVABLE_TYPE(MigObject, mig_object, MIG, OBJECT, GObject)

struct _MigObjectClass {
    GObjectClass parent_class;
    const MigKey *keys;
    guint n_keys;
    GParamSpec **pspecs; /* n_keys + 1, by property id */
};

/* In class_init of a subclass, before it installs properties of its own: these have the ids 1 to n;
 * its own begin at n + 1, and its get_property hands on the others. The table is kept. */
void mig_object_class_set_keys(MigObjectClass *klass, const MigKey *keys, guint n);

/* Takes over what an a{sv} says; keys that it does not have keep their value. TRUE: it changed. */
gboolean mig_object_update(MigObject *self, GVariant *dictionary);

/* By the key of the dictionary; strings and variants belong to the object. */
const char *mig_object_get_string(MigObject *self, const char *key);
guint64 mig_object_get_number(MigObject *self, const char *key); /* t or u */
gboolean mig_object_get_boolean(MigObject *self, const char *key);
double mig_object_get_double(MigObject *self, const char *key);
GVariant *mig_object_get_variant(MigObject *self, const char *key); /* any type; NULL: not known */

/* Where it is on the bus; NULL for what has no object there. */
const char *mig_object_get_path(MigObject *self);
void mig_object_set_path(MigObject *self, const char *path);

/* For what a subclass adds besides its keys. */
void mig_object_emit_changed(MigObject *self);
