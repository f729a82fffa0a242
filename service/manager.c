/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See manager.h.
 */
#include "manager.h"

#include <errno.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "error.h"
#include "log.h"
#include "text.h"

Manager *manager_new(const Settings *settings, sd_event *event, Launcher *launcher,
                     const ManagerHandlers *handlers, void *userdata)
{
    Manager *manager = g_new0(Manager, 1);
    manager->settings = settings;
    manager->context = (WorkerContext){ event, launcher, settings->runtime_dir };
    manager->handlers = handlers;
    manager->userdata = userdata;
    manager->queries = queries_new(&manager->context, settings);
    manager->hosts =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) host_free);
    manager->jobs =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) job_free);
    return manager;
}

void manager_free(Manager *manager)
{
    if (!manager)
        return;
    sd_event_source_disable_unref(manager->hosts_watch);
    queries_free(manager->queries);
    g_queue_clear(&manager->finished);
    g_queue_clear(&manager->queued);
    spare_free(manager->spare);
    g_hash_table_destroy(manager->jobs);
    g_hash_table_destroy(manager->hosts);
    mig_ledger_close(manager->ledger);
    g_clear_error(&manager->ledger_error);
    g_free(manager);
}

/* Hosts */

static void hosts_take(Manager *manager, GHashTable *loaded)
{
    GHashTableIter iter;
    void *key, *value;
    g_hash_table_iter_init(&iter, manager->hosts);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (g_hash_table_contains(loaded, key))
            continue;
        manager->handlers->host_removed(key, manager->userdata);
        g_hash_table_iter_remove(&iter);
    }
    g_hash_table_iter_init(&iter, loaded);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const Host *known = g_hash_table_lookup(manager->hosts, key);
        if (known && host_equal(known, value))
            continue;
        g_hash_table_iter_steal(&iter);
        if (!known)
            manager->handlers->host_added(value, manager->userdata);
        else
            manager->handlers->host_changed(value, manager->userdata);
        g_hash_table_replace(manager->hosts, key, value);
    }
}

void manager_reload_hosts(Manager *manager)
{
    g_autoptr(GHashTable) loaded =
        hosts_load(manager->settings->config_dir, manager->settings->state_dir);
    hosts_take(manager, loaded);
}

static int on_hosts_changed(sd_event_source *source, const struct inotify_event *event,
                            void *userdata)
{
    manager_reload_hosts(userdata);
    return 0;
}

static void hosts_watch(Manager *manager)
{
    g_autofree char *directory = g_build_filename(manager->settings->config_dir, "hosts.d", NULL);
    int r = sd_event_add_inotify(manager->context.event, &manager->hosts_watch, directory,
                                 IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE,
                                 on_hosts_changed, manager);
    if (r < 0)
        log_warning("cannot watch %s, changes to hosts count after a restart: %s", directory,
                    g_strerror(-r));
}

char *manager_nearest_host(const Manager *manager, const char *name)
{
    g_autofree const char **names =
        (const char **) g_hash_table_get_keys_as_array(manager->hosts, NULL);
    return mig_text_did_you_mean(name, names);
}

Host *manager_host(const Manager *manager, const char *name, GError **error)
{
    Host *host = g_hash_table_lookup(manager->hosts, name);
    if (!host) {
        g_autofree char *quoted = mig_text_quote(name);
        g_autofree char *meant = manager_nearest_host(manager, name);
        g_set_error(error, MIG_ERROR, MIG_ERROR_UNKNOWN_HOST,
                    "no host %s is configured: %sadd it with AddHost or a file %s/hosts.d/%s.conf, "
                    "see migrationd.hosts(5)",
                    quoted, meant, manager->settings->config_dir,
                    mig_host_name_is_valid(name) ? name : "NAME");
    }
    return host;
}

const MigHost *manager_host_config(const Manager *manager, const char *name, GError **error)
{
    const Host *host = manager_host(manager, name, error);
    return host ? host_config(host, error) : NULL;
}

/* Jobs */

MigLedger *manager_ledger(const Manager *manager, GError **error)
{
    if (!manager->ledger && error)
        *error = g_error_copy(manager->ledger_error);
    return manager->ledger;
}

Job *manager_job(const Manager *manager, guint64 id)
{
    return g_hash_table_lookup(manager->jobs, &id);
}

static guint running_on(const Manager *manager, const char *source)
{
    GHashTableIter iter;
    void *value;
    guint n = 0;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += job_is_started(value) && g_str_equal(((Job *) value)->record->source, source);
    return n;
}

void manager_schedule(Manager *manager)
{
    for (GList *l = manager->queued.head, *next; l; l = next) {
        Job *job = l->data;
        next = l->next;
        if (manager->held || running_on(manager, job->record->source) >= RUNNING_MAX_SOURCE)
            continue;
        g_queue_delete_link(&manager->queued, l);
        manager->running++;
        job_start(job, spare_take(manager->spare, job->record->id));
        spare_want(manager->spare);
        next = manager->queued.head; /* a job that could not start has changed the queue */
    }
    manager->handlers->counts_changed(manager->userdata);
}

void manager_hold(Manager *manager, gboolean held)
{
    manager->held = held;
    if (!held)
        manager_schedule(manager);
}

static void forget_oldest(Manager *manager)
{
    while (manager->finished.length > FINISHED_MAX) {
        const Job *oldest = g_queue_peek_head(&manager->finished);
        if (job_is_recovering(oldest))
            return; /* until the next one ends */
        g_queue_pop_head(&manager->finished);
        guint64 id = oldest->record->id;
        manager->handlers->job_removed(id, manager->userdata);
        g_hash_table_remove(manager->jobs, &id);
    }
}

static void on_job_changed(Job *job, void *userdata)
{
    const Manager *manager = userdata;
    manager->handlers->job_changed(job, manager->userdata);
}

static void on_job_finished(Job *job, void *userdata)
{
    Manager *manager = userdata;
    g_autoptr(GError) error = NULL;
    if (!g_queue_remove(&manager->queued, job))
        manager->running--;
    g_queue_push_tail(&manager->finished, job);
    forget_oldest(manager);
    if (!mig_ledger_prune(manager->ledger, LEDGER_KEEP, g_get_real_time() - LEDGER_KEEP_USEC,
                          &error))
        log_warning("%s", error->message);
    manager_schedule(manager);
}

static const JobHandlers job_handlers = { on_job_changed, on_job_finished };

static Job *insert_job(Manager *manager, MigJob *record)
{
    Job *job = job_new(record, manager->ledger, &manager->context, &job_handlers, manager);
    g_hash_table_insert(manager->jobs, &record->id, job);
    if (job_is_final(job))
        g_queue_push_tail(&manager->finished, job);
    manager->handlers->job_added(job, manager->userdata);
    return job;
}

static gboolean concerns_guest(const MigJob *record, const MigRequest *request)
{
    return g_str_equal(record->source, mig_request_source(request)) &&
           (g_str_equal(record->guest, request->guest) ||
            g_str_equal(record->guest_name, request->guest) ||
            g_ascii_strcasecmp(record->guest_uuid, request->guest) == 0);
}

static gboolean check_numbers(guint all, guint own, guint32 uid, GError **error)
{
    if (uid != 0 && own >= JOBS_MAX_USER) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                    "%u jobs of user %u are not finished yet, which is the limit for a user; wait "
                    "until one is, or cancel one",
                    own, uid);
        return FALSE;
    }
    if (all < JOBS_MAX)
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                "%u jobs are not finished yet, which is the limit; wait until one is", all);
    return FALSE;
}

/* A copy of it is being stopped or resumed, on whatever host. */
static gboolean recovers_guest(const Job *job, const MigRequest *request)
{
    return job_is_recovering(job) &&
           (g_str_equal(job->record->guest_name, request->guest) ||
            g_str_equal(job->record->guest, request->guest) ||
            g_ascii_strcasecmp(job->record->guest_uuid, request->guest) == 0);
}

gboolean manager_may_add_job(const Manager *manager, const MigRequest *request, guint32 owner_uid,
                             GError **error)
{
    GHashTableIter iter;
    void *value;
    guint all = 0, own = 0;
    if (!manager_ledger(manager, error))
        return FALSE;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Job *job = value;
        if (recovers_guest(job, request)) {
            g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                        "guest %s is being recovered after job %" G_GUINT64_FORMAT
                        "; wait for the end of that",
                        request->guest, job->record->id);
            return FALSE;
        }
        if (job_is_final(job))
            continue;
        all++;
        own += job->record->owner_uid == owner_uid;
        if (concerns_guest(job->record, request)) {
            g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                        "guest %s is being migrated by job %" G_GUINT64_FORMAT
                        "; wait for it or cancel it",
                        request->guest, job->record->id);
            return FALSE;
        }
    }
    return check_numbers(all, own, owner_uid, error);
}

/* By UUID if both are known, else by any name they were given. */
static gboolean are_of_one_guest(const MigJob *a, const MigJob *b)
{
    const char *const names[] = { b->guest, b->guest_name, b->guest_uuid };
    if (*a->guest_uuid && *b->guest_uuid)
        return g_str_equal(a->guest_uuid, b->guest_uuid);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (*names[i] && (g_str_equal(names[i], a->guest) || g_str_equal(names[i], a->guest_name) ||
                          g_ascii_strcasecmp(names[i], a->guest_uuid) == 0))
            return TRUE;
    return FALSE;
}

gboolean manager_may_recover(const Manager *manager, const Job *job, GError **error)
{
    GHashTableIter iter;
    void *value;
    if (!mig_recovery_check_job(job->record, error))
        return FALSE;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Job *other = value;
        gboolean busy = !job_is_final(other) || job_is_recovering(other);
        if (!busy || !are_of_one_guest(other->record, job->record))
            continue;
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                    "guest %s is in the hands of job %" G_GUINT64_FORMAT "; wait for the end of "
                    "that",
                    job->record->guest_name, other->record->id);
        return FALSE;
    }
    return TRUE;
}

Job *manager_add_job(Manager *manager, const MigRequest *request, const MigHost *source,
                     const MigHost *destination, guint32 owner_uid, GError **error)
{
    g_autoptr(MigJob) record = mig_job_new();
    record->owner_uid = owner_uid;
    mig_job_set_string(&record->guest, request->guest);
    mig_job_set_string(&record->source, mig_request_source(request));
    mig_job_set_string(&record->destination, request->destination);
    mig_job_set_variant(&record->options, mig_request_options(request));
    mig_job_set_variant(&record->source_host, mig_host_to_variant(source));
    mig_job_set_variant(&record->destination_host, mig_host_to_variant(destination));
    if (!manager_may_add_job(manager, request, owner_uid, error) ||
        !mig_ledger_insert(manager->ledger, record, error))
        return NULL;
    log_info("job %" G_GUINT64_FORMAT ": %s from %s to %s for user %u", record->id, record->guest,
             record->source, record->destination, owner_uid);
    Job *job = insert_job(manager, g_steal_pointer(&record));
    g_queue_push_tail(&manager->queued, job);
    return job;
}

/* Unfinished jobs: those beyond `queued` have a worker or need one at once, whatever the limits. */
static void take_up_job(Manager *manager, MigJob *record)
{
    Job *job = insert_job(manager, record);
    if (job_is_final(job))
        return;
    if (record->phase == MIG_PHASE_QUEUED) {
        g_queue_push_tail(&manager->queued, job);
        return;
    }
    manager->running++;
    job_start(job, NULL);
}

static void take_up_jobs(Manager *manager, gboolean unfinished, guint limit)
{
    g_autoptr(GError) error = NULL;
    const MigJobFilter filter = { .unfinished = unfinished, .limit = limit };
    g_autoptr(GPtrArray) records = mig_ledger_list(manager->ledger, &filter, &error);
    if (!records) {
        log_error("%s", error->message);
        return;
    }
    while (records->len > 0) {
        MigJob *record = g_ptr_array_steal_index(records, records->len - 1); /* oldest first */
        gboolean passed_over = record->unreadable || manager_job(manager, record->id);
        if (record->unreadable)
            log_error("%s", record->error_message);
        if (passed_over)
            mig_job_free(record);
        else
            take_up_job(manager, record);
    }
}

static void ledger_open(Manager *manager)
{
    g_autofree char *path = g_build_filename(manager->settings->state_dir, "ledger.sqlite", NULL);
    manager->ledger = mig_ledger_open(path, &manager->ledger_error);
    if (manager->ledger)
        manager->spare = spare_new(&manager->context, manager->ledger);
    else
        log_error("%s", manager->ledger_error->message);
}

static void make_runtime_directories(const Manager *manager)
{
    static const LaunchKind kinds[] = { LAUNCH_JOB, LAUNCH_QUERY };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path =
            g_build_filename(manager->settings->runtime_dir, launch_kind_to_string(kinds[i]), NULL);
        if (g_mkdir_with_parents(path, 0700) < 0)
            log_error("cannot create %s: %s", path, g_strerror(errno));
    }
}

void manager_start(Manager *manager)
{
    make_runtime_directories(manager);
    hosts_watch(manager);
    manager_reload_hosts(manager);
    ledger_open(manager);
    if (!manager->ledger)
        return;
    take_up_jobs(manager, FALSE, FINISHED_MAX);
    take_up_jobs(manager, TRUE, G_MAXINT);
    manager_schedule(manager);
}

static gboolean is_recovering(const Manager *manager)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (job_is_recovering(value))
            return TRUE;
    return FALSE;
}

gboolean manager_idle(const Manager *manager)
{
    return !is_recovering(manager) && manager->running == 0 && manager->queued.length == 0 &&
           queries_idle(manager->queries);
}
