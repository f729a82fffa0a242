/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between sd-bus messages and GVariant: dictionaries are GVariants everywhere in this code, and
 * this file is where they become D-Bus bytes and back.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Deepest nesting and most bytes of strings and values taken from a message. */
#define MIG_VARIANT_DEPTH 12
#define MIG_VARIANT_BYTES (64 * 1024)

/* Reads the next complete value of `signature` (basic types without h, arrays, dictionaries,
 * structs, variants). `limit` 0: no byte limit (replies of our own workers). Errors:
 * MIG_ERROR_INVALID_ARGUMENT, MIG_ERROR_LIMITS_EXCEEDED. */
GVariant *mig_variant_read(sd_bus_message *message, const char *signature, gsize limit,
                           GError **error);

/* Nothing of a type, full: empty strings, arrays and dictionaries, zeroes, or a struct of these. */
GVariant *mig_variant_empty(const GVariantType *type);

/* Appends a value; negative errno as sd-bus has it. */
int mig_variant_append(sd_bus_message *message, GVariant *value);

/* GError to and from sd_bus_error. */
int mig_error_set_bus(sd_bus_error *ret, const GError *error);
void mig_error_from_bus(GError **error, const sd_bus_error *from);
