/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's own event loop in a thread of its own. Without it there are neither events nor
 * keepalives; it has to be there before the first connection is opened.
 */
#pragma once

#include <glib.h>

/* Once in a process; the thread runs to the end of it. */
gboolean mig_vir_loop_start(GError **error);
