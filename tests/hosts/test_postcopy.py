# SPDX-License-Identifier: LGPL-2.1-or-later
"""Post-copy on real hosts: begun, broken off in every way, and gone on with."""

import pytest
from lab import guests, system
from service import FINAL, FLOWS, Refused, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean", "busy")
MIB = 1024 * 1024


@pytest.fixture
def busy(host_a):
    """A guest whose migration does not end by itself on this link."""
    guests.start(host_a, "web1", memory=128, dirty=30)
    host_a.shape("80mbit")


def in_post_copy(service, host_b, **chosen):
    job = service.migrate("web1", "host-b", postcopy=True, postcopy_bandwidth=t(2), **chosen)
    job.copying()
    job.control("StartPostCopy")
    now = job.wait(lambda now: now["Phase"] == "post-copy", "post-copy does not begin")
    assert (now["GuestHost"], now["SourceState"], now["DestinationState"]) == ("host-b", "paused", "running")
    system.wait_for(lambda: "running (post-copy)" in host_b.virsh("domstate", "--reason", "web1"), "it does not go on", 30.0)
    return job


@pytest.mark.parametrize("flow", FLOWS)
def test_post_copy(service, host_a, host_b, flow):
    job = in_post_copy(service, host_b, **FLOWS[flow])
    guests.wait_alive(host_b, "web1")
    with pytest.raises(Refused, match="TooLate.*lose the guest"):
        job.cancel()
    job.wait(lambda now: now["Statistics"].get("memory_postcopy_requests", 0) > 0, "no page is asked for")
    job.control("SetPostCopyBandwidth", 100)
    end = job.ended("completed")
    assert end["GuestHost"] == "host-b" and end["Downtime"] < 5000
    assert_only_on("web1", host_b, host_a)


def test_service_and_worker_killed_in_post_copy(service, host_a, host_b):
    job = in_post_copy(service, host_b)
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    service.kill()
    assert job.all()["Phase"] in ("post-copy", "done")
    host_a.virsh("migrate-setspeed", "--postcopy", "web1", "100")
    end = job.ended("completed")
    assert end["GuestHost"] == "host-b"
    assert_only_on("web1", host_b, host_a)


def break_off(host_a, host_b):
    """Once the guest has what it needs to tick: a processor that waits for a page in the middle of an
    interrupt stops QEMU's monitor, and then nobody can go on."""
    guests.wait_alive(host_b, "web1")
    host_a.virsh("domjobabort", "--postcopy", "web1")


def seen_broken_off(host_a, host_b):
    """Waits until both hosts have noticed: before, QEMU refuses to go on."""
    system.wait_for(lambda: guests.reason(host_a, "web1") == "paused (post-copy failed)", "the source does not notice", 60.0)
    system.wait_for(lambda: guests.reason(host_b, "web1") == "running (post-copy failed)", "the destination does not notice", 60.0)


def assert_in_two_halves(end):
    assert end["GuestHost"] == "" and "destroy neither copy" in end["Error"][1]
    assert "postcopy-resume" in end["Error"][1]
    assert (end["SourceState"], end["DestinationState"]) == ("paused", "running")


STEPS = ("destroy-destination", "resume-source", "destroy-source", "resume-destination", "stop-source", "stop-destination")


def assert_only_looking_is_allowed(job, host_a, host_b):
    """No step may touch either half, and nothing that is asked for changes that."""
    before = (guests.reason(host_a, "web1"), guests.reason(host_b, "web1"))
    for step in STEPS:
        with pytest.raises(Refused, match="NotRecoverable.*nothing was done"):
            job.recover(step)
    job.recover("look-again")
    end = job.all()
    assert_in_two_halves(end)
    assert (end["State"], end["Recovery"]) == ("failed", ["look-again"])
    assert (guests.reason(host_a, "web1"), guests.reason(host_b, "web1")) == before


def go_on(service, **chosen):
    return service.migrate("web1", "host-b", postcopy=True, postcopy_resume=True, **chosen)


def go_on_to_the_end(service, host_b, **chosen):
    """libvirt 9.0 may take the news of the break for that of the resumed migration; it says so then, and
    the job what is where. Gives the state of the job."""
    end = go_on(service, **chosen).wait(lambda now: now["State"] in FINAL, "it does not end", 120.0)
    if end["State"] == "completed":
        assert_only_on("web1", host_b, service.host)
    else:
        assert_in_two_halves(end)
    return end["State"]


def assert_looking_tells(job, state):
    """The job that was broken off, after another has gone on with it."""
    job.recover("look-again")
    end = job.all()
    assert end["State"] == state
    if state == "completed":
        assert (end["GuestHost"], end["Recovery"], end["Error"]) == ("host-b", [], ["", "", ""])
    else:
        assert_in_two_halves(end)


@pytest.mark.parametrize("flow", FLOWS)
def test_broken_off_and_gone_on_with(service, host_a, host_b, flow):
    """Both halves of the guest stay; a second job brings them together, and the first finds out."""
    job = in_post_copy(service, host_b, **FLOWS[flow])
    break_off(host_a, host_b)
    assert_in_two_halves(job.ended("failed"))
    seen_broken_off(host_a, host_b)
    assert_only_looking_is_allowed(job, host_a, host_b)
    state = go_on_to_the_end(service, host_b, **FLOWS[flow])
    assert_looking_tells(job, state)


def test_broken_off_twice(service, host_a, host_b):
    job = in_post_copy(service, host_b)
    for _ in range(2):
        break_off(host_a, host_b)
        assert_in_two_halves(job.ended("failed"))
        seen_broken_off(host_a, host_b)
        job = go_on(service, postcopy_bandwidth=t(1))
        now = job.wait(lambda now: now["State"] in FINAL or guests.reason(host_a, "web1") == "paused (post-copy)", "it does not go on")
        if now["State"] in FINAL:
            assert_in_two_halves(now)
            return  # as in go_on_to_the_end()
    job.control("SetPostCopyBandwidth", 100)
    job.ended("completed", 120.0)
    assert_only_on("web1", host_b, host_a)


@pytest.mark.parametrize("flow", FLOWS)
def test_broken_off_at_once(service, host_a, host_b, flow):
    """libvirt may never answer then; the job ends all the same."""
    job = service.migrate("web1", "host-b", postcopy=True, postcopy_bandwidth=t(1), **FLOWS[flow])
    job.copying()
    job.control("StartPostCopy")
    system.wait_for(
        lambda: host_a.virsh("domjobabort", "--postcopy", "web1", check=False).returncode == 0,
        "post-copy cannot be broken off", 30.0,
    )  # fmt: skip
    end = job.ended("failed", 120.0)
    assert end["GuestHost"] == "" and "broken off in post-copy" in end["Error"][1]
    if "not on host host-b any more" in end["Error"][1]:  # libvirt had not begun to finish it there
        assert guests.state(host_b, "web1") is None
    else:
        assert "destroy neither copy" in end["Error"][1]
    assert guests.state(host_a, "web1") == "paused"


def test_the_link_is_cut(service, host_a, host_b):
    job = in_post_copy(service, host_b)
    host_b.cut()
    end = job.ended("failed", 240.0)
    assert end["GuestHost"] == "" and "destroy neither copy" in end["Error"][1]
    assert (end["SourceState"], end["DestinationState"]) == ("paused", "unreachable")


def test_what_is_not_broken_off_cannot_be_gone_on_with(service, host_a, host_b):
    end = go_on(service).failed("Blocked")
    assert "nothing to go on with" in end["Error"][1] and end["Called"] == 0
    tried = go_on(service, **{"try": True}).ended("failed")
    assert "is not being migrated" in tried["Error"][2] and tried["GuestHost"] == "local"
    guests.wait_alive(host_a, "web1")


# who: what the job says then of the guest
GONE = {
    "source": ("host-b", "host local has lost the rest of its memory"),
    "destination": ("", "is not on host host-b any more"),
}


@pytest.mark.parametrize("who", GONE)
@pytest.mark.parametrize("how", ["destroyed", "killed"])
def test_half_of_the_guest_is_lost(service, host_a, host_b, who, how):
    host = host_a if who == "source" else host_b
    job = in_post_copy(service, host_b)
    if how == "destroyed":
        host.virsh("destroy", "web1")
    else:
        host.kill("-f", "guest=web1[,]")
    end = job.ended("failed", 120.0)
    where, words = GONE[who]
    assert end["GuestHost"] == where and words in end["Error"][1]
    assert guests.state(host, "web1") is None


@pytest.mark.parametrize("who", ["source", "destination"])
def test_libvirtd_is_killed(service, host_a, host_b, who):
    """QEMU goes on without it."""
    host = host_a if who == "source" else host_b
    job = in_post_copy(service, host_b)
    host.exec(["systemctl", "kill", "--kill-who=main", "-s", "KILL", "libvirtd"])
    host_a.virsh("migrate-setspeed", "--postcopy", "web1", "100", check=False)
    end = job.ended("completed", 120.0)
    print((end["Finished"] - end["Called"])/1e6, end["Error"])
    assert end["GuestHost"] == "host-b"
    assert_only_on("web1", host_b, host_a)
