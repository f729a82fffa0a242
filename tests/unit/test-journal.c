/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the journal's entries: which fields with which values, one harmless line as the message,
 * standard error where there is no journal, and a table that agrees with catalog and man page.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "error.h"

static gboolean journal_there = TRUE;
static int journal_answer;
static GPtrArray *entries; /* of GHashTable: name to value */

gboolean __wrap_g_log_writer_is_journald(int fd);
int __wrap_sd_journal_sendv(const struct iovec *iov, int n);

gboolean __wrap_g_log_writer_is_journald(int fd)
{
    g_assert_cmpint(fd, ==, STDERR_FILENO);

    return journal_there;
}

int __wrap_sd_journal_sendv(const struct iovec *iov, int n)
{
    GHashTable *entry = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (int i = 0; i < n; i++) {
        g_autofree char *field = g_strndup(iov[i].iov_base, iov[i].iov_len);
        char *equals = strchr(field, '=');

        g_assert_nonnull(equals);
        g_assert_true(g_hash_table_insert(entry, g_strndup(field, (gsize) (equals - field)),
                                          g_strdup(equals + 1)));
    }
    g_ptr_array_add(entries, entry);

    return journal_answer;
}

static void clear(void)
{
    g_ptr_array_set_size(entries, 0);
    journal_there = TRUE;
    journal_answer = 0;
}

/* The only entry written. */
static GHashTable *entry_written(void)
{
    g_assert_cmpuint(entries->len, ==, 1);

    return g_ptr_array_index(entries, 0);
}

/* Pairs of name and value: these and no other fields. */
static void assert_fields(GHashTable *entry, const char *const *wanted)
{
    guint n = 0;

    for (; wanted[0]; wanted += 2, n++)
        g_assert_cmpstr(g_hash_table_lookup(entry, wanted[0]), ==, wanted[1]);
    g_assert_cmpuint(g_hash_table_size(entry), ==, n);
}

static MigJob *job_new(MigState state, MigPhase phase)
{
    MigJob *job = mig_job_new();

    job->id = 7;
    job->owner_uid = 1000;
    job->state = state;
    job->phase = phase;
    mig_job_set_string(&job->guest, "web1");
    mig_job_set_string(&job->source, "local");
    mig_job_set_string(&job->destination, "host-b");

    return job;
}

static MigJob *failed_job_new(void)
{
    MigJob *job = job_new(MIG_STATE_FAILED, MIG_PHASE_DONE);
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");

    job->called = 1;
    mig_job_set_string(&job->guest_name, "web1");
    mig_job_set_string(&job->guest_uuid, "a8f3");
    mig_job_set_string(&job->source_state, "running");
    mig_job_set_string(&job->destination_state, "absent");
    mig_job_set_string(&job->guest_host, "local");
    mig_job_set_error(job, error, "disk\nand\tcache\x01");

    return job;
}

static void test_started(void)
{
    g_autoptr(MigJob) job = job_new(MIG_STATE_RUNNING, MIG_PHASE_CONNECTING);
    const char *const wanted[] = {
        "MESSAGE_ID",
        "9503c61fc27b4364b79393efddf060e0",
        "MESSAGE",
        "Job 7 migrates guest \"web1\" from host local to host host-b for user 1000.",
        "PRIORITY",
        "6",
        "JOB_ID",
        "7",
        "JOB_STATE",
        "running",
        "JOB_PHASE",
        "connecting",
        "GUEST_NAME",
        "web1",
        "SOURCE_HOST",
        "local",
        "DESTINATION",
        "host-b",
        "OWNER_UID",
        "1000",
        NULL,
    };

    clear();
    mig_journal_write(MIG_EVENT_JOB_STARTED, job, NULL);
    assert_fields(entry_written(), wanted);
}

static void test_failed(void)
{
    g_autoptr(MigJob) job = failed_job_new();
    g_autoptr(GError) cause = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");
    const char *const wanted[] = {
        "MESSAGE_ID",
        "7a7faea0ee0244b9aea205529db185dc",
        "MESSAGE",
        "Job 7 failed: it is unsafe",
        "PRIORITY",
        "4",
        "JOB_ID",
        "7",
        "JOB_STATE",
        "failed",
        "JOB_PHASE",
        "done",
        "GUEST_NAME",
        "web1",
        "GUEST_UUID",
        "a8f3",
        "SOURCE_HOST",
        "local",
        "DESTINATION",
        "host-b",
        "OWNER_UID",
        "1000",
        "SOURCE_STATE",
        "running",
        "DESTINATION_STATE",
        "absent",
        "GUEST_HOST",
        "local",
        "ERROR_NAME",
        MIG_ERROR_PREFIX "Unsafe",
        "ERROR_MESSAGE",
        "it is unsafe",
        "LIBVIRT_ERROR",
        "disk\nand\tcache\x01",
        "LIBVIRT_ERROR_CODE",
        "81",
        "LIBVIRT_ERROR_DOMAIN",
        "10",
        NULL,
    };

    clear();
    mig_error_set_libvirt(cause, (MigLibvirtCode){ 10, 81 });
    mig_journal_end(job, FALSE, cause);
    assert_fields(entry_written(), wanted);
}

/* A worker that has seen an error on its way to success does not tell of it. */
static void test_completed_has_no_error(void)
{
    g_autoptr(MigJob) job = job_new(MIG_STATE_COMPLETED, MIG_PHASE_DONE);
    g_autoptr(GError) cause = g_error_new(MIG_ERROR, MIG_ERROR_CONNECTION_LOST, "lost");

    clear();
    mig_error_set_libvirt(cause, (MigLibvirtCode){ 10, 38 });
    mig_journal_end(job, FALSE, cause);
    g_assert_cmpstr(g_hash_table_lookup(entry_written(), "MESSAGE_ID"), ==,
                    "11aad8fd82a64b1aa5667f6d03cc1128");
    g_assert_false(g_hash_table_contains(entry_written(), "LIBVIRT_ERROR_CODE"));
}

static void test_denied(void)
{
    const char *const more[] = { "CALLER",     ":1.7",   "CALLER_UID",  "",       "METHOD",
                                 "Plan",       "ACTION", "a.check",     "REASON", "polkit said no",
                                 "GUEST_NAME", "x\ny",   "DESTINATION", "host-b", NULL };
    const char *const wanted[] = {
        "MESSAGE_ID",  "03b4c3bd31a846e3932f05a5ff860961",
        "MESSAGE",     "User unknown (:1.7) was denied Plan (a.check): polkit said no",
        "PRIORITY",    "4",
        "CALLER",      ":1.7",
        "METHOD",      "Plan",
        "ACTION",      "a.check",
        "REASON",      "polkit said no",
        "GUEST_NAME",  "x\ny",
        "DESTINATION", "host-b",
        NULL,
    };

    clear();
    mig_journal_write(MIG_EVENT_DENIED, NULL, more);
    assert_fields(entry_written(), wanted);
}

/* What guests, hosts and libvirt say can neither break the line nor name a field. */
static void test_hostile_values(void)
{
    static const char *const hostile[] = {
        "a\nMESSAGE_ID=b\n",
        "{JOB_ID}{MESSAGE}{",
        "%s%n%d",
        "\r\x1b[2J\xe2\x80\xae\xe2\x80\xa8x",
        "\xff\xfe",
        "=",
        "\"",
        NULL,
    };

    for (guint i = 0; hostile[i]; i++) {
        g_autoptr(MigJob) job = failed_job_new();

        mig_job_set_string(&job->guest_name, hostile[i]);
        mig_job_set_string(&job->error_message, hostile[i]);
        mig_job_set_string(&job->destination_state, "paused");
        clear();
        mig_journal_end(job, FALSE, NULL);

        const char *message = g_hash_table_lookup(entry_written(), "MESSAGE");
        g_test_message("%s", message);
        g_assert_true(g_str_has_prefix(message, "Job 7 failed, look after guest \""));
        g_assert_true(g_utf8_validate(message, -1, NULL));
        for (const char *p = message; *p; p = g_utf8_next_char(p)) {
            g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
            g_assert_cmpint(g_unichar_type(g_utf8_get_char(p)), !=, G_UNICODE_FORMAT);
            g_assert_cmpint(g_unichar_type(g_utf8_get_char(p)), !=, G_UNICODE_LINE_SEPARATOR);
        }
        g_assert_cmpstr(g_hash_table_lookup(entry_written(), "GUEST_NAME"), ==, job->guest_name);
        g_assert_cmpstr(g_hash_table_lookup(entry_written(), "ERROR_MESSAGE"), ==,
                        job->error_message);
    }
}

/* What is written to standard error in between; `there`, `answer`: of the journal. */
static char *stderr_of_a_phase(gboolean there, int answer)
{
    g_autoptr(MigJob) job = job_new(MIG_STATE_RUNNING, MIG_PHASE_COPYING);
    char text[256] = "";
    int ends[2], saved = dup(STDERR_FILENO);

    clear();
    journal_there = there;
    journal_answer = answer;
    g_assert_cmpint(pipe2(ends, O_CLOEXEC | O_NONBLOCK), ==, 0);
    dup2(ends[1], STDERR_FILENO);
    mig_journal_write(MIG_EVENT_PHASE, job, NULL);
    dup2(saved, STDERR_FILENO);
    gssize n = read(ends[0], text, sizeof text - 1);
    close(saved);
    close(ends[0]);
    close(ends[1]);

    return g_strndup(text, n > 0 ? (gsize) n : 0);
}

static void test_standard_error(void)
{
    g_autofree char *with = stderr_of_a_phase(TRUE, 0);
    g_assert_cmpstr(with, ==, "");
    g_assert_cmpuint(entries->len, ==, 1);

    g_autofree char *without = stderr_of_a_phase(FALSE, 0);
    g_assert_cmpstr(without, ==, "<6>Job 7 is copying.\n");
    g_assert_cmpuint(entries->len, ==, 0);

    g_autofree char *refused = stderr_of_a_phase(TRUE, -ENOBUFS);
    g_assert_cmpstr(refused, ==, "<6>Job 7 is copying.\n");
}

static void test_ends(void)
{
    static const struct {
        MigState state;
        gboolean called, was_paused;
        const char *source, *destination;
        MigEvent event;
    } rows[] = {
        { MIG_STATE_COMPLETED, 1, 0, "absent", "running", MIG_EVENT_COMPLETED },
        { MIG_STATE_FAILED, 0, 0, "", "", MIG_EVENT_FAILED },
        { MIG_STATE_FAILED, 1, 0, "running", "absent", MIG_EVENT_FAILED },
        { MIG_STATE_FAILED, 1, 0, "paused", "absent", MIG_EVENT_NEEDS_ATTENTION },
        { MIG_STATE_FAILED, 1, 1, "paused", "absent", MIG_EVENT_FAILED },
        { MIG_STATE_FAILED, 1, 0, "running", "running", MIG_EVENT_SPLIT },
        { MIG_STATE_CANCELLED, 0, 0, "", "", MIG_EVENT_CANCELLED },
        { MIG_STATE_CANCELLED, 1, 0, "running", "absent", MIG_EVENT_CANCELLED },
        { MIG_STATE_CANCELLED, 1, 0, "running", "paused", MIG_EVENT_NEEDS_ATTENTION },
        { MIG_STATE_INTERRUPTED, 0, 0, "", "", MIG_EVENT_NEEDS_ATTENTION },
        { MIG_STATE_INTERRUPTED, 1, 0, "running", "running", MIG_EVENT_SPLIT },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MigJob) job = job_new(rows[i].state, MIG_PHASE_DONE);

        job->called = rows[i].called;
        mig_job_set_string(&job->source_state, rows[i].source);
        mig_job_set_string(&job->destination_state, rows[i].destination);
        g_test_message("row %u", i);
        g_assert_cmpint(mig_journal_event_of_end(job, rows[i].was_paused), ==, rows[i].event);
    }
}

static void test_table(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < MIG_N_EVENTS; i++) {
        const MigEventInfo *info = mig_event_info((MigEvent) i);

        g_assert_cmpuint(strlen(info->id), ==, 32);
        g_assert_cmpuint(strspn(info->id, "0123456789abcdef"), ==, 32);
        g_assert_true(g_hash_table_add(seen, (gpointer) info->id));
        g_assert_true(g_hash_table_add(seen, (gpointer) info->name));
        g_assert_cmpint(info->priority, >=, LOG_CRIT);
        g_assert_cmpint(info->priority, <=, LOG_INFO);
    }
    g_assert_cmpint(mig_event_info(MIG_EVENT_SPLIT)->priority, ==, LOG_CRIT);
}

/* What the pattern finds in a file are the ids of the table, in its order. */
static void assert_ids_in(const char *name, const char *pattern)
{
    g_autofree char *path = g_build_filename(DATA_DIR, name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint i = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *id = g_match_info_fetch(match, 1);

        g_assert_cmpuint(i, <, MIG_N_EVENTS);
        g_assert_cmpstr(id, ==, mig_event_info((MigEvent) i++)->id);
    }
    g_assert_cmpuint(i, ==, MIG_N_EVENTS);
}

static void test_catalog(void)
{
    assert_ids_in("migrationd.catalog", "^-- (\\S+)$");
}

static void test_man_page(void)
{
    assert_ids_in("migrationd.8", "^([0-9a-f]{32})$");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    entries = g_ptr_array_new_with_free_func((GDestroyNotify) g_hash_table_unref);

    g_test_add_func("/journal/started", test_started);
    g_test_add_func("/journal/failed", test_failed);
    g_test_add_func("/journal/completed-has-no-error", test_completed_has_no_error);
    g_test_add_func("/journal/denied", test_denied);
    g_test_add_func("/journal/hostile-values", test_hostile_values);
    g_test_add_func("/journal/standard-error", test_standard_error);
    g_test_add_func("/journal/ends", test_ends);
    g_test_add_func("/journal/table", test_table);
    g_test_add_func("/journal/catalog", test_catalog);
    g_test_add_func("/journal/man-page", test_man_page);

    int status = g_test_run();
    g_ptr_array_unref(entries);
    return status;
}
