/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of the guest's disks. Whether both hosts see one and the same file cannot be asked;
 * libvirt goes by the file system that the source has it on, and so do we where we see it.
 */
#include "check-rows.h"

#define QEMU_DROPS_CACHE 2012000 /* of a file, before the other host opens it */
#define QEMU_SAME_SIZE 5001000   /* a copy is refused if it is larger than the disk, too */
/* libvirt lets an administrator call file systems shared (shared_filesystems in qemu.conf). */
#define LIBVIRT_TOLD_SHARED 10010000

static const MigHostVolume *find_volume(const MigCheckInput *input, const char *target)
{
    for (guint i = 0; input->there && i < input->there->volumes->len; i++) {
        const MigHostVolume *volume = g_ptr_array_index(input->there->volumes, i);

        if (g_str_equal(volume->target, target))
            return volume;
    }

    return NULL;
}

/* What people know a disk by: its path on the destination, or pool and volume. */
static char *name_there(const MigCheckInput *input, const MigGuestDisk *disk)
{
    const char *edited = mig_request_edit(input->request, MIG_OPT_DISK_PATHS, disk->target);

    if (edited || !*disk->pool)
        return g_strdup(edited ?: disk->path);

    return g_strdup_printf("%s/%s", disk->pool, disk->volume);
}

#define add_of_disk(input, findings, id, disk, path, ...)                                          \
    mig_check_add(input, findings, id, "disk", (disk)->target, "path", path, ##__VA_ARGS__)

static gboolean is_cache_safe(const MigGuestDisk *disk)
{
    return disk->shareable || g_str_equal(disk->cache, "none") ||
           g_str_equal(disk->cache, "directsync");
}

/* What no option helps against. */
void mig_check_disk_states(const MigCheckInput *input, GPtrArray *findings)
{
    for (guint i = 0; i < input->guest->disks->len; i++) {
        const MigGuestDisk *disk = g_ptr_array_index(input->guest->disks, i);

        if (disk->transient)
            add_of_disk(input, findings, "disk-transient", disk, disk->path);
        if (disk->block_job)
            add_of_disk(input, findings, "block-job", disk, disk->path);
    }
}

void mig_check_disks(const MigCheckInput *input, GPtrArray *findings)
{
    gboolean unsafe = mig_request_number(input->request, MIG_OPT_UNSAFE) != 0;
    guint64 qemu = input->guest->hypervisor;

    for (guint i = 0; i < input->guest->disks->len; i++) {
        const MigGuestDisk *disk = g_ptr_array_index(input->guest->disks, i);
        gboolean empty = !*disk->type;
        gboolean copied = mig_disk_is_copied(input->request, disk);

        if (copied && (disk->readonly || empty))
            add_of_disk(input, findings, "disk-not-copyable", disk, disk->path);
        if (empty || disk->readonly || copied || unsafe)
            continue;
        if (g_str_equal(disk->type, "nvme"))
            add_of_disk(input, findings, "disk-nvme", disk, disk->path);
        if (qemu && qemu < QEMU_DROPS_CACHE && !g_str_equal(disk->type, "network") &&
            !is_cache_safe(disk))
            add_of_disk(input, findings, "disk-cache", disk, disk->path, "cache", disk->cache);
    }
}

/* A disk out of a pool: libvirt looks both up when it starts the guest. */
static void check_pool_volume(const MigCheckInput *input, GPtrArray *findings,
                              const MigGuestDisk *disk, const MigHostVolume *volume)
{
    gboolean copied = mig_disk_is_copied(input->request, disk);

    if (!volume)
        return;
    if (g_str_equal(volume->pool, "missing"))
        add_of_disk(input, findings, "pool-missing", disk, disk->volume, "pool", disk->pool);
    else if (g_str_equal(volume->pool, "inactive"))
        add_of_disk(input, findings, "pool-inactive", disk, disk->volume, "pool", disk->pool);
    else if (g_str_equal(volume->volume, "missing") && !copied)
        add_of_disk(input, findings, "volume-missing", disk, disk->volume, "pool", disk->pool);
}

/* What libvirt goes by if nothing else is said. TRUE: there is no more to say of the disk. */
static gboolean check_filesystem(const MigCheckInput *input, GPtrArray *findings,
                                 const MigGuestDisk *disk, const char *path)
{
    gboolean unsafe = mig_request_number(input->request, MIG_OPT_UNSAFE) != 0;
    gboolean local = g_str_equal(disk->filesystem, "local");
    gboolean shared = g_str_equal(disk->filesystem, "shared");
    gboolean file = g_str_equal(disk->type, "file") || local || shared;

    if (disk->readonly || unsafe || !file || shared)
        return FALSE;
    if (local && input->on_source->libvirt < LIBVIRT_TOLD_SHARED)
        add_of_disk(input, findings, "disk-not-shared", disk, disk->path);
    else
        add_of_disk(input, findings, "disk-sharing-unknown", disk, path);
    return TRUE;
}

void mig_check_sharing(const MigCheckInput *input, GPtrArray *findings)
{
    for (guint i = 0; i < input->guest->disks->len; i++) {
        const MigGuestDisk *disk = g_ptr_array_index(input->guest->disks, i);
        const MigHostVolume *volume = find_volume(input, disk->target);
        gboolean copied = mig_disk_is_copied(input->request, disk);
        gboolean edited =
            mig_request_edit(input->request, MIG_OPT_DISK_PATHS, disk->target) != NULL;
        g_autofree char *path = name_there(input, disk);
        gboolean said = !copied && (*disk->path || *disk->pool) &&
                        check_filesystem(input, findings, disk, path);

        if (*disk->pool && !edited)
            check_pool_volume(input, findings, disk, volume);
        else if (*disk->path && !copied && !said && volume && !g_str_equal(volume->volume, "found"))
            add_of_disk(input, findings, "disk-not-seen", disk, path);
    }
}

/* A volume that is there is written over, and must have the disk's size. */
static void check_target(const MigCheckInput *input, GPtrArray *findings, const MigGuestDisk *disk,
                         const MigHostVolume *volume, const char *path)
{
    g_autofree char *need = g_strdup_printf("%" G_GUINT64_FORMAT, disk->capacity);
    g_autofree char *have = g_strdup_printf("%" G_GUINT64_FORMAT, volume->capacity);
    gboolean larger = volume->capacity > disk->capacity;

    if (disk->capacity && volume->capacity && volume->capacity != disk->capacity &&
        (!larger || input->guest->hypervisor >= QEMU_SAME_SIZE))
        add_of_disk(input, findings, "volume-size", disk, path, "need", need, "have", have);
    else if (mig_request_number(input->request, MIG_OPT_COPY_STORAGE) == MIG_COPY_ALL)
        add_of_disk(input, findings, "volume-overwritten", disk, path);
}

/* Libvirt makes a volume only for a whole copy and only in a pool. */
static void check_room(const MigCheckInput *input, GPtrArray *findings, const MigGuestDisk *disk,
                       const MigHostVolume *volume, const char *path)
{
    gboolean whole = mig_request_number(input->request, MIG_OPT_COPY_STORAGE) == MIG_COPY_ALL;
    g_autofree char *need = mig_check_size(disk->allocation);
    g_autofree char *have = mig_check_size(volume->available);

    if (g_str_equal(volume->pool, "missing") || !whole)
        add_of_disk(input, findings, whole ? "copy-no-pool" : "copy-no-volume", disk, path);
    else if (g_str_equal(volume->pool, "active") && volume->available < disk->allocation)
        add_of_disk(input, findings, "pool-space", disk, path, "need", need, "have", have);
}

void mig_check_copies(const MigCheckInput *input, GPtrArray *findings)
{
    for (guint i = 0; i < input->guest->disks->len; i++) {
        const MigGuestDisk *disk = g_ptr_array_index(input->guest->disks, i);
        const MigHostVolume *volume = find_volume(input, disk->target);
        g_autofree char *path = name_there(input, disk);

        if (!volume || !mig_disk_is_copied(input->request, disk))
            continue;
        if (g_str_equal(volume->volume, "found"))
            check_target(input, findings, disk, volume, path);
        else if (g_str_equal(volume->volume, "missing"))
            check_room(input, findings, disk, volume, path);
    }
}
