/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of options: everything that libvirt's migration can be told, one row each. A row's kind
 * says how a value is checked (option.c), its signature how it looks on D-Bus, its flag, param and
 * choice what it is to libvirt. What takes more than one option to be said to libvirt is put
 * together in plan-params.c. Adding an option is adding a row.
 */
#include <libvirt/libvirt.h>

#include "request.h"

/* QEMU_DOMAIN_MIG_BANDWIDTH_MAX: bytes per second fit in 63 bits. */
#define MIG_BANDWIDTH_MAX (G_MAXINT64 >> 20)
#define MIG_CACHE_MAX (G_GUINT64_CONSTANT(1) << 40)

static const char *const flow_choices[] = {
    [MIG_FLOW_PEER_TO_PEER] = "peer-to-peer",
    [MIG_FLOW_MANAGED_DIRECT] = "managed-direct",
    [MIG_FLOW_UNMANAGED_DIRECT] = "unmanaged-direct",
    NULL,
};

static const char *const transport_choices[] = {
    [MIG_TRANSPORT_NATIVE] = "native",
    [MIG_TRANSPORT_TUNNELLED] = "tunnelled",
    NULL,
};

static const char *const protocol_choices[] = {
    [MIG_PROTOCOL_TCP] = "tcp",
    [MIG_PROTOCOL_RDMA] = "rdma",
    NULL,
};

static const char *const copy_choices[] = {
    [MIG_COPY_NONE] = "none",
    [MIG_COPY_ALL] = "all",
    [MIG_COPY_INCREMENTAL] = "incremental",
    NULL,
};

static const MigChoice copies[] = {
    [MIG_COPY_NONE] = { 0, NULL },
    [MIG_COPY_ALL] = { VIR_MIGRATE_NON_SHARED_DISK, "--copy-storage-all" },
    [MIG_COPY_INCREMENTAL] = { VIR_MIGRATE_NON_SHARED_INC, "--copy-storage-inc" },
};

static const char *const compression_choices[] = {
    [MIG_COMPRESSION_XBZRLE] = "xbzrle",
    [MIG_COMPRESSION_MT] = "mt",
    NULL,
};

static const char *const graphics_choices[] = {
    [MIG_GRAPHICS_NONE] = "none",
    [MIG_GRAPHICS_SPICE] = "spice",
    [MIG_GRAPHICS_VNC] = "vnc",
    NULL,
};

static const MigOptionInfo infos[MIG_N_OPTS] = {
    [MIG_OPT_SOURCE] = {
        .key = "source",
        .signature = "s",
        .kind = MIG_KIND_HOST,
        .description = "Configured host the guest runs on.",
    },
    [MIG_OPT_FLOW] = {
        .key = "flow",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = flow_choices,
        .fallback = MIG_FLOW_PEER_TO_PEER,
        .description = "Who is in control: the source's libvirt daemon (peer-to-peer), "
                       "this service (managed-direct) or the hypervisor "
                       "(unmanaged-direct).",
    },
    [MIG_OPT_TRANSPORT] = {
        .key = "transport",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = transport_choices,
        .fallback = MIG_TRANSPORT_NATIVE,
        .description = "How the guest's memory travels: between the hypervisors, or "
                       "through the connection of both libvirt daemons.",
    },
    [MIG_OPT_OPEN_DESTINATION] = {
        .key = "open-destination",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .fallback = TRUE,
        .description = "This service connects to the destination too, to check it "
                       "before and to look at it afterwards; without that only the "
                       "source's libvirt daemon does.",
    },
    [MIG_OPT_INTERFACE_ADDRESS] = {
        .key = "interface-address",
        .signature = "s",
        .kind = MIG_KIND_ADDRESS,
        .description = "IP address of the destination to which the guest's memory is "
                       "sent, and on which alone the destination listens for it.",
    },
    [MIG_OPT_PORT] = {
        .key = "port",
        .signature = "q",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = G_MAXUINT16,
        .description = "TCP port at interface-address; the destination's libvirt "
                       "chooses one unless it is given.",
    },
    [MIG_OPT_LISTEN_ADDRESS] = {
        .key = "listen-address",
        .signature = "s",
        .kind = MIG_KIND_ADDRESS,
        .param = VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
        .virsh = "--listen-address",
        .description = "IP address on which the destination listens for the guest's "
                       "memory, if it is another one than interface-address.",
    },
    [MIG_OPT_DATA_PROTOCOL] = {
        .key = "data-protocol",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = protocol_choices,
        .fallback = MIG_PROTOCOL_TCP,
        .description = "How the hypervisors talk to each other; rdma needs such "
                       "network cards on both hosts and AllowRDMA=yes in the "
                       "destination's file.",
    },
    [MIG_OPT_LIVE] = {
        .key = "live",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .fallback = TRUE,
        .flag = VIR_MIGRATE_LIVE,
        .virsh_flag = "--live",
        .description = "The guest runs on while its memory is copied; otherwise it is "
                       "paused for the whole time.",
    },
    [MIG_OPT_PAUSED] = {
        .key = "paused",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_PAUSED,
        .virsh_flag = "--suspend",
        .description = "Leave the guest paused on the destination.",
    },
    [MIG_OPT_OFFLINE] = {
        .key = "offline",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_OFFLINE,
        .virsh_flag = "--offline",
        .description = "Move the configuration of a guest that is shut off, and "
                       "nothing else.",
    },
    [MIG_OPT_PERSIST] = {
        .key = "persist",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_PERSIST_DEST,
        .virsh_flag = "--persistent",
        .description = "Write the guest's configuration on the destination.",
    },
    [MIG_OPT_UNDEFINE_SOURCE] = {
        .key = "undefine-source",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_UNDEFINE_SOURCE,
        .virsh_flag = "--undefinesource",
        .description = "Remove the guest's configuration from the source afterwards.",
    },
    [MIG_OPT_DESTINATION_NAME] = {
        .key = "destination-name",
        .signature = "s",
        .kind = MIG_KIND_NAME,
        .param = VIR_MIGRATE_PARAM_DEST_NAME,
        .virsh = "--dname",
        .description = "Name of the guest on the destination.",
    },
    [MIG_OPT_COPY_STORAGE] = {
        .key = "copy-storage",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = copy_choices,
        .choice = copies,
        .fallback = MIG_COPY_NONE,
        .description = "Copy the disks that both hosts do not share: all of their "
                       "contents, or only what their topmost images hold.",
    },
    [MIG_OPT_DISKS] = {
        .key = "disks",
        .signature = "as",
        .kind = MIG_KIND_DISKS,
        .param = VIR_MIGRATE_PARAM_MIGRATE_DISKS,
        .virsh = "--migrate-disks",
        .description = "Targets of the disks that copy-storage copies, for example "
                       "vda; all disks that are not read-only or shared unless it is "
                       "given.",
    },
    [MIG_OPT_DISKS_ADDRESS] = {
        .key = "disks-address",
        .signature = "s",
        .kind = MIG_KIND_ADDRESS,
        .description = "IP address of the destination to which disks are copied; that "
                       "of interface-address unless it is given.",
    },
    [MIG_OPT_DISKS_PORT] = {
        .key = "disks-port",
        .signature = "q",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = G_MAXUINT16,
        .description = "TCP port of the destination to which disks are copied; libvirt "
                       "chooses one unless it is given. It is on disks-address, else on "
                       "interface-address, else on an address of the host file.",
    },
    [MIG_OPT_SYNCHRONOUS_WRITES] = {
        .key = "synchronous-writes",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES,
        .virsh_flag = "--copy-storage-synchronous-writes",
        .description = "The guest's writes wait until the destination has them, so "
                       "that the copy of a disk always ends.",
    },
    [MIG_OPT_DISK_PATHS] = {
        .key = "disk-paths",
        .signature = "a{ss}",
        .kind = MIG_KIND_DISK_PATHS,
        .description = "Where disks are on the destination: target of a disk and its "
                       "path there.",
    },
    [MIG_OPT_NETWORKS] = {
        .key = "networks",
        .signature = "a{ss}",
        .kind = MIG_KIND_NETWORKS,
        .description = "Libvirt networks by their names on the source and on the "
                       "destination.",
    },
    [MIG_OPT_BRIDGES] = {
        .key = "bridges",
        .signature = "a{ss}",
        .kind = MIG_KIND_BRIDGES,
        .description = "Bridges by their names on the source and on the destination.",
    },
    [MIG_OPT_TLS] = {
        .key = "tls",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_TLS,
        .virsh_flag = "--tls",
        .description = "The hypervisors encrypt memory and disks on the wire and check "
                       "each other's certificates.",
    },
    [MIG_OPT_TLS_NAME] = {
        .key = "tls-name",
        .signature = "s",
        .kind = MIG_KIND_DNS,
        .param = VIR_MIGRATE_PARAM_TLS_DESTINATION,
        .virsh = "--tls-destination",
        .description = "Host name that the destination's certificate must have, if it "
                       "is another one than the source knows the destination by.",
    },
    [MIG_OPT_BANDWIDTH] = {
        .key = "bandwidth",
        .signature = "t",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = MIG_BANDWIDTH_MAX,
        .param = VIR_MIGRATE_PARAM_BANDWIDTH,
        .virsh = "--bandwidth",
        .unit = "MiB/s",
        .description = "Upper limit for memory, and once more for each disk that is "
                       "copied.",
    },
    [MIG_OPT_POSTCOPY_BANDWIDTH] = {
        .key = "postcopy-bandwidth",
        .signature = "t",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = MIG_BANDWIDTH_MAX,
        .param = VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY,
        .virsh = "--postcopy-bandwidth",
        .unit = "MiB/s",
        .description = "Upper limit for memory after the switch to post-copy.",
    },
    [MIG_OPT_MAXIMUM_DOWNTIME] = {
        .key = "maximum-downtime",
        .signature = "t",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 2000000,
        .unit = "ms",
        .description = "How long the guest may be paused for the switch to the "
                       "destination.",
    },
    [MIG_OPT_POSTCOPY] = {
        .key = "postcopy",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_POSTCOPY,
        .virsh_flag = "--postcopy",
        .description = "The job may be switched to post-copy while it runs "
                       "(Job.StartPostCopy): the guest goes on at the destination and "
                       "fetches the rest of its memory. If a host or the network fails "
                       "then, the guest is lost.",
    },
    [MIG_OPT_POSTCOPY_RESUME] = {
        .key = "postcopy-resume",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_POSTCOPY_RESUME,
        .virsh_flag = "--postcopy-resume",
        .description = "Go on with a post-copy migration that was broken off; the "
                       "other options must be those it was started with.",
    },
    [MIG_OPT_AUTO_CONVERGE] = {
        .key = "auto-converge",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_AUTO_CONVERGE,
        .virsh_flag = "--auto-converge",
        .description = "Slow the guest's processors down as long as it changes memory "
                       "faster than it can be copied.",
    },
    [MIG_OPT_AUTO_CONVERGE_INITIAL] = {
        .key = "auto-converge-initial",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 99,
        .param = VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL,
        .virsh = "--auto-converge-initial",
        .unit = "%",
        .description = "By how much processors are slowed down at first.",
    },
    [MIG_OPT_AUTO_CONVERGE_INCREMENT] = {
        .key = "auto-converge-increment",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 99,
        .param = VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT,
        .virsh = "--auto-converge-increment",
        .unit = "%",
        .description = "By how much more each time it was not enough.",
    },
    [MIG_OPT_COMPRESSION] = {
        .key = "compression",
        .signature = "as",
        .kind = MIG_KIND_CHOICES,
        .choices = compression_choices,
        .flag = VIR_MIGRATE_COMPRESSED,
        .param = VIR_MIGRATE_PARAM_COMPRESSION,
        .virsh_flag = "--compressed",
        .virsh = "--comp-methods",
        .description = "Ways to compress memory on the wire: xbzrle sends differences "
                       "of pages that are sent again, mt compresses with several "
                       "threads.",
    },
    [MIG_OPT_COMPRESSION_MT_LEVEL] = {
        .key = "compression-mt-level",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 0,
        .max = 9,
        .param = VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL,
        .virsh = "--comp-mt-level",
        .description = "How hard mt compresses, 0 not at all, 9 the most.",
    },
    [MIG_OPT_COMPRESSION_MT_THREADS] = {
        .key = "compression-mt-threads",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 255,
        .param = VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS,
        .virsh = "--comp-mt-threads",
        .unit = "threads",
        .description = "Threads that compress on the source.",
    },
    [MIG_OPT_COMPRESSION_MT_DTHREADS] = {
        .key = "compression-mt-dthreads",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 255,
        .param = VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS,
        .virsh = "--comp-mt-dthreads",
        .unit = "threads",
        .description = "Threads that decompress on the destination.",
    },
    [MIG_OPT_COMPRESSION_XBZRLE_CACHE] = {
        .key = "compression-xbzrle-cache",
        .signature = "t",
        .kind = MIG_KIND_UINT,
        .min = 4096,
        .max = MIG_CACHE_MAX,
        .param = VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE,
        .virsh = "--comp-xbzrle-cache",
        .unit = "bytes",
        .description = "Memory of the source that keeps pages for xbzrle to compare "
                       "with.",
    },
    [MIG_OPT_PARALLEL] = {
        .key = "parallel",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_PARALLEL,
        .virsh_flag = "--parallel",
        .description = "Copy memory over several connections at once.",
    },
    [MIG_OPT_PARALLEL_CONNECTIONS] = {
        .key = "parallel-connections",
        .signature = "u",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = 255,
        .param = VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS,
        .virsh = "--parallel-connections",
        .unit = "connections",
        .description = "How many.",
    },
    [MIG_OPT_ZERO_COPY] = {
        .key = "zero-copy",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_ZEROCOPY,
        .virsh_flag = "--zerocopy",
        .description = "The kernel sends memory from where it is; locks all of the "
                       "guest's memory on the source.",
    },
    [MIG_OPT_RDMA_PIN_ALL] = {
        .key = "rdma-pin-all",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_RDMA_PIN_ALL,
        .virsh_flag = "--rdma-pin-all",
        .description = "Lock all of the guest's memory before it is sent by rdma.",
    },
    [MIG_OPT_GRAPHICS_TYPE] = {
        .key = "graphics-type",
        .signature = "s",
        .kind = MIG_KIND_CHOICE,
        .choices = graphics_choices,
        .fallback = MIG_GRAPHICS_NONE,
        .description = "Protocol of the graphics clients that are told where the guest "
                       "has gone; only spice's follow by themselves.",
    },
    [MIG_OPT_GRAPHICS_ADDRESS] = {
        .key = "graphics-address",
        .signature = "s",
        .kind = MIG_KIND_ADDRESS,
        .description = "IP address of the destination that graphics clients connect "
                       "to.",
    },
    [MIG_OPT_GRAPHICS_PORT] = {
        .key = "graphics-port",
        .signature = "q",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = G_MAXUINT16,
        .description = "TCP port for them.",
    },
    [MIG_OPT_GRAPHICS_TLS_PORT] = {
        .key = "graphics-tls-port",
        .signature = "q",
        .kind = MIG_KIND_UINT,
        .min = 1,
        .max = G_MAXUINT16,
        .description = "TCP port for them with TLS.",
    },
    [MIG_OPT_GRAPHICS_TLS_SUBJECT] = {
        .key = "graphics-tls-subject",
        .signature = "s",
        .kind = MIG_KIND_SUBJECT,
        .description = "Subject that the certificate at that port has.",
    },
    [MIG_OPT_ABORT_ON_ERROR] = {
        .key = "abort-on-error",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_ABORT_ON_ERROR,
        .virsh_flag = "--abort-on-error",
        .description = "Give up if the guest has an I/O error meanwhile.",
    },
    [MIG_OPT_UNSAFE] = {
        .key = "unsafe",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .flag = VIR_MIGRATE_UNSAFE,
        .virsh_flag = "--unsafe",
        .description = "Migrate although libvirt sees that disks may be damaged; wants "
                       "polkit action migrate-unsafe.",
    },
    [MIG_OPT_TRY] = {
        .key = "try",
        .signature = "b",
        .kind = MIG_KIND_BOOL,
        .max = TRUE,
        .description = "Start although Check found what will stop it, or what it is "
                       "not sure of.",
    },
};

const MigOptionInfo *mig_option_info(MigOption option)
{
    g_return_val_if_fail((guint) option < MIG_N_OPTS, NULL);

    return &infos[option];
}
