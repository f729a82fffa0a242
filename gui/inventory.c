/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lists of hosts and jobs.
 *
 * A job is announced to all with what all may see. One of this user's own is held back from the
 * list until the service has said what it is about, or has refused to.
 */
#include "inventory.h"

#include <string.h>
#include <unistd.h>

#include "client.h"

struct _MigInventory {
    GObject parent_instance;

    GListStore *hosts;
    GListStore *jobs;
    GHashTable *objects; /* path -> MigObject */
    GHashTable *held;    /* set of those jobs among them that are not in the list yet; borrowed */
};

G_DEFINE_FINAL_TYPE(MigInventory, mig_inventory, G_TYPE_OBJECT)

enum { JOB_ENDED, JOB_STUCK, JOB_UNTOLD, N_SIGNALS };
static guint signals[N_SIGNALS];

static int compare_hosts(gconstpointer a, gconstpointer b, gpointer data)
{
    const char *names[] = { mig_host_get_name((void *) a), mig_host_get_name((void *) b) };
    const gboolean local[] = { strcmp(names[0], "local") == 0, strcmp(names[1], "local") == 0 };
    return local[0] != local[1] ? local[1] - local[0] : strcmp(names[0], names[1]);
}

static int compare_jobs(gconstpointer a, gconstpointer b, gpointer data)
{
    const guint64 ids[] = { mig_job_get_id((void *) a), mig_job_get_id((void *) b) };
    return ids[0] < ids[1] ? 1 : ids[0] > ids[1] ? -1 : 0;
}

/* What has become of a job that was unfinished before, and stuck or not. */
static void tell_of_job(MigInventory *self, MigJob *job, gboolean stuck)
{
    if (mig_job_is_over(job))
        g_signal_emit(self, signals[JOB_ENDED], 0, job);
    else if (!stuck && mig_job_is_stuck(job))
        g_signal_emit(self, signals[JOB_STUCK], 0, job);
}

static void list_job(MigInventory *self, MigJob *job)
{
    g_list_store_insert_sorted(self->jobs, job, compare_jobs, NULL);
}

/* It was unfinished when it was announced. */
void mig_inventory_let_go(MigInventory *self, MigJob *job)
{
    if (!g_hash_table_remove(self->held, job))
        return;
    list_job(self, job);
    tell_of_job(self, job, FALSE);
}

/* Whether it is the user's own, and nothing was said yet of what it is about. */
static gboolean is_untold(MigObject *job)
{
    return mig_object_get_number(job, "OwnerUID") == getuid() &&
           !mig_object_get_string(job, "Guest")[0];
}

static void update(MigInventory *self, MigObject *object, GVariant *changes)
{
    const gboolean held = g_hash_table_contains(self->held, object);
    const gboolean unfinished = MIG_IS_JOB(object) && !mig_job_is_over(MIG_JOB(object));
    const gboolean stuck = MIG_IS_JOB(object) && mig_job_is_stuck(MIG_JOB(object));
    mig_object_update(object, changes);
    if (held && !is_untold(object))
        mig_inventory_let_go(self, MIG_JOB(object));
    else if (!held && unfinished)
        tell_of_job(self, MIG_JOB(object), stuck);
}

/* Whoever has not read a job yet is not sent what it is about. */
static void hold(MigInventory *self, MigJob *job)
{
    g_hash_table_add(self->held, job);
    g_signal_emit(self, signals[JOB_UNTOLD], 0, job);
}

/* `read`: the values are the answer to us, not what is said to all. */
static void take_object(MigInventory *self, const char *path, const char *interface,
                        GVariant *values, gboolean read)
{
    MigObject *known = g_hash_table_lookup(self->objects, path);
    if (known) {
        update(self, known, values);
        if (read && MIG_IS_JOB(known))
            mig_inventory_let_go(self, MIG_JOB(known));
    } else if (strcmp(interface, MIG_HOST_INTERFACE) == 0) {
        MigHost *host = mig_host_new(path, values);
        g_hash_table_insert(self->objects, g_strdup(path), host);
        g_list_store_insert_sorted(self->hosts, host, compare_hosts, NULL);
    } else if (strcmp(interface, MIG_JOB_INTERFACE) == 0) {
        MigJob *job = mig_job_new(path, values);
        g_hash_table_insert(self->objects, g_strdup(path), job);
        if (!read && is_untold(MIG_OBJECT(job)))
            hold(self, job);
        else
            list_job(self, job);
    }
}

void mig_inventory_take(MigInventory *self, const char *path, GVariant *interfaces, gboolean read)
{
    GVariantIter iter;
    const char *interface;
    GVariant *values;
    g_variant_iter_init(&iter, interfaces);
    while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &interface, &values))
        take_object(self, path, interface, values, read);
}

void mig_inventory_drop(MigInventory *self, const char *path)
{
    MigObject *object = g_hash_table_lookup(self->objects, path);
    if (!object)
        return;
    GListStore *list = MIG_IS_JOB(object) ? self->jobs : self->hosts;
    guint position;
    if (g_list_store_find(list, object, &position))
        g_list_store_remove(list, position);
    g_hash_table_remove(self->held, object);
    g_hash_table_remove(self->objects, path);
}

void mig_inventory_take_all(MigInventory *self, GVariant *objects)
{
    g_autoptr(GHashTable) gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter known;
    const char *path;
    g_hash_table_iter_init(&known, self->objects);
    while (g_hash_table_iter_next(&known, (void **) &path, NULL))
        g_hash_table_add(gone, g_strdup(path));

    GVariantIter iter;
    GVariant *interfaces;
    g_variant_iter_init(&iter, objects);
    while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
        g_hash_table_remove(gone, path);
        mig_inventory_take(self, path, interfaces, TRUE);
    }
    g_hash_table_iter_init(&known, gone);
    while (g_hash_table_iter_next(&known, (void **) &path, NULL))
        mig_inventory_drop(self, path);
}

void mig_inventory_update(MigInventory *self, const char *path, GVariant *changes)
{
    MigObject *object = g_hash_table_lookup(self->objects, path);
    if (object)
        update(self, object, changes);
}

/* what others read */

GListModel *mig_inventory_get_hosts(MigInventory *self)
{
    return G_LIST_MODEL(self->hosts);
}

GListModel *mig_inventory_get_jobs(MigInventory *self)
{
    return G_LIST_MODEL(self->jobs);
}

MigJob *mig_inventory_find_job(MigInventory *self, const char *path)
{
    MigObject *object = g_hash_table_lookup(self->objects, path);
    return MIG_IS_JOB(object) ? MIG_JOB(object) : NULL;
}

MigHost *mig_inventory_find_host(MigInventory *self, const char *name)
{
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->hosts)); i++) {
        g_autoptr(MigHost) host = g_list_model_get_item(G_LIST_MODEL(self->hosts), i);
        if (strcmp(mig_host_get_name(host), name) == 0)
            return host;
    }
    return NULL;
}

static void mig_inventory_finalize(GObject *object)
{
    MigInventory *self = MIG_INVENTORY(object);
    g_clear_object(&self->hosts);
    g_clear_object(&self->jobs);
    g_clear_pointer(&self->held, g_hash_table_unref);
    g_clear_pointer(&self->objects, g_hash_table_unref);
    G_OBJECT_CLASS(mig_inventory_parent_class)->finalize(object);
}

static void mig_inventory_class_init(MigInventoryClass *klass)
{
    static const char *const names[] = { "job-ended", "job-stuck", "job-untold" };
    G_OBJECT_CLASS(klass)->finalize = mig_inventory_finalize;
    for (gsize i = 0; i < N_SIGNALS; i++)
        signals[i] = g_signal_new(names[i], MIG_TYPE_INVENTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, MIG_TYPE_JOB);
}

static void mig_inventory_init(MigInventory *self)
{
    self->hosts = g_list_store_new(MIG_TYPE_HOST);
    self->jobs = g_list_store_new(MIG_TYPE_JOB);
    self->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    self->held = g_hash_table_new(g_direct_hash, g_direct_equal);
}

MigInventory *mig_inventory_new(void)
{
    return g_object_new(MIG_TYPE_INVENTORY, NULL);
}
