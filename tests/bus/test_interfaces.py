# SPDX-License-Identifier: LGPL-2.1-or-later
"""Host.ListInterfaces: where its answers come from, and what a host cannot make of them."""

import subprocess

import pytest

import virt as w
from harness import UNSHARE
from loop import wait
from virt import VirError, device_xml, interface_xml

LISTS = ("virConnectListAllInterfaces", "virInterfaceGetXMLDesc")
FILE_ONLY = ["192.0.2.2", "2001:db8::2"]  # MigrationAddresses of b


def addresses(rows):
    return [row["address"] for row in rows]


def by_address(rows):
    assert len(set(addresses(rows))) == len(rows)
    return {row["address"]: row for row in rows}


@pytest.fixture
def c(s):
    """A third host, from which guests may come."""
    s.service.write_host("c", Transport="tls", Address="c.example")
    wait(lambda: s.client.host_path("c") in s.client.seen, "the host appears")
    return s.world.host("c")


def test_what_libvirt_tells_in_full(s):
    s.b.interface("lo", "127.0.0.1/8", "::1/128", state="unknown")
    s.b.interface("eth0", "192.0.2.2/24", "fe80::1/64", "2001:DB8:0::2/64", speed=1000)
    s.b.interface("eth1", "198.51.100.2/25", "169.254.0.9/16", speed=25000, state="down")
    assert s.client.list_interfaces("b") == [
        {"name": "eth0", "address": "192.0.2.2", "prefix": 24, "family": "ipv4", "speed": 1000,
         "state": "up", "origin": "libvirt", "allowed": True, "same-subnet": False,
         "source-interface": "", "source-address": ""},
        {"name": "eth0", "address": "2001:db8::2", "prefix": 64, "family": "ipv6", "speed": 1000,
         "state": "up", "origin": "libvirt", "allowed": True, "same-subnet": False,
         "source-interface": "", "source-address": ""},
        {"name": "eth1", "address": "198.51.100.2", "prefix": 25, "family": "ipv4", "speed": 25000,
         "state": "down", "origin": "libvirt", "allowed": False, "same-subnet": False,
         "source-interface": "", "source-address": ""}]
    assert not s.world.asked("virConnectListAllNodeDevices")


def test_an_interface_driver_without_addresses_is_asked_once(s):
    """Debian's: udev knows links, not addresses. A host with 500 guests has 500 interfaces."""
    s.b.interface("lo", state="unknown")
    for number in range(500):
        s.b.interface(f"vnet{number}", speed=10)
    rows = s.client.list_interfaces("b")
    assert [(row["address"], row["origin"], row["name"], row["prefix"], row["speed"], row["state"])
            for row in rows] == [(a, "host-file", "", 0, 0, "unknown") for a in FILE_ONLY]
    assert all(row["allowed"] for row in rows)
    assert len(s.world.asked(*LISTS)) == 1


def test_without_an_interface_driver_there_is_the_host_file(s):
    assert addresses(s.client.list_interfaces("b")) == FILE_ONLY
    assert s.world.asked("virConnectListAllInterfaces", host="b")
    assert "libvirt, b:" not in s.service.log()


def test_a_host_without_a_list(s, c):
    assert s.client.list_interfaces("c") == []
    c.interface("eth0", "192.0.2.3/24")
    row, = s.client.list_interfaces("c")
    assert row["address"] == "192.0.2.3" and not row["allowed"]


def test_addresses_in_the_host_file_that_are_no_names(s):
    s.world.host("d", address="192.0.2.4")
    s.service.write_host("d", Transport="tls", Address="192.0.2.4", PeerAddress="2001:DB8::4",
                         MigrationAddresses="198.51.100.4")
    wait(lambda: s.client.host_path("d") in s.client.seen, "the host appears")
    rows = s.client.list_interfaces("d")
    assert [(row["address"], row["allowed"], row["origin"]) for row in rows] == [
        ("198.51.100.4", True, "host-file"), ("192.0.2.4", False, "host-file"),
        ("2001:db8::4", False, "host-file")]


def test_speeds_of_network_devices(s):
    """For interfaces that do not tell theirs; libvirt writes br.1 and br-1 alike in their names."""
    s.b.interface("br-1", "198.51.100.2/24", state=None)
    s.b.interface("br.1", "203.0.113.2/24", state=None)
    s.b.interface("eth0", "192.0.2.2/24", speed=100)
    s.b.interface("gone", "203.0.114.2/24", state=None)
    s.b.device("br.1", speed=1000, state="up")
    s.b.device("br-1", speed=2500, state="lowerlayerdown")
    s.b.device("eth0", speed=7)
    s.b.device("eth5", speed=7)
    rows = by_address(s.client.list_interfaces("b"))
    assert {row["name"]: (row["speed"], row["state"]) for row in rows.values() if row["name"]} == {
        "br-1": (2500, "down"), "br.1": (1000, "up"), "eth0": (100, "up"), "gone": (0, "unknown")}
    assert len(s.world.asked("virConnectListAllNodeDevices")) == 1
    asked = {arguments["name"] for _, _, arguments in s.world.asked("virNodeDeviceGetXMLDesc")}
    assert not [name for name in asked if "eth" in name]


def test_a_host_without_device_driver_has_no_speeds(s):
    s.b.interface("eth0", "192.0.2.2/24", state=None)
    row = by_address(s.client.list_interfaces("b"))["192.0.2.2"]
    assert (row["speed"], row["state"], row["prefix"]) == (0, "unknown", 24)


def test_two_hosts(s, c):
    s.service.write_host("b", Transport="tls", Address="b.example",
                         MigrationAddresses="198.51.100.2;203.0.113.2")
    wait(lambda: s.client.seen.get(s.client.host_path("b"), {}).get("MigrationAddresses") ==
         ["198.51.100.2", "203.0.113.2"], "the change is announced")
    s.b.interface("wan", "203.0.114.2/24", speed=40000)
    s.b.interface("lan", "192.0.2.2/24", speed=1000)
    s.b.interface("mig", "198.51.100.2/24", "2001:db8:2::2/64", speed=10000)
    s.b.interface("virbr0", "192.168.122.1/24", speed=90000)
    c.interface("eth0", "192.0.2.3/24")
    c.interface("eth1", "198.51.100.3/24", "2001:db8:2::3/64")
    c.interface("virbr0", "192.168.122.1/24")
    rows = s.client.list_interfaces("b", "c")
    assert [(row["name"], row["address"], row["allowed"], row["same-subnet"],
             row["source-interface"], row["source-address"]) for row in rows] == [
        ("mig", "198.51.100.2", True, True, "eth1", "198.51.100.3"),
        ("mig", "2001:db8:2::2", False, True, "eth1", "2001:db8:2::3"),
        ("lan", "192.0.2.2", False, True, "eth0", "192.0.2.3"),
        ("", "203.0.113.2", True, False, "", ""),
        ("virbr0", "192.168.122.1", False, False, "", ""),
        ("wan", "203.0.114.2", False, False, "", "")]


def test_what_is_allowed_is_what_migrate_takes(s):
    s.b.interface("eth0", "192.0.2.2/24", "192.0.2.77/24")
    rows = by_address(s.client.list_interfaces("b"))
    for address, row in rows.items():
        reply = s.client.start_plan("web", "b", interface_address=address)
        if row["allowed"]:
            reply.result()
        else:
            assert reply.error().short == "AddressNotAllowed"
    assert {row["allowed"] for row in rows.values()} == {True, False}


def test_both_hosts_are_asked_at_once(s, c):
    s.b.silent = c.silent = {"*"}
    s.client.start_list_interfaces("b", "c")
    for name in ("b", "c"):
        wait(lambda: s.world.asked("virConnectOpenAuth", host=name), f"{name} is asked")


@pytest.mark.parametrize("lost", ("b", "c"))
def test_a_host_that_is_not_reached_is_the_error_at_once(s, c, lost):
    other = {"b": c, "c": s.b}[lost]
    other.silent = {"*"}
    s.world.hosts[lost].refuses = VirError(w.ERR_SYSTEM_ERROR, "unable to connect: Connection "
                                           "refused", w.FROM_RPC)
    error = s.client.start_list_interfaces("b", "c").error()
    assert error.short == "ConnectionRefused" and f"host {lost} " in error.text
    assert s.client.get("LastError", s.client.host_path(lost), "org.example.Migration1.Host") == \
        (error.name, error.text)


@pytest.mark.parametrize("late", ("b", "c"))
def test_a_host_that_is_silent(make, late):
    setup = make(query_deadline=1)
    setup.service.write_host("c", Transport="tls", Address="c.example")
    setup.world.host("c")
    setup.service.start()
    setup.world.hosts[late].silent = {"virConnectListAllInterfaces"}
    error = setup.client.start_list_interfaces("b", "c").error()
    assert error.short == "HostTimeout" and f"host {late} " in error.text
    setup.world.hosts[late].silent = None
    assert addresses(setup.client.list_interfaces("b", "c")) == FILE_ONLY


@pytest.mark.parametrize("function", ("virInterfaceLookupByName", *LISTS,
                                      "virConnectListAllNodeDevices", "virNodeDeviceGetXMLDesc"))
def test_a_connection_that_is_lost_is_not_an_empty_list(s, function):
    s.b.interface("eth0", "192.0.2.2/24", state=None)
    s.b.device("eth0", speed=1000)
    s.b.broken[function] = VirError(w.ERR_INTERNAL_ERROR, "client socket is closed", w.FROM_RPC)
    assert s.client.start_list_interfaces("b").error().short == "ConnectionLost"


@pytest.mark.parametrize("function", ("virInterfaceLookupByName", *LISTS,
                                      "virConnectListAllNodeDevices", "virNodeDeviceGetXMLDesc"))
def test_what_libvirt_refuses_is_left_out(s, function):
    s.b.interface("eth0", "192.0.2.2/24", state=None)
    s.b.device("eth0", speed=1000)
    s.b.broken[function] = VirError(88, "access denied", w.FROM_INTERFACE)
    assert sorted(addresses(s.client.list_interfaces("b"))) == FILE_ONLY


def test_an_interface_that_goes_while_it_is_asked_about(s):
    s.b.interface("eth0", "192.0.2.2/24")
    s.b.interface("eth1", "198.51.100.2/24")
    s.b.interfaces["eth0"] = VirError(w.ERR_NO_INTERFACE, "Interface not found", w.FROM_INTERFACE)
    assert sorted(addresses(s.client.list_interfaces("b"))) == [
        "192.0.2.2", "198.51.100.2", "2001:db8::2"]


def test_a_broken_connection_is_opened_again(s):
    assert addresses(s.client.list_interfaces("b")) == FILE_ONLY
    for connection in list(s.world.connections.values()):
        connection.close()
    s.b.interface("eth0", "198.51.100.2/24")
    assert "198.51.100.2" in addresses(s.client.list_interfaces("b"))


@pytest.mark.parametrize("host,source,name,word", (
    ("b", "nohost", "UnknownHost", "nohost"),
    ("b", "../b", "UnknownHost", "../b"),
    ("b", "qemu+ext://h/system?command=/bin/sh", "UnknownHost", "qemu"),
    ("b", "broken", "InvalidHostFile", "Transport"),
    ("broken", "", "InvalidHostFile", "Transport"),
    ("b", "b", "SameHost", "b"),
    ("local", "local", "SameHost", "local")))
def test_refused_before_anybody_is_asked(s, host, source, name, word):
    s.service.write_host("broken", Transport="pigeon", Address="c.example")
    wait(lambda: s.client.host_path("broken") in s.client.seen, "the host appears")
    error = s.client.start_list_interfaces(host, source).error()
    assert error.short == name and word in error.text and len(error.text) > 20
    assert s.world.calls == [] and s.polkit.questions == []


def test_polkit_is_told_both_hosts(s):
    s.client.list_interfaces("b", "local")
    assert s.polkit.asked("check").details == {"host.name": "b", "source.name": "local"}
    s.client.list_interfaces("b")
    assert s.polkit.asked("check").details == {"host.name": "b"}


def test_the_source_goes_while_polkit_asks(s, c):
    s.polkit.answers["check"] = "late"
    reply = s.client.start_list_interfaces("b", "c")
    question = s.polkit.asked("check")
    s.service.remove_host("c")
    wait(lambda: s.client.host_path("c") not in s.client.managed(), "the host's object goes")
    question.answer("yes")
    assert reply.error().short == "UnknownHost"
    assert s.world.calls == []


# a host that wants to do harm

GOOD = interface_xml("eth9", "198.51.100.9/24")
LAUGHS = ("<!DOCTYPE interface [<!ENTITY a '198.51.100.8'>" +
          "".join(f"<!ENTITY {b} '{f'&{a};' * 50}'>" for a, b in zip("abcdef", "bcdefg")) +
          "]><interface type='ethernet' name='&g;'><protocol family='ipv4'>"
          "<ip address='&a;' prefix='24'/></protocol>&g;</interface>")
NO_DOCUMENTS = {
    "empty": "", "text": "hello", "open": "<", "unfinished": "<interface><protocol><ip addr",
    "other": interface_xml("eth0", "198.51.100.8/24").replace("interface", "network"),
    "entity": "<!DOCTYPE interface [<!ENTITY a '198.51.100.8'>]><interface><protocol>"
              "<ip address='&a;'/></protocol></interface>",
    "laughs": LAUGHS,
    "file": "<!DOCTYPE interface [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
            "<interface name='&x;'><protocol><ip address='198.51.100.8'/></protocol></interface>",
    "large": interface_xml("eth0", "198.51.100.8/24", inner=" " * 2**20),
    "deep": "<interface>" * 5000,
    "inner": interface_xml("br0", inner="<bridge>" + interface_xml("eth0", "198.51.100.8/24") +
                           "</bridge>"),
    "elsewhere": "<interface><ip address='198.51.100.8'/><x><ip address='198.51.100.8'/></x>"
                 "<protocol><x><ip address='198.51.100.8'/></x></protocol></interface>",
    "no address": "<interface><protocol><ip prefix='24'/><ip address=''/></protocol></interface>",
    "names": interface_xml("eth0", "localhost", "198.51.100.8;reboot", "198.51.100", "0x7f.1",
                           "2001:db8::1%eth0", "198.51.100.8 "),
}


@pytest.mark.parametrize("kind", NO_DOCUMENTS)
def test_documents_that_are_none(s, kind):
    s.b.interfaces = {"eth0": NO_DOCUMENTS[kind], "eth9": GOOD}
    rows = by_address(s.client.list_interfaces("b"))
    assert sorted(rows) == ["192.0.2.2", "198.51.100.9", "2001:db8::2"]


@pytest.mark.parametrize("kind", NO_DOCUMENTS)
def test_device_documents_that_are_none(s, kind):
    s.b.interface("eth0", "192.0.2.2/24", state=None)
    s.b.devices = {"net_eth0_1": NO_DOCUMENTS[kind], "net_eth0_2": device_xml("eth1", speed=3),
                   "net_eth0_3": LAUGHS.replace("interface", "device"),
                   "net_eth0_4": device_xml("eth0", speed=7)}
    row = by_address(s.client.list_interfaces("b"))["192.0.2.2"]
    assert (row["speed"], row["state"]) == (7, "up")


@pytest.mark.parametrize("prefix", ("-1", "+24", " 24", "33", "99999999999999999999", "0x18", "x",
                                    "24 "))
def test_prefixes_that_are_none(s, prefix):
    s.b.interface("eth0", f"192.0.2.2/{prefix}")
    assert by_address(s.client.list_interfaces("b"))["192.0.2.2"]["prefix"] == 0


def test_speeds_and_states_that_are_none(s):
    s.b.interface("eth0", "192.0.2.2/24", speed="-5", state="sideways")
    row = by_address(s.client.list_interfaces("b"))["192.0.2.2"]
    assert (row["speed"], row["state"]) == (0, "unknown")


def test_names_that_are_none(s):
    names = {"x" * 64: "x" * 64, "x" * 65: "", "a\nb": "", "\x1b[2J": "", "a\u202eb": "",
             "b\u00f6nd": "b\u00f6nd"}
    s.b.interfaces = {name: interface_xml("x", f"198.51.100.{number}/24")
                      for number, name in enumerate(names, 1)}
    rows = by_address(s.client.list_interfaces("b"))
    for number, name in enumerate(names.values(), 1):
        assert rows[f"198.51.100.{number}"]["name"] == name


def test_too_many_interfaces(s):
    s.b.interfaces = {f"eth{n}": interface_xml(f"eth{n}", f"10.0.{n // 256}.{n % 256}/8")
                      for n in range(1000)}
    rows = s.client.list_interfaces("b")
    assert len(rows) == 256 + len(FILE_ONLY)
    assert len(s.world.asked("virInterfaceGetXMLDesc")) == 256


def test_too_many_addresses(s):
    s.b.interface("eth0", *(f"10.0.{n // 256}.{n % 256}/8" for n in range(5000)))
    rows = s.client.list_interfaces("b")
    assert len(rows) == 256 + len(FILE_ONLY)


# this machine

NETWORK = (
    "link set lo up",
    "address add 203.0.113.5/26 dev lo", "address add 203.0.113.70/26 dev lo label lo:2",
    "address add 169.254.1.1/16 dev lo",
    "address add 2001:db8:9::5/64 dev lo", "address add 2001:db8:a::5/64 dev lo preferred_lft 0",
    "route add 198.51.100.0/24 dev lo src 203.0.113.5",
)


@pytest.fixture
def machine(make):
    """The worker runs in a network of its own, on which only loopback is."""
    done = subprocess.run([*UNSHARE, "true"], check=False)
    if done.returncode != 0:
        pytest.skip(f"{' '.join(UNSHARE)} is not allowed here")
    setup = make(network=NETWORK)
    setup.service.start()
    return setup


def test_this_machine(machine):
    rows = by_address(machine.client.list_interfaces("local"))
    assert {address: (row["name"], row["prefix"], row["origin"], row["allowed"])
            for address, row in rows.items()} == {
        "203.0.113.5": ("lo", 26, "machine", False), "203.0.113.70": ("lo", 26, "machine", False),
        "2001:db8:9::5": ("lo", 64, "machine", False), "192.0.2.1": ("", 0, "host-file", True)}
    assert {row["state"] for row in rows.values()} == {"unknown"}
    assert not machine.world.asked(*LISTS, "virConnectListAllNodeDevices")


def test_from_this_machine(machine):
    wanted = {"203.0.113.40": (True, "lo", "203.0.113.5"),
              "203.0.113.100": (True, "lo", "203.0.113.70"),
              "2001:db8:9::77": (True, "lo", "2001:db8:9::5"),
              "198.51.100.9": (False, "lo", "203.0.113.5"),
              "192.0.2.2": (False, "", "")}
    path = machine.client.host_path("b")
    machine.service.write_host("b", Transport="tls", Address="b.example",
                               MigrationAddresses=";".join(wanted))
    wait(lambda: machine.client.seen.get(path, {}).get("MigrationAddresses") == list(wanted),
         "the change is announced")
    rows = by_address(machine.client.list_interfaces("b", "local"))
    assert {address: (row["same-subnet"], row["source-interface"], row["source-address"])
            for address, row in rows.items()} == wanted


def test_to_this_machine(machine):
    machine.b.interface("eth0", "203.0.113.40/26")
    rows = by_address(machine.client.list_interfaces("local", "b"))
    assert {address: (row["same-subnet"], row["source-interface"], row["source-address"])
            for address, row in rows.items() if row["same-subnet"]} == {
        "203.0.113.5": (True, "eth0", "203.0.113.40")}


def test_libvirt_of_this_machine_must_be_there(s):
    s.local.refuses = VirError(w.ERR_SYSTEM_ERROR, "Failed to connect socket to "
                               "'/run/libvirt/libvirt-sock': Connection refused", w.FROM_RPC)
    assert s.client.start_list_interfaces("local").error().short == "LibvirtDown"
