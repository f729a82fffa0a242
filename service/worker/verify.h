/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Steps for mig_pair_run() that read what core/verification.h compares. None is ever FALSE: what
 * could not be read is not known, and no job fails for it.
 */
#pragma once

#include <glib.h>

/* Digest of the guest's configuration into side->configuration, if it has one; NULL if not. */
gboolean mig_side_read_configuration(gpointer side);

/* The same, the statistics of the last job, and, if side->watch, whether the guest's processors go
 * on, into side->executing: returns as soon as they do, after 2 s at most. */
gboolean mig_side_verify(gpointer side);
