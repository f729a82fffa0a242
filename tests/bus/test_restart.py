# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service dies and comes back, workers die: no job is lost, none is called what it is not."""

import os
import signal
import subprocess

import pytest

from harness import ERROR
from loop import DEADLINE, Exit, wait
from virt import MIB, SHUTOFF

FLOWS = ("peer-to-peer", "managed-direct")


def copying(s, **chosen):
    job = s.client.migrate("web", "b", **chosen)
    m = s.world.migration("web")
    m.copying(processed=30 * MIB, remaining=70 * MIB)
    job.until(Phase="copying")
    return job, m


def adopted(s, job):
    """The job as the service knows it after a restart."""
    wait(lambda: job.path in s.client.managed(), "the job is there again")
    return job.read()


@pytest.mark.parametrize("flow", FLOWS)
def test_a_killed_service_finds_its_running_job_again(s, flow):
    job, m = copying(s, flow=flow)
    s.restart()
    assert adopted(s, job)["State"] == "running"
    assert s.client.get("RunningJobs") == 1
    m.copying(processed=60 * MIB, remaining=40 * MIB)
    job.until(lambda j: (j["Progress"] or 0) == pytest.approx(0.6))
    m.finish()
    end = job.ended("completed")
    assert end["GuestHost"] == "b" and len(s.world.migrated) == 1


def test_a_stopped_service_leaves_its_workers_alone(s):
    job, m = copying(s)
    assert s.service.stop() == 0
    m.finish()
    m.worker.wait()
    s.service.start()
    end = job.read()
    assert end["State"] == "completed" and end["GuestHost"] == "b"
    assert end["Progress"] == 1 and end["Statistics"]["downtime"] == 42


def test_a_job_that_fails_while_the_service_is_away(s):
    job, m = copying(s)
    s.service.kill()
    m.fail(text="disk on fire")
    m.worker.wait()
    s.service.start()
    end = job.read()
    assert end["State"] == "failed" and end["GuestHost"] == "local"
    assert "disk on fire" in end["Error"][2]


def test_a_job_in_its_switch_is_adopted_in_it(s):
    job, m = copying(s)
    m.suspend()
    job.until(Phase="switching")
    s.restart()
    properties = adopted(s, job)
    assert properties["Phase"] == "switching" and not properties["Cancelable"]
    m.finish()
    job.ended("completed")


def test_cancel_of_an_adopted_job(s):
    job, m = copying(s)
    s.restart()
    adopted(s, job)
    wait(lambda: job.read()["Cancelable"], "the job can be cancelled")
    job.cancel()
    assert job.ended("cancelled")["GuestHost"] == "local"


def test_queued_jobs_are_started_after_a_restart(s):
    for number in range(9):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
    for number in range(8):
        s.world.migration(f"g{number}")
    last = s.client.job(9)
    last.until(State="queued")
    s.restart()
    assert adopted(s, last)["State"] == "queued"
    assert len(s.world.migrated) == 8
    s.world.migration("g0").finish()
    s.world.migration("g8").finish()
    last.ended("completed")


def test_many_jobs_are_adopted_at_once(s):
    jobs = []
    for number in range(8):
        s.local.guest(f"g{number}")
        jobs.append(s.client.migrate(f"g{number}", "b"))
    migrations = [s.world.migration(f"g{number}") for number in range(8)]
    s.restart()
    for m in migrations:
        m.finish()
    for job in jobs:
        adopted(s, job)
        job.until(lambda j: True)
        wait(lambda: job.read()["State"] == "completed", f"job {job.id} is completed")
    assert len(s.world.migrated) == 8


def test_a_restart_between_two_and_over_again(s):
    job, m = copying(s)
    for _ in range(3):
        s.restart()
        adopted(s, job)
    m.finish()
    job.ended("completed")
    assert len(s.world.migrated) == 1


def test_a_dead_worker_of_a_peer_to_peer_migration_is_followed(s):
    """libvirt goes on without its caller; who looks after it sees the end."""
    job, m = copying(s)
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    wait(lambda: [c for c in s.world.calls_open if c.pid != m.pid and c.connection],
         "another worker looks")
    assert job.read()["State"] == "running"
    m.finish()
    end = job.ended("completed")
    assert end["GuestHost"] == "b" and len(s.world.migrated) == 1


def test_a_dead_worker_of_a_peer_to_peer_migration_that_fails_later(s):
    job, m = copying(s)
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    wait(lambda: [c for c in s.world.calls_open if c.pid != m.pid and c.connection],
         "another worker looks")
    m.fail()
    end = job.ended()
    assert end["State"] in ("failed", "interrupted") and end["GuestHost"] == "local"
    assert end["Error"][0]


def test_a_dead_worker_of_a_managed_migration(s):
    """libvirt gives it up: the guest runs on the source and the job is not called completed."""
    job, m = copying(s, flow="managed-direct")
    os.kill(m.pid, signal.SIGKILL)
    end = job.ended()
    assert end["State"] in ("interrupted", "failed")
    assert end["Error"][0] == ERROR + "Interrupted"
    assert end["GuestHost"] == "local"
    assert end["SourceState"] == "running" and end["DestinationState"] == "absent"
    assert len(s.world.migrated) == 1, "nothing is tried again"


def test_a_stopped_worker_of_a_peer_to_peer_migration_lets_it_go_on(s):
    job, m = copying(s)
    os.kill(m.pid, signal.SIGTERM)
    m.worker.wait()
    m.finish()
    end = job.ended("completed")
    assert end["GuestHost"] == "b" and len(s.world.migrated) == 1


def test_a_stopped_worker_gives_up_a_managed_migration(s):
    job, m = copying(s, flow="managed-direct")
    os.kill(m.pid, signal.SIGTERM)
    end = job.ended("cancelled")
    assert m.aborts >= 1 and end["GuestHost"] == "local" and end["SourceState"] == "running"


def test_a_stopped_worker_brings_a_managed_migration_in_its_switch_to_the_end(s):
    job, m = copying(s, flow="managed-direct")
    m.suspend()
    job.until(Phase="switching")
    os.kill(m.pid, signal.SIGTERM)
    m.finish()
    assert job.ended("completed")["GuestHost"] == "b"


def test_a_second_worker_of_a_running_job_is_refused(s):
    job, m = copying(s)
    result = subprocess.run(
        [s.service.path("worker"), "job", str(job.id), "--state-dir", s.service.path("state"),
         "--runtime-dir", s.service.path("run")], capture_output=True, text=True, timeout=DEADLINE)
    assert result.returncode == 1 and "another worker" in result.stderr
    m.finish()
    job.ended("completed")
    assert len(s.world.migrated) == 1


def test_a_worker_that_dies_before_the_call_has_done_nothing(s):
    s.b.silent = {"virConnectOpenAuth"}
    job = s.client.migrate("web", "b")
    wait(lambda: s.world.asked("virConnectOpenAuth", host="b"), "the destination is asked")
    pid = next(c.pid for c in s.world.calls_open if c.host is s.b)
    job.until(Phase="connecting")
    s.b.silent = None
    os.kill(pid, signal.SIGKILL)
    end = job.ended()
    assert end["State"] in ("failed", "interrupted") and end["Called"] == 0
    assert end["Error"][0] in (ERROR + "Interrupted", ERROR + "Worker")
    assert s.world.migrated == []


def test_service_and_worker_die_together(s):
    job, m = copying(s)
    s.service.kill()
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    m.finish()
    s.service.start()
    adopted(s, job)
    wait(lambda: job.read()["State"] == "completed", "the job's end is found out")
    assert job.read()["GuestHost"] == "b" and len(s.world.migrated) == 1


def test_service_and_worker_die_before_libvirt_was_called(s):
    s.b.silent = {"virConnectOpenAuth"}
    job = s.client.migrate("web", "b")
    wait(lambda: s.world.asked("virConnectOpenAuth", host="b"), "the destination is asked")
    pid = next(c.pid for c in s.world.calls_open if c.host is s.b)
    job.until(Phase="connecting")
    worker = Exit(pid)
    s.service.kill()
    os.kill(pid, signal.SIGKILL)
    worker.wait()
    s.b.silent = None
    s.service.start()
    adopted(s, job)
    wait(lambda: job.read()["State"] in ("failed", "interrupted"), "the job ends")
    assert job.read()["GuestHost"] in ("local", "") and s.world.migrated == []


@pytest.mark.parametrize("broken", ("missing", "ends"))
def test_a_worker_that_cannot_be_started(make, broken):
    setup = make()
    setup.local.guest("web")
    worker = setup.service.path("worker")
    os.unlink(worker)
    if broken == "ends":
        with open(worker, "w") as file:
            file.write("#!/bin/sh\nexit 3\n")
        os.chmod(worker, 0o755)
    setup.service.start()
    end = setup.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + "Worker" and end["Called"] == 0
    assert setup.client.start_list_guests("local").error().short == "Worker"


def test_a_killed_query_worker_is_an_error_and_then_replaced(s):
    s.local.silent = {"virConnectGetAllDomainStats"}
    reply = s.client.start_list_guests("local")
    wait(lambda: s.world.asked("virConnectGetAllDomainStats"), "the host is asked")
    pid = next(c.pid for c in s.world.calls_open if c.function == "virConnectGetAllDomainStats")
    worker = Exit(pid)
    os.kill(pid, signal.SIGKILL)
    error = reply.error()
    assert error.short == "Worker" and "worker process has ended" in error.text
    worker.wait()
    s.local.silent = None
    assert [g["name"] for g in s.client.list_guests("local")] == ["web"]


def test_jobs_are_numbered_on_after_a_restart(s):
    s.world.on_migration = lambda migration: migration.finish()
    s.client.migrate("web", "b").ended("completed")
    s.restart()
    s.local.guest("db", state=1)
    job = s.client.migrate("db", "b")
    assert job.id == 2
    job.ended("completed")
    s.service.stop()
    s.service.start()
    assert [j["id"] for j in s.client.list_jobs()] == [2, 1]


def test_a_changed_host_file_does_not_change_a_job_that_was_made(s):
    """The request is frozen with its hosts: after a crash it is done as it was authorized."""
    s.b.guest("web", state=SHUTOFF, uuid=s.local.guests["web"].uuid)
    for number in range(8):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
        s.world.migration(f"g{number}")
    job = s.client.migrate("web", "b")
    job.until(State="queued")
    s.service.kill()
    s.service.write_host("b", Transport="tls", Address="evil.example")
    s.world.host("evil", address="evil.example")
    s.service.start()
    s.world.migration("g0").finish()
    m = s.world.migration("web")
    assert m.uri == "qemu+tls://b.example/system" and m.destination is s.b
    assert not s.world.asked("virConnectOpenAuth", host="evil")
    m.finish()
    wait(lambda: job.read()["State"] == "completed", "the job is completed")
