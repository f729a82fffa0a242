/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service says in English sentences, in the user's language, by its id: findings, refusals
 * and advice. What is not translated stays the service's sentence. Errors: failure.h.
 */
#pragma once

#include "failure.h"

/* Of a finding; `arguments`: a{ss} or NULL; `names` for one that is an error of the plan. */
char *mig_service_words_sentence(const char *id, GVariant *arguments, const MigFailureNames *names,
                                 const char *sentence);
char *mig_service_words_remedy(const char *id, GVariant *arguments, const char *remedy);

/* Why something is not offered. Borrowed. */
const char *mig_service_words_refusal(const char *id, const char *sentence);

/* What to do about a guest, in this order; the hosts as the service names them. */
char **mig_service_words_advice(const char *id, const char *source, const char *destination);
