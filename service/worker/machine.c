/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See machine.h. IPv4 addresses come from ioctls, IPv6 ones from a file of procfs, which unlike
 * getifaddrs() tells those that will not last; links are files of sysfs.
 */
#include "machine.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uri.h"

/* More than are believed: loopback and link-local ones are among them. */
#define IPV4_MAX 1024
/* connect() of a UDP socket wants one, nothing is sent to it. */
#define PORT 9
#define PASSING (IFA_F_TEMPORARY | IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE)

static char *read_link_file(const char *name, const char *file)
{
    g_autofree char *path = g_build_filename("/sys/class/net", name, file, NULL);
    char *text = NULL;
    /* an interface that is down has no speed: EINVAL */
    return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : NULL;
}

static void add(GPtrArray *interfaces, const char *name, const char *address, guint prefix)
{
    g_autofree char *state = read_link_file(name, "operstate");
    g_autofree char *speed = read_link_file(name, "speed");
    int mbits = speed ? atoi(speed) : 0; /* -1: unknown */
    MigInterface said = {
        (char *) name,
        (char *) address,
        prefix,
        (guint) MAX(mbits, 0),
        mig_link_state_from_string(state),
        MIG_ORIGIN_MACHINE,
    };
    mig_interfaces_add(interfaces, &said);
}

static const char *ipv4_to_text(const struct sockaddr *address, char *text)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *) (const void *) address;
    return inet_ntop(AF_INET, &in->sin_addr, text, INET6_ADDRSTRLEN);
}

/* 0: not known. */
static guint ipv4_prefix(int fd, const struct ifreq *row)
{
    struct ifreq ask = *row; /* the address says which of several is meant */
    struct in_addr mask;
    if (ioctl(fd, SIOCGIFNETMASK, &ask) < 0)
        return 0;
    mask = ((const struct sockaddr_in *) (const void *) &ask.ifr_netmask)->sin_addr;
    return (guint) __builtin_popcount(mask.s_addr);
}

static void add_ipv4(GPtrArray *interfaces)
{
    g_autofree struct ifreq *rows = g_new0(struct ifreq, IPV4_MAX);
    struct ifconf all = { .ifc_len = IPV4_MAX * sizeof *rows, .ifc_req = rows };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int n = fd >= 0 && ioctl(fd, SIOCGIFCONF, &all) == 0 ? all.ifc_len / (int) sizeof *rows : 0;
    for (int i = 0; i < n; i++) {
        char text[INET6_ADDRSTRLEN];
        g_autofree char *name = g_strndup(rows[i].ifr_name, sizeof rows[i].ifr_name);
        const char *address = ipv4_to_text(&rows[i].ifr_addr, text);
        guint prefix = ipv4_prefix(fd, &rows[i]);
        name[strcspn(name, ":")] = '\0'; /* "eth0:1" is the label of an address of eth0 */
        add(interfaces, name, address, prefix);
    }
    if (fd >= 0)
        close(fd);
}

/* 32 hexadecimal digits. */
static gboolean ipv6_to_text(const char *digits, char *text)
{
    struct in6_addr address;
    for (gsize i = 0; i < sizeof address.s6_addr; i++) {
        int high = g_ascii_xdigit_value(digits[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(digits[2 * i + 1]);
        if (low < 0)
            return FALSE;
        address.s6_addr[i] = (guint8) (high << 4 | low);
    }
    return inet_ntop(AF_INET6, &address, text, INET6_ADDRSTRLEN) != NULL;
}

static void add_ipv6(GPtrArray *interfaces)
{
    g_autofree char *table = NULL;
    if (!g_file_get_contents("/proc/net/if_inet6", &table, NULL, NULL))
        return; /* no IPv6 */
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    for (char **line = lines; *line; line++) {
        char digits[33], name[IF_NAMESIZE], text[INET6_ADDRSTRLEN];
        guint prefix, flags;
        if (sscanf(*line, "%32s %*x %x %*x %x %15s", digits, &prefix, &flags, name) == 4 &&
            !(flags & PASSING) && ipv6_to_text(digits, text))
            add(interfaces, name, text, prefix);
    }
}

void mig_machine_add_interfaces(GPtrArray *interfaces)
{
    add_ipv4(interfaces);
    add_ipv6(interfaces);
}

typedef union {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
} Address;

static socklen_t address_from_text(const char *text, Address *ret)
{
    *ret = (Address){ 0 };
    if (inet_pton(AF_INET, text, &ret->ipv4.sin_addr) == 1) {
        ret->ipv4.sin_family = AF_INET;
        ret->ipv4.sin_port = htons(PORT);
        return sizeof ret->ipv4;
    }
    if (inet_pton(AF_INET6, text, &ret->ipv6.sin6_addr) != 1)
        return 0;
    ret->ipv6.sin6_family = AF_INET6;
    ret->ipv6.sin6_port = htons(PORT);
    return sizeof ret->ipv6;
}

static char *address_to_text(const Address *address)
{
    gboolean ipv4 = address->any.sa_family == AF_INET;
    char text[INET6_ADDRSTRLEN] = "";
    const void *bytes =
        ipv4 ? (const void *) &address->ipv4.sin_addr : (const void *) &address->ipv6.sin6_addr;
    inet_ntop(address->any.sa_family, bytes, text, sizeof text);
    return mig_uri_canonical_address(text);
}

/* The kernel looks for a route when a UDP socket is connected, and fails if there is none. */
static char *find_route(const char *destination)
{
    Address to, from = { 0 };
    socklen_t length = address_from_text(destination, &to);
    int fd = length ? socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    gboolean found =
        fd >= 0 && connect(fd, &to.any, length) == 0 && getsockname(fd, &from.any, &length) == 0;
    if (fd >= 0)
        close(fd);
    return found ? address_to_text(&from) : NULL;
}

GVariant *mig_machine_find_routes(const char *const *addresses)
{
    g_auto(GVariantBuilder) routes = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    for (; *addresses; addresses++) {
        g_autofree char *from = find_route(*addresses);
        if (from)
            g_variant_builder_add(&routes, "{ss}", *addresses, from);
    }
    return g_variant_builder_end(&routes);
}
