/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's own texts before callers see them. They carry what ssh, GnuTLS, QEMU and the other
 * machine said: control characters, the login part of URIs, where keys and passwords lie.
 */
#pragma once

#include <glib.h>

/* Most characters that are kept. */
#define MIG_CLEAN_CHARACTERS 2000

/* `text` as valid UTF-8 on lines without control characters; passwords become "***", paths of keys,
 * certificates and passwords keep their last part. The whole text is for the journal. */
char *mig_clean_foreign(const char *text);
