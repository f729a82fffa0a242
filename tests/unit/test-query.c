/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of questions to hosts whose worker does not come: each is answered once, and nothing is
 * left of a host that nobody asks any more. The launcher is played.
 */
#include "query.h"

#include <glib/gstdio.h>
#include <malloc.h>

#include "error.h"
#include "host-uri.h"

#define SECONDS 120
#define HOSTS 100

static guint n_started, n_answered;

static Launch *fail_to_start(Launcher *launcher, LaunchKind kind, const char *instance,
                             LaunchHow how, const LaunchHandlers *handlers, void *userdata,
                             GError **error)
{
    n_started++;
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER, "%s cannot be started", instance);

    return NULL;
}

static void on_answered(sd_bus_message *reply, const GError *error, void *userdata)
{
    g_assert_null(reply);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_WORKER);
    n_answered++;
}

/* A host that no file knows, as a caller may name one. */
static void ask(Queries *queries, guint number)
{
    g_autofree char *uri = g_strdup_printf("qemu+tls://host-%u.example/system", number);
    g_autoptr(GError) error = NULL;
    g_autoptr(MigHost) host = mig_host_from_uri(uri, &error);

    g_assert_no_error(error);
    query_call(queries, host, "Test", NULL, on_answered, NULL);
    g_assert_false(queries_idle(queries));
}

static void run_until_answered(sd_event *event, guint wanted)
{
    gint64 deadline = g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;

    while (n_answered < wanted) {
        g_assert_cmpint(sd_event_run(event, G_USEC_PER_SEC), >=, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
}

static void test_many_hosts(void)
{
    static const LauncherType type = { .start = fail_to_start };
    Launcher launcher = { &type };
    const Settings settings = { .query_deadline = SECONDS };
    g_autofree char *directory = g_dir_make_tmp("query-XXXXXX", NULL);
    g_autofree char *sockets = g_build_filename(directory, "query", NULL);
    sd_event *event = NULL;
    size_t before = 0;

    g_assert_cmpint(g_mkdir(sockets, 0700), ==, 0);
    g_assert_cmpint(sd_event_new(&event), >=, 0);
    const WorkerContext context = { event, &launcher, directory };
    Queries *queries = queries_new(&context, &settings);

    for (guint i = 0; i < 2 * HOSTS; i++) {
        if (i == HOSTS)
            before = mallinfo2().uordblks;
        ask(queries, i);
        ask(queries, i);
        run_until_answered(event, 2 * (i + 1));
    }
    g_assert_cmpuint(n_started, ==, 2 * HOSTS);
    g_assert_cmpuint(n_answered, ==, 4 * HOSTS);
    g_assert_true(queries_idle(queries));
    /* a host would take 150 bytes; a sanitizer's allocator tells nothing */
    g_assert_cmpuint(mallinfo2().uordblks, <, before + 20 * HOSTS);

    queries_free(queries);
    sd_event_unref(event);
    g_assert_cmpint(g_rmdir(sockets), ==, 0);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/query/many-hosts", test_many_hosts);

    return g_test_run();
}
