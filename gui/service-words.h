/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service says in English sentences, in the user's language: a finding by its id and its
 * arguments, an error by its name. What is not known here, or not translated, stays the service's
 * sentence.
 */
#pragma once

#include <glib.h>

/* Of a finding; `arguments`: a{ss} or NULL. */
char *mig_service_words_sentence(const char *id, GVariant *arguments, const char *sentence);
char *mig_service_words_remedy(const char *id, GVariant *arguments, const char *remedy);

/* Of an error: what it means, followed by the service's sentence, which says it of the thing.
 * `name`: its D-Bus name, or NULL. */
char *mig_service_words_error(const char *name, const char *sentence);
