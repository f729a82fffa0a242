/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why something is not offered now: one table of ids, for programs and translations, with an
 * English sentence each. An id that was once released never changes its meaning.
 */
#pragma once

#include <glib.h>

typedef enum {
    MIG_REFUSAL_NONE, /* nothing is refused */
    MIG_REFUSAL_ENDED,
    MIG_REFUSAL_CANCELLING,
    MIG_REFUSAL_SWITCHING,
    MIG_REFUSAL_POST_COPY, /* of a cancel */
    MIG_REFUSAL_VERIFYING,
    MIG_REFUSAL_NOT_COPYING,
    MIG_REFUSAL_CANNOT_CANCEL,
    MIG_REFUSAL_CANNOT_TUNE,
    MIG_REFUSAL_WITHOUT_POSTCOPY,
    MIG_REFUSAL_IN_POST_COPY, /* of what would help to come to it */
    MIG_REFUSAL_OTHER_LIMIT,
    MIG_REFUSAL_PAUSED,
    MIG_REFUSAL_VIRSH_EDITS, /* of the plan: there is no virsh command */
    MIG_N_REFUSALS
} MigRefusal;

/* "post-copy", and the sentence; both "" of MIG_REFUSAL_NONE. */
const char *mig_refusal_id(MigRefusal refusal);
const char *mig_refusal_sentence(MigRefusal refusal);
/* MIG_REFUSAL_NONE if it is none of the ids. */
MigRefusal mig_refusal_from_id(const char *id);
