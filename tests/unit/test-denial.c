/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of what the journal is told of a denied call; the journal is played.
 */
#include "denial.h"

#include <sys/socket.h>
#include <unistd.h>

#include "bus-fixture.h"
#include "journal.h"
#include "sd-autoptr.h"

static char *written; /* fields, joined */

void mig_journal_write(MigEvent event, const MigJob *job, const char *const *more)
{
    g_assert_cmpint(event, ==, MIG_EVENT_DENIED);
    g_assert_null(job);
    g_assert_cmpuint(g_strv_length((char **) more) % 2, ==, 0);
    g_assert_null(written);
    written = g_strjoinv("|", (char **) more);
}

static void assert_written(const guint32 *uid, const char *action, const char *const *details,
                           const char *wanted)
{
    g_autoptr(sd_bus_message) call = NULL;
    sd_bus *bus;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    bus = bus_new(fds[0], FALSE);
    g_assert_cmpint(
        sd_bus_message_new_method_call(bus, &call, NULL, "/x", "org.example.X", "Migrate"), >=, 0);
    g_assert_cmpint(sd_bus_message_set_sender(call, ":1.7"), >=, 0);
    denial_journal(call, uid, action, "polkit said no", details);
    g_assert_cmpstr(written, ==, wanted);
    g_clear_pointer(&written, g_free);
    sd_bus_close_unref(bus);
    close(fds[1]);
}

static void test_fields(void)
{
    static const char *const details[] = {
        "job.id",       "7",          "job.owner.uid",
        "1001",         "guest.name", "web1",
        "source.name",  "local",      "destination.name",
        "host-b",       "host.name",  "host-c",
        "copy-storage", "none",       NULL,
    };
    const guint32 uid = 1000;

    assert_written(&uid, "a.migrate", details,
                   "CALLER|:1.7|CALLER_UID|1000|METHOD|Migrate|ACTION|a.migrate|REASON|"
                   "polkit said no|JOB_ID|7|OWNER_UID|1001|GUEST_NAME|web1|SOURCE_HOST|local|"
                   "DESTINATION|host-b|ASKED_HOST|host-c|COPY_STORAGE|none");
}

/* An empty value is none. */
static void test_not_known(void)
{
    assert_written(NULL, NULL, NULL,
                   "CALLER|:1.7|CALLER_UID||METHOD|Migrate|ACTION||REASON|polkit said no");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/denial/fields", test_fields);
    g_test_add_func("/denial/not-known", test_not_known);

    return g_test_run();
}
