# SPDX-License-Identifier: LGPL-2.1-or-later
"""Events of jobs: which, in which order, each once, whoever of service and worker writes it. There
is no journal on this bus, so the sentences are lines of standard error; their fields are looked at
by the unit test of journal.c and on real hosts."""

import os
import re
import signal

import pytest

import polkit
from loop import wait
from virt import ERR_SYSTEM_ERROR, FROM_RPC, MIB, VirError

CRIT, ERR, WARNING, NOTICE, INFO = "23456"

# the sentences of the table in service/journal.c
EVENTS = {
    "job-started": (INFO, r'Job (\d+) migrates guest ".*" from host \S+ to host \S+ for user \d+\.'),
    "phase": (INFO, r"Job (\d+) is (\w+)\."),
    "completed": (NOTICE, r'Job (\d+) completed: guest ".*" has moved from host \S+ to host \S+\.'),
    "failed": (WARNING, r"Job (\d+) failed: .+"),
    "cancelled": (NOTICE, r"Job (\d+) ended: .*cancelled.+"),
    "needs-attention": (ERR, r'Job (\d+) \w+, look after guest ".*": .+'),
    "split": (CRIT, r'Job (\d+) \w+, guest ".*" runs TWICE: .+'),
    "recovered": (NOTICE, r"Job (\d+) recovered: .+"),
}


def events(s, job=1):
    """The events of a job in their order; a phase by its own name."""
    found = []
    for line in s.service.log().splitlines():
        for name, (priority, sentence) in EVENTS.items():
            match = re.fullmatch(f"<{priority}>{sentence}", line)
            if match and int(match[1]) == job:
                found.append(match[2] if name == "phase" else name)
    return found


def mentions(s, *words):
    """The lines of the log with all of these words: nothing else may tell of the end as well."""
    return [line for line in s.service.log().splitlines() if all(word in line for word in words)]


def copying(s, **chosen):
    job = s.client.migrate("web", "b", **chosen)
    m = s.world.migration("web")
    m.copying(processed=30 * MIB, remaining=70 * MIB)
    job.until(Phase="copying")
    return job, m


def break_worker(s):
    """No worker that is started from now on comes to anything."""
    with open(s.service.path("worker"), "w") as file:
        file.write("#!/bin/sh\nexit 3\n")


UP_TO_COPYING = ["job-started", "checking", "preparing", "copying"]


@pytest.mark.parametrize("flow", ("peer-to-peer", "managed-direct"))
def test_a_migration(s, flow):
    job, m = copying(s, flow=flow)
    assert events(s) == UP_TO_COPYING
    m.suspend()
    job.until(Phase="switching")
    m.finish()
    job.ended("completed")
    assert events(s) == UP_TO_COPYING + ["switching", "verifying", "completed"]
    s.restart()
    wait(lambda: job.path in s.client.managed(), "the job is there again")
    assert events(s) == UP_TO_COPYING + ["switching", "verifying", "completed"]


def test_a_cancelled_one(s):
    job, m = copying(s)
    job.cancel()
    job.ended("cancelled")
    assert events(s) == UP_TO_COPYING + ["verifying", "cancelled"]
    assert len(mentions(s, "the migration was cancelled")) == 1


def test_one_that_libvirt_fails(s):
    job, m = copying(s)
    m.fail(text="disk on fire\nand\x1b[2J smoke")
    job.ended("failed")
    assert events(s) == UP_TO_COPYING + ["verifying", "failed"]
    assert len(mentions(s, "Job 1 failed")) == 1


def test_one_that_cannot_reach_the_destination(s):
    s.b.refuses = VirError(ERR_SYSTEM_ERROR, "unable to connect to server at 'b.example:16514': "
                           "Connection refused", FROM_RPC)
    end = s.client.migrate("web", "b").ended("failed")
    assert end["GuestHost"] == ""
    # nothing was touched, so nobody has to look although the guest's host is not known
    assert events(s) == ["job-started", "failed"]


def test_one_that_is_cancelled_in_the_queue(s):
    for number in range(9):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
    s.world.migration("g7")
    job = s.client.job(9).until(State="queued")
    job.cancel()
    job.ended("cancelled")
    assert events(s, 9) == ["cancelled"]
    assert len(mentions(s, "nothing was done to guest g8")) == 1


def test_one_whose_worker_cannot_be_started(make):
    s = make()
    s.local.guest("web")
    break_worker(s)
    s.service.start()
    s.client.migrate("web", "b").ended("failed")
    assert events(s) == ["failed"]


def test_one_whose_worker_dies_and_whose_second_worker_sees_the_end(s):
    job, m = copying(s)
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    wait(lambda: [c for c in s.world.calls_open if c.pid != m.pid and c.connection],
         "another worker looks")
    m.finish()
    job.ended("completed")
    assert events(s) == UP_TO_COPYING + ["verifying", "recovered", "completed"]


def test_one_whose_worker_dies_with_the_migration(s):
    """Managed direct: the second worker says what it sees, and that nobody saw the end."""
    job, m = copying(s, flow="managed-direct")
    os.kill(m.pid, signal.SIGKILL)
    job.ended("interrupted")
    assert events(s) == UP_TO_COPYING + ["verifying", "needs-attention"]


def test_one_whose_workers_all_die(s):
    job, m = copying(s)
    break_worker(s)
    os.kill(m.pid, signal.SIGKILL)
    job.ended("interrupted")
    assert events(s) == UP_TO_COPYING + ["needs-attention"]
    assert len(mentions(s, "the worker ended without an outcome")) == 1


def test_one_that_ends_while_the_service_is_away(s):
    job, m = copying(s)
    s.service.kill()
    m.finish()
    m.worker.wait()
    s.service.start()
    assert job.read()["State"] == "completed"
    assert events(s) == UP_TO_COPYING + ["verifying", "completed"]


@pytest.mark.parametrize("how", (polkit.NO, polkit.CHALLENGE, polkit.ERROR))
def test_a_denied_call(s, how):
    s.polkit.answers["migrate"] = how
    assert s.client.start_migrate("web", "b").error().short == "AccessDenied"
    caller = s.client.connection.get_unique_name()
    line, = mentions(s, "was denied")
    assert line.startswith(f"<{WARNING}>User {os.getuid()} ({caller}) was denied Migrate "
                           "(org.example.Migration1.migrate): polkit")
    assert events(s) == []


def test_a_guest_whose_name_is_made_to_forge_a_line(s):
    guest = "x<2>Job 1 completed: {JOB_ID} %s"
    s.local.guest(guest)
    s.world.on_migration = lambda migration: migration.finish()
    s.client.migrate(guest, "b").ended("completed")
    assert [e for e in events(s) if e in ("job-started", "completed")] == ["job-started",
                                                                           "completed"]
    line, = mentions(s, f"<{NOTICE}>")
    assert f'guest "{guest}"' in line
