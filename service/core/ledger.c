/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs as rows. One table says which column is which field of a job; all SQL is made from it. An
 * administrator can read the file with sqlite3(1): names are plain text, times microseconds since
 * the epoch, dictionaries GVariant's text format.
 */
#include "ledger.h"

#include "error.h"
#include "ledger-file.h"
#include "ledger-row.h"

#define LIST_LIMIT 100

typedef enum {
    STMT_INSERT,
    STMT_UPDATE,
    STMT_AMEND,
    STMT_NEXT,
    STMT_LOAD,
    STMT_SAMPLES,
    STMT_LIST,
    STMT_PRUNE,
    N_STMTS
} Stmt;

struct MigLedger {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *stmts[N_STMTS];
};

/* The condition of a row in a final state. */
static char *final_sql(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *list = NULL;

    for (guint i = 0; i < MIG_N_STATES; i++) {
        if (mig_state_is_final((MigState) i))
            g_ptr_array_add(names, g_strdup_printf("'%s'", mig_state_to_string((MigState) i)));
    }
    g_ptr_array_add(names, NULL);
    list = g_strjoinv(", ", (char **) names->pdata);

    return g_strdup_printf("state IN (%s)", list);
}

static gboolean prepare(MigLedger *ledger, GError **error)
{
    g_autofree char *final = final_sql();
    static const char samples[] = "SELECT id, samples FROM job WHERE id = ?";
    g_autofree char *names = mig_ledger_row_columns("", MIG_LEDGER_READ);
    g_autofree char *all = mig_ledger_row_columns("", MIG_LEDGER_ALL);
    g_autofree char *marks = mig_ledger_row_marks();
    g_autofree char *assignments = mig_ledger_row_columns(" = ?", MIG_LEDGER_UPDATED);
    g_autofree char *insert = g_strdup_printf("INSERT INTO job (%s) VALUES (%s)", all, marks);
    g_autofree char *update =
        g_strdup_printf("UPDATE job SET %s WHERE id = ? AND NOT (%s)", assignments, final);
    g_autofree char *amendments = mig_ledger_row_columns(" = ?", MIG_LEDGER_AMENDED);
    g_autofree char *amend =
        g_strdup_printf("UPDATE job SET %s WHERE id = ? AND %s", amendments, final);
    g_autofree char *load = g_strdup_printf("SELECT id, %s FROM job WHERE id = ?", names);
    g_autofree char *list = g_strdup_printf(
        "SELECT id, %s FROM job WHERE id < ?1 AND (?2 = 0 OR NOT (%s))"
        " AND (?3 = 0 OR owner_uid = ?4) AND (?6 IS NULL OR state = ?6)"
        " AND (?7 IS NULL OR guest = ?7 OR guest_name = ?7 OR guest_uuid = lower(?7))"
        " AND (?8 IS NULL OR source = ?8) AND (?9 IS NULL OR destination = ?9)"
        " ORDER BY id DESC LIMIT ?5",
        names, final);
    g_autofree char *prune =
        g_strdup_printf("DELETE FROM job WHERE %s AND (finished < ?2 OR id <="
                        " (SELECT id FROM job WHERE %s ORDER BY id DESC LIMIT 1 OFFSET ?1))",
                        final, final);
    /* as AUTOINCREMENT does it */
    static const char next[] =
        "SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'job'), 0),"
        " ifnull((SELECT max(id) FROM job), 0)) + 1";
    const char *const sql[N_STMTS] = {
        [STMT_INSERT] = insert, [STMT_UPDATE] = update,   [STMT_NEXT] = next, [STMT_LOAD] = load,
        [STMT_AMEND] = amend,   [STMT_SAMPLES] = samples, [STMT_LIST] = list, [STMT_PRUNE] = prune,
    };

    for (guint i = 0; i < N_STMTS; i++) {
        if (sqlite3_prepare_v3(ledger->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &ledger->stmts[i],
                               NULL) != SQLITE_OK)
            return mig_ledger_file_error(error, ledger->db, ledger->path, "used");
    }

    return TRUE;
}

static void ledger_free(MigLedger *ledger, void (*close)(sqlite3 *db))
{
    for (guint i = 0; i < N_STMTS; i++)
        sqlite3_finalize(ledger->stmts[i]);
    close(ledger->db);
    g_free(ledger->path);
    g_free(ledger);
}

static void close_file(sqlite3 *db)
{
    sqlite3_close(db);
}

MigLedger *mig_ledger_open(const char *path, GError **error)
{
    g_autofree char *schema = mig_ledger_row_schema();
    sqlite3 *db = mig_ledger_file_open(path, schema, error);
    MigLedger *ledger;

    if (db == NULL)
        return NULL;

    ledger = g_new0(MigLedger, 1);
    ledger->path = g_strdup(path);
    ledger->db = db;
    if (!prepare(ledger, error)) {
        ledger_free(ledger, mig_ledger_file_leave);
        return NULL;
    }

    return ledger;
}

void mig_ledger_close(MigLedger *ledger)
{
    if (ledger != NULL)
        ledger_free(ledger, close_file);
}

/* Ends a statement; what it was bound to is not kept. */
static void finish(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

/* Runs a statement without rows to its end, if all of it could be bound. */
static gboolean run(MigLedger *ledger, sqlite3_stmt *stmt, gboolean bound, GError **error)
{
    gboolean ok = (bound && sqlite3_step(stmt) == SQLITE_DONE) ||
                  mig_ledger_file_error(error, ledger->db, ledger->path, "written");

    finish(stmt);

    return ok;
}

gboolean mig_ledger_insert(MigLedger *ledger, MigJob *job, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[STMT_INSERT];
    gint64 before = job->created;

    job->created = g_get_real_time();
    if (!run(ledger, stmt, mig_ledger_row_bind(stmt, job, MIG_LEDGER_ALL) != 0, error)) {
        job->created = before;
        return FALSE;
    }
    job->id = (guint64) sqlite3_last_insert_rowid(ledger->db);

    return TRUE;
}

/* TRUE if the statement, whose last mark is the id, has changed the row. */
static gboolean change_row(MigLedger *ledger, Stmt which, MigLedgerColumns columns,
                           const MigJob *job, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[which];
    int index = mig_ledger_row_bind(stmt, job, columns);
    gboolean bound = index != 0 && sqlite3_bind_int64(stmt, index, (gint64) job->id) == SQLITE_OK;

    return run(ledger, stmt, bound, error) && sqlite3_changes(ledger->db) > 0;
}

/* FALSE with an error, or with the row as it is, which does not take the change. */
static gboolean write_row(MigLedger *ledger, Stmt which, MigLedgerColumns columns,
                          const MigJob *job, MigJob **other, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (change_row(ledger, which, columns, job, &failure))
        return TRUE;
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        *other = mig_ledger_load(ledger, job->id, error);

    return FALSE;
}

gboolean mig_ledger_update(MigLedger *ledger, const MigJob *job, GError **error)
{
    g_autoptr(MigJob) other = NULL;

    if (write_row(ledger, STMT_UPDATE, MIG_LEDGER_UPDATED, job, &other, error))
        return TRUE;
    if (other != NULL)
        g_set_error(error, MIG_ERROR, MIG_ERROR_JOB_FINISHED,
                    "Job %" G_GUINT64_FORMAT
                    " is %s already and its outcome stays; start a new job.",
                    job->id, mig_state_to_string(other->state));

    return FALSE;
}

gboolean mig_ledger_amend(MigLedger *ledger, const MigJob *job, GError **error)
{
    g_autoptr(MigJob) other = NULL;

    if (write_row(ledger, STMT_AMEND, MIG_LEDGER_AMENDED, job, &other, error))
        return TRUE;
    if (other != NULL)
        g_set_error(error, MIG_ERROR, MIG_ERROR_TOO_EARLY,
                    "Job %" G_GUINT64_FORMAT " is %s; wait for its end.", job->id,
                    mig_state_to_string(other->state));

    return FALSE;
}

gboolean mig_ledger_next(MigLedger *ledger, guint64 *ret, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[STMT_NEXT];
    gboolean ok = sqlite3_step(stmt) == SQLITE_ROW;

    if (ok)
        *ret = (guint64) sqlite3_column_int64(stmt, 0);
    else
        mig_ledger_file_error(error, ledger->db, ledger->path, "read");
    finish(stmt);

    return ok;
}

/* TRUE if the statement, whose one mark is the id, stands on its row. */
static gboolean find_row(MigLedger *ledger, sqlite3_stmt *stmt, guint64 id, GError **error)
{
    sqlite3_bind_int64(stmt, 1, (gint64) id);
    switch (sqlite3_step(stmt)) {
    case SQLITE_ROW:
        return TRUE;
    case SQLITE_DONE:
        g_set_error(error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB,
                    "There is no job %" G_GUINT64_FORMAT "; ListJobs names those there are.", id);
        return FALSE;
    default:
        return mig_ledger_file_error(error, ledger->db, ledger->path, "read");
    }
}

MigJob *mig_ledger_load(MigLedger *ledger, guint64 id, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[STMT_LOAD];
    MigJob *job = NULL;

    if (find_row(ledger, stmt, id, error))
        job = mig_ledger_row_read(stmt, ledger->path, error);
    finish(stmt);

    return job;
}

GVariant *mig_ledger_samples(MigLedger *ledger, guint64 id, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[STMT_SAMPLES];
    GVariant *samples = NULL;

    if (find_row(ledger, stmt, id, error))
        samples = mig_ledger_row_read_samples(stmt, ledger->path, error);
    finish(stmt);

    return samples;
}

static gboolean bind_filter(sqlite3_stmt *stmt, const MigJobFilter *filter)
{
    const char *const texts[] = { filter->state, filter->guest, filter->source,
                                  filter->destination };
    gboolean paged = filter->before > 0 && filter->before <= G_MAXINT64;
    const gint64 numbers[] = { paged ? (gint64) filter->before : G_MAXINT64, filter->unfinished,
                               filter->by_owner, filter->owner_uid,
                               filter->limit > 0 ? filter->limit : LIST_LIMIT };
    int index = 1;

    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (sqlite3_bind_int64(stmt, index++, numbers[i]) != SQLITE_OK)
            return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (sqlite3_bind_text(stmt, index++, texts[i], -1, SQLITE_TRANSIENT) != SQLITE_OK)
            return FALSE;
    }

    return TRUE;
}

static MigJob *unreadable_job(sqlite3_stmt *stmt, const GError *error)
{
    MigJob *job = mig_job_new();
    gint64 id = sqlite3_column_int64(stmt, 0);

    job->unreadable = TRUE;
    job->id = id > 0 ? (guint64) id : 0;
    job->state = MIG_STATE_INTERRUPTED;
    job->phase = MIG_PHASE_DONE;
    mig_job_set_error(job, error, NULL);

    return job;
}

static gboolean read_jobs(MigLedger *ledger, sqlite3_stmt *stmt, GPtrArray *jobs, GError **error)
{
    int code;

    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        g_autoptr(GError) failure = NULL;
        MigJob *job = mig_ledger_row_read(stmt, ledger->path, &failure);

        g_ptr_array_add(jobs, job != NULL ? job : unreadable_job(stmt, failure));
    }

    return code == SQLITE_DONE || mig_ledger_file_error(error, ledger->db, ledger->path, "read");
}

GPtrArray *mig_ledger_list(MigLedger *ledger, const MigJobFilter *filter, GError **error)
{
    static const MigJobFilter everything = { 0 };
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify) mig_job_free);
    sqlite3_stmt *stmt = ledger->stmts[STMT_LIST];
    gboolean ok;

    if (bind_filter(stmt, filter != NULL ? filter : &everything))
        ok = read_jobs(ledger, stmt, jobs, error);
    else
        ok = mig_ledger_file_error(error, ledger->db, ledger->path, "read");
    finish(stmt);

    return ok ? g_steal_pointer(&jobs) : NULL;
}

gboolean mig_ledger_prune(MigLedger *ledger, guint keep, gint64 oldest, GError **error)
{
    sqlite3_stmt *stmt = ledger->stmts[STMT_PRUNE];
    gboolean bound = sqlite3_bind_int64(stmt, 1, keep) == SQLITE_OK &&
                     sqlite3_bind_int64(stmt, 2, oldest) == SQLITE_OK;

    return run(ledger, stmt, bound, error);
}
