# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many callers at once, callers who leave in the middle, and callers who do not read."""

import json
import os
import pwd
import socket
import subprocess

import pytest
from gi.repository import Gio, GLib

import harness
import polkit
from harness import MANAGER, OBJECT_MANAGER, ROOT
from loop import Exit, wait
from refusals import call_until, is_limit, outcome

NOBODY = pwd.getpwnam("nobody").pw_uid
OF_OTHERS = NOBODY if os.geteuid() == 0 else os.geteuid()
BUS = "org.freedesktop.DBus"
CALLERS, CALLS = 20, 1500
WINDOW = 100  # calls that each of them has open


def flood(s, call, callers=CALLERS, calls=CALLS, own="get", uid=OF_OTHERS):
    """bench/flood.c; gives what it found."""
    command = [harness.built("tests/bench/flood"), s.bus.address, call, str(callers), str(calls), str(uid), own]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        Exit(process.pid).wait(300)
        result = json.loads(process.stdout.read())
        assert process.wait() == 0
    assert result["failed"] == result["by-bus"] == 0
    assert result["answered"] + result["limited"] == result["calls"], "every call has its answer"
    return result


def memory(s):
    """KiB that the service has written to. Pages of files are its own or not as others come and go."""
    with open(f"/proc/{s.service.process.pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Anonymous:"))


def has_grown(s, before, limit=1.05):
    """A sanitizer keeps what was freed, so with one nothing is said about memory."""
    with open(harness.built("service/migrationd"), "rb") as file:
        return b"__asan_init" not in file.read() and memory(s) > before * limit


def descriptors(s):
    return sorted(os.readlink(f"/proc/{s.service.process.pid}/fd/{fd}").split(":")[0]
                  for fd in os.listdir(f"/proc/{s.service.process.pid}/fd"))


def overtakes(result):
    """Whether who asks beside the flood waits for less time than behind all that is open of it."""
    assert result["own-refused"] == 0
    return result["own-median-ms"] < CALLERS * WINDOW * 1000 * result["seconds"] / result["calls"]


@pytest.mark.parametrize("own", ("get", "list-jobs"))
@pytest.mark.parametrize("call", ("get", "list-jobs", "list-guests", "plan", "objects"))
def test_a_flood_does_not_drown_another_caller(s, call, own):
    if own == "list-jobs" and os.geteuid() != 0:
        own = "get"  # what one user has open is the user's own matter
    result = flood(s, call, own=own)
    if not overtakes(result):  # for once: others on the machine may have stopped it
        result = flood(s, call, own=own)
    assert overtakes(result), f"it overtakes the calls of the flood: {result}"
    if call in ("list-jobs", "list-guests", "plan"):
        assert result["limited"] > 0


def test_memory_is_the_same_after_100000_calls(s):
    for call in ("get", "list-jobs", "list-guests"):
        flood(s, call, calls=1000)
    allowed = memory(s) * 0.05
    for _ in range(4):  # what grows with each call has grown each time
        before = memory(s)
        for call, calls in (("get", 3000), ("list-jobs", 1000), ("list-guests", 1000)):
            flood(s, call, calls=calls)
        if not has_grown(s, before + allowed, limit=1):
            return
    raise AssertionError(f"4 times it has grown, to {memory(s)} KiB")


def test_callers_that_vanish_while_polkit_is_asked(s):
    s.client.list_jobs()
    s.polkit.answers["migrate"] = polkit.LATE
    s.polkit.answers_withdrawn = True
    before, files = 0, descriptors(s)
    for number in range(1000):
        if number == 100:
            before = memory(s)
        connection = s.bus.connect()
        connection.call(harness.NAME, ROOT, MANAGER, "Migrate",
                        GLib.Variant("(ssa{sv})", ("web", "b", {})), None, 0, -1, None, None)
        wait(lambda: len(s.polkit.questions) == number + 2, "polkit is asked")
        connection.close_sync(None)
        wait(lambda: len(s.polkit.cancelled) == number + 1, "the question is withdrawn")
    assert not has_grown(s, before) and descriptors(s) == files
    assert sorted(s.polkit.cancelled) == sorted(q.cancellation_id for q in s.polkit.questions[1:])
    # what they had open counts for nobody any more
    replies = [s.client.start_migrate("web", "b") for _ in range(8)]
    wait(lambda: len(s.polkit.questions) == 1009, "polkit is asked for all of them")
    for question in s.polkit.questions[-8:]:
        question.answer(polkit.NO)
    assert [reply.error().short for reply in replies] == ["AccessDenied"] * 8
    assert s.client.list_jobs() == [] and s.world.calls == []


def test_callers_that_vanish_while_a_host_is_asked(make):
    s = make(query_deadline=120)
    s.service.start()
    s.b.silent = {"virConnectOpenAuth"}
    for _ in range(2):
        caller = s.new_client()
        for _ in range(4):
            for _ in range(4):
                caller.start_test("b")
            caller.list_jobs()  # the others have been passed on
        caller.connection.close_sync(None)
    # the host is still being asked for all of them
    error = s.client.start_list_guests("local").error()
    assert is_limit(error) and "32 calls wait for a host for this user" in error.text
    opened, = wait(lambda: [call for call in s.world.calls_open if call.function == "virConnectOpenAuth"],
                   "libvirt is asked")
    s.b.silent = set()
    s.world.called(opened)
    call_until(lambda: outcome(s.client.start_list_guests("local")) is None, "nothing is open any more")


class Deaf:
    """A connection to the bus that says what it is told to and never reads."""

    def __init__(self, bus):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(bus.address.split("path=")[1].split(",")[0])
        uid = str(os.geteuid()).encode().hex()
        self.socket.sendall(b"\0AUTH EXTERNAL " + uid.encode() + b"\r\nBEGIN\r\n")
        self.serial = 0
        self.call(BUS, "/", BUS, "Hello")

    def call(self, name, path, interface, member, body=None):
        message = Gio.DBusMessage.new_method_call(name, path, interface, member)
        if body is not None:
            message.set_body(body)
        self.serial += 1
        message.set_serial(self.serial)
        self.socket.sendall(bytes(message.to_blob(Gio.DBusCapabilityFlags.NONE)))


def test_a_subscriber_that_does_not_read(s):
    s.world.on_migration = lambda migration: migration.finish()

    def migrate(times):
        for number in range(times):
            source, destination = (("local", "b"), ("b", "local"))[number % 2]
            s.client.migrate("web", destination, source=source, persist=True,
                             undefine_source=True).ended("completed")

    migrate(52)  # as many as keep an object, and some
    objects = s.client.start(ROOT, OBJECT_MANAGER, "GetManagedObjects").variant()
    flood(s, "objects", callers=2, calls=100)
    before = memory(s)
    deaf = Deaf(s.bus)
    deaf.call(BUS, "/", BUS, "AddMatch", GLib.Variant("(s)", (f"sender='{harness.NAME}'",)))
    for number in range(100):
        deaf.call(harness.NAME, ROOT, OBJECT_MANAGER, "GetManagedObjects")
    migrate(20)
    unread = 100 * objects.get_size() / 1024
    assert unread > 10000, "KiB that it could cost"
    assert not has_grown(s, before + 1024, limit=1)
    assert s.new_client().get("RunningJobs") == 0
    deaf.socket.close()
