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
    KEY_DATACENTER,
    KEY_CLUSTER,
    KEY_HOST_SYSTEM,
    KEY_PASSWORD_FILE,
    KEY_VERIFY,
    N_KEYS
} HostKey;

/* The keys of a route follow each other in the same order. */
static inline HostKey mig_hostfile_route_key(HostKey first, HostKey key)
{
    return (HostKey) (first + key - KEY_TRANSPORT);
}

/* Hosts whose file may have a key. */
typedef enum { HOST_DAEMON = 1, HOST_VCENTER = 2, HOST_LOCAL = 4 } HostKind;

typedef struct {
    const char *key;  /* in the file */
    const char *dict; /* in the dictionary */
    const char *type; /* there */
    guint hosts;      /* HostKinds */
    const char *remedy;
    const char *setting_remedy; /* of a setting, NULL: the same */
} HostKeyInfo;

const HostKeyInfo *mig_hostfile_key(HostKey key);

/* One text a key, NULL if it is not there. */
typedef struct {
    char *text[N_KEYS];
    gboolean settings; /* a caller gave them: what cannot be is not said in the words of a file */
} HostTexts;

void mig_hostfile_texts_clear(HostTexts *texts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostTexts, mig_hostfile_texts_clear)

/* Sets MIG_ERROR_INVALID_HOST_FILE "Host NAME: reason." and is FALSE. */
gboolean mig_hostfile_refuse(GError **error, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same for a value that cannot be. */
gboolean mig_hostfile_refuse_value(GError **error, const char *name, const HostTexts *texts,
                                   HostKey key, const char *text);
/* A value of the dictionary as the file would have it. */
char *mig_hostfile_text_of(GVariant *value);
/* FALSE if it is not there. */
gboolean mig_hostfile_read_flag(const char *name, const HostTexts *texts, HostKey key,
                                gboolean *ret, GError **error);
/* A literal gets its canonical text, so that a URI made of it reads back the same. */
gboolean mig_hostfile_read_address(const char *name, const HostTexts *texts, HostKey key,
                                   char **ret, GError **error);
/* Routes and inventory of a host behind a vCenter. */
gboolean mig_hostfile_read_vcenter(MigHost *host, const HostTexts *texts, GError **error);

/* The host of a dictionary without looking at its name; settings: see HostTexts. */
MigHost *mig_hostfile_from_dict(const char *name, GVariant *dict, gboolean settings,
                                GError **error);

/* Checks every text and makes the host; peer keys that are not there get their defaults. */
MigHost *mig_hostfile_build(const char *name, HostTexts *texts, GError **error);
