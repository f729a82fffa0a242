/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's errors as ours: the only place that knows its codes and texts.
 */
#pragma once

#include "hostfile.h"

typedef enum {
    MIG_DOING_OPEN = 1 << 0,    /* a connection */
    MIG_DOING_ASK = 1 << 1,     /* anything on an open connection that changes nothing */
    MIG_DOING_MIGRATE = 1 << 2, /* the migrate call */
    MIG_DOING_CONTROL = 1 << 3, /* what changes a migration that runs */
    MIG_DOING_RECOVER = 1 << 4, /* what is done to a guest after one has ended */
} MigDoing;

/* Where it happened; what does not apply is NULL. */
typedef struct {
    MigDoing doing;
    const MigHost *host;        /* that answered, or did not; the source of a migration */
    const MigHost *destination; /* of a migration */
    const char *guest;
} MigErrorPlace;

/* Turns libvirt's last error of this thread into `error`: a sentence that names the host and the
 * remedy. libvirt's own text goes to the log and, cleaned for callers, to *raw if `raw` is not NULL
 * (freed before). */
void mig_libvirt_error(const MigErrorPlace *place, char **raw, GError **error);

/* The error libvirt calls `code` of `domain` (virErrorNumber, virErrorDomain) with that text; one
 * of a host has that host's name (mig_error_host()) where it is sure. */
GError *mig_libvirt_error_map(const MigErrorPlace *place, int domain, int code, const char *text);
