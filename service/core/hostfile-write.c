/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host from the settings a caller gives, back to settings, and to the text of a key file.
 * Settings are a subset of the keys: what names a path, a password, or where disks may be placed is
 * for files that an administrator writes.
 */
#include "error.h"
#include "hostfile-check.h"
#include "text.h"
#include "uri.h"

#include <string.h>

static const HostKey setting_keys[] = {
    KEY_DRIVER,
    KEY_TRANSPORT,
    KEY_ADDRESS,
    KEY_PORT,
    KEY_USER,
    KEY_PEER_TRANSPORT,
    KEY_PEER_ADDRESS,
    KEY_PEER_PORT,
    KEY_PEER_USER,
    KEY_PLAINTEXT,
    KEY_MIGRATION_ADDRESSES,
    KEY_UUID,
};

static gboolean is_setting(const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(setting_keys); i++)
        if (strcmp(key, mig_hostfile_key(setting_keys[i])->dict) == 0)
            return TRUE;

    return FALSE;
}

static char *list_settings(void)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(setting_keys); i++)
        g_string_append_printf(list, "%s, ", mig_hostfile_key(setting_keys[i])->dict);
    g_string_append(list, "and replace");

    return g_string_free(list, FALSE);
}

static gboolean refuse(GError **error, const char *name, const char *reason)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, "Host %s: %s.", name, reason);

    return FALSE;
}

/* A name that can be no host's, or that of the one that is always there. */
static gboolean check_name(const char *name, GError **error)
{
    g_autofree char *shown = mig_text_quote(name);

    if (!mig_host_name_is_valid(name))
        return refuse(error, shown,
                      "this is no host name; it may be labels of a-z 0-9 - with dots between them, "
                      "64 bytes in all");
    if (strcmp(name, MIG_HOST_LOCAL) == 0)
        return refuse(error, name,
                      "this is the machine the service runs on; how others reach it is said in a "
                      "file local.conf, see migrationd.hosts(5)");

    return TRUE;
}

static gboolean refuse_key(const char *name, const char *key, GError **error)
{
    g_autofree char *shown = mig_text_quote(key);
    g_autofree char *known = list_settings();
    g_autofree char *reason = NULL;
    const char *names[G_N_ELEMENTS(setting_keys) + 1] = { NULL };
    const char *nearest;

    for (guint i = 0; i < G_N_ELEMENTS(setting_keys); i++)
        names[i] = mig_hostfile_key(setting_keys[i])->dict;
    nearest = mig_text_nearest(key, names);
    if (nearest != NULL)
        reason = g_strdup_printf("%s is no setting; did you mean \"%s\"", shown, nearest);
    else
        reason = g_strdup_printf("%s is no setting; they are %s. The other keys of a host are for "
                                 "a file that the administrator writes",
                                 shown, known);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, "Host %s: %s%s", name, reason,
                nearest != NULL ? "?" : ".");

    return FALSE;
}

static gboolean check_keys(const char *name, GVariant *settings, GError **error)
{
    GVariantIter iter;
    const char *key;

    g_variant_iter_init(&iter, settings);
    while (g_variant_iter_next(&iter, "{&sv}", &key, NULL)) {
        if (!is_setting(key))
            return refuse_key(name, key, error);
    }

    return TRUE;
}

MigHost *mig_host_from_settings(const char *name, GVariant *settings, GError **error)
{
    g_autoptr(GError) local = NULL;
    const char *driver = "";
    MigHost *host;

    if (!check_name(name, error) || !check_keys(name, settings, error))
        return NULL;
    if (g_variant_lookup(settings, "driver", "&s", &driver) &&
        mig_uri_driver_has(driver, MIG_CONNECT_HTTPS)) {
        refuse(error, name,
               "a host behind a vCenter needs a password; the administrator writes a file for it, "
               "see migrationd.hosts(5)");
        return NULL;
    }

    host = mig_hostfile_from_dict(name, settings, TRUE, &local);
    if (host == NULL)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, local->message);

    return host;
}

gboolean mig_host_is_plain(const MigHost *host)
{
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_host_to_variant(host));
    GVariantIter iter;
    const char *key;

    if (host->own.connect == MIG_CONNECT_UNIX || host->own.connect == MIG_CONNECT_HTTPS)
        return FALSE;

    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_next(&iter, "{&sv}", &key, NULL))
        if (strcmp(key, "name") != 0 && !is_setting(key))
            return FALSE;

    return TRUE;
}

/* What the peer keys would be if they were not given need not be given. */
static gboolean is_default(const MigHost *host, HostKey key)
{
    gboolean same = host->own.connect == host->peer.connect;

    switch (key) {
    case KEY_PEER_TRANSPORT:
        return same;
    case KEY_PEER_ADDRESS:
        return g_strcmp0(host->own.address, host->peer.address) == 0;
    case KEY_PEER_PORT:
        return same && host->own.port == host->peer.port;
    case KEY_PEER_USER:
        return same && g_strcmp0(host->own.user, host->peer.user) == 0;
    default:
        return FALSE;
    }
}

GVariant *mig_host_to_settings(const MigHost *host)
{
    g_auto(GVariantDict) settings = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) dict = g_variant_ref_sink(mig_host_to_variant(host));

    if (host->own.connect == MIG_CONNECT_UNIX || host->own.connect == MIG_CONNECT_HTTPS)
        return g_variant_dict_end(&settings);

    for (guint i = 0; i < G_N_ELEMENTS(setting_keys); i++) {
        const char *key = mig_hostfile_key(setting_keys[i])->dict;
        g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);

        if (value != NULL && !is_default(host, setting_keys[i]))
            g_variant_dict_insert_value(&settings, key, value);
    }

    return g_variant_dict_end(&settings);
}

char *mig_host_to_text(const MigHost *host)
{
    g_autoptr(GVariant) settings = g_variant_ref_sink(mig_host_to_settings(host));
    GString *text = g_string_new("# Added over the bus (AddHost), and changed and removed there.\n"
                                 "[Host]\n");

    for (guint i = 0; i < G_N_ELEMENTS(setting_keys); i++) {
        const HostKeyInfo *info = mig_hostfile_key(setting_keys[i]);
        g_autoptr(GVariant) value = g_variant_lookup_value(settings, info->dict, NULL);
        g_autofree char *written = value != NULL ? mig_hostfile_text_of(value) : NULL;

        if (written != NULL)
            g_string_append_printf(text, "%s=%s\n", info->key, written);
    }

    return g_string_free(text, FALSE);
}
