# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cancel in every phase. A job is "cancelled" only when the guest was seen running on the source.
"""

import pytest

from harness import ERROR, JOB
from loop import wait
from virt import MIB


def assert_safe(s, end):
    assert end["Error"][0] == ERROR + "Cancelled"
    assert end["GuestHost"] == "local" and end["SourceState"] == "running"
    assert s.local.guests["web"].state == 1 and "web" not in s.b.guests


@pytest.mark.parametrize("flow", ("peer-to-peer", "managed-direct"))
def test_while_copying(s, flow):
    job = s.client.migrate("web", "b", flow=flow)
    m = s.world.migration("web")
    m.copying(processed=10 * MIB, remaining=90 * MIB)
    job.until(Phase="copying")
    job.cancel()
    end = job.ended("cancelled")
    assert m.aborts >= 1
    assert "cancelling" in job.values("State")
    assert_safe(s, end)
    assert end["Phase"] == "done" and end["Progress"] < 1


def test_while_preparing(s):
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.until(Phase="preparing")
    job.cancel()
    assert_safe(s, job.ended("cancelled"))


def test_abort_is_repeated_until_libvirt_takes_it(s):
    """Before its migration job has begun libvirt answers an abort with an error."""
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    job.until(Phase="preparing")
    s.local.guests["web"].job = None
    job.cancel()
    wait(lambda: s.world.asked("virDomainAbortJob"), "an abort is tried")
    assert not m.over
    s.local.guests["web"].job = m
    assert_safe(s, job.ended("cancelled"))


@pytest.mark.parametrize("silent,phase", (
    ("virConnectOpenAuth", "connecting"),
    ("virConnectGetCapabilities", ("connecting", "checking"))))
def test_while_a_host_does_not_answer(s, silent, phase):
    s.b.silent = {silent}
    job = s.client.migrate("web", "b")
    wait(lambda: s.world.asked(silent, host="b"), "the destination is asked")
    job.until(State="running", Phase=phase)
    job.cancel()
    end = job.ended("cancelled")
    assert s.world.migrated == [] and end["Called"] == 0
    assert end["Error"][0] == ERROR + "Cancelled"


def test_while_the_guest_is_looked_up(s):
    s.b.silent = {"virDomainLookupByUUIDString", "virDomainLookupByName"}
    job = s.client.migrate("web", "b")
    job.until(Phase="checking")
    job.cancel()
    end = job.ended("cancelled")
    assert s.world.migrated == [] and end["Called"] == 0


def test_at_once(s):
    """Before the worker is there the cancel waits for it."""
    job = s.client.migrate("web", "b")
    job.cancel()
    end = job.ended("cancelled")
    assert end["Error"][0] == ERROR + "Cancelled"
    assert s.local.guests["web"].state == 1 and "web" not in s.b.guests


def test_a_guest_that_is_stopped_for_the_copy_is_not_switching(s):
    """Without live it is paused from the start, and the job can be cancelled all the time."""
    job = s.client.migrate("web", "b", live=False)
    m = s.world.migration("web")
    m.suspend()
    m.copying(processed=1, remaining=9)
    job.until(Phase="copying")
    assert job["Cancelable"]
    job.cancel()
    assert_safe(s, job.ended("cancelled"))


def test_too_late_while_switching(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.suspend()
    job.until(Phase="switching")
    error = job.client.start(job.path, JOB, "Cancel").error()
    assert error.short == "TooLate" and error.text == job["CancelRefusal"]
    assert m.aborts == 0
    m.finish()
    assert job.ended("completed")["GuestHost"] == "b"


def test_too_late_while_verifying(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    s.b.silent = {"virDomainGetState", "virDomainLookupByUUIDString", "virDomainLookupByName",
                  "virDomainIsActive"}
    m.finish()
    job.until(Phase="verifying")
    error = job.client.start(job.path, JOB, "Cancel").error()
    assert error.short == "TooLate"


def test_a_finished_job(s):
    job = s.client.migrate("web", "b")
    s.world.migration("web").finish()
    job.ended("completed")
    error = job.client.start(job.path, JOB, "Cancel").error()
    assert error.short == "JobFinished" and job["CancelRefusal"]


def test_a_second_cancel_changes_nothing(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.abort_ends_it = False
    m.copying(processed=1, remaining=9)
    job.until(Phase="copying")
    job.cancel()
    job.until(State="cancelling")
    assert not job["Cancelable"] and job["CancelRefusal"]
    job.client.start(job.path, JOB, "Cancel").error()
    assert job["State"] == "cancelling"
    wait(lambda: m.aborts, "libvirt is asked to abort")
    m.abort_ends_it = True
    m.abort()
    assert_safe(s, job.ended("cancelled"))


def test_a_cancel_that_loses_the_race_is_a_completed_migration(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.abort_ends_it = False
    m.copying(processed=1, remaining=9)
    job.until(Phase="copying")
    job.cancel()
    wait(lambda: m.aborts, "libvirt is asked to abort")
    m.finish()
    end = job.ended("completed")
    assert end["GuestHost"] == "b" and end["Error"] == ("", "", "")


def test_a_queued_job(s):
    running = []
    for number in range(8):
        s.local.guest(f"g{number}")
        running.append(s.client.migrate(f"g{number}", "b"))
    for number in range(8):
        s.world.migration(f"g{number}")
    job = s.client.migrate("web", "b")
    job.until(State="queued")
    assert s.client.get("QueuedJobs") == 1
    pids = set(s.world.pids)
    job.cancel()
    end = job.ended("cancelled")
    assert end["Called"] == 0 and end["Error"][0] == ERROR + "Cancelled"
    assert s.client.get("QueuedJobs") == 0
    for number in range(8):
        s.world.migration(f"g{number}").finish()
    for other in running:
        other.ended("completed")
    assert [m.guest.name for m in s.world.migrated if m.guest.name == "web"] == []
    assert len(s.world.pids) == len(pids)


def test_the_guest_can_be_migrated_after_a_cancel(s):
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.cancel()
    assert_safe(s, job.ended("cancelled"))
    job = s.client.migrate("web", "b")
    s.world.migration("web").finish()
    job.ended("completed")
