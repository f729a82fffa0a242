/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See host.h.
 */
#include "host.h"

#include "error.h"
#include "log.h"

#define SUFFIX ".conf"

Host *host_new(const char *name, MigHost *config, const char *file_error)
{
    Host *host = g_new0(Host, 1);
    host->name = g_strdup(name);
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

static Host *host_load(const char *directory, const char *file, const char *name)
{
    g_autofree char *path = g_build_filename(directory, file, NULL);
    g_autofree char *data = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    MigHost *config = NULL;
    if (g_file_get_contents(path, &data, &length, &error))
        config = mig_host_parse(name, data, length, &error);
    if (config)
        return host_new(name, config, NULL);
    g_autofree char *why = g_strdup_printf("%s: %s", path, error->message);
    log_warning("%s", why);
    return host_new(name, NULL, why);
}

static void hosts_add(GHashTable *hosts, Host *host)
{
    g_hash_table_replace(hosts, host->name, host);
}

GHashTable *hosts_load(const char *config_dir)
{
    GHashTable *hosts =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) host_free);
    hosts_add(hosts, host_new(MIG_HOST_LOCAL, mig_host_new_local(), NULL));

    g_autofree char *directory = g_build_filename(config_dir, "hosts.d", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(directory, 0, &error);
    if (!dir) {
        log_info("no hosts but %s: %s", MIG_HOST_LOCAL, error->message);
        return hosts;
    }
    for (const char *file = g_dir_read_name(dir); file; file = g_dir_read_name(dir)) {
        if (!g_str_has_suffix(file, SUFFIX))
            continue;
        g_autofree char *name = g_strndup(file, strlen(file) - strlen(SUFFIX));
        if (mig_host_name_is_valid(name))
            hosts_add(hosts, host_load(directory, file, name));
        else
            log_warning("%s/%s is left out: a host's name is made of a-z, 0-9, '-' and '.'",
                        directory, file);
    }
    return hosts;
}
