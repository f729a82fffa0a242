/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to inspect-*.c: what comes of a libvirt function that failed.
 */
#pragma once

#include <libvirt/libvirt.h>

#include "hostfile.h"

typedef struct {
    virConnectPtr connection;
    const MigHost *host;
    char **raw;
    GError **error;
    GPtrArray *denied; /* char *: names of functions, none twice */
    gboolean read_only;
} MigInspect;

/* Takes libvirt's last error. FALSE: the connection is lost, the error is set. */
gboolean mig_inspect_failed(MigInspect *inspect, const char *function);

/* Of libvirt's last error. */
int mig_inspect_code(void);
/* Its text as UTF-8, without the prefix that libvirt gives it by its code. */
char *mig_inspect_text(void);

/* What was not allowed, into the fields of a report. */
void mig_inspect_end(const MigInspect *inspect, GStrv *denied, gboolean *read_only);

/* Foreign text as UTF-8 in a field that owns what it had. NULL: "". */
void mig_inspect_set(char **field, const char *text);
