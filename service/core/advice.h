/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is to be done about the guest of a job that has ended: one table of ids, for programs and
 * translations, with English steps. An id that was once released never changes its meaning.
 */
#pragma once

#include <glib.h>

#define MIG_ADVICE_STEPS 3

typedef enum {
    MIG_ADVICE_NONE, /* nothing is to be done */
    MIG_ADVICE_STOP_ONE,
    MIG_ADVICE_SUSPEND_BOTH,
    MIG_ADVICE_DESTROY_NEITHER,
    MIG_ADVICE_REMOVE_COPY_ON_SOURCE,
    MIG_ADVICE_REMOVE_COPY_ON_DESTINATION,
    MIG_ADVICE_REMOVE_COPY_AND_RESUME,
    MIG_ADVICE_NEVER_RESUME_COPY,
    MIG_ADVICE_START_ANEW,
    MIG_ADVICE_SAVE_AND_START,
    MIG_ADVICE_RESUME_ON_SOURCE,
    MIG_ADVICE_RESUME_ON_DESTINATION,
    MIG_ADVICE_RESUME_AFTER_SOURCE,
    MIG_ADVICE_RESUME_AFTER_DESTINATION,
    MIG_ADVICE_LOOK_AT_SOURCE,
    MIG_ADVICE_LOOK_AT_DESTINATION,
    MIG_ADVICE_LOOK_AT_BOTH,
    MIG_ADVICE_LOOK_FOR_COPY_ON_SOURCE,
    MIG_ADVICE_LOOK_FOR_COPY_ON_DESTINATION,
    MIG_ADVICE_READ_LOGS,
    MIG_ADVICE_UNDEFINE_ON_SOURCE,
    MIG_ADVICE_UNDEFINE_ON_DESTINATION,
    MIG_ADVICE_UNDEFINE_ONE,
    MIG_ADVICE_LOOK_FOR_CONFIGURATION,
    MIG_ADVICE_LOOK_FOR_CONFIGURATION_ON_SOURCE,
    MIG_ADVICE_LOOK_FOR_CONFIGURATION_ON_DESTINATION,
    MIG_ADVICE_DEFINE_AGAIN,
    MIG_N_ADVICE
} MigAdvice;

/* "stop-one"; "" of MIG_ADVICE_NONE. */
const char *mig_advice_id(MigAdvice advice);
/* MIG_ADVICE_NONE if it is none of the ids. */
MigAdvice mig_advice_from_id(const char *id);

/* What to do in that order, with {source} and {destination} in it; NULL: there are no more steps.
 */
const char *mig_advice_step(MigAdvice advice, guint i);

/* All steps as they stand in a sentence, with "; " between them; NULL: nothing is to be done. */
char *mig_advice_pattern(MigAdvice advice);
