# SPDX-License-Identifier: LGPL-2.1-or-later
"""ListGuests, hosts and their files."""

import os

import pytest
from gi.repository import GLib

import virt as w
from harness import HOST
from loop import Exit, wait
from virt import MIB, VirError


def test_a_guest_in_full(s):
    s.local.guest("db", persistent=False, memory=256 * MIB, maximum_memory=2048 * MIB, vcpus=4,
                  disks=(("vda", "/srv/a.qcow2", 10**10), ("sda", "", 0)))
    db, = s.client.list_guests("local", name="db")
    assert db.pop("reasons") is not None and isinstance(db.pop("can-migrate"), bool)
    assert db == {
        "name": "db", "uuid": s.local.guests["db"].uuid, "state": "running", "persistent": False,
        "memory": 256 * MIB, "maximum-memory": 2048 * MIB, "vcpus": 4,
        "disks": [{"target": "vda", "source": "/srv/a.qcow2", "capacity": 10**10},
                  {"target": "sda", "source": "", "capacity": 0}]}


def test_states_and_filters(s):
    for name, state in (("idle", w.BLOCKED), ("frozen", w.PAUSED), ("going", w.SHUTDOWN),
                        ("off", w.SHUTOFF), ("dead", w.CRASHED), ("asleep", w.PMSUSPENDED)):
        s.local.guest(name, state=state)
    states = {g["name"]: g["state"] for g in s.client.list_guests("local")}
    assert states == {"web": "running", "idle": "idle", "frozen": "paused", "going": "in-shutdown",
                      "off": "shutoff", "dead": "crashed", "asleep": "pmsuspended"}
    active = {g["name"] for g in s.client.list_guests("local", active=True)}
    assert active >= {"web", "idle", "frozen"} and not active & {"off", "dead"}
    assert [g["name"] for g in s.client.list_guests("local", name="off")] == ["off"]
    uuid = s.local.guests["off"].uuid
    assert [g["name"] for g in s.client.list_guests("local", name=uuid)] == ["off"]
    assert s.client.list_guests("local", name="nobody") == []
    rows = {g["name"]: g for g in s.client.list_guests("local")}
    assert rows["web"]["can-migrate"] and not rows["off"]["can-migrate"]
    assert any(sentence for _, sentence in rows["off"]["reasons"])


def test_guests_by_name(s):
    s.local.guest("off", state=w.SHUTOFF)
    s.local.guest("short", persistent=False)
    all_of_them = {g["name"]: g for g in s.client.list_guests("local")}
    wanted = ["short", s.local.guests["off"].uuid.upper(), "nobody", "", "off", "web"]
    named = s.client.list_guests("local", guests=wanted)
    assert {g["name"]: g for g in named} == all_of_them and len(named) == 3, "each once, the same"
    assert [g["name"] for g in s.client.list_guests("local", guests=["off"])] == ["off"]
    assert s.client.list_guests("local", guests=["nobody"]) == []


def test_who_asks_for_some_guests_does_not_ask_for_the_others(s):
    s.client.list_guests("local")  # it is connected now
    counts = []
    for many in (1, 50):
        for number in range(many):
            s.local.guest(f"g{number}")
        s.world.calls.clear()
        assert len(s.client.list_guests("local", guests=["web", "g0"])) == 2
        counts.append(sorted(function for _, function, _ in s.world.calls))
        assert "virConnectGetAllDomainStats" not in counts[-1]
        assert "virDomainGetXMLDesc" not in counts[-1]
    assert counts[0] == counts[1]


SHARE = "<filesystem type='mount'><driver type='virtiofs'/><target dir='share'/></filesystem>"
# name: what the guest has, the findings, whether it can move all the same
MADE_OF = {
    "nothing": ({}, [], True),
    "snapshots": ({"snapshots": 2}, ["snapshots"], False),
    "virtiofs": ({"xml_devices": SHARE}, ["virtiofs"], False),
    "9p": ({"xml_devices": SHARE.replace("<driver type='virtiofs'/>", "")}, ["shared-directory"], True),
    "pci": ({"xml_devices": "<hostdev mode='subsystem' type='pci'><alias name='h0'/></hostdev>"},
            ["host-device"], False),
    "vdpa": ({"xml_devices": "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"},
             ["host-device-unsure"], True),
    "slirp": ({"xml_devices": "<interface type='user'/>"}, ["user-network"], True),
    "shmem": ({"xml_devices": "<shmem name='s0'><model type='ivshmem'/></shmem>"},
              ["shared-memory"], False),
    "dimm": ({"xml_devices": "<memory model='dimm'><target/></memory>"}, ["memory-device"], False),
    "transient-disk": ({"xml_devices": "<disk type='file'><source file='/x'/><target dev='vda'/>"
                                       "<transient/></disk>"}, ["disk-transient"], False),
    "no-xml": ({"document": "<nonsense"}, ["guest-unreadable"], True),
    "several": ({"xml_devices": SHARE + "<interface type='user'/>", "snapshots": 1},
                ["snapshots", "user-network", "virtiofs"], False),
}


@pytest.mark.parametrize("name", MADE_OF)
def test_what_a_guest_is_made_of(s, name):
    """The findings of Check that need no destination, with the words of Check."""
    values, expected, moves = MADE_OF[name]
    guest = s.local.guests["web"]
    for key, value in {"disks": [], **values}.items():
        setattr(guest, key, value)
    listed, = s.client.list_guests("local", guests=["web"])
    assert listed["can-migrate"] and listed["reasons"] == [] and "findings" not in listed
    checked, = s.client.list_guests("local", guests=["web"], check=True)
    findings = checked.pop("findings")
    assert sorted(finding["id"] for finding in findings) == expected
    assert checked["can-migrate"] == moves
    assert checked["reasons"] == [(finding["id"], finding["sentence"]) for finding in findings]
    assert {**checked, "can-migrate": True, "reasons": []} == listed
    said = s.client.check("web", "b")[1]
    for finding in findings:
        ours, its = finding["arguments"], said[finding["id"]]["arguments"]
        assert ours == {key: its[key] for key in ours} and set(its) - set(ours) == {"destination"}
        assert finding == {**said[finding["id"]], "arguments": ours}


def test_reasons_of_a_state_come_before_those_of_devices(s):
    guest = s.local.guests["web"]
    guest.state, guest.persistent, guest.xml_devices = w.PAUSED, False, SHARE
    checked, = s.client.list_guests("local", guests=["web"], check=True)
    assert [name for name, _ in checked["reasons"]] == ["paused", "transient", "virtiofs"]


def test_a_guest_that_cannot_move_as_it_is_is_not_looked_into(s):
    s.local.guest("off", state=w.SHUTOFF).snapshots = 2
    arriving = s.local.guest("arriving", state=w.PAUSED)
    arriving.reason = w.PAUSED_MIGRATION
    for guest in s.client.list_guests("local", guests=["off", "arriving"], check=True):
        assert guest["findings"] == [] and not guest["can-migrate"]
        assert [name for name, _ in guest["reasons"]] in (["not-running"], ["migrating"])
    assert not s.world.asked("virDomainGetXMLDesc", "virDomainSnapshotNum")


def test_two_more_calls_for_each_guest_that_is_checked(s):
    s.client.list_guests("local", guests=["web"], check=True)
    names = ["web", *(f"g{number}" for number in range(9))]
    for name in names[1:]:
        s.local.guest(name)
    s.world.calls.clear()
    s.client.list_guests("local", guests=names)
    plain = [function for _, function, _ in s.world.calls]
    s.world.calls.clear()
    s.client.list_guests("local", guests=names, check=True)
    more = [function for _, function, _ in s.world.calls]
    for function in plain:
        more.remove(function)
    assert sorted(more) == ["virConnectGetVersion"] + 10 * ["virDomainGetXMLDesc"] + \
        10 * ["virDomainSnapshotNum"]


@pytest.mark.parametrize("function", ["virDomainIsPersistent", "virDomainGetXMLDesc"])
def test_a_guest_that_goes_meanwhile_is_not_listed(s, function):
    s.local.guest("other")
    ask = getattr(s.world, function)

    def lose(call, host):
        if call.get("guest") == "web":
            host.guests.pop("web", None)
        ask(call, host)

    setattr(s.world, function, lose)
    listed = s.client.list_guests("local", guests=["web", "other"], check=True)
    assert [g["name"] for g in listed] == ["other"]


def test_what_may_not_be_asked_of_a_guest_is_said(s):
    s.local.guests["web"].disks = []
    s.local.broken = {"virDomainGetXMLDesc": VirError(w.ERR_ACCESS_DENIED, "access denied")}
    checked, = s.client.list_guests("local", guests=["web"], check=True)
    assert [(f["id"], f["severity"]) for f in checked["findings"]] == [
        ("access-denied", "warning"), ("guest-unreadable", "warning")]
    assert "virDomainGetXMLDesc" in checked["findings"][0]["sentence"] and checked["can-migrate"]


def test_a_connection_that_breaks_at_a_check_is_opened_again(s):
    s.local.guests["web"].snapshots = 1
    s.client.list_guests("local", guests=["web"], check=True)
    for connection in list(s.world.connections.values()):
        connection.close()
    checked, = s.client.list_guests("local", guests=["web"], check=True)
    assert [f["id"] for f in checked["findings"]] == ["snapshots"]


WRONG = {
    "many": ({"guests": [f"g{n}" for n in range(65)]}, "LimitsExceeded", "64"),
    "none": ({"guests": []}, "InvalidArgument", "empty"),
    "a-name": ({"guests": GLib.Variant("s", "web")}, "InvalidArgument", '"guests" must be of D-Bus type "as"'),
    "numbers": ({"guests": GLib.Variant("au", [1])}, "InvalidArgument", '"guests" must be of D-Bus type "as"'),
    "check-alone": ({"check": True}, "InvalidArgument", '"guests"'),
    "check-false-alone": ({"check": False}, "InvalidArgument", '"guests"'),
    "check-by-name": ({"check": True, "name": "web"}, "InvalidArgument", '"guests"'),
    "check-number": ({"guests": ["web"], "check": GLib.Variant("u", 1)}, "InvalidArgument", 'must be of D-Bus type "b"'),
    "with-name": ({"guests": ["web"], "name": "web"}, "InvalidArgument", '"guests"'),
    "with-active": ({"guests": ["web"], "active": True, "check": True}, "InvalidArgument", '"guests"'),
}


@pytest.mark.parametrize("name", WRONG)
def test_filters_that_are_refused(s, name):
    values, error, word = WRONG[name]
    refused = s.client.start_list_guests("local", **values).error()
    assert refused.short == error and word in refused.text
    assert not s.world.calls and not s.polkit.questions, "nobody was asked"
    assert len(s.client.list_guests("local", guests=["web"] * 64, check=True)) == 1


def test_the_number_of_calls_does_not_grow_with_the_guests(s):
    s.client.list_guests("local")  # it is connected now
    counts = []
    for many in (1, 100):
        for number in range(many):
            s.local.guest(f"g{number}")
        s.world.calls.clear()
        assert len(s.client.list_guests("local")) == many + 1
        counts.append(sorted(function for _, function, _ in s.world.calls))
    assert counts[0] == counts[1] and counts[0]


def test_a_thousand_guests(s):
    for number in range(1000):
        s.local.guest(f"g{number:04}")
    names = [g["name"] for g in s.client.list_guests("local")]
    assert names == ["web"] + [f"g{number:04}" for number in range(1000)]


def test_questions_to_one_host_share_a_worker_and_a_connection(s):
    replies = [s.client.start_list_guests("b") for _ in range(8)]
    for reply in replies:
        assert reply.result() == []
    s.client.start_list_interfaces("b").result()
    assert len(s.world.asked("virConnectOpenAuth", host="b")) == 1


def test_a_test_opens_a_connection_of_its_own_and_leaves_it_to_others(s):
    """An idle one would say nothing of the host's name, keys and ports."""
    s.client.list_guests("b")
    s.client.start_test("b").result()
    assert len(s.world.asked("virConnectOpenAuth", host="b")) == 2
    s.client.list_guests("b")
    assert len(s.world.asked("virConnectOpenAuth", host="b")) == 2


def test_an_idle_query_worker_ends_and_another_takes_the_next_question(make):
    setup = make(worker=["--idle-timeout", "1"])
    setup.service.start()
    assert setup.client.list_guests("b") == []
    pid, = {call.pid for call in setup.world.connections.values()}
    Exit(pid).wait()
    wait(lambda: not setup.world.connections, "its connection ends")
    setup.b.guest("db")
    assert [g["name"] for g in setup.client.list_guests("b")] == ["db"]


def test_a_hung_host_does_not_hold_up_the_others(s):
    s.b.silent = {"*"}
    hanging = s.client.start_list_guests("b")
    wait(lambda: s.world.asked("virConnectOpenAuth", host="b"), "b is asked")
    assert [g["name"] for g in s.client.list_guests("local")] == ["web"]
    job = s.client.migrate("web", "b")
    wait(lambda: len(s.world.asked("virConnectOpenAuth", host="b")) == 2, "the job asks b too")
    job.cancel()
    job.ended("cancelled")
    assert not hanging.done


def test_a_connection_that_broke_is_opened_again(s):
    assert s.client.list_guests("b") == []
    for connection in list(s.world.connections.values()):
        if connection.host is s.b:
            connection.close()
    s.b.guest("db")
    assert [g["name"] for g in s.client.list_guests("b")] == ["db"]


def test_test_of_a_host(s):
    result = s.client.start_test("b").result()
    assert result.pop("time") > 0
    assert result == {"libvirt-version": "9.0.0", "driver": "QEMU", "hostname": "host-b",
                      "host-uuid": s.b.uuid, "encrypted": True}
    properties = s.client.get_all(s.client.host_path("b"), HOST)
    assert properties["LastContact"] > 0 and properties["LastError"] == ("", "")


def test_a_failure_to_reach_a_host_is_kept_until_it_is_reached(s):
    path = s.client.host_path("b")
    s.b.refuses = VirError(w.ERR_SYSTEM_ERROR, "unable to connect: Connection refused", w.FROM_RPC)
    error = s.client.start_test("b").error()
    assert error.short == "ConnectionRefused"
    wait(lambda: s.client.seen.get(path, {}).get("LastError") == (error.name, error.text),
         "the failure is announced")
    assert s.client.get_all(path, HOST)["LastError"] == (error.name, error.text)
    s.b.refuses = None
    s.client.start_test("b").result()
    wait(lambda: s.client.seen[path]["LastError"] == ("", ""), "the success is announced")
    assert s.client.seen[path]["LastContact"] > 0


def test_host_properties(s):
    s.service.write_host("c", Transport="ssh", Address="c.example", User="root",
                         PeerTransport="tls", PeerAddress="10.0.0.3",
                         MigrationAddresses="10.0.0.3;2001:DB8::3",
                         HostUUID="AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE")
    path = s.client.host_path("c")
    wait(lambda: path in s.client.seen, "the host appears")
    assert s.client.get_all(path, HOST) == {
        "Name": "c", "Driver": "qemu", "Transport": "ssh", "Address": "c.example",
        "PeerTransport": "tls", "PeerAddress": "10.0.0.3",
        "MigrationAddresses": ["10.0.0.3", "2001:db8::3"],
        "HostUUID": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "FileError": "", "LastContact": 0,
        "LastError": ("", ""), "Origin": "administrator", "Settings": {
            "driver": "qemu", "transport": "ssh", "address": "c.example", "user": "root",
            "peer-transport": "tls", "peer-address": "10.0.0.3",
            "migration-addresses": ["10.0.0.3", "2001:db8::3"],
            "host-uuid": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}}
    local = s.client.get_all(s.client.host_path("local"), HOST)
    assert (local["Transport"], local["Address"]) == ("unix", "")


def test_hosts_follow_their_files(s):
    path = s.client.host_path("new-host.example")
    s.service.write_host("new-host.example", Transport="tls", Address="c.example")
    wait(lambda: path in s.client.seen, "the host appears")
    s.service.write_host("new-host.example", Transport="ssh", Address="d.example")
    wait(lambda: s.client.seen[path]["Address"] == "d.example", "the change is announced")
    s.service.remove_host("new-host.example")
    wait(lambda: path not in s.client.seen, "the host goes")
    assert path not in s.client.managed()
    assert s.client.start_plan("web", "new-host.example").error().short == "UnknownHost"


def test_a_file_that_cannot_be_used_is_a_host_that_says_why(s):
    path = s.client.host_path("c")
    s.service.write_host("c", Transport="tls", Adress="c.example")
    wait(lambda: path in s.client.seen, "the host appears")
    properties = s.client.get_all(path, HOST)
    assert "Adress" in properties["FileError"] and properties["Name"] == "c"
    assert s.client.start_list_guests("c").error().short == "InvalidHostFile"
    assert s.client.start_test("c").error().short == "InvalidHostFile"
    s.world.host("c")
    s.service.write_host("c", Transport="tls", Address="c.example")
    wait(lambda: s.client.seen[path]["FileError"] == "", "the correction is announced")
    assert s.client.list_guests("c") == []
    s.service.write_host("c", Transport="tls")
    wait(lambda: s.client.seen[path]["FileError"] != "", "the mistake is announced")


def test_a_file_written_in_place_is_read_when_it_is_complete(s):
    path = s.client.host_path("c")
    with open(s.service.path("config", "hosts.d", "c.conf"), "w") as file:
        file.write("[Host]\nDriver=qemu\nTransport=tls\n")
        file.flush()
        file.write("Address=c.example\n")
    wait(lambda: s.client.seen.get(path, {}).get("FileError") == "", "the host appears")
    assert s.client.seen[path]["Address"] == "c.example"


def test_other_files_are_not_hosts(s):
    for name in ("README", "c.conf~", "Upper.conf", ".c.conf", "a_b.conf", "-c.conf"):
        with open(s.service.path("config", "hosts.d", name), "w") as file:
            file.write("[Host]\nDriver=qemu\nTransport=tls\nAddress=c.example\n")
    s.service.write_host("last", Transport="tls", Address="c.example")
    wait(lambda: s.client.host_path("last") in s.client.seen, "the last host appears")
    hosts = {path for path in s.client.managed() if "/host/" in path}
    assert hosts == {s.client.host_path(name) for name in ("local", "b", "last")}


@pytest.mark.parametrize("how", ("missing", "empty"))
def test_without_host_files_there_is_local(make, how):
    setup = make()
    setup.local.guest("web")
    for name in os.listdir(setup.service.path("config", "hosts.d")):
        os.unlink(setup.service.path("config", "hosts.d", name))
    if how == "missing":
        os.rmdir(setup.service.path("config", "hosts.d"))
    setup.service.start()
    assert [g["name"] for g in setup.client.list_guests("local")] == ["web"]
    hosts = {path for path in setup.client.managed() if "/host/" in path}
    assert hosts == {setup.client.host_path("local")}


def test_a_changed_address_is_used_for_the_next_question(s):
    assert s.client.list_guests("b") == []
    c = s.world.host("c")
    c.guest("there")
    s.service.write_host("b", Transport="tls", Address="c.example")
    wait(lambda: s.client.seen.get(s.client.host_path("b"), {}).get("Address") == "c.example",
         "the change is announced")
    assert [g["name"] for g in s.client.list_guests("b")] == ["there"]
