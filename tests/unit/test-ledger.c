/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the ledger in good health: what is written is read, a final row stays, filters and
 * paging, and several handles and processes at once.
 */
#include "ledger-fixture.h"

#include <signal.h>
#include <sys/stat.h>

#define PROCESSES 4
#define JOBS_EACH 25

static void test_new_file(Fixture *fixture, gconstpointer data)
{
    mode_t mask = umask(0);
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(GPtrArray) jobs = mig_ledger_list(ledger, NULL, NULL);
    g_autofree char *wal = g_strconcat(fixture->path, "-wal", NULL);
    GStatBuf info;

    umask(mask);
    g_assert_cmpuint(jobs->len, ==, 0);
    g_assert_cmpint(g_stat(fixture->path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 07777, ==, 0600);
    g_assert_cmpint(g_stat(wal, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 07777, ==, 0600);
    g_clear_pointer(&ledger, mig_ledger_close);
    mig_ledger_close(NULL);

    /* nothing but the ledger is left behind */
    {
        g_autoptr(GDir) directory = g_dir_open(fixture->directory, 0, NULL);

        g_assert_cmpstr(g_dir_read_name(directory), ==, "jobs.sqlite");
        g_assert_null(g_dir_read_name(directory));
    }
}

/* A job with everything in it that can be hard to carry. */
static MigJob *full_job(void)
{
    MigJob *job = new_job("db'1\"; DROP TABLE job; --");
    g_autoptr(GError) error =
        g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "Disk \xc3\xa4 is 'there'.\n");

    job->owner_uid = G_MAXUINT32;
    mig_job_set_variant(
        &job->options,
        g_variant_new_parsed("{'port': <uint16 49160>, 'live': <false>, 'a': <@as []>,"
                             " 'd': <0.1>, 'n': <[{'k': <int64 -5>}]>, 's': <'\\n\\'\"'>}"));
    mig_job_set_variant(&job->source_host, g_variant_new_parsed("{'name': <'local'>}"));
    mig_job_set_variant(&job->destination_host, g_variant_new_parsed("{'name': <'host-b'>}"));
    job->state = MIG_STATE_FAILED;
    job->phase = MIG_PHASE_DONE;
    mig_job_set_string(&job->guest_name, "db1");
    mig_job_set_string(&job->guest_uuid, "4dea22b3-1d52-d8f3-2516-782e98ab3fa0");
    job->called = 1700000000000001;
    job->finished = G_MAXINT64;
    mig_job_set_variant(&job->plan, g_variant_new_parsed("{'flags': <['VIR_MIGRATE_LIVE']>}"));
    mig_job_set_variant(&job->findings, g_variant_new_parsed("[{'id': <'unsafe'>}, @a{sv} {}]"));
    mig_job_set_variant(&job->statistics,
                        g_variant_new_parsed("@a{st} {'downtime': 18446744073709551615}"));
    mig_job_set_string(&job->source_state, "running");
    mig_job_set_string(&job->destination_state, "absent");
    mig_job_set_string(&job->guest_host, "local");
    mig_job_set_error(job, error, "libvirt: \xff no");

    return job;
}

static void assert_same_job(const MigJob *a, const MigJob *b)
{
    g_autoptr(GVariant) status_a = g_variant_ref_sink(mig_job_status(a));
    g_autoptr(GVariant) status_b = g_variant_ref_sink(mig_job_status(b));

    g_assert_cmpuint(a->id, ==, b->id);
    g_assert_cmpuint(a->owner_uid, ==, b->owner_uid);
    g_assert_cmpint(a->created, ==, b->created);
    g_assert_cmpstr(a->guest, ==, b->guest);
    g_assert_cmpstr(a->source, ==, b->source);
    g_assert_cmpstr(a->destination, ==, b->destination);
    g_assert_cmpvariant(a->options, b->options);
    g_assert_cmpvariant(a->source_host, b->source_host);
    g_assert_cmpvariant(a->destination_host, b->destination_host);
    g_assert_cmpvariant(status_a, status_b);
}

static void test_round_trip(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) job = full_job();
    g_autoptr(MigJob) again = NULL;
    g_autoptr(MigJob) reopened = NULL;
    gint64 before = g_get_real_time();

    insert(ledger, job);
    g_assert_cmpuint(job->id, ==, 1);
    g_assert_cmpint(job->created, >=, before);
    g_assert_cmpint(job->created, <=, g_get_real_time());
    again = load(ledger, 1);
    assert_same_job(job, again);

    mig_ledger_close(g_steal_pointer(&ledger));
    ledger = open_ledger(fixture->path);
    reopened = load(ledger, 1);
    assert_same_job(job, reopened);
}

static void test_update(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) job = new_job("db1");
    g_autoptr(MigJob) running = NULL;
    g_autoptr(MigJob) ended = NULL;
    gint64 created;

    insert(ledger, job);
    created = job->created;
    job->state = MIG_STATE_RUNNING;
    job->phase = MIG_PHASE_COPYING;
    job->called = 5;
    job->progress = 0.5;
    mig_job_set_variant(&job->statistics, g_variant_new_parsed("@a{st} {'downtime': 1}"));
    mig_job_set_string(&job->guest, "another");
    job->owner_uid = 0;
    job->created = 1;
    update(ledger, job);

    /* the request is frozen, progress does not go to disk */
    running = load(ledger, job->id);
    g_assert_cmpint(running->state, ==, MIG_STATE_RUNNING);
    g_assert_cmpint(running->phase, ==, MIG_PHASE_COPYING);
    g_assert_cmpint(running->called, ==, 5);
    g_assert_cmpfloat(running->progress, ==, 0);
    g_assert_cmpuint(g_variant_n_children(running->statistics), ==, 0);
    g_assert_cmpstr(running->guest, ==, "db1");
    g_assert_cmpuint(running->owner_uid, ==, 1000);
    g_assert_cmpint(running->created, ==, created);

    job->state = MIG_STATE_COMPLETED;
    job->phase = MIG_PHASE_DONE;
    job->finished = 9;
    update(ledger, job);
    ended = load(ledger, job->id);
    g_assert_cmpint(ended->state, ==, MIG_STATE_COMPLETED);
    g_assert_cmpint(ended->finished, ==, 9);
    g_assert_cmpfloat(ended->progress, ==, 1);
    g_assert_cmpvariant(ended->statistics, job->statistics);
}

/* Whatever comes later, a row in a final state is what it was. */
static void test_final_stays(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);

    for (guint final = 0; final < MIG_N_STATES; final++) {
        guint64 id;

        if (!mig_state_is_final((MigState) final))
            continue;
        id = insert_finished(ledger, "db1", (MigState) final, 7);
        for (guint later = 0; later < MIG_N_STATES; later++) {
            g_autoptr(MigJob) job = new_job("db1");
            g_autoptr(MigJob) still = NULL;
            g_autoptr(GError) error = NULL;

            job->id = id;
            job->state = (MigState) later;
            g_assert_false(mig_ledger_update(ledger, job, &error));
            g_assert_error(error, MIG_ERROR, MIG_ERROR_JOB_FINISHED);
            g_assert_nonnull(strstr(error->message, mig_state_to_string((MigState) final)));
            still = load(ledger, id);
            g_assert_cmpint(still->state, ==, final);
            g_assert_cmpint(still->finished, ==, 7);
        }
    }
}

/* What has become of the guest is written after the end, and nothing else. */
static void test_amend(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) job = new_job("db1");
    g_autoptr(MigJob) unfinished = new_job("db2");
    g_autoptr(MigJob) amended = NULL;
    g_autoptr(GVariant) samples = NULL;
    g_autoptr(GError) error = NULL;

    insert(ledger, job);
    job->state = MIG_STATE_INTERRUPTED;
    job->phase = MIG_PHASE_DONE;
    job->finished = 9;
    mig_job_set_variant(&job->samples, g_variant_new_parsed("[(uint64 1, uint64 2, uint64 3, "
                                                            "uint64 4)]"));
    update(ledger, job);

    job->state = MIG_STATE_COMPLETED;
    job->finished = 99;
    mig_job_set_string(&job->destination_state, "running");
    mig_job_set_string(&job->guest_host, "host-b");
    mig_job_set_variant(&job->recovery, g_variant_new_parsed("['look-again']"));
    mig_job_set_variant(&job->samples, g_variant_new_parsed("@a(tttt) []"));
    mig_ledger_amend(ledger, job, &error);
    g_assert_no_error(error);
    amended = load(ledger, job->id);
    g_assert_cmpint(amended->state, ==, MIG_STATE_COMPLETED);
    g_assert_cmpstr(amended->destination_state, ==, "running");
    g_assert_cmpstr(amended->guest_host, ==, "host-b");
    g_assert_cmpvariant(amended->recovery, job->recovery);
    g_assert_cmpint(amended->finished, ==, 9);
    samples = mig_ledger_samples(ledger, job->id, NULL);
    g_assert_cmpuint(g_variant_n_children(samples), ==, 1);

    insert(ledger, unfinished);
    g_assert_false(mig_ledger_amend(ledger, unfinished, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_TOO_EARLY);
    g_clear_error(&error);
    unfinished->id = 77;
    g_assert_false(mig_ledger_amend(ledger, unfinished, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB);
}

/* The table as the first version made it. */
#define FIRST_SCHEMA                                                                               \
    "CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, owner_uid INTEGER NOT NULL,"          \
    " guest TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,"                       \
    " options TEXT NOT NULL, source_host TEXT NOT NULL, destination_host TEXT NOT NULL,"           \
    " created INTEGER NOT NULL, state TEXT NOT NULL, phase TEXT NOT NULL,"                         \
    " guest_name TEXT NOT NULL, guest_uuid TEXT NOT NULL, called INTEGER NOT NULL,"                \
    " finished INTEGER NOT NULL, plan TEXT NOT NULL, statistics TEXT NOT NULL,"                    \
    " source_state TEXT NOT NULL, destination_state TEXT NOT NULL, guest_host TEXT NOT NULL,"      \
    " error_name TEXT NOT NULL, error_message TEXT NOT NULL, error_raw TEXT NOT NULL) STRICT;"

/* A ledger of the first version with one job that is copying and one that has ended. */
static void make_first_version(const char *path)
{
    administrator(path, "PRAGMA application_id = 1298753329; PRAGMA user_version = 1;"
                        "PRAGMA journal_mode = WAL;" FIRST_SCHEMA
                        "INSERT INTO job VALUES (1, 0, 'web', 'local', 'b', '@a{sv} {}',"
                        " '@a{sv} {}', '@a{sv} {}', 5, 'running', 'copying', 'web', '', 6, 0,"
                        " '@a{sv} {}', '@a{st} {}', 'running', 'absent', 'local', '', '', '');"
                        "INSERT INTO job SELECT 2, owner_uid, 'db', source, destination, options,"
                        " source_host, destination_host, 7, 'completed', 'done', 'db', '', 8, 9,"
                        " plan, statistics, 'shutoff', 'running', 'b', '', '', '' FROM job;");
}

static GVariant *samples_of(MigLedger *ledger, guint64 id)
{
    g_autoptr(GError) error = NULL;
    GVariant *samples = mig_ledger_samples(ledger, id, &error);

    g_assert_no_error(error);

    return samples;
}

static void test_first_version(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigLedger) again = NULL;
    g_autoptr(MigJob) running = NULL;
    g_autoptr(MigJob) ended = NULL;
    g_autoptr(MigJob) later = NULL;
    g_autoptr(GVariant) none = NULL;
    g_autoptr(GVariant) some = NULL;

    make_first_version(fixture->path);
    ledger = open_ledger(fixture->path);
    again = open_ledger(fixture->path);
    running = load(ledger, 1);
    ended = load(ledger, 2);
    g_assert_cmpint(running->state, ==, MIG_STATE_RUNNING);
    g_assert_cmpint(running->called, ==, 6);
    g_assert_cmpstr(running->state_before, ==, "");
    g_assert_cmpint(running->downtime_before, ==, 0);
    g_assert_cmpstr(ended->guest_host, ==, "b");
    none = samples_of(ledger, 2);
    g_assert_cmpuint(g_variant_n_children(none), ==, 0);

    running->state = MIG_STATE_COMPLETED;
    mig_job_set_variant(&running->samples, g_variant_new_parsed("[(@t 1, @t 2, @t 3, @t 4)]"));
    update(ledger, running);
    some = samples_of(again, 1);
    g_assert_cmpvariant(some, running->samples);
    later = new_job("new");
    insert(again, later);
    g_assert_cmpuint(later->id, ==, 3);
}

/* Who has the file open goes on while another handle brings it up to date. */
static void test_first_version_in_use(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = NULL;
    sqlite3 *old;
    sqlite3_stmt *stmt = NULL;

    make_first_version(fixture->path);
    old = sqlite_open(fixture->path);
    g_assert_cmpint(
        sqlite3_prepare_v2(old, "UPDATE job SET state = 'failed' WHERE id = 1", -1, &stmt, NULL),
        ==, SQLITE_OK);
    ledger = open_ledger(fixture->path);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_DONE);
    g_assert_cmpint(sqlite3_finalize(stmt), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_close(old), ==, SQLITE_OK);
    {
        g_autoptr(MigJob) job = load(ledger, 1);

        g_assert_cmpint(job->state, ==, MIG_STATE_FAILED);
    }
}

/* Samples are written with the outcome and not before, and no job is read with them. */
static void test_samples(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) job = new_job("web");
    g_autoptr(GVariant) before = NULL;
    g_autoptr(GVariant) after = NULL;
    g_autoptr(GVariant) none = NULL;
    g_autoptr(GError) error = NULL;

    mig_job_set_variant(&job->samples, g_variant_new_parsed("[(@t 1, @t 2, @t 3, @t 4)]"));
    insert(ledger, job);
    job->state = MIG_STATE_RUNNING;
    mig_job_set_string(&job->state_before, "paused");
    job->downtime_before = 300;
    update(ledger, job);
    before = samples_of(ledger, job->id);
    g_assert_cmpuint(g_variant_n_children(before), ==, 0);
    job->state = MIG_STATE_FAILED;
    update(ledger, job);
    after = samples_of(ledger, job->id);
    g_assert_cmpvariant(after, job->samples);
    {
        g_autoptr(MigJob) read = load(ledger, job->id);

        g_assert_cmpuint(g_variant_n_children(read->samples), ==, 0);
        g_assert_cmpstr(read->state_before, ==, "paused");
        g_assert_cmpint(read->downtime_before, ==, 300);
    }
    none = mig_ledger_samples(ledger, 99, &error);
    g_assert_null(none);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB);
}

static void test_no_such_job(Fixture *fixture, gconstpointer data)
{
    static const guint64 ids[] = { 0, 2, G_MAXINT64, (guint64) G_MAXINT64 + 1, G_MAXUINT64 };
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) job = new_job("db1");

    insert(ledger, job);
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(mig_ledger_load(ledger, ids[i], &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB);
        g_clear_error(&error);
        job->id = ids[i];
        g_assert_false(mig_ledger_update(ledger, job, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB);
    }
}

/* A value that does not fit is an error and no half-written row. */
static void test_too_big(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autofree char *huge = g_strnfill(5 * 1024 * 1024, 'x');
    g_autoptr(MigJob) job = new_job(huge);
    g_autoptr(MigJob) next = new_job("db1");
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(mig_ledger_insert(ledger, job, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    g_assert_nonnull(strstr(error->message, "4 MiB"));
    g_assert_cmpuint(job->id, ==, 0);
    g_assert_cmpint(job->created, ==, 0);
    insert(ledger, next);
    jobs = mig_ledger_list(ledger, NULL, NULL);
    g_assert_cmpuint(jobs->len, ==, 1);
}

/* ids of the jobs in the order of the list, "3 1" */
static char *list_ids(MigLedger *ledger, const MigJobFilter *filter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = mig_ledger_list(ledger, filter, &error);
    g_autoptr(GString) ids = g_string_new(NULL);

    g_assert_no_error(error);
    for (guint i = 0; i < jobs->len; i++)
        g_string_append_printf(ids, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                               ((MigJob *) jobs->pdata[i])->id);

    return g_string_free(g_steal_pointer(&ids), FALSE);
}

static void test_filters(Fixture *fixture, gconstpointer data)
{
    static const struct {
        MigJobFilter filter;
        const char *ids;
    } lists[] = {
        { { 0 }, "5 4 3 2 1" },
        { { .unfinished = TRUE }, "5 4 3" },
        { { .state = "running" }, "4 3" },
        { { .state = "failed" }, "2" },
        { { .state = "unheard-of" }, "" },
        { { .guest = "db1" }, "3 1" },
        { { .guest = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0" }, "3" },
        { { .guest = "4DEA22B3-1D52-D8F3-2516-782E98AB3FA0" }, "3" },
        { { .guest = "DB1" }, "" },
        { { .guest = "' OR 1=1 --" }, "" },
        { { .source = "local" }, "4 3 2 1" },
        { { .source = "host-c" }, "5" },
        { { .destination = "host-b" }, "5 4 3 2 1" },
        { { .destination = "" }, "" },
        { { .by_owner = TRUE, .owner_uid = 1001 }, "4" },
        { { .by_owner = TRUE, .owner_uid = 0 }, "" },
        { { .owner_uid = 1001 }, "5 4 3 2 1" },
        { { .before = 3 }, "2 1" },
        { { .before = 1 }, "" },
        { { .before = G_MAXUINT64 }, "5 4 3 2 1" },
        { { .limit = 2 }, "5 4" },
        { { .limit = 2, .before = 4 }, "3 2" },
        { { .limit = G_MAXUINT }, "5 4 3 2 1" },
        { { .unfinished = TRUE, .source = "local", .state = "running", .limit = 1 }, "4" },
    };
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autofree char *all = NULL;

    insert_finished(ledger, "db1", MIG_STATE_COMPLETED, 1);
    insert_finished(ledger, "db2", MIG_STATE_FAILED, 1);
    for (guint i = 3; i <= 5; i++) {
        g_autoptr(MigJob) job = new_job(i == 3 ? "by-uuid" : "web");

        job->owner_uid = i == 4 ? 1001 : 1000;
        mig_job_set_string(&job->source, i == 5 ? "host-c" : "local");
        insert(ledger, job);
        if (i == 5)
            continue;
        job->state = MIG_STATE_RUNNING;
        if (i == 3) {
            mig_job_set_string(&job->guest_name, "db1");
            mig_job_set_string(&job->guest_uuid, "4dea22b3-1d52-d8f3-2516-782e98ab3fa0");
        }
        update(ledger, job);
    }

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *ids = list_ids(ledger, &lists[i].filter);

        g_assert_cmpstr(ids, ==, lists[i].ids);
    }
    all = list_ids(ledger, NULL);
    g_assert_cmpstr(all, ==, "5 4 3 2 1");
}

static void test_default_limit(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    MigJobFilter filter = { 0 };
    g_autoptr(GPtrArray) first = NULL;
    g_autoptr(GPtrArray) second = NULL;

    for (guint i = 0; i < 103; i++) {
        g_autoptr(MigJob) job = new_job("db1");

        insert(ledger, job);
    }
    first = mig_ledger_list(ledger, &filter, NULL);
    g_assert_cmpuint(first->len, ==, 100);
    filter.before = ((MigJob *) first->pdata[99])->id;
    second = mig_ledger_list(ledger, &filter, NULL);
    g_assert_cmpuint(second->len, ==, 3);
    g_assert_cmpuint(((MigJob *) second->pdata[2])->id, ==, 1);
}

static void test_prune(Fixture *fixture, gconstpointer data)
{
    static const struct {
        guint keep;
        gint64 oldest;
        const char *left; /* of 1..6, where 2 and 5 are not finished and N ended at N * 10 */
    } prunes[] = {
        { 100, 0, "6 5 4 3 2 1" }, { 100, 10, "6 5 4 3 2 1" },
        { 100, 11, "6 5 4 3 2" },  { 100, G_MAXINT64, "5 2" },
        { 4, 0, "6 5 4 3 2 1" },   { 3, 0, "6 5 4 3 2" },
        { 1, 0, "6 5 2" },         { 0, 0, "5 2" },
        { 2, 50, "6 5 2" },        { 1, 10, "6 5 2" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(prunes); i++) {
        g_autofree char *path = g_strdup_printf("%s-%u", fixture->path, i);
        g_autoptr(MigLedger) ledger = open_ledger(path);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigJob) next = new_job("next");
        g_autofree char *left = NULL;

        for (guint job = 1; job <= 6; job++) {
            g_autoptr(MigJob) waiting = new_job("waits");

            if (job == 2 || job == 5)
                insert(ledger, waiting);
            else
                insert_finished(ledger, "ended", MIG_STATE_FAILED, job * 10);
        }
        g_assert_true(mig_ledger_prune(ledger, prunes[i].keep, prunes[i].oldest, &error));
        g_assert_no_error(error);
        left = list_ids(ledger, NULL);
        g_assert_cmpstr(left, ==, prunes[i].left);
        insert(ledger, next);
        g_assert_cmpuint(next->id, ==, 7);
    }
}

/* The number of a job that is gone is not given to another one, not even after a restart. */
static void test_ids_are_not_reused(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    g_autoptr(MigJob) next = new_job("db1");
    g_autofree char *left = NULL;

    for (guint i = 0; i < 3; i++)
        insert_finished(ledger, "db1", MIG_STATE_COMPLETED, 1);
    g_assert_true(mig_ledger_prune(ledger, 0, 0, NULL));
    left = list_ids(ledger, NULL);
    g_assert_cmpstr(left, ==, "");
    mig_ledger_close(g_steal_pointer(&ledger));
    ledger = open_ledger(fixture->path);
    insert(ledger, next);
    g_assert_cmpuint(next->id, ==, 4);
}

static guint64 next_id(MigLedger *ledger)
{
    g_autoptr(GError) error = NULL;
    guint64 next = 0;

    g_assert_true(mig_ledger_next(ledger, &next, &error));
    g_assert_no_error(error);

    return next;
}

/* Whatever is done to the rows, it is the number that the next insert gives. */
static void test_next(Fixture *fixture, gconstpointer data)
{
    static const char *const sqls[] = {
        "DELETE FROM job WHERE id = (SELECT max(id) FROM job)",
        "DELETE FROM job",
        "UPDATE sqlite_sequence SET seq = seq + 10",
        "UPDATE job SET id = id + 100",
    };
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);

    g_assert_cmpuint(next_id(ledger), ==, 1);
    for (guint i = 0; i < G_N_ELEMENTS(sqls); i++) {
        g_autoptr(MigJob) job = new_job("db1");
        g_autoptr(MigJob) too_big = new_job("db1");
        g_autofree char *text = g_strnfill(5 * 1024 * 1024, 'x');
        guint64 next;

        insert(ledger, job);
        g_assert_cmpuint(next_id(ledger), ==, job->id + 1);
        mig_job_set_string(&too_big->guest, text);
        g_assert_false(mig_ledger_insert(ledger, too_big, NULL));
        g_assert_cmpuint(next_id(ledger), ==, job->id + 1);
        administrator(fixture->path, sqls[i]);
        next = next_id(ledger);
        {
            g_autoptr(MigJob) other = new_job("db2");

            insert(ledger, other);
            g_assert_cmpuint(other->id, ==, next);
        }
    }
}

static void test_two_handles(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) service = open_ledger(fixture->path);
    g_autoptr(MigLedger) worker = open_ledger(fixture->path);
    g_autoptr(MigJob) job = new_job("db1");
    g_autoptr(MigJob) seen = NULL;
    g_autoptr(MigJob) second = new_job("db2");
    g_autoptr(GError) error = NULL;
    g_autofree char *ids = NULL;

    insert(service, job);
    seen = load(worker, job->id);
    g_assert_cmpstr(seen->guest, ==, "db1");
    seen->state = MIG_STATE_COMPLETED;
    update(worker, seen);

    /* the service was late: it thought that the worker had died */
    job->state = MIG_STATE_INTERRUPTED;
    g_assert_false(mig_ledger_update(service, job, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_JOB_FINISHED);

    mig_ledger_close(g_steal_pointer(&worker));
    insert(service, second);
    worker = open_ledger(fixture->path);
    ids = list_ids(worker, NULL);
    g_assert_cmpstr(ids, ==, "2 1");
}

/* Blocks until every writer of the pipe is gone: the start signal of several processes. */
static void wait_for_start(int fd)
{
    char byte;

    g_assert_cmpint(read(fd, &byte, 1), ==, 0);
}

/* What a worker does to its jobs. */
static void work(const char *path, int start)
{
    g_autoptr(MigLedger) ledger = NULL;

    wait_for_start(start);
    ledger = open_ledger(path);
    for (guint i = 0; i < JOBS_EACH; i++) {
        g_autoptr(MigJob) job = new_job("db1");
        g_autoptr(MigJob) stored = NULL;

        job->owner_uid = (guint32) getpid();
        insert(ledger, job);
        job->state = MIG_STATE_RUNNING;
        update(ledger, job);
        job->state = MIG_STATE_COMPLETED;
        update(ledger, job);
        stored = load(ledger, job->id);
        g_assert_cmpuint(stored->owner_uid, ==, (guint32) getpid());
    }
}

/* Several processes make the file and write it at once; none loses a row or sees an error. */
static void test_processes(Fixture *fixture, gconstpointer data)
{
    pid_t children[PROCESSES];
    int start[2];
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(GPtrArray) jobs = NULL;
    MigJobFilter filter = { .state = "completed", .limit = 1000 };

    g_assert_cmpint(pipe(start), ==, 0);
    for (guint i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(start[1]);
            work(fixture->path, start[0]);
            _exit(0);
        }
    }
    close(start[1]);
    close(start[0]);
    for (guint i = 0; i < PROCESSES; i++)
        assert_child(children[i]);

    ledger = open_ledger(fixture->path);
    jobs = mig_ledger_list(ledger, &filter, NULL);
    g_assert_cmpuint(jobs->len, ==, PROCESSES * JOBS_EACH);
    for (guint i = 0; i < jobs->len; i++)
        g_assert_cmpuint(((MigJob *) jobs->pdata[i])->id, ==, PROCESSES * JOBS_EACH - i);
}

/* A process that is killed with the file open leaves what it had written. */
static void test_killed(Fixture *fixture, gconstpointer data)
{
    int status = 0;
    pid_t child = fork();
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigJob) job = NULL;

    if (child == 0) {
        MigLedger *own = open_ledger(fixture->path);

        insert_finished(own, "db1", MIG_STATE_COMPLETED, 7);
        raise(SIGKILL);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGKILL);

    ledger = open_ledger(fixture->path);
    job = load(ledger, 1);
    g_assert_cmpint(job->state, ==, MIG_STATE_COMPLETED);
    g_assert_cmpint(job->finished, ==, 7);
}

/* Ends job 1, and tells so through `won` if it was the first to. */
static void end_job(const char *path, MigState outcome, int start, int won)
{
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigJob) job = NULL;
    g_autoptr(GError) error = NULL;
    guint8 state = outcome;

    wait_for_start(start);
    ledger = open_ledger(path);
    job = load(ledger, 1);
    job->state = outcome;
    if (mig_ledger_update(ledger, job, &error))
        g_assert_cmpint(write(won, &state, 1), ==, 1);
    else
        g_assert_error(error, MIG_ERROR, MIG_ERROR_JOB_FINISHED);
}

/* One process says it failed, one that it was interrupted: the first outcome is the outcome. */
static void test_one_outcome(Fixture *fixture, gconstpointer data)
{
    static const MigState outcomes[] = { MIG_STATE_FAILED, MIG_STATE_INTERRUPTED };
    pid_t children[G_N_ELEMENTS(outcomes)];
    int start[2], won[2];
    guint8 winner[2];

    g_assert_cmpint(pipe(start), ==, 0);
    g_assert_cmpint(pipe(won), ==, 0);
    {
        g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
        g_autoptr(MigJob) job = new_job("db1");

        insert(ledger, job);
    }
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(start[1]);
            end_job(fixture->path, outcomes[i], start[0], won[1]);
            _exit(0);
        }
    }
    close(start[1]);
    close(start[0]);
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++)
        assert_child(children[i]);
    close(won[1]);
    g_assert_cmpint(read(won[0], winner, 2), ==, 1);
    close(won[0]);
    {
        g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
        g_autoptr(MigJob) job = load(ledger, 1);

        g_assert_cmpint(job->state, ==, winner[0]);
    }
}

/* The columns are there by name for who looks with sqlite3(1). */
static void test_for_administrators(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = open_ledger(fixture->path);
    sqlite3 *db = sqlite_open(fixture->path);
    sqlite3_stmt *stmt = NULL;

    insert_finished(ledger, "db1", MIG_STATE_FAILED, 7);
    g_assert_cmpint(sqlite3_prepare_v2(db,
                                       "SELECT guest, state, options, finished, plan, owner_uid, "
                                       "destination FROM job WHERE id = 1",
                                       -1, &stmt, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    g_assert_cmpstr((const char *) sqlite3_column_text(stmt, 0), ==, "db1");
    g_assert_cmpstr((const char *) sqlite3_column_text(stmt, 1), ==, "failed");
    g_assert_cmpstr((const char *) sqlite3_column_text(stmt, 2), ==,
                    "{'flow': <'managed-direct'>}");
    g_assert_cmpint(sqlite3_column_int64(stmt, 3), ==, 7);
    g_assert_cmpstr((const char *) sqlite3_column_text(stmt, 4), ==, "@a{sv} {}");
    g_assert_cmpint(sqlite3_column_int64(stmt, 5), ==, 1000);
    g_assert_cmpstr((const char *) sqlite3_column_text(stmt, 6), ==, "host-b");
    sqlite3_finalize(stmt);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

#define ADD(name, function)                                                                        \
    g_test_add("/ledger/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    ADD("new-file", test_new_file);
    ADD("round-trip", test_round_trip);
    ADD("update", test_update);
    ADD("final-stays", test_final_stays);
    ADD("amend", test_amend);
    ADD("first-version", test_first_version);
    ADD("first-version-in-use", test_first_version_in_use);
    ADD("samples", test_samples);
    ADD("no-such-job", test_no_such_job);
    ADD("too-big", test_too_big);
    ADD("filters", test_filters);
    ADD("default-limit", test_default_limit);
    ADD("prune", test_prune);
    ADD("ids-are-not-reused", test_ids_are_not_reused);
    ADD("next", test_next);
    ADD("two-handles", test_two_handles);
    ADD("processes", test_processes);
    ADD("killed", test_killed);
    ADD("one-outcome", test_one_outcome);
    ADD("for-administrators", test_for_administrators);

    return g_test_run();
}
