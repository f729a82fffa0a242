# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be done to a job while it runs: each control in each phase, what libvirt is asked to do,
and what the job tells of it."""

import os
import signal
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import GLib

import polkit
from harness import JOB, NAME, SOURCE
from loop import wait
from test_polkit import OTHER
from virt import (ERR_INTERNAL_ERROR, ERR_OPERATION_INVALID, MIB, PAUSED, RUNNING, VirError)

ERR_NO_SUPPORT = 3
VALUES = {"SetMaximumDowntime": 500, "SetBandwidth": 7, "SetPostCopyBandwidth": 8}
CONTROLS = ("Cancel", "StartPostCopy", *VALUES, "Pause")
TUNES = CONTROLS[1:]


def copying(s, flow="peer-to-peer", **chosen):
    job = s.client.migrate("web", "b", flow=flow, **{"postcopy": True, **chosen})
    m = s.world.migration("web")
    m.copying(processed=30 * MIB, remaining=70 * MIB, memory_bps=10 * MIB)
    job.until(Phase="copying")
    return job, m


def queued(s):
    s.service.write_host("b", Transport="tls", Address="b.example")
    for number in range(8):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
        s.world.migration(f"g{number}")
    return s.client.migrate("web", "b", postcopy=True).until(State="queued")


def connecting(s):
    s.b.silent = {"virConnectOpenAuth"}
    return s.client.migrate("web", "b", postcopy=True).until(Phase="connecting")


def preparing(s):
    job = s.client.migrate("web", "b", postcopy=True)
    s.world.migration("web")
    return job.until(Phase="preparing")


def switching(s):
    job, m = copying(s)
    m.suspend()
    return job.until(Phase="switching")


def post_copy(s):
    job, m = copying(s)
    m.start_post_copy()
    return job.until(Phase="post-copy")


def verifying(s):
    job, m = copying(s)
    s.b.silent = {"virDomainGetState", "virDomainLookupByUUIDString", "virDomainLookupByName"}
    m.finish()
    return job.until(Phase="verifying")


def done(s):
    job, m = copying(s)
    m.finish()
    job.ended("completed")
    return job


def cancelling(s):
    job, m = copying(s)
    m.abort_ends_it = False
    job.cancel()
    return job.until(State="cancelling")


LATE = dict.fromkeys(CONTROLS, "TooLate")
EARLY = {"Cancel": None, **dict.fromkeys(TUNES, "TooEarly")}
PHASES = {
    queued: EARLY,
    connecting: EARLY,
    preparing: EARLY,
    switching: LATE,
    post_copy: {**LATE, "SetPostCopyBandwidth": None},
    verifying: LATE,
    cancelling: {**LATE, "Cancel": "TooLate"},
    done: dict.fromkeys(CONTROLS, "JobFinished"),
}


@pytest.mark.parametrize("enter", PHASES, ids=lambda enter: enter.__name__)
def test_each_control_in_each_phase(s, enter):
    job = enter(s)
    told = job.read()["Controls"]
    assert set(told) == set(CONTROLS)
    for method, expected in PHASES[enter].items():
        assert bool(told[method]) == bool(expected), (method, told)
        if expected:
            error = job.start_control(method, VALUES.get(method)).error()
            assert (error.short, error.text) == (expected, told[method]), method
    assert job["Cancelable"] is not bool(told["Cancel"])
    assert job["CancelRefusal"] == told["Cancel"]
    ids = job["Refusals"]
    assert {method: bool(ids[method]) for method in ids} == \
        {method: bool(told[method]) for method in told}
    assert " " not in "".join(ids.values())


def test_while_copying_all_can_be_called(s):
    job, m = copying(s)
    assert set(job["Controls"].values()) == {""}
    for method, value in VALUES.items():
        job.control(method, value)
    assert m.speeds == [(7, False), (8, True)]
    assert s.local.guests["web"].maximum_downtime == 500
    m.finish()
    job.ended("completed")


def test_the_documented_methods_are_the_controls(s):
    tree = ElementTree.parse(os.path.join(SOURCE, "dbus-interfaces", f"{JOB}.xml"))
    documented = {m.get("name"): m.findall("arg") for m in tree.getroot().iter("method")}
    for other in ("GetSamples", "Recover"):
        documented.pop(other)
    assert tuple(documented) == CONTROLS
    assert {name for name, arguments in documented.items() if arguments} == set(VALUES)


@pytest.mark.parametrize("value", (0, 2**63, 2**64 - 1))
@pytest.mark.parametrize("method", VALUES)
def test_a_value_out_of_range_is_refused_before_polkit_is_asked(s, method, value):
    job, m = copying(s)
    before = len(s.polkit.questions)
    error = job.start_control(method, value).error()
    assert error.short == "InvalidOptionValue" and str(value) in error.text
    assert len(s.polkit.questions) == before
    assert m.speeds == [] and s.local.guests["web"].maximum_downtime == 300


@pytest.mark.parametrize("flow", ("peer-to-peer", "managed-direct"))
def test_post_copy(s, flow):
    job, m = copying(s, flow=flow)
    job.control("StartPostCopy")
    job.until(Phase="post-copy")
    assert (job["GuestHost"], job["SourceState"], job["DestinationState"]) == (
        "b", "paused", "running")
    assert "lose the guest" in job["Controls"]["Cancel"]
    assert "SetPostCopyBandwidth" in job["Controls"]["SetBandwidth"]
    for processed, remaining in ((40, 60), (45, 80), (90, 10)):
        m.copying(processed=processed * MIB, remaining=remaining * MIB, memory_bps=10 * MIB)
        job.until(lambda j: j["Statistics"]["data_processed"] == processed * MIB)
    assert job["Converging"] == "yes" and job["ExpectedEnd"] > 0
    job.control("SetPostCopyBandwidth", 3)
    assert m.speeds == [(3, True)]
    progress = job.values("Progress")
    assert progress == sorted(progress)
    m.finish()
    end = job.ended("completed")
    assert end["GuestHost"] == "b" and m.aborts == 0


def test_a_worker_that_dies_in_post_copy_is_replaced_by_one_that_sees_it(s):
    job, m = copying(s)
    m.start_post_copy()
    job.until(Phase="post-copy")
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    m.copying(processed=95 * MIB, remaining=5 * MIB)
    job.until(lambda j: j["Statistics"]["data_processed"] == 95 * MIB)
    assert job["Phase"] == "post-copy" and job["GuestHost"] == "b"
    m.finish()
    assert job.ended("completed")["GuestHost"] == "b"


def test_a_post_copy_that_is_broken_off_ends_the_job_and_warns(s):
    job, m = copying(s)
    m.start_post_copy()
    job.until(Phase="post-copy")
    m.break_post_copy()
    end = job.ended("failed")
    assert end["GuestHost"] == ""
    assert "postcopy-resume" in end["Error"][1] and "destroy neither" in end["Error"][1]


@pytest.mark.parametrize("postcopy", (None, False))
def test_post_copy_needs_its_option(s, postcopy):
    chosen = {} if postcopy is None else {"postcopy": postcopy}
    job = s.client.migrate("web", "b", **chosen)
    m = s.world.migration("web")
    m.copying(processed=1 * MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    for method in ("StartPostCopy", "SetPostCopyBandwidth"):
        error = job.start_control(method, VALUES.get(method)).error()
        assert error.short == "NotSupported" and "postcopy" in error.text
    assert job["Controls"]["SetBandwidth"] == "" and m.speeds == []


def test_a_driver_that_can_nothing(s):
    s.local.driver = s.b.driver = "Xen"
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.until(Phase="preparing")
    for method in CONTROLS:
        error = job.start_control(method, VALUES.get(method)).error()
        assert error.short == "NotSupported" and error.text == job["Controls"][method]


@pytest.mark.parametrize("flow", ("peer-to-peer", "managed-direct"))
def test_pause_lets_it_finish(s, flow):
    job, m = copying(s, flow=flow)
    job.control("Pause")
    job.until(SourceState="paused")
    assert job["Phase"] == "copying" and job["Controls"]["Cancel"] == ""
    job.until(lambda j: "paused already" in j["Controls"]["Pause"])
    assert job.start_control("Pause").error().short == "TooLate"
    m.copying(processed=60 * MIB, remaining=40 * MIB, memory_bps=10 * MIB)
    job.until(Converging="yes")
    m.finish()
    end = job.ended("completed")
    assert (end["GuestHost"], end["DestinationState"]) == ("b", "running")


def test_pause_and_then_cancel(s):
    job, m = copying(s)
    job.control("Pause")
    job.until(SourceState="paused")
    job.cancel()
    end = job.ended("cancelled")
    assert (end["GuestHost"], end["SourceState"]) == ("local", "running")


@pytest.mark.parametrize("remaining,passes", ((70, 1), (70, 5), (0, 1)),
                         ids=("first-pass", "late", "end-of-first-pass"))
def test_a_guest_that_somebody_suspends_is_not_switching(s, remaining, passes):
    """libvirt calls it the same as the switch; there is too much left for one."""
    job, m = copying(s)
    m.copying(processed=40 * MIB, remaining=remaining * MIB, memory_bps=10 * MIB,
              memory_iteration=passes)
    m.pause()
    job.until(SourceState="paused")
    assert job["Phase"] == "copying" and job["Cancelable"]
    m.copying(processed=50 * MIB, remaining=60 * MIB, memory_bps=10 * MIB, memory_iteration=passes)
    job.until(lambda j: j["Statistics"]["data_processed"] == 50 * MIB)
    assert job["Phase"] == "copying"
    job.cancel()
    end = job.ended("cancelled")
    assert m.aborts and (end["GuestHost"], end["SourceState"]) == ("local", "running")


def test_what_is_the_switch_follows_the_maximum_downtime(s):
    """With a longer one allowed, more may be left over for it."""
    job, m = copying(s)
    job.control("SetMaximumDowntime", 10000)
    m.copying(processed=40 * MIB, remaining=70 * MIB, memory_bps=10 * MIB, memory_iteration=2)
    m.pause()
    job.until(Phase="switching")
    m.finish()
    job.ended("completed")


def test_a_worker_that_dies_while_the_guest_is_paused_knows_that_it_ran(s):
    job, m = copying(s, flow="managed-direct")
    job.control("Pause")
    job.until(SourceState="paused")
    job.control("SetBandwidth", 9)
    os.kill(m.pid, signal.SIGKILL)
    end = job.ended("failed", seconds=60)
    # the next worker resumed it: that is how it was before
    assert (end["SourceState"], end["GuestHost"]) == ("running", "local")
    assert "it was resumed on host local" in end["Error"][1]


# maximum-downtime


def downtime_calls(s):
    return [function for _, function, _ in s.world.asked(
        "virDomainMigrateSetMaxDowntime", "virDomainMigrateToURI3", "virDomainMigrate3")]


@pytest.mark.parametrize("flow", ("peer-to-peer", "managed-direct"))
def test_the_maximum_downtime_is_set_before_the_call(s, flow):
    job, m = copying(s, flow=flow, maximum_downtime=1234)
    assert downtime_calls(s) == ["virDomainMigrateSetMaxDowntime", m.function]
    assert s.local.guests["web"].maximum_downtime == 1234
    m.finish()
    job.ended("completed")
    assert len(downtime_calls(s)) == 2


@pytest.mark.parametrize("how", ("cancel", "fail"))
def test_a_guest_that_stays_has_its_downtime_back(s, how):
    s.local.guests["web"].maximum_downtime = 77
    job, m = copying(s, maximum_downtime=1234)
    job.control("SetMaximumDowntime", 4321)
    job.cancel() if how == "cancel" else m.fail()
    job.ended()
    assert s.local.guests["web"].maximum_downtime == 77


def test_also_if_its_worker_has_died(s):
    s.local.guests["web"].maximum_downtime = 77
    job, m = copying(s, maximum_downtime=1234)
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    m.fail()
    job.ended()
    assert s.local.guests["web"].maximum_downtime == 77


def test_a_downtime_that_cannot_be_set_ends_the_job_before_the_call(s):
    s.local.broken["virDomainMigrateSetMaxDowntime"] = VirError(
        ERR_INTERNAL_ERROR, "internal error: unable to execute QEMU command")
    job = s.client.migrate("web", "b", maximum_downtime=1234)
    end = job.ended("failed")
    assert s.world.migrated == [] and end["GuestHost"] == "local"
    assert "unable to execute QEMU command" in end["Error"][2]


def test_without_the_option_it_is_left_alone(s):
    s.local.guests["web"].maximum_downtime = 77
    job, m = copying(s)
    m.fail()
    job.ended("failed")
    assert downtime_calls(s) == [m.function] and s.local.guests["web"].maximum_downtime == 77


# what libvirt may answer


@pytest.mark.parametrize("code,name", ((ERR_OPERATION_INVALID, "TooLate"),
                                       (ERR_NO_SUPPORT, "NotSupported"),
                                       (ERR_INTERNAL_ERROR, "Failed")))
@pytest.mark.parametrize("method,function", (
    ("StartPostCopy", "virDomainMigrateStartPostCopy"), ("Pause", "virDomainSuspend"),
    ("SetMaximumDowntime", "virDomainMigrateSetMaxDowntime"),
    ("SetBandwidth", "virDomainMigrateSetMaxSpeed")))
def test_libvirt_refuses(s, method, function, code, name):
    job, m = copying(s)
    s.local.broken[function] = VirError(code, "the hypervisor is not in the mood")
    error = job.start_control(method, VALUES.get(method)).error()
    assert error.short == name
    assert "not in the mood" not in error.text
    assert job["State"] == "running" and job["Phase"] == "copying"
    m.finish()
    job.ended("completed")


def test_libvirt_never_answers(s):
    """Nobody else waits for it, and the caller hears when the job has ended."""
    job, m = copying(s)
    s.local.silent = {"virDomainMigrateSetMaxSpeed"}
    reply = job.start_control("SetBandwidth", 7)
    wait(lambda: s.world.asked("virDomainMigrateSetMaxSpeed"), "libvirt is asked")
    assert job.read()["State"] == "running" and not reply.done
    m.finish()
    job.ended("completed")
    assert reply.error().short == "JobFinished"


def test_the_source_cannot_be_asked(s):
    """The connection of the monitor is lost and no new one is to be had; the migration goes on."""
    job, m = copying(s)
    s.local.refuses = VirError(38, "unable to connect", 7)
    for call in list(s.world.connections.values()):
        call.close()
    s.local.broken["virConnectIsAlive"] = VirError(39, "client socket is closed", 7)
    error = job.start_control("SetBandwidth", 7).error()
    assert error.short == "ConnectionLost" and m.speeds == []


def test_several_at_once_are_done_in_order(s):
    job, m = copying(s)
    replies = [job.start_control("SetBandwidth", value) for value in range(1, 8)]
    assert [reply.result() for reply in replies] == [None] * 7
    assert m.speeds == [(value, False) for value in range(1, 8)]


# polkit


@pytest.mark.parametrize("method", TUNES)
def test_own_jobs_are_tuned_with_tune_own(s, method):
    job, m = copying(s)
    s.polkit.answers["tune-other"] = polkit.NO
    job.control(method, VALUES.get(method))
    question = s.polkit.asked("tune-own")
    assert question.action == f"{NAME}.tune-own"
    assert question.details == {"job.id": "1", "job.owner.uid": str(os.geteuid()),
                                "job.control": method, "guest.name": "web",
                                "guest.uuid": s.local.guests["web"].uuid,
                                "source.name": "local", "destination.name": "b"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
@pytest.mark.parametrize("method", TUNES)
def test_jobs_of_others_are_tuned_with_tune_other(s, method):
    job, m = copying(s)
    stranger = s.new_client(uid=OTHER).job(job.id)
    s.polkit.answers["tune-other"] = polkit.NO
    error = stranger.start_control(method, VALUES.get(method)).error()
    assert error.short == "AccessDenied" and "tune-other" in error.text
    s.polkit.answers["tune-other"] = polkit.YES
    stranger.control(method, VALUES.get(method))


@pytest.mark.parametrize("method", TUNES)
def test_denied_nothing_is_done(s, method):
    job, m = copying(s)
    s.polkit.answers["tune-own"] = polkit.NO
    calls = len(s.world.asked("virDomainSuspend", "virDomainMigrateStartPostCopy",
                              "virDomainMigrateSetMaxSpeed", "virDomainMigrateSetMaxDowntime"))
    assert job.start_control(method, VALUES.get(method)).error().short == "AccessDenied"
    assert calls == 0 and m.speeds == [] and s.local.guests["web"].state == RUNNING


def test_authorized_when_it_is_too_late(s):
    job, m = copying(s)
    s.polkit.answers["tune-own"] = polkit.LATE
    reply = job.start_control("StartPostCopy")
    question = s.polkit.asked("tune-own")
    m.finish()
    job.ended("completed")
    question.answer(polkit.YES)
    assert reply.error().short == "JobFinished"


# numbers


def test_numbers_in_units(s):
    job, m = copying(s)
    m.stats["auto_converge_throttle"] = GLib.Variant("i", 40)
    m.copying(processed=200 * MIB, remaining=60 * MIB, memory_bps=10 * MIB, disk_bps=1 * MIB,
              memory_remaining=50 * MIB, disk_remaining=10 * MIB, memory_iteration=3,
              memory_dirty_rate=1000, downtime=5000)
    job.until(Iteration=3)
    assert job["Statistics"]["auto_converge_throttle"] == 40
    assert job["Statistics"]["operation"] == 5
    assert job["DirtyRate"] == 1000 * 4096 and job["Throughput"] == 11 * MIB
    assert job["Remaining"] == 60 * MIB
    assert job["ExpectedDowntime"] == 5000 and job["Downtime"] == 0
    m.finish(downtime=42)
    end = job.ended("completed")
    assert (end["Downtime"], end["ExpectedDowntime"], end["ExpectedEnd"], end["Remaining"]) == (
        42, 0, 0, 10 * MIB)


def test_memory_is_left_when_the_disks_are_copied(s):
    """libvirt copies disks first, counts no memory then and tells no rate."""
    job, m = copying(s)
    memory = s.local.guests["web"].maximum_memory
    disk = {"memory_total": 0, "memory_processed": 0, "memory_remaining": 0, "memory_bps": 0,
            "memory_iteration": 0, "disk_total": memory}
    m.copying(processed=memory // 2, remaining=memory // 2, disk_processed=memory // 2,
              disk_remaining=memory // 2, **disk)
    job.until(Remaining=memory * 3 // 2)
    assert job["Statistics"]["data_total"] == 2 * memory and job["Progress"] < 0.5
    m.copying(processed=memory, remaining=0, total=memory, disk_processed=memory, disk_remaining=0, **disk)
    job.until(lambda now: now["Throughput"] > 0, Remaining=memory)
    assert job["Progress"] == 0.5 and job["ExpectedEnd"] > 0
    m.finish()
    job.ended("completed")


def test_a_failed_job_had_no_downtime(s):
    job, m = copying(s)
    m.copying(processed=200 * MIB, remaining=60 * MIB, memory_iteration=2, downtime=5000)
    job.until(ExpectedDowntime=5000)
    m.fail()
    end = job.ended("failed")
    assert end["Downtime"] == 0 and end["ExpectedDowntime"] == 0


def test_it_does_not_converge_and_then_does(s):
    job, m = copying(s)
    fast, slow = 5000, 100  # pages a second; 10 MiB/s are 2560
    for number in (2, 3):
        m.copying(processed=number * 100 * MIB, remaining=60 * MIB, memory_bps=10 * MIB,
                  memory_iteration=number, memory_dirty_rate=fast)
        job.until(Iteration=number)
        assert job["ExpectedEnd"] == 0
    assert job["Converging"] == "no"
    for number in (4, 5, 6):
        m.copying(processed=number * 100 * MIB, remaining=60 * MIB, memory_bps=10 * MIB,
                  memory_iteration=number, memory_dirty_rate=slow)
        job.until(Iteration=number)
    assert job["Converging"] == "yes" and job["ExpectedEnd"] > 0
    m.finish()
    end = job.ended("completed")
    assert end["Converging"] == "unknown" and end["ExpectedEnd"] == 0


# samples


def assert_course(samples, first=None):
    times = [time for time, *_ in samples]
    assert times == sorted(times) and len(set(times)) == len(times)
    assert all(b - a >= 500000 for a, b in zip(times, times[1:]))
    assert first is None or samples[0] == first


def two_samples(job, m):
    m.copying(processed=30 * MIB, remaining=70 * MIB, memory_bps=10 * MIB)
    wait(lambda: len(job.samples()) >= 2, "two samples are taken")
    return [tuple(sample) for sample in job.samples()]


def test_samples_of_a_running_job(s):
    job, m = copying(s)
    samples = two_samples(job, m)
    assert_course(samples)
    assert samples[0][1:] == (70 * MIB, 30 * MIB, 10 * MIB)
    assert job["Called"] <= samples[0][0] <= job["Called"] + 20 * 10**6


def test_samples_outlive_the_service(s):
    job, m = copying(s)
    before = two_samples(job, m)
    s.restart()
    wait(lambda: job.path in s.client.managed(), "the job is there again")
    wait(lambda: len(job.samples()) > len(before), "one more sample is taken")
    after = [tuple(sample) for sample in job.samples()]
    assert after[:len(before)] == before
    m.finish()
    job.ended("completed")
    end = [tuple(sample) for sample in job.samples()]
    assert_course(end, before[0])
    s.restart()
    assert [tuple(sample) for sample in job.samples()] == end


def test_samples_of_a_job_that_never_copied(s):
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    assert job.samples() == []
    m.fail()
    job.ended("failed")
    assert job.samples() == []


def test_a_guest_that_was_paused_before(s):
    s.local.guests["web"].state = PAUSED
    job = s.client.migrate("web", "b")
    m = s.world.migration("web")
    m.copying(processed=1 * MIB, remaining=9 * MIB)
    job.until(Phase="copying")
    assert "paused already" in job["Controls"]["Pause"]
    m.finish()
    s.b.guests["web"].state = PAUSED
    job.ended("completed")
