/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events of a connection: the world writes them as lines "(sa{sv})" on the socket of the open call,
 * and libvirt's own event loop (the worker's event thread) reads them and calls the callbacks. Its
 * end without virConnectClose() is a lost connection. A callback may deregister itself.
 */
#include "fake.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int id;
    int event;      /* virDomainEventID */
    char *uuid;     /* only events of that guest; NULL: of all */
    void *function; /* of the type that the event has */
    void *userdata;
    virFreeCallback release;
} Callback;

struct FakeEvents {
    GMutex lock;
    virConnectPtr connection; /* NULL after virConnectClose() */
    int fd;
    int watch;
    GString *input;
    GPtrArray *callbacks;
    int next_id;
    virConnectCloseFunc closed;
    void *closed_userdata;
    virFreeCallback closed_release;
};

static void callback_free(gpointer data)
{
    Callback *callback = data;

    if (callback->release != NULL)
        callback->release(callback->userdata);
    g_free(callback->uuid);
    g_free(callback);
}

static void call_lifecycle(Callback *callback, virConnectPtr connection, virDomainPtr domain,
                           GVariant *event)
{
    virConnectDomainEventCallback function = callback->function;

    function(connection, domain, (int) fake_get_number(event, "type"),
             (int) fake_get_number(event, "detail"), callback->userdata);
}

static const struct {
    const char *name;
    int event;
    void (*call)(Callback *, virConnectPtr, virDomainPtr, GVariant *);
} kinds[] = {
    { "lifecycle", VIR_DOMAIN_EVENT_ID_LIFECYCLE, call_lifecycle },
};

/* The callbacks that want it, copied so that they run without the lock. */
static GArray *interested(FakeEvents *events, int event, const char *uuid)
{
    GArray *copy = g_array_new(FALSE, FALSE, sizeof(Callback));

    for (guint i = 0; i < events->callbacks->len; i++) {
        Callback *callback = g_ptr_array_index(events->callbacks, i);

        if (callback->event == event && (callback->uuid == NULL || !strcmp(callback->uuid, uuid)))
            g_array_append_val(copy, *callback);
    }
    return copy;
}

static void dispatch(FakeEvents *events, const char *line)
{
    g_autoptr(GVariant) message =
        g_variant_parse(G_VARIANT_TYPE("(sa{sv})"), line, NULL, NULL, NULL);
    g_autoptr(GVariant) event = NULL;
    g_autofree char *guest = NULL;
    g_autofree char *uuid = NULL;
    const char *name;

    g_variant_get(message, "(&s@a{sv})", &name, &event);
    guest = fake_get_string(event, "guest");
    uuid = fake_get_string(event, "uuid");
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GArray) copy = NULL;
        virDomainPtr domain;

        if (strcmp(kinds[i].name, name) != 0)
            continue;
        g_mutex_lock(&events->lock);
        copy = interested(events, kinds[i].event, uuid);
        domain =
            events->connection != NULL ? fake_domain_new(events->connection, guest, uuid) : NULL;
        g_mutex_unlock(&events->lock);
        if (domain == NULL)
            return;
        for (guint j = 0; j < copy->len; j++)
            kinds[i].call(&g_array_index(copy, Callback, j), domain->connection, domain, event);
        __wrap_virDomainFree(domain);
    }
}

static void lost(FakeEvents *events)
{
    virConnectPtr connection = NULL;
    virConnectCloseFunc closed;
    void *userdata;

    virEventRemoveHandle(events->watch);
    g_mutex_lock(&events->lock);
    events->watch = -1;
    closed = events->closed;
    userdata = events->closed_userdata;
    if (closed != NULL && events->connection != NULL) {
        connection = events->connection;
        g_atomic_ref_count_inc(&connection->refs);
    }
    g_mutex_unlock(&events->lock);
    if (connection == NULL)
        return;
    closed(connection, VIR_CONNECT_CLOSE_REASON_EOF, userdata);
    __wrap_virConnectClose(connection);
}

static void readable(int watch, int fd, int revents, void *userdata)
{
    FakeEvents *events = userdata;
    char buffer[4096];
    gssize got;
    char *end;

    g_mutex_lock(&events->lock); /* only now have they been made */
    g_mutex_unlock(&events->lock);
    got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lost(events);
        return;
    }
    g_string_append_len(events->input, buffer, got);
    while ((end = memchr(events->input->str, '\n', events->input->len)) != NULL) {
        g_autofree char *line = g_strndup(events->input->str, (gsize) (end - events->input->str));

        g_string_erase(events->input, 0, (gssize) strlen(line) + 1);
        dispatch(events, line);
    }
}

/* Called by the event loop when nothing runs in `readable` any more. */
static void released(void *userdata)
{
    FakeEvents *events = userdata;
    gboolean closed;

    g_mutex_lock(&events->lock);
    closed = events->connection == NULL;
    events->watch = -1;
    g_mutex_unlock(&events->lock);
    if (!closed)
        return; /* the connection is lost but still referenced */
    close(events->fd);
    g_ptr_array_unref(events->callbacks);
    g_string_free(events->input, TRUE);
    g_mutex_clear(&events->lock);
    g_free(events);
}

FakeEvents *fake_events_new(virConnectPtr connection, int fd)
{
    FakeEvents *events = g_new0(FakeEvents, 1);

    g_mutex_init(&events->lock);
    events->connection = connection;
    events->fd = fd;
    events->input = g_string_new(NULL);
    events->callbacks = g_ptr_array_new_with_free_func(callback_free);
    g_mutex_lock(&events->lock); /* the first may come before the watch is known */
    events->watch = virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE | VIR_EVENT_HANDLE_HANGUP,
                                      readable, events, released);
    g_mutex_unlock(&events->lock);
    return events;
}

gboolean fake_events_come(FakeEvents *events)
{
    return events->watch >= 0;
}

void fake_events_close(FakeEvents *events)
{
    int watch;

    if (events->closed_release != NULL)
        events->closed_release(events->closed_userdata);
    g_mutex_lock(&events->lock);
    events->connection = NULL;
    watch = events->watch;
    shutdown(events->fd, SHUT_RDWR);
    g_mutex_unlock(&events->lock); /* from here on the event loop may free them */
    if (watch >= 0)
        virEventRemoveHandle(watch);
    else
        released(events);
}

/* Drivers that tell nothing. */
static gboolean has_events(virConnectPtr connection)
{
    return strcmp(connection->type, "ESX") != 0 && strcmp(connection->type, "OpenVZ") != 0;
}

int __wrap_virConnectDomainEventRegisterAny(virConnectPtr connection, virDomainPtr domain,
                                            int event,
                                            virConnectDomainEventGenericCallback function,
                                            void *userdata, virFreeCallback release)
{
    FakeEvents *events = connection->events;
    Callback *callback;

    if (!has_events(connection)) {
        fake_set_error(VIR_ERR_NO_SUPPORT, VIR_FROM_NONE,
                       "this function is not supported by the connection driver: "
                       "virConnectDomainEventRegisterAny");
        return -1;
    }
    callback = g_new0(Callback, 1);
    callback->event = event;
    callback->uuid = domain != NULL ? g_strdup(domain->uuid) : NULL;
    callback->function = (void *) function;
    callback->userdata = userdata;
    callback->release = release;
    g_mutex_lock(&events->lock);
    callback->id = events->next_id++;
    g_ptr_array_add(events->callbacks, callback);
    g_mutex_unlock(&events->lock);
    return callback->id;
}

int __wrap_virConnectDomainEventDeregisterAny(virConnectPtr connection, int id)
{
    FakeEvents *events = connection->events;
    Callback *gone = NULL;

    g_mutex_lock(&events->lock);
    for (guint i = 0; i < events->callbacks->len && gone == NULL; i++) {
        Callback *callback = g_ptr_array_index(events->callbacks, i);

        if (callback->id == id)
            gone = g_ptr_array_steal_index(events->callbacks, i);
    }
    g_mutex_unlock(&events->lock);
    if (gone == NULL) {
        fake_set_error(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "no such event callback");
        return -1;
    }
    callback_free(gone);
    return 0;
}

int __wrap_virConnectRegisterCloseCallback(virConnectPtr connection, virConnectCloseFunc function,
                                           void *userdata, virFreeCallback release)
{
    g_mutex_lock(&connection->events->lock);
    connection->events->closed = function;
    connection->events->closed_userdata = userdata;
    connection->events->closed_release = release;
    g_mutex_unlock(&connection->events->lock);
    return 0;
}

int __wrap_virConnectUnregisterCloseCallback(virConnectPtr connection, virConnectCloseFunc function)
{
    g_mutex_lock(&connection->events->lock);
    if (connection->events->closed == function)
        connection->events->closed = NULL;
    g_mutex_unlock(&connection->events->lock);
    return 0;
}
