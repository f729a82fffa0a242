/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the ledger with files that cannot be used: refused by name with a remedy, their bytes
 * left alone, and never a crash whatever is in them.
 */
#include "ledger-fixture.h"

#include <sys/stat.h>

#define FLIPS 1000
#define LOG_FLIPS 200
#define STEP 512

/* The file cannot be opened, the sentence says so, and not a byte of it has changed. */
static void assert_refused(const char *path, const char *says)
{
    g_autoptr(GBytes) before = file_bytes(path);
    g_autoptr(GError) error = NULL;
    g_autoptr(MigLedger) ledger = mig_ledger_open(path, &error);
    g_autoptr(GBytes) after = file_bytes(path);

    g_assert_null(ledger);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    g_assert_nonnull(strstr(error->message, path));
    if (strstr(error->message, says) == NULL)
        g_error("says: %s\nmust say: %s", error->message, says);
    g_assert_true(g_str_has_suffix(error->message, "."));
    g_assert_true(g_bytes_equal(before, after));
}

/* A file of some dozens of pages, all of it in the main file. */
static void make_real_ledger(const char *path)
{
    g_autoptr(MigLedger) ledger = open_ledger(path);
    g_autofree char *warning = g_strnfill(700, 'w');

    for (guint i = 0; i < 60; i++) {
        g_autoptr(MigJob) job = new_job(i % 3 == 0 ? "db1" : "web");

        insert(ledger, job);
        job->state = (MigState) (i % MIG_N_STATES);
        job->phase = (MigPhase) (i % MIG_N_PHASES);
        mig_job_set_variant(&job->plan, g_variant_new_parsed("{'warnings': <[%s]>}", warning));
        mig_job_set_string(&job->guest_uuid, "4dea22b3-1d52-d8f3-2516-782e98ab3fa0");
        job->finished = mig_state_is_final(job->state) ? (gint64) i : 0;
        update(ledger, job);
    }
}

/* Rows that a program could believe. */
static void assert_plausible(const MigJob *job)
{
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(job));

    g_assert_cmpuint(job->id, >, 0);
    g_assert_cmpint(job->created, >=, 0);
    g_assert_cmpint(job->state, <, MIG_N_STATES);
    g_assert_cmpint(job->phase, <, MIG_N_PHASES);
    g_assert_true(g_utf8_validate(job->guest, -1, NULL));
    g_assert_true(g_utf8_validate(job->error_raw, -1, NULL));
    g_assert_true(g_variant_is_of_type(job->plan, G_VARIANT_TYPE_VARDICT));
    g_assert_true(g_variant_is_normal_form(status));
}

/* Reads all there is, by list and by number; every error is one of ours. */
static void read_everything(MigLedger *ledger)
{
    MigJobFilter filter = { .limit = 1000 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = mig_ledger_list(ledger, &filter, &error);

    if (jobs == NULL)
        g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    for (guint i = 0; jobs != NULL && i < jobs->len; i++)
        assert_plausible(jobs->pdata[i]);

    for (guint64 id = 1; id <= 60; id++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(MigJob) job = mig_ledger_load(ledger, id, &failure);

        if (job != NULL)
            assert_plausible(job);
        else
            g_assert_true(g_error_matches(failure, MIG_ERROR, MIG_ERROR_LEDGER) ||
                          g_error_matches(failure, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB));
    }
}

/* Opens what may be damaged: TRUE if it opened, and then all of it was read. */
static gboolean survives(const char *path)
{
    g_autoptr(GBytes) before = file_bytes(path);
    g_autoptr(GBytes) after = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MigLedger) ledger = mig_ledger_open(path, &error);

    if (ledger != NULL) {
        read_everything(ledger);
        return TRUE;
    }

    g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    g_assert_nonnull(strstr(error->message, path));
    after = file_bytes(path);
    g_assert_true(g_bytes_equal(before, after));

    return FALSE;
}

static void test_truncated(Fixture *fixture, gconstpointer data)
{
    g_autofree char *copy = g_strconcat(fixture->path, ".copy", NULL);
    g_autoptr(GBytes) whole = NULL;
    gsize length;
    gconstpointer bytes;

    make_real_ledger(fixture->path);
    whole = file_bytes(fixture->path);
    bytes = g_bytes_get_data(whole, &length);
    g_assert_cmpuint(length, >, 16 * 4096);
    for (gsize cut = 0; cut < length; cut += STEP) {
        write_file(copy, bytes, cut);
        /* SQLite reads the missing end of the last page as zeros, which an unused end is */
        if (survives(copy) && cut <= length - 4096)
            g_error("opened with %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", cut, length);
    }
    write_file(copy, bytes, length);
    g_assert_true(survives(copy));
}

static void test_flipped(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1000);
    g_autofree char *copy = g_strconcat(fixture->path, ".copy", NULL);
    g_autofree guint8 *bytes = NULL;
    g_autoptr(GBytes) whole = NULL;
    guint opened = 0;
    gsize length;

    make_real_ledger(fixture->path);
    whole = file_bytes(fixture->path);
    bytes = g_memdup2(g_bytes_get_data(whole, &length), g_bytes_get_size(whole));
    for (guint i = 0; i < FLIPS; i++) {
        /* half of them where SQLite keeps its own things: file header and heads of pages */
        gsize page = (gsize) g_rand_int_range(random, 0, (gint32) (length / 4096)) * 4096;
        gsize at = i % 2 == 0 ? page + g_rand_int_range(random, 0, 100)
                              : (gsize) g_rand_int_range(random, 0, (gint32) length);
        guint8 mask = (guint8) (i % 4 < 2 ? 1 << g_rand_int_range(random, 0, 8)
                                          : g_rand_int_range(random, 1, 256));

        bytes[at] ^= mask;
        write_file(copy, bytes, length);
        opened += survives(copy);
        bytes[at] ^= mask;
    }
    g_test_message("%u of %u flips opened", opened, FLIPS);
    g_assert_cmpuint(opened, >, 0);
    g_assert_cmpuint(opened, <, FLIPS);
}

/* The same for the write-ahead log of a service that was killed. */
static void test_flipped_log(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(2000);
    g_autofree char *log_path = g_strconcat(fixture->path, "-wal", NULL);
    g_autofree char *copy = g_strconcat(fixture->path, ".copy", NULL);
    g_autofree char *log_copy = g_strconcat(copy, "-wal", NULL);
    g_autoptr(MigLedger) holder = open_ledger(fixture->path);
    g_autoptr(GBytes) whole = NULL;
    g_autoptr(GBytes) log = NULL;
    g_autofree guint8 *bytes = NULL;
    gsize length;
    guint opened = 0;

    g_assert_nonnull(holder);
    make_real_ledger(fixture->path);
    whole = file_bytes(fixture->path);
    log = file_bytes(log_path);
    bytes = g_memdup2(g_bytes_get_data(log, &length), g_bytes_get_size(log));
    g_assert_cmpuint(length, >, 16 * 4096);
    for (guint i = 0; i < LOG_FLIPS; i++) {
        gsize at = (gsize) g_rand_int_range(random, 0, i % 2 == 0 ? 4096 : (gint32) length);

        bytes[at] ^= 0x40;
        write_file(copy, g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
        write_file(log_copy, bytes, length);
        opened += survives(copy);
        bytes[at] ^= 0x40;
    }
    g_assert_cmpuint(opened, >, 0);
}

/* The schema of today. */
#define VERSION "5"

static void test_newer(Fixture *fixture, gconstpointer data)
{
    make_real_ledger(fixture->path);
    administrator(fixture->path, "PRAGMA user_version = 1000");
    assert_refused(fixture->path, "newer version");
    administrator(fixture->path, "PRAGMA user_version = 2147483647");
    assert_refused(fixture->path, "newer version");
    administrator(fixture->path, "PRAGMA user_version = -1");
    assert_refused(fixture->path, "newer version");
    administrator(fixture->path, "PRAGMA user_version = " VERSION);
    g_assert_true(survives(fixture->path));
}

/* The newer version's number is still in its log, the main file has the old one. */
static void test_newer_in_log(Fixture *fixture, gconstpointer data)
{
    sqlite3 *newer;

    make_real_ledger(fixture->path);
    newer = sqlite_open(fixture->path);
    sqlite_run(newer, "PRAGMA user_version = 1000");
    assert_refused(fixture->path, "newer version");
    sqlite3_db_config(newer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    g_assert_cmpint(sqlite3_close(newer), ==, SQLITE_OK);
    assert_refused(fixture->path, "newer version");
}

static void test_foreign(Fixture *fixture, gconstpointer data)
{
    administrator(fixture->path, "PRAGMA user_version = 1; CREATE TABLE job (id INTEGER)");
    assert_refused(fixture->path, "another program");
    administrator(fixture->path, "PRAGMA application_id = 252006674");
    assert_refused(fixture->path, "another program");
    administrator(fixture->path, "PRAGMA journal_mode = WAL");
    assert_refused(fixture->path, "another program");
}

/* A file of an older version that cannot be brought up to date stays one. */
static void test_older_and_damaged(Fixture *fixture, gconstpointer data)
{
    make_real_ledger(fixture->path);
    /* it has the columns of today already */
    administrator(fixture->path, "PRAGMA user_version = 1");
    assert_refused(fixture->path, "brought up to date");
    administrator(fixture->path, "DROP TABLE job");
    assert_refused(fixture->path, "brought up to date");
}

static void test_no_version(Fixture *fixture, gconstpointer data)
{
    make_real_ledger(fixture->path);
    administrator(fixture->path, "PRAGMA user_version = 0");
    assert_refused(fixture->path, "no version");
}

static void test_not_a_database(Fixture *fixture, gconstpointer data)
{
    static const char *const texts[] = {
        "", "x", "SQLite format 3",
        "[Host]\nDriver=qemu\nThis is longer than a header of SQLite, "
        "which has one hundred bytes, but it is none.\n"
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        write_file(fixture->path, texts[i], strlen(texts[i]));
        assert_refused(fixture->path, "no SQLite database");
    }
}

/* The version is right and the content is not: columns that are missing, of other types, or gone.
 */
static void test_other_schema(Fixture *fixture, gconstpointer data)
{
    static const char *const changes[] = {
        "ALTER TABLE job DROP COLUMN plan",
        "ALTER TABLE job RENAME COLUMN state TO status",
        "ALTER TABLE job RENAME TO jobs",
        "DROP TABLE job",
        "ALTER TABLE job RENAME TO jobs; CREATE VIEW job AS SELECT * FROM jobs",
    };

    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *path = g_strdup_printf("%s-%u", fixture->path, i);

        make_real_ledger(path);
        administrator(path, changes[i]);
        assert_refused(path, "cannot be used");
    }
}

/* Of a list that has all rows. */
static void assert_one_unreadable(MigLedger *ledger, guint64 id)
{
    MigJobFilter filter = { .limit = 1000 };
    g_autoptr(GPtrArray) jobs = mig_ledger_list(ledger, &filter, NULL);

    g_assert_cmpuint(jobs->len, ==, 60);
    for (guint i = 0; i < jobs->len; i++) {
        const MigJob *job = jobs->pdata[i];

        g_assert_cmpint(job->unreadable, ==, job->id == id);
        if (!job->unreadable)
            continue;
        g_assert_cmpstr(job->error_name, ==, MIG_ERROR_PREFIX "Ledger");
        g_assert_nonnull(strstr(job->error_message, "Job 7 "));
        g_assert_true(mig_state_is_final(job->state));
        g_assert_cmpstr(job->guest, ==, "");
    }
}

/* A row that somebody has edited is an error that names it; the others can be read. */
static void test_bad_rows(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *column;
        const char *value;
    } edits[] = {
        { "plan", "'{'" },
        { "plan", "''" },
        { "plan", "'[1, 2]'" },
        { "plan", "'@a{ss} {''a'': ''b''}'" },
        { "options", "'{''live'': <true>'" },
        { "source_host", "'nonsense'" },
        { "statistics", "'{''x'': <1>}'" },
        { "statistics", "'{''x'': -1}'" },
        { "state", "'unheard-of'" },
        { "state", "''" },
        { "phase", "'Done'" },
        { "owner_uid", "-1" },
        { "owner_uid", "4294967296" },
        { "created", "-1" },
        { "finished", "-9223372036854775807" },
        { "guest", "CAST(X'ff' AS TEXT)" },
        { "guest", "CAST(X'610062' AS TEXT)" },
        { "error_raw", "CAST(X'c3' AS TEXT)" },
    };

    make_real_ledger(fixture->path);
    for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_autofree char *path = g_strdup_printf("%s-%u", fixture->path, i);
        g_autofree char *sql =
            g_strdup_printf("UPDATE job SET %s = %s WHERE id = 7", edits[i].column, edits[i].value);
        g_autoptr(GBytes) whole = file_bytes(fixture->path);
        g_autoptr(MigLedger) ledger = NULL;
        g_autoptr(MigJob) other = NULL;
        g_autoptr(GError) error = NULL;
        MigJobFilter filter = { .before = 7 };
        g_autoptr(GPtrArray) before = NULL;

        write_file(path, g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
        administrator(path, sql);
        ledger = open_ledger(path);
        if (mig_ledger_load(ledger, 7, &error) != NULL)
            g_error("accepted: %s", sql);
        g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
        g_assert_nonnull(strstr(error->message, "Job 7 "));
        g_assert_nonnull(strstr(error->message, edits[i].column));
        g_assert_nonnull(strstr(error->message, "DELETE FROM job WHERE id = 7"));
        assert_one_unreadable(ledger, 7);
        other = load(ledger, 8);
        g_assert_cmpuint(other->id, ==, 8);
        before = mig_ledger_list(ledger, &filter, NULL);
        g_assert_cmpuint(before->len, ==, 6);
    }
}

/* A file that could run something when it is opened or written does not. */
static void test_trigger(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MigLedger) ledger = NULL;
    g_autoptr(MigJob) job = new_job("db1");
    g_autoptr(MigJob) first = NULL;

    make_real_ledger(fixture->path);
    administrator(fixture->path, "CREATE TRIGGER t AFTER INSERT ON job BEGIN "
                                 "UPDATE job SET guest = 'changed' WHERE id = 1; END");
    ledger = open_ledger(fixture->path);
    insert(ledger, job);
    first = load(ledger, 1);
    g_assert_cmpstr(first->guest, ==, "db1");
}

static void test_no_place(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *path;
        const char *says;
    } places[] = {
        { "/nonexistent/jobs.sqlite", "directory must be there" },
        { "jobs.sqlite", "absolute path" },
        { ":memory:", "absolute path" },
        { "file:/tmp/x?mode=memory", "absolute path" },
        { "", "absolute path" },
        { "/", "cannot be" },
        { "/dev/null", "no SQLite database" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(mig_ledger_open(places[i].path, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
        if (strstr(error->message, places[i].says) == NULL)
            g_error("%s: %s", places[i].path, error->message);
    }
    {
        g_autoptr(GError) error = NULL;

        g_assert_null(mig_ledger_open(fixture->directory, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
    }
}

/* In a child, because root may write everywhere: no user's rights but those of the file mode. */
static void refuse_unprivileged(const char *path, const char *says)
{
    pid_t child = fork();

    if (child == 0) {
        g_autoptr(GError) error = NULL;

        if (geteuid() == 0)
            g_assert_cmpint(setresuid(65534, 65534, 65534), ==, 0);
        g_assert_null(mig_ledger_open(path, &error));
        g_assert_error(error, MIG_ERROR, MIG_ERROR_LEDGER);
        g_assert_nonnull(strstr(error->message, path));
        if (strstr(error->message, says) == NULL)
            g_error("says: %s\nmust say: %s", error->message, says);
        _exit(0);
    }
    assert_child(child);
}

static void test_read_only(Fixture *fixture, gconstpointer data)
{
    g_autofree char *absent = g_build_filename(fixture->directory, "absent.sqlite", NULL);
    g_autoptr(GBytes) before = NULL;
    g_autoptr(GBytes) after = NULL;

    make_real_ledger(fixture->path);
    before = file_bytes(fixture->path);
    g_assert_cmpint(g_chmod(fixture->directory, 0555), ==, 0);

    refuse_unprivileged(absent, "service's user must be able to write");
    g_assert_cmpint(g_chmod(fixture->path, 0666), ==, 0);
    refuse_unprivileged(fixture->path, "let the service's user write the file and its directory");
    g_assert_cmpint(g_chmod(fixture->path, 0444), ==, 0);
    refuse_unprivileged(fixture->path, "let the service's user write the file and its directory");

    g_assert_cmpint(g_chmod(fixture->directory, 0755), ==, 0);
    g_assert_false(g_file_test(absent, G_FILE_TEST_EXISTS));
    after = file_bytes(fixture->path);
    g_assert_true(g_bytes_equal(before, after));
}

#define ADD(name, function)                                                                        \
    g_test_add("/ledger-damage/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    ADD("truncated", test_truncated);
    ADD("flipped", test_flipped);
    ADD("flipped-log", test_flipped_log);
    ADD("newer", test_newer);
    ADD("newer-in-log", test_newer_in_log);
    ADD("foreign", test_foreign);
    ADD("older-and-damaged", test_older_and_damaged);
    ADD("no-version", test_no_version);
    ADD("not-a-database", test_not_a_database);
    ADD("other-schema", test_other_schema);
    ADD("bad-rows", test_bad_rows);
    ADD("trigger", test_trigger);
    ADD("no-place", test_no_place);
    ADD("read-only", test_read_only);

    return g_test_run();
}
