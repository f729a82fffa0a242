/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's storage pools and volumes, played by the world.
 */
#include "fake.h"

static GVariant *ask(virConnectPtr connection, const char *function, const char *what)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", what);
    return fake_ask_connection(connection, function, &dict);
}

static virStoragePoolPtr pool_new(virConnectPtr connection, const char *path)
{
    virStoragePoolPtr pool = g_new0(virStoragePool, 1);

    g_atomic_ref_count_init(&pool->refs);
    g_atomic_ref_count_inc(&connection->refs);
    pool->connection = connection;
    pool->path = g_strdup(path);
    return pool;
}

virStoragePoolPtr __wrap_virStoragePoolLookupByTargetPath(virConnectPtr connection,
                                                          const char *path)
{
    g_autoptr(GVariant) answer = ask(connection, "virStoragePoolLookupByTargetPath", path);

    return answer != NULL ? pool_new(connection, path) : NULL;
}

virStoragePoolPtr __wrap_virStoragePoolLookupByName(virConnectPtr connection, const char *name)
{
    g_autoptr(GVariant) answer = ask(connection, "virStoragePoolLookupByName", name);
    g_autofree char *path = answer != NULL ? fake_get_string(answer, "path") : NULL;

    return path != NULL ? pool_new(connection, path) : NULL;
}

int __wrap_virStoragePoolGetInfo(virStoragePoolPtr pool, virStoragePoolInfoPtr info)
{
    g_autoptr(GVariant) answer = ask(pool->connection, "virStoragePoolGetInfo", pool->path);

    if (answer == NULL)
        return -1;
    *info = (virStoragePoolInfo){
        .state = (int) fake_get_number(answer, "state"),
        .available = (unsigned long long) fake_get_number(answer, "available"),
    };
    return 0;
}

int __wrap_virStoragePoolFree(virStoragePoolPtr pool)
{
    if (!g_atomic_ref_count_dec(&pool->refs))
        return 0;
    __wrap_virConnectClose(pool->connection);
    g_free(pool->path);
    g_free(pool);
    return 0;
}

int __wrap_virStoragePoolRefresh(virStoragePoolPtr pool, unsigned int flags)
{
    g_autoptr(GVariant) answer = ask(pool->connection, "virStoragePoolRefresh", pool->path);

    return answer != NULL ? 0 : -1;
}

static virStorageVolPtr look_up(virConnectPtr connection, const char *path)
{
    g_autoptr(GVariant) answer = ask(connection, "virStorageVolLookupByPath", path);
    virStorageVolPtr volume;

    if (answer == NULL)
        return NULL;
    volume = g_new0(virStorageVol, 1);
    g_atomic_ref_count_init(&volume->refs);
    g_atomic_ref_count_inc(&connection->refs);
    volume->connection = connection;
    volume->path = g_strdup(path);
    return volume;
}

virStorageVolPtr __wrap_virStorageVolLookupByPath(virConnectPtr connection, const char *path)
{
    return look_up(connection, path);
}

virStorageVolPtr __wrap_virStorageVolLookupByName(virStoragePoolPtr pool, const char *name)
{
    g_autofree char *path = g_build_filename(pool->path, name, NULL);

    return look_up(pool->connection, path);
}

int __wrap_virStorageVolFree(virStorageVolPtr volume)
{
    if (!g_atomic_ref_count_dec(&volume->refs))
        return 0;
    __wrap_virConnectClose(volume->connection);
    g_free(volume->path);
    g_free(volume);
    return 0;
}

int __wrap_virStorageVolDelete(virStorageVolPtr volume, unsigned int flags)
{
    g_autoptr(GVariant) answer = ask(volume->connection, "virStorageVolDelete", volume->path);

    return answer != NULL ? 0 : -1;
}

int __wrap_virStorageVolGetInfo(virStorageVolPtr volume, virStorageVolInfoPtr info)
{
    g_autoptr(GVariant) answer = ask(volume->connection, "virStorageVolGetInfo", volume->path);

    if (answer == NULL)
        return -1;
    *info = (virStorageVolInfo){
        .capacity = (unsigned long long) fake_get_number(answer, "capacity"),
    };
    return 0;
}

char *__wrap_virStorageVolGetPath(virStorageVolPtr volume)
{
    return g_strdup(volume->path);
}
