# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits: each is hit, says its name and the remedy, passes, and touches no other caller."""

import os
import pwd
import time

import pytest
from gi.repository import Gio, GLib

import polkit
from harness import HOST, JOB, MANAGER, NAME, PROPERTIES, ROOT, options
from loop import DEADLINE, wait
from refusals import call_until, is_limit, outcome

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
OTHER = pwd.getpwnam("nobody").pw_uid
KIB = 1024
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
BUS_WINDOW = 100  # a bus keeps at most 128 unanswered calls of a connection


def unknown(client, body=None):
    """A call that costs like any other and that nothing is done for."""
    return client.start(ROOT, MANAGER, "Destroy", body)


def until_refused(client):
    """Calls without a pause until one is refused, of which the bus itself holds back none; gives
    how many were not, how many that may have been, and the error."""
    begin = time.monotonic()
    passed = 0
    while time.monotonic() < begin + DEADLINE:
        for reply in [unknown(client) for _ in range(BUS_WINDOW)]:
            error = outcome(reply)
            if is_limit(error):
                return passed, 200 + 50 * (time.monotonic() - begin) + 1, error
            passed += 1
    raise AssertionError(f"{passed} calls in {DEADLINE} s and none is refused")


# calls a second

def test_calls_that_come_too_fast(s):
    other = s.new_client()
    passed, most, error = until_refused(s.client)
    assert 200 <= passed <= most
    assert "200 at once" in error.text and "50 a second" in error.text
    assert "again in a second" in error.text

    assert not is_limit(outcome(unknown(other))), "another caller is not held back"
    assert s.client.get("Version"), "nor is reading"
    # it passes with time
    call_until(lambda: not is_limit(outcome(unknown(s.client))), "the caller may call again")


def test_a_caller_who_comes_again_under_another_name_is_another(s):
    until_refused(s.client)
    assert s.new_client().list_jobs() == []


def test_a_program_that_starts_may_read_everything_at_once(s):
    for number in range(64):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
    program = s.new_client()
    objects = program.managed()
    jobs = [path for path in objects if "/job/" in path]
    assert len(jobs) == 64
    calls = [(path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)))
             for path, interfaces in objects.items() for interface in interfaces]
    calls += [(path, INTROSPECTABLE, "Introspect") for path in objects]
    calls += [(path, JOB, "GetSamples") for path in jobs]
    calls += [(ROOT, MANAGER, "ListGuests", GLib.Variant("(sa{sv})", (host, {}))) for host in ("local", "b")]
    calls += [(program.host_path(host), HOST, "ListInterfaces", GLib.Variant("(s)", ("",)))
              for host in ("local", "b")]
    calls += [(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", (options(limit=1000),)))]
    while calls:
        window, calls = calls[:BUS_WINDOW], calls[BUS_WINDOW:]
        for reply in [program.start(*call) for call in window]:
            reply.variant()


# sizes

def wire_size(body):
    """Bytes of a message's body as GLib marshals it."""
    message = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "Destroy")
    message.set_body(body)
    message.set_serial(1)
    blob = message.to_blob(Gio.DBusCapabilityFlags.NONE)
    return int.from_bytes(bytes(blob[4:8]), "little")


def byte_array(count):
    return GLib.Variant.new_from_bytes(GLib.VariantType("ay"), GLib.Bytes.new(b"x" * count), True)


FILLERS = {
    "string": lambda n: GLib.Variant("(s)", ("x" * n,)),
    "bytes": lambda n: GLib.Variant.new_tuple(byte_array(n)),
    "numbers": lambda n: GLib.Variant("(sat)", ("x" * (n % 8), range(n // 8))),
    "booleans": lambda n: GLib.Variant("(sab)", ("x" * (n % 4), [True] * (n // 4))),
    "dictionary": lambda n: GLib.Variant("(a{sv}s)", (
        {f"{i:04}": GLib.Variant("(yias)", (1, 2, ["a", "bc"])) for i in range(n // 50)},
        "x" * (n % 50))),
    "signatures": lambda n: GLib.Variant("(ag(oa{yv}))", (["a{sv}"] * (n // 7), (
        "/" + "x" * (n % 7), {1: GLib.Variant("v", GLib.Variant("d", 1.5))}))),
}


def bodies_around(make, size):
    """The largest body up to that size, and the next larger one."""
    n = size
    while wire_size(make(n)) > size:
        n -= max(1, (wire_size(make(n)) - size) * 3 // 4)
    while wire_size(make(n + 1)) <= size:
        n += max(1, (size - wire_size(make(n))) // 4)
    return make(n), make(n + 1)


@pytest.mark.parametrize("what", FILLERS)
def test_messages_over_64_kib(s, what):
    largest, too_large = bodies_around(FILLERS[what], 64 * KIB)
    assert 64 * KIB - 64 < wire_size(largest) <= 64 * KIB < wire_size(too_large)
    assert not is_limit(outcome(unknown(s.client, largest)))
    error = outcome(unknown(s.client, too_large))
    assert is_limit(error) and "65536 bytes" in error.text and "shorter" in error.text


@pytest.mark.parametrize("kib", (100, 1000, 20000))
def test_messages_far_over_the_limit(s, kib):
    text = "x" * (kib * KIB)
    for body in (GLib.Variant("(s)", (text,)), GLib.Variant.new_tuple(byte_array(kib * KIB)),
                 GLib.Variant("(sa{sv})", ("local", {"name": GLib.Variant("s", text)}))):
        assert is_limit(outcome(s.client.start(ROOT, MANAGER, "ListGuests", body)))
    assert s.polkit.questions == [] and s.world.calls == []
    assert s.client.list_jobs() == []


STRINGS = {
    "value": lambda n: {"listen-address": GLib.Variant("s", "x" * n)},
    "key": lambda n: {"x" * n: GLib.Variant("b", True)},
}


@pytest.mark.parametrize("method", ("Migrate", "Plan", "Check"))
@pytest.mark.parametrize("what,most,make_options", (
    ("a string of 4097 bytes", 4096, STRINGS["value"]),
    ("a string of 4097 bytes", 4096, STRINGS["key"]),
    ("65 options", 64, lambda n: {f"key{number}": GLib.Variant("b", True) for number in range(n)}),
    ("33 entries", 32, lambda n: {"disks": GLib.Variant("as", [f"vd{number}" for number in range(n)] + [""])}),
), ids=("value", "key", "dictionary", "list"))
def test_options_over_their_limit(s, method, what, most, make_options):
    def call(number):
        body = GLib.Variant("(ssa{sv})", ("web", "b", make_options(number)))
        return s.client.start(ROOT, MANAGER, method, body).error()

    at_limit = most - 1 if what == "33 entries" else most  # there is an impossible one in the list
    assert call(at_limit).short in ("InvalidAddress", "InvalidOptionValue", "UnknownOption")
    error = call(at_limit + 1)
    assert is_limit(error) and what in error.text and f"at most {most} are taken" in error.text
    assert s.polkit.questions == [] and s.world.calls == []


# questions to polkit

def ask(s, client, count):
    """Starts calls that polkit does not answer; gives those that it was asked about."""
    begun = len(s.polkit.questions)
    replies = [client.start_migrate("web", "b") for _ in range(count)]
    wait(lambda: len(s.polkit.questions) - begun + sum(r.done for r in replies) == count,
         "polkit is asked, or the call is refused")
    return [reply for reply in replies if not reply.done], [r.error() for r in replies if r.done]


def test_questions_of_one_user(s):
    s.polkit.answers["migrate"] = polkit.LATE
    first, second, third = (s.new_client() for _ in range(3))
    assert [len(ask(s, client, 8)[0]) for client in (first, second)] == [8, 8]
    open_now, refused = ask(s, third, 1)
    assert not open_now and is_limit(refused[0]) and "16" in refused[0].text
    assert "this user" in refused[0].text and "wait" in refused[0].text
    assert third.get("Version")

    s.polkit.questions[0].answer(polkit.NO)
    call_until(lambda: len(ask(s, third, 1)[0]) == 1, "there is room for one more")


@needs_root
def test_questions_of_another_user(s):
    s.polkit.answers["migrate"] = polkit.LATE
    for client in (s.new_client(), s.new_client()):
        ask(s, client, 8)
    assert len(ask(s, s.new_client(uid=OTHER), 1)[0]) == 1


@needs_root
def test_questions_in_all(s):
    s.polkit.answers["migrate"] = polkit.LATE
    users = [pwd.getpwnam(name).pw_uid for name in ("daemon", "bin", "sys", "games", "man")]
    opened = 0
    for uid in users[:4]:
        opened += sum(len(ask(s, s.new_client(uid), 8)[0]) for _ in range(2))
    assert opened == 64
    refused = ask(s, s.new_client(users[4]), 1)[1]
    assert is_limit(refused[0]) and "64" in refused[0].text


# questions to hosts

def test_calls_that_wait_for_a_host(s):
    s.local.silent = {"*"}
    replies = []
    while len(replies) < 16:
        replies.append(s.client.start_plan(f"web{len(replies)}", "b"))
        s.client.list_jobs()  # answered after the plan's question was passed on
    assert not any(reply.done for reply in replies)
    error = s.client.start_plan("web", "b").error()
    assert is_limit(error) and "16 calls wait for a host" in error.text and "wait for" in error.text
    assert is_limit(s.client.start_list_guests("local").error())

    other = s.new_client()
    assert other.list_guests("b") == [] and not s.client.list_jobs()
    reply = s.client.start_test("b")
    assert is_limit(reply.error()), "it is the caller that has enough, not the host"
