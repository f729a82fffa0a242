# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hosts of every driver that can migrate, in one scene, and the comparison of the libvirt call
that was made (function, URIs opened, flags, every typed parameter) with Plan and with a table."""

import os

import pytest

import drivers as d
import virt
from loop import wait
from scene import Scene

MIGRATE3, TO_URI3 = "virDomainMigrate3", "virDomainMigrateToURI3"
IP, IP6 = "192.0.2.9", "2001:db8::9"
PASSWORD = "Tr0ub4dor&3 \u00e4"
VCENTER = dict(Driver="vpx", Address="vc.example", Port=8443, PasswordFile="vc",
               User="admin@vs.local", Datacenter="Site 1/DC")

# driver -> Driver=, keys of its hosts' files, the URI under which host NAME is opened, and the one
# under which a peer opens it
HOSTS = {
    "QEMU": ("qemu", dict(Transport="tls"), "qemu+tls://{}.example/system", None),
    "Xen": ("xen", dict(Transport="ssh", User="root", PeerTransport="tls"),
            "xen+ssh://root@{}.example/system?no_tty=1&proxy=native",
            "xen+tls://{}.example/system"),
    "vz": ("vz", dict(Transport="tcp", AllowPlaintext="yes"), "vz+tcp://{}.example/system", None),
    "OpenVZ": ("openvz", dict(Transport="ssh"),
               "openvz+ssh://{}.example/system?no_tty=1&proxy=native", None),
    "ESX": ("vpx", None, "vpx://admin%40vs.local@vc.example:8443/Site%201/DC/Cl/{}.example", None),
}


def uri_of(driver, name, peer=False):
    _, _, own, other = HOSTS[driver]
    return (other if peer and other else own).format(name)


def hosts_of(driver):
    prefix = HOSTS[driver][0]
    return prefix + "-a", prefix + "-b"


def add_hosts(scene):
    for driver, (key, keys, _, _) in HOSTS.items():
        for name in hosts_of(driver):
            if keys is None:
                scene.service.write_host(name, **VCENTER, Cluster="Cl",
                                         HostSystem=f"{name}.example")
                host = scene.world.host(name, address="vc.example", driver=driver,
                                        path=f"/Site 1/DC/Cl/{name}.example")
                host.password = PASSWORD
                continue
            more = dict(AllowRDMA="yes") if driver == "QEMU" else {}
            scene.service.write_host(name, Driver=key, Address=f"{name}.example", **keys, **more,
                                     MigrationAddresses=f"{IP};{IP6}")
            scene.world.host(name, driver=driver)
    write_password(scene, PASSWORD + "\n")


def write_password(scene, text, mode=0o600):
    directory = scene.service.path("state", "passwords")
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "vc")
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


@pytest.fixture(scope="module")
def shared():
    with Scene.running() as scene:
        add_hosts(scene)
        for driver in HOSTS:
            for name in hosts_of(driver):
                wait(lambda: scene.client.host_path(name) in scene.client.seen, f"host {name}")
        yield scene


@pytest.fixture
def s(shared):
    shared.world.on_migration = lambda migration: migration.finish()
    del shared.world.recorded[:], shared.world.calls[:]
    # a caller may call only so often, and the service runs for all these tests
    shared.client.connection.close_sync(None)
    shared.client = shared.new_client()
    return shared


_numbers = iter(range(10**6))


def new_guest(s, driver, guest_state=virt.RUNNING, guest_reason=0):
    disks = [(target, f"/srv/images/{{}}-{target}.qcow2", 2**33) for target in ("vda", "vdb")]
    properties = dict(state=guest_state, disks=disks)
    guest = s.world.hosts[hosts_of(driver)[0]].guest(f"guest{next(_numbers)}", **properties)
    guest.reason = guest_reason
    return guest


def expand(parameters):
    """Plan's parameters as libvirt gets them: sorted (key, type, value), a list's entries apart."""
    rows = []
    for key in parameters.keys():
        value = parameters.lookup_value(key, None)
        if value.get_type_string() == "as":
            rows += [(key, "s", entry) for entry in value.unpack()]
        else:
            rows.append((key, value.get_type_string(), value.unpack()))
    return sorted(rows)


def typed_plan(s, *arguments, **options):
    return s.client.start_plan(*arguments, **options).variant().get_child_value(0)


def expect_call(s, driver, chosen, function, uri, flags, params, state="completed", **properties):
    """Plan, migrate and compare; the job's properties at its end."""
    source, destination = hosts_of(driver)
    guest = new_guest(s, driver, **properties)
    options = {"source": source, **chosen}
    plan = typed_plan(s, guest.name, destination, **options)
    planned = {key: plan.lookup_value(key, None).unpack() for key in plan.keys()}
    assert s.world.recorded == []
    end = s.client.migrate(guest.name, destination, **options).ended(state)
    call, = s.world.recorded
    opens = {(host, a["uri"]) for host, _, a in s.world.asked("virConnectOpenAuth")}

    # the table
    assert (call.function, call.uri, call.flags) == (function, uri, flags)
    assert sorted(call.params) == sorted(params)
    assert call.source == source and call.guest == guest.name
    assert call.destination == (uri_of(driver, destination)
                                if function == "virDomainMigrate3" else None)
    assert opens == {(source, uri_of(driver, source)),
                     *([(destination, uri_of(driver, destination))]
                       if chosen.get("open_destination", True) else [])}
    # the plan
    assert planned["function"] == call.function and planned["peer-uri"] == (call.uri or "")
    assert sum(d.FLAG_NAMES[flag] for flag in planned["flags"]) == call.flags
    assert expand(plan.lookup_value("parameters", None)) == sorted(call.params)
    assert planned["source-uri"] == uri_of(driver, source)
    assert planned["destination-uri"] == (uri_of(driver, destination)
                                          if chosen.get("open_destination", True) else "")
    assert end["Plan"] == planned
    return end


def expect_refusal(s, driver, chosen, *words):
    source, destination = hosts_of(driver)
    guest = new_guest(s, driver)
    newest = s.client.list_jobs(limit=1)
    for start in (s.client.start_plan, s.client.start_migrate):
        error = start(guest.name, destination, source=source, **chosen).error()
        assert error.short == "NotSupported", error
        assert f'hypervisor driver "{driver}"' in error.text
        assert all(word in error.text for word in words), error.text
    assert s.world.calls == [] and s.client.list_jobs(limit=1) == newest
