# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a job's worker does for the options, on real hosts: scenarios of libvirt's document in which
nobody opens the destination, offline migration, new names, edits of the guest, and what a failed
copy of disks leaves behind."""

import dataclasses
import re

import pytest
from lab import guests, lan, storage
from service import Refused, assert_free, assert_only_on

pytestmark = pytest.mark.usefixtures("clean")
P2P = {"native": {}, "tunnelled": {"transport": "tunnelled"}}
FLOWS = {"native": {}, "tunnelled": {"transport": "tunnelled"}, "direct": {"flow": "managed-direct"}}


def configuration(host, name):
    """The XML of a guest's configuration on a host, None if it has none."""
    if name not in guests.names(host, running=False) or "Persistent:     yes" not in host.virsh("dominfo", name):
        return None
    return host.virsh("dumpxml", "--inactive", name)


# Scenarios 5 and 6: the client connects to the source only


@pytest.fixture
def no_way_of_ours(host_a):
    """A host file by which the source's libvirt reaches host-b and this service reaches nothing."""
    path = "/etc/migrationd/hosts.d/far.conf"
    ways = "Transport=tls\nAddress=nowhere.invalid\nPeerTransport=tcp\nPeerAddress=host-b\nAllowPlaintext=yes\n"
    text = f"[Host]\nDriver=qemu\n{ways}"
    host_a.exec(["tee", path], input=text)
    yield "far"
    host_a.exec(["rm", path])


@pytest.mark.parametrize("persist", [False, True], ids=["transient", "persist"])
@pytest.mark.parametrize("transport", P2P)
def test_the_source_alone_is_opened(service, host_a, host_b, no_way_of_ours, transport, persist):
    guests.start(host_a, "web1", persistent=True)
    chosen = {"open_destination": False, "persist": persist, "undefine_source": persist, **P2P[transport]}
    end = service.migrate("web1", no_way_of_ours, **chosen).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert end["Plan"]["destination-uri"] == "" and end["Plan"]["peer-uri"] == "qemu+tcp://host-b/system"
    assert (end["GuestHost"], end["DestinationState"]) == ("far", "unknown")
    assert end["SourceState"] == ("absent" if persist else "shutoff")
    seen = end["Verification"]
    assert seen["checked"] is False and seen["matches"] is True and seen["executing"] == "unknown"
    assert seen["source-configuration"] == ("removed" if persist else "unchanged")
    assert seen["destination-configuration"] == "unknown"


def test_a_refusal_of_a_destination_that_is_not_opened(service, host_a, host_b, no_way_of_ours):
    guests.start(host_a, "web1")
    guests.start(host_b, "web1", wait=False)
    end = service.migrate("web1", no_way_of_ours, open_destination=False).failed("GuestExists")
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "unknown")
    assert end["Verification"]["matches"] is True
    guests.wait_alive(host_a, "web1")


@pytest.mark.parametrize("persistent", [False, True], ids=["transient", "persistent"])
def test_a_worker_dies_and_the_destination_is_not_opened(service, host_a, host_b, no_way_of_ours, persistent):
    host_a.shape("40mbit")
    guests.start(host_a, "web1", persistent=persistent)
    job = service.migrate("web1", no_way_of_ours, open_destination=False)
    sent = job.copying()["Statistics"].get("memory_processed", 0)
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    # once its successor tells of the memory it sees the guest leave
    job.wait(lambda now: now["Statistics"].get("memory_processed", 0) > sent + 2**20, "nobody follows it")
    host_a.shape(None)
    end = job.ended("completed")
    assert (end["GuestHost"], end["DestinationState"]) == ("far", "unknown")
    assert_only_on("web1", host_b, host_a)


# Scenario 4


def test_unmanaged_direct_is_refused_by_libvirt(service, host_a, host_b):
    guests.start(host_a, "web1")
    chosen = {"flow": "unmanaged-direct", "interface_address": host_b.addresses["migration"][0]}
    with pytest.raises(Refused, match="NotSupported"):
        service.plan("web1", "host-b", **chosen)
    end = service.migrate("web1", "host-b", **chosen, **{"try": True}).failed("NotSupported")
    assert "direct migration is not supported" in end["Error"][2] and "peer-to-peer" in end["Error"][1]
    assert end["Plan"]["function"] == "virDomainMigrateToURI3" and end["Plan"]["peer-uri"] == ""
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "absent")
    assert end["Verification"]["matches"] is True
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")


# Offline


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "unopened"])
@pytest.mark.parametrize("undefine", [False, True], ids=["keep", "undefine"])
@pytest.mark.parametrize("flow", ["native", "direct"])
def test_offline(service, host_a, host_b, flow, undefine, opened):
    chosen = {"offline": True, "live": False, "persist": True, "undefine_source": undefine, **FLOWS[flow]}
    if not opened:
        chosen["open_destination"] = False
    guests.define(host_a, "web1")
    if flow == "direct" and not opened:
        with pytest.raises(Refused, match="OptionConflict"):
            service.migrate("web1", "host-b", **chosen)
        return
    end = service.migrate("web1", "host-b", **chosen).ended("completed")
    assert guests.names(host_a) == guests.names(host_b) == []
    assert (configuration(host_a, "web1") is None) is undefine and configuration(host_b, "web1")
    states = ("absent" if undefine else "shutoff", "shutoff" if opened else "unknown")
    assert (end["SourceState"], end["DestinationState"]) == states and end["GuestHost"] == "host-b"
    assert end["Progress"] == 1 and end["Statistics"] == {}
    seen = end["Verification"]
    assert seen["matches"] and seen["source-configuration"] == ("removed" if undefine else "unchanged")
    assert seen["destination-configuration"] == ("written" if opened else "unknown")
    assert seen["executing"] == ("no" if opened else "unknown")


def test_offline_over_a_configuration_that_is_there(service, host_a, host_b):
    guests.define(host_a, "web1", memory=128)
    number = host_a.virsh("domuuid", "web1").strip()
    guests.define(host_b, "web1", uuid=number, memory=64)
    chosen = {"offline": True, "live": False, "persist": True}
    end = service.migrate("web1", "host-b", **chosen).ended("completed")
    assert "131072" in configuration(host_b, "web1")
    assert end["Verification"]["destination-configuration"] == "replaced" and end["Verification"]["matches"]


def test_offline_refused_by_the_destination(service, host_a, host_b):
    guests.define(host_a, "web1", machine="pc-i440fx-6.2")
    guests.define(host_b, "web1")
    chosen = {"offline": True, "live": False, "persist": True, "open_destination": False, "undefine_source": True}
    end = service.migrate("web1", "host-b", **chosen).failed("GuestExists")
    assert (end["GuestHost"], end["SourceState"]) == ("local", "shutoff")
    assert configuration(host_a, "web1")


# Another name


@pytest.mark.parametrize("flow", FLOWS)
def test_a_new_name(service, host_a, host_b, flow):
    guests.start(host_a, "web1", persistent=True)
    tick = guests.ticks(host_a, "web1")
    chosen = {"destination_name": "web2", "persist": True, "undefine_source": True, **FLOWS[flow]}
    end = service.migrate("web1", "host-b", **chosen).ended("completed")
    assert guests.names(host_b) == ["web2"] and guests.names(host_a, running=False) == []
    assert "<name>web2</name>" in configuration(host_b, "web2")
    # its console is where it was
    guests.wait_tick(host_b, "web1", tick + 1)
    assert end["Verification"] | {"checked": True, "matches": True, "executing": "yes"} == end["Verification"]
    assert_free(host_b, "web2")


def test_a_new_name_offline(service, host_a, host_b):
    guests.define(host_a, "web1")
    chosen = {"destination_name": "web2", "offline": True, "live": False, "persist": True}
    service.migrate("web1", "host-b", **chosen).ended("completed")
    assert guests.names(host_b, running=False) == ["web2"] and guests.names(host_a, running=False) == ["web1"]


# Edits


@pytest.mark.parametrize("persist", [False, True], ids=["transient", "persist"])
@pytest.mark.parametrize("flow", FLOWS)
def test_networks_of_other_names(service, host_a, host_b, flow, persist):
    here = {one: lan.network("host-a", one) for one in lan.LANS}
    there = {one: lan.network("host-b", one) for one in lan.LANS}
    bridges = [lan.bridge(host, "dmz") for host in ("host-a", "host-b")]
    guests.start(host_a, "web1", persistent=True, networks=[here["lan"]], bridges=[bridges[0]])
    chosen = {"networks": {here["lan"]: there["lan"]}, "bridges": {bridges[0]: bridges[1]}, **FLOWS[flow]}
    end = service.migrate("web1", "host-b", persist=persist, **chosen).ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert [one[1] for one in guests.interfaces(host_b, "web1")] == [there["lan"], bridges[1]]
    assert end["Verification"] | {"matches": True, "executing": "yes"} == end["Verification"], end["Findings"]
    written = configuration(host_b, "web1")
    assert (written is not None) is persist
    if persist:
        assert re.findall("<source (?:network|bridge)='(.*?)'", written) == [there["lan"], bridges[1]]
    # the source's own is as it was
    assert re.findall("<source (?:network|bridge)='(.*?)'", configuration(host_a, "web1")) == [here["lan"], bridges[0]]


def test_networks_of_other_names_offline(service, host_a, host_b):
    guests.define(host_a, "web1", networks=["lan"])
    chosen = {"networks": {"lan": "lan-b"}, "offline": True, "live": False, "persist": True}
    service.migrate("web1", "host-b", **chosen).ended("completed")
    assert "<source network='lan-b'/>" in configuration(host_b, "web1")


@pytest.mark.parametrize(
    ("option", "edit"),
    [("networks", {"dmz": "dmz-b"}), ("bridges", {"lan": "lan-b"}), ("disk_paths", {"vda": "/var/lib/libvirt/images/x"})],
)
def test_an_edit_of_nothing(service, host_a, host_b, option, edit):
    guests.start(host_a, "web1", networks=["lan"])
    host_b_file = "/etc/migrationd/hosts.d/host-b.conf"
    text = host_a.exec(["cat", host_b_file]).stdout
    host_a.exec(["tee", host_b_file], input=text + f"DiskDirectories={storage.DIRECTORY}\n")
    try:
        end = service.migrate("web1", "host-b", **{option: edit}).failed("InvalidOptionValue")
    finally:
        host_a.exec(["tee", host_b_file], input=text)
    assert end["Called"] == 0 and next(iter(edit)) in end["Error"][1] and end["Verification"] == {}
    assert_only_on("web1", host_a, host_b)


@pytest.fixture
def disk_directories(host_a):
    """Guests may have disks in the pool of host-b."""
    path = "/etc/migrationd/hosts.d/host-b.conf"
    text = host_a.exec(["cat", path]).stdout
    host_a.exec(["tee", path], input=f"{text}DiskDirectories={storage.DIRECTORY}\n")
    yield storage.DIRECTORY
    host_a.exec(["tee", path], input=text)


@pytest.mark.parametrize("backing", [False, True], ids=["plain", "overlay"])
def test_a_disk_at_another_path(service, host_a, host_b, disk_directories, backing):
    base = storage.create(host_a, "base", data=1) if backing else None
    disk = storage.create(host_a, "web1", data=2, backing=base)
    guests.start(host_a, "web1", persistent=True, disks=[disk])
    content = storage.checksum(host_a, disk)
    there = dataclasses.replace(disk, path=f"{disk_directories}/moved.qcow2", backing=None)
    chosen = {"copy_storage": "all", "disk_paths": {"vda": there.path}, "persist": True}
    end = service.migrate("web1", "host-b", **chosen).ended("completed")
    assert_only_on("web1", host_b, host_a)
    live = host_b.virsh("dumpxml", "web1")
    for text in (live, configuration(host_b, "web1")):
        assert f"<source file='{there.path}'" in text and disk.path not in text
    assert storage.checksum(host_b, there) == content
    assert end["Verification"]["new-volumes"] == [there.path] and end["Verification"]["matches"]


# What a failed copy of disks leaves behind


def files(host):
    return sorted(path.name for path in (host.disk / storage.DIRECTORY[1:]).iterdir())


@pytest.mark.parametrize("flow", ["native", "direct"])
@pytest.mark.parametrize("how", ["full", "cancel"])
def test_a_failed_copy_leaves_nothing(service, host_a, host_b, flow, how):
    disk = storage.create(host_a, "web1", data=24)
    storage.create(host_b, "other", data=1)
    guests.start(host_a, "web1", disks=[disk])
    if how == "full":
        storage.limit(host_b, free=8)
        end = service.migrate("web1", "host-b", copy_storage="all", **FLOWS[flow]).ended("failed")
    else:
        host_a.shape("40mbit")
        job = service.migrate("web1", "host-b", copy_storage="all", **FLOWS[flow])
        job.wait(lambda now: now["Statistics"].get("disk_processed", 0) > 0, "no disk is copied")
        job.cancel()
        end = job.ended("cancelled")
    assert_only_on("web1", host_a, host_b)
    assert files(host_b) == ["other.qcow2"]
    assert end["Verification"]["new-volumes"] == [disk.path] and end["Verification"]["matches"]


def test_a_volume_of_others_is_left_alone(service, host_a, host_b):
    """The file was there before, and libvirt's pool did not know it."""
    disk = storage.create(host_a, "web1", data=24)
    guests.start(host_a, "web1", disks=[disk])
    host_b.exec(["qemu-img", "create", "-q", "-f", "qcow2", disk.path, "64M"])
    storage.limit(host_b, free=8)
    end = service.migrate("web1", "host-b", copy_storage="all").ended("failed")
    assert files(host_b) == ["web1.qcow2"] and "new-volumes" not in end["Verification"]
    assert_only_on("web1", host_a, host_b)


def test_the_worker_of_a_copy_dies(service, host_a, host_b):
    """Who comes after it knows what libvirt made for it."""
    disk = storage.create(host_a, "web1", data=24)
    host_a.shape("40mbit")
    guests.start(host_a, "web1", disks=[disk])
    job = service.migrate("web1", "host-b", copy_storage="all", flow="managed-direct")
    job.wait(lambda now: now["Statistics"].get("disk_processed", 0) > 0, "no disk is copied")
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    end = job.ended("interrupted")
    assert_only_on("web1", host_a, host_b)
    assert files(host_b) == [] and end["Verification"]["new-volumes"] == [disk.path]
