# SPDX-License-Identifier: LGPL-2.1-or-later
"""The options of a migration on real hosts: what QEMU can do of them is seen to be done."""

import pytest
from lab import credentials, guests, storage, system
from service import Refused, assert_free, assert_only_on, t, u

pytestmark = pytest.mark.usefixtures("clean")
MIB = 1024 * 1024
FLOWS = {"native": {"flow": "peer-to-peer"}, "direct": {"flow": "managed-direct"}}
BOTH_FLOWS = pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)


def address(host, net="migration", family=0):
    return host.addresses[net][family]


# Encryption by QEMU


@BOTH_FLOWS
def test_tls(service, host_a, host_b, flow):
    guests.start(host_a, "web1")
    end = service.migrate("web1", "host-b", tls=True, **flow).ended("completed")
    assert end["Plan"]["encrypted"] is True
    assert [one["credentials"] for one in end["Plan"]["connections"] if one["carries"] == "memory"] == ["hypervisor-certificate"]
    assert_only_on("web1", host_b, host_a)


@pytest.mark.parametrize("kind", ["expired", "missing", "wrong-name"])
def test_tls_with_a_bad_certificate(service, host_a, host_b, kind):
    guests.start(host_a, "web1")
    host_b.qemu_certificate(kind)
    end = service.migrate("web1", "host-b", tls=True).ended("failed")
    assert end["GuestHost"] == "local" and end["SourceState"] == "running", end["Error"]
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    if kind == "wrong-name":
        service.migrate("web1", "host-b", tls=True, tls_name=credentials.OTHER_NAME).ended("completed")
        assert_only_on("web1", host_b, host_a)


# Where it goes


@BOTH_FLOWS
@pytest.mark.parametrize("family", [0, 1], ids=["ipv4", "ipv6"])
def test_the_chosen_interface_carries_it(service, host_a, host_b, flow, family):
    guests.start(host_a, "web1")
    chosen = address(host_b, family=family)
    with host_b.watch() as seen:
        service.migrate("web1", "host-b", interface_address=chosen, port=49199, bandwidth=t(16), **flow).ended("completed")
    assert_only_on("web1", host_b, host_a)
    data = [one for one in seen.connections if one.address == chosen]
    assert {one.port for one in data} == {49199} and {one.peer for one in data} == {address(host_a, family=family)}
    assert seen.bytes("migration")[0] > 10 * MIB > seen.bytes("mgmt")[0]


def test_it_listens_on_another_address_than_it_is_sent_to(service, host_a, host_b):
    """As behind a forwarder; here nobody forwards, so nobody is reached."""
    guests.start(host_a, "web1")
    end = service.migrate("web1", "host-b", interface_address=address(host_b), port=49198, listen_address=address(host_b, "mgmt")).ended("failed")
    assert end["GuestHost"] == "local", end["Error"]
    assert_only_on("web1", host_a, host_b)


# Speed and convergence


def test_the_bandwidth_limit_holds_on_the_wire(service, host_a, host_b):
    """The guest rewrites memory so that there is enough to send for a rate to be seen."""
    guests.start(host_a, "web1", memory=192, dirty=96)
    with host_b.watch() as seen:
        job = service.migrate("web1", "host-b", bandwidth=t(8), interface_address=address(host_b))
        job.copying()
        job.wait(lambda now: now["Statistics"].get("memory_processed", 0) > 32 * MIB, "32 MiB are not copied")
        job.cancel()
        job.ended("cancelled")
    assert 4 * MIB < seen.peak("migration", window=2.0) < 9.5 * MIB


@pytest.mark.parametrize(
    ("chosen", "sign"),
    [
        ({"parallel": True, "parallel_connections": u(3)}, None),
        ({"compression": ["xbzrle"], "compression_xbzrle_cache": t(16 * MIB)}, "compression_cache"),
        ({"compression": ["mt"], "compression_mt_level": u(1), "compression_mt_threads": u(2), "compression_mt_dthreads": u(2)}, None),
        ({"compression": ["xbzrle", "mt"]}, "compression_cache"),
        ({"auto_converge": True, "auto_converge_initial": u(50), "auto_converge_increment": u(20)}, None),
        ({"abort_on_error": True}, None),
        ({"maximum_downtime": t(2000)}, None),
    ],
    ids=["parallel", "xbzrle", "mt", "xbzrle-mt", "auto-converge", "abort-on-error", "maximum-downtime"],
)
def test_a_way_to_copy_memory(service, host_a, host_b, chosen, sign):
    guests.start(host_a, "web1")
    with host_b.watch() as seen:
        end = service.migrate("web1", "host-b", interface_address=address(host_b), bandwidth=t(32), **chosen).ended("completed")
    assert_only_on("web1", host_b, host_a)
    if sign:
        assert end["Statistics"].get(sign), end["Statistics"]
    if "parallel" in chosen:
        assert len({one.peer_port for one in seen.connections if one.address == address(host_b)}) >= 4


def test_auto_converge_ends_what_would_not_end(service, host_a, host_b):
    guests.start(host_a, "busy", memory=128, dirty=32)
    host_a.shape("160mbit")
    end = service.migrate("busy", "host-b", auto_converge=True, auto_converge_initial=u(60), auto_converge_increment=u(30)).ended("completed", 120)
    assert end["Statistics"]["memory_iteration"] > 1
    assert end["Verification"]["matches"] and end["Verification"]["executing"] == "yes"
    # QEMU's TCG loses a page now and then of a guest that it slows, by virsh as well; its kernel may not tick on
    assert_only_on("busy", host_b, host_a, more_ticks=False)


def test_parallel_with_tls_goes_by_several_encrypted_connections(service, host_a, host_b):
    guests.start(host_a, "web1")
    service.migrate("web1", "host-b", parallel=True, tls=True).ended("completed")
    assert_only_on("web1", host_b, host_a)


def test_memory_that_is_sent_without_copies(service, host_a, host_b):
    """Cancelled, and again; where QEMU may not lock memory it is refused, and the guest runs on."""
    guests.start(host_a, "web1")
    chosen = {"parallel": True, "zero_copy": True}
    if not system.can_lock_memory(96):
        end = service.migrate("web1", "host-b", **chosen).ended("failed")
        assert "lock" in end["Error"][2] and end["GuestHost"] == "local", end["Error"]
        assert_only_on("web1", host_a, host_b)
        return
    job = service.migrate("web1", "host-b", bandwidth=t(2), **chosen)
    job.copying()
    job.cancel()
    job.ended("cancelled")
    service.migrate("web1", "host-b", **chosen).ended("completed")
    assert_only_on("web1", host_b, host_a)


# The guest


@BOTH_FLOWS
def test_paused(service, host_a, host_b, flow):
    guests.start(host_a, "web1")
    end = service.migrate("web1", "host-b", paused=True, **flow).ended("completed")
    assert end["DestinationState"] == "paused" and guests.state(host_b, "web1") == "paused"
    host_b.virsh("resume", "web1")
    assert_only_on("web1", host_b, host_a)


@BOTH_FLOWS
def test_another_name(service, host_a, host_b, flow):
    guests.start(host_a, "web1", persistent=True)
    service.migrate("web1", "host-b", destination_name="web2", persist=True, undefine_source=True, **flow).ended("completed")
    guests.wait_alive(host_b, "web1")  # its console keeps the name
    assert guests.names(host_b, running=False) == ["web2"] and guests.names(host_a, running=False) == []


def test_another_name_that_is_taken(service, host_a, host_b):
    guests.start(host_a, "web1")
    guests.define(host_b, "web2")
    service.migrate("web1", "host-b", destination_name="web2").failed("GuestExists")
    assert_only_on("web1", host_a, host_b)


# Disks


@BOTH_FLOWS
def test_all_disks_are_copied(service, host_a, host_b, flow):
    disks = [storage.create(host_a, name, data=2) for name in ("first", "second")]
    content = [storage.checksum(host_a, disk) for disk in disks]
    guests.start(host_a, "web1", disks=disks)
    service.migrate("web1", "host-b", copy_storage="all", **flow).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert [storage.checksum(host_b, disk) for disk in disks] == content


def test_only_the_topmost_image_is_copied(service, host_a, host_b):
    base = storage.create(host_a, "base", data=16)
    disk = storage.create(host_a, "web1", data=2, backing=base)
    content = storage.checksum(host_a, disk)
    storage.prepare(host_a, host_b, disk)
    guests.start(host_a, "web1", disks=[disk])
    with host_b.watch() as seen:
        service.migrate("web1", "host-b", copy_storage="incremental", disks_address=address(host_b), disks_port=49600).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert storage.checksum(host_b, disk) == content
    assert 2 * MIB < seen.bytes("migration")[0] < 4 * MIB
    assert 49600 in {one.port for one in seen.connections if one.address == address(host_b)}


def test_one_disk_is_copied(service, host_a, host_b):
    first, second = (storage.create(host_a, name, data=2) for name in ("first", "second"))
    for disk in (first, second):
        storage.prepare(host_a, host_b, disk)
    empty = storage.checksum(host_b, first)
    guests.start(host_a, "web1", disks=[first, second])
    service.migrate("web1", "host-b", copy_storage="all", disks=["vdb"], unsafe=True).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert storage.checksum(host_b, second) == storage.checksum(host_a, second) != empty == storage.checksum(host_b, first)


def test_a_disk_that_the_guest_has_not(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=1)
    guests.start(host_a, "web1", disks=[disk])
    end = service.migrate("web1", "host-b", copy_storage="all", disks=["vdz"], unsafe=True).ended("failed")
    assert "vdz" in end["Error"][1] + end["Error"][2]
    assert_only_on("web1", host_a, host_b)


def test_no_space_for_a_disk(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=4)
    guests.start(host_a, "web1", disks=[disk])
    storage.limit(host_b, 2)
    end = service.migrate("web1", "host-b", copy_storage="all", **{"try": True}).ended("failed")
    assert end["GuestHost"] == "local", end["Error"]
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    storage.limit(host_b)
    service.migrate("web1", "host-b", copy_storage="all").ended("completed")
    assert_only_on("web1", host_b, host_a)


def test_a_disk_that_is_written_to_is_copied(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=8)
    guests.start(host_a, "web1", disks=[disk], rewrite=4)
    system.wait_for(lambda: guests.written(host_a, "web1"), "the guest does not write", 20)
    service.migrate("web1", "host-b", copy_storage="all", synchronous_writes=True).ended("completed")
    assert_only_on("web1", host_b, host_a)


def test_a_disk_that_is_not_shared(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=1)
    guests.start(host_a, "web1", disks=[disk])
    end = service.migrate("web1", "host-b").ended("failed")
    assert end["Error"][0].rsplit(".", 1)[1] in ("Unsafe", "Blocked"), end["Error"]
    assert_only_on("web1", host_a, host_b)


# What cannot be


def test_unmanaged_direct_is_refused_before_anything_starts(service, host_a, host_b):
    guests.start(host_a, "web1")
    for ask in (service.plan, service.migrate):
        with pytest.raises(Refused, match='NotSupported.*QEMU.* cannot migrate with flow "unmanaged-direct"'):
            ask("web1", "host-b", flow="unmanaged-direct", interface_address=address(host_b))
    assert_only_on("web1", host_a, host_b)


def test_rdma_wants_leave_of_the_destination(service, host_a, host_b):
    guests.start(host_a, "web1")
    with pytest.raises(Refused, match="NotAllowed: .*AllowRDMA=yes"):
        service.migrate("web1", "host-b", data_protocol="rdma", interface_address=address(host_b))


def test_a_path_outside_the_directories_for_disks(service, host_a, host_b):
    guests.start(host_a, "web1")
    with pytest.raises(Refused, match="NotAllowed: .*DiskDirectories="):
        service.migrate("web1", "host-b", disk_paths={"vda": "/etc/shadow"})
