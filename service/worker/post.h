/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Letters to the main thread. Any thread may post a function; the main thread runs them in order
 * from its event loop. What only the main thread touches needs no lock that way.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-event.h>

typedef struct MigPost MigPost;

/* Runs in the main thread. `receiver` is that of mig_post_new(). */
typedef void (*MigPostFunc)(gpointer receiver, gpointer data);

MigPost *mig_post_new(sd_event *event, gpointer receiver, GError **error);
/* Letters that were not opened are dropped, their data leaks: only before the process exits. */
void mig_post_free(MigPost *post);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigPost, mig_post_free)

/* `func` takes over `data`. */
void mig_post_send(MigPost *post, MigPostFunc func, gpointer data);
/* Returns when `func` has run; `data` stays the caller's. Not from the main thread. */
void mig_post_ask(MigPost *post, MigPostFunc func, gpointer data);
