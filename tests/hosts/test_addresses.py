# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ports, addresses, names and settings of libvirt on real hosts: where a migration goes, and what is
said when it cannot go there."""

import subprocess

import pytest
from lab import guests, system
from service import FLOWS, Refused, Service, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
FIRST = 49152
CHOSEN = 49170
QEMU = "/usr/bin/qemu-system-x86_64"


@pytest.fixture
def guest(host_a, clean):
    guests.start(host_a, "web1")


@pytest.fixture
def other_program(host_b):
    """Holds ports of host-b."""
    held = []

    def hold(port):
        held.append(host_b.spawn(["busybox", "nc", "-l", "-p", str(port)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL))
        system.wait_for(lambda: port in {one for _, one in host_b.listeners()}, f"port {port} is not held", 10)

    yield hold
    for one in held:
        one.end()


def migration_net(host):
    return host.addresses["migration"][0]


def assert_stayed(service, host_a, host_b, end, *words):
    """It failed, says why, and the guest is as before."""
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "absent"), end
    for word in words:
        assert word in end["Error"][1], end["Error"]
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")


SEEN = {"bandwidth": t(8)}  # it takes longer than the watch looks away


def came_in_on(host, seen, address):
    """The ports of a host's address on which a connection came in, without libvirt's own."""
    return {one.port for one in seen.connections if one.address == address and one.port in range(FIRST, 49216)}


# Ports


@pytest.mark.usefixtures("guest")
def test_a_port_that_is_taken(service, host_a, host_b, other_program):
    """One of libvirt's own choice is another then; one that was asked for is named."""
    other_program(FIRST)
    with host_b.watch() as seen:
        service.migrate("web1", "host-b", interface_address=migration_net(host_b), **SEEN).ended("completed")
    assert FIRST not in came_in_on(host_b, seen, migration_net(host_b)) != set()
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
@pytest.mark.parametrize("flow", FLOWS)
def test_a_chosen_port_that_is_taken(service, host_a, host_b, other_program, flow):
    other_program(CHOSEN)
    chosen = {"interface_address": migration_net(host_b), "port": CHOSEN, **FLOWS[flow]}
    end = service.migrate("web1", "host-b", **chosen).failed("LimitsExceeded")
    assert_stayed(service, host_a, host_b, end, "is taken", "for port")


@pytest.mark.usefixtures("guest")
@pytest.mark.parametrize("flow", FLOWS)
def test_a_chosen_port_again(service, host_a, host_b, flow):
    chosen = {"interface_address": migration_net(host_b), "port": CHOSEN, **FLOWS[flow]}
    job = service.migrate("web1", "host-b", bandwidth=t(2), **chosen)
    job.copying()
    job.cancel()
    job.ended("cancelled")
    for _ in range(2):
        with host_b.watch() as seen:
            service.migrate("web1", "host-b", **chosen, **SEEN).ended("completed")
        assert came_in_on(host_b, seen, migration_net(host_b)) == {CHOSEN}
        Service(host_b).migrate("web1", "host-a").ended("completed")
    assert_only_on("web1", host_a, host_b)


# Settings of the destination's libvirt


@pytest.mark.usefixtures("guest")
def test_a_destination_that_names_an_address_itself(service, host_a, host_b):
    """migration_host in qemu.conf; and migration_address, on which alone it listens."""
    address = migration_net(host_b)
    with host_b.settings(migration_host=address, migration_address=address), host_b.watch() as seen:
        job = service.migrate("web1", "host-b", bandwidth=t(2))
        job.copying()
        assert {where for where, port in host_b.listeners() if port in range(FIRST, 49216)} <= {address}
        job.control("SetBandwidth", 1000)
        job.ended("completed")
    assert came_in_on(host_b, seen, address)
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
def test_a_destination_that_listens_where_nobody_is_sent(service, host_a, host_b):
    """It names its host name all the same, unless it is given an address."""
    address = migration_net(host_b)
    with host_b.settings(migration_address=address):
        end = service.migrate("web1", "host-b").ended("failed")
        assert_stayed(service, host_a, host_b, end, "interface-address")
        service.migrate("web1", "host-b", interface_address=address).ended("completed")
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
def test_hosts_that_insist_on_tls(service, host_a, host_b):
    with host_a.settings(migrate_tls_force=1), host_b.settings(migrate_tls_force=1):
        end = service.migrate("web1", "host-b").failed("NotAllowed")
        assert_stayed(service, host_a, host_b, end, "add tls")
        service.migrate("web1", "host-b", tls=True).ended("completed")
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
def test_tls_where_certificates_of_clients_are_not_verified(service, host_a, host_b):
    host_a.qemu_certificate("missing", "client")
    end = service.migrate("web1", "host-b", tls=True).ended("failed")
    assert_stayed(service, host_a, host_b, end)
    with host_b.settings(migrate_tls_x509_verify=0):
        service.migrate("web1", "host-b", tls=True).ended("completed")
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
def test_the_source_verifies_certificates_whatever_its_settings_say(service, host_a, host_b):
    """libvirt has QEMU do without only where it listens."""
    host_b.qemu_certificate("wrong-name")
    with host_a.settings(migrate_tls_x509_verify=0):
        end = service.migrate("web1", "host-b", tls=True).ended("failed")
    assert_stayed(service, host_a, host_b, end)


# Names


@pytest.fixture
def host_file(host_a):
    """Writes host files of host-a."""
    made = []

    def write(name, **keys):
        made.append(f"/etc/migrationd/hosts.d/{name}.conf")
        lines = [f"{key}={value}\n" for key, value in keys.items()]
        host_a.exec(["tee", made[-1]], input="[Host]\nDriver=qemu\nAllowPlaintext=yes\n" + "".join(lines))
        return name

    yield write
    host_a.exec(["rm", *made])


@pytest.mark.usefixtures("guest")
def test_a_name_that_leads_nowhere(service, host_a, host_b, host_file):
    astray = host_file("astray", Transport="tcp", Address="host-b", PeerTransport="tcp", PeerAddress="nowhere.invalid")
    end = service.migrate("web1", astray).failed("HostUnreachable")
    assert_stayed(service, host_a, host_b, end, "PeerAddress=", "astray")
    service.migrate("web1", astray, flow="managed-direct").ended("completed")
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("guest")
def test_a_name_that_leads_to_the_source(service, host_a, host_b, host_file):
    astray = host_file("astray", Transport="tcp", Address="host-b", PeerTransport="tcp", PeerAddress="host-a")
    with pytest.raises(Refused, match="SameHost.*one machine.*PeerAddress"):
        service.migrate("web1", astray)
    assert_only_on("web1", host_a, host_b)


@pytest.mark.usefixtures("guest")
@pytest.mark.parametrize("flow", FLOWS)
def test_a_destination_that_calls_itself_what_nobody_knows(service, host_a, host_b, flow):
    name = host_b.exec(["hostname"]).stdout.strip()
    host_b.exec(["hostname", "nowhere.invalid"])
    try:
        host_b.exec(["systemctl", "restart", "libvirtd"])
        end = service.migrate("web1", "host-b", **FLOWS[flow]).failed("HostUnreachable")
        assert_stayed(service, host_a, host_b, end, "interface-address")
        service.migrate("web1", "host-b", interface_address=migration_net(host_b), **FLOWS[flow]).ended("completed")
    finally:
        host_b.exec(["hostname", name])
        host_b.exec(["systemctl", "restart", "libvirtd"])
    assert_only_on("web1", host_b, host_a)


# What the destination has or has not


# QEMU ends before libvirt has connected to its monitor, or after that: two texts of libvirt.
ENDS_AT_ONCE = 'echo Permission denied >&2; exit 1'
ENDS_CONNECTED = """echo Permission denied >&2; exec /usr/bin/python3 -c '
import re, socket, sys
socket.socket(fileno=int(re.search("charmonitor,fd=([0-9]+)", " ".join(sys.argv))[1])).accept()' "$@\""""


@pytest.fixture
def broken_emulator(host_b, how):
    """QEMU of host-b tells what it can do, and does not start to receive a guest."""
    host_b.exec(["mv", QEMU, f"{QEMU}.real"])
    script = host_b.root / QEMU[1:]
    script.write_text(f'#!/bin/sh\ncase "$*" in *-incoming*) {how};; esac\nexec {QEMU}.real "$@"\n')
    script.chmod(0o755)
    (host_b.disk / guests.LOGS / "web1.log").unlink(missing_ok=True)
    yield
    host_b.exec(["mv", f"{QEMU}.real", QEMU])


@pytest.mark.parametrize("how", [ENDS_AT_ONCE, ENDS_CONNECTED], ids=["at-once", "connected"])
@pytest.mark.usefixtures("guest", "broken_emulator")
def test_a_hypervisor_that_does_not_start(service, host_a, host_b):
    end = service.migrate("web1", "host-b").failed("Failed")
    assert_stayed(service, host_a, host_b, end, "the hypervisor of guest", "host-b", "/var/log/libvirt/qemu")
    guests.wait_log(host_b, "web1", "Permission denied")


def test_a_guest_with_a_tpm(service, host_a, host_b):
    guests.start(host_a, "web1", devices=[guests.TPM])
    _, findings = service.check("web1", "host-b")
    assert "tpm-state" in findings
    service.migrate("web1", "host-b").ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert host_b.pids("-x", "swtpm") and not host_a.pids("-x", "swtpm")


def test_a_processor_that_both_have(service, host_a, host_b):
    guests.start(host_a, "web1", cpu="Nehalem")
    service.migrate("web1", "host-b").ended("completed")
    assert ">Nehalem<" in host_b.virsh("dumpxml", "web1")
    assert_only_on("web1", host_b, host_a)
