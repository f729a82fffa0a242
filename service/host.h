/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host of a directory hosts.d as the service keeps it: its file's contents, or why the file
 * cannot be used, and when it was last reached. Owns nothing on the network.
 */
#pragma once

#include "hostfile.h"

/* Whose file it is. */
typedef enum {
    ORIGIN_BUILT_IN,      /* none: `local` */
    ORIGIN_ADMINISTRATOR, /* CONFIG_DIR/hosts.d, never written by the service */
    ORIGIN_BUS,           /* STATE_DIR/hosts.d, written by AddHost */
} HostOrigin;

const char *host_origin_to_string(HostOrigin origin);

typedef struct {
    char *name;
    HostOrigin origin;
    MigHost *config;      /* NULL if the file cannot be used */
    char *file_error;     /* "" if it can */
    guint64 last_contact; /* microseconds since the epoch, 0: not since the start */
    char *error_name;     /* last failure to reach it, "" after a success */
    char *error_message;
} Host;

/* Takes config; either config or file_error is given. */
Host *host_new(const char *name, HostOrigin origin, MigHost *config, const char *file_error);
void host_free(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)

/* TRUE if both say the same. */
gboolean host_equal(const Host *a, const Host *b);

/* Its configuration, or the error that tells why there is none. */
const MigHost *host_config(const Host *host, GError **error);

/* Records the end of an attempt to reach it; error NULL: it answered. TRUE if something changed. */
gboolean host_contacted(Host *host, const GError *error);

/* Reads both directories hosts.d: name -> Host, with `local`. Files that cannot be read are hosts
 * with a file_error; other names than NAME.conf are left alone. Where both have a name the
 * administrator's counts. */
GHashTable *hosts_load(const char *config_dir, const char *state_dir);

/* Writes and removes a file of STATE_DIR/hosts.d; on disk when it returns. MIG_ERROR_FAILED. */
gboolean host_store_write(const char *state_dir, const MigHost *config, GError **error);
gboolean host_store_remove(const char *state_dir, const char *name, GError **error);
