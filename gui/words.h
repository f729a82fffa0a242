/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of the app for what the service says by id: one table a subject, so that a thing has
 * the same name on every page and in every language. An id that is not known is given back as it
 * is.
 */
#pragma once

#include <glib.h>

const char *mig_words_guest_state(const char *state); /* of ListGuests */
const char *mig_words_job_state(const char *state);   /* Job.State */
const char *mig_words_phase(const char *phase);       /* Job.Phase */

/* Why a guest can or cannot move, by the id of ListGuests; of an unknown id the service's sentence.
 */
const char *mig_words_reason(const char *id, const char *sentence);

/* Why options cannot be combined, what to do about a finding, and why a control is refused, by the
 * id of the rule, finding or refusal; of others what the service says. */
const char *mig_words_rule(const char *id, const char *reason);
const char *mig_words_remedy(const char *id, const char *remedy);
const char *mig_words_refusal(const char *id, const char *sentence);

/* A host's name; that of "local" is a text. */
char *mig_words_host(const char *name);
/* The same inside a sentence. */
char *mig_words_host_inside(const char *name);

/* A sentence of the service, which begins as it would after a colon, with a capital; NULL is "". */
char *mig_words_sentence(const char *sentence);
/* A part of one, as a sentence of its own: with a full stop too. */
char *mig_words_clause(const char *clause);
/* Whether a text that is shown is that sentence. */
gboolean mig_words_is_sentence(const char *text, const char *sentence);

/* "79 %" of 0.79, in that order also where text runs from right to left. */
char *mig_words_percent(double fraction);

/* Bytes in units of 1024, bytes a second, and a time of day of microseconds since the epoch. */
char *mig_words_size(guint64 bytes);
char *mig_words_rate(guint64 bytes);
char *mig_words_time(gint64 microseconds);

/* A length of time, to read at a glance: "less than a minute", "2 minutes". */
char *mig_words_duration(gint64 microseconds);

/* A pattern with {name}s filled in: pairs of a name and its value, then NULL. Values may have
 * braces. Owned by the caller. */
char *mig_words_fill(const char *pattern, ...) G_GNUC_NULL_TERMINATED;

/* The same to the second, for what is past: "850 ms", "42 s", "1 min 32 s". */
char *mig_words_span(gint64 microseconds);
