/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job as a row: one table says which column is which field; the schema, the lists of columns, and
 * binding and reading are all made from it.
 */
#include "ledger-row.h"

#include "error.h"
#include "samples.h"

typedef enum { KIND_UID, KIND_TIME, KIND_STRING, KIND_STATE, KIND_PHASE, KIND_DICT } Kind;

static const struct {
    const char *name;
    Kind kind;
    gsize offset;
    gboolean status;  /* written by an update */
    const char *type; /* KIND_DICT */
    gboolean ending;  /* changes all the time and is written at the end only */
    gboolean apart;   /* large, not read with the others */
    gboolean amended; /* written once more when the guest of an ended job was looked after */
} columns[] = {
    { "owner_uid", KIND_UID, G_STRUCT_OFFSET(MigJob, owner_uid), FALSE },
    { "guest", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest), FALSE },
    { "source", KIND_STRING, G_STRUCT_OFFSET(MigJob, source), FALSE },
    { "destination", KIND_STRING, G_STRUCT_OFFSET(MigJob, destination), FALSE },
    { "options", KIND_DICT, G_STRUCT_OFFSET(MigJob, options), FALSE, "a{sv}" },
    { "source_host", KIND_DICT, G_STRUCT_OFFSET(MigJob, source_host), FALSE, "a{sv}" },
    { "destination_host", KIND_DICT, G_STRUCT_OFFSET(MigJob, destination_host), FALSE, "a{sv}" },
    { "created", KIND_TIME, G_STRUCT_OFFSET(MigJob, created), FALSE },
    { "state", KIND_STATE, G_STRUCT_OFFSET(MigJob, state), TRUE, .amended = TRUE },
    { "phase", KIND_PHASE, G_STRUCT_OFFSET(MigJob, phase), TRUE },
    { "guest_name", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_name), TRUE },
    { "guest_uuid", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_uuid), TRUE },
    { "called", KIND_TIME, G_STRUCT_OFFSET(MigJob, called), TRUE },
    { "finished", KIND_TIME, G_STRUCT_OFFSET(MigJob, finished), TRUE },
    { "plan", KIND_DICT, G_STRUCT_OFFSET(MigJob, plan), TRUE, "a{sv}" },
    { "findings", KIND_DICT, G_STRUCT_OFFSET(MigJob, findings), TRUE, "aa{sv}", .amended = TRUE },
    { "statistics", KIND_DICT, G_STRUCT_OFFSET(MigJob, statistics), TRUE, "a{st}", .ending = TRUE },
    { "source_state", KIND_STRING, G_STRUCT_OFFSET(MigJob, source_state), TRUE, .amended = TRUE },
    { "destination_state", KIND_STRING, G_STRUCT_OFFSET(MigJob, destination_state), TRUE,
      .amended = TRUE },
    { "guest_host", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_host), TRUE, .amended = TRUE },
    { "verification", KIND_DICT, G_STRUCT_OFFSET(MigJob, verification), TRUE, "a{sv}",
      .amended = TRUE },
    { "error_name", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_name), TRUE, .amended = TRUE },
    { "error_message", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_message), TRUE, .amended = TRUE },
    { "error_raw", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_raw), TRUE, .amended = TRUE },
    { "state_before", KIND_STRING, G_STRUCT_OFFSET(MigJob, state_before), TRUE },
    { "downtime_before", KIND_TIME, G_STRUCT_OFFSET(MigJob, downtime_before), TRUE },
    { "samples", KIND_DICT, G_STRUCT_OFFSET(MigJob, samples), TRUE, MIG_SAMPLES_TYPE,
      .ending = TRUE, .apart = TRUE },
    { "recovery", KIND_DICT, G_STRUCT_OFFSET(MigJob, recovery), TRUE, "as", .amended = TRUE },
};

static const char *sql_type(Kind kind)
{
    return kind == KIND_UID || kind == KIND_TIME ? "INTEGER" : "TEXT";
}

/* ids are never given twice, not even after a prune */
char *mig_ledger_row_schema(void)
{
    GString *sql = g_string_new("CREATE TABLE job (\n  id INTEGER PRIMARY KEY AUTOINCREMENT");

    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        g_string_append_printf(sql, ",\n  %s %s NOT NULL", columns[i].name,
                               sql_type(columns[i].kind));
    g_string_append(sql, "\n) STRICT");

    return g_string_free(sql, FALSE);
}

/* A dictionary or list without entries. */
static char *empty_text(const char *type)
{
    return g_strdup_printf("@%s %s", type, type[1] == '{' ? "{}" : "[]");
}

static gboolean is_wanted(guint column, MigLedgerColumns which)
{
    return which == MIG_LEDGER_ALL || (which == MIG_LEDGER_UPDATED && columns[column].status) ||
           (which == MIG_LEDGER_AMENDED && columns[column].amended) ||
           (which == MIG_LEDGER_READ && !columns[column].apart);
}

char *mig_ledger_row_columns(const char *suffix, MigLedgerColumns which)
{
    GString *sql = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (!is_wanted(i, which))
            continue;
        g_string_append_printf(sql, "%s%s%s", sql->len > 0 ? ", " : "", columns[i].name, suffix);
    }

    return g_string_free(sql, FALSE);
}

char *mig_ledger_row_marks(void)
{
    GString *sql = g_string_new("?");

    for (guint i = 1; i < G_N_ELEMENTS(columns); i++)
        g_string_append(sql, ", ?");

    return g_string_free(sql, FALSE);
}

static int bind_text(sqlite3_stmt *stmt, int index, const char *text)
{
    return sqlite3_bind_text(stmt, index, text, -1, SQLITE_TRANSIENT);
}

static int bind_column(sqlite3_stmt *stmt, int index, guint column, const MigJob *job)
{
    gconstpointer field = G_STRUCT_MEMBER_P(job, columns[column].offset);

    switch (columns[column].kind) {
    case KIND_UID:
        return sqlite3_bind_int64(stmt, index, *(const guint32 *) field);
    case KIND_TIME:
        return sqlite3_bind_int64(stmt, index, *(const gint64 *) field);
    case KIND_STRING:
        return bind_text(stmt, index, *(char *const *) field);
    case KIND_STATE:
        return bind_text(stmt, index, mig_state_to_string(*(const MigState *) field));
    case KIND_PHASE:
        return bind_text(stmt, index, mig_phase_to_string(*(const MigPhase *) field));
    case KIND_DICT:
        return sqlite3_bind_text(stmt, index, g_variant_print(*(GVariant *const *) field, TRUE), -1,
                                 g_free);
    }
    g_assert_not_reached();
}

/* What changes all the time does not go to disk before the end. */
static int bind_field(sqlite3_stmt *stmt, int index, guint column, const MigJob *job)
{
    if (!columns[column].ending || mig_state_is_final(job->state))
        return bind_column(stmt, index, column, job);

    return sqlite3_bind_text(stmt, index, empty_text(columns[column].type), -1, g_free);
}

int mig_ledger_row_bind(sqlite3_stmt *stmt, const MigJob *job, MigLedgerColumns which)
{
    int index = 1;

    for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (!is_wanted(i, which))
            continue;
        if (bind_field(stmt, index, i, job) != SQLITE_OK)
            return 0;
        index++;
    }

    return index;
}

/* The text of a column if it can be one of ours, else NULL. */
static const char *column_text(sqlite3_stmt *stmt, int index)
{
    const char *text = (const char *) sqlite3_column_text(stmt, index);
    int bytes = sqlite3_column_bytes(stmt, index);

    return text != NULL && g_utf8_validate(text, bytes, NULL) ? text : NULL;
}

static GVariant *parse(const char *type, const char *text)
{
    return text ? g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, NULL) : NULL;
}

static gboolean read_dict(GVariant **field, const char *type, const char *text)
{
    g_autoptr(GVariant) dict = parse(type, text);

    if (dict == NULL)
        return FALSE;
    mig_job_set_variant(field, dict);

    return TRUE;
}

static gboolean read_number(sqlite3_stmt *stmt, int index, gint64 max, gint64 *ret)
{
    *ret = sqlite3_column_int64(stmt, index);

    return sqlite3_column_type(stmt, index) == SQLITE_INTEGER && *ret >= 0 && *ret <= max;
}

static gboolean read_column(sqlite3_stmt *stmt, int index, guint column, MigJob *job)
{
    gpointer field = G_STRUCT_MEMBER_P(job, columns[column].offset);
    Kind kind = columns[column].kind;
    const char *text;
    gint64 number;

    if (kind == KIND_TIME)
        return read_number(stmt, index, G_MAXINT64, field);
    if (kind == KIND_UID) {
        if (!read_number(stmt, index, G_MAXUINT32, &number))
            return FALSE;
        *(guint32 *) field = (guint32) number;
        return TRUE;
    }

    text = column_text(stmt, index);
    if (text == NULL)
        return FALSE;
    if (kind == KIND_STATE)
        return mig_state_from_string(text, field);
    if (kind == KIND_PHASE)
        return mig_phase_from_string(text, field);
    if (kind == KIND_DICT)
        return read_dict(field, columns[column].type, text);
    mig_job_set_string(field, text);

    return TRUE;
}

static void refuse_row(GError **error, const char *path, gint64 id, const char *column)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_LEDGER,
                "Job %" G_GINT64_FORMAT " of the job ledger %s cannot be read (column %s); remove "
                "it with: sqlite3 %s 'DELETE FROM job WHERE id = %" G_GINT64_FORMAT "'.",
                id, path, column, path, id);
}

MigJob *mig_ledger_row_read(sqlite3_stmt *stmt, const char *path, GError **error)
{
    g_autoptr(MigJob) job = mig_job_new();
    gint64 id = sqlite3_column_int64(stmt, 0);
    int index = 1;

    if (id <= 0) {
        refuse_row(error, path, id, "id");
        return NULL;
    }
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (is_wanted(i, MIG_LEDGER_READ) && !read_column(stmt, index++, i, job)) {
            refuse_row(error, path, id, columns[i].name);
            return NULL;
        }
    }
    job->id = (guint64) id;
    job->progress = job->state == MIG_STATE_COMPLETED ? 1 : 0;

    return g_steal_pointer(&job);
}

GVariant *mig_ledger_row_read_samples(sqlite3_stmt *stmt, const char *path, GError **error)
{
    GVariant *samples = parse(MIG_SAMPLES_TYPE, column_text(stmt, 1));

    if (samples == NULL)
        refuse_row(error, path, sqlite3_column_int64(stmt, 0), "samples");

    return samples;
}
