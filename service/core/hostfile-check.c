/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each key of a host file may be. A file and a dictionary both arrive here as texts, so what
 * came over a link is checked exactly like a file.
 */
#include "hostfile-check.h"

#include "error.h"
#include "text.h"
#include "uri.h"

#include <string.h>

#define ADDRESSES_MAX 64
#define DIRECTORIES_MAX 16

#define ALL (HOST_DAEMON | HOST_VCENTER | HOST_LOCAL)
#define REMOTE (HOST_DAEMON | HOST_VCENTER)
#define LIBVIRTD (HOST_DAEMON | HOST_LOCAL)

static const HostKeyInfo keys[N_KEYS] = {
    [KEY_DRIVER] = { "Driver", "driver", "s", ALL, "it may be qemu, xen, vz, openvz or vpx",
                     "it may be qemu, xen, vz or openvz" },
    [KEY_TRANSPORT] = { "Transport", "transport", "s", HOST_DAEMON, "it may be ssh, tls or tcp" },
    [KEY_ADDRESS] = { "Address", "address", "s", REMOTE,
                      "it may be a DNS name or an IP address without brackets, not one of this "
                      "machine alone" },
    [KEY_PORT] = { "Port", "port", "q", REMOTE, "it may be 1..65535 without leading zero" },
    [KEY_USER] = { "User", "user", "s", REMOTE,
                   "it may be 1 to 32 of a-z 0-9 _ - and not begin with a digit or -" },
    [KEY_PEER_TRANSPORT] = { "PeerTransport", "peer-transport", "s", LIBVIRTD,
                             "it may be ssh, tls or tcp" },
    [KEY_PEER_ADDRESS] = { "PeerAddress", "peer-address", "s", LIBVIRTD,
                           "it may be a DNS name or an IP address without brackets that other "
                           "hosts can reach" },
    [KEY_PEER_PORT] = { "PeerPort", "peer-port", "q", LIBVIRTD,
                        "it may be 1..65535 without leading zero" },
    [KEY_PEER_USER] = { "PeerUser", "peer-user", "s", LIBVIRTD,
                        "it may be 1 to 32 of a-z 0-9 _ - and not begin with a digit or -" },
    [KEY_PLAINTEXT] = { "AllowPlaintext", "allow-plaintext", "b", LIBVIRTD, "it may be yes or no" },
    [KEY_MIGRATION_ADDRESSES] = { "MigrationAddresses", "migration-addresses", "as", LIBVIRTD,
                                  "it may be up to 64 IP addresses with ; between them, without "
                                  "brackets, that other hosts can reach",
                                  "it may be up to 64 IP addresses without brackets, that other "
                                  "hosts can reach" },
    [KEY_UUID] = { "HostUUID", "host-uuid", "s", ALL,
                   "it may be a UUID as virsh capabilities shows it, for example "
                   "9c4f2b56-7d1e-4f0a-8a3b-2f6f4d1c9e70" },
    [KEY_DISK_DIRECTORIES] = { "DiskDirectories", "disk-directories", "as", LIBVIRTD,
                               "it may be up to 16 absolute paths with ; between them, without "
                               "\".\", \"..\", doubled or closing \"/\"" },
    [KEY_RDMA] = { "AllowRDMA", "allow-rdma", "b", LIBVIRTD, "it may be yes or no" },
    [KEY_DATACENTER] = { "Datacenter", "datacenter", "s", HOST_VCENTER,
                         "it may be up to 8 names of the vCenter's inventory with / between them, "
                         "each 1 to 80 of A-Z a-z 0-9 _ . ( ) - and space" },
    [KEY_CLUSTER] = { "Cluster", "cluster", "s", HOST_VCENTER,
                      "it may be up to 7 names of the vCenter's inventory with / between them, "
                      "each 1 to 80 of A-Z a-z 0-9 _ . ( ) - and space" },
    [KEY_HOST_SYSTEM] = { "HostSystem", "host-system", "s", HOST_VCENTER,
                          "it may be the name the vCenter knows the host by, 1 to 80 of A-Z a-z "
                          "0-9 _ . ( ) - and space" },
    [KEY_PASSWORD_FILE] = { "PasswordFile", "password-file", "s", HOST_VCENTER,
                            "it may be the name of a file in the directory passwords of the "
                            "service or of a credential of systemd, 1 to 64 of A-Z a-z 0-9 . _ -, "
                            "not beginning with . or -" },
    [KEY_VERIFY] = { "VerifyCertificate", "verify-certificate", "b", HOST_VCENTER,
                     "it may be yes or no" },
};

const HostKeyInfo *mig_hostfile_key(HostKey key)
{
    return &keys[key];
}

void mig_hostfile_texts_clear(HostTexts *texts)
{
    for (guint i = 0; i < N_KEYS; i++)
        g_free(texts->text[i]);
}

gboolean mig_hostfile_refuse(GError **error, const char *name, const char *format, ...)
{
    g_autofree char *reason = NULL;
    va_list args;

    va_start(args, format);
    reason = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE, "Host %s: %s.", name, reason);

    return FALSE;
}

/* "User=root" of a file, "user root" of settings; the key alone with an empty value. */
static char *say(const HostTexts *texts, HostKey key, const char *value)
{
    if (!texts->settings)
        return g_strdup_printf("%s=%s", keys[key].key, value);

    return g_strjoin(value[0] != '\0' ? " " : "", keys[key].dict, value, NULL);
}

static const char *remedy_of(const HostTexts *texts, HostKey key)
{
    const char *of_settings = texts->settings ? keys[key].setting_remedy : NULL;

    return of_settings != NULL ? of_settings : keys[key].remedy;
}

gboolean mig_hostfile_refuse_value(GError **error, const char *name, const HostTexts *texts,
                                   HostKey key, const char *text)
{
    g_autofree char *value = text[0] != '\0' ? mig_text_quote(text) : g_strdup("");
    g_autofree char *said = say(texts, key, value);

    if (text[0] == '\0')
        return mig_hostfile_refuse(error, name, "%s is empty; %s, or %s", said,
                                   remedy_of(texts, key),
                                   texts->settings ? "leave it out" : "leave the line out");

    return mig_hostfile_refuse(error, name, "%s is not usable; %s", said, remedy_of(texts, key));
}

static gboolean refuse_missing(GError **error, const char *name, const HostTexts *texts,
                               HostKey key)
{
    g_autofree char *said = say(texts, key, "");

    return mig_hostfile_refuse(error, name, "%s is missing; %s", said, remedy_of(texts, key));
}

static gboolean refuse_user(GError **error, const char *name, const HostTexts *texts, HostKey user,
                            HostKey transport)
{
    g_autofree char *said = say(texts, user, "");
    g_autofree char *with = say(texts, transport, "ssh");

    return mig_hostfile_refuse(error, name, "%s is for %s only; %s", said, with,
                               texts->settings ? "leave it out" : "remove the line");
}

static gboolean refuse_transport(GError **error, const char *name, const HostTexts *texts,
                                 HostKey transport, const char *driver)
{
    g_autofree char *said = say(texts, transport, texts->text[transport]);
    g_autofree char *with = say(texts, KEY_DRIVER, driver);

    return mig_hostfile_refuse(error, name, "%s is not for %s; it may be ssh", said, with);
}

static gboolean refuse_plaintext(GError **error, const char *name, const HostTexts *texts,
                                 HostKey transport)
{
    g_autofree char *said = say(texts, transport, "tcp");
    g_autofree char *allowed = say(texts, KEY_PLAINTEXT, texts->settings ? "(true)" : "yes");

    return mig_hostfile_refuse(
        error, name, "%s sends everything in plain text; use tls or ssh, or add %s", said, allowed);
}

gboolean mig_hostfile_read_flag(const char *name, const HostTexts *texts, HostKey key,
                                gboolean *ret, GError **error)
{
    static const struct {
        const char *text;
        gboolean value;
    } words[] = {
        { "yes", TRUE }, { "true", TRUE },   { "on", TRUE },   { "1", TRUE },
        { "no", FALSE }, { "false", FALSE }, { "off", FALSE }, { "0", FALSE },
    };
    const char *text = texts->text[key];

    *ret = FALSE;
    if (text == NULL)
        return TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i].text) == 0) {
            *ret = words[i].value;
            return TRUE;
        }
    }

    return mig_hostfile_refuse_value(error, name, texts, key, text);
}

gboolean mig_hostfile_read_address(const char *name, const HostTexts *texts, HostKey key,
                                   char **ret, GError **error)
{
    const char *text = texts->text[key];

    if (!mig_uri_host_is_valid(text))
        return mig_hostfile_refuse_value(error, name, texts, key, text);

    *ret = mig_uri_canonical_address(text);
    if (*ret == NULL)
        *ret = g_strdup(text);

    return TRUE;
}

/* What only goes with some transports: port with tls, tcp and ssh alike, user with ssh alone. */
static gboolean read_login(const char *name, const HostTexts *texts, HostKey first, MigRoute *route,
                           GError **error)
{
    HostKey port = mig_hostfile_route_key(first, KEY_PORT);
    HostKey user = mig_hostfile_route_key(first, KEY_USER);

    if (texts->text[port] != NULL && !mig_uri_parse_port(texts->text[port], &route->port))
        return mig_hostfile_refuse_value(error, name, texts, port, texts->text[port]);

    if (texts->text[user] == NULL)
        return TRUE;
    if (!mig_uri_user_is_valid(texts->text[user]))
        return mig_hostfile_refuse_value(error, name, texts, user, texts->text[user]);
    if (route->connect != MIG_CONNECT_SSH)
        return refuse_user(error, name, texts, user, first);
    route->user = g_strdup(texts->text[user]);

    return TRUE;
}

/* The four keys from `first` (KEY_TRANSPORT or KEY_PEER_TRANSPORT). */
static gboolean read_route(const char *name, const HostTexts *texts, HostKey first, MigRoute *route,
                           GError **error)
{
    HostKey needed[] = { first, mig_hostfile_route_key(first, KEY_ADDRESS) };
    const char *driver = texts->text[KEY_DRIVER] ?: "qemu";
    gboolean plaintext;

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (texts->text[needed[i]] == NULL)
            return refuse_missing(error, name, texts, needed[i]);
    }
    if (!mig_connect_from_string(texts->text[first], &route->connect) ||
        route->connect < MIG_CONNECT_SSH || route->connect == MIG_CONNECT_HTTPS)
        return mig_hostfile_refuse_value(error, name, texts, first, texts->text[first]);
    if (!mig_uri_driver_has(driver, route->connect))
        return refuse_transport(error, name, texts, first, driver);
    if (!mig_hostfile_read_flag(name, texts, KEY_PLAINTEXT, &plaintext, error))
        return FALSE;
    if (route->connect == MIG_CONNECT_TCP && !plaintext)
        return refuse_plaintext(error, name, texts, first);
    if (!mig_hostfile_read_address(name, texts, mig_hostfile_route_key(first, KEY_ADDRESS),
                                   &route->address, error))
        return FALSE;

    return read_login(name, texts, first, route, error);
}

/* Other daemons reach a host as we do unless the file says otherwise. A port and a user belong to
 * their transport: an ssh port is no tls port. */
static void default_peer(HostTexts *texts)
{
    static const HostKey always[] = { KEY_TRANSPORT, KEY_ADDRESS };
    static const HostKey with_transport[] = { KEY_PORT, KEY_USER };

    for (guint i = 0; i < G_N_ELEMENTS(always); i++) {
        char **peer = &texts->text[mig_hostfile_route_key(KEY_PEER_TRANSPORT, always[i])];

        if (*peer == NULL)
            *peer = g_strdup(texts->text[always[i]]);
    }
    if (g_strcmp0(texts->text[KEY_TRANSPORT], texts->text[KEY_PEER_TRANSPORT]) != 0)
        return;

    for (guint i = 0; i < G_N_ELEMENTS(with_transport); i++) {
        char **peer = &texts->text[mig_hostfile_route_key(KEY_PEER_TRANSPORT, with_transport[i])];

        if (*peer == NULL)
            *peer = g_strdup(texts->text[with_transport[i]]);
    }
}

static gboolean read_migration_addresses(MigHost *host, const HostTexts *texts, GError **error)
{
    const char *text = texts->text[KEY_MIGRATION_ADDRESSES];
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);

    for (char **part = parts; *part != NULL; part++) {
        char *address;

        /* a list may end in ; as key files have it */
        if (g_strstrip(*part)[0] == '\0' && part[1] == NULL && part != parts)
            break;

        address = mig_uri_canonical_address(*part);
        if (address == NULL)
            return mig_hostfile_refuse_value(error, host->name, texts, KEY_MIGRATION_ADDRESSES,
                                             *part);
        if (g_ptr_array_find_with_equal_func(found, address, g_str_equal, NULL))
            g_free(address);
        else
            g_ptr_array_add(found, address);
        if (found->len > ADDRESSES_MAX)
            return mig_hostfile_refuse_value(error, host->name, texts, KEY_MIGRATION_ADDRESSES,
                                             text);
    }

    if (found->len == 0)
        return mig_hostfile_refuse_value(error, host->name, texts, KEY_MIGRATION_ADDRESSES, text);

    g_ptr_array_add(found, NULL);
    g_strfreev(host->migration_addresses);
    host->migration_addresses = (char **) g_ptr_array_free(g_steal_pointer(&found), FALSE);

    return TRUE;
}

static gboolean is_directory_path(const char *text)
{
    g_autofree char *canonical = NULL;

    if (text[0] != '/' || text[1] == '\0' || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    canonical = g_canonicalize_filename(text, "/");

    return strcmp(canonical, text) == 0;
}

static gboolean read_disk_directories(MigHost *host, const HostTexts *texts, GError **error)
{
    const char *text = texts->text[KEY_DISK_DIRECTORIES];
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    guint n = g_strv_length(parts);

    /* a list may end in ; as key files have it */
    if (n > 1 && g_strstrip(parts[n - 1])[0] == '\0')
        g_clear_pointer(&parts[--n], g_free);
    if (n > DIRECTORIES_MAX)
        return mig_hostfile_refuse_value(error, host->name, texts, KEY_DISK_DIRECTORIES, text);
    for (guint i = 0; i < n; i++)
        if (!is_directory_path(g_strstrip(parts[i])))
            return mig_hostfile_refuse_value(error, host->name, texts, KEY_DISK_DIRECTORIES,
                                             parts[i]);

    g_strfreev(host->disk_directories);
    host->disk_directories = g_steal_pointer(&parts);

    return TRUE;
}

static gboolean read_host_uuid(MigHost *host, const HostTexts *texts, GError **error)
{
    const char *text = texts->text[KEY_UUID];

    if (!g_uuid_string_is_valid(text))
        return mig_hostfile_refuse_value(error, host->name, texts, KEY_UUID, text);

    host->host_uuid = g_ascii_strdown(text, -1);

    return TRUE;
}

/* `local` has its way to us; the file may only say how others reach it. */
static gboolean read_local_routes(MigHost *host, const HostTexts *texts, GError **error)
{
    gboolean plaintext;

    for (guint i = KEY_PEER_TRANSPORT; i <= KEY_PEER_USER; i++) {
        if (texts->text[i] != NULL)
            return read_route(host->name, texts, KEY_PEER_TRANSPORT, &host->peer, error);
    }

    return mig_hostfile_read_flag(host->name, texts, KEY_PLAINTEXT, &plaintext, error);
}

static gboolean read_routes(MigHost *host, HostTexts *texts, GError **error)
{
    if (!read_route(host->name, texts, KEY_TRANSPORT, &host->own, error))
        return FALSE;
    default_peer(texts);

    return read_route(host->name, texts, KEY_PEER_TRANSPORT, &host->peer, error);
}

/* What its file may say depends on what kind of host it is. */
static gboolean check_kind(const char *name, const HostTexts *texts, HostKind kind, GError **error)
{
    static const struct {
        HostKind kind;
        const char *why;
    } reasons[] = {
        { HOST_LOCAL, "may not be given, local is always reached by its own socket" },
        { HOST_VCENTER, "is not for Driver=vpx, whose host is reached through its vCenter" },
        { HOST_DAEMON, "is for Driver=vpx only" },
    };

    for (guint i = 0; i < N_KEYS; i++) {
        if (texts->text[i] == NULL || (keys[i].hosts & kind))
            continue;
        for (guint j = 0; j < G_N_ELEMENTS(reasons); j++)
            if (reasons[j].kind == kind)
                return mig_hostfile_refuse(error, name, "%s= %s; remove the line", keys[i].key,
                                           reasons[j].why);
    }

    return TRUE;
}

static gboolean read_driver(MigHost *host, const HostTexts *texts, HostKind *ret, GError **error)
{
    gboolean local = strcmp(host->name, MIG_HOST_LOCAL) == 0;
    const char *driver = texts->text[KEY_DRIVER] ?: host->driver;

    if (!mig_uri_driver_is_valid(driver))
        return mig_hostfile_refuse_value(error, host->name, texts, KEY_DRIVER, driver);
    if (local && !mig_uri_driver_has(driver, MIG_CONNECT_UNIX))
        return mig_hostfile_refuse(error, host->name,
                                   "%s=%s is not for local; give that host a file of its own",
                                   keys[KEY_DRIVER].key, driver);

    if (strcmp(driver, host->driver) != 0) {
        g_free(host->driver);
        host->driver = g_strdup(driver);
    }
    *ret = local                                           ? HOST_LOCAL
           : mig_uri_driver_has(driver, MIG_CONNECT_HTTPS) ? HOST_VCENTER
                                                           : HOST_DAEMON;

    return TRUE;
}

static gboolean read_kind(MigHost *host, HostTexts *texts, GError **error)
{
    HostKind kind = HOST_LOCAL;

    if (!read_driver(host, texts, &kind, error) || !check_kind(host->name, texts, kind, error))
        return FALSE;
    if (kind == HOST_LOCAL)
        return read_local_routes(host, texts, error);

    host->own.connect = MIG_CONNECT_NONE;
    return kind == HOST_VCENTER ? mig_hostfile_read_vcenter(host, texts, error)
                                : read_routes(host, texts, error);
}

MigHost *mig_hostfile_build(const char *name, HostTexts *texts, GError **error)
{
    g_autoptr(MigHost) host = mig_host_new_local();

    g_free(host->name);
    host->name = g_strdup(name);
    if (!read_kind(host, texts, error))
        return NULL;
    if (texts->text[KEY_MIGRATION_ADDRESSES] != NULL &&
        !read_migration_addresses(host, texts, error))
        return NULL;
    if (texts->text[KEY_UUID] != NULL && !read_host_uuid(host, texts, error))
        return NULL;
    if (texts->text[KEY_DISK_DIRECTORIES] != NULL && !read_disk_directories(host, texts, error))
        return NULL;
    if (!mig_hostfile_read_flag(host->name, texts, KEY_RDMA, &host->allow_rdma, error))
        return NULL;

    return g_steal_pointer(&host);
}
