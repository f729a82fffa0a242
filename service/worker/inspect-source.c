/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See inspect.h: the source. A handful of calls, and one or two a disk.
 */
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "connection.h"
#include "inspect-call.h"
#include "inspect-xml.h"
#include "inspect.h"
#include "machine.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStorageVol, virStorageVolFree)

typedef struct {
    MigInspect call;
    virDomainPtr domain;
    const MigFacts *facts;
    const MigGuestQuestion *question;
    MigGuestReport *report;
} Source;

static gboolean ask_version(Source *source)
{
    unsigned long version = 0;
    if (virConnectGetVersion(source->call.connection, &version) < 0)
        return mig_inspect_failed(&source->call, "virConnectGetVersion");
    source->report->hypervisor = version;
    return TRUE;
}

/* The guest as the destination will have to make it. */
static gboolean ask_xml(Source *source)
{
    char *xml = virDomainGetXMLDesc(source->domain, VIR_DOMAIN_XML_MIGRATABLE);
    if (!xml)
        return mig_inspect_failed(&source->call, "virDomainGetXMLDesc");
    mig_inspect_read_guest(xml, source->report);
    free(xml);
    return TRUE;
}

static gboolean ask_snapshots(Source *source)
{
    int n = virDomainSnapshotNum(source->domain, 0);
    if (n < 0)
        return mig_inspect_failed(&source->call, "virDomainSnapshotNum");
    source->report->snapshots = (guint) n;
    return TRUE;
}

/* Does its own libvirt find the guest's CPU in the host's? */
static gboolean ask_cpu(Source *source)
{
    const MigGuestReport *report = source->report;
    if (!*report->cpu || !mig_guest_state_can_move(source->facts->guest_state))
        return TRUE;
    int result =
        virConnectCompareHypervisorCPU(source->call.connection, report->emulator, report->arch,
                                       report->machine, report->virt_type, report->cpu, 0);
    if (result < 0)
        return mig_inspect_failed(&source->call, "virConnectCompareHypervisorCPU");
    source->report->cpu_known = result >= VIR_CPU_COMPARE_IDENTICAL;
    return TRUE;
}

static gboolean ask_block_job(Source *source, MigGuestDisk *disk)
{
    virDomainBlockJobInfo info;
    int n = virDomainGetBlockJobInfo(source->domain, disk->target, &info, 0);
    if (n < 0)
        return mig_inspect_failed(&source->call, "virDomainGetBlockJobInfo");
    disk->block_job = n == 1;
    return TRUE;
}

static gboolean ask_size(Source *source, MigGuestDisk *disk)
{
    virDomainBlockInfo info;
    if (virDomainGetBlockInfo(source->domain, disk->target, &info, 0) < 0)
        return mig_inspect_failed(&source->call, "virDomainGetBlockInfo");
    disk->capacity = info.capacity;
    disk->allocation = info.allocation;
    return TRUE;
}

static gboolean ask_disks(Source *source)
{
    gboolean active = mig_guest_state_can_move(source->facts->guest_state);
    guint n = active ? MIN(source->report->disks->len, MIG_INSPECTION_MAX) : 0;
    for (guint i = 0; i < n; i++) {
        MigGuestDisk *disk = g_ptr_array_index(source->report->disks, i);
        if (!*disk->type || !*disk->target)
            continue;
        if ((!disk->readonly && !ask_block_job(source, disk)) ||
            (source->question->sizes && !ask_size(source, disk)))
            return FALSE;
    }
    return TRUE;
}

/* Where a volume of a pool is. */
static gboolean ask_path(Source *source, MigGuestDisk *disk)
{
    g_autoptr(virStoragePool) pool =
        virStoragePoolLookupByName(source->call.connection, disk->pool);
    g_autoptr(virStorageVol) volume = pool ? virStorageVolLookupByName(pool, disk->volume) : NULL;
    char *path = volume ? virStorageVolGetPath(volume) : NULL;
    if (!path)
        return mig_inspect_failed(&source->call, "virStorageVolGetPath");
    mig_inspect_set(&disk->path, path);
    free(path);
    return TRUE;
}

/* As libvirt's virFileIsSharedFS() sees them; what only an administrator, or FUSE, knows is
 * neither. */
static const struct {
    guint32 magic;
    const char *kind;
} filesystems[] = {
    { 0x6969, "shared" },     /* nfs */
    { 0x01161970, "shared" }, /* gfs2 */
    { 0x7461636f, "shared" }, /* ocfs2 */
    { 0x6b414653, "shared" }, /* afs */
    { 0x517b, "shared" },     /* smb */
    { 0xff534d42, "shared" }, /* cifs */
    { 0x00c36400, "shared" }, /* ceph */
    { 0x47504653, "shared" }, /* gpfs */
    { 0x61636673, "shared" }, /* acfs */
    { 0xef53, "local" },      /* ext2, ext3, ext4 */
    { 0x58465342, "local" },  /* xfs */
    { 0x9123683e, "local" },  /* btrfs */
    { 0x2fc12fc1, "local" },  /* zfs */
    { 0xf2f52010, "local" },  /* f2fs */
    { 0x01021994, "local" },  /* tmpfs */
    { 0x794c7630, "local" },  /* overlayfs */
};

/* Of a file that is there: a directory that this service may not look into may be anywhere. */
static void find_filesystem(MigGuestDisk *disk)
{
    struct statfs info;
    struct stat file;
    if (!g_path_is_absolute(disk->path) || stat(disk->path, &file) < 0 || !S_ISREG(file.st_mode) ||
        statfs(disk->path, &info) < 0)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(filesystems); i++)
        if (filesystems[i].magic == (guint32) info.f_type)
            mig_inspect_set(&disk->filesystem, filesystems[i].kind);
}

static void find_route(Source *source)
{
    const char *const addresses[] = { source->question->address, NULL };
    g_autoptr(GVariant) routes = NULL;
    const char *from = "none";
    if (!*source->question->address)
        return;
    routes = g_variant_ref_sink(mig_machine_find_routes(addresses));
    g_variant_lookup(routes, addresses[0], "&s", &from);
    mig_inspect_set(&source->report->route, from);
}

/* The kernel of this machine knows more than its libvirt tells. */
static gboolean look_at_machine(Source *source)
{
    if (source->call.host->own.connect != MIG_CONNECT_UNIX)
        return TRUE;
    for (guint i = 0; i < MIN(source->report->disks->len, MIG_INSPECTION_MAX); i++) {
        MigGuestDisk *disk = g_ptr_array_index(source->report->disks, i);
        if (*disk->pool && !ask_path(source, disk))
            return FALSE;
        find_filesystem(disk);
    }
    find_route(source);
    return TRUE;
}

typedef gboolean (*Step)(Source *source);

static const Step all_steps[] = { ask_version, ask_xml,         ask_snapshots, ask_cpu,
                                  ask_disks,   look_at_machine, NULL };
static const Step definition_steps[] = { ask_xml, ask_snapshots, NULL };

static gboolean inspect(Source *source, const Step *steps)
{
    for (; *steps; steps++)
        if (!(*steps)(source))
            return FALSE;
    mig_inspect_end(&source->call, &source->report->denied, &source->report->read_only);
    return TRUE;
}

MigGuestReport *mig_inspect_source(virConnectPtr connection, const MigHost *host,
                                   const MigFacts *facts, const MigGuestQuestion *question,
                                   char **raw, GError **error)
{
    g_autoptr(MigGuestReport) report = mig_guest_report_new();
    g_autoptr(virDomain) domain = NULL;
    g_autoptr(GPtrArray) denied = g_ptr_array_new_with_free_func(g_free);
    if (!mig_connection_find_guest(connection, host, "", facts->guest_uuid, &domain, raw, error))
        return NULL;
    Source source = {
        { connection, host, raw, error, denied, FALSE }, domain, facts, question, report
    };
    if (domain && !inspect(&source, all_steps)) /* else it has just gone, which libvirt will say */
        return NULL;
    return g_steal_pointer(&report);
}

MigGuestReport *mig_inspect_definition(virConnectPtr connection, const MigHost *host,
                                       virDomainPtr domain, guint64 *hypervisor, char **raw,
                                       GError **error)
{
    g_autoptr(MigGuestReport) report = mig_guest_report_new();
    g_autoptr(GPtrArray) denied = g_ptr_array_new_with_free_func(g_free);
    Source source = { { connection, host, raw, error, denied, FALSE }, domain, NULL, NULL, report };
    report->hypervisor = *hypervisor;
    if ((!*hypervisor && !ask_version(&source)) || !inspect(&source, definition_steps))
        return NULL;
    *hypervisor = report->hypervisor;
    return mig_inspect_code() == VIR_ERR_NO_DOMAIN ? NULL : g_steal_pointer(&report);
}
