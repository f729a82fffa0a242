/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See host.h.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "error.h"
#include "log.h"

#define SUFFIX ".conf"

const char *host_origin_to_string(HostOrigin origin)
{
    static const char *const names[] = {
        [ORIGIN_BUILT_IN] = "built-in",
        [ORIGIN_ADMINISTRATOR] = "administrator",
        [ORIGIN_BUS] = "bus",
    };
    return names[origin];
}

Host *host_new(const char *name, HostOrigin origin, MigHost *config, const char *file_error)
{
    Host *host = g_new0(Host, 1);
    host->name = g_strdup(name);
    host->origin = origin;
    host->config = config;
    host->file_error = g_strdup(file_error ? file_error : "");
    host->error_name = g_strdup("");
    host->error_message = g_strdup("");
    return host;
}

void host_free(Host *host)
{
    if (!host)
        return;
    mig_host_free(host->config);
    g_free(host->name);
    g_free(host->file_error);
    g_free(host->error_name);
    g_free(host->error_message);
    g_free(host);
}

gboolean host_equal(const Host *a, const Host *b)
{
    if (a->origin != b->origin)
        return FALSE;
    if (!a->config || !b->config)
        return a->config == b->config && g_str_equal(a->file_error, b->file_error);
    g_autoptr(GVariant) left = g_variant_ref_sink(mig_host_to_variant(a->config));
    g_autoptr(GVariant) right = g_variant_ref_sink(mig_host_to_variant(b->config));
    return g_variant_equal(left, right);
}

const MigHost *host_config(const Host *host, GError **error)
{
    if (!host->config)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE, host->file_error);
    return host->config;
}

gboolean host_contacted(Host *host, const GError *error)
{
    const char *name = error ? mig_error_dbus_name(error) : "";
    const char *message = error ? error->message : "";
    gboolean changed = !error || !g_str_equal(host->error_name, name) ||
                       !g_str_equal(host->error_message, message);
    if (!error)
        host->last_contact = g_get_real_time();
    if (changed) {
        g_free(host->error_name);
        host->error_name = g_strdup(name);
        g_free(host->error_message);
        host->error_message = g_strdup(message);
    }
    return changed;
}

static char *store_directory(const char *parent)
{
    return g_build_filename(parent, "hosts.d", NULL);
}

/* What came over the bus may say no more than AddHost takes, whoever wrote the file. */
static MigHost *parse(const char *name, HostOrigin origin, const char *data, gsize length,
                      GError **error)
{
    g_autoptr(MigHost) config = mig_host_parse(name, data, length, error);
    if (!config || origin != ORIGIN_BUS || mig_host_is_plain(config))
        return g_steal_pointer(&config);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE,
                "Host %s: it has keys that AddHost does not take; remove the host, or move its "
                "file to the administrator's hosts.d.",
                name);
    return NULL;
}

static Host *host_load(const char *path, HostOrigin origin, const char *name)
{
    g_autofree char *data = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    MigHost *config = NULL;
    if (g_file_get_contents(path, &data, &length, &error))
        config = parse(name, origin, data, length, &error);
    if (config)
        return host_new(name, origin, config, NULL);
    g_autofree char *why = g_strdup_printf("%s: %s", path, error->message);
    log_warning("%s", why);
    return host_new(name, origin, NULL, why);
}

static void hosts_add(GHashTable *hosts, Host *host)
{
    g_hash_table_replace(hosts, host->name, host);
}

static void load_file(GHashTable *hosts, HostOrigin origin, const char *directory, const char *file)
{
    g_autofree char *path = g_build_filename(directory, file, NULL);
    g_autofree char *name = g_strndup(file, strlen(file) - strlen(SUFFIX));
    if (!mig_host_name_is_valid(name))
        log_warning("%s is left out: a host's name is made of a-z, 0-9, '-' and '.'", path);
    else if (origin == ORIGIN_BUS && g_str_equal(name, MIG_HOST_LOCAL))
        log_warning("%s is left out: %s is nothing to be added", path, MIG_HOST_LOCAL);
    else
        hosts_add(hosts, host_load(path, origin, name));
}

/* The error is for the one who wonders where the hosts are. */
static void load_directory(GHashTable *hosts, HostOrigin origin, const char *directory,
                           GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, error);
    if (!dir)
        return;
    for (const char *file = g_dir_read_name(dir); file; file = g_dir_read_name(dir))
        if (g_str_has_suffix(file, SUFFIX))
            load_file(hosts, origin, directory, file);
}

GHashTable *hosts_load(const char *config_dir, const char *state_dir)
{
    GHashTable *hosts =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) host_free);
    g_autofree char *added = store_directory(state_dir);
    g_autofree char *files = store_directory(config_dir);
    g_autoptr(GError) error = NULL;
    hosts_add(hosts, host_new(MIG_HOST_LOCAL, ORIGIN_BUILT_IN, mig_host_new_local(), NULL));
    load_directory(hosts, ORIGIN_BUS, added, NULL);
    load_directory(hosts, ORIGIN_ADMINISTRATOR, files, &error);
    if (error)
        log_info("no hosts of the administrator's but %s: %s", MIG_HOST_LOCAL, error->message);
    return hosts;
}

/* The file's name counts when the directory is on disk, too. */
static gboolean sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static gboolean fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_FAILED,
                "%s cannot be changed: %s; check the disk and whom the directory belongs to", path,
                why);
    return FALSE;
}

gboolean host_store_write(const char *state_dir, const MigHost *config, GError **error)
{
    g_autofree char *directory = store_directory(state_dir);
    g_autofree char *file = g_strconcat(config->name, SUFFIX, NULL);
    g_autofree char *path = g_build_filename(directory, file, NULL);
    g_autofree char *text = mig_host_to_text(config);
    g_autoptr(GError) local = NULL;
    if (g_mkdir(directory, 0700) < 0 && errno != EEXIST)
        return fail(error, directory, g_strerror(errno));
    if (!g_file_set_contents_full(path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, &local))
        return fail(error, path, local->message);
    return sync_directory(directory) || fail(error, directory, g_strerror(errno));
}

gboolean host_store_remove(const char *state_dir, const char *name, GError **error)
{
    g_autofree char *directory = store_directory(state_dir);
    g_autofree char *file = g_strconcat(name, SUFFIX, NULL);
    g_autofree char *path = g_build_filename(directory, file, NULL);
    if (g_unlink(path) < 0 && errno != ENOENT)
        return fail(error, path, g_strerror(errno));
    return sync_directory(directory) || fail(error, directory, g_strerror(errno));
}
