# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lab has for the options of a migration, each shown to work with plain virsh."""

import re
import subprocess

import pytest
from lab import Lab, LabError, credentials, guests, lan, settings, storage, system

pytestmark = pytest.mark.usefixtures("clean")
URI = "qemu+tcp://host-b/system"


def migrate(source, name, *flags, uri=URI, **options):
    return source.virsh("migrate", "--live", "--p2p", *flags, name, uri, **options)


# Encryption by QEMU


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("expired", "server-cert.pem has expired"), ("missing", "No such file"),
     # which of both QEMUs' errors libvirt hears of first is not sure, or that the other QEMU has gone
     ("wrong-name", None)],
)
def test_an_encrypted_migration_needs_a_good_certificate(host_a, host_b, kind, reason):
    guests.start(host_a, "web1")
    host_b.qemu_certificate(kind)
    with pytest.raises(LabError, match=reason):
        migrate(host_a, "web1", "--tls")
    guests.wait_alive(host_a, "web1")
    if kind == "wrong-name":
        # libvirt keeps to itself what only the source's QEMU knows.
        guests.wait_log(host_a, "web1", "Certificate does not match the hostname host-b")
        migrate(host_a, "web1", "--tls", "--tls-destination", credentials.OTHER_NAME)
        guests.wait_alive(host_b, "web1")


def test_a_client_needs_a_good_certificate_too(host_a, host_b):
    guests.start(host_a, "web1")
    host_a.qemu_certificate("expired", "client")
    with pytest.raises(LabError):
        migrate(host_a, "web1", "--tls")
    host_a.restore()
    migrate(host_a, "web1", "--tls")
    guests.wait_alive(host_b, "web1")


def test_a_certificate_is_of_a_known_kind(host_a):
    with pytest.raises(LabError, match="no server certificate 'lost'"):
        host_a.qemu_certificate("lost")


# Networks


def ipv6(host, net):
    return host.addresses[net][1]


def test_a_guest_moves_over_ipv6(host_a, host_b):
    guests.start(host_a, "web1")
    address, uri = ipv6(host_b, "migration"), f"qemu+tcp://[{ipv6(host_b, 'mgmt')}]/system"
    with host_b.watch() as seen:
        migrate(host_a, "web1", "--bandwidth", "16", "--migrateuri", f"tcp://[{address}]", "--listen-address", address, uri=uri)
    guests.wait_alive(host_b, "web1")
    (data,) = [one for one in seen.connections if one.address == address]
    assert data.peer == ipv6(host_a, "migration") and 49152 <= data.port <= 49215
    assert (ipv6(host_b, "mgmt"), 16509) in {(one.address, one.port) for one in seen.connections}
    assert not any(one.address in (both[0] for both in host_b.addresses.values()) for one in seen.connections)
    assert seen.bytes("migration")[0] > 10_000_000 > seen.bytes("mgmt")[0]


def test_the_other_host_has_other_networks(host_a, host_b):
    guests.start(host_a, "web1", networks=["lan"], bridges=["br-dmz"])
    with pytest.raises(LabError, match="network with matching name 'lan'"):
        migrate(host_a, "web1")
    definition = host_a.virsh("dumpxml", "--migratable", "web1")
    for lan_name in lan.LANS:
        for find in (lan.network, lan.bridge):
            definition = definition.replace(f"'{find('host-a', lan_name)}'", f"'{find('host-b', lan_name)}'")
    host_a.exec(["tee", "/tmp/web1.xml"], input=definition)
    before = guests.interfaces(host_a, "web1")
    migrate(host_a, "web1", "--xml", "/tmp/web1.xml")
    guests.wait_alive(host_b, "web1")
    after = guests.interfaces(host_b, "web1")
    assert [one[1] for one in before] == ["lan", "br-dmz"]
    assert [one[1] for one in after] == ["lan-b", "br-dmz-b"]
    assert [one[2] for one in before] == [one[2] for one in after]
    for (tap, *_), bridge in zip(after, ("br-lan-b", "br-dmz-b")):
        assert f"master {bridge} " in host_b.exec(["bridge", "link", "show", "dev", tap]).stdout


def test_a_watch_measures(host_a, host_b):
    host_a.shape("80mbit", "migration")
    address = host_b.addresses["migration"][0]
    size = 20_000_000
    with host_b.watch() as seen:
        sink = host_b.spawn(["busybox", "nc", "-l", "-p", "7777"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        system.wait_for(lambda: 7777 in (port for _, port in host_b.listeners()), "nobody listens", 10)
        script = f"head -c {size} /dev/zero >/dev/tcp/{address}/7777"
        host_a.exec(["bash", "-c", script])
        assert sink.wait(30) == 0
    assert size <= seen.bytes("migration")[0] < 1.1 * size
    assert 0.9e7 < seen.peak("migration") < 1.1e7
    assert 0.5 * seen.peak("migration") < seen.average("migration") < seen.peak("migration")
    assert seen.peak("migration", sent=True) < 1e6 > seen.peak("mgmt")
    assert any(one.port == 7777 and one.peer == host_a.addresses["migration"][0] for one in seen.connections)


# Memory that stays where it is


def test_memory_is_sent_without_copies_where_it_may_be_locked(host_a, host_b):
    guests.start(host_a, "web1", memory=96)
    if not system.can_lock_memory(96):
        with pytest.raises(LabError, match="cannot limit locked memory"):
            migrate(host_a, "web1", "--parallel", "--zerocopy")
        return
    migrate(host_a, "web1", "--parallel", "--zerocopy")
    guests.wait_alive(host_b, "web1")


# Variants of guests


@pytest.mark.parametrize(
    ("device", "sign"), [("TPM", "tpm-crb"), ("VNC", "type='vnc'")]
)
def test_a_guest_moves_with_a_device(host_a, host_b, device, sign):
    guests.start(host_a, "web1", devices=[getattr(guests, device)])
    migrate(host_a, "web1")
    guests.wait_alive(host_b, "web1")
    assert sign in host_b.virsh("dumpxml", "web1")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"cpu": "maximum", "machine": "q35"}, "pc-q35-"),
        ({"cpu": "Nehalem", "machine": "pc-i440fx-6.2", "vcpus": 2, "memory": 128}, "pc-i440fx-6.2"),
    ],
)
def test_a_guest_of_another_make_moves(host_a, host_b, options, shown):
    guests.start(host_a, "web1", **options)
    before = host_a.virsh("dumpxml", "web1")
    assert shown in before and options["cpu"] in before
    migrate(host_a, "web1")
    guests.wait_alive(host_b, "web1")
    assert guests.names(host_a, running=False) == []


def test_a_paused_guest_moves_paused(host_a, host_b):
    guests.start(host_a, "web1", paused=True, persistent=True)
    assert guests.state(host_a, "web1") == "paused"
    migrate(host_a, "web1")
    assert guests.state(host_b, "web1") == "paused"
    assert guests.names(host_a, running=False) == ["web1"] and guests.names(host_a) == []
    host_b.virsh("resume", "web1")
    guests.wait_alive(host_b, "web1")


def test_some_guests_cannot_move(host_a):
    guests.start(host_a, "shared", devices=[guests.SHARED_MEMORY])
    guests.start(host_a, "kept", disks=[storage.create(host_a, "kept")], snapshot="s1")
    for name, reason in (("shared", "ivshmem"), ("kept", "with 1 snapshots")):
        with pytest.raises(LabError, match=reason):
            migrate(host_a, name, "--copy-storage-all")
        guests.wait_alive(host_a, name)
    guests.define(host_a, "owner", devices=[guests.HOST_PCI])
    with pytest.raises(LabError):
        host_a.virsh("start", "owner")


def test_no_guest_leaves_a_tick_to_the_next(lab, host_a, host_b):
    guests.start(host_a, "web1")
    migrate(host_a, "web1", "--dname", "web2")
    lab.clean()
    assert guests.ticks(host_b, "web1") == guests.ticks(host_a, "web1") == 0


# Settings of libvirt


def test_a_host_insists_on_encryption(host_a, host_b):
    guests.start(host_a, "web1")
    with host_b.settings(migrate_tls_force=True):
        with pytest.raises(LabError, match="allows migration only with VIR_MIGRATE_TLS"):
            migrate(host_a, "web1")
    migrate(host_a, "web1")
    guests.wait_alive(host_b, "web1")


def test_a_host_chooses_its_address_and_ports(host_a, host_b):
    address = host_b.addresses["migration"][0]
    ports = {"migration_port_min": 50000, "migration_port_max": 50001}
    chosen = {"migration_host": address, "migration_address": address, **ports}
    guests.start(host_a, "web1")
    with host_b.settings(**chosen), host_b.watch() as seen:
        migrate(host_a, "web1")
    used = {one.port for one in seen.connections if one.address == address}
    assert used and used <= {50000, 50001}
    guests.wait_alive(host_b, "web1")  # libvirtd was restarted, the guest was not


def test_settings_are_put_back(host_a):
    path = host_a.disk / "etc/libvirt/qemu.conf"
    before = path.read_text()
    with pytest.raises(LabError, match="libvirtd.conf of a host sets auth_tcp itself"):
        with host_a.settings("libvirtd.conf", auth_tcp="sasl"):
            pass
    with pytest.raises(LabError, match="qemu"), host_a.settings(migration_port_min=7, migration_port_max=7):
        pass
    assert host_a.virsh("list", "--all") == "" and path.read_text() == before
    settings.change(host_a, max_files=4096, cgroup_controllers=["cpu"])
    assert path.read_text().endswith('max_files = 4096\ncgroup_controllers = [ "cpu" ]\n')
    host_a.restore()
    assert path.read_text() == before


# Disks


def test_a_disk_is_copied(host_a, host_b):
    """libvirt makes the missing image in the destination's pool."""
    disk = storage.create(host_a, "web1", data=4)
    content = storage.checksum(host_a, disk)
    guests.start(host_a, "web1", disks=[disk])
    migrate(host_a, "web1", "--copy-storage-all")
    guests.wait_alive(host_b, "web1")
    assert storage.checksum(host_b, disk) == content == storage.checksum(host_a, disk)
    assert "web1.qcow2" in host_b.virsh("vol-list", storage.POOL)


def test_only_what_is_above_the_backing_file_is_copied(host_a, host_b):
    base = storage.create(host_a, "base", data=16)
    disk = storage.create(host_a, "web1", data=2, backing=base)
    content = storage.checksum(host_a, disk)
    assert content != storage.checksum(host_a, base)
    storage.prepare(host_a, host_b, disk)
    assert storage.checksum(host_b, disk) == storage.checksum(host_a, base)
    guests.start(host_a, "web1", disks=[disk])
    address = host_b.addresses["migration"][0]
    before = host_b.bytes("migration")[0]
    migrate(host_a, "web1", "--copy-storage-inc", "--disks-uri", f"tcp://{address}:49600")
    copied = host_b.bytes("migration")[0] - before
    guests.wait_alive(host_b, "web1")
    assert storage.checksum(host_b, disk) == content
    assert 2 * storage.MIB < copied < 4 * storage.MIB


def test_chosen_disks_are_copied(host_a, host_b):
    first, second = (storage.create(host_a, name, data=2) for name in ("first", "second"))
    storage.prepare(host_a, host_b, first)
    storage.prepare(host_a, host_b, second)
    empty = storage.checksum(host_b, first)
    guests.start(host_a, "web1", disks=[first, second])
    migrate(host_a, "web1", "--copy-storage-all", "--migrate-disks", "vdb", "--unsafe")
    guests.wait_alive(host_b, "web1")
    assert storage.checksum(host_b, second) == storage.checksum(host_a, second) != empty
    assert storage.checksum(host_b, first) == empty


@pytest.mark.parametrize("free", [0, 2])
def test_a_full_pool_takes_no_disk(host_a, host_b, free):
    disk = storage.create(host_a, "web1", data=4)
    guests.start(host_a, "web1", disks=[disk])
    storage.limit(host_b, free)
    with pytest.raises(LabError, match="No space left on device"):
        migrate(host_a, "web1", "--copy-storage-all")
    guests.wait_alive(host_a, "web1")
    storage.limit(host_b)
    migrate(host_a, "web1", "--copy-storage-all")
    assert storage.checksum(host_b, disk) == storage.checksum(host_a, disk)


def test_disks_outlive_a_power_cut(host_a):
    disk = storage.create(host_a, "web1", data=1)
    content = storage.checksum(host_a, disk)
    host_a.power_cut()
    host_a.boot()
    assert storage.checksum(host_a, disk) == content
    assert "web1.qcow2" in host_a.virsh("vol-list", storage.POOL)


# Guests that do not stop changing


@pytest.fixture
def busy(host_a):
    """A guest that changes its memory faster than the link takes it; its migrations do not end."""
    guests.start(host_a, "busy", memory=128, dirty=32)
    host_a.shape("80mbit")
    yield "busy"
    host_a.virsh("domjobabort", "busy", check=False)


def job(host, name, field):
    """A field of virsh domjobinfo, such as "1.234 MiB", or None."""
    for line in host.virsh("domjobinfo", name).splitlines():
        key, _, value = line.partition(":")
        if key == field:
            return value.strip()
    return None


def start_migration(source, name, *flags):
    words = ["virsh", "-q", "migrate", "--live", "--p2p", *flags, name, URI]
    return source.spawn(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_iteration(host, name, number, migration):
    def reached():
        assert migration.poll() is None, migration.communicate()
        return int(job(host, name, "Iteration") or 0) >= number

    system.wait_for(reached, f"the migration of {name} does not come to pass {number}", 60, 0.1)


def test_a_busy_guest_does_not_converge(host_a, host_b, busy):
    migration = start_migration(host_a, busy)
    wait_iteration(host_a, busy, 3, migration)
    assert migration.poll() is None and guests.state(host_b, busy) == "paused"
    host_a.virsh("domjobabort", busy)
    # Under load QEMU may tell of its socket, which it shut down itself, before it tells that it was cancelled.
    assert re.search("canceled by client|Broken pipe|unexpectedly failed", migration.communicate(timeout=20)[1])
    guests.wait_alive(host_a, busy)
    assert guests.state(host_b, busy) is None


def test_a_disk_that_is_written_to_is_copied_with_synchronous_writes(host_a, host_b):
    disk = storage.create(host_a, "web1", data=8)
    guests.start(host_a, "web1", disks=[disk], rewrite=4)
    written = system.wait_for(lambda: guests.written(host_a, "web1"), "the guest does not write", 20)
    migrate(host_a, "web1", "--copy-storage-all", "--copy-storage-synchronous-writes")
    guests.wait_alive(host_b, "web1")
    assert guests.written(host_a, "web1") is None
    system.wait_for(lambda: guests.written(host_b, "web1") > written, "the guest does not write there", 20)


# More than two hosts


@pytest.fixture(scope="module")
def three(lab):
    if len(lab.hosts) >= 3:
        yield lab
        lab.clean()
        return
    with Lab(f"{lab.name}-three") as other:
        other.up(3)
        yield other


def test_a_third_host_has_it_all(three):
    """Round three hosts: renamed, encrypted, over IPv6, with disk, TPM and network."""
    hosts = list(three.hosts.values())[:3]
    disk = storage.create(hosts[0], "web1", data=2)
    content = storage.checksum(hosts[0], disk)
    guests.start(hosts[0], "web1", disks=[disk], devices=[guests.TPM], networks=["lan"])
    for here, there in ((0, 1), (1, 2), (2, 0)):
        source, destination = hosts[here], hosts[there]
        definition = source.virsh("dumpxml", "--migratable", "web1")
        names = [f"'{lan.network(host.name, 'lan')}'" for host in (source, destination)]
        source.exec(["tee", "/tmp/web1.xml"], input=definition.replace(*names))
        storage.remove(destination, disk)
        flags = ["--tls", "--copy-storage-all", "--xml", "/tmp/web1.xml"]
        with destination.watch() as seen:
            data = f"tcp://[{ipv6(destination, 'migration')}]"
            migrate(source, "web1", *flags, "--migrateuri", data, uri=f"qemu+tls://{destination.name}/system")
        guests.wait_alive(destination, "web1")
        assert seen.bytes("migration")[0] > 10_000_000
        assert guests.interfaces(destination, "web1")[0][1] == lan.network(destination.name, "lan")
    assert storage.checksum(hosts[0], disk) == content
    hosts[2].qemu_certificate("expired")
    with hosts[2].settings(migrate_tls_force=True), pytest.raises(LabError, match="has expired"):
        guests.start(hosts[0], "web2", wait=False)
        migrate(hosts[0], "web2", "--tls", uri="qemu+tcp://host-c/system")
    three.clean()
    assert [guests.names(host, running=False) for host in hosts] == [[], [], []]
