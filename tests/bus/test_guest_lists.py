# SPDX-License-Identifier: LGPL-2.1-or-later
"""How often a host is asked for its guests, and how many it may have."""

import itertools
import time

import virt
from harness import HOST
from loop import wait
from refusals import call_until, is_limit, outcome
from virt import VirError


_numbers = itertools.count()


def lists_of(s, host):
    """Lists that libvirt was asked for: two calls each."""
    return len(s.world.asked("virConnectGetAllDomainStats", host=host)) // 2


def test_equal_questions_at_the_same_time_are_one(s):
    s.b.guest("db")
    s.b.silent = {"virConnectGetAllDomainStats"}
    clients = [s.new_client() for _ in range(4)]
    replies = [client.start_list_guests("b") for client in clients for _ in range(2)]
    calls = wait(lambda: [c for c in s.world.calls_open if c.function == "virConnectGetAllDomainStats"],
                 "libvirt is asked")
    for client in clients:  # all have been passed on
        client.list_jobs()
    s.b.silent = set()
    s.world.called(calls[0])
    assert [[g["name"] for g in reply.result()] for reply in replies] == [["db"]] * 8
    assert len(s.world.asked("virConnectGetAllDomainStats", host="b")) == 3, "one of them twice"


def test_different_questions_are_not_one(s):
    s.b.guest("db")
    s.b.guest("off", state=5)
    replies = [s.client.start_list_guests("b"), s.client.start_list_guests("b", active=True),
               s.client.start_list_guests("b", name="off"), s.client.start_list_guests("local")]
    assert [[g["name"] for g in reply.result()] for reply in replies] == [
        ["db", "off"], ["db"], ["off"], ["web"]]


def ask_at_once(s, host, count):
    """The replies to so many different questions, all answered."""
    replies = [s.client.start_list_guests(host, name=f"nobody{next(_numbers)}") for _ in range(count)]
    for reply in replies:
        wait(lambda: reply.done, "the question is answered")
    return replies


def spare(s, host):
    """Asks for guests of the host until some questions are not passed on."""
    def is_spared():
        before = lists_of(s, host)
        ask_at_once(s, host, 8)
        return lists_of(s, host) < before + 8

    call_until(is_spared, "the host is spared")


def test_a_flood_of_different_questions_is_none_to_the_host(s):
    s.b.guest("db")
    s.b.guest("off", state=5)
    begin = time.monotonic()
    for number in range(150):
        name = ("db", "off", "DB", f"nobody{number}", s.b.guests["db"].uuid.upper())[number % 5]
        active = {"active": True} if number % 2 else {}
        wanted = {"db": ["db"], "off": [] if active else ["off"]}.get(name, ["db"] if "-" in name else [])
        assert [g["name"] for g in s.client.list_guests("b", name=name, **active)] == wanted
    # with all guests and with the active ones at most once in 4 s beside what a host can bear
    seconds = time.monotonic() - begin + 1
    assert 16 <= lists_of(s, "b") <= 16 + 8 * seconds + 2 * (1 + seconds / 4)


def test_a_check_is_never_answered_from_a_list(s):
    """It is made, or refused while the host is spared."""
    s.b.guest("db").snapshots = 1
    ends = set()

    def was_both():
        names = ["db", f"nobody{next(_numbers)}"]
        s.client.start_list_guests("b", guests=names[:1])  # or a list of all, which is kept
        reply = s.client.start_list_guests("b", guests=names, check=True)
        error = outcome(reply)
        if error:
            assert is_limit(error)
            ends.add("refused" if "checked often" in error.text else "too fast")
        else:
            guest, = reply.result()
            assert [finding["id"] for finding in guest["findings"]] == ["snapshots"]
            assert not guest["can-migrate"]
            ends.add("checked")
        return ends >= {"refused", "checked"}

    call_until(was_both, "some checks are made and some refused")
    other = s.new_client()  # that was not too fast
    for question in ({}, {"name": "db"}, {"guests": ["db"]}, {"guests": ["db"], "check": False}):
        plain, = other.list_guests("b", **question)
        assert "findings" not in plain and plain["can-migrate"], question


def test_the_last_answer_to_the_same_check_is_given_again(s):
    s.local.guests["web"].snapshots = 1
    client = s.new_client()

    def looks():
        return len(s.world.asked("virDomainSnapshotNum"))

    def is_kept():
        before = looks()
        reply = client.start_list_guests("local", guests=["web"], check=True)
        if is_limit(outcome(reply)):
            return False
        guest, = reply.result()
        assert guest["findings"][0]["id"] == "snapshots"
        return looks() == before

    call_until(is_kept, "an answer is given again")


def test_named_guests_are_picked_from_the_list_of_a_host_that_is_spared(s):
    s.b.guest("db")
    s.b.guest("off", state=5)

    def is_picked():
        before = len(s.world.calls)
        names = ["off", s.b.guests["db"].uuid.upper(), f"nobody{next(_numbers)}"]
        reply = s.client.start_list_guests("b", guests=names)
        if is_limit(outcome(reply)):  # the caller was too fast
            return False
        assert {g["name"] for g in reply.result()} == {"db", "off"}
        asked = {function for _, function, _ in s.world.calls[before:]}
        return "virDomainLookupByName" not in asked

    call_until(is_picked, "nobody is looked up any more")


def test_a_host_that_fails_is_spared_too(s):
    s.b.refuses = VirError(virt.ERR_SYSTEM_ERROR, "unable to connect: Connection refused", virt.FROM_RPC)

    def attempts():
        return len(s.world.asked("virConnectOpenAuth", host="b"))

    def is_spared():
        before = attempts()
        errors = {reply.error().short for reply in ask_at_once(s, "b", 4)}
        assert errors == {"ConnectionRefused"}
        return attempts() == before

    call_until(is_spared, "the host is spared")
    s.b.refuses = None
    call_until(lambda: outcome(s.client.start_list_guests("b")) is None, "the error is given up")


def test_a_host_is_not_asked_more_often_than_it_can_bear(s):
    spare(s, "b")
    assert lists_of(s, "b") >= 16
    # what is kept is given, and to others too; it is renewed when the host may be asked again
    s.b.guest("db")
    other = s.new_client()

    def is_renewed():
        reply = other.start_list_guests("b")
        return outcome(reply) is None and reply.result()  # some may be refused for speed

    call_until(is_renewed, "the answer that was kept is given up")
    assert s.client.list_guests("local"), "another host is asked all the same"


def test_nobody_is_told_where_a_guest_was_before(s):
    for round_trip in range(2):
        source, destination = (("local", "b"), ("b", "local"))[round_trip]
        job = s.client.migrate("web", destination, source=source, persist=True,
                               undefine_source=True)
        m = s.world.migration("web")
        job.until(Phase="preparing")
        for host in ("local", "b"):
            spare(s, host)
        m.finish()
        job.ended("completed")
        assert [g["name"] for g in s.client.list_guests(source)] == []
        there, = s.client.list_guests(destination)
        assert there["name"] == "web" and there["state"] == "running"


def test_an_answer_that_was_begun_before_the_end_of_a_job_is_not_given_after_it(s):
    job = s.client.migrate("web", "b", undefine_source=True)
    m = s.world.migration("web")
    job.until(Phase="preparing")
    s.local.silent = {"virConnectGetAllDomainStats"}
    early = s.client.start_list_guests("local")
    call, = wait(lambda: [c for c in s.world.calls_open if c.function == "virConnectGetAllDomainStats"],
                 "libvirt is asked")
    m.finish()
    job.ended("completed")
    late = s.client.start_list_guests("local")
    s.client.list_jobs()
    s.local.silent = set()
    s.world.called(call)
    assert early.result() is not None and late.result() == []
    assert lists_of(s, "local") >= 2


def test_a_changed_host_file_is_not_answered_from_what_was_kept(s):
    spare(s, "b")
    s.b.guest("db")
    s.service.write_host("b", Transport="tls", Address="b.example", MigrationAddresses="192.0.2.3")
    path = s.client.host_path("b")
    wait(lambda: s.client.get("MigrationAddresses", path, HOST) == ["192.0.2.3"], "the file is read")
    assert [g["name"] for g in s.client.list_guests("b")] == ["db"]


def test_more_guests_than_a_list_takes(make):
    s = make(query_deadline=120)  # the fake libvirt is slow with so many
    s.service.start()
    for number in range(10000):
        s.b.guest(f"g{number}", state=5, disks=())
    assert len(s.client.start_list_guests("b").result(60)) == 10000
    s.b.guest("last", disks=())
    error = s.client.start_list_guests("b").error(60)
    assert is_limit(error)
    assert "10000 guests" in error.text and '"name"' in error.text and '"active"' in error.text
    assert [g["name"] for g in s.client.list_guests("b", name="last")] == ["last"]
    assert [g["name"] for g in s.client.list_guests("b", active=True)] == ["last"]


def test_a_host_that_says_more_than_a_bus_carries(make):
    """A bus closes the connection of whoever sends a message of more than 32 MiB."""
    s = make(query_deadline=120)
    s.service.start()
    disks = [(f"vd{letter}", "/" + letter * 4000, 0) for letter in "abcdefghij"]
    for number in range(1000):
        s.b.guest(f"g{number}", disks=disks)
    error = s.client.start_list_guests("b").error(60)
    assert is_limit(error) and "host b answers has more than 16 MiB" in error.text and "filter" in error.text
    named, = s.client.list_guests("b", guests=["g7"])
    assert [disk["source"] for disk in named["disks"]] == [source for _, source, _ in disks]
