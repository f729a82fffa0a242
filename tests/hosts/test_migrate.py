# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service, installed on real hosts as a user would have it: guests really move."""

import time

import pytest
from lab import guests
from service import NAME, ROOT, Refused, Service, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
MIB = 1024 * 1024
FLOWS = {
    "native": {"flow": "peer-to-peer"},
    "tunnelled": {"flow": "peer-to-peer", "transport": "tunnelled"},
    "direct": {"flow": "managed-direct"},
}
MIGRATION_NET = "198.51.100.12"


@pytest.fixture
def slow(host_a):
    """A link on which a guest's memory takes some seconds."""
    host_a.shape("80mbit")


def moved(host, net, before):
    return sum(host.bytes(net)) - before


@pytest.mark.parametrize("persist", [False, True], ids=["transient", "persist"])
@pytest.mark.parametrize("net", ["mgmt", "migration"])
@pytest.mark.parametrize("flow", FLOWS)
def test_a_guest_moves(service, host_a, host_b, flow, net, persist):
    if flow == "tunnelled" and net == "migration":
        chosen = {**FLOWS[flow], "interface_address": MIGRATION_NET}
        with pytest.raises(Refused, match="OptionConflict"):
            service.migrate("web1", "host-b", **chosen)
        return
    guests.start(host_a, "web1", persistent=True)
    chosen = {**FLOWS[flow], "persist": persist, "undefine_source": persist}
    if net == "migration":
        chosen["interface_address"] = MIGRATION_NET
    before = {name: sum(host_b.bytes(name)) for name in ("mgmt", "migration")}
    tick = guests.ticks(host_a, "web1")

    end = service.migrate("web1", "host-b", **chosen).ended("completed")

    guests.wait_tick(host_b, "web1", tick + 1)
    assert_only_on("web1", host_b, host_a)
    assert_free(host_b, "web1")
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("host-b", "absent" if persist else "shutoff", "running")
    assert end["Progress"] == 1 and end["Phase"] == "done" and end["Error"] == ["", "", ""]
    assert end["Statistics"]["memory_processed"] > 10 * MIB and end["Statistics"]["downtime"] > 0
    other = {"mgmt": "migration", "migration": "mgmt"}[net]
    assert moved(host_b, net, before[net]) > 10 * MIB > moved(host_b, other, before[other])
    # configuration on both sides as planned
    assert ("web1" in guests.names(host_a, running=False)) is not persist
    persistent = "Persistent:     yes" in host_b.virsh("dominfo", "web1")
    assert persistent is persist is end["Plan"]["persistent"]
    assert end["Plan"]["source-configuration"] == ("removed" if persist else "unchanged")


@pytest.mark.parametrize("transport", ["ssh", "tls"])
@pytest.mark.parametrize("flow", FLOWS)
def test_over_encrypted_connections(service, host_a, host_b, flow, transport):
    guests.start(host_a, "web1")
    end = service.migrate("web1", f"host-b-{transport}", **FLOWS[flow]).ended("completed")
    assert end["Plan"]["destination-uri"].startswith(f"qemu+{transport}://")
    assert end["Plan"]["encrypted"] is (flow == "tunnelled")
    assert_only_on("web1", host_b, host_a)


def test_to_a_host_that_is_not_configured(service, host_a, host_b):
    """It is named by a URI; a file that is taken away is not missed."""
    uri = "qemu+ssh://root@host-b/system"
    files = "/etc/migrationd/hosts.d/host-b*.conf"
    guests.start(host_a, "web1")
    host_a.exec(["sh", "-c", f"mkdir /run/away && mv {files} /run/away"])
    try:
        assert service.check("web1", uri)[0]["destination-uri"].startswith(uri)
        end = service.migrate("web1", uri, **FLOWS["direct"]).ended("completed")
    finally:
        host_a.exec(["sh", "-c", "mv /run/away/* /etc/migrationd/hosts.d && rmdir /run/away"])
    assert end["Destination"] == end["GuestHost"] == uri
    assert_only_on("web1", host_b, host_a)


def test_to_and_fro(service, host_a, host_b):
    """The destination's service takes it back: migrate_again."""
    guests.start(host_a, "web1")
    service.migrate("web1", "host-b").ended("completed")
    Service(host_b).migrate("web1", "host-a").ended("completed")
    assert_only_on("web1", host_a, host_b)


def test_not_live(service, host_a, host_b):
    guests.start(host_a, "web1")
    service.migrate("web1", "host-b", live=False).ended("completed")
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("flow", FLOWS)
def test_cancel_in_the_middle(service, host_a, host_b, flow):
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b", **FLOWS[flow])
    job.copying()
    arriving, = service.list_guests("host-b")
    assert not arriving["can-migrate"] and arriving["reasons"][0][0] == "migrating"
    job.cancel()
    end = job.ended("cancelled")
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "absent")
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    with pytest.raises(Refused, match="JobFinished"):
        job.cancel()
    host_a.shape(None)
    service.migrate("web1", "host-b", **FLOWS[flow]).ended("completed")


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("flow", FLOWS)
def test_service_killed_in_the_middle(service, host_a, host_b, flow):
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b", **FLOWS[flow])
    job.copying()
    worker = job.worker()
    service.kill()
    assert job.all()["State"] in ("running", "completed")
    assert job.worker() in (worker, 0)
    host_a.shape(None)
    end = job.ended("completed")
    assert end["Plan"]["function"] and end["Statistics"]["memory_processed"] > 0
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("flow", FLOWS)
def test_worker_killed_in_the_middle(service, host_a, host_b, flow):
    """Peer-to-peer goes on without us; managed direct is given up by libvirt. Both are told."""
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b", **FLOWS[flow])
    job.copying()
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    if flow == "direct":
        # on the slow link: over a fast one the guest may be in the switch before libvirt gives up
        end = job.ended("interrupted")
        assert end["Error"][0].endswith(".Interrupted") and end["SourceState"] == "running"
        assert_only_on("web1", host_a, host_b)
    else:
        host_a.shape(None)
        job.ended("completed")
        assert_only_on("web1", host_b, host_a)


def test_destination_unreachable(service, host_a, host_b):
    guests.start(host_a, "web1")
    host_b.exec(["systemctl", "stop", "libvirtd-tcp.socket", "libvirtd"])
    try:
        end = service.migrate("web1", "host-b").failed("ConnectionRefused")
    finally:
        host_b.exec(["systemctl", "start", "libvirtd-tcp.socket", "libvirtd.socket"])
    assert "host-b" in end["Error"][1] and end["Error"][2]
    assert_only_on("web1", host_a, host_b)


@pytest.mark.parametrize("what", ["silent-link", "stopped-daemon"])
def test_destination_never_answers(service, host_a, host_b, what):
    guests.start(host_a, "web1")
    host_a.virsh("hostname", connect="qemu+tcp://host-b/system")  # knows the neighbour
    if what == "silent-link":
        host_b.cut("mgmt", silent=True)
    else:
        host_b.stop_process("-x", "libvirtd")
    try:
        job = service.migrate("web1", "host-b")
        job.wait(lambda now: now["Phase"] == "connecting", "the worker does not begin")
        begun = time.time() * 1e6
        assert len(service.list_guests("local")) == 1  # others are answered meanwhile
        end = job.failed("HostTimeout", timeout=40.0)
    finally:
        host_b.heal()
        if what != "silent-link":
            host_b.resume_process("-x", "libvirtd")
    assert end["Finished"] - end["Created"] > 14.5e6 and end["Finished"] - begun < 16e6
    assert_only_on("web1", host_a, host_b)


def test_host_key_unknown(service, host_a, host_b):
    guests.start(host_a, "web1")
    known = "/var/lib/migrationd/.ssh/known_hosts"
    host_a.exec(["mv", known, f"{known}.away"])
    try:
        end = service.migrate("web1", "host-b-ssh").failed("HostKeyUnknown")
    finally:
        host_a.exec(["mv", f"{known}.away", known])
    assert "host-b-ssh" in end["Error"][1]
    assert_only_on("web1", host_a, host_b)


def test_guest_is_on_the_destination_already(service, host_a, host_b):
    guests.start(host_a, "web1")
    guests.start(host_b, "web1")
    service.migrate("web1", "host-b").failed("GuestExists")
    assert guests.state(host_a, "web1") == guests.state(host_b, "web1") == "running"
    guests.wait_alive(host_a, "web1")


def test_guest_that_cannot_move(service, host_a):
    service.migrate("nobody", "host-b").failed("GuestNotFound")
    guests.define(host_a, "web1")
    service.migrate("web1", "host-b").failed("GuestNotRunning")
    with pytest.raises(Refused, match="GuestNotRunning"):
        service.plan("web1", "host-b")


@pytest.mark.parametrize(
    "destination,chosen,name",
    [
        ("nowhere", {}, "UnknownHost"),
        ("local", {}, "SameHost"),
        ("host-b", {"persit": True}, "UnknownOption"),
        ("host-b", {"persist": "yes"}, "InvalidOptionType"),
        ("host-b", {"flow": "sideways"}, "InvalidOptionValue"),
        ("host-b", {"flow": "managed-direct", "transport": "tunnelled"}, "OptionConflict"),
        ("host-b", {"interface_address": "host-b;x"}, "InvalidAddress"),
        ("host-b", {"interface_address": "203.0.113.9"}, "AddressNotAllowed"),
    ],
)
def test_refused_at_once(service, host_a, destination, chosen, name):
    guests.start(host_a, "web1")
    with pytest.raises(Refused) as refused:
        service.migrate("web1", destination, **chosen)
    assert refused.value.name == name and len(refused.value.message) > 20
    assert_free(host_a, "web1")


@pytest.fixture
def ann(host_a):
    """A user who has no rights of her own."""
    host_a.add_user("ann")
    yield "ann"
    host_a.exec(["userdel", "-r", "-f", "ann"], check=False)


@pytest.mark.usefixtures("ann")
def test_polkit_decides(service, host_a):
    guests.start(host_a, "web1")

    def inactive(words, check):
        return host_a.session_exec("ann", words, active=False, check=check)

    def active(words, check):
        return host_a.session_exec("ann", words, active=True, check=check)

    with pytest.raises(Refused, match="AccessDenied"):
        service.migrate("web1", "host-b", run=inactive)
    with pytest.raises(Refused, match="AccessDenied"):
        service.call("ListGuests", "local", "@a{sv} {}", run=inactive)
    assert "web1" in service.call("ListGuests", "local", "@a{sv} {}", run=active)
    with pytest.raises(Refused, match="AccessDenied"):
        service.migrate("web1", "host-b", run=active)


@pytest.mark.usefixtures("ann")
def test_polkit_sees_guest_and_destination(service, host_a, host_b):
    """A rule on the details is what an administrator narrows the service with."""
    guests.start(host_a, "web1")
    rule = f"""polkit.addRule(function(action, subject) {{
        if (action.id == "{NAME}.migrate" && subject.user == "ann" &&
            action.lookup("guest.name") == "web1" && action.lookup("destination.name") == "host-b")
            return polkit.Result.YES;
    }});"""
    path = "/etc/polkit-1/rules.d/10-ann.rules"
    host_a.exec(["tee", path], input=rule)
    host_a.exec(["systemctl", "restart", "polkit"])

    def as_ann(words, check):
        return host_a.session_exec("ann", words, active=False, check=check)

    try:
        with pytest.raises(Refused, match="AccessDenied"):
            service.migrate("web1", "host-b-tls", run=as_ann)
        end = service.migrate("web1", "host-b", run=as_ann).ended("completed")
    finally:
        host_a.exec(["rm", path])
    assert end["OwnerUID"] == int(host_a.exec(["id", "-u", "ann"]).stdout)
    assert_only_on("web1", host_b, host_a)


def test_the_example_rule_lets_operators_move_web_guests_and_nothing_else(service, host_a, host_b):
    rules = "/etc/polkit-1/rules.d/60-migration-operators.rules"
    host_a.exec(["cp", "/usr/share/doc/guest-migration/examples/60-migration-operators.rules", rules])
    host_a.exec(["groupadd", "operators"])
    host_a.add_user("olga")
    host_a.exec(["usermod", "-G", "operators", "olga"])
    host_a.exec(["systemctl", "restart", "polkit"])
    guests.start(host_a, "web1")
    guests.start(host_a, "db1")

    def olga(words, check):
        return host_a.session_exec("olga", words, active=False, check=check)

    def refused(method, *words, **where):
        with pytest.raises(Refused, match="AccessDenied"):
            service.call(method, *words, run=olga, **where)

    uuids = {guest: host_a.exec(["virsh", "domuuid", guest]).stdout.strip() for guest in ("web1", "db1")}
    settings = "{'transport': <'tls'>, 'address': <'192.0.2.1'>}"
    unsafe, backwards, no = "@a{sv} {'unsafe': <true>}", "@a{sv} {'source': <'host-b'>}", "@a{sv} {}"
    try:
        for guest, destination in (("db1", "host-b"), ("web1", "host-b-tls"), (uuids["db1"], "host-b"), (uuids["web1"], "host-b-tls")):
            for method in ("Migrate", "Check", "Plan"):
                refused(method, guest, destination, no)
        refused("Migrate", "web1", "host-b", unsafe)
        refused("Migrate", "web1", "local", backwards)
        refused("AddHost", "web1", settings)
        service.call("AddHost", "web1", settings)
        refused("RemoveHost", "web1")
        service.call("RemoveHost", "web1")
        refused("Test", path=f"{ROOT}/host/host_2db", interface="Host")
        roots = service.migrate("db1", "host-b", bandwidth=t(1))
        for method, *value in (("Cancel",), ("Pause",), ("SetBandwidth", "100")):
            refused(method, *value, path=roots.path, interface="Job")
        assert roots.all()["State"] == "running"
        assert "web1" in service.call("ListGuests", "local", no, run=olga)
        own = service.migrate("web1", "host-b", run=olga, bandwidth=t(1))
        own.copying()
        refused("SetBandwidth", "100", path=own.path, interface="Job")
        service.call("Cancel", path=own.path, interface="Job", run=olga)
        own.ended("cancelled")
        service.migrate(uuids["web1"], "host-b", run=olga).ended("completed")
    finally:
        host_a.exec(["rm", rules])
        host_a.exec(["userdel", "-r", "-f", "olga"], check=False)
        host_a.exec(["groupdel", "operators"], check=False)
    assert_only_on("web1", host_b, host_a)


def test_service_user_may_start_nothing_else(service, host_a):
    words = ["busctl", "--system", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "StartUnit", "ss"]
    for unit in ("ssh.service", "migration-job@1.service.d", "migration-other@1.service", "migrationd.service"):
        assert host_a.exec([*words, unit, "replace"], user="migrationd", check=False).returncode != 0, unit


def test_exposure_of_the_units(host_a):
    for unit, most in (("migrationd.service", 20), ("migration-job@1.service", 15), ("migration-query@local.service", 30)):
        host_a.exec(["systemd-analyze", "security", f"--threshold={most}", "--no-pager", unit])


def test_history_outlives_the_service(service, host_a, host_b):
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b")
    job.ended("completed")
    host_a.exec(["systemctl", "stop", "migrationd"])
    jobs = service.json("call", ROOT, f"{NAME}.Manager", "ListJobs", "a{sv}", "1", "guest", "s", "web1")
    assert jobs[0]["job"] == job.path and jobs[0]["State"] == "completed" and jobs[0]["GuestHost"] == "host-b"


def test_nothing_of_ours_runs_as_root(service, host_a):
    service.list_guests("local")
    users = host_a.exec(["ps", "-C", "migrationd,migration-worker", "-o", "user="]).stdout.split()
    assert users and set(users) <= {"migrati+", "migrationd"}

