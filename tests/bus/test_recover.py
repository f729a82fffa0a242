# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recover: steps for a guest that a job has left unclear or paused. Each looks at both hosts at that
moment, refuses what they do not allow, and records what is there afterwards. A step that has to be
sure takes ten seconds, so all jobs end, and all guests are recovered, at once."""

import os
import signal

import pytest
from gi.repository import GLib

from harness import ERROR, JOB
from loop import wait
from scene import Scene
from test_errors import blamed
from test_unclear import break_off_on_both, kill_in_the_switch, paused_twice, twice
from virt import MIB, PAUSED, PAUSED_USER, RUNNING, SHUTOFF

PATIENCE = 60


def start(client, job, step):
    return client.start(job.path, JOB, "Recover", GLib.Variant("(s)", (step,)))


def recover(scene, job, step):
    assert start(scene.client, job, step).result(PATIENCE) is None
    return job.read()


def told(job):
    """All but how the configurations compare: of those nothing is kept to compare them with."""
    return {**job.read(), "Verification": {}}


def refused(scene, job, step, name="NotRecoverable"):
    """The step is refused, no guest was touched and the job says what it said before."""
    before, touched = told(job), list(scene.world.touched)
    error = start(scene.client, job, step).error(PATIENCE)
    assert error.short == name, error
    assert scene.world.touched == touched and told(job) == before
    return error.text


def break_post_copy(m):
    m.start_post_copy()
    m.break_off_postcopy()


def pause_by_hand(m):
    """What is paused on the source is so by somebody, as far as libvirt tells."""
    paused_twice(m)
    del m.destination.guests[m.guest.name]
    m.guest.reason = PAUSED_USER


def arrive_paused(m):
    """libvirt has finished it on the destination without starting it, and the source not heard."""
    m.suspend()
    m.copy.state, m.copy.reason, m.copy.incoming = PAUSED, PAUSED_USER, False
    m.break_off()


# guest: (what happens to it, options, what the hosts show, what is offered)
CASES = {
    "frozen": (paused_twice, {}, ("paused", "paused"), ["destroy-destination", "look-again"]),
    "handover": (break_off_on_both, {"flow": "managed-direct"}, ("paused", "running"),
                 ["destroy-source", "look-again"]),
    "twice": (twice, {"flow": "managed-direct"}, ("running", "running"),
              ["stop-source", "stop-destination", "look-again"]),
    "double": (twice, {"flow": "managed-direct"}, ("running", "running"),
               ["stop-source", "stop-destination", "look-again"]),
    "split": (break_post_copy, {"postcopy": True}, ("paused", "running"), ["look-again"]),
    "still": (arrive_paused, {"flow": "managed-direct", "paused": True}, ("paused", "paused"),
              ["destroy-source", "look-again"]),
    "by-hand": (pause_by_hand, {}, ("paused", "absent"), ["look-again"]),
    "moving": (paused_twice, {}, ("paused", "paused"), ["destroy-destination", "look-again"]),
}


@pytest.fixture(scope="module")
def ends():
    with Scene.running() as scene:
        jobs = {}
        for guest, (_, options, *_) in CASES.items():
            scene.local.guest(guest, persistent=guest != "handover")
            jobs[guest] = scene.client.migrate(guest, "b", **options)
        for guest in CASES:
            m = scene.world.migration(guest)
            m.copying(processed=MIB, remaining=9 * MIB)
            jobs[guest].until(Phase="copying")
        for guest, (happen, *_) in CASES.items():
            happen(scene.world.migrated[[m.guest.name for m in scene.world.migrated].index(guest)])
        for job in jobs.values():
            job.ended(seconds=PATIENCE)
        yield scene, jobs


@pytest.mark.parametrize("guest", CASES)
def test_what_is_offered(ends, guest):
    _, jobs = ends
    _, _, hosts, steps = CASES[guest]
    end = jobs[guest].read()
    assert (end["SourceState"], end["DestinationState"]) == hosts
    assert end["Recovery"] == steps and end["State"] == "failed"


@pytest.mark.parametrize("guest,steps", (
    ("frozen", ("resume-source", "resume-destination", "destroy-source", "stop-source")),
    ("handover", ("resume-source", "destroy-destination", "stop-destination", "stop-source")),
    ("split", ("resume-source", "resume-destination", "destroy-source", "destroy-destination",
               "stop-source", "stop-destination")),
    ("by-hand", ("resume-source", "destroy-source"))))
def test_what_the_hosts_do_not_allow_is_refused(ends, guest, steps):
    scene, jobs = ends
    for step in steps:
        text = refused(scene, jobs[guest], step)
        assert guest in text and "local" in text and "nothing was done" in text


def test_a_step_that_there_is_not(ends):
    scene, jobs = ends
    for step in ("", "destroy", "resume-source ", "x" * 4000, "../1", "%s%n"):
        text = refused(scene, jobs["frozen"], step, "InvalidArgument")
        assert len(text) < 300


def test_looking_changes_nothing(ends):
    scene, jobs = ends
    before = told(jobs["handover"])
    assert [finding["id"] for finding in before["Findings"]].count("leftover-copy") == 1
    for _ in range(2):
        recover(scene, jobs["handover"], "look-again")
        assert told(jobs["handover"]) == before, "what is left over is told once"


def test_destroy_the_copy_on_the_source(ends):
    """The guest runs on the destination: the job is completed after all."""
    scene, jobs = ends
    job = jobs["handover"]
    end = recover(scene, job, "destroy-source")
    assert ("local", "destroy", "handover") in scene.world.touched
    assert "handover" not in scene.local.guests
    assert scene.b.guests["handover"].state == RUNNING
    assert (end["State"], end["GuestHost"], end["Progress"]) == ("completed", "b", 1)
    assert (end["SourceState"], end["DestinationState"]) == ("absent", "running")
    assert end["Error"] == ("", "", "") and end["Recovery"] == []
    job.until(State="completed", Recovery=[])
    stored, = scene.client.list_jobs(guest="handover")
    assert stored["State"] == "completed" and stored["Recovery"] == []
    refused(scene, job, "look-again")


def test_what_has_arrived_paused_is_kept(ends):
    """It has all of the guest, and is what option paused wanted: the job is completed."""
    scene, jobs = ends
    job = jobs["still"]
    assert job.read()["GuestHost"] == "b"
    assert "has arrived on host b and is paused there" in job.read()["Error"][1]
    for step in ("destroy-destination", "resume-source", "resume-destination"):
        refused(scene, job, step)
    end = recover(scene, job, "destroy-source")
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("completed", "b", [])
    assert (end["SourceState"], end["DestinationState"]) == ("shutoff", "paused")
    assert ("local", "destroy", "still") in scene.world.touched
    assert scene.b.guests["still"].state == PAUSED


def test_stop_one_of_two(ends):
    """The one that is named, and no other."""
    scene, jobs = ends
    end = recover(scene, jobs["twice"], "stop-destination")
    assert ("b", "destroy", "twice") in scene.world.touched
    assert scene.local.guests["twice"].state == RUNNING and "twice" not in scene.b.guests
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("failed", "local", [])
    assert "AND" not in end["Error"][1] and "runs on host local" in end["Error"][1]
    end = recover(scene, jobs["double"], "stop-source")
    assert ("local", "destroy", "double") in scene.world.touched
    assert scene.local.guests["double"].state == SHUTOFF, "its configuration stays"
    assert (end["State"], end["GuestHost"]) == ("completed", "b")


def test_back_to_the_source_step_by_step(ends):
    """First what arrived and never ran is removed, and only then the source goes on. Meanwhile
    nobody else may touch the guest, and what moves in between stops the step."""
    scene, jobs = ends
    job, moving = jobs["frozen"], jobs["moving"]
    replies = [start(scene.client, one, "destroy-destination") for one in (job, moving)]
    wait(lambda: len(scene.world.asked("virDomainLookupByUUIDString", host="b")) > 0, "they look")
    assert start(scene.client, job, "look-again").error().short == "GuestBusy"
    assert scene.client.start_migrate("frozen", "b").error().short == "GuestBusy"
    scene.local.guests["moving"].state, scene.local.guests["moving"].reason = PAUSED, PAUSED_USER
    scene.b.guests["moving"].state = RUNNING
    assert replies[1].error(PATIENCE).short == "NotRecoverable"
    assert replies[0].result(PATIENCE) is None
    assert scene.world.touched.count(("b", "destroy", "frozen")) == 1
    assert ("b", "destroy", "moving") not in scene.world.touched
    middle = job.read()
    assert (middle["SourceState"], middle["DestinationState"]) == ("paused", "absent")
    assert middle["Recovery"] == ["resume-source", "look-again"] and middle["GuestHost"] == "local"

    end = recover(scene, job, "resume-source")
    assert ("local", "resume", "frozen") in scene.world.touched
    assert (end["SourceState"], end["DestinationState"]) == ("running", "absent")
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("failed", "local", [])
    assert end["Error"][1].endswith("guest \"frozen\" runs on host local and not on host b")
    again = scene.client.migrate("frozen", "b")
    scene.world.migration("frozen").finish()
    again.ended("completed")


def test_each_step_that_was_done_is_told(ends):
    scene, jobs = ends
    log = scene.service.log()
    assert f"<5>Job {jobs['handover'].id} recovered: the paused copy of guest \"handover\" on host " \
        "local was removed." in log
    assert log.count(f"Job {jobs['frozen'].id} recovered: ") == 2


def test_the_destination_cannot_be_asked(s):
    """It may run the guest: nothing is done, and what was known stays."""
    s.service.write_host("c", Transport="tls", Address="c.example")
    c = s.world.host("c")
    wait(lambda: s.client.host_path("c") in s.client.seen, "host c appears")
    job = s.client.migrate("web", "c")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    c.lose()
    m.suspend()
    m.break_off()
    end = job.ended("failed", PATIENCE)
    assert end["Recovery"] == ["look-again"] and end["DestinationState"] == "unreachable"
    for step in ("resume-source", "destroy-source", "look-again"):
        assert "host c" in refused(s, job, step, "HostUnreachable")
    c.refuses = None
    del c.guests["web"]
    assert recover(s, job, "look-again")["Recovery"] == ["resume-source", "look-again"]
    assert recover(s, job, "resume-source")["GuestHost"] == "local"


def test_what_has_arrived_paused_goes_on_there(s):
    """The same, but nobody wanted it paused there."""
    job = s.client.migrate("web", "b", flow="managed-direct")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    arrive_paused(m)
    assert job.ended("failed", PATIENCE)["Recovery"] == ["destroy-source", "look-again"]
    end = recover(s, job, "destroy-source")
    assert (end["State"], end["GuestHost"]) == ("failed", "b")
    assert end["Recovery"] == ["resume-destination", "look-again"]
    end = recover(s, job, "resume-destination")
    assert (end["State"], end["DestinationState"]) == ("completed", "running")
    assert s.world.touched == [("local", "destroy", "web"), ("b", "resume", "web")]


def never_arrived(m):
    del m.destination.guests[m.guest.name]


def arrived(m):
    m.runs_there()
    m.guest.state = SHUTOFF


@pytest.mark.parametrize("turns_out,state,where", (
    (never_arrived, "failed", "local"), (arrived, "completed", "b")))
def test_a_host_that_answers_again_is_no_finding(s, turns_out, state, where):
    """That it could not be asked goes when it could; what the check found stays."""
    job = s.client.migrate("web", "b", flow="managed-direct")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    checked = job.until(Phase="copying")["Findings"]
    s.b.lose()
    m.suspend()
    m.break_off()
    end = job.ended("failed", PATIENCE)
    assert blamed(end) == "b" and end["DestinationState"] == "unreachable"
    assert len(end["Findings"]) == len(checked) + 1
    refused(s, job, "look-again", "HostUnreachable")
    s.b.refuses = None
    turns_out(m)
    now = recover(s, job, "look-again")
    assert (now["State"], now["GuestHost"]) == (state, where)
    assert now["Findings"] == checked
    job.until(lambda job: job["Findings"] == checked, State=state)
    stored, = s.client.list_jobs(guest="web")
    assert stored["Findings"] == checked


def test_a_guest_that_nobody_runs_is_resumed(s):
    """The worker that drove the migration died in the switch, and the destination has given it up:
    there is no other copy, which is looked at for ten seconds, and the guest goes on."""
    job = s.client.migrate("web", "b", flow="managed-direct")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    kill_in_the_switch(m)
    end = job.ended("failed", PATIENCE)
    assert s.world.touched == [("local", "resume", "web")]
    assert (end["SourceState"], end["DestinationState"]) == ("running", "absent")
    assert end["Error"][0] == ERROR + "Interrupted" and "resumed on host local" in end["Error"][1]
    assert (end["GuestHost"], end["Recovery"]) == ("local", [])
    looks = [call for call in s.world.asked("virDomainLookupByUUIDString", host="b")]
    assert len(looks) >= 10


def test_a_guest_that_was_paused_is_not_resumed(s):
    guest = s.local.guests["web"]
    guest.state, guest.reason = PAUSED, PAUSED_USER
    job = s.client.migrate("web", "b", flow="managed-direct")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    os.kill(m.pid, signal.SIGKILL)
    end = job.ended(seconds=PATIENCE)
    assert s.world.touched == [] and end["SourceState"] == "paused"
    assert "resume-source" not in end["Recovery"]


def test_jobs_that_left_nothing_to_mend(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    job.until(Phase="preparing")
    assert "not ended" in refused(s, job, "resume-source", "TooEarly")
    m.finish()
    assert job.ended("completed")["Recovery"] == []
    refused(s, job, "look-again")
    unknown = s.client.migrate("nobody", "b")
    assert unknown.ended("failed")["Recovery"] == []
    refused(s, unknown, "look-again")


def test_a_worker_that_dies_leaves_the_record(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    paused_twice(m)
    job.ended("failed", PATIENCE)
    before = job.read()
    s.b.silent = {"virDomainLookupByUUIDString"}
    reply = start(s.client, job, "destroy-destination")
    wait(lambda: [c for c in s.world.calls_open if c.function == "virDomainLookupByUUIDString"],
         "the destination is asked")
    pid = next(c.pid for c in s.world.calls_open if c.function == "virDomainLookupByUUIDString")
    os.kill(pid, signal.SIGKILL)
    assert reply.error().short == "Worker" and job.read() == before
    s.b.silent = None
    recover(s, job, "look-again")
