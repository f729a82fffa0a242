/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app says of a failure: one table with a sentence and a remedy for each of the service's
 * errors, chosen by the D-Bus name. In English the service's own sentence is shown, which says it
 * more exactly; in every other language the translated one, and the service's is the technical
 * message (technical.h).
 */
#pragma once

#include <gio/gio.h>

/* What it is about, as the service names it; NULL: not known. */
typedef struct {
    const char *guest, *source, *destination;
    const char *host; /* NULL: source or destination */
} MigFailureNames;

/* Why: `sentence` is the service's, which gets its capital here; `name`: the error's, NULL: the bus
 * failed before it had one. */
char *mig_failure_why(const char *name, const MigFailureNames *names, const char *sentence);

/* What to do, translated; "": nothing. */
char *mig_failure_remedy(const char *name, const MigFailureNames *names);

/* Whether the app's words are shown, not the service's. */
gboolean mig_failure_is_translated(const char *name);

/* Why, of an error of a call: where there is little room for what to do. */
char *mig_failure_why_of(const GError *error, const MigFailureNames *names);

/* Both; in English the service's sentence has both. */
char *mig_failure_text(const char *name, const MigFailureNames *names, const char *sentence);

/* Of an error of a call. */
char *mig_failure_of(const GError *error, const MigFailureNames *names);

/* Whether the table has both for an error of core/error.h; for tests. */
gboolean mig_failure_is_known(int code);
