/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host from its key file or its dictionary and back, and the small questions about it. Both forms
 * become texts, one a key; hostfile-check.c says whether they can be used.
 */
#include "host-uri.h"
#include "hostfile-check.h"
#include "text.h"

#include <string.h>

#define GROUP "Host"
#define SIZE_MAX_BYTES (64 * 1024)
#define NAME_MAX_BYTES 64
#define LABEL_MAX 63

static const char *const connect_names[MIG_N_CONNECTS] = {
    [MIG_CONNECT_NONE] = "none", [MIG_CONNECT_UNIX] = "unix", [MIG_CONNECT_SSH] = "ssh",
    [MIG_CONNECT_TLS] = "tls",   [MIG_CONNECT_TCP] = "tcp",   [MIG_CONNECT_HTTPS] = "https",
};

const char *mig_connect_to_string(MigConnect connect)
{
    g_return_val_if_fail((guint) connect < MIG_N_CONNECTS, NULL);

    return connect_names[connect];
}

gboolean mig_connect_from_string(const char *name, MigConnect *ret)
{
    for (guint i = 0; i < MIG_N_CONNECTS; i++) {
        if (g_strcmp0(name, connect_names[i]) == 0) {
            *ret = (MigConnect) i;
            return TRUE;
        }
    }

    return FALSE;
}

/* Where libvirt's default storage pool is. */
static const char *const default_directories[] = { "/var/lib/libvirt/images", NULL };

static void route_clear(MigRoute *route)
{
    g_free(route->address);
    g_free(route->user);
    g_free(route->path);
}

static void inventory_clear(MigInventory *inventory)
{
    g_free(inventory->datacenter);
    g_free(inventory->cluster);
    g_free(inventory->host_system);
    g_free(inventory->password_file);
}

void mig_host_free(MigHost *host)
{
    if (host == NULL)
        return;

    g_free(host->name);
    g_free(host->driver);
    route_clear(&host->own);
    route_clear(&host->peer);
    inventory_clear(&host->inventory);
    g_strfreev(host->migration_addresses);
    g_free(host->host_uuid);
    g_strfreev(host->disk_directories);
    g_free(host);
}

gboolean mig_host_name_is_valid(const char *name)
{
    g_auto(GStrv) labels = NULL;

    if (name == NULL || name[0] == '\0' || strlen(name) > NAME_MAX_BYTES)
        return FALSE;

    labels = g_strsplit(name, ".", -1);
    for (char **label = labels; *label != NULL; label++) {
        gsize length = strlen(*label);

        if (length == 0 || length > LABEL_MAX || (*label)[0] == '-' ||
            (*label)[length - 1] == '-' || strspn(*label, G_CSET_a_2_z G_CSET_DIGITS "-") != length)
            return FALSE;
    }

    return TRUE;
}

MigHost *mig_host_new_local(void)
{
    MigHost *host = g_new0(MigHost, 1);

    host->name = g_strdup(MIG_HOST_LOCAL);
    host->driver = g_strdup("qemu");
    host->own.connect = MIG_CONNECT_UNIX;
    host->migration_addresses = g_new0(char *, 1);
    host->disk_directories = g_strdupv((char **) default_directories);

    return host;
}

static gboolean check_name(const char *name, GError **error)
{
    g_autofree char *text = mig_text_quote(name);

    return mig_host_name_is_valid(name) ||
           mig_hostfile_refuse(
               error, text,
               "this is no host name; it may be labels of a-z 0-9 - with dots between them, "
               "64 bytes in all");
}

static gboolean take_key(const char *name, GKeyFile *file, const char *key, HostTexts *texts,
                         GError **error)
{
    g_autofree char *unknown = NULL;

    for (guint i = 0; i < N_KEYS; i++) {
        if (strcmp(key, mig_hostfile_key(i)->key) != 0)
            continue;
        if (texts->text[i] != NULL)
            return mig_hostfile_refuse(error, name, "%s= is there twice; remove one of them", key);
        /* as it stands there: no value of ours needs an escape, so a backslash is just wrong */
        texts->text[i] = g_strchomp(g_key_file_get_value(file, GROUP, key, NULL));
        return TRUE;
    }
    unknown = mig_text_quote(key);

    return mig_hostfile_refuse(
        error, name,
        "the key %s is unknown; migrationd.hosts(5) has those that can be used, in the "
        "case they are written there",
        unknown);
}

static gboolean take_file(const char *name, GKeyFile *file, HostTexts *texts, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    g_auto(GStrv) found = NULL;

    for (char **group = groups; *group != NULL; group++) {
        g_autofree char *unknown = mig_text_quote(*group);

        if (strcmp(*group, GROUP) != 0)
            return mig_hostfile_refuse(
                error, name, "the group %s is unknown; [" GROUP "] is the only one", unknown);
    }

    found = g_key_file_get_keys(file, GROUP, NULL, NULL);
    if (found == NULL)
        return mig_hostfile_refuse(error, name,
                                   "the group [" GROUP "] is missing; begin the file with it");

    for (char **key = found; *key != NULL; key++) {
        if (!take_key(name, file, *key, texts, error))
            return FALSE;
    }

    return TRUE;
}

MigHost *mig_host_parse(const char *name, const char *data, gsize length, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) local = NULL;
    g_auto(HostTexts) texts = { 0 };

    if (!check_name(name, error))
        return NULL;
    if (length > SIZE_MAX_BYTES) {
        mig_hostfile_refuse(error, name,
                            "the file has %" G_GSIZE_FORMAT " bytes; it may have 64 KiB", length);
        return NULL;
    }
    if (length > 0 &&
        (memchr(data, '\0', length) != NULL || !g_utf8_validate(data, (gssize) length, NULL))) {
        mig_hostfile_refuse(error, name, "the file is no UTF-8 text; write it anew as a key file");
        return NULL;
    }
    /* translations are kept so that Address[de]= is an unknown key and not silently dropped */
    if (length > 0 &&
        !g_key_file_load_from_data(file, data, length, G_KEY_FILE_KEEP_TRANSLATIONS, &local)) {
        g_autofree char *why = mig_text_quote(local->message);

        mig_hostfile_refuse(error, name, "the file is no key file (%s); see migrationd.hosts(5)",
                            why);
        return NULL;
    }
    if (!take_file(name, file, &texts, error))
        return NULL;

    return mig_hostfile_build(name, &texts, error);
}

static void add_route(GVariantDict *dict, const MigRoute *route, HostKey first)
{
    if (route->connect == MIG_CONNECT_NONE)
        return;

    if (route->connect != MIG_CONNECT_HTTPS)
        g_variant_dict_insert(dict, mig_hostfile_key(first)->dict, "s",
                              connect_names[route->connect]);
    g_variant_dict_insert(dict, mig_hostfile_key(mig_hostfile_route_key(first, KEY_ADDRESS))->dict,
                          "s", route->address);
    if (route->port != 0)
        g_variant_dict_insert(dict, mig_hostfile_key(mig_hostfile_route_key(first, KEY_PORT))->dict,
                              "q", route->port);
    if (route->user != NULL)
        g_variant_dict_insert(dict, mig_hostfile_key(mig_hostfile_route_key(first, KEY_USER))->dict,
                              "s", route->user);
}

static void add_inventory(GVariantDict *dict, const MigHost *host)
{
    const struct {
        HostKey key;
        const char *text;
    } rows[] = {
        { KEY_DATACENTER, host->inventory.datacenter },
        { KEY_CLUSTER, host->inventory.cluster },
        { KEY_HOST_SYSTEM, host->inventory.host_system },
        { KEY_PASSWORD_FILE, host->inventory.password_file },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].text != NULL)
            g_variant_dict_insert(dict, mig_hostfile_key(rows[i].key)->dict, "s", rows[i].text);
    if (host->own.no_verify)
        g_variant_dict_insert(dict, mig_hostfile_key(KEY_VERIFY)->dict, "b", FALSE);
}

GVariant *mig_host_to_variant(const MigHost *host)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    g_variant_dict_insert(&dict, "name", "s", host->name);
    g_variant_dict_insert(&dict, mig_hostfile_key(KEY_DRIVER)->dict, "s", host->driver);
    if (strcmp(host->name, MIG_HOST_LOCAL) != 0)
        add_route(&dict, &host->own, KEY_TRANSPORT);
    add_inventory(&dict, host);
    add_route(&dict, &host->peer, KEY_PEER_TRANSPORT);
    if (host->own.connect == MIG_CONNECT_TCP || host->peer.connect == MIG_CONNECT_TCP)
        g_variant_dict_insert(&dict, mig_hostfile_key(KEY_PLAINTEXT)->dict, "b", TRUE);
    if (host->migration_addresses[0] != NULL)
        g_variant_dict_insert(&dict, mig_hostfile_key(KEY_MIGRATION_ADDRESSES)->dict, "^as",
                              host->migration_addresses);
    if (host->host_uuid != NULL)
        g_variant_dict_insert(&dict, mig_hostfile_key(KEY_UUID)->dict, "s", host->host_uuid);
    if (!g_strv_equal((const char *const *) host->disk_directories, default_directories))
        g_variant_dict_insert(&dict, mig_hostfile_key(KEY_DISK_DIRECTORIES)->dict, "^as",
                              host->disk_directories);
    if (host->allow_rdma)
        g_variant_dict_insert(&dict, mig_hostfile_key(KEY_RDMA)->dict, "b", TRUE);

    return g_variant_dict_end(&dict);
}

/* The value as the file would have it. */
char *mig_hostfile_text_of(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16))
        return g_strdup_printf("%u", g_variant_get_uint16(value));
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
        return g_strdup(g_variant_get_boolean(value) ? "yes" : "no");
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY)) {
        g_autofree const char **list = g_variant_get_strv(value, NULL);

        return g_strjoinv(";", (char **) list);
    }

    return g_variant_dup_string(value, NULL);
}

static gboolean take_entry(const char *name, const char *key, GVariant *value, HostTexts *texts,
                           GError **error)
{
    g_autofree char *unknown = NULL;

    for (guint i = 0; i < N_KEYS; i++) {
        if (strcmp(key, mig_hostfile_key(i)->dict) != 0)
            continue;
        if (!g_variant_is_of_type(value, G_VARIANT_TYPE(mig_hostfile_key(i)->type)))
            return mig_hostfile_refuse(error, name, "\"%s\" must be of D-Bus type %s", key,
                                       mig_hostfile_key(i)->type);
        g_free(texts->text[i]);
        texts->text[i] = mig_hostfile_text_of(value);
        return TRUE;
    }
    unknown = mig_text_quote(key);

    return mig_hostfile_refuse(error, name, "the key %s is unknown; remove it", unknown);
}

/* It must say what its URI says. */
static MigHost *host_of_uri(const char *name, GVariant *dict, GError **error)
{
    g_autoptr(MigHost) host = mig_host_from_uri(name, error);
    g_autoptr(GVariant) same = host ? g_variant_ref_sink(mig_host_to_variant(host)) : NULL;

    if (host == NULL || g_variant_equal(same, dict))
        return g_steal_pointer(&host);
    mig_hostfile_refuse(error, "dictionary", "it does not say what its URI says");

    return NULL;
}

MigHost *mig_hostfile_from_dict(const char *name, GVariant *dict, gboolean settings, GError **error)
{
    g_auto(HostTexts) texts = { .settings = settings };
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) owned = value;

        if (strcmp(key, "name") != 0 && !take_entry(name, key, owned, &texts, error))
            return NULL;
    }

    return mig_hostfile_build(name, &texts, error);
}

MigHost *mig_host_from_variant(GVariant *dict, GError **error)
{
    const char *name = "";

    if (!g_variant_is_of_type(dict, G_VARIANT_TYPE_VARDICT) ||
        !g_variant_lookup(dict, "name", "&s", &name)) {
        mig_hostfile_refuse(error, "dictionary",
                            "\"name\" is missing; it must be an a{sv} with that string");
        return NULL;
    }
    if (mig_host_is_uri(name))
        return host_of_uri(name, dict, error);
    if (!check_name(name, error))
        return NULL;

    return mig_hostfile_from_dict(name, dict, FALSE, error);
}

MigHost *mig_host_copy(const MigHost *host)
{
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_host_to_variant(host));

    return mig_host_from_variant(dict, NULL);
}

gboolean mig_host_has_address(const MigHost *host, const char *address)
{
    return address != NULL &&
           g_strv_contains((const char *const *) host->migration_addresses, address);
}

gboolean mig_host_has_disk_path(const MigHost *host, const char *path)
{
    for (char **directory = host->disk_directories; *directory; directory++) {
        gsize length = strlen(*directory);

        if (strncmp(path, *directory, length) == 0 && path[length] == '/')
            return TRUE;
    }

    return FALSE;
}
