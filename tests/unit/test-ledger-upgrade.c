/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ledgers that earlier versions wrote are brought up to date, with all that is in them. The schemas
 * here are what was released: they never change.
 */
#include "ledger-fixture.h"

#define PROCESSES 8

static const char version_1[] =
    "PRAGMA application_id = 1298753329; PRAGMA user_version = 1;"
    "CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, owner_uid INTEGER NOT NULL,"
    " guest TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, options TEXT NOT NULL,"
    " source_host TEXT NOT NULL, destination_host TEXT NOT NULL, created INTEGER NOT NULL,"
    " state TEXT NOT NULL, phase TEXT NOT NULL, guest_name TEXT NOT NULL,"
    " guest_uuid TEXT NOT NULL, called INTEGER NOT NULL, finished INTEGER NOT NULL,"
    " plan TEXT NOT NULL, statistics TEXT NOT NULL, source_state TEXT NOT NULL,"
    " destination_state TEXT NOT NULL, guest_host TEXT NOT NULL, error_name TEXT NOT NULL,"
    " error_message TEXT NOT NULL, error_raw TEXT NOT NULL) STRICT;"
    "PRAGMA journal_mode = WAL;"
    "INSERT INTO job VALUES (7, 1000, 'web1', 'local', 'host-b', '@a{sv} {}', '@a{sv} {}',"
    " '@a{sv} {}', 5, 'completed', 'done', 'web1', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', 6, 9,"
    " '{''function'': <''virDomainMigrate3''>}', '{''downtime'': uint64 3}', 'absent', 'running',"
    " 'host-b', '', '', '');"
    "INSERT INTO job VALUES (8, 1001, 'db', 'local', 'host-b', '{''persist'': <true>}',"
    " '@a{sv} {}', '@a{sv} {}', 5, 'running', 'copying', 'db', '', 6, 0, '@a{sv} {}', '@a{st} {}',"
    " '', '', 'local', '', '', '');";

static int read_number(const char *path, const char *sql)
{
    sqlite3 *db = sqlite_open(path);
    sqlite3_stmt *stmt = NULL;
    int number;

    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    number = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);

    return number;
}

static void test_version_1(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigJob) ended = NULL;
    g_autoptr(MigJob) running = NULL;
    g_autoptr(MigJob) again = NULL;
    g_autoptr(MigJob) job = new_job("new");

    administrator(fixture->path, version_1);
    ledger = open_ledger(fixture->path);

    ended = load(ledger, 7);
    g_assert_cmpint(ended->state, ==, MIG_STATE_COMPLETED);
    g_assert_cmpstr(ended->guest_host, ==, "host-b");
    g_assert_true(g_variant_lookup(ended->plan, "function", "&s", NULL));
    g_assert_cmpuint(g_variant_n_children(ended->findings), ==, 0);
    g_assert_cmpuint(g_variant_n_children(ended->verification), ==, 0);
    g_assert_cmpuint(g_variant_n_children(ended->recovery), ==, 0);

    running = load(ledger, 8);
    mig_job_set_variant(&running->findings, g_variant_new_parsed("[{'id': <'unsafe'>}]"));
    update(ledger, running);
    again = load(ledger, 8);
    g_assert_cmpvariant(again->findings, running->findings);
    g_assert_cmpint(again->phase, ==, MIG_PHASE_COPYING);

    insert(ledger, job);
    g_assert_cmpuint(job->id, ==, 9);
    mig_ledger_close(g_steal_pointer(&ledger));
    g_assert_cmpint(read_number(fixture->path, "PRAGMA user_version"), ==, 5);
    ledger = open_ledger(fixture->path);
}

/* A worker of the earlier version has it open and writes its job's end. */
static void test_old_writer(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigJob) job = NULL;
    sqlite3_stmt *stmt = NULL;
    sqlite3 *old;

    administrator(fixture->path, version_1);
    old = sqlite_open(fixture->path);
    g_assert_cmpint(sqlite3_prepare_v2(old, "UPDATE job SET state = ?, phase = ? WHERE id = ?", -1,
                                       &stmt, NULL),
                    ==, SQLITE_OK);
    ledger = open_ledger(fixture->path);
    sqlite3_bind_text(stmt, 1, "failed", -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, "done", -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 3, 8);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_DONE);
    sqlite3_finalize(stmt);
    g_assert_cmpint(sqlite3_close(old), ==, SQLITE_OK);
    job = load(ledger, 8);
    g_assert_cmpint(job->state, ==, MIG_STATE_FAILED);
}

/* Service and workers start at once; one of them does it. */
static void test_at_once(Fixture *fixture, gconstpointer data)
{
    pid_t children[PROCESSES];
    int start[2];
    char go;

    administrator(fixture->path, version_1);
    g_assert_cmpint(pipe(start), ==, 0);
    for (guint i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            g_autoptr(MigLedger) ledger = NULL;

            close(start[1]);
            g_assert_cmpint(read(start[0], &go, 1), ==, 0);
            ledger = open_ledger(fixture->path);
            _exit(ledger ? 0 : 1);
        }
    }
    close(start[1]);
    close(start[0]);
    for (guint i = 0; i < PROCESSES; i++)
        assert_child(children[i]);
    g_assert_cmpint(read_number(fixture->path, "SELECT count(*) FROM job WHERE findings = "
                                               "'@aa{sv} []'"),
                    ==, 2);
}

/* It says version 1 and is not: refused, and nothing of it changed. */
static void test_cannot(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    administrator(fixture->path, version_1);
    administrator(fixture->path, "ALTER TABLE job ADD COLUMN findings TEXT");
    g_assert_null(mig_ledger_open(fixture->path, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    g_assert_nonnull(strstr(error->message, "brought up to date"));
    g_assert_nonnull(strstr(error->message, fixture->path));
    g_assert_cmpint(read_number(fixture->path, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(read_number(fixture->path, "SELECT count(*) FROM job"), ==, 2);
}

static void add(const char *name, void (*test)(Fixture *fixture, gconstpointer data))
{
    g_test_add(name, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/ledger-upgrade/version-1", test_version_1);
    add("/ledger-upgrade/old-writer", test_old_writer);
    add("/ledger-upgrade/at-once", test_at_once);
    add("/ledger-upgrade/cannot", test_cannot);
    return g_test_run();
}
