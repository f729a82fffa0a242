/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of what is asked of a job's worker that ends before it has read that: everybody is answered
 * exactly once. The worker is played over a real link.
 */
#include "../../service/job.h"

#include <string.h>

#include "error.h"
#include "ledger-fixture.h"
#include "link.h"
#include "samples.h"

#define SECONDS 120

typedef struct {
    Fixture files;
    char *runtime_dir, *socket;
    sd_event *event;
    Launcher launcher; /* starts nothing: the worker is there */
    WorkerContext context;
    MigLedger *ledger;
    MigLinkServer *server;
    Job *job;
    guint changed, ended, unread;
    guint answers;
    GError *error;
    gsize n_samples;
} Scene;

static Scene *scene;

/* The worker */

static int on_get_status(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    return sd_bus_reply_method_return(call, "a{sv}", 0);
}

/* It has ended before it comes to this. */
static int on_unread(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    scene->unread++;

    return 1;
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("GetStatus", NULL, "a{sv}", on_get_status, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Cancel", NULL, NULL, on_unread, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("GetSamples", NULL, "a(tttt)", on_unread, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("Status", "a{sv}", 0),
    SD_BUS_VTABLE_END,
};

static void on_accepted(sd_bus *link, void *userdata)
{
    g_assert_cmpint(
        sd_bus_add_object_vtable(link, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE, vtable, NULL), >=,
        0);
}

/* As a worker does: first the row, then the last Status. */
static void end_job(void)
{
    g_autoptr(MigJob) row = load(scene->ledger, scene->job->record->id);

    row->state = MIG_STATE_COMPLETED;
    row->phase = MIG_PHASE_DONE;
    row->finished = 1;
    mig_job_set_variant(&row->samples, g_variant_new_parsed("[(uint64 1, uint64 2, uint64 3, "
                                                            "uint64 4)]"));
    update(scene->ledger, row);
    mig_link_emit(scene->server, "Status", mig_job_status(row));
}

/* The service */

static void on_changed(Job *job, void *userdata)
{
    scene->changed++;
}

static void on_finished(Job *job, void *userdata)
{
    scene->ended++;
}

static void on_done(const GError *error, void *userdata)
{
    g_assert_true(userdata == scene);
    scene->answers++;
    scene->error = error ? g_error_copy(error) : NULL;
}

static void on_samples(GVariant *samples, const GError *error, void *userdata)
{
    on_done(error, userdata);
    scene->n_samples = samples ? g_variant_n_children(samples) : 0;
}

static void run_until(const guint *count)
{
    gint64 deadline = g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;

    while (*count == 0) {
        g_assert_cmpint(sd_event_run(scene->event, G_USEC_PER_SEC), >=, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
}

/* A job that copies memory, and its worker. */
static MigJob *running_job(void)
{
    g_autoptr(MigJob) record = new_job("web");

    insert(scene->ledger, record);
    record->state = MIG_STATE_RUNNING;
    record->phase = MIG_PHASE_COPYING;
    record->called = 1;
    mig_job_set_variant(&record->plan, g_variant_new_parsed("{'cancellable': <true>}"));
    update(scene->ledger, record);

    return g_steal_pointer(&record);
}

static void begin(void)
{
    static const JobHandlers handlers = { on_changed, on_finished };
    g_autoptr(GError) error = NULL;
    MigJob *record;

    scene = g_new0(Scene, 1);
    fixture_set_up(&scene->files, NULL);
    g_assert_cmpint(sd_event_new(&scene->event), >=, 0);
    scene->runtime_dir = g_dir_make_tmp("job-link-XXXXXX", &error);
    g_assert_no_error(error);
    scene->context = (WorkerContext){ scene->event, &scene->launcher, scene->runtime_dir };
    scene->ledger = open_ledger(scene->files.path);
    record = running_job();
    scene->socket =
        g_strdup_printf("%s/" MIG_LINK_JOBS "/%" G_GUINT64_FORMAT, scene->runtime_dir, record->id);
    scene->server = mig_link_serve(scene->socket, scene->event, on_accepted, NULL, &error);
    g_assert_no_error(error);
    scene->job = job_new(record, scene->ledger, &scene->context, &handlers, NULL);
    job_start(scene->job, NULL);
    while (!worker_link_bus(scene->job->worker))
        g_assert_cmpint(sd_event_run(scene->event, G_USEC_PER_SEC), >=, 0);
}

static void end(void)
{
    g_autofree char *directory = g_path_get_dirname(scene->socket);

    job_free(scene->job);
    mig_link_server_free(scene->server);
    mig_ledger_close(scene->ledger);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    g_assert_cmpint(g_rmdir(scene->runtime_dir), ==, 0);
    fixture_tear_down(&scene->files, NULL);
    sd_event_unref(scene->event);
    g_clear_error(&scene->error);
    g_free(scene->runtime_dir);
    g_free(scene->socket);
    g_free(scene);
}

/* The tests */

static void test_control(void)
{
    begin();
    job_control(scene->job, MIG_CONTROL_CANCEL, 0, on_done, scene);
    run_until(&scene->unread);
    g_assert_cmpuint(scene->answers, ==, 0);
    end_job();
    run_until(&scene->ended);
    g_assert_cmpuint(scene->answers, ==, 1);
    g_assert_error(scene->error, MIG_ERROR, MIG_ERROR_JOB_FINISHED);
    end();
}

/* They are in the ledger by then. */
static void test_samples(void)
{
    begin();
    job_get_samples(scene->job, on_samples, scene);
    run_until(&scene->unread);
    g_assert_cmpuint(scene->answers, ==, 0);
    end_job();
    run_until(&scene->ended);
    g_assert_cmpuint(scene->answers, ==, 1);
    g_assert_no_error(scene->error);
    g_assert_cmpuint(scene->n_samples, ==, 1);
    end();
}

/* Whether the worker still does it nobody knows. */
static void test_service_stops(void)
{
    begin();
    job_control(scene->job, MIG_CONTROL_CANCEL, 0, on_done, scene);
    run_until(&scene->unread);
    g_clear_pointer(&scene->job, job_free);
    g_assert_cmpuint(scene->answers, ==, 1);
    g_assert_error(scene->error, MIG_ERROR, MIG_ERROR_WORKER);
    g_assert_nonnull(strstr(scene->error->message, "look at the job's state"));
    g_assert_cmpuint(scene->ended, ==, 0);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/job-link/control", test_control);
    g_test_add_func("/job-link/samples", test_samples);
    g_test_add_func("/job-link/service-stops", test_service_stops);

    return g_test_run();
}
