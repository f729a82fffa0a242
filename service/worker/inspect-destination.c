/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See inspect.h: the destination. As many calls as the guest needs things, and no more.
 */
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#include "core/interfaces.h"
#include "inspect-call.h"
#include "inspect-xml.h"
#include "inspect.h"
#include "interfaces.h"

#define KIB 1024
/* total, free, buffers, cached: libvirt wants to be asked for as many as it has */
#define MEMORY_STATS 4

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNetwork, virNetworkFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virInterface, virInterfaceFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStorageVol, virStorageVolFree)

typedef struct {
    MigInspect call;
    const MigHostQuestion *question;
    MigHostReport *report;
} Destination;

static gboolean ask_version(Destination *there)
{
    unsigned long version = 0;
    if (virConnectGetVersion(there->call.connection, &version) < 0)
        return mig_inspect_failed(&there->call, "virConnectGetVersion");
    there->report->hypervisor = version;
    return TRUE;
}

/* What is free now, and what the kernel gives up when asked. */
static gboolean ask_memory(Destination *there)
{
    virNodeMemoryStats stats[MEMORY_STATS];
    int n = MEMORY_STATS;
    if (virNodeGetMemoryStats(there->call.connection, VIR_NODE_MEMORY_STATS_ALL_CELLS, stats, &n,
                              0) < 0)
        return mig_inspect_failed(&there->call, "virNodeGetMemoryStats");
    for (int i = 0; i < MIN(n, MEMORY_STATS); i++) {
        guint64 bytes = MIN(stats[i].value, G_MAXINT64 / KIB) * KIB;
        if (g_str_equal(stats[i].field, VIR_NODE_MEMORY_STATS_TOTAL))
            there->report->memory = bytes;
        else
            there->report->available += bytes;
    }
    return TRUE;
}

/* The calls of one document, NULL: libvirt cannot. */
static char *capabilities(Destination *there, gboolean machine, gboolean virt_type)
{
    const MigHostQuestion *question = there->question;
    return virConnectGetDomainCapabilities(there->call.connection, question->emulator,
                                           question->arch, machine ? question->machine : NULL,
                                           virt_type ? question->virt_type : NULL, 0);
}

static gboolean can_do(Destination *there, gboolean machine, gboolean virt_type)
{
    char *xml = capabilities(there, machine, virt_type);
    free(xml);
    return xml != NULL;
}

/* libvirt says what it cannot do by its text alone; leaving out one thing after the other tells. */
static gboolean find_out_why(Destination *there)
{
    int code = mig_inspect_code();
    if (code != VIR_ERR_INVALID_ARG && code != VIR_ERR_CONFIG_UNSUPPORTED &&
        code != VIR_ERR_SYSTEM_ERROR)
        return mig_inspect_failed(&there->call, "virConnectGetDomainCapabilities");
    g_autofree char *text = mig_inspect_text();
    if (!mig_inspect_failed(&there->call, "virConnectGetDomainCapabilities"))
        return FALSE;
    const char *why = can_do(there, FALSE, TRUE)    ? "no-machine"
                      : can_do(there, FALSE, FALSE) ? "no-virt-type"
                                                    : "no-emulator";
    mig_inspect_set(&there->report->emulator, why);
    mig_inspect_set(&there->report->emulator_text, text);
    return TRUE;
}

static gboolean ask_emulator(Destination *there)
{
    if (!*there->question->emulator || !*there->question->machine)
        return TRUE;
    char *xml = capabilities(there, TRUE, TRUE);
    if (!xml)
        return find_out_why(there);
    mig_inspect_set(&there->report->emulator, "fits");
    mig_inspect_read_capabilities(xml, there->report);
    free(xml);
    return TRUE;
}

static gboolean ask_cpu(Destination *there)
{
    const MigHostQuestion *question = there->question;
    if (!*question->cpu || !g_str_equal(there->report->emulator, "fits"))
        return TRUE;
    int result = virConnectCompareHypervisorCPU(
        there->call.connection, question->emulator, question->arch, question->machine,
        question->virt_type, question->cpu, VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE);
    if (result >= VIR_CPU_COMPARE_IDENTICAL) {
        mig_inspect_set(&there->report->cpu, "fits");
        return TRUE;
    }
    if (mig_inspect_code() != VIR_ERR_CPU_INCOMPATIBLE)
        return mig_inspect_failed(&there->call, "virConnectCompareHypervisorCPU");
    g_autofree char *text = mig_inspect_text();
    mig_inspect_set(&there->report->cpu, "incompatible");
    mig_inspect_set(&there->report->cpu_text, text);
    return TRUE;
}

/* What is missing, or in no use, of a list of names. */
typedef struct {
    GStrvBuilder *missing, *inactive;
} Names;

static gboolean ask_network(Destination *there, const char *name, Names *names)
{
    g_autoptr(virNetwork) network = virNetworkLookupByName(there->call.connection, name);
    int active = network ? virNetworkIsActive(network) : -1;
    if (active == 0)
        g_strv_builder_add(names->inactive, name);
    else if (active < 0 && mig_inspect_code() == VIR_ERR_NO_NETWORK)
        g_strv_builder_add(names->missing, name);
    else if (active < 0)
        return mig_inspect_failed(&there->call, "virNetworkLookupByName");
    return TRUE;
}

static gboolean ask_interface(Destination *there, const char *name, Names *names)
{
    g_autoptr(virInterface) interface = virInterfaceLookupByName(there->call.connection, name);
    if (!interface && mig_inspect_code() == VIR_ERR_NO_INTERFACE)
        g_strv_builder_add(names->missing, name);
    else if (!interface)
        return mig_inspect_failed(&there->call, "virInterfaceLookupByName");
    return TRUE;
}

/* Asks about each; takes what was found into the lists, one of which may be NULL. */
static gboolean ask_names(Destination *there, GStrv asked,
                          gboolean (*ask)(Destination *there, const char *name, Names *names),
                          GStrv *missing, GStrv *inactive)
{
    g_autoptr(GStrvBuilder) none = g_strv_builder_new();
    g_autoptr(GStrvBuilder) idle = g_strv_builder_new();
    Names names = { none, idle };
    for (guint i = 0; asked[i] && i < MIG_INSPECTION_MAX; i++)
        if (!ask(there, asked[i], &names))
            return FALSE;
    g_strfreev(*missing);
    *missing = g_strv_builder_end(none);
    if (inactive) {
        g_strfreev(*inactive);
        *inactive = g_strv_builder_end(idle);
    }
    return TRUE;
}

static gboolean ask_networks(Destination *there)
{
    return ask_names(there, there->question->networks, ask_network,
                     &there->report->missing_networks, &there->report->inactive_networks);
}

static gboolean ask_interfaces(Destination *there)
{
    return ask_names(there, there->question->interfaces, ask_interface,
                     &there->report->missing_interfaces, NULL);
}

static gboolean ask_addresses(Destination *there)
{
    if (!there->question->addresses)
        return TRUE;
    g_autoptr(GVariant) array = mig_interfaces_list(there->call.connection, there->call.host,
                                                    there->call.raw, there->call.error);
    g_autoptr(GPtrArray) interfaces = array ? mig_interfaces_from_variant(array, NULL) : NULL;
    if (!interfaces)
        return array != NULL;
    g_autofree const char **addresses = mig_interfaces_addresses(interfaces);
    g_strfreev(there->report->addresses);
    there->report->addresses = g_strdupv((GStrv) addresses);
    return TRUE;
}

static gboolean ask_pool_info(Destination *there, virStoragePoolPtr pool, MigHostVolume *found)
{
    virStoragePoolInfo info;
    if (virStoragePoolGetInfo(pool, &info) < 0)
        return mig_inspect_failed(&there->call, "virStoragePoolGetInfo");
    mig_inspect_set(&found->pool, info.state == VIR_STORAGE_POOL_INACTIVE ? "inactive" : "active");
    found->available = info.available;
    return TRUE;
}

/* *ret is NULL if there is none. */
static gboolean ask_pool(Destination *there, const MigHostDisk *disk, MigHostVolume *found,
                         virStoragePoolPtr *ret)
{
    g_autofree char *directory = g_path_get_dirname(disk->path);
    *ret = *disk->pool ? virStoragePoolLookupByName(there->call.connection, disk->pool)
                       : virStoragePoolLookupByTargetPath(there->call.connection, directory);
    if (*ret)
        return ask_pool_info(there, *ret, found);
    if (mig_inspect_code() != VIR_ERR_NO_STORAGE_POOL)
        return mig_inspect_failed(&there->call, "virStoragePoolLookupByName");
    mig_inspect_set(&found->pool, "missing");
    return TRUE;
}

/* Its size is looked up anew by libvirt, so a file that was deleted since is found to be gone. */
static gboolean ask_volume_info(Destination *there, virStorageVolPtr volume, MigHostVolume *found)
{
    virStorageVolInfo info;
    if (virStorageVolGetInfo(volume, &info) == 0) {
        mig_inspect_set(&found->volume, "found");
        found->capacity = info.capacity;
        return TRUE;
    }
    if (mig_inspect_code() == VIR_ERR_NO_STORAGE_VOL || mig_inspect_code() == VIR_ERR_SYSTEM_ERROR)
        mig_inspect_set(&found->volume, "missing");
    return mig_inspect_failed(&there->call, "virStorageVolGetInfo");
}

static gboolean ask_volume(Destination *there, const MigHostDisk *disk, virStoragePoolPtr pool,
                           MigHostVolume *found)
{
    g_autoptr(virStorageVol) volume =
        *disk->pool ? virStorageVolLookupByName(pool, disk->volume)
                    : virStorageVolLookupByPath(there->call.connection, disk->path);
    if (volume)
        return ask_volume_info(there, volume, found);
    if (mig_inspect_code() != VIR_ERR_NO_STORAGE_VOL)
        return mig_inspect_failed(&there->call, "virStorageVolLookupByPath");
    mig_inspect_set(&found->volume, "missing");
    return TRUE;
}

/* A volume of a pool is known by its pool; for a path the pool matters only if it is to be made. */
static gboolean ask_disk(Destination *there, const MigHostDisk *disk)
{
    MigHostVolume *found = mig_host_report_add_volume(there->report);
    g_autoptr(virStoragePool) pool = NULL;
    mig_inspect_set(&found->target, disk->target);
    if (*disk->pool)
        return ask_pool(there, disk, found, &pool) &&
               (!pool || !g_str_equal(found->pool, "active") ||
                ask_volume(there, disk, pool, found));
    if (!ask_volume(there, disk, NULL, found))
        return FALSE;
    return !disk->copied || !g_str_equal(found->volume, "missing") ||
           ask_pool(there, disk, found, &pool);
}

static gboolean ask_disks(Destination *there)
{
    for (guint i = 0; i < MIN(there->question->disks->len, MIG_INSPECTION_MAX); i++)
        if (!ask_disk(there, g_ptr_array_index(there->question->disks, i)))
            return FALSE;
    return TRUE;
}

static gboolean inspect(Destination *there)
{
    static gboolean (*const steps[])(Destination *) = {
        ask_version,  ask_memory,     ask_emulator,  ask_cpu,
        ask_networks, ask_interfaces, ask_addresses, ask_disks,
    };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        if (!steps[i](there))
            return FALSE;
    return TRUE;
}

MigHostReport *mig_inspect_destination(virConnectPtr connection, const MigHost *host,
                                       const MigHostQuestion *question, char **raw, GError **error)
{
    g_autoptr(MigHostReport) report = mig_host_report_new();
    g_autoptr(GPtrArray) denied = g_ptr_array_new_with_free_func(g_free);
    Destination there = { { connection, host, raw, error, denied, FALSE }, question, report };
    if (!inspect(&there))
        return NULL;
    mig_inspect_end(&there.call, &report->denied, &report->read_only);
    return g_steal_pointer(&report);
}
