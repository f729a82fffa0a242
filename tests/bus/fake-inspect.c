/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a check asks of hosts and guests, played by the world.
 */
#include "fake.h"

struct _virNetwork {
    FakeNamed named;
};

int __wrap_virConnectGetVersion(virConnectPtr connection, unsigned long *version)
{
    g_autoptr(GVariant) answer = fake_ask_connection(connection, "virConnectGetVersion", NULL);

    if (answer == NULL)
        return -1;
    *version = (unsigned long) fake_get_number(answer, "result");
    return 0;
}

/* As libvirt it wants to be asked for as many as there are. */
int __wrap_virNodeGetMemoryStats(virConnectPtr connection, int cell, virNodeMemoryStatsPtr params,
                                 int *count, unsigned int flags)
{
    static const char *const fields[] = { "total", "free", "buffers", "cached" };
    g_autoptr(GVariant) answer = fake_ask_connection(connection, "virNodeGetMemoryStats", NULL);

    if (answer == NULL)
        return -1;
    if (cell != VIR_NODE_MEMORY_STATS_ALL_CELLS || *count != G_N_ELEMENTS(fields)) {
        fake_set_error(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "nparams must be 4");
        return -1;
    }
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_strlcpy(params[i].field, fields[i], sizeof params[i].field);
        params[i].value = (unsigned long long) fake_get_number(answer, fields[i]);
    }
    return 0;
}

static void insert_machine(GVariantDict *dict, const char *emulator, const char *arch,
                           const char *machine, const char *virt_type, unsigned int flags)
{
    g_variant_dict_init(dict, NULL);
    g_variant_dict_insert(dict, "emulator", "s", emulator != NULL ? emulator : "");
    g_variant_dict_insert(dict, "arch", "s", arch != NULL ? arch : "");
    g_variant_dict_insert(dict, "machine", "s", machine != NULL ? machine : "");
    g_variant_dict_insert(dict, "virt_type", "s", virt_type != NULL ? virt_type : "");
    g_variant_dict_insert(dict, "flags", "u", flags);
}

char *__wrap_virConnectGetDomainCapabilities(virConnectPtr connection, const char *emulator,
                                             const char *arch, const char *machine,
                                             const char *virt_type, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    insert_machine(&dict, emulator, arch, machine, virt_type, flags);
    answer = fake_ask_connection(connection, "virConnectGetDomainCapabilities", &dict);
    return answer != NULL ? fake_get_string(answer, "result") : NULL;
}

int __wrap_virConnectCompareHypervisorCPU(virConnectPtr connection, const char *emulator,
                                          const char *arch, const char *machine,
                                          const char *virt_type, const char *cpu,
                                          unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    insert_machine(&dict, emulator, arch, machine, virt_type, flags);
    g_variant_dict_insert(&dict, "cpu", "s", cpu);
    answer = fake_ask_connection(connection, "virConnectCompareHypervisorCPU", &dict);
    return answer != NULL ? (int) fake_get_number(answer, "result") : VIR_CPU_COMPARE_ERROR;
}

virNetworkPtr __wrap_virNetworkLookupByName(virConnectPtr connection, const char *name)
{
    g_autoptr(GVariant) answer = fake_ask_name(connection, "virNetworkLookupByName", name);

    return answer != NULL ? fake_named_new(connection, name, sizeof(struct _virNetwork)) : NULL;
}

int __wrap_virNetworkIsActive(virNetworkPtr network)
{
    g_autoptr(GVariant) answer =
        fake_ask_name(network->named.connection, "virNetworkIsActive", network->named.name);

    return answer != NULL ? (int) fake_get_number(answer, "result") : -1;
}

int __wrap_virNetworkFree(virNetworkPtr network)
{
    return fake_named_free(&network->named);
}

int __wrap_virDomainSnapshotNum(virDomainPtr domain, unsigned int flags)
{
    g_autoptr(GVariant) answer = fake_ask_domain(domain, "virDomainSnapshotNum", NULL);

    return answer != NULL ? (int) fake_get_number(answer, "result") : -1;
}

static GVariant *ask_disk(virDomainPtr domain, const char *function, const char *disk)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "disk", "s", disk);
    return fake_ask_domain(domain, function, &dict);
}

/* 1: a job goes on. */
int __wrap_virDomainGetBlockJobInfo(virDomainPtr domain, const char *disk,
                                    virDomainBlockJobInfoPtr info, unsigned int flags)
{
    g_autoptr(GVariant) answer = ask_disk(domain, "virDomainGetBlockJobInfo", disk);

    if (answer == NULL)
        return -1;
    *info = (virDomainBlockJobInfo){ .type = VIR_DOMAIN_BLOCK_JOB_TYPE_COPY };
    return (int) fake_get_number(answer, "result");
}

int __wrap_virDomainGetBlockInfo(virDomainPtr domain, const char *disk, virDomainBlockInfoPtr info,
                                 unsigned int flags)
{
    g_autoptr(GVariant) answer = ask_disk(domain, "virDomainGetBlockInfo", disk);

    if (answer == NULL)
        return -1;
    *info = (virDomainBlockInfo){
        .capacity = (unsigned long long) fake_get_number(answer, "capacity"),
        .allocation = (unsigned long long) fake_get_number(answer, "allocation"),
    };
    return 0;
}
