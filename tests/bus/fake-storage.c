/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's storage pools and volumes, played by the world.
 */
#include "fake.h"

virStoragePoolPtr __wrap_virStoragePoolLookupByTargetPath(virConnectPtr connection,
                                                          const char *path)
{
    g_autoptr(GVariant) answer = NULL;
    virStoragePoolPtr pool;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", path);
    answer = fake_ask_connection(connection, "virStoragePoolLookupByTargetPath", &dict);
    if (answer == NULL)
        return NULL;
    pool = g_new0(virStoragePool, 1);
    g_atomic_ref_count_init(&pool->refs);
    g_atomic_ref_count_inc(&connection->refs);
    pool->connection = connection;
    pool->path = g_strdup(path);
    return pool;
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
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", pool->path);
    answer = fake_ask_connection(pool->connection, "virStoragePoolRefresh", &dict);
    return answer != NULL ? 0 : -1;
}

static virStorageVolPtr look_up(virConnectPtr connection, const char *path)
{
    g_autoptr(GVariant) answer = NULL;
    virStorageVolPtr volume;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", path);
    answer = fake_ask_connection(connection, "virStorageVolLookupByPath", &dict);
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
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "what", "s", volume->path);
    answer = fake_ask_connection(volume->connection, "virStorageVolDelete", &dict);
    return answer != NULL ? 0 : -1;
}
