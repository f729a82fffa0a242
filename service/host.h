/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host of hosts.d as the service keeps it: its file's contents, or why the file cannot be used,
 * and when it was last reached. Owns nothing on the network.
 */
#pragma once

#include "hostfile.h"

typedef struct {
    char *name;
    MigHost *config;      /* NULL if the file cannot be used */
    char *file_error;     /* "" if it can */
    guint64 last_contact; /* microseconds since the epoch, 0: not since the start */
    char *error_name;     /* last failure to reach it, "" after a success */
    char *error_message;
} Host;

/* Takes config; either config or file_error is given. */
Host *host_new(const char *name, MigHost *config, const char *file_error);
void host_free(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)

/* TRUE if both say the same. */
gboolean host_equal(const Host *a, const Host *b);

/* Its configuration, or the error that tells why there is none. */
const MigHost *host_config(const Host *host, GError **error);

/* Records the end of an attempt to reach it; error NULL: it answered. TRUE if something changed. */
gboolean host_contacted(Host *host, const GError *error);

/* Reads CONFIG_DIR/hosts.d: name -> Host, with `local`. Files that cannot be read are hosts with a
 * file_error; other names than NAME.conf are left alone. */
GHashTable *hosts_load(const char *config_dir);
