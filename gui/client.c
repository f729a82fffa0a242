/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The app's side of org.example.Migration1: owns the connection, the subscription to what the
 * service announces, and the inventory of hosts and jobs.
 *
 * Whenever the name appears, and once when it is gone (that starts the service, if the bus can),
 * all objects are read anew; `loading` cancels the previous attempt, so that there is one at a
 * time.
 */
#include "client.h"

#include <string.h>

#include "inventory.h"

struct _MigClient {
    GObject parent_instance;

    MigClientState state;
    GError *error;
    GDBusConnection *connection;
    GCancellable *life;    /* cancelled with the object */
    GCancellable *loading; /* of the attempt to read all objects that is under way, or NULL */
    guint watch;
    guint subscription;
    MigInventory *inventory;
};

G_DEFINE_ENUM_TYPE(MigClientState, mig_client_state,
                   G_DEFINE_ENUM_VALUE(MIG_CLIENT_CONNECTING, "connecting"),
                   G_DEFINE_ENUM_VALUE(MIG_CLIENT_READY, "ready"),
                   G_DEFINE_ENUM_VALUE(MIG_CLIENT_NO_SERVICE, "no-service"),
                   G_DEFINE_ENUM_VALUE(MIG_CLIENT_DENIED, "denied"))

G_DEFINE_FINAL_TYPE(MigClient, mig_client, G_TYPE_OBJECT)

enum { PROP_0, PROP_STATE, PROP_HOSTS, PROP_JOBS, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { JOB_ENDED, JOB_STUCK, N_SIGNALS };
static guint signals[N_SIGNALS];

static void load(MigClient *self);

/* errors */

static void register_errors(void)
{
    static gsize once;
    if (!g_once_init_enter(&once))
        return;
    for (int code = 0; code < MIG_N_ERRORS; code++)
        g_dbus_error_register_error(MIG_ERROR, code, mig_error_name(code));
    g_once_init_leave(&once, 1);
}

/* The service's sentence without GDBus' prefix; a name of ours that is not in our table, as a newer
 * service may have, is MIG_ERROR_FAILED. */
static GError *make_plain(GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    if (name && g_str_has_prefix(name, MIG_ERROR_PREFIX) && error->domain != MIG_ERROR) {
        error->domain = MIG_ERROR;
        error->code = MIG_ERROR_FAILED;
    }
    return error;
}

char *mig_client_error_name(const GError *error)
{
    return error->domain == G_IO_ERROR ? NULL : g_dbus_error_encode_gerror(error);
}

/* state */

static void set_state(MigClient *self, MigClientState state, GError *error)
{
    g_clear_error(&self->error);
    self->error = error;
    if (self->state == state)
        return;
    self->state = state;
    g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_STATE]);
}

static void fail(MigClient *self, GError *error)
{
    const gboolean denied = g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
    set_state(self, denied ? MIG_CLIENT_DENIED : MIG_CLIENT_NO_SERVICE, make_plain(error));
}

/* objects */

static void read_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    MigClient *self = MIG_CLIENT(source);
    g_autofree char *path = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(self, result, &error);
    MigJob *job = mig_client_find_job(self, path);
    if (!job || (error && error->domain != MIG_ERROR))
        return; /* without a service: when it is there again, everything is read */
    if (reply) {
        g_autoptr(GVariant) values = g_variant_get_child_value(reply, 0);
        mig_inventory_update(self->inventory, path, values);
    }
    mig_inventory_let_go(self->inventory, job);
}

static void untold_cb(MigClient *self, MigJob *job)
{
    const char *path = mig_object_get_path(MIG_OBJECT(job));
    mig_client_call(self, path, "org.freedesktop.DBus.Properties", "GetAll",
                    g_variant_new("(s)", MIG_JOB_INTERFACE), "(a{sv})", MIG_CALL_NONE, self->life,
                    read_cb, g_strdup(path));
}

static void ended_cb(MigClient *self, MigJob *job)
{
    g_signal_emit(self, signals[JOB_ENDED], 0, job);
}

static void stuck_cb(MigClient *self, MigJob *job)
{
    g_signal_emit(self, signals[JOB_STUCK], 0, job);
}

static void announced_cb(GDBusConnection *connection, const char *sender, const char *path,
                         const char *interface, const char *member, GVariant *values, gpointer data)
{
    g_autoptr(MigClient) self = g_weak_ref_get(data);
    if (!self)
        return;
    if (strcmp(member, "InterfacesAdded") == 0 &&
        g_variant_is_of_type(values, G_VARIANT_TYPE("(oa{sa{sv}})"))) {
        const char *added;
        g_autoptr(GVariant) interfaces = NULL;
        g_variant_get(values, "(&o@a{sa{sv}})", &added, &interfaces);
        mig_inventory_take(self->inventory, added, interfaces, FALSE);
    } else if (strcmp(member, "InterfacesRemoved") == 0 &&
               g_variant_is_of_type(values, G_VARIANT_TYPE("(oas)"))) {
        const char *removed;
        g_variant_get(values, "(&oas)", &removed, NULL);
        mig_inventory_drop(self->inventory, removed);
    } else if (strcmp(member, "PropertiesChanged") == 0 &&
               g_variant_is_of_type(values, G_VARIANT_TYPE("(sa{sv}as)"))) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(values, 1);
        mig_inventory_update(self->inventory, path, changes);
    }
}

/* connecting */

static void loaded_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* by another attempt, or the client is gone */
    MigClient *self = MIG_CLIENT(data);
    g_clear_object(&self->loading);
    if (!reply) {
        fail(self, g_steal_pointer(&error));
        return;
    }
    g_autoptr(GVariant) objects = g_variant_get_child_value(reply, 0);
    mig_inventory_take_all(self->inventory, objects);
    set_state(self, MIG_CLIENT_READY, NULL);
}

static void load(MigClient *self)
{
    g_cancellable_cancel(self->loading);
    g_clear_object(&self->loading);
    self->loading = g_cancellable_new();
    g_dbus_connection_call(self->connection, MIG_BUS_NAME, MIG_ROOT_PATH,
                           "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
                           G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NONE, -1,
                           self->loading, loaded_cb, self);
}

static void appeared_cb(GDBusConnection *connection, const char *name, const char *owner,
                        gpointer data)
{
    g_autoptr(MigClient) self = g_weak_ref_get(data);
    if (!self)
        return;
    set_state(self, MIG_CLIENT_CONNECTING, NULL);
    load(self);
}

/* Also called at the beginning, if nobody has the name; and when the bus is gone. */
static void vanished_cb(GDBusConnection *connection, const char *name, gpointer data)
{
    g_autoptr(MigClient) self = g_weak_ref_get(data);
    if (!self)
        return;
    set_state(self, MIG_CLIENT_CONNECTING, NULL);
    if (!connection || g_dbus_connection_is_closed(connection))
        fail(self, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "The bus is gone."));
    else
        load(self);
}

static GWeakRef *make_weak(MigClient *self)
{
    GWeakRef *weak = g_new(GWeakRef, 1);
    g_weak_ref_init(weak, self);
    return weak;
}

static void free_weak(gpointer data)
{
    g_weak_ref_clear(data);
    g_free(data);
}

static void use_connection(MigClient *self, GDBusConnection *connection)
{
    self->connection = connection;
    g_dbus_connection_set_exit_on_close(connection, FALSE);
    /* the callbacks may come after the unsubscription: they hold a weak reference of their own */
    self->subscription = g_dbus_connection_signal_subscribe(
        connection, MIG_BUS_NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, announced_cb,
        make_weak(self), free_weak);
    self->watch =
        g_bus_watch_name_on_connection(connection, MIG_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       appeared_cb, vanished_cb, make_weak(self), free_weak);
}

static void got_bus_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection = g_bus_get_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (connection)
        use_connection(data, connection);
    else
        fail(data, g_steal_pointer(&error));
}

static void stop_listening(MigClient *self)
{
    if (self->watch)
        g_bus_unwatch_name(self->watch);
    if (self->subscription)
        g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
    self->watch = self->subscription = 0;
    g_clear_object(&self->connection);
}

void mig_client_retry(MigClient *self)
{
    g_return_if_fail(MIG_IS_CLIENT(self));
    set_state(self, MIG_CLIENT_CONNECTING, NULL);
    if (self->connection && !g_dbus_connection_is_closed(self->connection)) {
        load(self);
        return;
    }
    stop_listening(self);
    g_bus_get(G_BUS_TYPE_SYSTEM, self->life, got_bus_cb, self);
}

/* calls */

static void called_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = G_TASK(data);
    GError *error = NULL;
    GVariant *reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply)
        g_task_return_pointer(task, reply, (GDestroyNotify) g_variant_unref);
    else
        g_task_return_error(task, make_plain(error));
}

void mig_client_call(MigClient *self, const char *path, const char *interface, const char *method,
                     GVariant *arguments, const char *reply, MigCallFlags flags,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_return_if_fail(MIG_IS_CLIENT(self));
    g_autoptr(GVariant) owned = arguments ? g_variant_ref_sink(arguments) : NULL;
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, data);
    g_task_set_source_tag(task, mig_client_call);
    if (!self->connection) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                                "There is no connection to the system bus.");
        return;
    }
    const GDBusCallFlags bus_flags = flags & MIG_CALL_INTERACTIVE
                                         ? G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
                                         : G_DBUS_CALL_FLAGS_NONE;
    /* no timeout: the service has deadlines of its own, and a password dialog has none */
    g_dbus_connection_call(self->connection, MIG_BUS_NAME, path, interface, method, owned,
                           reply ? G_VARIANT_TYPE(reply) : NULL, bus_flags, G_MAXINT, cancellable,
                           called_cb, g_steal_pointer(&task));
}

GVariant *mig_client_call_finish(MigClient *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* what others read */

MigClientState mig_client_get_state(MigClient *self)
{
    g_return_val_if_fail(MIG_IS_CLIENT(self), MIG_CLIENT_NO_SERVICE);
    return self->state;
}

const GError *mig_client_get_error(MigClient *self)
{
    return self->error;
}

GListModel *mig_client_get_hosts(MigClient *self)
{
    return mig_inventory_get_hosts(self->inventory);
}

GListModel *mig_client_get_jobs(MigClient *self)
{
    return mig_inventory_get_jobs(self->inventory);
}

MigJob *mig_client_find_job(MigClient *self, const char *path)
{
    return mig_inventory_find_job(self->inventory, path);
}

MigHost *mig_client_find_host(MigClient *self, const char *name)
{
    return mig_inventory_find_host(self->inventory, name);
}

static void mig_client_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    MigClient *self = MIG_CLIENT(object);
    switch (id) {
    case PROP_STATE:
        g_value_set_enum(value, self->state);
        break;
    case PROP_HOSTS:
        g_value_set_object(value, mig_client_get_hosts(self));
        break;
    case PROP_JOBS:
        g_value_set_object(value, mig_client_get_jobs(self));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void mig_client_dispose(GObject *object)
{
    MigClient *self = MIG_CLIENT(object);
    g_cancellable_cancel(self->life);
    g_cancellable_cancel(self->loading);
    g_clear_object(&self->loading);
    stop_listening(self);
    G_OBJECT_CLASS(mig_client_parent_class)->dispose(object);
}

static void mig_client_finalize(GObject *object)
{
    MigClient *self = MIG_CLIENT(object);
    g_clear_object(&self->life);
    g_clear_object(&self->inventory);
    g_clear_error(&self->error);
    G_OBJECT_CLASS(mig_client_parent_class)->finalize(object);
}

static void mig_client_class_init(MigClientClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->dispose = mig_client_dispose;
    object_class->finalize = mig_client_finalize;
    object_class->get_property = mig_client_get_property;

    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
    properties[PROP_STATE] =
        g_param_spec_enum("state", NULL, NULL, MIG_TYPE_CLIENT_STATE, MIG_CLIENT_CONNECTING, flags);
    properties[PROP_HOSTS] = g_param_spec_object("hosts", NULL, NULL, G_TYPE_LIST_MODEL, flags);
    properties[PROP_JOBS] = g_param_spec_object("jobs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
    g_object_class_install_properties(object_class, N_PROPS, properties);
    signals[JOB_ENDED] = g_signal_new("job-ended", MIG_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, MIG_TYPE_JOB);
    signals[JOB_STUCK] = g_signal_new("job-stuck", MIG_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, MIG_TYPE_JOB);
    register_errors();
}

static void mig_client_init(MigClient *self)
{
    self->life = g_cancellable_new();
    self->inventory = mig_inventory_new();
    g_signal_connect_object(self->inventory, "job-untold", G_CALLBACK(untold_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->inventory, "job-ended", G_CALLBACK(ended_cb), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->inventory, "job-stuck", G_CALLBACK(stuck_cb), self,
                            G_CONNECT_SWAPPED);
    g_bus_get(G_BUS_TYPE_SYSTEM, self->life, got_bus_cb, self);
}

MigClient *mig_client_new(void)
{
    return g_object_new(MIG_TYPE_CLIENT, NULL);
}
