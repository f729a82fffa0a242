# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a job waits where libvirt waits for ever: for a destination that answers all but Prepare,
or all but Finish, and for the end of a cancel. It ends in bounded time and says what is where."""

import time

import pytest
from gi.repository import GLib

from harness import ERROR, JOB
from loop import wait
from scene import Scene
from virt import MIB, PAUSED, RUNNING

# The first are not given up before all have come to where they hang.
ANSWER, CANCEL, PATIENCE = 20, 3, 120


def prepare_hangs(m, job):
    """libvirt was called, and nothing moves."""
    job.until(Phase="preparing")


def finish_hangs(m, job):
    m.copying(processed=90 * MIB, remaining=10 * MIB)
    job.until(Phase="copying")
    m.suspend()
    job.until(Phase="switching")


def copy_hangs(m, job):
    """Nothing arrives any more, or it is the switch, which was not seen to begin."""
    m.copying(processed=40 * MIB, remaining=60 * MIB)
    job.until(Phase="copying")


def finish_hangs_there(m, job):
    """The guest goes on at the destination, and the answer that says so never comes."""
    finish_hangs(m, job)
    m.copy.state, m.copy.reason, m.copy.incoming = RUNNING, 0, False
    m.stays = True


def cancel_hangs(m, job):
    m.abort_ends_it = False
    m.copying(processed=10 * MIB, remaining=90 * MIB)
    job.until(Phase="copying")
    job.cancel()


def cancel_hangs_early(m, job):
    m.abort_ends_it = False
    job.until(Phase="preparing")
    job.cancel()


DIRECT, PEER = "managed-direct", "peer-to-peer"
CASES = {
    # guest: what hangs, flow, state, error, both hosts, where it is, a word of the sentence
    "cancel-direct": (cancel_hangs, DIRECT, "cancelled", "Cancelled", ("running", "absent"),
                      "local", "was cancelled"),
    "early-direct": (cancel_hangs_early, DIRECT, "cancelled", "Cancelled", ("running", "absent"),
                     "local", "was cancelled"),
    "cancel-peer": (cancel_hangs, PEER, "interrupted", "HostTimeout", ("running", "paused"),
                    "local", "did not take the cancel"),
    "prepare-direct": (prepare_hangs, DIRECT, "failed", "HostTimeout", ("running", "absent"),
                       "local", "prepared on host b"),
    "copy-direct": (copy_hangs, DIRECT, "failed", "HostTimeout", ("running", "absent"), "local",
                    "sent to host b"),
    "prepare-peer": (prepare_hangs, PEER, "interrupted", "HostTimeout", ("running", "paused"),
                     "local", "may go on with it"),
    "finish-direct": (finish_hangs, DIRECT, "failed", "HostTimeout", ("running", "absent"),
                      "local", "switched to host b"),
    "there-direct": (finish_hangs_there, DIRECT, "failed", "HostTimeout", ("paused", "running"),
                     "b", "never resume it"),
    "finish-peer": (finish_hangs, PEER, "interrupted", "HostTimeout", ("paused", "paused"), "",
                    "may go on with it"),
}


@pytest.fixture(scope="module")
def ends():
    with Scene.running(worker=("--answer-deadline", str(ANSWER), "--cancel-deadline",
                               str(CANCEL))) as scene:
        jobs, migrations, found = {}, {}, {}
        for guest, (_, flow, *_) in CASES.items():
            scene.local.guest(guest)
            jobs[guest] = scene.client.migrate(guest, "b", flow=flow)
        for guest, (hang, *_) in CASES.items():  # eight run at once, the last one after the first
            migrations[guest] = scene.world.migration(guest, PATIENCE)
            hang(migrations[guest], jobs[guest])
        for guest, job in jobs.items():
            found[guest] = job.ended(seconds=PATIENCE)
        yield scene, jobs, migrations, found


@pytest.mark.parametrize("guest", CASES)
def test_the_job_ends_and_says_what_is_where(ends, guest):
    _, jobs, _, found = ends
    _, _, state, error, hosts, where, word = CASES[guest]
    end = found[guest]
    assert (end["State"], end["Error"][0]) == (state, ERROR + error), end["Error"]
    assert (end["SourceState"], end["DestinationState"]) == hosts and end["GuestHost"] == where
    assert word in end["Error"][1] and (f'"{guest}"' in end["Error"][1])
    assert end["Phase"] == "done" and end["WaitingFor"] == ""


def test_it_was_said_for_what_it_waits(ends):
    _, jobs, _, _ = ends
    for guest in ("prepare-direct", "prepare-peer", "copy-direct", "finish-direct", "finish-peer"):
        assert "b" in jobs[guest].values("WaitingFor"), guest
    assert "b" not in jobs["cancel-direct"].values("WaitingFor")


def test_an_error_is_told_at_the_end_only(ends):
    """A worker that gives up writes down why before another one has looked."""
    _, jobs, _, _ = ends
    for job in jobs.values():
        told = [change["Error"] for change in job.history if change.get("Error", ("",))[0]]
        assert told == [job["Error"]]


def test_somebody_is_called_where_the_end_is_not_sure(ends):
    scene, jobs, _, _ = ends
    for guest in ("prepare-peer", "there-direct", "finish-peer", "cancel-peer"):
        assert f"<3>Job {jobs[guest].id} " in scene.service.log()
    for guest in ("prepare-direct", "finish-direct", "cancel-direct", "early-direct"):
        assert f"<3>Job {jobs[guest].id} " not in scene.service.log()


def look_again(scene, job):
    scene.client.start(job.path, JOB, "Recover", GLib.Variant("(s)", ("look-again",))).result()
    return job.read()


def test_how_it_went_on_is_found_out_later(ends):
    """What libvirt on the source does after the job has ended, a look records."""
    scene, jobs, migrations, found = ends
    assert found["prepare-peer"]["Recovery"] == found["finish-peer"]["Recovery"] == ["look-again"]
    migrations["prepare-peer"].fail()
    migrations["finish-peer"].finish()
    failed, arrived = look_again(scene, jobs["prepare-peer"]), look_again(scene, jobs["finish-peer"])
    assert (failed["State"], failed["GuestHost"], failed["Recovery"]) == ("failed", "local", [])
    assert "may go on" not in failed["Error"][1] and failed["Error"][0] == ERROR + "HostTimeout"
    assert (arrived["State"], arrived["GuestHost"]) == ("completed", "b")
    assert arrived["Error"] == ("", "", "")


def test_the_copy_that_runs_there_can_be_made_the_guest(ends):
    scene, jobs, _, found = ends
    job = jobs["there-direct"]
    assert found["there-direct"]["Recovery"] == ["destroy-source", "look-again"]
    scene.client.start(job.path, JOB, "Recover",
                       GLib.Variant("(s)", ("destroy-source",))).result(PATIENCE)
    assert job.read()["State"] == "completed" and job.read()["GuestHost"] == "b"


def test_what_goes_on_is_waited_for(make):
    """A switch that takes longer than the deadline, as long as something moves."""
    s = make(worker=("--answer-deadline", "6"))
    s.local.guest("web")
    s.service.start()
    job = s.client.migrate("web", "b", flow=DIRECT)
    m = s.world.migration("web")
    m.copying(processed=90 * MIB, remaining=10 * MIB)
    job.until(Phase="copying")
    m.suspend()
    job.until(Phase="switching")
    begin = time.monotonic()
    for step in range(1, 9):
        m.copying(processed=(90 + step) * MIB, remaining=(10 - step) * MIB)
        job.until(lambda j: j["Statistics"].get("memory_processed") == (90 + step) * MIB)
        seen = len(s.world.asked("virDomainGetJobStats"))
        wait(lambda: len(s.world.asked("virDomainGetJobStats")) > seen + 3, "time passes")
    assert time.monotonic() - begin > 6, "or the deadline was none"
    assert s.local.guests["web"].state == PAUSED and job["State"] == "running"
    m.finish()
    assert job.ended("completed")["GuestHost"] == "b"
