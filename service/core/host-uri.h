/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A destination that is no configured host: a connection URI in place of a host's name. It is read
 * by the grammar of uri.h and becomes a host like those of files, named by the URI that is made of
 * its parts, so that nothing of the text itself goes further. It has no settings but driver, ssh or
 * TLS, address, port and user: plaintext, directories for disks and rdma are for hosts with a file.
 */
#pragma once

#include "hostfile.h"

/* TRUE if the text is meant as a URI: no host's name looks like one. */
gboolean mig_host_is_uri(const char *name);

/* MIG_ERROR_INVALID_ARGUMENT says what it may be. */
MigHost *mig_host_from_uri(const char *text, GError **error);

/* What stands for the host in names of units, files and arguments: its name, or "URI-" and the hash
 * of its URI, which no host's name can be. */
char *mig_host_instance(const char *name);
gboolean mig_host_instance_is_valid(const char *instance);
