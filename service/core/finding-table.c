/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that can be found. An id that was once released never changes its meaning: programs
 * and translations go by it.
 */
#include "finding.h"

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
    { NULL },
};

const MigFindingInfo *mig_findings_table(void)
{
    return infos;
}
