# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be done to a job while it runs, on real hosts: what libvirt and QEMU make of it."""

import pytest
from lab import guests, system
from service import FLOWS, Refused, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
MIB = 1024 * 1024
BUSY = {"memory": 128, "dirty": 30}  # a guest that changes 30 MiB over and over


@pytest.fixture
def busy(host_a):
    """A guest whose migration does not end by itself on this link."""
    guests.start(host_a, "web1", **BUSY)
    host_a.shape("80mbit")


def downtime(host):
    return int(host.virsh("migrate-getmaxdowntime", "web1"))


def paused(job):
    return job.wait(lambda now: now["SourceState"] == "paused", "the guest is not paused")


def sampled(job, least, most):
    """Waits until a sample of the last second has this rate."""
    system.wait_for(lambda: any(least <= s[3] <= most for s in job.samples()[-2:]), f"the rate is not {least} to {most}", 90.0)


def test_bandwidth_is_seen_in_the_rate(service, host_a, host_b):
    guests.start(host_a, "web1", memory=256, dirty=150)
    job = service.migrate("web1", "host-b", bandwidth=t(4))
    sampled(job, 3 * MIB, 5 * MIB)
    job.control("SetBandwidth", 1)
    sampled(job, MIB / 2, 1.5 * MIB)
    job.control("SetBandwidth", 8)
    sampled(job, 6 * MIB, 9 * MIB)
    samples = job.samples()
    assert [s[0] for s in samples] == sorted(s[0] for s in samples)
    job.wait(lambda now: 6 * MIB < now["Throughput"] < 9 * MIB, "the job's own rate is not 6 to 9 MiB/s")
    job.control("SetBandwidth", 1000)
    job.ended("completed")
    assert_only_on("web1", host_b, host_a)
    assert job.samples()[0] == samples[0]


@pytest.mark.usefixtures("busy")
def test_it_does_not_converge_until_more_downtime_is_allowed(service, host_a, host_b):
    job = service.migrate("web1", "host-b")
    now = job.wait(lambda now: now["Converging"] == "no", "it is not said that it does not converge", 120.0)
    assert now["ExpectedEnd"] == 0 and now["Iteration"] >= 3 and now["Phase"] == "copying"
    assert now["DirtyRate"] >= now["Throughput"] * 0.5 and now["ExpectedDowntime"] > 300
    job.control("SetMaximumDowntime", 60000)
    end = job.ended("completed")
    assert 300 < end["Downtime"] <= 60000 and end["ExpectedDowntime"] == 0
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("flow", FLOWS)
def test_pause_lets_it_finish(service, host_a, host_b, flow):
    """libvirt resumes it on the destination."""
    job = service.migrate("web1", "host-b", **FLOWS[flow])
    job.copying()
    job.control("Pause")
    now = paused(job)
    assert now["Phase"] == "copying" and now["Cancelable"]
    assert guests.state(host_a, "web1") == "paused"
    with pytest.raises(Refused, match="TooLate"):
        job.control("Pause")
    end = job.ended("completed")
    assert end["DestinationState"] == "running"
    assert_only_on("web1", host_b, host_a)


@pytest.mark.usefixtures("busy")
def test_pause_of_one_that_is_to_arrive_paused(service, host_a, host_b):
    job = service.migrate("web1", "host-b", paused=True)
    job.copying()
    job.control("Pause")
    end = job.ended("completed")
    assert end["DestinationState"] == "paused" and guests.state(host_b, "web1") == "paused"


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("how", ["Pause", "virsh"])
def test_cancel_after_the_guest_was_suspended(service, host_a, host_b, how):
    """That is not the switch, whatever libvirt calls it; and the guest runs again."""
    job = service.migrate("web1", "host-b")
    job.copying()
    if how == "Pause":
        job.control("Pause")
    else:
        host_a.virsh("suspend", "web1")
    assert "paused (migrating)" in host_a.virsh("domstate", "--reason", "web1")
    assert paused(job)["Phase"] == "copying"
    job.cancel()
    end = job.ended("cancelled")
    assert (end["SourceState"], end["GuestHost"]) == ("running", "local")
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")


@pytest.mark.usefixtures("busy")
def test_a_guest_that_stays_has_its_limits_back(service, host_a):
    host_a.virsh("migrate-setmaxdowntime", "web1", "77")
    speed = host_a.virsh("migrate-getspeed", "web1")
    job = service.migrate("web1", "host-b", maximum_downtime=t(500))
    job.copying()
    assert downtime(host_a) == 500
    job.control("SetMaximumDowntime", 800)
    job.control("SetBandwidth", 3)
    assert downtime(host_a) == 800
    job.cancel()
    job.ended("cancelled")
    assert downtime(host_a) == 77 and host_a.virsh("migrate-getspeed", "web1") == speed


@pytest.mark.usefixtures("busy")
def test_too_early_too_late_and_not_at_all(service, host_a, host_b):
    host_b.cut("mgmt", silent=True)
    try:
        job = service.migrate("web1", "host-b")
        with pytest.raises(Refused, match="TooEarly"):
            job.control("Pause")
    finally:
        host_b.heal()
    job.copying()
    with pytest.raises(Refused, match="NotSupported.*postcopy"):
        job.control("StartPostCopy")
    with pytest.raises(Refused, match="InvalidOptionValue"):
        job.control("SetBandwidth", 0)
    job.control("Pause")
    host_a.shape(None)
    job.ended("completed")
    with pytest.raises(Refused, match="JobFinished"):
        job.control("SetMaximumDowntime", 1000)
