/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests of one host: owns the list, the timer and the question that is under way. */
#include "guest-list.h"

#include "client-calls.h"

#include <string.h>

/* Between an answer and the next question: ms at least and at most, and how many times as long as
 * the answer took. */
#define INTERVAL 3000
#define MAXIMUM 15000
#define SHARE 10

struct _MigGuestList {
    GObject parent_instance;

    MigClient *client;
    char *host;
    gboolean active;
    MigGuestsState state;
    GError *error;
    gint64 updated;
    GListStore *guests;
    GHashTable *by_uuid; /* borrowed from the store */
    GCancellable *asking;
    gint64 asked;
    guint timer;
};

G_DEFINE_ENUM_TYPE(MigGuestsState, mig_guests_state,
                   G_DEFINE_ENUM_VALUE(MIG_GUESTS_LOADING, "loading"),
                   G_DEFINE_ENUM_VALUE(MIG_GUESTS_READY, "ready"),
                   G_DEFINE_ENUM_VALUE(MIG_GUESTS_DENIED, "denied"),
                   G_DEFINE_ENUM_VALUE(MIG_GUESTS_FAILED, "failed"))

G_DEFINE_FINAL_TYPE(MigGuestList, mig_guest_list, G_TYPE_OBJECT)

enum { PROP_0, PROP_STATE, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void set_state(MigGuestList *self, MigGuestsState state, GError *error)
{
    g_clear_error(&self->error);
    self->error = error;
    if (self->state == state)
        return;
    self->state = state;
    g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_STATE]);
}

/* jobs */

static MigGuest *guest_of_job(MigGuestList *self, MigJob *job)
{
    if (!self->host || strcmp(mig_job_get_source(job), self->host) != 0)
        return NULL;
    const char *uuid = mig_object_get_string(MIG_OBJECT(job), "GuestUUID");
    return g_hash_table_lookup(self->by_uuid, uuid);
}

/* Which guest is being moved. */
static void match_jobs(MigGuestList *self)
{
    GListModel *jobs = mig_client_get_jobs(self->client);
    g_autoptr(GHashTable) moving = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < g_list_model_get_n_items(jobs); i++) {
        g_autoptr(MigJob) job = g_list_model_get_item(jobs, i);
        MigGuest *guest = mig_job_is_over(job) ? NULL : guest_of_job(self, job);
        if (guest)
            g_hash_table_insert(moving, guest, job);
    }
    GHashTableIter iter;
    MigGuest *guest;
    g_hash_table_iter_init(&iter, self->by_uuid);
    while (g_hash_table_iter_next(&iter, NULL, (void **) &guest))
        mig_guest_set_job(guest, g_hash_table_lookup(moving, guest));
}

static void watch_job(MigGuestList *self, MigJob *job)
{
    g_signal_handlers_disconnect_by_func(job, match_jobs, self);
    if (mig_job_is_over(job))
        return;
    g_signal_connect_object(job, "notify::guest-uuid", G_CALLBACK(match_jobs), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(job, "notify::state", G_CALLBACK(match_jobs), self, G_CONNECT_SWAPPED);
}

static void jobs_changed_cb(GListModel *jobs, guint position, guint removed, guint added,
                            MigGuestList *self)
{
    for (guint i = position; i < position + added; i++) {
        g_autoptr(MigJob) job = g_list_model_get_item(jobs, i);
        watch_job(self, job);
    }
    match_jobs(self);
}

/* At either end of the job the guest is another one now. */
static void job_ended_cb(MigClient *client, MigJob *job, MigGuestList *self)
{
    if (self->host && (strcmp(mig_job_get_source(job), self->host) == 0 ||
                       strcmp(mig_job_get_destination(job), self->host) == 0))
        mig_guest_list_refresh(self, MIG_CALL_NONE);
}

/* answers */

static void update_guest(MigGuestList *self, MigGuest *guest, GVariant *row)
{
    const gboolean was_active = mig_guest_is_active(guest);
    g_autofree char *name = g_strdup(mig_guest_get_name(guest));
    guint position;
    mig_object_update(MIG_OBJECT(guest), row);
    if ((was_active != mig_guest_is_active(guest) ||
         strcmp(name, mig_guest_get_name(guest)) != 0) &&
        g_list_store_find(self->guests, guest, &position)) {
        gpointer same[] = { g_object_ref(guest) }; /* has another place in a sorted list */
        g_list_store_splice(self->guests, position, 1, same, 1);
        g_object_unref(guest);
    }
}

static void remove_others(MigGuestList *self, GHashTable *present)
{
    for (guint i = g_list_model_get_n_items(G_LIST_MODEL(self->guests)); i-- > 0;) {
        g_autoptr(MigGuest) guest = g_list_model_get_item(G_LIST_MODEL(self->guests), i);
        if (g_hash_table_contains(present, guest))
            continue;
        g_hash_table_remove(self->by_uuid, mig_guest_get_uuid(guest));
        g_list_store_remove(self->guests, i);
    }
}

static void take_guests(MigGuestList *self, GVariant *rows)
{
    g_autoptr(GHashTable) present = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        const char *uuid = "";
        g_variant_lookup(row, "uuid", "&s", &uuid);
        MigGuest *guest = g_hash_table_lookup(self->by_uuid, uuid);
        if (guest) {
            update_guest(self, guest, row);
        } else {
            guest = mig_guest_new(row);
            g_hash_table_insert(self->by_uuid, g_strdup(uuid), guest);
            g_ptr_array_add(added, guest);
        }
        g_hash_table_add(present, guest);
    }
    g_list_store_splice(self->guests, g_list_model_get_n_items(G_LIST_MODEL(self->guests)), 0,
                        added->pdata, added->len);
    remove_others(self, present);
    match_jobs(self);
}

static gboolean timer_cb(gpointer data)
{
    MigGuestList *self = data;
    self->timer = 0;
    mig_guest_list_refresh(self, MIG_CALL_NONE);
    return G_SOURCE_REMOVE;
}

static void schedule(MigGuestList *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    if (!self->active || !self->host || self->state == MIG_GUESTS_DENIED)
        return;
    const gint64 took = (g_get_monotonic_time() - self->asked) / 1000;
    self->timer = g_timeout_add((guint) CLAMP(took * SHARE, INTERVAL, MAXIMUM), timer_cb, self);
}

/* In the middle: the client says so, and asks again when it is back. */
static gboolean service_went_away(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void listed_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    MigGuestList *self = MIG_GUEST_LIST(data);
    g_clear_object(&self->asking);
    if (reply) {
        g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
        take_guests(self, rows);
        self->updated = g_get_real_time();
        set_state(self, MIG_GUESTS_READY, NULL);
    } else if (!service_went_away(error)) {
        const gboolean denied = g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED);
        set_state(self, denied ? MIG_GUESTS_DENIED : MIG_GUESTS_FAILED, g_steal_pointer(&error));
    }
    g_signal_emit(self, signals[UPDATED], 0);
    schedule(self);
}

void mig_guest_list_refresh(MigGuestList *self, MigCallFlags flags)
{
    g_return_if_fail(MIG_IS_GUEST_LIST(self));
    g_clear_handle_id(&self->timer, g_source_remove);
    if (!self->host || mig_client_get_state(self->client) != MIG_CLIENT_READY)
        return;
    g_cancellable_cancel(self->asking);
    g_clear_object(&self->asking);
    self->asking = g_cancellable_new();
    self->asked = g_get_monotonic_time();
    mig_client_list_guests(self->client, self->host, NULL, flags, self->asking, listed_cb, self);
}

static void client_state_cb(MigGuestList *self)
{
    if (mig_client_get_state(self->client) == MIG_CLIENT_READY)
        mig_guest_list_refresh(self, MIG_CALL_NONE);
}

/* what others read and set */

void mig_guest_list_set_host(MigGuestList *self, const char *host)
{
    g_return_if_fail(MIG_IS_GUEST_LIST(self));
    if (g_strcmp0(self->host, host) == 0)
        return;
    g_cancellable_cancel(self->asking);
    g_clear_object(&self->asking);
    g_free(self->host);
    self->host = g_strdup(host);
    self->updated = 0;
    g_hash_table_remove_all(self->by_uuid);
    g_list_store_remove_all(self->guests);
    set_state(self, MIG_GUESTS_LOADING, NULL);
    mig_guest_list_refresh(self, MIG_CALL_NONE);
}

const char *mig_guest_list_get_host(MigGuestList *self)
{
    return self->host;
}

void mig_guest_list_set_active(MigGuestList *self, gboolean active)
{
    g_return_if_fail(MIG_IS_GUEST_LIST(self));
    if (self->active == active)
        return;
    self->active = active;
    if (!active)
        g_clear_handle_id(&self->timer, g_source_remove);
    else if (!self->asking && self->state != MIG_GUESTS_DENIED)
        mig_guest_list_refresh(self, MIG_CALL_NONE);
}

gboolean mig_guest_list_is_active(MigGuestList *self)
{
    return self->active;
}

MigGuestsState mig_guest_list_get_state(MigGuestList *self)
{
    return self->state;
}

const GError *mig_guest_list_get_error(MigGuestList *self)
{
    return self->error;
}

gint64 mig_guest_list_get_updated(MigGuestList *self)
{
    return self->updated;
}

GListModel *mig_guest_list_get_model(MigGuestList *self)
{
    return G_LIST_MODEL(self->guests);
}

static void mig_guest_list_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (id == PROP_STATE)
        g_value_set_enum(value, MIG_GUEST_LIST(object)->state);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void mig_guest_list_dispose(GObject *object)
{
    MigGuestList *self = MIG_GUEST_LIST(object);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_cancellable_cancel(self->asking);
    g_clear_object(&self->asking);
    g_clear_pointer(&self->by_uuid, g_hash_table_unref);
    g_clear_object(&self->guests);
    g_clear_object(&self->client);
    g_clear_pointer(&self->host, g_free);
    g_clear_error(&self->error);
    G_OBJECT_CLASS(mig_guest_list_parent_class)->dispose(object);
}

static void mig_guest_list_class_init(MigGuestListClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->dispose = mig_guest_list_dispose;
    object_class->get_property = mig_guest_list_get_property;
    properties[PROP_STATE] =
        g_param_spec_enum("state", NULL, NULL, MIG_TYPE_GUESTS_STATE, MIG_GUESTS_LOADING,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    g_object_class_install_properties(object_class, N_PROPS, properties);
    signals[UPDATED] = g_signal_new("updated", MIG_TYPE_GUEST_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void mig_guest_list_init(MigGuestList *self)
{
    self->guests = g_list_store_new(MIG_TYPE_GUEST);
    self->by_uuid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

MigGuestList *mig_guest_list_new(MigClient *client)
{
    MigGuestList *self = g_object_new(MIG_TYPE_GUEST_LIST, NULL);
    self->client = g_object_ref(client);
    g_signal_connect_object(client, "notify::state", G_CALLBACK(client_state_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(client, "job-ended", G_CALLBACK(job_ended_cb), self, 0);
    GListModel *jobs = mig_client_get_jobs(client);
    g_signal_connect_object(jobs, "items-changed", G_CALLBACK(jobs_changed_cb), self, 0);
    jobs_changed_cb(jobs, 0, 0, g_list_model_get_n_items(jobs), self);
    return self;
}
