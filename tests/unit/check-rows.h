/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For the test of the check: one or more rows a finding, each with what must be different from the
 * good case for it to be found. Overlays are dictionaries over the good ones of test-check.c.
 */
#pragma once

typedef struct {
    const char *id;
    const char *options;
    const char *guest;          /* over the source's report */
    const char *there;          /* over the destination's report */
    const char *on_source;      /* over the facts */
    const char *on_destination; /* over the facts */
    /* options alone make it: without the overlays it is found too */
    enum { BY_REPORT, BY_OPTIONS } by;
} CheckRow;

#define PART(kind, name) "{'parts': <[{'kind': <'" kind "'>, 'name': <'" name "'>}]>}"
#define COPY "'copy-storage': <'all'>"
#define INCREMENTAL "'copy-storage': <'incremental'>"
#define VOLUME(volume, capacity, pool, available)                                                  \
    "{'volumes': <[{'target': <'vda'>, 'volume': <'" volume "'>, 'capacity': <uint64 " capacity    \
    ">, 'pool': <'" pool "'>, 'available': <uint64 " available ">}]>}"
/* A disk with the type, path, pool, file system and what is unlike the rest. */
#define DISK(type, path, pool, filesystem, more)                                                   \
    "{'disks': <[{" more "'target': <'vda'>, 'type': <'" type "'>, 'path': <'" path                \
    "'>, 'pool': <'" pool "'>, 'volume': <'web1.img'>, 'cache': <''>, 'filesystem': <'" filesystem \
    "'>, 'readonly': <false>, 'shareable': <false>, 'transient': <false>, 'block-job': <false>, "  \
    "'capacity': <uint64 1048576>, 'allocation': <uint64 524288>}]>}"
#define SHARED DISK("file", "/srv/web1.img", "", "shared", "")
#define LOCAL DISK("file", "/srv/web1.img", "", "local", "")
#define POOLED DISK("volume", "", "images", "", "")

static const CheckRow rows[] = {
    { "read-only", "{}", "{'read-only': <true>}" },
    { "read-only", "{}", .there = "{'read-only': <true>}" },
    { "access-denied", "{}", "{'denied': <['virDomainGetXMLDesc']>}" },
    { "access-denied", "{}", .there = "{'denied': <['virNodeGetMemoryStats', 'x']>}" },
    { "libvirt-older", "{}", .on_source = "{'libvirt': <uint64 9001000>}" },
    { "hypervisor-older", "{}", "{'hypervisor': <uint64 8000000>}" },
    { "libvirt-too-old", "{'parallel': <true>}",
      .on_destination = "{'libvirt': <uint64 5001000>}" },
    { "libvirt-too-old", "{'tls': <true>, 'tls-name': <'b.example'>}",
      .on_source = "{'libvirt': <uint64 5010000>}" },
    { "hypervisor-too-old", "{'parallel': <true>, 'zero-copy': <true>}",
      "{'hypervisor': <uint64 7000000>}" },
    { "hypervisor-too-old", "{'parallel': <true>}", .there = "{'hypervisor': <uint64 3001000>}" },
    { "hostname-localhost", "{}", .on_destination = "{'hostname': <'localhost.localdomain'>}" },
    { "address-not-there", "{'interface-address': <'192.0.2.12'>}",
      .there = "{'addresses': <['192.0.2.13']>}" },
    { "no-route", "{'interface-address': <'192.0.2.12'>}", "{'route': <'none'>}" },
    { "port-outside-range", "{'interface-address': <'192.0.2.12'>, 'port': <uint16 49151>}",
      .by = BY_OPTIONS },
    { "port-outside-range", "{" COPY ", 'disks-port': <uint16 49216>}", .by = BY_OPTIONS },
    { "emulator-missing", "{}", .there = "{'emulator': <'no-emulator'>}" },
    { "machine-missing", "{}", .there = "{'emulator': <'no-machine'>}" },
    { "acceleration-missing", "{}", .there = "{'emulator': <'no-virt-type'>}" },
    { "cpu-incompatible", "{}", .there = "{'cpu': <'incompatible'>}" },
    { "cpu-unchecked", "{}", "{'cpu-checked': <false>}", "{'cpu': <'incompatible'>}" },
    { "cpu-unsure", "{}", "{'cpu-known': <false>}", "{'cpu': <'incompatible'>}" },
    { "cpu-passthrough", "{}", PART("host-cpu", "host-passthrough") },
    { "memory-short", "{}", .there = "{'available': <uint64 1000>}" },
    { "network-missing", "{}", .there = "{'missing-networks': <['net']>}" },
    { "network-inactive", "{}", .there = "{'inactive-networks': <['net']>}" },
    { "interface-missing", "{}", .there = "{'missing-interfaces': <['br0']>}" },
    { "configuration-replaced", "{'persist': <true>}",
      .on_destination = "{'guest-found': <true>, 'guest-persistent': <true>}" },
    { "configuration-kept", "{}",
      .on_destination = "{'guest-found': <true>, 'guest-persistent': <true>}" },
    { "guest-unreadable", "{}", "{'readable': <false>}" },
    { "snapshots", "{}", "{'snapshots': <uint32 2>}" },
    { "snapshots", "{'offline': <true>, 'persist': <true>}", "{'snapshots': <uint32 1>}" },
    { "not-broken-off", "{'postcopy': <true>, 'postcopy-resume': <true>}",
      .on_source = "{'guest-state': <3>, 'guest-reason': <12>}", .by = BY_OPTIONS },
    { "io-error", "{}", .on_source = "{'guest-state': <3>, 'guest-reason': <5>}" },
    { "io-error-abort", "{'abort-on-error': <true>}",
      .on_source = "{'guest-state': <3>, 'guest-reason': <5>}" },
    { "host-device", "{}", PART("hostdev-pci", "hostdev0") },
    { "host-device", "{}", PART("hostdev-mdev", "hostdev0") },
    { "host-device", "{}", PART("hostdev-capabilities", "hostdev0") },
    { "host-device-unsure", "{}", PART("hostdev-usb", "hostdev0") },
    { "host-device-unsure", "{}", PART("hostdev-scsi", "hostdev0") },
    { "host-device-unsure", "{}", PART("hostdev-scsi_host", "hostdev0") },
    { "host-device-unsure", "{}", PART("vdpa", "/dev/vhost-vdpa-0") },
    { "shared-memory", "{}", PART("shmem-legacy", "shm") },
    { "shared-memory", "{}", PART("shmem-peer", "shm") },
    { "virtiofs", "{}", PART("virtiofs", "share") },
    { "shared-directory", "{}", PART("9p", "share") },
    { "memory-device", "{}", PART("dimm", "") },
    { "invariant-tsc", "{}", PART("invtsc", "") },
    { "user-network", "{}", PART("slirp", "52:54:00:00:00:01") },
    { "firmware-variables", "{}", PART("nvram", "/var/lib/libvirt/qemu/nvram/web1.fd") },
    { "firmware-variables-stay", "{'offline': <true>, 'persist': <true>}",
      PART("nvram", "/var/lib/libvirt/qemu/nvram/web1.fd") },
    { "firmware-missing", "{}", PART("loader", "/usr/share/OVMF/other.fd") },
    { "tpm-state", "{}", PART("tpm", "emulator") },
    { "tpm-stays", "{'offline': <true>, 'persist': <true>}", PART("tpm", "emulator") },
    { "tpm-passthrough", "{}", PART("tpm", "passthrough") },
    { "tpm-missing", "{}", PART("tpm", "emulator"), "{'tpms': <['passthrough']>}" },
    { "graphics-address", "{}", PART("graphics-address", "192.0.2.11") },
    { "not-in-guest", "{'networks': <{'absent': 'net'}>}", .by = BY_OPTIONS },
    { "not-in-guest", "{'bridges': <{'br9': 'br0'}>}", .by = BY_OPTIONS },
    { "not-in-guest", "{'disk-paths': <{'vdz': '/var/lib/libvirt/images/x'}>}", .by = BY_OPTIONS },
    { "not-in-guest", "{" COPY ", 'disks': <['vdz']>}", .by = BY_OPTIONS },
    { "rdma-memory-limit", "{'interface-address': <'192.0.2.12'>, 'data-protocol': <'rdma'>}",
      "{'hard-limit': <false>}" },
    { "zero-copy-locks", "{'parallel': <true>, 'zero-copy': <true>}", .by = BY_OPTIONS },
    { "tls-unasked", "{'tls': <true>}", .by = BY_OPTIONS },
    { "postcopy-unasked", "{'postcopy': <true>}", .by = BY_OPTIONS },
    { "disk-transient", "{}", DISK("file", "/srv/a", "", "shared", "'transient': <true>, ") },
    { "block-job", "{}", DISK("file", "/srv/a", "", "shared", "'block-job': <true>, ") },
    { "disk-not-copyable", "{" COPY ", 'disks': <['vda']>}",
      DISK("file", "/srv/a", "", "local", "'readonly': <true>, ") },
    { "disk-not-copyable", "{" COPY ", 'disks': <['vda']>}", DISK("", "", "", "", "") },
    { "disk-nvme", "{}", DISK("nvme", "", "", "", "") },
    { "disk-cache", "{}",
      "{'hypervisor': <uint64 2011000>, 'disks': <[{'target': <'vda'>, 'type': <'block'>, 'path': "
      "<'/dev/sda'>, 'pool': <''>, 'volume': <''>, 'cache': <'writeback'>, 'filesystem': <''>, "
      "'readonly': <false>, 'shareable': <false>, 'transient': <false>, 'block-job': <false>, "
      "'capacity': <uint64 0>, 'allocation': <uint64 0>}]>}" },
    { "disk-not-shared", "{}", LOCAL },
    { "disk-not-shared", "{}", DISK("volume", "/srv/web1.img", "images", "local", "") },
    { "disk-sharing-unknown", "{}", DISK("file", "/srv/a", "", "", "") },
    { "disk-sharing-unknown", "{}", LOCAL, .on_source = "{'libvirt': <uint64 11000000>}" },
    { "disk-not-seen", "{}", SHARED, VOLUME("missing", "0", "", "0") },
    { "disk-not-seen", "{'unsafe': <true>}", LOCAL, VOLUME("missing", "0", "", "0") },
    { "pool-missing", "{}", POOLED, VOLUME("", "0", "missing", "0") },
    { "pool-inactive", "{}", POOLED, VOLUME("", "0", "inactive", "0") },
    { "volume-missing", "{}", POOLED, VOLUME("missing", "0", "active", "0") },
    { "volume-size", "{" COPY "}", LOCAL, VOLUME("found", "1048575", "", "0") },
    { "volume-size", "{" COPY "}", LOCAL, VOLUME("found", "1048577", "", "0") },
    { "volume-overwritten", "{" COPY "}", LOCAL, VOLUME("found", "1048576", "", "0") },
    { "copy-no-pool", "{" COPY "}", LOCAL, VOLUME("missing", "0", "missing", "0") },
    { "copy-no-volume", "{" INCREMENTAL "}", LOCAL, VOLUME("missing", "0", "active", "9999999") },
    { "pool-space", "{" COPY "}", LOCAL, VOLUME("missing", "0", "active", "524287") },
};

/* What looks alike and is no reason for the finding, or for any other one. */
static const CheckRow innocent[] = {
    { "libvirt-older", "{}", .on_source = "{'libvirt': <uint64 9000001>}" },
    { "libvirt-older", "{}", .on_destination = "{'libvirt': <uint64 9001000>}" },
    { "hypervisor-older", "{}", "{'hypervisor': <uint64 0>}" },
    { "hostname-localhost", "{'transport': <'tunnelled'>}",
      .on_destination = "{'hostname': <'localhost'>}" },
    { "hostname-localhost", "{'interface-address': <'192.0.2.12'>}",
      .on_destination = "{'hostname': <'localhost'>}" },
    { "address-not-there", "{'interface-address': <'192.0.2.12'>}",
      .there = "{'addresses': <@as []>}" },
    { "port-outside-range", "{'interface-address': <'192.0.2.12'>, 'port': <uint16 49215>}" },
    { "memory-short", "{}", "{'hugepages': <true>}", "{'available': <uint64 1000>}" },
    { "memory-short", "{}", .there = "{'available': <uint64 0>}" },
    { "emulator-missing", "{}", .there = "{'emulator': <''>}" },
    { "cpu-incompatible", "{}", .there = "{'cpu': <''>}" },
    { "io-error", "{}", .on_source = "{'guest-state': <3>, 'guest-reason': <1>}" },
    { "host-device-unsure", "{}", PART("bridge", "br0") },
    { "firmware-missing", "{}", PART("loader", "/usr/share/OVMF/OVMF_CODE_4M.fd") },
    { "firmware-missing", "{}", PART("loader", "/other"), "{'loaders': <@as []>}" },
    { "graphics-address", "{}", PART("graphics-address", "192.0.2.12") },
    { "not-in-guest", "{'networks': <{'net': 'other'}>}", PART("network", "net") },
    { "not-in-guest", "{" COPY ", 'disks': <['vda']>}", LOCAL },
    { "disk-not-shared", "{}", SHARED, VOLUME("found", "1048576", "", "0") },
    { "disk-not-shared", "{" COPY "}", LOCAL },
    { "disk-not-shared", "{}", DISK("block", "/dev/sda", "", "", "") },
    { "disk-not-shared", "{}", DISK("volume", "/dev/vg/lv", "vg", "", "") },
    { "disk-not-shared", "{'unsafe': <true>}", LOCAL },
    { "disk-not-shared", "{}", DISK("network", "", "", "", "") },
    { "disk-not-shared", "{}", DISK("file", "/srv/a", "", "local", "'readonly': <true>, ") },
    { "disk-not-shared", "{}", DISK("", "", "", "", "") },
    { "disk-not-shared", "{'offline': <true>, 'persist': <true>}", LOCAL },
    { "snapshots", "{'postcopy': <true>, 'postcopy-resume': <true>}", "{'snapshots': <uint32 1>}",
      .on_source = "{'guest-state': <3>, 'guest-reason': <13>}" },
    { "not-broken-off", "{'postcopy': <true>, 'postcopy-resume': <true>}",
      .on_source = "{'guest-state': <3>, 'guest-reason': <13>}" },
    { "volume-missing", "{}", POOLED, VOLUME("found", "1", "active", "0") },
    { "volume-missing", "{" COPY "}", POOLED, VOLUME("missing", "0", "active", "524288") },
    { "pool-space", "{" COPY "}", LOCAL, VOLUME("missing", "0", "active", "524288") },
    { "volume-overwritten", "{" INCREMENTAL "}", LOCAL, VOLUME("found", "1048576", "", "0") },
};
