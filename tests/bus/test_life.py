# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of a job as clients see it: states, phases, progress, and its last announcement."""

import os
import time

import pytest

from harness import FINAL, Job, ROOT
from loop import wait
from virt import ERR_OPERATION_FAILED, MIB, PAUSED

PHASES = ["queued", "connecting", "checking", "preparing", "copying", "switching", "verifying",
          "done"]


def lived_in_order(job):
    """Nothing goes back, and the last announced change is the final state, just after its error."""
    phases = [PHASES.index(phase) for phase in job.values("Phase")]
    assert phases == sorted(phases), job.values("Phase")
    progress = job.values("Progress")
    assert progress == sorted(progress) and 0 <= progress[0] and progress[-1] <= 1
    assert [state for state in job.values("State") if state in FINAL] == [job["State"]]
    assert job.history[-1].get("State") == job["State"], job.history[-1]
    assert all(change.get("Error", ("", "", "")) == ("", "", "") for change in job.history[:-2])
    assert all(change.get("Finished", 0) == 0 for change in job.history[:-1])


def test_a_migration_from_queued_to_completed(s):
    before = int(time.time() * 1e6)
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    job.until(State="running", Phase="preparing")
    assert job["Guest"] == "web" and job["GuestUUID"] == s.local.guests["web"].uuid
    assert job["Plan"]["function"] == m.function
    assert job["Called"] >= job["Created"] >= before and job["Finished"] == 0
    assert job["Cancelable"] and job["CancelRefusal"] == ""

    m.copying(processed=100 * MIB, remaining=300 * MIB, memory_bps=50 * MIB)
    job.until(Phase="copying", condition=lambda j: j["Progress"] == pytest.approx(0.25))
    assert job["Statistics"]["memory_bps"] == 50 * MIB
    assert job["Statistics"]["data_remaining"] == 300 * MIB

    m.suspend()
    job.until(Phase="switching")
    assert not job["Cancelable"] and job["CancelRefusal"]
    m.finish(downtime=123)
    end = job.ended("completed")

    assert end == {**job.client.seen[job.path]}
    assert set(job.values("Phase")) >= {"preparing", "copying", "switching", "done"}
    assert job.values("State")[-2:] == ["running", "completed"]
    assert end["GuestHost"] == "b" and end["Progress"] == 1
    assert end["SourceState"] == "shutoff" and end["DestinationState"] == "running"
    assert end["Error"] == ("", "", "") and end["OwnerUID"] == os.geteuid()
    assert end["Finished"] >= end["Called"]
    assert end["Statistics"]["downtime"] == 123
    assert not end["Cancelable"] and end["CancelRefusal"]
    lived_in_order(job)


def test_progress_never_falls_when_the_guest_dirties_its_memory(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    for processed, remaining in ((300, 100), (350, 900), (400, 1600), (2000, 10)):
        m.copying(processed=processed * MIB, remaining=remaining * MIB)
        job.until(lambda j: (j["Statistics"] or {}).get("data_processed") == processed * MIB)
    assert job["Progress"] < 1
    m.finish()
    job.ended("completed")
    lived_in_order(job)


def test_a_failed_job_says_why_and_where_the_guest_is(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.copying(processed=1 * MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    m.fail(ERR_OPERATION_FAILED, "operation failed: disk on fire")
    end = job.ended("failed")
    name, sentence, raw = end["Error"]
    assert name == "org.example.Migration1.Error.Failed"
    assert "web" in sentence and "disk on fire" in raw
    assert end["GuestHost"] == "local"
    assert end["SourceState"] == "running" and end["DestinationState"] == "absent"
    assert end["Progress"] < 1 and end["Phase"] == "done"
    lived_in_order(job)


def test_a_paused_guest_is_migrated_and_stays_paused(s):
    s.local.guest("frozen", state=PAUSED)
    job = s.client.migrate("frozen", "b")
    m = s.world.migration("frozen")
    m.finish()
    s.b.guests["frozen"].state = PAUSED
    assert job.ended("completed")["GuestHost"] == "b"


def test_by_uuid(s):
    uuid = s.local.guests["web"].uuid
    job = s.client.migrate(uuid.upper(), "b")
    s.world.migration("web").finish()
    end = job.ended("completed")
    assert end["Guest"] == "web" and end["GuestUUID"] == uuid


def test_a_guest_whose_name_looks_like_a_number_or_has_odd_letters(s):
    for name in ("42", "wéb ☃", "-x", "a'b\"c"):
        s.local.guest(name)
        job = s.client.migrate(name, "b")
        s.world.migration(name).finish()
        assert job.ended("completed")["Guest"] == name


def test_the_source_may_be_another_host(s):
    s.b.guest("db")
    job = s.client.migrate("db", "local", source="b")
    m = s.world.migration("db")
    assert m.uri == "qemu+tls://a.example/system"
    m.finish()
    end = job.ended("completed")
    assert (end["Source"], end["Destination"], end["GuestHost"]) == ("b", "local", "local")


def test_the_service_may_run_on_neither_host(s):
    s.service.write_host("c", Transport="ssh", Address="c.example", User="root")
    s.world.host("c")
    s.b.guest("db")
    wait(lambda: s.client.host_path("c") in s.client.seen, "host c appears")
    job = s.client.migrate("db", "c", source="b")
    m = s.world.migration("db")
    assert m.uri == "qemu+ssh://root@c.example/system?no_tty=1&proxy=native"
    m.finish()
    assert job.ended("completed")["GuestHost"] == "c"
    assert not s.world.asked("virConnectOpenAuth", host="local")


def test_the_job_goes_on_when_its_caller_leaves(s):
    other = s.new_client()
    path = other.migrate("web", "b").path
    m = s.world.migration("web")
    other.connection.close_sync(None)
    m.finish()
    assert Job(s.client, path).ended("completed")["GuestHost"] == "b"


def test_the_worker_of_a_finished_job_ends_and_its_job_stays_readable(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.finish()
    job.ended("completed")
    m.worker.wait()
    assert job.read()["State"] == "completed"
    assert job.path in s.client.managed()
    wait(lambda: s.client.get("RunningJobs") == 0, "no job has a worker")
    assert s.world.connections == {} or m.pid not in [c.pid for c in s.world.connections.values()]


def test_the_same_guest_can_be_migrated_again_and_back(s):
    for source, destination in (("local", "b"), ("b", "local"), ("local", "b")):
        job = s.client.migrate("web", destination, source=source, persist=True,
                               undefine_source=True)
        s.world.migration("web").finish()
        assert job.ended("completed")["GuestHost"] == destination
    assert [j["id"] for j in s.client.list_jobs()] == [3, 2, 1]


def test_progress_is_announced_at_most_twice_a_second(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    start = time.monotonic()
    for step in range(1, 4):
        m.copying(processed=step * 100 * MIB, remaining=1000 * MIB)
        job.until(lambda j: (j["Statistics"] or {}).get("data_processed") == step * 100 * MIB)
    took = time.monotonic() - start
    told = [c for c in job.history if "Statistics" in c and "Phase" not in c and "State" not in c]
    assert len(told) <= 2 * took + 2
    m.finish()
    job.ended("completed")


def test_counts_are_announced(s):
    job = s.client.migrate("web", "b")
    wait(lambda: s.client.seen.get(ROOT, {}).get("RunningJobs") == 1, "one job runs")
    s.world.migration("web").finish()
    job.ended("completed")
    wait(lambda: s.client.seen[ROOT]["RunningJobs"] == 0, "no job runs")
