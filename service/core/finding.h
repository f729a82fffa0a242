/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Findings: what is said of a migration before it starts (Plan, Check) and after it has ended. Each
 * is an id with arguments, for programs and translations, and an English sentence with a remedy,
 * for people. All that can be found is one table (finding-table.c).
 */
#pragma once

#include <glib.h>

typedef enum {
    MIG_SEVERITY_NOTE,    /* good to know */
    MIG_SEVERITY_WARNING, /* may end otherwise than wished */
    MIG_SEVERITY_BLOCKER, /* will fail; a job does not start unless it is told to try */
} MigSeverity;

const char *mig_severity_to_string(MigSeverity severity);

/* Patterns have {names} of arguments in braces. */
typedef struct {
    const char *id;
    MigSeverity severity;
    const char *sentence;
    const char *remedy; /* "": nothing is to be done */
} MigFindingInfo;

/* The table, for documentation, translation and tests; ends with a row whose id is NULL. */
const MigFindingInfo *mig_findings_table(void);

typedef struct {
    const MigFindingInfo *info;
    GVariant *arguments; /* a{ss} */
} MigFinding;

void mig_finding_free(MigFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigFinding, mig_finding_free)

/* Arrays of findings. */
GPtrArray *mig_findings_new(void);
/* `id` must be in the table; then pairs of an argument's name and its value, then NULL. A NULL
 * value is left out. */
void mig_findings_add(GPtrArray *findings, const char *id, ...) G_GNUC_NULL_TERMINATED;
/* First finding of that severity or a worse one, or NULL. */
const MigFinding *mig_findings_worst(const GPtrArray *findings, MigSeverity severity);
const MigFinding *mig_findings_find(const GPtrArray *findings, const char *id);

/* A pattern with the arguments (a{ss}) in place of their {names}; `quote` puts a value in quotes.
 */
char *mig_finding_fill_in(const char *pattern, GVariant *arguments, char *(*quote)(const char *) );

/* "sentence" and "remedy" with the arguments filled in: {guest} in quotes, {message} as it
 * is, other values in quotes if they have anything but letters, digits and . _ : / % + - in them.
 */
char *mig_finding_sentence(const MigFinding *finding);
char *mig_finding_remedy(const MigFinding *finding);

/* Floating aa{sv}: "id" (s), "severity" (s), "arguments" (a{ss}), "sentence" (s), "remedy" (s). */
GVariant *mig_findings_to_variant(const GPtrArray *findings);
/* The same with those of `before`, such an aa{sv}, in front. */
GVariant *mig_findings_join(GVariant *before, const GPtrArray *findings);
