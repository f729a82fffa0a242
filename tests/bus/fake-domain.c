/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's domains, their jobs and the two migrate calls, played by the world. The migrate calls
 * block until the test lets the world answer.
 */
#include "fake.h"

virDomainPtr fake_domain_new(virConnectPtr connection, const char *name, const char *uuid)
{
    virDomainPtr domain = g_new0(virDomain, 1);

    g_atomic_ref_count_init(&domain->refs);
    g_atomic_ref_count_inc(&connection->refs);
    domain->connection = connection;
    domain->name = g_strdup(name);
    domain->uuid = g_strdup(uuid);
    return domain;
}

int __wrap_virDomainFree(virDomainPtr domain)
{
    if (!g_atomic_ref_count_dec(&domain->refs))
        return 0;
    __wrap_virConnectClose(domain->connection);
    g_free(domain->name);
    g_free(domain->uuid);
    g_free(domain);
    return 0;
}

const char *__wrap_virDomainGetName(virDomainPtr domain)
{
    return domain->name;
}

int __wrap_virDomainGetUUIDString(virDomainPtr domain, char *buffer)
{
    g_strlcpy(buffer, domain->uuid, VIR_UUID_STRING_BUFLEN);
    return 0;
}

static virDomainPtr look_up(virConnectPtr connection, const char *function, const char *what)
{
    g_autoptr(GVariant) answer = NULL;
    g_autofree char *name = NULL;
    g_autofree char *uuid = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", what);
    answer = fake_ask_connection(connection, function, &dict);
    if (answer == NULL)
        return NULL;
    name = fake_get_string(answer, "name");
    uuid = fake_get_string(answer, "uuid");
    return fake_domain_new(connection, name, uuid);
}

virDomainPtr __wrap_virDomainLookupByName(virConnectPtr connection, const char *name)
{
    return look_up(connection, "virDomainLookupByName", name);
}

virDomainPtr __wrap_virDomainLookupByUUIDString(virConnectPtr connection, const char *uuid)
{
    return look_up(connection, "virDomainLookupByUUIDString", uuid);
}

static int ask_int(virDomainPtr domain, const char *function)
{
    g_autoptr(GVariant) answer = fake_ask_domain(domain, function, NULL);

    return answer != NULL ? (int) fake_get_number(answer, "result") : -1;
}

int __wrap_virDomainIsPersistent(virDomainPtr domain)
{
    return ask_int(domain, "virDomainIsPersistent");
}

int __wrap_virDomainAbortJob(virDomainPtr domain)
{
    return ask_int(domain, "virDomainAbortJob");
}

char *__wrap_virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    answer = fake_ask_domain(domain, "virDomainGetXMLDesc", &dict);
    return answer != NULL ? fake_get_string(answer, "result") : NULL;
}

int __wrap_virDomainListGetStats(virDomainPtr *domains, unsigned int stats,
                                 virDomainStatsRecordPtr **records, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    g_auto(GVariantBuilder) uuids = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("as"));
    GVariantDict dict;

    g_assert(domains[0] != NULL); /* libvirt refuses an empty list */
    for (virDomainPtr *domain = domains; *domain != NULL; domain++)
        g_variant_builder_add(&uuids, "s", (*domain)->uuid);
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "stats", "u", stats);
    g_variant_dict_insert_value(&dict, "uuids", g_variant_builder_end(&uuids));
    answer = fake_ask_domain(domains[0], "virDomainListGetStats", &dict);
    return answer != NULL ? fake_to_records(domains[0]->connection, answer, records) : -1;
}

int __wrap_virDomainSuspend(virDomainPtr domain)
{
    return ask_int(domain, "virDomainSuspend");
}

int __wrap_virDomainResume(virDomainPtr domain)
{
    return ask_int(domain, "virDomainResume");
}

int __wrap_virDomainDestroyFlags(virDomainPtr domain, unsigned int flags)
{
    return ask_int(domain, "virDomainDestroyFlags");
}

static int set(virDomainPtr domain, const char *function, const char *name, guint64 value,
               unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, name, "t", value);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    answer = fake_ask_domain(domain, function, &dict);
    return answer != NULL ? (int) fake_get_number(answer, "result") : -1;
}

int __wrap_virDomainMigrateSetMaxDowntime(virDomainPtr domain, unsigned long long downtime,
                                          unsigned int flags)
{
    return set(domain, "virDomainMigrateSetMaxDowntime", "downtime", downtime, flags);
}

int __wrap_virDomainMigrateSetMaxSpeed(virDomainPtr domain, unsigned long bandwidth,
                                       unsigned int flags)
{
    return set(domain, "virDomainMigrateSetMaxSpeed", "bandwidth", bandwidth, flags);
}

int __wrap_virDomainMigrateStartPostCopy(virDomainPtr domain, unsigned int flags)
{
    return ask_int(domain, "virDomainMigrateStartPostCopy");
}

int __wrap_virDomainMigrateGetMaxDowntime(virDomainPtr domain, unsigned long long *downtime,
                                          unsigned int flags)
{
    g_autoptr(GVariant) answer = fake_ask_domain(domain, "virDomainMigrateGetMaxDowntime", NULL);

    if (answer == NULL)
        return -1;
    *downtime = (unsigned long long) fake_get_number(answer, "result");
    return 0;
}

int __wrap_virDomainGetState(virDomainPtr domain, int *state, int *reason, unsigned int flags)
{
    g_autoptr(GVariant) answer = fake_ask_domain(domain, "virDomainGetState", NULL);

    if (answer == NULL)
        return -1;
    *state = (int) fake_get_number(answer, "state");
    if (reason != NULL)
        *reason = (int) fake_get_number(answer, "reason");
    return 0;
}

int __wrap_virDomainGetInfo(virDomainPtr domain, virDomainInfoPtr info)
{
    g_autoptr(GVariant) answer = fake_ask_domain(domain, "virDomainGetInfo", NULL);

    if (answer == NULL)
        return -1;
    info->state = (unsigned char) fake_get_number(answer, "state");
    info->maxMem = (unsigned long) fake_get_number(answer, "maximum");
    info->memory = (unsigned long) fake_get_number(answer, "memory");
    info->nrVirtCpu = (unsigned short) fake_get_number(answer, "vcpus");
    info->cpuTime = (unsigned long long) fake_get_number(answer, "time");
    return 0;
}

/* "a(ss)": name and UUID of each. */
int __wrap_virConnectListAllDomains(virConnectPtr connection, virDomainPtr **domains,
                                    unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GVariantIter) iter = NULL;
    const char *name, *uuid;
    GVariantDict dict;
    int count = 0;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    answer = fake_ask_connection(connection, "virConnectListAllDomains", &dict);
    if (answer == NULL)
        return -1;
    g_variant_lookup(answer, "guests", "a(ss)", &iter);
    *domains = g_new0(virDomainPtr, g_variant_iter_n_children(iter) + 1);
    while (g_variant_iter_loop(iter, "(&s&s)", &name, &uuid))
        (*domains)[count++] = fake_domain_new(connection, name, uuid);
    return count;
}

int __wrap_virDomainGetJobStats(virDomainPtr domain, int *type, virTypedParameterPtr *params,
                                int *count, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GVariant) array = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    answer = fake_ask_domain(domain, "virDomainGetJobStats", &dict);
    if (answer == NULL)
        return -1;
    *type = (int) fake_get_number(answer, "type");
    array = g_variant_lookup_value(answer, "params", G_VARIANT_TYPE("a(sv)"));
    fake_to_params(array, params, count);
    return 0;
}

static GVariant *migrate(virDomainPtr domain, const char *function, virTypedParameterPtr params,
                         unsigned int count, unsigned int flags, GVariantDict *dict)
{
    g_variant_dict_insert_value(dict, "params", fake_from_params(params, (int) count));
    g_variant_dict_insert(dict, "flags", "u", flags);
    return fake_ask_domain(domain, function, dict);
}

virDomainPtr __wrap_virDomainMigrate3(virDomainPtr domain, virConnectPtr destination,
                                      virTypedParameterPtr params, unsigned int count,
                                      unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "destination", "t", destination->id);
    answer = migrate(domain, "virDomainMigrate3", params, count, flags, &dict);
    return answer != NULL ? fake_domain_new(destination, domain->name, domain->uuid) : NULL;
}

int __wrap_virDomainMigrateToURI3(virDomainPtr domain, const char *uri, virTypedParameterPtr params,
                                  unsigned int count, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (uri != NULL)
        g_variant_dict_insert(&dict, "uri", "s", uri);
    answer = migrate(domain, "virDomainMigrateToURI3", params, count, flags, &dict);
    return answer != NULL ? 0 : -1;
}
