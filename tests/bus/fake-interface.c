/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's network interfaces and devices, played by the world: names, and a document each.
 */
#include "fake.h"

struct _virInterface {
    FakeNamed named;
};

struct _virNodeDevice {
    FakeNamed named;
};

gpointer fake_named_new(virConnectPtr connection, const char *name, gsize size)
{
    FakeNamed *named = g_malloc0(size);

    g_atomic_ref_count_inc(&connection->refs);
    named->connection = connection;
    named->name = g_strdup(name);
    return named;
}

int fake_named_free(FakeNamed *named)
{
    __wrap_virConnectClose(named->connection);
    g_free(named->name);
    g_free(named);
    return 0;
}

static GVariant *ask_flags(virConnectPtr connection, const char *function, unsigned int flags)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    return fake_ask_connection(connection, function, &dict);
}

static int list(virConnectPtr connection, const char *function, unsigned int flags, gsize size,
                gpointer **ret)
{
    g_autoptr(GVariant) answer = ask_flags(connection, function, flags);
    g_autofree const char **names = NULL;
    int count = 0;

    if (answer == NULL)
        return -1;
    g_variant_lookup(answer, "names", "^a&s", &names);
    *ret = g_new0(gpointer, g_strv_length((char **) names) + 1);
    for (; names[count] != NULL; count++)
        (*ret)[count] = fake_named_new(connection, names[count], size);
    return count;
}

GVariant *fake_ask_name(virConnectPtr connection, const char *function, const char *name)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "name", "s", name);
    return fake_ask_connection(connection, function, &dict);
}

static char *get_xml(const FakeNamed *named, const char *function)
{
    g_autoptr(GVariant) answer = fake_ask_name(named->connection, function, named->name);

    return answer != NULL ? fake_get_string(answer, "result") : NULL;
}

int __wrap_virConnectListAllInterfaces(virConnectPtr connection, virInterfacePtr **interfaces,
                                       unsigned int flags)
{
    return list(connection, "virConnectListAllInterfaces", flags, sizeof(struct _virInterface),
                (gpointer **) interfaces);
}

virInterfacePtr __wrap_virInterfaceLookupByName(virConnectPtr connection, const char *name)
{
    g_autoptr(GVariant) answer = fake_ask_name(connection, "virInterfaceLookupByName", name);

    return answer != NULL ? fake_named_new(connection, name, sizeof(struct _virInterface)) : NULL;
}

const char *__wrap_virInterfaceGetName(virInterfacePtr interface)
{
    return interface->named.name;
}

char *__wrap_virInterfaceGetXMLDesc(virInterfacePtr interface, unsigned int flags)
{
    return get_xml(&interface->named, "virInterfaceGetXMLDesc");
}

int __wrap_virInterfaceFree(virInterfacePtr interface)
{
    return fake_named_free(&interface->named);
}

int __wrap_virConnectListAllNodeDevices(virConnectPtr connection, virNodeDevicePtr **devices,
                                        unsigned int flags)
{
    return list(connection, "virConnectListAllNodeDevices", flags, sizeof(struct _virNodeDevice),
                (gpointer **) devices);
}

const char *__wrap_virNodeDeviceGetName(virNodeDevicePtr device)
{
    return device->named.name;
}

char *__wrap_virNodeDeviceGetXMLDesc(virNodeDevicePtr device, unsigned int flags)
{
    return get_xml(&device->named, "virNodeDeviceGetXMLDesc");
}

int __wrap_virNodeDeviceFree(virNodeDevicePtr device)
{
    return fake_named_free(&device->named);
}
