# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies of disks on real hosts: what is told of them, the way they take, and what arrives."""

import dataclasses

import pytest
from lab import credentials, guests, storage
from service import Service, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
MIB = 1024 * 1024
PORT = 49300
COPY = {"copy_storage": "all"}


def address(host):
    return host.addresses["migration"][0]


def start(host, *disks, **options):
    guests.start(host, "web1", disks=disks, **options)


def copying(job, least=0):
    return job.wait(lambda now: now["Statistics"].get("disk_processed", 0) > least, "no disk is copied")


def files(host):
    return sorted(path.name for path in (host.disk / storage.DIRECTORY[1:]).iterdir())


def allocated(host, disk):
    return (host.disk / disk.path[1:]).stat().st_blocks * 512


SEEN = {"bandwidth": t(8)}  # it takes longer than the watch looks away


def came_in_on(seen, port):
    """The addresses on which connections to a port came in."""
    return {one.address for one in seen.connections if one.port == port}


def test_progress_and_the_limit_on_the_wire(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=24)
    start(host_a, disk)
    with host_b.watch() as seen:
        job = service.migrate("web1", "host-b", bandwidth=t(4), interface_address=address(host_b), **COPY)
        first = copying(job)["Statistics"]
        later = copying(job, 16 * MIB)
        job.cancel()
        job.ended("cancelled")
    # without it it would be a second; a copy of a disk sends in bursts
    assert 2 * MIB < seen.peak("migration", window=2.0) < 12 * MIB
    now = later["Statistics"]
    assert first["disk_total"] == now["disk_total"] == 64 * MIB and first["disk_processed"] < now["disk_processed"]
    assert now["disk_processed"] + now["disk_remaining"] == now["disk_total"]
    assert 0 < later["Progress"] < 1 and later["Phase"] == "copying"
    # the memory comes after the disks
    assert later["Remaining"] >= now["disk_remaining"] + 96 * MIB and later["Throughput"] > MIB
    assert files(host_b) == []
    end = service.migrate("web1", "host-b", **COPY).ended("completed")
    assert end["Progress"] == 1 and files(host_b) == ["web1.qcow2"]
    assert_only_on("web1", host_b, host_a)


def test_a_chosen_port_again_and_the_address_it_listens_on(service, host_a, host_b):
    """After a cancelled copy, and after one that was done; never on any other address."""
    disk = storage.create(host_a, "web1", data=8)
    start(host_a, disk)
    chosen = {"disks_port": PORT, "interface_address": address(host_b), **COPY}
    job = service.migrate("web1", "host-b", bandwidth=t(1), **chosen)
    copying(job)
    listens = {where for where, port in host_b.listeners() if port >= 49152}
    job.cancel()
    job.ended("cancelled")
    assert listens <= {address(host_b)}
    for _ in range(2):
        with host_b.watch() as seen:
            service.migrate("web1", "host-b", **chosen, **SEEN).ended("completed")
        assert came_in_on(seen, PORT) == {address(host_b)}
        assert_only_on("web1", host_b, host_a)
        storage.remove(host_a, disk)
        Service(host_b).migrate("web1", "host-a", **COPY).ended("completed")
        storage.remove(host_b, disk)


def test_a_chosen_port_of_the_host_file(service, host_a, host_b):
    """Without an address of its own it is on the first that the destination's file has."""
    disk = storage.create(host_a, "web1", data=1)
    start(host_a, disk)
    with host_b.watch() as seen:
        end = service.migrate("web1", "host-b", disks_port=PORT, **COPY, **SEEN).ended("completed")
    assert came_in_on(seen, PORT) == {host_b.addresses["mgmt"][0]}
    assert end["Plan"]["parameters"]["disks_uri"] == f"tcp://{host_b.addresses['mgmt'][0]}:{PORT}"
    assert_only_on("web1", host_b, host_a)


def test_certificates(service, host_a, host_b):
    disk = storage.create(host_a, "web1", data=2)
    content = storage.checksum(host_a, disk)
    start(host_a, disk)
    for kind in ("expired", "missing", "wrong-name"):
        host_b.qemu_certificate(kind)
        end = service.migrate("web1", "host-b", tls=True, **COPY).ended("failed")
        assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "absent"), end
        assert files(host_b) == []
        assert_free(host_a, "web1")
    end = service.migrate("web1", "host-b", tls=True, tls_name=credentials.OTHER_NAME, **COPY).ended("completed")
    assert [one["encrypted"] for one in end["Plan"]["connections"] if one["carries"] == "disks"] == [True]
    assert storage.checksum(host_b, disk) == content
    assert_only_on("web1", host_b, host_a)


@pytest.mark.parametrize("format", ["qcow2", "raw"])
def test_holes_stay_holes(service, host_a, host_b, format):
    """In an image that is there; a qcow2 that libvirt 9.0 makes itself has no holes from the start."""
    disk = storage.create(host_a, "web1", size="256M", data=2, format=format)
    content = storage.checksum(host_a, disk)
    storage.prepare(host_a, host_b, disk)
    start(host_a, disk)
    service.migrate("web1", "host-b", **COPY).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert storage.checksum(host_b, disk) == content
    assert allocated(host_b, disk) < 16 * MIB


def test_a_guest_without_disks(service, host_a, host_b):
    start(host_a)
    service.migrate("web1", "host-b", **COPY).ended("completed")
    assert_only_on("web1", host_b, host_a)


def test_disks_that_are_left_out(service, host_a, host_b):
    """Those that are read-only, a CD or shared are not copied; they have to be there."""
    disks = [storage.create(host_a, name, data=1, format="raw") for name in ("data", "fixed", "cd", "both")]
    kinds = [{}, {"readonly": True}, {"device": "cdrom", "bus": "sata", "readonly": True}, {"shareable": True, "cache": "none"}]
    disks = [dataclasses.replace(disk, **kind) for disk, kind in zip(disks, kinds)]
    content = [storage.checksum(host_a, disk) for disk in disks]
    for disk in disks[1:]:
        storage.prepare(host_a, host_b, disk)
    start(host_a, *disks, machine="q35")
    service.migrate("web1", "host-b", unsafe=True, **COPY).ended("completed")
    there = [storage.checksum(host_b, disk) for disk in disks]
    assert there[0] == content[0] and not set(there[1:]) & set(content)
    assert_only_on("web1", host_b, host_a)
