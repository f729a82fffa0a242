/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and making URIs for libvirt. Libvirt unescapes, lower-cases and splits in ways of its
 * own, so nothing here filters: a byte that the grammar does not name is refused, and every string
 * that goes to libvirt is put together from parts that the functions of this file have checked.
 */
#include "uri.h"

#include "error.h"

#include <arpa/inet.h>
#include <string.h>

#define URI_MAX 512
#define DNS_MAX 253
#define LABEL_MAX 63
#define USER_MAX 32
#define SYSTEM "/system"

static const char *const drivers[] = { "qemu", NULL };

typedef struct {
    int family;
    const char *prefix;
    guint bits;
} Network;

/* Addresses on which no other host can be reached. */
static const Network refused_networks[] = {
    { AF_INET, "0.0.0.0", 8 },      /* this network, unspecified */
    { AF_INET, "127.0.0.0", 8 },    /* loopback */
    { AF_INET, "169.254.0.0", 16 }, /* link-local, cloud metadata */
    { AF_INET, "224.0.0.0", 4 },    /* multicast */
    { AF_INET, "240.0.0.0", 4 },    /* reserved, broadcast */
    { AF_INET6, "::", 96 },         /* unspecified, loopback, IPv4-compatible */
    { AF_INET6, "fe80::", 10 },     /* link-local */
    { AF_INET6, "ff00::", 8 },      /* multicast */
};

/* IPv6 networks whose addresses stand for an IPv4 address, and the byte where that begins. */
static const struct {
    const char *prefix;
    guint bits;
    guint offset;
} embedding_networks[] = {
    { "::ffff:0:0", 96, 12 },   /* IPv4-mapped */
    { "::ffff:0:0:0", 96, 12 }, /* IPv4-translated */
    { "64:ff9b::", 96, 12 },    /* NAT64 */
    { "2002::", 16, 2 },        /* 6to4 */
};

static gboolean in_network(const guint8 *address, int family, const char *prefix, guint bits)
{
    guint8 network[sizeof(struct in6_addr)];
    guint whole = bits / 8;
    guint8 mask = (guint8) (0xff00 >> (bits % 8));

    g_assert_cmpint(inet_pton(family, prefix, network), ==, 1);
    if (memcmp(address, network, whole) != 0)
        return FALSE;

    return bits % 8 == 0 || (address[whole] & mask) == (network[whole] & mask);
}

static gboolean network_is_refused(const guint8 *address, int family)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused_networks); i++) {
        const Network *refused = &refused_networks[i];

        if (refused->family == family &&
            in_network(address, family, refused->prefix, refused->bits))
            return TRUE;
    }
    if (family != AF_INET6)
        return FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(embedding_networks); i++) {
        if (in_network(address, AF_INET6, embedding_networks[i].prefix, embedding_networks[i].bits))
            return network_is_refused(address + embedding_networks[i].offset, AF_INET);
    }

    return FALSE;
}

char *mig_uri_canonical_address(const char *text)
{
    guint8 address[sizeof(struct in6_addr)];
    char canonical[INET6_ADDRSTRLEN];
    const guint8 *from = address;
    int family = AF_INET;

    if (text == NULL)
        return NULL;
    if (inet_pton(AF_INET, text, address) != 1) {
        family = AF_INET6;
        if (inet_pton(AF_INET6, text, address) != 1)
            return NULL;
    }
    if (network_is_refused(address, family))
        return NULL;

    /* ::ffff:192.0.2.1 is 192.0.2.1: one address, one text */
    if (family == AF_INET6 && in_network(address, family, "::ffff:0:0", 96)) {
        family = AF_INET;
        from = address + 12;
    }

    return g_strdup(inet_ntop(family, from, canonical, sizeof(canonical)));
}

gboolean mig_uri_same_network(const char *a, const char *b, guint bits)
{
    guint8 address[sizeof(struct in6_addr)];
    int family = strchr(a, ':') == NULL ? AF_INET : AF_INET6;

    return (strchr(b, ':') == NULL) == (family == AF_INET) &&
           bits <= (family == AF_INET ? 32 : 128) && inet_pton(family, a, address) == 1 &&
           in_network(address, family, b, bits);
}

static gboolean has_only(const char *text, gsize length, const char *characters)
{
    return strspn(text, characters) >= length;
}

gboolean mig_uri_user_is_valid(const char *user)
{
    gsize length;

    if (user == NULL || !(g_ascii_islower(user[0]) || user[0] == '_'))
        return FALSE;

    length = strlen(user);

    return length <= USER_MAX && has_only(user, length, G_CSET_a_2_z G_CSET_DIGITS "_-");
}

static gboolean label_is_valid(const char *label)
{
    gsize length = strlen(label);

    return length > 0 && length <= LABEL_MAX && label[0] != '-' && label[length - 1] != '-' &&
           has_only(label, length, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-");
}

/* Names that are this machine wherever they are looked up, in any case. */
static gboolean name_is_loopback(char **labels)
{
    static const char *const names[] = { "ip6-localhost", "ip6-loopback" };

    if (g_ascii_strncasecmp(labels[0], "localhost", strlen("localhost")) == 0)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(labels[0], names[i]) == 0)
            return TRUE;
    }
    for (char **label = labels; *label != NULL; label++) {
        if (g_ascii_strcasecmp(*label, "localhost") == 0)
            return TRUE;
    }

    return FALSE;
}

gboolean mig_uri_dns_is_valid(const char *name)
{
    g_auto(GStrv) labels = NULL;
    struct in_addr ignored;

    if (name == NULL || name[0] == '\0' || strlen(name) > DNS_MAX)
        return FALSE;

    labels = g_strsplit(name, ".", -1);
    for (char **label = labels; *label != NULL; label++) {
        if (!label_is_valid(*label))
            return FALSE;
    }
    if (strpbrk(name, G_CSET_A_2_Z G_CSET_a_2_z) == NULL || name_is_loopback(labels))
        return FALSE;

    /* getaddrinfo() reads "0x7f.1" as 127.0.0.1 before it asks DNS */
    return inet_aton(name, &ignored) == 0;
}

/* The host as it goes into a URI, without brackets; NULL if it is none. */
static char *canonical_host(const char *text)
{
    if (mig_uri_dns_is_valid(text))
        return g_strdup(text);

    return mig_uri_canonical_address(text);
}

gboolean mig_uri_host_is_valid(const char *text)
{
    g_autofree char *host = canonical_host(text);

    return host != NULL;
}

gboolean mig_uri_driver_is_valid(const char *driver)
{
    return driver != NULL && g_strv_contains(drivers, driver);
}

gboolean mig_uri_parse_port(const char *text, guint16 *ret)
{
    guint64 port;

    /* digits are asked for here: GLib lets a vertical tab in front of them pass */
    if (text == NULL || text[0] == '0' || strspn(text, G_CSET_DIGITS) != strlen(text) ||
        !g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &port, NULL))
        return FALSE;

    *ret = (guint16) port;

    return TRUE;
}

void mig_uri_free(MigUri *uri)
{
    if (uri == NULL)
        return;

    g_free(uri->driver);
    g_free(uri->user);
    g_free(uri->host);
    g_free(uri);
}

/* driver ["+" transport]; what libvirt makes of a missing transport depends on the host. */
static const char *parse_scheme(MigUri *uri, const char *scheme, gboolean has_host)
{
    const char *transport = strchr(scheme, '+');

    uri->driver = transport == NULL ? g_strdup(scheme) : g_strndup(scheme, transport - scheme);
    if (!mig_uri_driver_is_valid(uri->driver))
        return "the driver may only be qemu, in lower case";

    if (transport == NULL)
        uri->connect = has_host ? MIG_CONNECT_TLS : MIG_CONNECT_UNIX;
    else if (!has_host || !mig_connect_from_string(transport + 1, &uri->connect) ||
             uri->connect < MIG_CONNECT_SSH)
        return "the transport may only be ssh, tls or tcp, with a host";

    return NULL;
}

/* [user "@"] host [":" port] */
static const char *parse_authority(MigUri *uri, char *authority)
{
    char *at = strchr(authority, '@');
    char *host = at == NULL ? authority : at + 1;
    char *end;
    gboolean brackets = host[0] == '[';

    if (at != NULL) {
        *at = '\0';
        uri->user = g_strdup(authority);
        if (uri->connect != MIG_CONNECT_SSH || !mig_uri_user_is_valid(uri->user))
            return "a user is for ssh only, up to 32 of a-z 0-9 _ - and no digit or - in front";
    }

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
        uri->host = canonical_host(host);

    return uri->host != NULL ? NULL : "the host may be a DNS name or an IP address of another host";
}

/* Fills `uri`; NULL, or what is wrong. */
static const char *parse_parts(MigUri *uri, const char *text)
{
    g_autofree char *copy = NULL;
    char *authority;
    char *path;
    const char *reason;

    if (text == NULL || strlen(text) > URI_MAX)
        return "it must be a text of at most 512 bytes";

    copy = g_strdup(text);
    authority = strstr(copy, "://");
    if (authority == NULL)
        return "it must begin with a driver and ://";
    *authority = '\0';
    authority += strlen("://");

    path = strchr(authority, '/');
    if (path == NULL || strcmp(path, SYSTEM) != 0)
        return "it must end in " SYSTEM ", without parameters";
    *path = '\0';

    reason = parse_scheme(uri, copy, authority[0] != '\0');
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

static void append_query(GString *uri, MigConnect connect, const char *pki_path)
{
    if (connect == MIG_CONNECT_SSH) {
        /* native: no shell and no netcat on the other side; no_tty: ssh never asks */
        g_string_append(uri, "?no_tty=1&proxy=native");
    } else if (connect == MIG_CONNECT_TLS && pki_path != NULL) {
        g_string_append(uri, "?pkipath=");
        g_string_append_uri_escaped(uri, pki_path, "/", FALSE);
    }
}

char *mig_uri_for_route(const char *driver, const MigRoute *route, const char *pki_path)
{
    g_autoptr(GString) uri = g_string_new(driver);
    g_autoptr(MigUri) check = NULL;
    g_autoptr(GError) error = NULL;

    if (route->connect != MIG_CONNECT_UNIX)
        g_string_append_printf(uri, "+%s", mig_connect_to_string(route->connect));
    g_string_append(uri, "://");
    if (route->user != NULL)
        g_string_append_printf(uri, "%s@", route->user);
    if (route->address != NULL)
        append_host(uri, route->address, route->port);
    g_string_append(uri, SYSTEM);

    /* a route that mig_host_parse() did not make is a bug that must not reach libvirt */
    check = mig_uri_parse(uri->str, &error);
    if (check == NULL || check->connect != route->connect || check->port != route->port ||
        strcmp(check->driver, driver) != 0 || g_strcmp0(check->user, route->user) != 0 ||
        g_strcmp0(check->host, route->address) != 0)
        g_error("unchecked route: %s", error != NULL ? error->message : "parts do not fit");
    if (pki_path != NULL && !g_path_is_absolute(pki_path))
        g_error("relative path of certificates: %s", pki_path);

    append_query(uri, route->connect, pki_path);

    return g_string_free(g_steal_pointer(&uri), FALSE);
}

static GString *address_uri(const char *scheme, const char *address, guint16 port)
{
    g_autofree char *canonical = mig_uri_canonical_address(address);
    GString *uri = g_string_new(scheme);

    if (g_strcmp0(address, canonical) != 0)
        g_error("unchecked address");

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
