/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects below the manager: a registry from object path to thing, with one table of properties a
 * kind. The same table answers Get and GetAll, finds out what has changed, and makes dictionaries.
 * Changes are coalesced: however often a thing changes within one turn of the loop, one signal
 * tells.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "readers.h"

/* One property: how its value is made from the thing; returns a floating or full GVariant. */
typedef struct {
    const char *name;
    GVariant *(*get)(const void *thing, gsize offset);
    gsize offset;
} BusProperty;

typedef struct {
    const char *prefix; /* "/org/example/Migration1/job" */
    const char *interface;
    const BusProperty *properties; /* ends with a row without name */
    const sd_bus_vtable *vtable;   /* properties use bus_object_get; methods get a BusObject */
    guint32 (*owner)(const void *thing); /* user; NULL: nothing of it is for the owner alone */
} BusKind;

typedef struct BusObjects BusObjects;

typedef struct {
    BusObjects *objects;
    const BusKind *kind;
    char *path;
    const void *thing;
    GVariant **announced; /* values the last signal told, one a property */
    sd_event_source *announce;
} BusObject;

/* The readers are borrowed. */
BusObjects *bus_objects_new(sd_bus *bus, const Readers *readers, void *userdata);
void bus_objects_free(BusObjects *objects);
void *bus_objects_userdata(const BusObjects *objects);
/* Negative errno. */
int bus_objects_register(BusObjects *objects, const BusKind *kind);

/* PREFIX/ID, the id escaped as sd_bus_path_encode() does unless it is a number. */
char *bus_object_path(const BusKind *kind, const char *id);

/* Announced by InterfacesAdded and InterfacesRemoved. */
void bus_object_add(BusObjects *objects, const BusKind *kind, const char *id, const void *thing);
void bus_object_remove(BusObjects *objects, const BusKind *kind, const char *id);
/* The thing may have changed; it may be another one than before. */
void bus_object_changed(BusObjects *objects, const BusKind *kind, const char *id,
                        const void *thing);

/* Sends the caller what of all objects is for their owners alone. */
void bus_objects_reveal(const BusObjects *objects, const char *sender);

/* sd_bus_property_get_t of every property in a kind's vtable. */
int bus_object_get(sd_bus *bus, const char *path, const char *interface, const char *property,
                   sd_bus_message *reply, void *userdata, sd_bus_error *ret_error);

/* Adds all properties to an a{sv} that is being built. */
void bus_properties_build(const BusProperty *properties, const void *thing,
                          GVariantBuilder *builder);

/* Getters for plain fields at an offset. */
GVariant *bus_get_string(const void *thing, gsize offset);
GVariant *bus_get_uint32(const void *thing, gsize offset);
GVariant *bus_get_uint64(const void *thing, gsize offset);
GVariant *bus_get_double(const void *thing, gsize offset);
GVariant *bus_get_variant(const void *thing, gsize offset);
