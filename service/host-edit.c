/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See host-edit.h.
 */
#include "host-edit.h"

#include "error.h"
#include "log.h"
#include "text.h"

static guint count_added(const Manager *manager)
{
    GHashTableIter iter;
    void *value;
    guint n = 0;
    g_hash_table_iter_init(&iter, manager->hosts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += ((const Host *) value)->origin == ORIGIN_BUS;
    return n;
}

static gboolean check_origin(const Manager *manager, const Host *host, GError **error)
{
    if (host->origin == ORIGIN_BUS)
        return TRUE;
    g_set_error(
        error, MIG_ERROR, MIG_ERROR_HOST_PROTECTED,
        host->origin == ORIGIN_BUILT_IN
            ? "host %s is always there; what others know of it is said in %s/hosts.d/%s.conf"
            : "host %s is the administrator's; change or remove its file "
              "%s/hosts.d/%s.conf",
        host->name, manager->settings->config_dir, host->name);
    return FALSE;
}

gboolean host_edit_may_add(const Manager *manager, const MigHost *config, gboolean replace,
                           GError **error)
{
    const Host *known = g_hash_table_lookup(manager->hosts, config->name);
    if (known && !check_origin(manager, known, error))
        return FALSE;
    if (known && replace)
        return TRUE;
    if (known) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_HOST_EXISTS,
                    "host %s is there already; take another name, or give the setting replace to "
                    "change it",
                    config->name);
        return FALSE;
    }
    if (count_added(manager) < HOSTS_MAX)
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                "%d hosts have been added; remove one, or write files for more: "
                "migrationd.hosts(5)",
                HOSTS_MAX);
    return FALSE;
}

gboolean host_edit_add(Manager *manager, const MigHost *config, gboolean replace, GError **error)
{
    if (!host_edit_may_add(manager, config, replace, error) ||
        !host_store_write(manager->settings->state_dir, config, error))
        return FALSE;
    log_info("host %s is added or changed: %s to %s", config->name,
             mig_connect_to_string(config->own.connect), config->own.address);
    manager_reload_hosts(manager);
    return TRUE;
}

static gboolean check_jobs(const Manager *manager, const char *name, GError **error)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Job *job = value;
        const MigJob *record = job->record;
        if (job_is_final(job) ||
            !(g_str_equal(record->source, name) || g_str_equal(record->destination, name)))
            continue;
        g_set_error(error, MIG_ERROR, MIG_ERROR_HOST_BUSY,
                    "job %" G_GUINT64_FORMAT " uses host %s; wait for its end or cancel it",
                    record->id, name);
        return FALSE;
    }
    return TRUE;
}

gboolean host_edit_may_remove(const Manager *manager, const char *name, GError **error)
{
    const Host *host = g_hash_table_lookup(manager->hosts, name);
    if (!host) {
        g_autofree char *quoted = mig_text_quote(name);
        g_autofree char *meant = manager_nearest_host(manager, name);
        g_set_error(error, MIG_ERROR, MIG_ERROR_UNKNOWN_HOST,
                    "there is no host %s to be removed: %sbusctl tree org.example.Migration1 shows "
                    "the hosts there are",
                    quoted, meant);
        return FALSE;
    }
    return check_origin(manager, host, error) && check_jobs(manager, name, error);
}

gboolean host_edit_remove(Manager *manager, const char *name, GError **error)
{
    if (!host_edit_may_remove(manager, name, error) ||
        !host_store_remove(manager->settings->state_dir, name, error))
        return FALSE;
    log_info("host %s is removed", name);
    manager_reload_hosts(manager);
    return TRUE;
}
