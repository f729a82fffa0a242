# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every driver, flow and option as libvirt is called for it: the recorded call is what Plan said
before, and what a table written here says. What a driver lacks is refused before any host is
asked."""

import subprocess

import pytest

import virt
from drivers import FLAG_NAMES
from harness import ERROR, built
from recording import (IP, IP6, MIGRATE3, TO_URI3, HOSTS, expect_call, expect_refusal,  # noqa: F401
                       hosts_of, new_guest, s, shared)

# The six scenarios of libvirt's document.
SCENARIOS = {
    1: dict(flow="managed-direct"),
    2: dict(flow="peer-to-peer"),
    3: dict(flow="peer-to-peer", transport="tunnelled"),
    4: {"flow": "unmanaged-direct", "interface_address": IP, "try": True},
}

REFUSED = "refused"
# driver, scenario -> what libvirt is called with: function, URI (None: NULL), flags
CALLS = {
    ("QEMU", 1): (MIGRATE3, None, 1),
    ("QEMU", 2): (TO_URI3, "qemu+tls://qemu-b.example/system", 3),
    ("QEMU", 3): (TO_URI3, "qemu+tls://qemu-b.example/system", 7),
    ("QEMU", 4): (TO_URI3, None, 1),
    ("Xen", 1): (MIGRATE3, None, 1),
    ("Xen", 2): (TO_URI3, "xen+tls://xen-b.example/system", 3),
    ("Xen", 3): (TO_URI3, "xen+tls://xen-b.example/system", 7),
    ("Xen", 4): (TO_URI3, None, 1),
    ("vz", 1): (MIGRATE3, None, 1),
    ("vz", 2): (TO_URI3, "vz+tcp://vz-b.example/system", 3),
    ("vz", 3): REFUSED,
    ("vz", 4): (TO_URI3, None, 1),
    ("OpenVZ", 1): (MIGRATE3, None, 1),
    ("OpenVZ", 2): REFUSED,
    ("OpenVZ", 3): REFUSED,
    ("OpenVZ", 4): (TO_URI3, None, 1),
    ("ESX", 1): (MIGRATE3, None, 1),
    ("ESX", 2): REFUSED,
    ("ESX", 3): REFUSED,
    ("ESX", 4): REFUSED,
}
UNMANAGED_URI = {"QEMU": f"tcp://{IP}", "Xen": f"tcp://{IP}", "vz": f"vzmigr://{IP}",
                 "OpenVZ": f"ssh://{IP}"}


@pytest.mark.parametrize("driver,scenario", CALLS)
def test_each_scenario_of_each_driver(s, driver, scenario):
    call, chosen = CALLS[driver, scenario], SCENARIOS[scenario]
    if call == REFUSED:
        expect_refusal(s, driver, chosen, "cannot migrate with flow", "use flow \"managed-direct\""
                       if driver in ("OpenVZ", "ESX") else "use flow \"peer-to-peer\"")
        return
    function, uri, flags = call
    if scenario != 4:
        expect_call(s, driver, chosen, function, uri, flags, [])
        return
    end = expect_call(s, driver, chosen, function, uri, flags,
                      [("migrate_uri", "s", UNMANAGED_URI[driver])], state="failed")
    assert end["Error"][0] == ERROR + "NotSupported"
    assert end["Error"][2] == \
        "argument unsupported: direct migration is not supported by the source host"


@pytest.mark.parametrize("scenario", (2, 3))
@pytest.mark.parametrize("driver", [driver for driver, scenario in CALLS if scenario == 2])
def test_a_destination_that_is_not_opened(s, driver, scenario):
    """Scenarios 5 and 6 are 2 and 3 without our connection to the destination."""
    chosen, call = dict(SCENARIOS[scenario], open_destination=False), CALLS[driver, scenario]
    if call == REFUSED:
        expect_refusal(s, driver, chosen, "cannot migrate with flow")
        return
    end = expect_call(s, driver, chosen, *call, [])
    assert [c["carries"] for c in end["Plan"]["connections"]] == ["source", "peer", "memory"]
    assert "destination-not-opened" in [finding["id"] for finding in end["Plan"]["findings"]]
    # "": the monitor asked in the moment in which the worker left
    assert {host for host, _, _ in s.world.calls} - {""} == {hosts_of(driver)[0]}


@pytest.mark.parametrize("driver", HOSTS)
def test_unmanaged_direct_is_refused_unless_it_is_to_be_tried(s, driver):
    chosen = {key: value for key, value in SCENARIOS[4].items() if key != "try"}
    expect_refusal(s, driver, chosen, "unmanaged-direct",
                   "managed-direct" if driver in ("OpenVZ", "ESX") else "peer-to-peer")


TCP, LISTEN = ("migrate_uri", "s", f"tcp://{IP}"), ("listen_address", "s", IP)
# driver, options -> flags and parameters of a managed direct migration, or words of the refusal
ADDRESSES = [
    ("QEMU", dict(interface_address=IP), [TCP, LISTEN]),
    ("QEMU", dict(interface_address=IP, port=49160),
     [("migrate_uri", "s", f"tcp://{IP}:49160"), LISTEN]),
    ("QEMU", dict(interface_address=IP6), [("migrate_uri", "s", f"tcp://[{IP6}]"),
                                           ("listen_address", "s", IP6)]),
    ("QEMU", dict(interface_address=IP, listen_address=IP6),
     [TCP, ("listen_address", "s", IP6)]),
    ("QEMU", dict(listen_address=IP), [LISTEN]),
    ("QEMU", dict(interface_address=IP, data_protocol="rdma"),
     [("migrate_uri", "s", f"rdma://{IP}"), LISTEN]),
    ("Xen", dict(interface_address=IP), [TCP]),
    ("Xen", dict(interface_address=IP, port=49160), [("migrate_uri", "s", f"tcp://{IP}:49160")]),
    ("Xen", dict(interface_address=IP6), ("IPv6", "give an IPv4 address")),
    ("Xen", dict(listen_address=IP), ("listen-address",)),
    ("Xen", dict(interface_address=IP, data_protocol="rdma"), ("data-protocol",)),
    ("vz", dict(interface_address=IP), [("migrate_uri", "s", f"vzmigr://{IP}")]),
    ("vz", dict(interface_address=IP6, port=64000),
     [("migrate_uri", "s", f"vzmigr://[{IP6}]:64000")]),
    ("vz", dict(listen_address=IP), ("listen-address",)),
    ("OpenVZ", dict(interface_address=IP), [("migrate_uri", "s", f"ssh://{IP}")]),
    ("OpenVZ", dict(interface_address=IP, port=22), ("port",)),
    ("OpenVZ", dict(interface_address=IP6), ("IPv6", "give an IPv4 address")),
    ("ESX", dict(interface_address=IP), ("interface-address",)),
    ("ESX", dict(listen_address=IP), ("listen-address",)),
]


@pytest.mark.parametrize("driver,chosen,expected", ADDRESSES)
def test_addresses(s, driver, chosen, expected):
    chosen = dict(flow="managed-direct", **chosen)
    if isinstance(expected, tuple):
        expect_refusal(s, driver, chosen, *expected)
    else:
        expect_call(s, driver, chosen, MIGRATE3, None, 1, expected)


# Options that QEMU is not alone with: options, flags besides LIVE, parameters, drivers.
COMMON = {
    "not-live": (dict(live=False), -1, [], "QEMU Xen vz OpenVZ ESX"),
    "persist": (dict(persist=True), 8, [], "QEMU Xen vz ESX"),
    "undefine": (dict(undefine_source=True), 16, [], "QEMU Xen vz ESX"),
    "move": (dict(persist=True, undefine_source=True), 24, [], "QEMU Xen vz ESX"),
    "paused": (dict(paused=True), 32, [], "QEMU Xen vz"),
    "name": (dict(destination_name="new-name"), 0, [("destination_name", "s", "new-name")],
             "QEMU Xen vz"),
}


@pytest.mark.parametrize("option", COMMON)
@pytest.mark.parametrize("driver", HOSTS)
def test_common_options(s, driver, option):
    chosen, flags, params, drivers = COMMON[option]
    chosen = dict(flow="managed-direct", **chosen)
    if driver not in drivers.split():
        expect_refusal(s, driver, chosen, "does not know option", "leave it out")
        return
    s.world.on_migration = lambda migration: migration.fail()  # what it does is others' tests
    expect_call(s, driver, chosen, MIGRATE3, None, 1 + flags, params, state="failed")


XBZRLE, MT = ("compression", "s", "xbzrle"), ("compression", "s", "mt")
# The same for what only QEMU has, peer-to-peer: options, flags besides LIVE and PEER2PEER, params.
QEMU = {
    "copy-all": (dict(copy_storage="all"), 1 << 6, []),
    "copy-incremental": (dict(copy_storage="incremental"), 1 << 7, []),
    "copy-none": (dict(copy_storage="none"), 0, []),
    "disks": (dict(copy_storage="all", disks=["vda", "vdb"]), 1 << 6,
              [("migrate_disks", "s", "vda"), ("migrate_disks", "s", "vdb")]),
    "disks-address": (dict(copy_storage="all", disks_address=IP), 1 << 6,
                      [("disks_uri", "s", f"tcp://{IP}")]),
    "disks-address-port": (dict(copy_storage="all", disks_address=IP6, disks_port=49300), 1 << 6,
                           [("disks_uri", "s", f"tcp://[{IP6}]:49300")]),
    # on an address that is known, and alone only where it must not be
    "disks-port": (dict(copy_storage="incremental", disks_port=65535), 1 << 7,
                   [("disks_uri", "s", f"tcp://{IP}:65535")]),
    "disks-port-interface": (dict(copy_storage="all", disks_port=49250, interface_address=IP6),
                             1 << 6, [("disks_uri", "s", f"tcp://[{IP6}]:49250"),
                                      ("migrate_uri", "s", f"tcp://[{IP6}]"),
                                      ("listen_address", "s", IP6)]),
    "disks-port-alone": (dict(copy_storage="all", disks_port=49250, listen_address=IP), 1 << 6,
                         [("disks_port", "i", 49250), LISTEN]),
    "synchronous-writes": (dict(copy_storage="all", synchronous_writes=True), 1 << 6 | 1 << 18, []),
    "tls": (dict(tls=True), 1 << 16, []),
    "tls-name": (dict(tls=True, tls_name="b.example"), 1 << 16,
                 [("tls.destination", "s", "b.example")]),
    "bandwidth": (dict(bandwidth=100), 0, [("bandwidth", "t", 100)]),
    "bandwidth-most": (dict(bandwidth=(2**63 - 1) >> 20), 0,
                       [("bandwidth", "t", (2**63 - 1) >> 20)]),
    "postcopy": (dict(postcopy=True), 1 << 15, []),
    "postcopy-bandwidth": (dict(postcopy=True, postcopy_bandwidth=50), 1 << 15,
                           [("bandwidth.postcopy", "t", 50)]),
    "postcopy-resume": (dict(postcopy=True, postcopy_resume=True), 1 << 15 | 1 << 19, []),
    "auto-converge": (dict(auto_converge=True), 1 << 13, []),
    "auto-converge-initial": (dict(auto_converge=True, auto_converge_initial=99), 1 << 13,
                              [("auto_converge.initial", "i", 99)]),
    "auto-converge-increment": (dict(auto_converge=True, auto_converge_increment=1), 1 << 13,
                                [("auto_converge.increment", "i", 1)]),
    "compression-xbzrle": (dict(compression=["xbzrle"]), 1 << 11, [XBZRLE]),
    "compression-mt": (dict(compression=["mt"]), 1 << 11, [MT]),
    "compression-both": (dict(compression=["mt", "xbzrle"]), 1 << 11, [XBZRLE, MT]),
    "compression-mt-level": (dict(compression=["mt"], compression_mt_level=0), 1 << 11,
                             [MT, ("compression.mt.level", "i", 0)]),
    "compression-mt-threads": (dict(compression=["mt"], compression_mt_threads=255), 1 << 11,
                               [MT, ("compression.mt.threads", "i", 255)]),
    "compression-mt-dthreads": (dict(compression=["mt"], compression_mt_dthreads=4), 1 << 11,
                                [MT, ("compression.mt.dthreads", "i", 4)]),
    "compression-xbzrle-cache": (dict(compression=["xbzrle"], compression_xbzrle_cache=2**40),
                                 1 << 11, [XBZRLE, ("compression.xbzrle.cache", "t", 2**40)]),
    "parallel": (dict(parallel=True), 1 << 17, []),
    "parallel-connections": (dict(parallel=True, parallel_connections=8), 1 << 17,
                             [("parallel.connections", "i", 8)]),
    "zero-copy": (dict(parallel=True, zero_copy=True), 1 << 17 | 1 << 20, []),
    "rdma-pin-all": (dict(interface_address=IP, data_protocol="rdma", rdma_pin_all=True), 1 << 14,
                     [("migrate_uri", "s", f"rdma://{IP}"), LISTEN]),
    "spice": (dict(graphics_type="spice", graphics_address=IP, graphics_port=5900,
                   graphics_tls_port=5901, graphics_tls_subject="C=X,O=Y & Z,CN=b"), 0,
              [("graphics_uri", "s", f"spice://{IP}:5900?tlsPort=5901&tlsSubject="
                "C%3DX%2CO%3DY%20%26%20Z%2CCN%3Db")]),
    "vnc": (dict(graphics_type="vnc", graphics_address=IP6, graphics_port=5900), 0,
            [("graphics_uri", "s", f"vnc://[{IP6}]:5900")]),
    "abort-on-error": (dict(abort_on_error=True), 1 << 12, []),
    "unsafe": (dict(unsafe=True), 1 << 9, []),
    "try": ({"try": True}, 0, []),
    "maximum-downtime": (dict(maximum_downtime=500), 0, []),
    # as they are used together
    "move-fast": (dict(persist=True, undefine_source=True, interface_address=IP, port=49200,
                       parallel=True, parallel_connections=4, bandwidth=1000, abort_on_error=True,
                       destination_name="moved"),
                  8 | 16 | 1 << 12 | 1 << 17,
                  [("migrate_uri", "s", f"tcp://{IP}:49200"), LISTEN, ("bandwidth", "t", 1000),
                   ("parallel.connections", "i", 4), ("destination_name", "s", "moved")]),
    "converge": (dict(postcopy=True, postcopy_bandwidth=10, auto_converge=True,
                      auto_converge_initial=20, auto_converge_increment=10,
                      compression=["xbzrle"], compression_xbzrle_cache=1 << 26, bandwidth=100),
                 1 << 15 | 1 << 13 | 1 << 11,
                 [("bandwidth.postcopy", "t", 10), ("auto_converge.initial", "i", 20),
                  ("auto_converge.increment", "i", 10), XBZRLE,
                  ("compression.xbzrle.cache", "t", 1 << 26), ("bandwidth", "t", 100)]),
    "storage": (dict(copy_storage="all", disks=["vda"], disks_port=49250, synchronous_writes=True,
                     tls=True, tls_name="b.example", interface_address=IP, persist=True),
                1 << 6 | 1 << 18 | 1 << 16 | 8,
                [("migrate_disks", "s", "vda"), ("disks_uri", "s", f"tcp://{IP}:49250"),
                 ("tls.destination", "s", "b.example"), TCP, LISTEN]),
}
# options that only say how the service is to go about it, and those of the tables above
ELSEWHERE = {"source", "flow", "transport", "open-destination", "interface-address", "port",
             "listen-address", "data-protocol", "live", "paused", "persist", "undefine-source",
             "destination-name", "offline"}


# options for a guest that does not just run
STATES = {
    "postcopy-resume": dict(guest_state=virt.PAUSED, guest_reason=virt.PAUSED_POSTCOPY_FAILED),
}


@pytest.mark.parametrize("option", QEMU)
def test_options_of_qemu(s, option):
    chosen, flags, params = QEMU[option]
    s.world.on_migration = lambda migration: migration.fail()
    expect_call(s, "QEMU", chosen, TO_URI3, "qemu+tls://qemu-b.example/system", 3 | flags, params,
                state="failed", **STATES.get(option, {}))


def test_offline(s):
    expect_call(s, "QEMU", dict(offline=True, persist=True), TO_URI3,
                "qemu+tls://qemu-b.example/system", 2 | 8 | 1 << 10, [], guest_state=virt.SHUTOFF)


@pytest.mark.parametrize("option", [o for o in QEMU if o not in ("copy-none", "try", "move-fast")])
@pytest.mark.parametrize("driver", [driver for driver in HOSTS if driver != "QEMU"])
def test_options_that_other_drivers_lack(s, driver, option):
    expect_refusal(s, driver, dict(QEMU[option][0], flow="managed-direct"), "option \"")


def test_no_option_is_forgotten():
    """Each row of core/option-table.c is in a table of this test."""
    text = subprocess.run([built("docs/describe"), "options.md"], check=True, capture_output=True,
                          text=True).stdout.split("\n## ")[0]
    rows = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    used = {key.replace("_", "-") for chosen, _, _ in QEMU.values() for key in chosen}
    edits = {"disk-paths", "networks", "bridges"}
    assert len(rows) > 40
    assert rows - used - ELSEWHERE - edits == set()
