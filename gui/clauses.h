/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sentence of the service about a job that has failed, taken apart: "why; what to do; what
 * more to do; where the guest is". Each part comes as a sentence of its own.
 */
#pragma once

#include <glib.h>

char *mig_clauses_why(const char *sentence);

/* What to do about the failure, in this order; without what the page says anyway. */
char **mig_clauses_remedies(const char *sentence);
