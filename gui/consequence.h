/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What will be where after a migration, in a sentence for people: every row of docs/outcomes.md. */
#pragma once

#include <glib.h>

#include "core/outcome.h"

typedef struct {
    const char *guest, *source, *destination; /* names for people */
    gboolean configured;                      /* the source has a configuration of it */
} MigConsequenceNames;

/* The sentence, translated, owned by the caller. `warning`: it is one to think about; may be
 * NULL. */
char *mig_consequence(const MigConsequenceNames *names, MigOutcome outcome, gboolean *warning);
