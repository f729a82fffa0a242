# SPDX-License-Identifier: LGPL-2.1-or-later
"""Host.ListInterfaces on real hosts: what is listed is there, and can be reached as it says."""

import time

import pytest
from lab import network, system
from service import NAME, ROOT, Refused, Service

LIBVIRTD_TCP = 16509
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5, (sys.argv[3], 0))"


@pytest.fixture
def service(host_a):
    return Service(host_a)


def list_interfaces(service, name, source=""):
    path = f"{ROOT}/host/{name.replace('-', '_2d')}"
    return service.json("call", path, f"{NAME}.Host", "ListInterfaces", "s", source)


def everywhere(name):
    """{address: network} of a host."""
    return {address: net for net, both in network.addresses(name).items() for address in both}


@pytest.mark.parametrize("transport", ["", "-ssh", "-tls"])
def test_both_networks_of_the_destination(service, host_a, host_b, transport):
    start = time.monotonic()
    rows = list_interfaces(service, f"host-b{transport}", "local")
    assert time.monotonic() - start < 2
    assert {row["address"] for row in rows} == set(everywhere("host-b"))
    here = everywhere("host-a")
    for row in rows:
        net = everywhere("host-b")[row["address"]]
        assert row["allowed"] and row["same-subnet"], row
        assert row["source-interface"] == net and here[row["source-address"]] == net, row
        host_a.exec(["python3", "-c", CONNECT, row["address"], str(LIBVIRTD_TCP), row["source-address"]])


def test_this_machine(service, host_a):
    rows = {row["address"]: row for row in list_interfaces(service, "local")}
    assert {address: row["name"] for address, row in rows.items()} == everywhere("host-a")
    for address, row in rows.items():
        assert row["prefix"] == (64 if ":" in address else 24)
        assert (row["origin"], row["state"], row["family"]) == ("machine", "up", "ipv6" if ":" in address else "ipv4")
        assert row["speed"] == int(host_a.exec(["cat", f"/sys/class/net/{row['name']}/speed"]).stdout)
        assert row["allowed"] and not row["same-subnet"] and not row["source-interface"]


def test_this_machine_as_destination(service):
    there = everywhere("host-b")
    rows = list_interfaces(service, "local", "host-b")
    assert {row["address"]: there[row["source-address"]] for row in rows if row["same-subnet"]} == everywhere("host-a")


def test_a_link_that_is_down(service, host_a, clean):
    host_a.cut("migration")
    def states():
        return {row["name"]: row["state"] for row in list_interfaces(service, "local")}

    # the kernel tells of it in its own time
    system.wait_for(lambda: states() == {"mgmt": "up", "migration": "down"}, lambda: f"links: {states()}", 10, 0.1)


def test_a_host_that_is_off(service, host_b, clean):
    host_b.power_cut()
    with pytest.raises(Refused, match="HostUnreachable|HostTimeout"):
        service.call("ListInterfaces", "local", path=f"{ROOT}/host/host_2db", interface="Host")
