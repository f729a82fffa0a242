/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that have ended, newest first. */
#include "history-list.h"

#include "client-calls.h"

#define PAGE 100

struct _MigHistoryList {
    GObject parent_instance;

    MigClient *client;
    GListStore *jobs;
    GCancellable *loading; /* NULL: nothing is asked now */
    MigHistoryState state;
    GError *error;
    guint64 oldest; /* number of the oldest job that was told, 0: none */
    gboolean more;
};

G_DEFINE_FINAL_TYPE(MigHistoryList, mig_history_list, G_TYPE_OBJECT)

enum { UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static int newest_first(const void *a, const void *b, void *data)
{
    const guint64 left = mig_job_get_id((MigJob *) a), right = mig_job_get_id((MigJob *) b);
    return left < right ? 1 : left > right ? -1 : 0;
}

static gboolean same_id(const void *a, const void *b)
{
    return mig_job_get_id((MigJob *) a) == mig_job_get_id((MigJob *) b);
}

static void add(MigHistoryList *self, MigJob *job)
{
    const gboolean wanted = mig_job_is_over(job) || mig_job_is_damaged(job);
    if (wanted && !g_list_store_find_with_equal_func(self->jobs, job, same_id, NULL))
        g_list_store_insert_sorted(self->jobs, job, newest_first, NULL);
}

static void take_page(MigHistoryList *self, GVariant *rows)
{
    const gsize n = g_variant_n_children(rows);
    for (gsize i = 0; i < n; i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        const char *path = NULL;
        g_variant_lookup(row, "job", "&o", &path);
        MigJob *live = path ? mig_client_find_job(self->client, path) : NULL;
        g_autoptr(MigJob) job = live ? g_object_ref(live) : mig_job_new(path, row);
        self->oldest = mig_job_get_id(job);
        add(self, job);
    }
    self->more = n == PAGE;
}

static void loaded_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigHistoryList) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    g_clear_object(&self->loading);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_clear_error(&self->error);
    if (answer) {
        g_autoptr(GVariant) rows = g_variant_get_child_value(answer, 0);
        self->state = MIG_HISTORY_READY;
        take_page(self, rows);
    } else {
        self->state = g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED)
                          ? MIG_HISTORY_DENIED
                          : MIG_HISTORY_FAILED;
        self->error = g_steal_pointer(&error);
    }
    g_signal_emit(self, signals[UPDATED], 0);
}

void mig_history_list_load(MigHistoryList *self, MigCallFlags flags)
{
    g_return_if_fail(MIG_IS_HISTORY_LIST(self));
    g_auto(GVariantDict) filter = G_VARIANT_DICT_INIT(NULL);
    if (self->loading)
        return;
    g_variant_dict_insert(&filter, "limit", "u", PAGE);
    if (self->oldest)
        g_variant_dict_insert(&filter, "before", "t", self->oldest);
    self->loading = g_cancellable_new();
    self->state = MIG_HISTORY_LOADING;
    mig_client_list_jobs(self->client, g_variant_dict_end(&filter), flags, self->loading, loaded_cb,
                         g_object_ref(self));
    g_signal_emit(self, signals[UPDATED], 0);
}

static void job_ended_cb(MigHistoryList *self, MigJob *job)
{
    if (self->state != MIG_HISTORY_UNASKED)
        add(self, job);
    g_signal_emit(self, signals[UPDATED], 0);
}

GListModel *mig_history_list_get_model(MigHistoryList *self)
{
    return G_LIST_MODEL(self->jobs);
}

MigHistoryState mig_history_list_get_state(MigHistoryList *self)
{
    return self->state;
}

const GError *mig_history_list_get_error(MigHistoryList *self)
{
    return self->error;
}

gboolean mig_history_list_has_more(MigHistoryList *self)
{
    return self->more;
}

static void mig_history_list_dispose(GObject *object)
{
    MigHistoryList *self = MIG_HISTORY_LIST(object);
    g_clear_object(&self->loading);
    g_clear_object(&self->client);
    g_clear_object(&self->jobs);
    g_clear_error(&self->error);
    G_OBJECT_CLASS(mig_history_list_parent_class)->dispose(object);
}

static void mig_history_list_class_init(MigHistoryListClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_history_list_dispose;
    signals[UPDATED] = g_signal_new("updated", MIG_TYPE_HISTORY_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void mig_history_list_init(MigHistoryList *self)
{
    self->jobs = g_list_store_new(MIG_TYPE_JOB);
}

MigHistoryList *mig_history_list_new(MigClient *client)
{
    MigHistoryList *self = g_object_new(MIG_TYPE_HISTORY_LIST, NULL);
    self->client = g_object_ref(client);
    g_signal_connect_object(client, "job-ended", G_CALLBACK(job_ended_cb), self, G_CONNECT_SWAPPED);
    return self;
}
