/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configured host as the service describes it. */
#include "host.h"

#include "words.h"

struct _MigHost {
    MigObject parent_instance;
};

G_DEFINE_FINAL_TYPE(MigHost, mig_host, MIG_TYPE_OBJECT)

static const MigKey keys[] = {
    { "Name", "name", "s" },
    { "Driver", "driver", "s" },
    { "Transport", "transport", "s" },
    { "Address", "address", "s" },
    { "PeerTransport", "peer-transport", "s" },
    { "PeerAddress", "peer-address", "s" },
    { "MigrationAddresses", "migration-addresses", "as" },
    { "HostUUID", "host-uuid", "s" },
    { "Origin", "origin", "s" },
    { "Settings", "settings", "a{sv}" },
    { "FileError", "file-error", "s" },
    { "LastContact", "last-contact", "t" },
    { "LastError", "last-error", "(ss)" },
};

MigHost *mig_host_new(const char *path, GVariant *properties)
{
    g_autoptr(MigHost) self = g_object_new(MIG_TYPE_HOST, NULL);
    mig_object_set_path(MIG_OBJECT(self), path);
    mig_object_update(MIG_OBJECT(self), properties);
    return g_steal_pointer(&self);
}

const char *mig_host_get_name(MigHost *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "Name");
}

char *mig_host_dup_title(MigHost *self)
{
    return mig_words_host(mig_host_get_name(self));
}

static void mig_host_class_init(MigHostClass *klass)
{
    mig_object_class_set_keys(MIG_OBJECT_CLASS(klass), keys, G_N_ELEMENTS(keys));
}

static void mig_host_init(MigHost *self)
{
}
