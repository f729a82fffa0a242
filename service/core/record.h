/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structs that travel between worker and service: a table of fields says which key of a dictionary
 * is which member, and is all there is to write for a struct to become an a{sv} and back.
 */
#pragma once

#include <glib.h>

typedef struct MigRecord MigRecord;

typedef struct {
    const char *key;
    /* "s": char *, "t": guint64, "u": guint, "i": int, "b": gboolean, "as": GStrv, "aa{sv}":
     * GPtrArray * of structs that `of` describes */
    const char *signature;
    gsize offset;
    const MigRecord *of;
} MigField;

struct MigRecord {
    const char *what; /* "facts about a host": begins sentences */
    gsize size;
    const MigField *fields; /* in the dictionary's order; ends with a row whose key is NULL */
};

/* Entries that are read of one list; more is no list of ours. */
#define MIG_RECORD_LIST 4096

/* A struct with empty strings and lists, and zeroes. */
gpointer mig_record_new(const MigRecord *record);

/* Floating a{sv}. Strings must be UTF-8; NULL is as good as empty. */
GVariant *mig_record_to_variant(const MigRecord *record, gconstpointer data);

/* Wants every key with its type, and ignores others (MIG_ERROR_INVALID_ARGUMENT). No string, list
 * or array of it is NULL. */
gpointer mig_record_from_variant(const MigRecord *record, GVariant *dict, GError **error);

void mig_record_free(const MigRecord *record, gpointer data);
