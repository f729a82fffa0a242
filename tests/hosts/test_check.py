# SPDX-License-Identifier: LGPL-2.1-or-later
"""Check, against what libvirt really does: a blocker is something it refuses when it is asked all the same
(option try), and a guest without blockers moves. One situation after the other is made on real hosts."""

import re

import pytest
from lab import guests, system
from service import assert_only_on

pytestmark = pytest.mark.usefixtures("clean")
QEMU = "/usr/bin/qemu-system-x86_64"
POOL = "/var/lib/libvirt/check"
ISOLATED = "<network><name>checknet</name><forward mode='bridge'/><bridge name='{}'/></network>"
COPY = {"copy_storage": "all"}


@pytest.fixture
def pools(host_a, host_b):
    """A pool of its own on both hosts."""
    for host in (host_a, host_b):
        host.exec(["mkdir", "-p", POOL])
        host.virsh("pool-create-as", "check", "dir", "--target", POOL)
    yield
    for host in (host_a, host_b):
        host.virsh("pool-destroy", "check", check=False)
        host.exec(["rm", "-rf", POOL])


@pytest.fixture
def network(host_a, host_b):
    """A libvirt network on host-a alone, over a bridge that both have."""
    for host in (host_a, host_b):
        host.exec(["ip", "link", "add", "checkbr", "type", "bridge"])
        host.exec(["ip", "link", "set", "checkbr", "up"])
    feed(host_a, "net-create", ISOLATED.format("checkbr"))
    yield
    for host in (host_a, host_b):
        host.virsh("net-destroy", "checknet", check=False)
        host.virsh("net-undefine", "checknet", check=False)
        host.exec(["ip", "link", "del", "checkbr"], check=False)


def feed(host, command, xml):
    host.exec(["virsh", "-q", "-c", "qemu:///system", command, "/dev/stdin"], input=xml)


def start(host, name="web1", *, devices="", edit=None, persistent=False, **arguments):
    """Starts a guest with more devices in it, or another XML than the usual one."""
    xml = guests.xml(name, **arguments).replace("</devices>", devices + "</devices>")
    feed(host, "define" if persistent else "create", edit(xml) if edit else xml)
    if persistent:
        host.virsh("start", name)
    guests.wait_tick(host, name, 1, timeout=guests.BOOT_TIMEOUT)


def image(host, name, size="16M"):
    path = f"{POOL}/{name}"
    host.exec(["qemu-img", "create", "-q", "-f", "qcow2", path, size])
    host.virsh("pool-refresh", "check")
    return path


def disk(path, target="vda", more=""):
    return (f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{path}'/>"
            f"<target dev='{target}' bus='virtio'/>{more}</disk>")  # fmt: skip


def interface(network):
    return f"<interface type='network'><source network='{network}'/><model type='virtio'/></interface>"


def forget(host):
    """What another host said of itself is remembered as long as the connection to it."""
    host.exec(["systemctl", "stop", "migration-query@host-b.service"])


def blockers(findings):
    return {name for name, finding in findings.items() if finding["severity"] == "blocker"}


def assert_blocked(service, guest, finding, word, libvirt, **chosen):
    """Check says it, a job stops for it, and libvirt refuses for the same reason."""
    plan, findings = service.check(guest, "host-b", **chosen)
    assert plan and findings[finding]["severity"] == "blocker" and word in findings[finding]["sentence"]
    end = service.migrate(guest, "host-b", **chosen).failed("Blocked")
    assert word in end["Error"][1] and end["Called"] == 0
    assert finding in [found["id"] for found in end["Findings"]]
    tried = service.migrate(guest, "host-b", **{**chosen, "try": True}).ended("failed")
    assert tried["Called"] > 0 and re.search(libvirt, tried["Error"][2]), tried["Error"]
    assert guests.state(service.host, guest) == "running"


def assert_moves(service, host_b, guest, *expected, **chosen):
    """Check finds just that, none of it a blocker, and the guest moves."""
    _, findings = service.check(guest, "host-b", **chosen)
    assert set(findings) == set(expected) and not blockers(findings)
    end = service.migrate(guest, "host-b", **chosen).ended("completed")
    assert {found["id"] for found in end["Findings"]} == set(expected), end["Verification"]
    assert_only_on(guest, host_b, service.host)


def test_a_guest_that_can_move(service, host_a, host_b):
    start(host_a)
    assert_moves(service, host_b, "web1")


def test_within_two_seconds(service, host_a, host_b):
    start(host_a)
    service.check("web1", "host-b")  # the workers are there
    program = "import subprocess, sys, time; t = time.monotonic(); subprocess.run(sys.argv[1:], check=True, " \
        "stdout=subprocess.DEVNULL); print(time.monotonic() - t)"
    call = ["busctl", "--system", "call", "org.example.Migration1", "/org/example/Migration1",
            "org.example.Migration1.Manager", "Check", "ssa{sv}", "web1", "host-b", "0"]  # fmt: skip
    assert float(host_a.exec(["/usr/bin/python3", "-c", program, *call]).stdout) < 2


def test_snapshots(service, host_a, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")), persistent=True)
    host_a.virsh("snapshot-create-as", "web1", "first", "--disk-only")
    assert_blocked(service, "web1", "snapshots", "1 snapshots", "cannot migrate domain with 1 snapshots", **COPY)
    host_a.virsh("snapshot-delete", "web1", "first", "--metadata")


def test_a_name_that_is_taken(service, host_a, host_b):
    start(host_a)
    guests.define(host_b, "web1")
    plan, findings = service.check("web1", "host-b")
    assert plan == {} and blockers(findings) == {"guest-exists"}
    service.migrate("web1", "host-b").failed("GuestExists")


@pytest.mark.parametrize("persist", [False, True], ids=["kept", "replaced"])
def test_a_configuration_that_is_there(service, host_a, host_b, persist):
    uuid = "0b1c2d3e-0000-4000-8000-000000000001"
    start(host_a, uuid=uuid)
    guests.define(host_b, "web1", uuid=uuid)
    assert_moves(service, host_b, "web1", "configuration-replaced" if persist else "configuration-kept", persist=persist)


def test_a_network_that_is_missing_idle_or_named_otherwise(service, host_a, host_b, network):
    start(host_a, devices=interface("checknet"))
    assert_blocked(service, "web1", "network-missing", "checknet", "Network not found")
    feed(host_b, "net-define", ISOLATED.format("checkbr"))
    assert_blocked(service, "web1", "network-inactive", "checknet", "network 'checknet' is not active")
    host_b.virsh("net-start", "checknet")
    _, findings = service.check("web1", "host-b", networks={"checknet": "nowhere"})
    assert blockers(findings) == {"network-missing"}
    _, findings = service.check("web1", "host-b", networks={"lan": "checknet"})
    assert blockers(findings) == {"not-in-guest"}
    assert_moves(service, host_b, "web1")


def test_a_bridge_that_is_missing(service, host_a, host_b, network):
    start(host_a, devices="<interface type='bridge'><source bridge='checkbr'/></interface>")
    host_b.exec(["ip", "link", "del", "checkbr"])
    _, findings = service.check("web1", "host-b")
    assert set(findings) == {"interface-missing"}
    service.migrate("web1", "host-b").ended("failed")
    host_b.exec(["ip", "link", "add", "checkbr", "type", "bridge"])
    assert_moves(service, host_b, "web1")


def test_an_emulator_that_is_missing(service, host_a):
    other = "/usr/bin/check-qemu"
    (host_a.root / other[1:]).write_text(f'#!/bin/sh\nexec {QEMU} "$@"\n')
    (host_a.root / other[1:]).chmod(0o755)
    start(host_a, edit=lambda xml: xml.replace(QEMU, other))
    assert_blocked(service, "web1", "emulator-missing", other, "check-qemu")


def test_a_cpu_that_nobody_has(service, host_a, host_b):
    """TCG leaves out what it does not have; libvirt says so of neither host and moves the guest."""
    cpu = "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>Skylake-Server</model></cpu><devices>"
    start(host_a, edit=lambda xml: xml.replace("<devices>", cpu))
    assert_moves(service, host_b, "web1", "cpu-unsure")


def test_a_guest_larger_than_what_is_free(service, host_a, host_b):
    stats = {key: int(kib) for key, kib in re.findall(r"(\w+) *: +(\d+) KiB", host_b.virsh("nodememstats"))}
    # less than there is, or QEMU would not start, and more than is free
    size = (stats["total"] + stats["free"] + stats["buffers"] + stats["cached"]) // 2
    start(host_a, edit=lambda xml: re.sub("<memory unit='MiB'>.*</memory>", f"<memory unit='KiB'>{size}</memory>", xml))
    _, findings = service.check("web1", "host-b")
    assert set(findings) == {"memory-short"}


def test_a_disk_of_one_host(service, host_a, host_b, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    assert_blocked(service, "web1", "disk-not-shared", f"{POOL}/web1.img", "without shared storage is unsafe")
    assert_moves(service, host_b, "web1", **COPY)


def test_a_copy_onto_what_is_there(service, host_a, host_b, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    image(host_b, "web1.img")
    assert_moves(service, host_b, "web1", "volume-overwritten", **COPY)


@pytest.mark.parametrize("size", ["8M", "32M"])
def test_a_copy_of_another_size(service, host_a, host_b, pools, size):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    image(host_b, "web1.img", size)
    assert_blocked(service, "web1", "volume-size", str(16 * 2**20), "size|mirror|No space|Invalid", **COPY)


def test_a_copy_to_no_pool(service, host_a, host_b, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    host_b.virsh("pool-destroy", "check")
    _, findings = service.check("web1", "host-b", **COPY)
    assert set(findings) == {"copy-no-pool"}
    end = service.migrate("web1", "host-b", **COPY).ended("failed")
    assert "no storage pool with matching target path" in end["Error"][2]
    host_b.exec(["qemu-img", "create", "-q", "-f", "qcow2", f"{POOL}/web1.img", "16M"])
    assert_moves(service, host_b, "web1", "copy-no-pool", **COPY)


def test_an_incremental_copy_to_nothing(service, host_a, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    chosen = {"copy_storage": "incremental"}
    _, findings = service.check("web1", "host-b", **chosen)
    assert set(findings) == {"copy-no-volume"}
    end = service.migrate("web1", "host-b", **chosen).ended("failed")
    assert "incremental storage migration is not supported" in end["Error"][2]


def test_a_disk_out_of_a_pool(service, host_a, host_b, pools):
    image(host_a, "web1.img")
    pooled = "<disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='check' " \
        "volume='web1.img'/><target dev='vda' bus='virtio'/></disk>"
    start(host_a, devices=pooled)
    assert_blocked(service, "web1", "disk-not-shared", "web1.img", "without shared storage is unsafe")
    assert_blocked(service, "web1", "volume-missing", "web1.img", "no storage vol with matching name", unsafe=True)
    host_b.virsh("pool-destroy", "check")
    assert_blocked(service, "web1", "pool-missing", "check", "Storage pool not found|no storage pool", unsafe=True)


def test_a_block_job(service, host_a, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    host_a.virsh("blockcopy", "web1", "vda", f"{POOL}/copy.img", "--transient-job", "--wait", "--verbose")
    assert_blocked(service, "web1", "block-job", "vda", "active block job", **COPY)
    host_a.virsh("blockjob", "web1", "vda", "--abort")


@pytest.mark.parametrize(
    "device, finding, libvirt",
    [
        ("<filesystem type='mount' accessmode='passthrough'><driver type='path'/><source dir='/srv'/><target dir='share'/></filesystem>", "shared-directory", None),
        ("<interface type='user'><model type='virtio'/></interface>", "user-network", None),
        ("<shmem name='check' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>", "shared-memory", "cannot be migrated|peer mode"),
        ("<shmem name='check' role='master'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>", None, None),
        ("<graphics type='vnc' autoport='yes'><listen type='address' address='192.0.2.11'/></graphics>", "graphics-address", None),
        ("<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>", None, None),
    ],
    ids=["9p", "user-network", "shmem-peer", "shmem-master", "graphics", "graphics-loopback"],
)  # fmt: skip
def test_a_device(service, host_a, host_b, device, finding, libvirt):
    host_a.exec(["mkdir", "-p", "/srv"])
    host_b.exec(["mkdir", "-p", "/srv"])
    start(host_a, devices=device)
    if libvirt:
        assert_blocked(service, "web1", finding, "", libvirt)
    elif finding == "graphics-address":
        assert set(service.check("web1", "host-b")[1]) == {finding}
        service.migrate("web1", "host-b").ended("failed")
    else:
        assert_moves(service, host_b, "web1", *([finding] if finding else []))


def test_a_list_of_guests_says_what_check_says_of_them(service, host_a, pools):
    """As far as it needs no destination; and libvirt's own numbers of the same guests stay the same."""
    share = "<filesystem type='mount' accessmode='passthrough'><driver type='path'/><source dir='/srv'/><target dir='share'/></filesystem>"
    host_a.exec(["mkdir", "-p", "/srv"])
    start(host_a, "plain")
    start(host_a, "full", cpu="maximum", machine="q35", devices=share + "<interface type='user'/>")
    start(host_a, "kept", devices=disk(image(host_a, "kept.img")), persistent=True)
    host_a.virsh("snapshot-create-as", "kept", "first", "--disk-only")
    guests.define(host_a, "off")
    names = ["plain", "full", "kept", "off", "nobody"]
    try:
        expected = {
            "plain": (set(), True), "full": ({"shared-directory", "user-network", "cpu-passthrough"}, True),
            "kept": ({"snapshots"}, False), "off": (set(), False),
        }  # fmt: skip
        checked = {guest["name"]: guest for guest in service.list_guests("local", guests=names, check=True)}
        assert {name: ({found["id"] for found in guest["findings"]}, guest["can-migrate"]) for name, guest in checked.items()} == expected
        for name in ("plain", "full", "kept"):
            _, said = service.check(name, "host-b", **COPY)
            assert {found["id"]: found["severity"] for found in checked[name]["findings"]} == \
                {key: found["severity"] for key, found in said.items() if key in expected[name][0]}  # fmt: skip
            assert blockers(said) <= expected[name][0]
        for guest in service.list_guests("local"):
            assert {key: guest[key] for key in ("uuid", "state", "persistent", "disks", "maximum-memory")}.items() <= checked[guest["name"]].items()
    finally:
        host_a.virsh("snapshot-delete", "kept", "first", "--metadata")


def test_a_transient_disk(service, host_a, pools):
    start(host_a, devices=disk(image(host_a, "web1.img"), more="<transient/>"))
    assert_blocked(service, "web1", "disk-transient", "vda", "transient disk is not supported", **COPY)


def test_a_disk_option_that_names_none(service, host_a, pools):
    start(host_a, devices=disk(image(host_a, "web1.img")))
    _, findings = service.check("web1", "host-b", copy_storage="all", disks=["vdz"])
    assert blockers(findings) == {"not-in-guest", "disk-not-shared"}


def test_a_name_that_is_localhost(service, host_a, host_b):
    start(host_a)
    name = host_b.exec(["hostname"]).stdout.strip()
    host_b.exec(["hostname", "localhost"])
    forget(host_a)
    try:
        _, findings = service.check("web1", "host-b")
        assert set(findings) == {"hostname-localhost"}
        end = service.migrate("web1", "host-b").ended("failed")
        assert "requires an FQDN" in end["Error"][2]
        assert_moves(service, host_b, "web1", interface_address="192.0.2.12")
    finally:
        host_b.exec(["hostname", name])
        forget(host_a)


def test_an_offline_guest(service, host_a, host_b):
    guests.define(host_a, "web1")
    plan, findings = service.check("web1", "host-b", offline=True, persist=True)
    assert plan and findings == {}


def test_a_host_that_is_off_is_named(service, host_a, host_b):
    start(host_a)
    host_b.exec(["systemctl", "stop", "libvirtd-tcp.socket", "libvirtd"], check=False)
    try:
        plan, findings = service.check("web1", "host-b")
        assert plan == {} and findings["connection-refused"]["arguments"]["host"] == "host-b"
    finally:
        host_b.exec(["systemctl", "start", "libvirtd-tcp.socket"])
        system.wait_for(lambda: "web1" in service.check("web1", "host-b")[0].get("virsh", ""), "host-b does not answer", 20)
