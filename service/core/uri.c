/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and making URIs for libvirt. Libvirt unescapes, lower-cases and splits in ways of its
 * own, so nothing here filters: a byte that the grammar does not name is refused, and every string
 * that goes to libvirt is put together from parts that uri-parts.c has checked.
 */
#include "uri.h"

#include "error.h"

#include <string.h>

#define URI_MAX 512
#define SYSTEM "/system"

#define BIT(connect) (1u << (connect))
#define DAEMON                                                                                     \
    (BIT(MIG_CONNECT_UNIX) | BIT(MIG_CONNECT_SSH) | BIT(MIG_CONNECT_TLS) | BIT(MIG_CONNECT_TCP))

typedef struct {
    const char *name;
    guint connects;  /* ways to its hosts, BIT()s */
    MigConnect bare; /* what NAME://HOST is without a transport */
    /* libvirt would run it in our process, where it may not do what it must: the local daemon's
     * socket has to be named */
    gboolean socket;
    gboolean inventory; /* its path is that of a host in a vCenter's inventory */
} UriDriver;

static const UriDriver drivers[] = {
    { "qemu", DAEMON, MIG_CONNECT_TLS },
    { "xen", DAEMON, MIG_CONNECT_TLS },
    { "vz", DAEMON, MIG_CONNECT_TLS },
    { "openvz", BIT(MIG_CONNECT_UNIX) | BIT(MIG_CONNECT_SSH), MIG_CONNECT_TLS, .socket = TRUE },
    { "vpx", BIT(MIG_CONNECT_HTTPS), MIG_CONNECT_HTTPS, .inventory = TRUE },
};

static const UriDriver *find_driver(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (g_strcmp0(drivers[i].name, name) == 0)
            return &drivers[i];

    return NULL;
}

gboolean mig_uri_driver_is_valid(const char *driver)
{
    return find_driver(driver) != NULL;
}

gboolean mig_uri_driver_has(const char *driver, MigConnect connect)
{
    const UriDriver *row = find_driver(driver);

    return row != NULL && (row->connects & BIT(connect)) != 0;
}

void mig_uri_free(MigUri *uri)
{
    if (uri == NULL)
        return;

    g_free(uri->driver);
    g_free(uri->user);
    g_free(uri->host);
    g_free(uri->path);
    g_free(uri);
}

/* driver ["+" transport]; what libvirt makes of a missing transport depends on the host. */
static const char *parse_scheme(MigUri *uri, const char *scheme, gboolean has_host)
{
    const char *transport = strchr(scheme, '+');
    const UriDriver *row;
    gboolean is_known = TRUE;

    uri->driver = transport == NULL ? g_strdup(scheme) : g_strndup(scheme, transport - scheme);
    row = find_driver(uri->driver);
    if (row == NULL)
        return "the driver may only be qemu, xen, vz, openvz or vpx, in lower case";

    if (transport == NULL)
        uri->connect = has_host ? row->bare : MIG_CONNECT_UNIX;
    else
        is_known = mig_connect_from_string(transport + 1, &uri->connect) &&
                   uri->connect != MIG_CONNECT_HTTPS;
    if (!is_known || !(row->connects & BIT(uri->connect)) ||
        has_host == (uri->connect == MIG_CONNECT_UNIX) ||
        (uri->connect == MIG_CONNECT_UNIX && row->socket != (transport != NULL)))
        return "the transport may only be ssh, tls or tcp, with a host, as far as the driver has "
               "it";

    return NULL;
}

/* In a URI "@" ends the user, so the one in a login is escaped. */
static char *unescape(const char *text, const char *escaped, const char *byte)
{
    g_auto(GStrv) parts = g_strsplit(text, escaped, -1);

    return g_strjoinv(byte, parts);
}

static const char *parse_user(MigUri *uri, const char *user)
{
    gboolean is_login = uri->connect == MIG_CONNECT_HTTPS;

    uri->user = is_login ? unescape(user, "%40", "@") : g_strdup(user);
    if (is_login)
        return mig_uri_login_is_valid(uri->user)
                   ? NULL
                   : "the user of a vCenter may be a name of A-Z a-z 0-9 . _ - and a domain";
    if (uri->connect != MIG_CONNECT_SSH || !mig_uri_user_is_valid(uri->user))
        return "a user is for ssh only, up to 32 of a-z 0-9 _ - and no digit or - in front";

    return NULL;
}

/* [user "@"] host [":" port] */
static const char *parse_authority(MigUri *uri, char *authority)
{
    char *at = strchr(authority, '@');
    char *host = at == NULL ? authority : at + 1;
    const char *reason = NULL;
    char *end;
    gboolean brackets = host[0] == '[';

    if (at != NULL) {
        *at = '\0';
        reason = parse_user(uri, authority);
    } else if (uri->connect == MIG_CONNECT_HTTPS) {
        reason = "a vCenter needs the name of a user";
    }
    if (reason != NULL)
        return reason;

    end = strchr(host, brackets ? ']' : ':');
    if (brackets) {
        host++;
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return "an IPv6 address must be in brackets, followed by nothing but a port";
        *end++ = '\0';
    }
    if (end != NULL && *end == ':') {
        *end++ = '\0';
        if (!mig_uri_parse_port(end, &uri->port))
            return "the port may be 1..65535 without leading zero";
    }

    /* brackets are for IPv6 and IPv6 needs them */
    if (brackets == (strchr(host, ':') != NULL))
        uri->host = mig_uri_canonical_host(host);

    return uri->host != NULL ? NULL : "the host may be a DNS name or an IP address of another host";
}

static const char *parse_path(MigUri *uri, const char *path)
{
    if (!find_driver(uri->driver)->inventory)
        return strcmp(path, SYSTEM) == 0 ? NULL : "it must end in " SYSTEM ", without parameters";

    /* a space as it stands is not what libvirt would read */
    if (strchr(path, ' ') == NULL)
        uri->path = unescape(path + 1, "%20", " ");

    return uri->path != NULL && mig_uri_names_are_valid(uri->path, 2, MIG_URI_PATH_MAX)
               ? NULL
               : "its path may only be names of a vCenter's inventory";
}

/* Fills `uri`; NULL, or what is wrong. */
static const char *parse_parts(MigUri *uri, const char *text)
{
    g_autofree char *copy = NULL;
    g_autofree char *path = NULL;
    char *authority, *end;
    const char *reason;

    if (text == NULL || strlen(text) > URI_MAX)
        return "it must be a text of at most 512 bytes";

    copy = g_strdup(text);
    authority = strstr(copy, "://");
    if (authority == NULL)
        return "it must begin with a driver and ://";
    *authority = '\0';
    authority += strlen("://");

    end = strchr(authority, '/');
    if (end == NULL)
        return "it has no path";
    path = g_strdup(end);
    *end = '\0';

    reason = parse_scheme(uri, copy, authority[0] != '\0');
    if (reason == NULL)
        reason = parse_path(uri, path);
    if (reason != NULL || uri->connect == MIG_CONNECT_UNIX)
        return reason;

    return parse_authority(uri, authority);
}

MigUri *mig_uri_parse(const char *text, GError **error)
{
    g_autoptr(MigUri) uri = g_new0(MigUri, 1);
    const char *reason = parse_parts(uri, text);

    if (reason != NULL) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "The connection URI is not usable: %s.", reason);
        return NULL;
    }

    return g_steal_pointer(&uri);
}

static void append_host(GString *uri, const char *host, guint16 port)
{
    gboolean brackets = strchr(host, ':') != NULL;

    g_string_append_printf(uri, brackets ? "[%s]" : "%s", host);
    if (port != 0)
        g_string_append_printf(uri, ":%u", port);
}

static void append_query(GString *uri, const MigRoute *route, const char *pki_path)
{
    if (route->connect == MIG_CONNECT_SSH) {
        /* native: no shell and no netcat on the other side; no_tty: ssh never asks */
        g_string_append(uri, "?no_tty=1&proxy=native");
    } else if (route->connect == MIG_CONNECT_TLS && pki_path != NULL) {
        g_string_append(uri, "?pkipath=");
        g_string_append_uri_escaped(uri, pki_path, "/", FALSE);
    } else if (route->connect == MIG_CONNECT_HTTPS && route->no_verify) {
        g_string_append(uri, "?no_verify=1");
    }
}

/* driver ["+" transport] */
static void append_scheme(GString *uri, const char *driver, MigConnect connect)
{
    const UriDriver *row = find_driver(driver);
    /* GCOVR_EXCL_BR_START: a driver that is none is refused by check_route() */
    gboolean implied =
        connect == MIG_CONNECT_UNIX ? row != NULL && !row->socket : connect == MIG_CONNECT_HTTPS;
    /* GCOVR_EXCL_BR_STOP */

    g_string_append(uri, driver);
    if (!implied)
        g_string_append_printf(uri, "+%s", mig_connect_to_string(connect));
}

/* A route that mig_host_parse() did not make is a bug that must not reach libvirt. */
static void check_route(const char *text, const char *driver, const MigRoute *route)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigUri) check = mig_uri_parse(text, &error);

    /* GCOVR_EXCL_START: the process dies of it, also in its test, and its counts with it */
    if (check == NULL || check->connect != route->connect || check->port != route->port ||
        strcmp(check->driver, driver) != 0 || g_strcmp0(check->user, route->user) != 0 ||
        g_strcmp0(check->host, route->address) != 0 || g_strcmp0(check->path, route->path) != 0)
        g_error("unchecked route: %s", error != NULL ? error->message : "parts do not fit");
    /* GCOVR_EXCL_STOP */
}

char *mig_uri_for_route(const char *driver, const MigRoute *route, const char *pki_path)
{
    g_autoptr(GString) uri = g_string_new(NULL);

    append_scheme(uri, driver, route->connect);
    g_string_append(uri, "://");
    if (route->user != NULL) {
        g_string_append_uri_escaped(uri, route->user, NULL, FALSE);
        g_string_append_c(uri, '@');
    }
    if (route->address != NULL)
        append_host(uri, route->address, route->port);
    if (route->path != NULL) {
        g_string_append_c(uri, '/');
        g_string_append_uri_escaped(uri, route->path, "/()", FALSE);
    } else {
        g_string_append(uri, SYSTEM);
    }

    check_route(uri->str, driver, route);
    /* GCOVR_EXCL_START: as in check_route() */
    if (pki_path != NULL && !g_path_is_absolute(pki_path))
        g_error("relative path of certificates: %s", pki_path);
    /* GCOVR_EXCL_STOP */

    append_query(uri, route, pki_path);

    return g_string_free(g_steal_pointer(&uri), FALSE);
}

static GString *address_uri(const char *scheme, const char *address, guint16 port)
{
    g_autofree char *canonical = mig_uri_canonical_address(address);
    GString *uri = g_string_new(scheme);

    /* GCOVR_EXCL_START: as in check_route() */
    if (g_strcmp0(address, canonical) != 0)
        g_error("unchecked address");
    /* GCOVR_EXCL_STOP */

    g_string_append(uri, "://");
    append_host(uri, address, port);

    return uri;
}

char *mig_uri_for_migration(const char *scheme, const char *address, guint16 port)
{
    return g_string_free(address_uri(scheme, address, port), FALSE);
}

char *mig_uri_for_graphics(const char *scheme, const char *address, guint16 port, guint16 tls_port,
                           const char *tls_subject)
{
    GString *uri = address_uri(scheme, address, port);

    if (tls_port)
        g_string_append_printf(uri, "?tlsPort=%u", tls_port);
    if (tls_subject) {
        g_string_append(uri, tls_port ? "&tlsSubject=" : "?tlsSubject=");
        g_string_append_uri_escaped(uri, tls_subject, NULL, FALSE);
    }

    return g_string_free(uri, FALSE);
}
