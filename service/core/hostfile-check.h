/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to hostfile*.c: a host file as one text a key, and what each key may be.
 */
#pragma once

#include "hostfile.h"

typedef enum {
    KEY_DRIVER,
    KEY_TRANSPORT,
    KEY_ADDRESS,
    KEY_PORT,
    KEY_USER,
    KEY_PEER_TRANSPORT,
    KEY_PEER_ADDRESS,
    KEY_PEER_PORT,
    KEY_PEER_USER,
    KEY_PLAINTEXT,
    KEY_MIGRATION_ADDRESSES,
    KEY_UUID,
    KEY_DISK_DIRECTORIES,
    KEY_RDMA,
    N_KEYS
} HostKey;

/* The keys of a route follow each other in the same order. */
static inline HostKey mig_hostfile_route_key(HostKey first, HostKey key)
{
    return (HostKey) (first + key - KEY_TRANSPORT);
}

typedef struct {
    const char *key;  /* in the file */
    const char *dict; /* in the dictionary */
    const char *type; /* there */
    gboolean local;   /* local.conf may have it */
    const char *remedy;
} HostKeyInfo;

const HostKeyInfo *mig_hostfile_key(HostKey key);

/* One text a key, NULL if it is not there. */
typedef struct {
    char *text[N_KEYS];
} HostTexts;

void mig_hostfile_texts_clear(HostTexts *texts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostTexts, mig_hostfile_texts_clear)

/* Sets MIG_ERROR_INVALID_HOST_FILE "Host NAME: reason." and is FALSE. */
gboolean mig_hostfile_refuse(GError **error, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Checks every text and makes the host; peer keys that are not there get their defaults. */
MigHost *mig_hostfile_build(const char *name, HostTexts *texts, GError **error);
