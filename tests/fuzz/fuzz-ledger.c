/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row of the ledger with any text in any column: it is read or refused, and what is read is
 * written back and read again.
 */
#include "fuzz.h"
#include "job.h"
#include "ledger-row.h"

/* Column by column: a leading '#' makes a number. */
static void bind_input(sqlite3_stmt *row, FuzzInput *input)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(row); i++) {
        g_autofree char *text = fuzz_take_text(input);

        if (*text == '#')
            sqlite3_bind_int64(row, i, g_ascii_strtoll(text + 1, NULL, 10));
        else
            sqlite3_bind_text(row, i, text, -1, SQLITE_TRANSIENT);
    }
}

/* A row without a table: the id as `id` says, then a mark for each column. */
static sqlite3_stmt *prepare_row(sqlite3 *db, const char *id)
{
    g_autofree char *marks = mig_ledger_row_marks();
    g_autofree char *sql = g_strdup_printf("SELECT %s, %s", id, marks);
    sqlite3_stmt *row = NULL;

    fuzz_require(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK);

    return row;
}

static MigJob *read_row(sqlite3_stmt *row)
{
    MigJob *job;

    fuzz_require(sqlite3_step(row) == SQLITE_ROW);
    job = mig_ledger_row_read(row, "ledger.sqlite", NULL);
    sqlite3_reset(row);

    return job;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3 *db;
    static sqlite3_stmt *row, *rewritten;
    FuzzInput input = { (const char *) data, size };
    g_autoptr(MigJob) job = NULL;
    g_autoptr(MigJob) again = NULL;
    g_autoptr(GVariant) status = NULL;

    if (!db) {
        fuzz_require(sqlite3_open(":memory:", &db) == SQLITE_OK);
        row = prepare_row(db, "?");
        rewritten = prepare_row(db, "1");
    }
    bind_input(row, &input);
    job = read_row(row);
    if (!job)
        return 0;

    fuzz_require(mig_ledger_row_bind(rewritten, job, FALSE) != 0);
    again = read_row(rewritten);
    fuzz_require(again != NULL);
    status = g_variant_ref_sink(mig_job_status(job));
    fuzz_require(g_variant_is_of_type(status, G_VARIANT_TYPE_VARDICT));

    return 0;
}
