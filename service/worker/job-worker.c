/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker of one job: waits until it is told if the job has not left the queue, takes the job
 * out of the ledger, makes sure that nobody else is at it, and runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "begin.h"
#include "error.h"
#include "link.h"
#include "log.h"
#include "recover-bus.h"
#include "run.h"

char *mig_worker_pki_path(const MigWorkerOptions *options)
{
    g_autofree char *path = g_build_filename(options->state_dir, "pki", NULL);
    return g_file_test(path, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&path) : NULL;
}

#define LOCK_TRIES 100
#define LOCK_WAIT_USEC (20 * 1000)

/* The file that holds the lock, or NULL. It is kept for a later worker of the job. */
static char *take_lock(guint64 id, const MigWorkerOptions *options, GError **error)
{
    g_autofree char *name = g_strdup_printf(".%" G_GUINT64_FORMAT ".lock", id);
    g_autofree char *path = g_build_filename(options->runtime_dir, MIG_LINK_JOBS, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    g_mkdir_with_parents(directory, 0700);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    /* a predecessor that was killed may still be dying */
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return g_steal_pointer(&path);
        if (errno != EWOULDBLOCK)
            break;
        g_usleep(LOCK_WAIT_USEC);
    }
    gboolean taken = fd >= 0 && errno == EWOULDBLOCK;
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER, "job %" G_GUINT64_FORMAT ": %s %s: %s", id,
                taken ? "another worker is at it, it holds" : "cannot lock", path,
                taken ? "look at it with systemctl status" : g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* A worker died at it: whoever comes next goes on at once. */
static gboolean is_under_way(MigLedger *ledger, guint64 id)
{
    g_autoptr(MigJob) job = mig_ledger_load(ledger, id, NULL);
    return job && job->phase != MIG_PHASE_QUEUED;
}

/* `server` is the link if there is one already; it is taken. A job that has ended may be asked for
 * one thing more. */
static int run_job(MigLedger *ledger, MigJob *job, MigLinkServer *server,
                   const MigWorkerOptions *options)
{
    if (!mig_state_is_final(job->state))
        return mig_run_loop(ledger, job, server, options);
    mig_link_server_free(server);
    return mig_recover_loop(ledger, job, options);
}

int mig_worker_job(guint64 id, const MigWorkerOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(options->state_dir, "ledger.sqlite", NULL);
    g_autoptr(MigLedger) ledger = mig_ledger_open(path, &error);
    MigBegin *begin = NULL;
    if (ledger && !is_under_way(ledger, id)) {
        begin = mig_begin_wait(id, options, &error);
        if (!begin && !error)
            return 0;
    }
    g_autofree char *lock = error ? NULL : take_lock(id, options, &error);
    g_autoptr(MigJob) job = lock ? mig_ledger_load(ledger, id, &error) : NULL;
    MigLinkServer *server = begin ? mig_begin_answer(begin, error) : NULL;
    int status = 1;
    if (job) {
        status = run_job(ledger, job, server, options);
    } else {
        log_error("%s", error->message);
        mig_link_server_free(server);
    }
    if (lock && (!job || mig_state_is_final(job->state)))
        unlink(lock);
    return status;
}
