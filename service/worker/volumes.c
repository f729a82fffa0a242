/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See volumes.h. libvirt makes a volume for a disk that is a file whose directory is that of a pool
 * (qemuMigrationDstPrecreateDisk), if no such file is there.
 */
#include "volumes.h"

#include <libvirt/virterror.h>

#include "guest-xml.h"
#include "log.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStorageVol, virStorageVolFree)

/* As libvirt chooses when nobody has. */
static gboolean is_private(const xmlNode *disk)
{
    return !mig_guest_xml_child(disk, "readonly") && !mig_guest_xml_child(disk, "shareable");
}

static gboolean is_copied(const xmlNode *disk, const MigRequest *request)
{
    const char *const *chosen = mig_request_list(request, MIG_OPT_DISKS);
    g_autofree char *target = mig_guest_xml_attribute(mig_guest_xml_child(disk, "target"), "dev");
    return *chosen ? target && g_strv_contains(chosen, target) : is_private(disk);
}

GStrv mig_volumes_of_guest(const char *xml, const MigRequest *request, GError **error)
{
    g_autoptr(GStrvBuilder) paths = g_strv_builder_new();
    if (mig_request_number(request, MIG_OPT_COPY_STORAGE) != MIG_COPY_ALL)
        return g_strv_builder_end(paths);
    g_autoptr(xmlDoc) doc = mig_guest_xml_parse(xml, error);
    if (!doc)
        return NULL;
    g_autoptr(GPtrArray) disks = mig_guest_xml_devices(doc, "disk");
    for (guint i = 0; i < disks->len; i++) {
        const xmlNode *disk = g_ptr_array_index(disks, i);
        g_autofree char *path =
            mig_guest_xml_attribute(mig_guest_xml_child(disk, "source"), "file");
        if (path && g_path_is_absolute(path) && is_copied(disk, request))
            g_strv_builder_add(paths, path);
    }
    return g_strv_builder_end(paths);
}

static gboolean will_be_made(virConnectPtr connection, const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(virStoragePool) pool = virStoragePoolLookupByTargetPath(connection, directory);
    /* what libvirt has not looked at may be there all the same */
    if (!pool || virStoragePoolRefresh(pool, 0) < 0)
        return FALSE;
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(virStorageVol) volume = virStorageVolLookupByName(pool, name);
    virErrorPtr last = volume ? NULL : virGetLastError();
    return last && last->code == VIR_ERR_NO_STORAGE_VOL;
}

static gboolean is_there(virConnectPtr connection, const char *path)
{
    g_autoptr(virStorageVol) volume = virStorageVolLookupByPath(connection, path);
    return volume != NULL;
}

static gboolean remains(virConnectPtr connection, const char *path)
{
    g_autoptr(virStorageVol) volume = virStorageVolLookupByPath(connection, path);
    if (!volume)
        return FALSE;
    gboolean deleted = virStorageVolDelete(volume, 0) == 0;
    if (!deleted)
        log_warning("volume %s is left behind: %s", path, virGetLastErrorMessage());
    return !deleted;
}

static GStrv filter(virConnectPtr connection, const char *const *paths,
                    gboolean (*holds)(virConnectPtr connection, const char *path))
{
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    for (; *paths; paths++)
        if (holds(connection, *paths))
            g_strv_builder_add(found, *paths);
    return g_strv_builder_end(found);
}

GStrv mig_volumes_missing(virConnectPtr connection, const char *const *paths)
{
    return filter(connection, paths, will_be_made);
}

GStrv mig_volumes_there(virConnectPtr connection, const char *const *paths)
{
    return filter(connection, paths, is_there);
}

GStrv mig_volumes_delete(virConnectPtr connection, const char *const *paths)
{
    return filter(connection, paths, remains);
}
