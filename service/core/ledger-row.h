/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to ledger*.c: a job as a row of the table "job".
 */
#pragma once

#include <sqlite3.h>

#include "job.h"

/* CREATE TABLE. */
char *mig_ledger_row_schema(void);

typedef enum {
    MIG_LEDGER_ALL,
    MIG_LEDGER_UPDATED,
    MIG_LEDGER_AMENDED,
    MIG_LEDGER_READ
} MigLedgerColumns;

/* Names of the columns without id, each with `suffix`, with commas between them: all, those that an
 * update or an amendment writes, or those that a job is read from. */
char *mig_ledger_row_columns(const char *suffix, MigLedgerColumns which);

/* "?, ?, ..." for all of them. */
char *mig_ledger_row_marks(void);

/* Binds all, or those that are written then; returns the next index, 0 on an error of SQLite. */
int mig_ledger_row_bind(sqlite3_stmt *stmt, const MigJob *job, MigLedgerColumns which);

/* Reads the row of id and the columns MIG_LEDGER_READ that a SELECT stands on. */
MigJob *mig_ledger_row_read(sqlite3_stmt *stmt, const char *path, GError **error);
/* The same of id and samples. */
GVariant *mig_ledger_row_read_samples(sqlite3_stmt *stmt, const char *path, GError **error);
