# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers that send nonsense, files that are damaged, and an idle service."""

import os
import signal
import subprocess

import pytest
from gi.repository import GLib

import harness
from harness import HOST, JOB, MANAGER, NAME, ROOT
from loop import DEADLINE, Missing, wait
from scene import Scene

METHODS = {"ListGuests": (ROOT, MANAGER), "Plan": (ROOT, MANAGER),
           "Check": (ROOT, MANAGER), "Migrate": (ROOT, MANAGER),
           "ListJobs": (ROOT, MANAGER), "Test": (f"{ROOT}/host/b", HOST),
           "Cancel": (f"{ROOT}/job/1", JOB)}

TAKES = {"ListGuests": "(sa{sv})", "Plan": "(ssa{sv})", "Check": "(ssa{sv})",
         "Migrate": "(ssa{sv})",
         "ListJobs": "(a{sv})", "Test": "()", "Cancel": "()"}

BODIES = [
    "()", "('web',)", "(1, 2, 3)", "('web', 'b')", "('web', 'b', {'persist': true})",
    "('web', 'b', {'persist': <true>}, 1)", "(['web'], 'b', @a{sv} {})",
    "(<'web'>, 'b', @a{sv} {})",
    "(@as [],)", "(@a{sv} {}, @a{sv} {})", "({1: <true>},)", "(handle 0,)", "(objectpath '/',)",
]


@pytest.fixture(scope="module")
def sturdy():
    with Scene.running() as scene:
        job = scene.client.migrate("web", "b")
        scene.world.migration("web")
        job.until(Phase="preparing")
        yield scene


@pytest.mark.parametrize("method", METHODS)
def test_wrong_types(sturdy, method):
    path, interface = METHODS[method]
    for text in BODIES:
        body = GLib.Variant.parse(None, text, None, None)
        if body.get_type_string() == TAKES[method]:
            continue
        error = sturdy.client.start(path, interface, method, body).error()
        assert error.name in ("org.freedesktop.DBus.Error.InvalidArgs",
                              "org.example.Migration1.Error.InvalidArgument"), text
    job, = sturdy.world.migrated
    assert not job.aborts and {c.pid for c in sturdy.world.connections.values()} == {job.pid}
    assert len(sturdy.client.list_jobs()) == 1


def deep(levels):
    value = GLib.Variant("b", True)
    for _ in range(levels):
        value = GLib.Variant("v", value)
    return value


OPTIONS = {
    "deep": {"persist": deep(30)},
    "long-key": {"k" * 100000: GLib.Variant("b", True)},
    "long-value": {"source": GLib.Variant("s", "x" * 1000000)},
    "many": {f"key{n}": GLib.Variant("b", True) for n in range(5000)},
    "array": {"persist": GLib.Variant("ab", [True] * 100000)},
    "dictionary": {"persist": GLib.Variant("a{sv}", {"a": GLib.Variant("a{sv}", {})})},
}


@pytest.mark.parametrize("method", ("Migrate", "Plan"))
@pytest.mark.parametrize("what", OPTIONS)
def test_options_out_of_all_bounds(sturdy, method, what):
    body = GLib.Variant("(ssa{sv})", ("web", "b", OPTIONS[what]))
    error = sturdy.client.start(ROOT, MANAGER, method, body).error()
    assert error.short in ("InvalidArgument", "LimitsExceeded", "UnknownOption",
                           "InvalidOptionType")
    assert len(error.text) < 1000, "an error does not echo what it was sent"
    assert len(sturdy.client.list_jobs()) == 1


@pytest.mark.parametrize("guest", ("x" * 100000, "☃" * 100, "\x01", "a\x7fb", "../../etc/passwd",
                                   "%s%n"))
def test_odd_guest_names(sturdy, guest):
    error = sturdy.client.start_plan(guest, "b").error()
    assert error.short in ("InvalidArgument", "LimitsExceeded", "GuestNotFound")
    assert len(error.text) < 1000


def test_duplicate_options(sturdy):
    builder = GLib.VariantBuilder(GLib.VariantType("a{sv}"))
    for value in (True, False):
        builder.add_value(GLib.Variant.new_dict_entry(
            GLib.Variant("s", "persist"), GLib.Variant("v", GLib.Variant("b", value))))
    body = GLib.Variant.new_tuple(GLib.Variant("s", "db"), GLib.Variant("s", "b"), builder.end())
    error = sturdy.client.start(ROOT, MANAGER, "Migrate", body).error()
    assert error.short in ("InvalidOptionValue", "InvalidArgument")


def test_unknown_members(sturdy):
    unknown = "org.freedesktop.DBus.Error."
    for path, interface, method, name in (
            (ROOT, MANAGER, "Destroy", "UnknownMethod"), (ROOT, JOB, "Cancel", "UnknownInterface"),
            (f"{ROOT}/job/77", JOB, "Cancel", "UnknownObject"),
            (f"{ROOT}/host/c", HOST, "Test", "UnknownObject")):
        error = sturdy.client.start(path, interface, method).error()
        assert error.name.startswith(unknown + "Unknown"), error


def test_callers_that_do_not_wait_for_their_answers(sturdy):
    for _ in range(50):
        caller = sturdy.new_client()
        caller.start_plan("web", "b")
        caller.start_list_guests("b")
        caller.connection.flush_sync(None)
        caller.connection.close_sync(None)
    assert len(sturdy.client.list_guests("local", name="web")) == 1


def ledger(setup):
    return setup.service.path("state", "ledger.sqlite")


def damaged(setup):
    with open(ledger(setup), "wb") as file:
        file.write(b"This is no ledger." * 1000)


def newer(setup):
    setup.service.change_ledger("pragma user_version = 9999")


def foreign(setup):
    os.unlink(ledger(setup))
    setup.service.change_ledger("create table recipes (name text)")


def a_directory(setup):
    os.unlink(ledger(setup))
    os.mkdir(ledger(setup))


@pytest.mark.parametrize("harm", (damaged, newer, foreign, a_directory))
def test_a_ledger_that_cannot_be_used(s, harm):
    s.service.stop()
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        if os.path.exists(s.service.path("state", name)):
            os.unlink(s.service.path("state", name))
    harm(s)
    content = open(ledger(s), "rb").read() if os.path.isfile(ledger(s)) else None
    s.service.start()
    for reply in (s.client.start_migrate("web", "b"), s.client.start(
            ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", ({},)))):
        error = reply.error()
        assert error.short == "Ledger" and "ledger.sqlite" in error.text and len(error.text) > 40
    assert [g["name"] for g in s.client.list_guests("local")] == ["web"]
    assert s.client.plan("web", "b")
    assert s.world.migrated == []
    s.service.stop()
    if content is not None:
        assert open(ledger(s), "rb").read() == content, "it is not changed"


def test_an_idle_service_ends(make):
    setup = make(idle_timeout=3)
    setup.service.start()
    setup.client.list_jobs()
    assert setup.service.ended() == 0
    assert not setup.client.name_owner()


def test_a_service_with_a_running_job_is_not_idle(make):
    setup = make(idle_timeout=3)
    setup.local.guest("web")
    setup.service.start()
    job = setup.client.migrate("web", "b")
    m = setup.world.migration("web")
    with pytest.raises(Missing):
        setup.service.exit.wait(4.5)
    m.finish()
    job.ended("completed")
    assert setup.service.ended() == 0


def test_a_service_that_waits_for_an_answer_is_not_idle(make):
    setup = make(idle_timeout=3)
    setup.service.start()
    setup.b.silent = {"*"}
    reply = setup.client.start_list_guests("b")
    with pytest.raises(Missing):
        setup.service.exit.wait(4.5)
    assert not reply.done


def test_sigterm_ends_it_cleanly(s):
    s.client.list_guests("local")
    assert s.service.stop() == 0
    assert not os.path.exists(s.service.path("run", "query", ".local"))


def test_a_second_service_does_not_take_over(s, make):
    setup = make()
    result = subprocess.run(
        [harness.built("service/migrationd"), "--launch=direct",
         "--state-dir=" + setup.service.path("state"),
         "--runtime-dir=" + setup.service.path("run"),
         "--config-dir=" + setup.service.path("config")],
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": s.bus.address}, capture_output=True,
        text=True, timeout=DEADLINE)
    assert result.returncode != 0 and "org.example.Migration1" in result.stderr
    assert s.client.list_jobs() == []


def test_the_bus_going_away_ends_the_service_but_not_its_jobs(s):
    s.client.migrate("web", "b")
    m = s.world.migration("web")
    s.bus.process.send_signal(signal.SIGTERM)
    s.service.ended()
    assert not m.worker.over
    m.finish()
    m.worker.wait()

    s.bus.close()
    s.bus = s.service.bus = harness.Bus()
    s.service.start()
    end = s.new_client().job(1).read()
    assert end["State"] == "completed" and end["GuestHost"] == "b"


@pytest.mark.parametrize("arguments", (["--launch=never"], ["--idle-timeout=0"], ["surplus"],
                                       ["--no-such-option"]))
def test_wrong_command_lines(arguments):
    result = subprocess.run([harness.built("service/migrationd"), *arguments], capture_output=True,
                            text=True, timeout=DEADLINE)
    assert result.returncode != 0 and arguments[0].lstrip("-").split("=")[0] in result.stderr


def test_a_row_that_cannot_be_read_hides_no_other(s):
    for guest in ("web", "db", "mail"):
        s.local.guest(guest)
        s.client.migrate(guest, "b")
        s.world.migration(guest).finish()
    wait(lambda: s.client.get("RunningJobs") == 0, "all have ended")
    s.service.stop()
    s.service.change_ledger("UPDATE job SET plan = '{' WHERE id = 2")
    s.service.start()
    rows = {row["id"]: row for row in s.client.list_jobs()}
    assert {number: row["State"] for number, row in rows.items()} == {
        1: "completed", 2: "unreadable", 3: "completed"}
    name, text, _ = rows[2]["Error"]
    assert name == f"{NAME}.Error.Ledger" and "Job 2 " in text and "DELETE FROM job" in text
    assert rows[2].keys() == rows[1].keys() and not rows[2]["Cancelable"]
    assert "Job 2 of the job ledger" in s.service.log()
    assert f"{ROOT}/job/2" not in s.client.managed()
    assert s.client.migrate("web", "local", source="b").id == 4
