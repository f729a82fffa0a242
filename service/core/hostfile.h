/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A configured host: what one key file in hosts.d says, checked. See migrationd.hosts(5).
 *
 *   [Host]
 *   Driver=qemu                   hypervisor driver of the libvirt URI: qemu (default), xen, vz,
 * openvz, vpx Transport=ssh                 ssh, tls, tcp, or unix (the built-in `local` only)
 *   Address=host-b.example        how this service reaches it: DNS name or IP literal
 *   Port=16514                    optional, 1..65535
 *   User=root                     ssh (optional) and vpx only
 *   AllowPlaintext=yes            must be there for Transport=tcp or PeerTransport=tcp
 *   PeerTransport= PeerAddress= PeerPort= PeerUser=
 *                                 how other libvirt daemons reach it; each defaults to the above
 *   MigrationAddresses=IP;IP      addresses on which it may receive migration data
 *   HostUUID=                     the host's libvirt UUID, refused if it shows another
 *   DiskDirectories=DIR;DIR       below which disks may be placed on it (option disk-paths);
 *                                 /var/lib/libvirt/images unless it is given
 *   AllowRDMA=yes                 it may receive migration data by rdma
 *
 * A host of VMware's is reached through its vCenter. It has the keys Driver=vpx, Address= and Port=
 * of the vCenter, HostUUID= and
 *
 *   User=administrator@vsphere.local
 *   PasswordFile=NAME             the worker reads it (worker/password.h)
 *   Datacenter=DC1                with folders: Folder/DC1
 *   Cluster=Cluster1              with folders; left out if it is in none
 *   HostSystem=esx1.example
 *   VerifyCertificate=no          takes any certificate of the vCenter; yes unless it is given
 *
 * `local` is always there (qemu:///system). A file local.conf may give it Driver= (not vpx), Peer*,
 * AllowPlaintext, MigrationAddresses, HostUUID, DiskDirectories and AllowRDMA, nothing else.
 */
#pragma once

#include <glib.h>

#define MIG_HOST_LOCAL "local"

typedef enum {
    MIG_CONNECT_NONE, /* unknown: nobody said how to reach it this way */
    MIG_CONNECT_UNIX,
    MIG_CONNECT_SSH,
    MIG_CONNECT_TLS,
    MIG_CONNECT_TCP,
    MIG_CONNECT_HTTPS, /* to a vCenter */
    MIG_N_CONNECTS
} MigConnect;

const char *mig_connect_to_string(MigConnect connect);
gboolean mig_connect_from_string(const char *name, MigConnect *ret);

/* One way to a libvirt daemon; strings are checked against the grammar of uri.h. */
typedef struct {
    MigConnect connect;
    char *address; /* NULL for unix */
    guint16 port;  /* 0: libvirt's default */
    char *user;    /* ssh, may be NULL, and https */
    char *path;    /* https: of the host in the vCenter's inventory, "DC/Cluster/esx1.example" */
    gboolean no_verify; /* https: any certificate is good */
} MigRoute;

/* Where a host is in the inventory of its vCenter; all NULL unless the driver is vpx. */
typedef struct {
    char *datacenter;
    char *cluster; /* NULL: it is in none */
    char *host_system;
    char *password_file; /* name of a file, see worker/password.h */
} MigInventory;

typedef struct {
    char *name;
    char *driver;
    MigRoute own;  /* service to host */
    MigRoute peer; /* other libvirt daemon to host */
    MigInventory inventory;
    char **migration_addresses; /* canonical IP literals, never NULL, may be empty */
    char *host_uuid;            /* lower case, NULL if not pinned */
    char **disk_directories;    /* canonical absolute paths, never NULL */
    gboolean allow_rdma;
} MigHost;

void mig_host_free(MigHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigHost, mig_host_free)

/* Host names: [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(.label)*, 64 bytes at most. */
gboolean mig_host_name_is_valid(const char *name);

/* The built-in host `local`, without peer route and addresses. */
MigHost *mig_host_new_local(void);

/* Parses one key file's text. MIG_ERROR_INVALID_HOST_FILE names the key and what it may be. */
MigHost *mig_host_parse(const char *name, const char *data, gsize length, GError **error);

/* a{sv} with the file's keys in lower-case dashed form; from_variant checks everything again. */
GVariant *mig_host_to_variant(const MigHost *host);
MigHost *mig_host_from_variant(GVariant *dict, GError **error);

/* From and to the settings of Manager.AddHost, a{sv} with a subset of those keys: no directory, no
 * password, no inventory of a vCenter, no rdma. MIG_ERROR_INVALID_ARGUMENT names the key. */
MigHost *mig_host_from_settings(const char *name, GVariant *settings, GError **error);
/* Floating; without what the defaults give, empty for `local` and hosts behind a vCenter. */
GVariant *mig_host_to_settings(const MigHost *host);
/* TRUE if the host has nothing but such settings. */
gboolean mig_host_is_plain(const MigHost *host);
/* The text of a key file with the host's settings. */
char *mig_host_to_text(const MigHost *host);

MigHost *mig_host_copy(const MigHost *host);

/* TRUE if `address` (canonical literal) is one on which the host may receive migration data. */
gboolean mig_host_has_address(const MigHost *host, const char *address);

/* TRUE if `path` (canonical) is below one of the directories for disks. */
gboolean mig_host_has_disk_path(const MigHost *host, const char *path);
