/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host of VMware's from its file: the way to its vCenter, and where it is in that one's
 * inventory.
 */
#include <string.h>

#include "hostfile-check.h"
#include "uri.h"

#define INVENTORY_MAX 8
#define FILE_NAME_MAX 64

static gboolean is_file_name(const char *text)
{
    gsize length = strlen(text);

    return length >= 1 && length <= FILE_NAME_MAX && text[0] != '.' && text[0] != '-' &&
           strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == length;
}

static gboolean read_inventory(MigHost *host, const HostTexts *texts, GError **error)
{
    MigInventory *inventory = &host->inventory;
    const struct {
        HostKey key;
        char **ret;
        guint names; /* at most that many, 0: a file */
        gboolean optional;
    } rows[] = {
        { KEY_DATACENTER, &inventory->datacenter, INVENTORY_MAX },
        { KEY_CLUSTER, &inventory->cluster, INVENTORY_MAX - 1, TRUE },
        { KEY_HOST_SYSTEM, &inventory->host_system, 1 },
        { KEY_PASSWORD_FILE, &inventory->password_file, 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *text = texts->text[rows[i].key];

        if (text == NULL && rows[i].optional)
            continue;
        if (text == NULL)
            return mig_hostfile_refuse(error, host->name, "%s= is missing; %s",
                                       mig_hostfile_key(rows[i].key)->key,
                                       mig_hostfile_key(rows[i].key)->remedy);
        if (rows[i].names > 0 ? !mig_uri_names_are_valid(text, 1, rows[i].names)
                              : !is_file_name(text))
            return mig_hostfile_refuse_value(error, host->name, texts, rows[i].key, text);
        *rows[i].ret = g_strdup(text);
    }

    return TRUE;
}

gboolean mig_hostfile_read_vcenter(MigHost *host, const HostTexts *texts, GError **error)
{
    static const HostKey needed[] = { KEY_ADDRESS, KEY_USER };
    const char *port = texts->text[KEY_PORT];
    gboolean verify;

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (texts->text[needed[i]] == NULL)
            return mig_hostfile_refuse(error, host->name,
                                       "%s= is missing; give that of the vCenter",
                                       mig_hostfile_key(needed[i])->key);
    }
    if (!mig_hostfile_read_address(host->name, texts, KEY_ADDRESS, &host->own.address, error))
        return FALSE;
    if (port != NULL && !mig_uri_parse_port(port, &host->own.port))
        return mig_hostfile_refuse_value(error, host->name, texts, KEY_PORT, port);
    if (!mig_uri_login_is_valid(texts->text[KEY_USER]))
        return mig_hostfile_refuse(error, host->name,
                                   "User= is not usable; for a vCenter it may be a name of up to "
                                   "64 of A-Z a-z 0-9 . _ - and a domain, for example "
                                   "administrator@vsphere.local");
    if (!mig_hostfile_read_flag(host->name, texts, KEY_VERIFY, &verify, error) ||
        !read_inventory(host, texts, error))
        return FALSE;

    host->own.connect = MIG_CONNECT_HTTPS;
    host->own.user = g_strdup(texts->text[KEY_USER]);
    host->own.no_verify = texts->text[KEY_VERIFY] != NULL && !verify;
    host->own.path =
        host->inventory.cluster != NULL
            ? g_strjoin("/", host->inventory.datacenter, host->inventory.cluster,
                        host->inventory.host_system, NULL)
            : g_strjoin("/", host->inventory.datacenter, host->inventory.host_system, NULL);

    return TRUE;
}
