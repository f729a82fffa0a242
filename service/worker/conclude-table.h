/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What two hosts can show of a guest, and for every pair of it where the guest is and what is to be
 * done: the tables of conclude.c.
 */
#pragma once

#include <glib.h>

#include "advice.h"

typedef enum {
    MIG_SHOWS_RUNS,
    MIG_SHOWS_PAUSED,
    MIG_SHOWS_ARRIVED, /* paused after its arrival; told from PAUSED only beside a PAUSED source */
    MIG_SHOWS_SPLIT,   /* in post-copy: some of its memory is only here */
    MIG_SHOWS_KEPT,    /* shut off, with a configuration; told from GONE only if it was moved so */
    MIG_SHOWS_GONE,    /* not there, or shut off */
    MIG_SHOWS_UNSEEN,  /* the host cannot be asked */
    MIG_SHOWS_UNASKED, /* the job does not look at this host; the destination only */
    MIG_N_SHOWS
} MigShows;

typedef struct {
    enum { MIG_AT_NOWHERE, MIG_AT_SOURCE, MIG_AT_DESTINATION } at; /* where it is for sure */
    const char *where; /* {guest}, {source}, {destination} are filled in */
    MigAdvice advice;  /* what is to be done */
} MigEndRow;

/* `offline`: the guest is shut off and its configuration is what moves; it is never PAUSED,
 * ARRIVED or SPLIT. Any other guest is never KEPT. */
const MigEndRow *mig_end_row(gboolean offline, MigShows source, MigShows destination);
/* NULL for a pair that cannot be. */
const MigEndRow *mig_end_row_or_null(gboolean offline, MigShows source, MigShows destination);
