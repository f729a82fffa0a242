/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ledger's file: made whole or not at all, looked at before it is trusted, and left alone if it
 * is of a newer version, of another program or damaged.
 *
 * All reading goes through SQLite's own file handle. An open() and close() of ours would drop the
 * POSIX locks that another handle of this process holds on the file.
 */
#include "ledger-file.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x4d696731 /* "Mig1" */
#define VERSION 5
#define FIRST_VERSION 1
#define BUSY_MS 5000
#define VALUE_MAX (4 * 1024 * 1024)

/* SQLite's file format, section 1.3 */
#define HEADER_SIZE 100
#define HEADER_MAGIC "SQLite format 3"
#define HEADER_VERSION 60
#define HEADER_APPLICATION 68

#define MOVE_AWAY "move it away together with its -wal and -shm files, and a new one is made"
#define OTHER_VERSION                                                                              \
    "a newer version of this service wrote it; install that version, or " MOVE_AWAY
#define WAL_SQL "PRAGMA journal_mode = WAL"
#define WAL_REASON "its file system cannot have a write-ahead log; keep it on a local file system"

/* What makes a file of one version one of the next; what was released stays as it is. */
static const char *const upgrades[VERSION] = {
    [1] = "ALTER TABLE job ADD COLUMN verification TEXT NOT NULL DEFAULT '@a{sv} {}'",
    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): three statements are one step */
    [2] = "ALTER TABLE job ADD COLUMN state_before TEXT NOT NULL DEFAULT '';"
          "ALTER TABLE job ADD COLUMN downtime_before INTEGER NOT NULL DEFAULT 0;"
          "ALTER TABLE job ADD COLUMN samples TEXT NOT NULL DEFAULT '@a(tttt) []'",
    [3] = "ALTER TABLE job ADD COLUMN findings TEXT NOT NULL DEFAULT '@aa{sv} []'",
    [4] = "ALTER TABLE job ADD COLUMN recovery TEXT NOT NULL DEFAULT '@as []'",
};

static const struct {
    int code; /* primary result code, 0: any other */
    const char *remedy;
} remedies[] = {
    { SQLITE_BUSY, "another process holds it; end that or try again" },
    { SQLITE_LOCKED, "another process holds it; end that or try again" },
    { SQLITE_FULL, "free some space on its file system" },
    { SQLITE_PERM, "let the service's user write the file and its directory" },
    { SQLITE_READONLY, "let the service's user write the file and its directory" },
    { SQLITE_CANTOPEN, "let the service's user write the file and its directory" },
    { SQLITE_AUTH, "let the service's user write the file and its directory" },
    { SQLITE_IOERR, "look after its disk and file system" },
    { SQLITE_TOOBIG, "a value may have 4 MiB" },
    { SQLITE_NOMEM, "give the service more memory" },
    { 0, "it is damaged; " MOVE_AWAY },
};

gboolean mig_ledger_file_error(GError **error, sqlite3 *db, const char *path, const char *doing)
{
    int code = sqlite3_extended_errcode(db);
    guint i = 0;

    while (remedies[i].code != 0 && remedies[i].code != (code & 0xff))
        i++;
    g_set_error(error, MIG_ERROR, MIG_ERROR_LEDGER, "The job ledger %s cannot be %s (%s); %s.",
                path, doing, sqlite3_errmsg(db), remedies[i].remedy);

    return FALSE;
}

static gboolean refuse(GError **error, const char *path, const char *reason)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_LEDGER, "The job ledger %s cannot be used: %s.", path,
                reason);

    return FALSE;
}

static gboolean refuse_errno(GError **error, const char *path, const char *remedy)
{
    g_autofree char *reason = g_strdup_printf("%s; %s", g_strerror(errno), remedy);

    return refuse(error, path, reason);
}

/* TRUE if the statement's one and only row is this text; `reason` is why the file is refused else.
 */
static gboolean expect(sqlite3 *db, const char *path, const char *sql, const char *expected,
                       const char *reason, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    gboolean same = FALSE;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return mig_ledger_file_error(error, db, path, "read");

    if (sqlite3_step(stmt) == SQLITE_ROW)
        same = g_strcmp0((const char *) sqlite3_column_text(stmt, 0), expected) == 0 &&
               sqlite3_step(stmt) == SQLITE_DONE;
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        return mig_ledger_file_error(error, db, path, "read");

    return same || refuse(error, path, reason);
}

static gboolean write_schema(sqlite3 *db, const char *path, const char *schema, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("PRAGMA synchronous = FULL;"
                        "BEGIN; PRAGMA application_id = %d; PRAGMA user_version = %d; %s; COMMIT;",
                        APPLICATION_ID, VERSION, schema);

    /* WAL last: it is written into the header, and changing it needs the file for oneself alone */
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return mig_ledger_file_error(error, db, path, "made");

    return expect(db, path, WAL_SQL, "wal", WAL_REASON, error);
}

/* The name and not just the bytes must be on the disk. */
static gboolean sync_directory(const char *path, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        refuse_errno(error, path, "look after its directory and file system");
    if (fd >= 0)
        close(fd);

    return ok;
}

/* Makes the file under another name and links it, so that nobody ever sees half a ledger. */
static gboolean make_file(const char *path, const char *schema, GError **error)
{
    g_autofree char *draft = g_strconcat(path, ".new-XXXXXX", NULL);
    sqlite3 *db = NULL;
    gboolean ok;
    int fd = g_mkstemp_full(draft, O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        return refuse_errno(error, path,
                            "its directory must be there and the service's user must be able to "
                            "write it");
    close(fd);

    if (sqlite3_open_v2(draft, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL) !=
        SQLITE_OK)
        ok = mig_ledger_file_error(error, db, path, "made");
    else
        ok = write_schema(db, path, schema, error);
    sqlite3_close(db);

    /* another process may have been quicker: its file is as good */
    if (ok && link(draft, path) < 0 && errno != EEXIST)
        ok = refuse_errno(error, path, "its file system must know hard links");
    g_unlink(draft);

    return ok && sync_directory(path, error);
}

/* Before SQLite reads a page or recovers anything. */
static gboolean check_header(sqlite3 *db, const char *path, GError **error)
{
    guint8 header[HEADER_SIZE] = { 0 };
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    guint32 application, version;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
        (size >= HEADER_SIZE && file->pMethods->xRead(file, header, HEADER_SIZE, 0) != SQLITE_OK))
        return refuse(error, path, "it cannot be read; look after its disk and file system");

    memcpy(&application, header + HEADER_APPLICATION, sizeof(application));
    memcpy(&version, header + HEADER_VERSION, sizeof(version));
    application = GUINT32_FROM_BE(application);
    version = GUINT32_FROM_BE(version);

    if (memcmp(header, HEADER_MAGIC, sizeof(HEADER_MAGIC)) != 0)
        return refuse(error, path, "it is no SQLite database; " MOVE_AWAY);
    if (application != APPLICATION_ID)
        return refuse(error, path, "it belongs to another program; " MOVE_AWAY);
    if (version > VERSION)
        return refuse(error, path, OTHER_VERSION);
    if (version < FIRST_VERSION)
        return refuse(error, path, "it has no version; " MOVE_AWAY);

    return TRUE;
}

/* Nothing in the file may run, and no page is believed unseen. */
static void distrust(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    sqlite3_busy_timeout(db, BUSY_MS);
}

/* FALSE: SQLite's error. */
static gboolean read_version(sqlite3 *db, int *ret)
{
    sqlite3_stmt *stmt = NULL;
    gboolean ok = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
                  sqlite3_step(stmt) == SQLITE_ROW;

    *ret = ok ? sqlite3_column_int(stmt, 0) : 0;

    return sqlite3_finalize(stmt) == SQLITE_OK && ok;
}

/* One step of a transaction that is begun. */
static gboolean upgrade_once(sqlite3 *db, int version)
{
    g_autofree char *sql =
        g_strdup_printf("%s; PRAGMA user_version = %d", upgrades[version], version + 1);

    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* All of it or nothing, and by one process: the others wait and find it done. Workers of an earlier
 * version that have the file open go on: they name the columns they write. */
static gboolean upgrade(sqlite3 *db, const char *path, GError **error)
{
    int version = 0;
    gboolean ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                  read_version(db, &version);

    for (; ok && version < VERSION; version++)
        ok = upgrade_once(db, version);
    if (ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return TRUE;

    mig_ledger_file_error(error, db, path, "brought up to date");
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);

    return FALSE;
}

static gboolean check_content(sqlite3 *db, const char *path, GError **error)
{
    static const struct {
        const char *sql;
        const char *expected;
        const char *reason;
    } checks[] = {
        { "PRAGMA quick_check(1)", "ok", "it is damaged; " MOVE_AWAY },
        { WAL_SQL, "wal", WAL_REASON },
    };
    int version = 0;

    if (sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;", NULL, NULL,
                     NULL) != SQLITE_OK ||
        !read_version(db, &version))
        return mig_ledger_file_error(error, db, path, "read");
    /* the header may be older than what is still in the write-ahead log */
    if (version < FIRST_VERSION || version > VERSION)
        return refuse(error, path, OTHER_VERSION);

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (!expect(db, path, checks[i].sql, checks[i].expected, checks[i].reason, error))
            return FALSE;
    }

    return version == VERSION || upgrade(db, path, error);
}

static gboolean check_file(sqlite3 *db, const char *path, GError **error)
{
    if (!check_header(db, path, error))
        return FALSE;
    if (sqlite3_db_readonly(db, "main") != 0)
        return refuse(error, path,
                      "it cannot be written; let the service's user write the file and its "
                      "directory");
    distrust(db);

    return check_content(db, path, error);
}

sqlite3 *mig_ledger_file_open(const char *path, const char *schema, GError **error)
{
    sqlite3 *db = NULL;
    GStatBuf info;
    gboolean ok;

    if (!g_path_is_absolute(path)) {
        refuse(error, path, "it must be an absolute path");
        return NULL;
    }
    if (g_stat(path, &info) < 0 && !make_file(path, schema, error))
        return NULL;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL) !=
        SQLITE_OK)
        ok = mig_ledger_file_error(error, db, path, "opened");
    else
        ok = check_file(db, path, error);
    if (ok)
        return db;

    mig_ledger_file_leave(db);

    return NULL;
}

void mig_ledger_file_leave(sqlite3 *db)
{
    /* the last one to close would write the log into the file */
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
}
