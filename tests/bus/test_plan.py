# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Plan promises is what libvirt is called with and what is true afterwards: every flow and
transport, with and without an address of the destination, every row of the configuration table."""

import itertools
import os

import pytest

from virt import SHUTOFF

FLAGS = {"VIR_MIGRATE_LIVE": 1, "VIR_MIGRATE_PEER2PEER": 2, "VIR_MIGRATE_TUNNELLED": 4,
         "VIR_MIGRATE_PERSIST_DEST": 8, "VIR_MIGRATE_UNDEFINE_SOURCE": 16}

MODES = {("peer-to-peer", "native"): ("virDomainMigrateToURI3", 2),
         ("peer-to-peer", "tunnelled"): ("virDomainMigrateToURI3", 2 | 4),
         ("managed-direct", "native"): ("virDomainMigrate3", 0)}

INTERFACES = {
    "any": ({}, {}),
    "address": ({"interface_address": "192.0.2.2"},
                {"migrate_uri": "tcp://192.0.2.2", "listen_address": "192.0.2.2"}),
    "port": ({"interface_address": "192.0.2.2", "port": 49200},
             {"migrate_uri": "tcp://192.0.2.2:49200", "listen_address": "192.0.2.2"}),
    "ipv6": ({"interface_address": "2001:DB8:0::2"},
             {"migrate_uri": "tcp://[2001:db8::2]", "listen_address": "2001:db8::2"}),
}

CASES = [(*mode, interface) for mode in MODES for interface in INTERFACES
         if interface == "any" or mode[1] == "native"]

# persistent on the source, a configuration on the destination, persist, undefine-source
ROWS = list(itertools.product((False, True), repeat=4))


def prepare(setup, row, number):
    persistent, there, _, _ = row
    guest = setup.local.guest(f"guest{number}", persistent=persistent)
    if there:
        setup.b.guest(guest.name, state=SHUTOFF, uuid=guest.uuid)
    return guest


def expected_configuration(row):
    """As libvirt 9.0 does it: the closed form of its table."""
    persistent, there, persist, undefine = row
    source = "none" if not persistent else "removed" if undefine else "unchanged"
    destination = ("replaced" if there else "written") if persist else \
        "unchanged" if there else "none"
    return source, destination


def real_configuration(setup, row, name):
    """What is really there after the migration, in the same words."""
    persistent, there, _, _ = row
    on_source = setup.local.guests.get(name)
    source = "none" if not persistent else \
        "unchanged" if on_source and on_source.persistent else "removed"
    on_destination = setup.b.guests[name]
    if not on_destination.persistent:
        return source, "none"
    if on_destination.configured_by == "b":
        return source, "unchanged"
    return source, "replaced" if there else "written"


@pytest.mark.parametrize("flow,transport,interface", CASES)
def test_plan_is_what_happens(s, flow, transport, interface):
    s.world.on_migration = lambda migration: migration.finish()
    function, mode_flags = MODES[flow, transport]
    chosen, parameters = INTERFACES[interface]
    begun = []
    for number, row in enumerate(ROWS):
        guest = prepare(s, row, number)
        live = number % 2 == 0
        options = dict(flow=flow, transport=transport, persist=row[2], undefine_source=row[3],
                       live=live, **chosen)
        plan = s.client.plan(guest.name, "b", **options)
        begun.append((guest.name, row, live, plan, s.client.migrate(guest.name, "b", **options)))

    for name, row, live, plan, job in begun:
        end = job.ended("completed")
        call, = [m for m in s.world.migrated if m.guest.name == name]
        flags = mode_flags | live | 8 * row[2] | 16 * row[3]

        assert end["Plan"] == plan
        assert call.function == plan["function"] == function
        assert call.flags == sum(FLAGS[flag] for flag in plan["flags"]) == flags
        assert call.params == plan["parameters"] == parameters
        assert (call.uri or "") == plan["peer-uri"]
        assert plan["peer-uri"] == ("qemu+tls://b.example/system" if flow == "peer-to-peer" else "")
        configuration = plan["source-configuration"], plan["destination-configuration"]
        assert configuration == expected_configuration(row) == real_configuration(s, row, name)
        assert plan["persistent"] == s.b.guests[name].persistent
        assert plan["survives-exit"] == (flow == "peer-to-peer")
        assert plan["cancellable"] and plan["encrypted"] == (transport == "tunnelled")

    opened = {host: {a["uri"] for h, _, a in s.world.asked("virConnectOpenAuth", host=host)}
              for host in ("local", "b")}
    assert opened == {"local": {plan["source-uri"]}, "b": {plan["destination-uri"]}}
    assert plan["source-uri"] == "qemu:///system"
    assert plan["destination-uri"] == "qemu+tls://b.example/system"


def test_plan_changes_nothing(s):
    plan = s.client.plan("web", "b")
    assert plan["function"] == "virDomainMigrateToURI3"
    assert s.client.list_jobs() == [] and s.world.migrated == []
    assert not s.world.asked("virDomainMigrate3", "virDomainMigrateToURI3", "virDomainAbortJob")


def test_the_types_of_parameters_are_libvirts(s):
    s.client.migrate("web", "b", interface_address="192.0.2.2", port=50000)
    m = s.world.migration("web")
    types = {key: value.get_type_string() for key, value in
             ((p.get_child_value(0).get_string(), p.get_child_value(1).get_variant())
              for p in (m.call.arguments["params"].get_child_value(i)
                        for i in range(m.call.arguments["params"].n_children())))}
    assert types == {"migrate_uri": "s", "listen_address": "s"}


def test_each_way_to_reach_a_host_gives_its_uri(make):
    setup = make()
    setup.local.guest("web")
    routes = {
        "ssh": (dict(Transport="ssh", Address="ssh.example", User="root", Port=2222),
                "qemu+ssh://root@ssh.example:2222/system?no_tty=1&proxy=native"),
        "tls": (dict(Transport="tls", Address="tls.example", Port=16515),
                "qemu+tls://tls.example:16515/system"),
        "tcp": (dict(Transport="tcp", Address="tcp.example", AllowPlaintext="yes"),
                "qemu+tcp://tcp.example/system"),
        "six": (dict(Transport="tls", Address="2001:db8::7"), "qemu+tls://[2001:db8::7]/system"),
        "two": (dict(Transport="tls", Address="two.example", PeerTransport="ssh",
                     PeerAddress="inner.example", PeerUser="libvirt"),
                "qemu+tls://two.example/system"),
    }
    for name, (keys, uri) in routes.items():
        setup.service.write_host(name, **keys)
        setup.world.host(name, address=keys["Address"])
    setup.service.start()
    for name, (keys, uri) in routes.items():
        plan = setup.client.plan("web", name)
        assert plan["destination-uri"] == uri
        inner = "qemu+ssh://libvirt@inner.example/system?no_tty=1&proxy=native"
        assert plan["peer-uri"] == (inner if name == "two" else uri)
        assert [a["uri"] for _, _, a in setup.world.asked("virConnectOpenAuth", host=name)] == [uri]


def test_certificates_of_our_own_are_named_for_our_connection_only(make):
    setup = make()
    setup.local.guest("web")
    os.mkdir(setup.service.path("state", "pki"))
    setup.service.start()
    plan = setup.client.plan("web", "b")
    assert plan["destination-uri"].endswith("/system?pkipath=" + setup.service.path("state", "pki"))
    assert plan["peer-uri"] == "qemu+tls://b.example/system"
