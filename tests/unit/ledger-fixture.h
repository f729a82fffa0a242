/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For the tests of the ledger: a directory with the path of a ledger in it, jobs to write, a file's
 * bytes, and SQLite without the ledger in between.
 */
#pragma once

#include "error.h"
#include "ledger.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *directory;
    char *path;
} Fixture;

static inline void fixture_set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->directory = g_dir_make_tmp("ledger-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(fixture->directory, "jobs.sqlite", NULL);
}

static inline void fixture_tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) directory = g_dir_open(fixture->directory, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *path = g_build_filename(fixture->directory, name, NULL);

        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
}

static inline MigLedger *open_ledger(const char *path)
{
    g_autoptr(GError) error = NULL;
    MigLedger *ledger = mig_ledger_open(path, &error);

    g_assert_no_error(error);
    g_assert_nonnull(ledger);

    return ledger;
}

static inline MigJob *new_job(const char *guest)
{
    MigJob *job = mig_job_new();

    job->owner_uid = 1000;
    mig_job_set_string(&job->guest, guest);
    mig_job_set_string(&job->source, "local");
    mig_job_set_string(&job->destination, "host-b");
    mig_job_set_variant(&job->options, g_variant_new_parsed("{'flow': <'managed-direct'>}"));

    return job;
}

static inline void insert(MigLedger *ledger, MigJob *job)
{
    g_autoptr(GError) error = NULL;

    mig_ledger_insert(ledger, job, &error);
    g_assert_no_error(error);
}

static inline void update(MigLedger *ledger, const MigJob *job)
{
    g_autoptr(GError) error = NULL;

    mig_ledger_update(ledger, job, &error);
    g_assert_no_error(error);
}

static inline MigJob *load(MigLedger *ledger, guint64 id)
{
    g_autoptr(GError) error = NULL;
    MigJob *job = mig_ledger_load(ledger, id, &error);

    g_assert_no_error(error);
    g_assert_nonnull(job);

    return job;
}

/* A new job that has ended in `state` at `finished`. */
static inline guint64 insert_finished(MigLedger *ledger, const char *guest, MigState state,
                                      gint64 finished)
{
    g_autoptr(MigJob) job = new_job(guest);

    insert(ledger, job);
    job->state = state;
    job->phase = MIG_PHASE_DONE;
    job->finished = finished;
    update(ledger, job);

    return job->id;
}

static inline GBytes *file_bytes(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *data;
    gsize length;

    g_file_get_contents(path, &data, &length, &error);
    g_assert_no_error(error);

    return g_bytes_new_take(data, length);
}

/* A fresh file with these bytes and no log of an earlier one. */
static inline void write_file(const char *path, gconstpointer data, gsize length)
{
    g_autofree char *wal = g_strconcat(path, "-wal", NULL);
    g_autofree char *shm = g_strconcat(path, "-shm", NULL);
    g_autoptr(GError) error = NULL;

    g_unlink(wal);
    g_unlink(shm);
    g_unlink(path);
    g_file_set_contents_full(path, data, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
    g_assert_no_error(error);
}

static inline void sqlite_run(sqlite3 *db, const char *sql)
{
    char *message = NULL;

    sqlite3_exec(db, sql, NULL, NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
}

/* What an administrator would do with sqlite3(1). */
static inline sqlite3 *sqlite_open(const char *path)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);

    return db;
}

static inline void administrator(const char *path, const char *sql)
{
    sqlite3 *db = sqlite_open(path);

    sqlite_run(db, sql);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

/* Waits for a child of fork() that must end well. */
static inline void assert_child(pid_t child)
{
    int status = -1;

    g_assert_cmpint(child, >, 0);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}
