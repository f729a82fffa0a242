/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of URIs: what an address, a name, a user, a port may be. Everything that is not named
 * here is refused.
 */
#include <arpa/inet.h>
#include <string.h>

#include "uri.h"

#define DNS_MAX 253
#define LABEL_MAX 63
#define USER_MAX 32
#define LOGIN_MAX 64
#define NAME_MAX_BYTES 80

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

    g_assert_cmpint(inet_pton(family, prefix, network), ==, 1); /* GCOVR_EXCL_BR_LINE: holds */
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

char *mig_uri_canonical_host(const char *text)
{
    if (mig_uri_dns_is_valid(text))
        return g_strdup(text);

    return mig_uri_canonical_address(text);
}

gboolean mig_uri_host_is_valid(const char *text)
{
    g_autofree char *host = mig_uri_canonical_host(text);

    return host != NULL;
}

gboolean mig_uri_login_is_valid(const char *login)
{
    const char *at;
    gsize length;

    if (login == NULL || !(g_ascii_isalnum(login[0]) || login[0] == '_'))
        return FALSE;

    at = strchr(login, '@');
    length = at == NULL ? strlen(login) : (gsize) (at - login);

    return length <= LOGIN_MAX &&
           strspn(login, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == length &&
           (at == NULL || mig_uri_dns_is_valid(at + 1));
}

static gboolean name_is_valid(const char *name)
{
    gsize length = strlen(name);

    return length >= 1 && length <= NAME_MAX_BYTES && name[0] != ' ' && name[length - 1] != ' ' &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           has_only(name, length, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.()- ");
}

gboolean mig_uri_names_are_valid(const char *names, guint min, guint max)
{
    g_auto(GStrv) parts = g_strsplit(names, "/", (gint) max + 1);
    guint n = g_strv_length(parts);

    for (guint i = 0; i < n; i++)
        if (!name_is_valid(parts[i]))
            return FALSE;

    return n >= min && n <= max;
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
