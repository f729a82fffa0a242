# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ends that are not clear: what both hosts show is not what libvirt said, or one cannot be asked.
The job says what is there, decides nothing, and is never called completed or cancelled. The worker
gives the hosts time to agree, so all of them run at once."""

import os
import re
import signal

import pytest

import virt as w
from harness import ERROR
from loop import wait
from scene import Scene
from virt import MIB, PAUSED, RUNNING


def vanish_at_the_end(m):
    """The migration is a success and the guest powers itself off at once."""
    answer = m.call.answer

    def answer_without_the_guest(**values):
        del m.destination.guests[m.guest.name]
        answer(**values)

    m.guest.persistent = False
    m.call.answer = answer_without_the_guest
    m.finish()


def cancel_loses_the_guest(m):
    """The abort is taken and the guest's QEMU dies of it."""
    fail = m.fail

    def fail_without_the_guest(*arguments):
        del m.source.guests[m.guest.name]
        fail(*arguments)

    m.fail = fail_without_the_guest


def break_off_on_both(m):
    """Cut after the destination has started the guest and before the source was told."""
    m.suspend()
    m.runs_there()
    m.break_off()


def kill_in_the_switch(m):
    """The row of libvirt's failure table in which nobody would run the guest: the one that is mended
    without a person, see test_recover.py."""
    m.suspend()
    os.kill(m.pid, signal.SIGKILL)


def success_but_still_here(m):
    """libvirt reports success, and the guest goes on on the source."""
    m.destination.guests.pop(m.guest.name)
    m.guest.job = None
    m.world.migrations.remove(m)
    m.over = True
    m.call.answer(result=0)


def twice(m):
    """Somebody has resumed the source's copy as well."""
    break_off_on_both(m)
    m.guest.state, m.guest.reason = RUNNING, 0


def paused_twice(m):
    """Cut in the switch: neither side knows what the other did."""
    m.suspend()
    m.break_off()


CASES = {
    # guest: what happens to it, allowed states, source, destination, where it is
    "vanished": (vanish_at_the_end, ("failed",), "absent", "absent", ""),
    "lost": (cancel_loses_the_guest, ("failed",), "absent", "absent", ""),
    "handover": (break_off_on_both, ("failed",), "paused", "running", "b"),
    "killed": (kill_in_the_switch, ("failed",), "running", "absent", "local"),
    "stayed": (success_but_still_here, ("failed",), "running", "absent", "local"),
    "twice": (twice, ("failed",), "running", "running", ""),
    "frozen": (paused_twice, ("failed",), "paused", "paused", ""),
}


@pytest.fixture(scope="module")
def ends():
    with Scene.running() as scene:
        scene.service.write_host("c", Transport="tls", Address="c.example")
        c = scene.world.host("c")
        wait(lambda: scene.client.host_path("c") in scene.client.seen, "host c appears")
        jobs, migrations = {}, {}
        for guest in CASES:
            scene.local.guest(guest)
            flow = "managed-direct" if guest in ("killed", "handover", "twice") else "peer-to-peer"
            jobs[guest] = scene.client.migrate(guest, "b", flow=flow)
        scene.b.guest("stayer")
        jobs["stayer"] = scene.client.migrate("stayer", "c", source="b", flow="managed-direct")
        for guest, job in jobs.items():
            migrations[guest] = m = scene.world.migration(guest)
            m.copying(processed=MIB, remaining=9 * MIB)
            job.until(Phase="copying")
        for guest, (happen, *_) in CASES.items():
            happen(migrations[guest])
        jobs["lost"].cancel()
        c.lose()
        migrations["stayer"].fail(w.ERR_SYSTEM_ERROR, "End of file while reading data: "
                                  "Input/output error", w.FROM_RPC)
        found = {guest: {**job.ended(seconds=60), "ID": job.id} for guest, job in jobs.items()}
        yield scene, found


@pytest.mark.parametrize("guest", CASES)
def test_the_end_is_what_the_hosts_show(ends, guest):
    scene, found = ends
    _, states, source, destination, where = CASES[guest]
    end = found[guest]
    assert end["State"] in states
    assert (end["SourceState"], end["DestinationState"]) == (source, destination)
    assert end["GuestHost"] == where
    assert end["Error"][0].startswith(ERROR) and guest in end["Error"][1]
    assert end["Progress"] < 1


def test_what_was_paused_by_the_migration_is_left_to_a_person(ends):
    scene, found = ends
    for guest in ("handover", "frozen"):
        assert scene.local.guests[guest].state == PAUSED
        assert "virsh" in found[guest]["Error"][1], "the sentence says what to do"
    assert scene.b.guests["handover"].state == RUNNING


ADVICE = {"vanished": "read-logs", "lost": "read-logs", "handover": "remove-copy-on-source",
          "killed": None, "stayed": None, "twice": "stop-one",
          "frozen": "remove-copy-and-resume"}


@pytest.mark.parametrize("guest", ADVICE)
def test_what_to_do_has_an_id(ends, guest):
    _, found = ends
    assert found[guest]["Verification"].get("advice") == ADVICE[guest]


def test_a_guest_on_both_hosts_is_said_loudly(ends):
    _, found = ends
    assert "AND" in found["twice"]["Error"][1] and "stop one" in found["twice"]["Error"][1]


EVENTS = {
    # by priority and how the line goes on after the job's state
    "vanished": "<3>.*, look after guest", "lost": "<3>.*, look after guest",
    "handover": "<3>.*, look after guest", "killed": "<4>.* failed: ",
    "stayed": "<4>.* failed: ", "twice": "<2>.*, guest \"twice\" runs TWICE: ",
    "frozen": "<3>.*, look after guest", "stayer": "<3>.*, look after guest",
}


@pytest.mark.parametrize("guest", EVENTS)
def test_the_end_is_told_once_and_as_loudly_as_it_is_bad(ends, guest):
    scene, found = ends
    ended = re.compile(rf"<\d>Job {found[guest]['ID']} (completed|failed|cancelled|interrupted)\b")
    line, = [line for line in scene.service.log().splitlines() if ended.match(line)]
    assert re.match(EVENTS[guest], line) and found[guest]["Error"][1] in line


def test_nothing_was_tried_twice(ends):
    scene, _ = ends
    names = [m.guest.name for m in scene.world.migrated]
    assert sorted(names) == sorted(set(names))


def test_a_destination_lost_in_the_middle(ends):
    _, found = ends
    end = found["stayer"]
    assert end["State"] == "failed" and end["Error"][0] == ERROR + "ConnectionLost"
    assert (end["SourceState"], end["DestinationState"]) == ("running", "unreachable")
    assert end["GuestHost"] == "b"
