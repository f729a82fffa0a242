/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See link.h. The sockets are made here and handed to sd-bus, so that a path is never parsed as a
 * D-Bus address. Only our own user and root may connect, whatever the directory's mode. A client
 * that comes while another is linked replaces it: after a restart of the service the old one may
 * not be known to be gone yet.
 */
#include "link.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "error.h"
#include "log.h"
#include "variant.h"

#define FLUSH_USEC (1 * G_USEC_PER_SEC)

struct MigLinkServer {
    char *path;
    sd_event *event;
    MigLinkAccept accepted;
    void *userdata;
    int fd;            /* listening */
    struct stat shown; /* the socket as we made it; st_ino 0: not yet */
    sd_event_source *listening;
    sd_bus *client; /* NULL: none */
};

static gboolean fail(GError **error, const char *what, const char *path, int errnum)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER, "%s %s: %s", what, path, g_strerror(errnum));
    return FALSE;
}

static gboolean make_address(const char *path, struct sockaddr_un *ret, GError **error)
{
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (g_strlcpy(ret->sun_path, path, sizeof ret->sun_path) >= sizeof ret->sun_path)
        return fail(error, "cannot use the socket path", path, ENAMETOOLONG);
    return TRUE;
}

static int make_socket(const char *path, GError **error)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        fail(error, "cannot make a socket for", path, errno);
    return fd;
}

/* Takes over the descriptor. A server end has an id, a client end has none. */
static sd_bus *bus_new(int fd, const sd_id128_t *server, int *ret)
{
    sd_bus *bus = NULL;
    int r = sd_bus_new(&bus);
    if (r >= 0)
        r = sd_bus_set_fd(bus, fd, fd);
    /* it would wait without end for what the other side does not read */
    if (r >= 0)
        r = sd_bus_set_close_on_exit(bus, FALSE);
    if (r < 0)
        close(fd);
    if (r >= 0 && server)
        r = sd_bus_set_server(bus, 1, *server);
    *ret = r;
    return bus;
}

sd_bus *mig_link_connect(const char *path, sd_event *event, GError **error)
{
    struct sockaddr_un address;
    if (!make_address(path, &address, error))
        return NULL;
    int fd = make_socket(path, error);
    if (fd < 0)
        return NULL;
    if (connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        fail(error, "cannot connect to the worker's socket", path, errno);
        close(fd);
        return NULL;
    }
    int r;
    sd_bus *bus = bus_new(fd, NULL, &r);
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r >= 0)
        r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
    if (r >= 0)
        return bus;
    fail(error, "cannot link to the worker at", path, -r);
    sd_bus_close_unref(bus);
    return NULL;
}

static void drop_client(MigLinkServer *server)
{
    if (server->client)
        sd_bus_detach_event(server->client);
    server->client = sd_bus_close_unref(server->client);
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    drop_client(userdata);
    return 0;
}

static gboolean peer_is_ours(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

static int start_client(MigLinkServer *server, int fd)
{
    sd_id128_t id;
    int r = sd_id128_randomize(&id);
    server->client = bus_new(fd, &id, &r);
    if (r < 0)
        return r;
    server->accepted(server->client, server->userdata);
    r = sd_bus_start(server->client);
    if (r >= 0)
        r = sd_bus_match_signal(server->client, NULL, NULL, "/org/freedesktop/DBus/Local",
                                "org.freedesktop.DBus.Local", "Disconnected", on_disconnected,
                                server);
    if (r >= 0)
        r = sd_bus_attach_event(server->client, server->event, SD_EVENT_PRIORITY_NORMAL);
    return r;
}

static int on_client(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
    MigLinkServer *server = userdata;
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return 0;
    if (!peer_is_ours(fd)) {
        log_warning("refused a client of another user on %s", server->path);
        close(fd);
        return 0;
    }
    drop_client(server);
    int r = start_client(server, fd);
    if (r < 0) {
        log_warning("cannot link to a client on %s: %s", server->path, g_strerror(-r));
        drop_client(server);
    }
    return 0;
}

/* Listens under a hidden name and shows the socket when it can be connected to. */
static gboolean listen_at(int fd, const char *path, struct stat *ret, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *hidden = g_strdup_printf("%s/.%s", directory, name);
    struct sockaddr_un address;
    if (!make_address(hidden, &address, error))
        return FALSE;
    if (g_mkdir_with_parents(directory, 0700) < 0)
        return fail(error, "cannot make the directory", directory, errno);
    unlink(hidden);
    if (bind(fd, (struct sockaddr *) &address, sizeof address) < 0 || chmod(hidden, 0600) < 0 ||
        listen(fd, 4) < 0 || stat(hidden, ret) < 0 || rename(hidden, path) < 0)
        return fail(error, "cannot listen on the socket", path, errno);
    return TRUE;
}

MigLinkServer *mig_link_serve(const char *path, sd_event *event, MigLinkAccept accepted,
                              void *userdata, GError **error)
{
    int fd = make_socket(path, error);
    if (fd < 0)
        return NULL;
    g_autoptr(MigLinkServer) server = g_new0(MigLinkServer, 1);
    server->path = g_strdup(path);
    server->event = sd_event_ref(event);
    server->accepted = accepted;
    server->userdata = userdata;
    server->fd = fd;
    int r = sd_event_add_io(event, &server->listening, fd, EPOLLIN, on_client, server);
    if (r < 0) {
        fail(error, "cannot wait for clients on", path, -r);
        return NULL;
    }
    return listen_at(fd, path, &server->shown, error) ? g_steal_pointer(&server) : NULL;
}

void mig_link_server_hand_over(MigLinkServer *server, MigLinkAccept accepted, void *userdata)
{
    server->accepted = accepted;
    server->userdata = userdata;
    if (server->client)
        accepted(server->client, userdata);
}

void mig_link_emit(MigLinkServer *server, const char *member, GVariant *dict)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(dict);
    if (!server->client)
        return;
    sd_bus_message *m = NULL;
    int r =
        sd_bus_message_new_signal(server->client, &m, MIG_LINK_PATH, MIG_LINK_INTERFACE, member);
    if (r >= 0)
        r = mig_variant_append(m, owned);
    if (r >= 0)
        r = sd_bus_send(server->client, m, NULL);
    sd_bus_message_unref(m);
    if (r < 0)
        log_warning("cannot send %s on %s: %s", member, server->path, g_strerror(-r));
}

static void flush_client(sd_bus *client)
{
    gint64 deadline = g_get_monotonic_time() + FLUSH_USEC;
    for (;;) {
        uint64_t queued = 0;
        int r = sd_bus_process(client, NULL);
        if (r < 0 || sd_bus_get_n_queued_write(client, &queued) < 0 || queued == 0)
            return;
        gint64 left = deadline - g_get_monotonic_time();
        if (left <= 0)
            return;
        if (r == 0)
            sd_bus_wait(client, (uint64_t) left);
    }
}

/* A worker that came after us may have put its own socket there. */
static gboolean is_ours(const MigLinkServer *server)
{
    struct stat now;
    return server->shown.st_ino != 0 && lstat(server->path, &now) == 0 &&
           now.st_dev == server->shown.st_dev && now.st_ino == server->shown.st_ino;
}

void mig_link_server_free(MigLinkServer *server)
{
    if (!server)
        return;
    if (server->client) {
        sd_bus *client = sd_bus_ref(server->client); /* it may disconnect meanwhile */
        sd_bus_detach_event(client);
        flush_client(client);
        sd_bus_unref(client);
    }
    drop_client(server);
    server->listening = sd_event_source_disable_unref(server->listening);
    if (server->fd >= 0)
        close(server->fd);
    if (is_ours(server))
        unlink(server->path);
    sd_event_unref(server->event);
    g_free(server->path);
    g_free(server);
}
