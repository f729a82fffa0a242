/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that can be found. An id that was once released never changes its meaning: programs
 * and translations go by it.
 */
#include "finding.h"

#define REFUSAL(id)                                                                                \
    {                                                                                              \
        id, MIG_SEVERITY_BLOCKER, "{message}", ""                                                  \
    }

static const MigFindingInfo infos[] = {
    /* Consequences of a plan. */
    { "configuration-lost", MIG_SEVERITY_WARNING,
      "The configuration of guest {guest} is removed from host {source} and not written on host "
      "{destination}: it is lost when the guest stops.",
      "Add persist to keep it." },
    { "configuration-on-both", MIG_SEVERITY_WARNING,
      "Hosts {source} and {destination} both have the configuration of guest {guest} afterwards: "
      "starting it on both damages its disks.",
      "Add undefine-source to remove it from host {source}." },
    { "memory-unencrypted", MIG_SEVERITY_WARNING,
      "The guest's memory crosses the network unencrypted.",
      "Use a network nobody else is on, add tls, or use flow peer-to-peer with transport tunnelled "
      "over ssh or tls." },
    { "tunnel-unencrypted", MIG_SEVERITY_WARNING,
      "The guest's memory crosses the network unencrypted: libvirt's tcp connection protects "
      "nothing.",
      "Set PeerTransport=ssh or tls for host {destination}." },
    { "disks-unencrypted", MIG_SEVERITY_WARNING, "The guest's disks cross the network unencrypted.",
      "Use a network nobody else is on, or add tls." },
    { "driven-by-job", MIG_SEVERITY_NOTE,
      "The job's worker process drives this migration: if it dies, the migration is aborted or the "
      "guest is left paused.",
      "With flow peer-to-peer it would go on." },
    { "destination-not-opened", MIG_SEVERITY_NOTE,
      "This service does not look at host {destination}: what could be in the way there is found "
      "only when it fails, and what is there afterwards is not checked.",
      "Add open-destination if this service can reach it." },
    { "postcopy-risk", MIG_SEVERITY_WARNING,
      "After the switch to post-copy the guest is lost if a host or the network between them "
      "fails.",
      "" },
    { "unsafe", MIG_SEVERITY_WARNING,
      "Libvirt's check whether disks are safe is left out: disks that are not shared, or cached, "
      "may be damaged.",
      "Leave out unsafe if the disks do not need it." },
    { "cannot-cancel", MIG_SEVERITY_NOTE,
      "Hypervisor driver {driver} cannot cancel a migration once it has begun.", "" },
    { "no-progress", MIG_SEVERITY_NOTE,
      "Hypervisor driver {driver} does not tell how far a migration is.", "" },
    { "configuration-moves", MIG_SEVERITY_NOTE,
      "Hypervisor driver {driver} always moves the guest's configuration with it: persist and "
      "undefine-source change nothing.",
      "" },
    { "disks-port-kept", MIG_SEVERITY_WARNING,
      "Libvirt on host {destination} keeps a port that it was given for disks alone: every second "
      "copy to the same disks-port fails.",
      "Give interface-address or disks-address too, or set MigrationAddresses= in the file of host "
      "{destination}." },
    { "certificate-unchecked", MIG_SEVERITY_WARNING,
      "The certificate of the vCenter is not checked: whoever answers at its address gets the "
      "password.",
      "Remove VerifyCertificate=no from the files of hosts {source} and {destination}." },
    /* What was seen after the end. */
    { "configuration-differs", MIG_SEVERITY_WARNING,
      "The configuration of guest {guest} on host {host} was expected to be {expected} and is "
      "{found}.",
      "Compare it with virsh dumpxml --inactive on both hosts; undefine or define it by hand." },
    { "not-executing", MIG_SEVERITY_WARNING,
      "Libvirt says that guest {guest} runs on host {host}, but its processors did nothing for "
      "2 s.",
      "Look at its console; it may only have nothing to do." },
    { "leftover-copy", MIG_SEVERITY_WARNING, "Host {host} has a copy of guest {guest} left over.",
      "See that the guest runs on the other host, then remove the copy with virsh destroy." },
    { "leftover-job", MIG_SEVERITY_WARNING,
      "Libvirt still has a job on guest {guest} on host {host}.",
      "Look at it with virsh domjobinfo and end it with virsh domjobabort." },
    { "volume-removed", MIG_SEVERITY_NOTE,
      "Volume {volume} on host {host}, which libvirt had made for this migration, was deleted "
      "again.",
      "" },
    { "leftover-volume", MIG_SEVERITY_WARNING,
      "Volume {volume} on host {host}, which libvirt had made for this migration, is left over.",
      "See that no guest uses it, then remove it with virsh vol-delete." },
    /* What mig_plan_new() refuses, as Check tells it: the message has the remedy. */
    REFUSAL("failed"),
    REFUSAL("not-supported"),
    REFUSAL("same-host"),
    REFUSAL("guest-not-found"),
    REFUSAL("guest-not-running"),
    REFUSAL("guest-running"),
    REFUSAL("guest-busy"),
    REFUSAL("guest-exists"),
    REFUSAL("address-not-allowed"),
    REFUSAL("not-allowed"),
    REFUSAL("invalid-host-file"),
    /* A host that could not be asked: {host} is its name. */
    REFUSAL("host-unreachable"),
    REFUSAL("host-timeout"),
    REFUSAL("host-name-unknown"),
    REFUSAL("connection-refused"),
    REFUSAL("host-key-unknown"),
    REFUSAL("host-key-changed"),
    REFUSAL("login-refused"),
    REFUSAL("libvirt-refused"),
    REFUSAL("libvirt-down"),
    REFUSAL("host-uuid-mismatch"),
    REFUSAL("connection-lost"),
    /* What a check of both hosts finds: the hosts. */
    { "read-only", MIG_SEVERITY_BLOCKER,
      "Libvirt on host {host} lets this service only read: it refuses every migration.",
      "Let the user it connects as manage guests there (unix_sock_rw_perms, polkit or "
      "access_drivers in libvirtd.conf)." },
    { "access-denied", MIG_SEVERITY_WARNING,
      "Libvirt on host {host} does not let this service ask for all that a check needs "
      "({functions}), and may refuse the migration too.",
      "Look at its access rules (access_drivers in libvirtd.conf)." },
    { "libvirt-older", MIG_SEVERITY_WARNING,
      "Libvirt on host {destination} ({older}) is older than on host {source} ({have}): it may not "
      "know what the guest is made of.",
      "Bring it to the same version." },
    { "hypervisor-older", MIG_SEVERITY_WARNING,
      "{driver} on host {destination} ({older}) is older than on host {source} ({have}): it may "
      "not understand the guest's state.",
      "Bring it to the same version." },
    { "libvirt-too-old", MIG_SEVERITY_BLOCKER,
      "Option {option} needs libvirt {need}, and host {host} has {have}.",
      "Leave out {option}, or bring libvirt there up to date." },
    { "hypervisor-too-old", MIG_SEVERITY_BLOCKER,
      "Option {option} needs {driver} {need}, and host {host} has {have}.",
      "Leave out {option}, or bring it up to date there." },
    { "hostname-localhost", MIG_SEVERITY_WARNING,
      "Host {destination} calls itself {hostname}, so its libvirt cannot say where to send guest "
      "{guest}.",
      "Give interface-address, correct its host name, or set migration_host in qemu.conf there." },
    { "address-not-there", MIG_SEVERITY_WARNING,
      "By its own account host {destination} does not have the address {address}.",
      "See that it is one of its interfaces' now, or give another interface-address." },
    { "no-route", MIG_SEVERITY_WARNING, "Host {source} has no route to {address}.",
      "Bring up the interface that leads there, or give another interface-address." },
    { "port-outside-range", MIG_SEVERITY_NOTE,
      "Port {port} ({option}) is not of the range 49152 to 49215 that libvirt uses and firewalls "
      "commonly let through.",
      "" },
    { "emulator-missing", MIG_SEVERITY_BLOCKER,
      "Host {destination} cannot run the guest's emulator {emulator}: {text}.",
      "Install it there, or choose another destination." },
    { "machine-missing", MIG_SEVERITY_BLOCKER,
      "The emulator of host {destination} does not have the guest's machine type {machine}: "
      "{text}.",
      "Install a newer emulator there, or choose another destination." },
    { "acceleration-missing", MIG_SEVERITY_BLOCKER,
      "Host {destination} does not have the guest's acceleration {acceleration}: {text}.",
      "Enable virtualization in its firmware and load the kernel's module, or choose another "
      "destination." },
    { "cpu-incompatible", MIG_SEVERITY_BLOCKER,
      "The CPU of guest {guest} does not fit host {destination}: {text}.",
      "Give the guest a CPU model that both hosts have, and start it anew." },
    { "cpu-unchecked", MIG_SEVERITY_WARNING,
      "The CPU of guest {guest} does not fit host {destination}: {text}. Libvirt moves it in spite "
      "of that, because its configuration says check='none'; it may crash there.",
      "Give the guest a CPU model that both hosts have, and start it anew." },
    { "cpu-unsure", MIG_SEVERITY_WARNING,
      "Libvirt finds the CPU of guest {guest} in neither host's, so it cannot say whether it fits "
      "host {destination}: {text}.",
      "Compare what virsh domcapabilities says of the CPU on both hosts." },
    { "cpu-passthrough", MIG_SEVERITY_WARNING,
      "Guest {guest} has the CPU of its host: it goes on safely only on a host with the same CPU "
      "and microcode.",
      "Use a CPU model that both hosts have." },
    { "memory-short", MIG_SEVERITY_WARNING,
      "Guest {guest} has {need} of memory, and host {destination} has {have} free.",
      "Make room there, or choose another destination." },
    { "network-missing", MIG_SEVERITY_BLOCKER, "Host {destination} has no network {name}.",
      "Define it there, or give its name there with option networks." },
    { "network-inactive", MIG_SEVERITY_BLOCKER,
      "Network {name} on host {destination} is not active.",
      "Start it there with virsh net-start." },
    { "interface-missing", MIG_SEVERITY_WARNING,
      "Libvirt on host {destination} sees no interface {name}, to which the guest is connected.",
      "Make it there; for a bridge option bridges gives its name there." },
    { "configuration-replaced", MIG_SEVERITY_NOTE,
      "Host {destination} has a configuration of guest {guest} already: it is replaced.", "" },
    { "configuration-kept", MIG_SEVERITY_NOTE,
      "Host {destination} has a configuration of guest {guest} already: it is kept, whatever the "
      "guest is like now.",
      "Add persist to replace it." },
    { "source-busy", MIG_SEVERITY_NOTE,
      "{count} other jobs of this service run or wait on host {source}.", "" },
    /* The guest. */
    { "guest-unreadable", MIG_SEVERITY_WARNING,
      "What guest {guest} is made of could not be read, so most was not checked.",
      "Look at it with virsh dumpxml --migratable." },
    { "snapshots", MIG_SEVERITY_BLOCKER,
      "Guest {guest} has {count} snapshots, and libvirt migrates no guest with snapshots.",
      "Delete them, or their metadata with virsh snapshot-delete --metadata." },
    { "not-broken-off", MIG_SEVERITY_BLOCKER,
      "Guest {guest} on host {source} was not broken off in post-copy, there is nothing to go on "
      "with.",
      "Leave out postcopy-resume; if post-copy goes on, wait for its end." },
    { "io-error", MIG_SEVERITY_WARNING,
      "Guest {guest} is paused by an error of a disk, and will be so on host {destination}.",
      "Find out with virsh domblkerror and mend it." },
    { "io-error-abort", MIG_SEVERITY_BLOCKER,
      "Guest {guest} is paused by an error of a disk, which abort-on-error does not allow.",
      "Mend it (virsh domblkerror), or leave out abort-on-error." },
    { "host-device", MIG_SEVERITY_BLOCKER,
      "Guest {guest} has a device of its host ({kind} {name}), which cannot move.",
      "Detach it first with virsh detach-device." },
    { "host-device-unsure", MIG_SEVERITY_WARNING,
      "Guest {guest} has a device of its host ({kind} {name}): whether that can move only the "
      "hypervisor knows.",
      "Detach it first if it is not needed." },
    { "shared-memory", MIG_SEVERITY_BLOCKER,
      "Guest {guest} has shared memory {name}, which libvirt moves only as ivshmem-plain or "
      "ivshmem-doorbell with role master.",
      "Detach it first." },
    { "virtiofs", MIG_SEVERITY_BLOCKER,
      "Guest {guest} has a directory of its host by virtiofs ({name}), which cannot move.",
      "Unmount and detach it first." },
    { "shared-directory", MIG_SEVERITY_WARNING,
      "Guest {guest} has a directory of its host ({name}): it cannot move while that is mounted.",
      "Unmount it in the guest first." },
    { "memory-device", MIG_SEVERITY_BLOCKER,
      "A memory device (dimm) of guest {guest} has no fixed slot and address.",
      "Start the guest anew, so that libvirt gives it one, or write an address of type dimm." },
    { "invariant-tsc", MIG_SEVERITY_BLOCKER,
      "The CPU of guest {guest} has invtsc, and its clock no frequency of the TSC.",
      "Set the frequency of timer tsc, or disable invtsc, and start the guest anew." },
    { "user-network", MIG_SEVERITY_WARNING,
      "Guest {guest} is connected by user-mode networking: its open connections do not survive, "
      "and with slirp-helper it may not move at all.",
      "Use a network or a bridge that both hosts have." },
    { "firmware-variables", MIG_SEVERITY_NOTE,
      "The UEFI variables of guest {guest} go with its memory, and are written to {path} on host "
      "{destination}.",
      "" },
    { "firmware-variables-stay", MIG_SEVERITY_WARNING,
      "The UEFI variables of guest {guest} ({path}) stay on host {source}.",
      "Copy the file to host {destination} before the guest is started there." },
    { "firmware-missing", MIG_SEVERITY_WARNING,
      "Libvirt on host {destination} does not know the guest's firmware {path}.",
      "Install the same firmware there." },
    { "tpm-state", MIG_SEVERITY_NOTE,
      "The TPM of guest {guest} is emulated: its state goes with the guest, and host {destination} "
      "needs swtpm.",
      "" },
    { "tpm-stays", MIG_SEVERITY_WARNING, "The TPM state of guest {guest} stays on host {source}.",
      "Copy it to host {destination} before the guest is started there." },
    { "tpm-passthrough", MIG_SEVERITY_WARNING,
      "Guest {guest} uses the TPM of its host: on host {destination} it meets another one.",
      "Use an emulated TPM." },
    { "tpm-missing", MIG_SEVERITY_WARNING,
      "Host {destination} does not offer the guest's kind of TPM ({backend}).",
      "Install swtpm there." },
    { "graphics-address", MIG_SEVERITY_WARNING,
      "The display of guest {guest} listens on {address}, which host {destination} may not have.",
      "Let it listen on 0.0.0.0, :: or a network, and start the guest anew." },
    { "not-in-guest", MIG_SEVERITY_BLOCKER,
      "Option {option} names {name}, and guest {guest} has none of that name.",
      "Correct it; virsh dumpxml shows what the guest has." },
    { "rdma-memory-limit", MIG_SEVERITY_BLOCKER,
      "Guest {guest} has no hard limit of memory, which rdma needs.",
      "Set one with virsh memtune --hard-limit, or leave out data-protocol." },
    { "zero-copy-locks", MIG_SEVERITY_NOTE,
      "Zero-copy locks the guest's memory on host {source} while it is sent.", "" },
    { "tls-unasked", MIG_SEVERITY_NOTE,
      "Whether the hypervisors of both hosts have certificates that fit each other cannot be "
      "asked.",
      "See migrate_tls_x509_cert_dir in qemu.conf of both." },
    { "postcopy-unasked", MIG_SEVERITY_NOTE,
      "Whether the kernel of host {destination} allows post-copy cannot be asked: it needs "
      "vm.unprivileged_userfaultfd=1 if the hypervisor does not run as root.",
      "Set it there with sysctl." },
    /* Its disks. */
    { "disk-transient", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} is transient, which libvirt does not migrate.",
      "Detach it first." },
    { "block-job", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} is being copied, committed or pulled.",
      "Wait for the end of that, or end it with virsh blockjob." },
    { "disk-not-copyable", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} is read-only or empty and cannot be copied.",
      "Leave it out of disks." },
    { "disk-nvme", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} is an NVMe device of host {source}.",
      "Move it to shared storage, or copy it with copy-storage." },
    { "disk-cache", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} has cache mode {cache}, and this QEMU cannot drop the cache.",
      "Use cache none or directsync, or unsafe if its contents cannot be in the cache." },
    { "disk-not-shared", MIG_SEVERITY_BLOCKER,
      "Disk {disk} of guest {guest} ({path}) is on a file system of host {source} alone.",
      "Add copy-storage, or move it to storage that both hosts share." },
    { "disk-sharing-unknown", MIG_SEVERITY_WARNING,
      "Whether host {destination} has the same disk {disk} ({path}) cannot be told; libvirt "
      "refuses "
      "a disk that is on a file system of host {source} alone.",
      "Add copy-storage unless both hosts share it." },
    { "disk-not-seen", MIG_SEVERITY_NOTE,
      "No active storage pool of host {destination} has disk {disk} ({path}): whether it is there "
      "cannot be asked.",
      "See that it is there under the same path, or give disk-paths." },
    { "pool-missing", MIG_SEVERITY_BLOCKER,
      "Host {destination} has no storage pool {pool}, where disk {disk} is to be.",
      "Define the pool there." },
    { "pool-inactive", MIG_SEVERITY_BLOCKER,
      "Storage pool {pool} of host {destination}, where disk {disk} is to be, is not active.",
      "Start it there with virsh pool-start." },
    { "volume-missing", MIG_SEVERITY_BLOCKER,
      "Storage pool {pool} of host {destination} has no volume {path} for disk {disk}.",
      "Make it there, refresh the pool with virsh pool-refresh, or add copy-storage." },
    { "volume-size", MIG_SEVERITY_BLOCKER,
      "Disk {disk} has {need} bytes, and {path} on host {destination} has {have}: a copy must have "
      "the same size.",
      "Delete it, and libvirt makes one that fits, or make it of that size." },
    { "volume-overwritten", MIG_SEVERITY_WARNING,
      "What is in {path} on host {destination} is overwritten by disk {disk}.",
      "Delete it first if it is something else." },
    { "copy-no-pool", MIG_SEVERITY_WARNING,
      "No active storage pool of host {destination} has the directory of {path}: libvirt makes no "
      "volume there for disk {disk}.",
      "Define a pool for the directory, or make an image of the same size under that path." },
    { "copy-no-volume", MIG_SEVERITY_WARNING,
      "No storage pool of host {destination} has {path}: for an incremental copy of disk {disk} it "
      "must be there, with the same backing file.",
      "Make it there with qemu-img create, or copy all of it." },
    { "pool-space", MIG_SEVERITY_WARNING,
      "Disk {disk} takes {need}, and the storage pool for {path} on host {destination} has {have} "
      "left.",
      "Make room there; virsh pool-refresh counts again." },
    { NULL },
};

const MigFindingInfo *mig_findings_table(void)
{
    return infos;
}
