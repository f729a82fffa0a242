# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that a migration leaves paused, or twice, on real hosts: what libvirt really leaves behind
when it is broken off in the switch, that Recover brings the guest back on exactly one host, and that
a job does not wait for ever for a destination that has stopped answering."""

import pytest
from lab import guests, system
from service import NAME, Refused, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
PATIENCE = 120.0
SLOW = {"flow": "managed-direct", "bandwidth": t(2)}
QEMU = ("-f", "guest=web1[,]")
DROP_IN = "/run/systemd/system/migration-job@.service.d/deadline.conf"


def freeze_in_the_switch(service, host_a, **chosen):
    """A managed direct migration whose worker hangs when all memory is copied: libvirt has paused the
    guest on the source and waits to be told that it was started on the destination."""
    guests.start(host_a, "web1", persistent=True)
    job = service.migrate("web1", "host-b", **SLOW, **chosen)
    job.copying()
    host_a.stop_process("-f", f"migration-worker.*{job.id}")
    host_a.virsh("migrate-setspeed", "web1", "1000")
    # it is paused before the last of it is sent, and a worker that dies then is no matter
    status = ["cat", "/run/libvirt/qemu/web1.xml"]
    system.wait_for(lambda: "phase='perform3_done'" in host_a.exec(status, check=False).stdout, "the memory is not copied", PATIENCE, 0.2)
    host_a.virsh("domstate", "web1")  # libvirtd has sent its answer to the worker before this one
    return job


def test_the_worker_dies_before_finish(service, host_a, host_b):
    """Nobody would run the guest: the next worker resumes it on the source."""
    job = freeze_in_the_switch(service, host_a)
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    end = job.ended("failed", PATIENCE)
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("local", "running", "absent"), end
    assert "resumed on host local" in end["Error"][1] and end["Recovery"] == [], end
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    service.migrate("web1", "host-b").ended("completed")
    assert_only_on("web1", host_b, host_a)


def leave_on_both(service, host_a, host_b, there="running", **chosen):
    """The guest has arrived on the destination, and its copy on the source is paused: the source's
    libvirtd never comes to hear of it, and worker and libvirtd are killed."""
    job = freeze_in_the_switch(service, host_a, **chosen)
    host_a.stop_process("-x", "libvirtd")
    try:
        host_a.resume_process("-f", f"migration-worker.*{job.id}")
        system.wait_for(lambda: guests.reason(host_b, "web1").startswith(there), "it does not arrive", PATIENCE, 0.2)
        host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    finally:
        host_a.kill("-x", "libvirtd")
    return job


def test_the_worker_dies_before_confirm(service, host_a, host_b):
    """Both copies are there: nothing is done before somebody says which, and then only if both hosts
    can be asked."""
    job = leave_on_both(service, host_a, host_b)
    end = job.ended("interrupted", PATIENCE)
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("host-b", "paused", "running"), end
    assert end["Recovery"] == ["destroy-source", "look-again"], end
    qemu, = host_a.pids(*QEMU)
    for step in ("resume-source", "destroy-destination", "stop-source", "stop-destination"):
        with pytest.raises(Refused, match="NotRecoverable.*nothing was done"):
            job.recover(step)

    host_b.exec(["systemctl", "stop", "libvirtd-tcp.socket", "libvirtd"])
    try:
        with pytest.raises(Refused, match="host-b"):
            job.recover("destroy-source")
    finally:
        host_b.exec(["systemctl", "start", "libvirtd-tcp.socket", "libvirtd.socket"])
    assert host_a.pids(*QEMU) == [qemu], "the copy on the source was not touched"

    host_a.add_user("ann")
    try:
        with pytest.raises(Refused, match="AccessDenied"):
            job.recover("destroy-source",
                    run=lambda words, check: host_a.session_exec("ann", words, active=True, check=check))
    finally:
        host_a.exec(["userdel", "-r", "-f", "ann"], check=False)
    assert host_a.pids(*QEMU) == [qemu]

    job.recover("destroy-source")
    end = job.all()
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("completed", "host-b", []), end
    assert_only_on("web1", host_b, host_a)
    assert host_a.virsh("list", "--all", "--name").split() == ["web1"], "its configuration stays"
    host_a.exec(["journalctl", "--sync"])
    told = host_a.exec(["journalctl", "-q", "--no-pager", "-o", "cat", f"JOB_ID={job.id}", "RECOVERY_STEP=destroy-source"]).stdout
    assert "the paused copy of guest \"web1\" on host local was removed" in told


def test_it_runs_on_both_hosts(service, host_a, host_b):
    """Somebody resumed the copy on the source by hand: that is told as what it is, and one is chosen."""
    job = leave_on_both(service, host_a, host_b)
    job.ended("interrupted", PATIENCE)
    host_a.virsh("resume", "web1")
    job.recover("look-again")
    end = job.all()
    assert (end["State"], end["SourceState"], end["DestinationState"]) == ("failed", "running", "running"), end
    assert end["GuestHost"] == "" and "its disks are in danger" in end["Error"][1], end
    assert end["Recovery"] == ["stop-source", "stop-destination", "look-again"], end
    for step in ("resume-source", "destroy-source", "destroy-destination", "resume-destination"):
        with pytest.raises(Refused, match="NotRecoverable.*nothing was done"):
            job.recover(step)
    job.recover("stop-destination")
    end = job.all()
    assert (end["GuestHost"], end["SourceState"], end["Recovery"]) == ("local", "running", []), end
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    service.migrate("web1", "host-b").ended("completed")
    assert_only_on("web1", host_b, host_a)


def test_paused_on_both_hosts_as_asked(service, host_a, host_b):
    """Option paused. What has arrived is all of the guest: the other copy goes, and it is where and as
    it was wanted."""
    job = leave_on_both(service, host_a, host_b, there="paused (user)", paused=True)
    end = job.ended("interrupted", PATIENCE)
    assert (end["GuestHost"], end["SourceState"], end["DestinationState"]) == ("host-b", "paused", "paused"), end
    assert "has arrived on host host-b and is paused there" in end["Error"][1], end
    assert end["Verification"]["advice"] == "remove-copy-on-source"
    assert end["Recovery"] == ["destroy-source", "look-again"], end
    assert guests.reason(host_a, "web1") == "paused (migrating)"
    qemu, = host_b.pids(*QEMU)
    for step in ("destroy-destination", "resume-source", "resume-destination", "stop-source", "stop-destination"):
        with pytest.raises(Refused, match="NotRecoverable.*nothing was done"):
            job.recover(step)
    job.recover("look-again")
    assert job.all()["Recovery"] == ["destroy-source", "look-again"]
    job.recover("destroy-source")
    end = job.all()
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("completed", "host-b", []), end
    assert (end["SourceState"], end["DestinationState"], end["Error"]) == ("shutoff", "paused", ["", "", ""]), end
    assert host_b.pids(*QEMU) == [qemu] and guests.reason(host_b, "web1") == "paused (user)"
    host_b.virsh("resume", "web1")
    assert_only_on("web1", host_b, host_a)


def test_paused_on_both_hosts_by_hand(service, host_a, host_b):
    """Somebody has paused the guest where it has arrived: it goes on there, when the other copy is gone."""
    job = leave_on_both(service, host_a, host_b)
    job.ended("interrupted", PATIENCE)
    host_b.virsh("suspend", "web1")
    job.recover("look-again")
    assert job.all()["Recovery"] == ["destroy-source", "look-again"], job.all()
    job.recover("destroy-source")
    end = job.all()
    assert (end["State"], end["GuestHost"]) == ("failed", "host-b"), end
    assert end["Recovery"] == ["resume-destination", "look-again"], end
    job.recover("resume-destination")
    end = job.all()
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("completed", "host-b", []), end
    assert_only_on("web1", host_b, host_a)


@pytest.fixture
def hurried(host_a):
    """Jobs that wait for libvirt no longer than twenty seconds."""
    host_a.exec(["mkdir", "-p", DROP_IN.rpartition("/")[0]])
    unit = host_a.exec(["systemctl", "cat", "migration-job@.service"]).stdout
    program, = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    host_a.exec(["tee", DROP_IN], input=f"[Service]\nExecStart=\n{program} --answer-deadline 20\n")
    host_a.exec(["systemctl", "daemon-reload"])
    host_a.exec(["systemctl", "stop", "migrationd", "migration-job@*"])  # one may be waiting already
    yield
    host_a.exec(["rm", "-r", DROP_IN.rpartition("/")[0]])
    host_a.exec(["systemctl", "daemon-reload"])


def test_a_destination_that_hangs(service, hurried, host_a, host_b):
    """Peer-to-peer it is libvirt on the source that waits for ever. The job ends, says so, and what
    libvirt does later is found out by looking again."""
    guests.start(host_a, "web1")
    with host_a.settings(keepalive_interval=-1):
        host_b.stop_process("-x", "libvirtd")
        try:
            job = service.migrate("web1", "host-b", open_destination=False)
            job.wait(lambda now: now["WaitingFor"] == "host-b", "it does not say what it waits for")
            end = job.ended("interrupted", PATIENCE)
            assert end["Error"][0] == f"{NAME}.Error.HostTimeout" and "may go on" in end["Error"][1], end
            assert (end["GuestHost"], end["SourceState"]) == ("local", "running"), end
            assert end["Recovery"] == ["look-again"]
        finally:
            host_b.resume_process("-x", "libvirtd")
        system.wait_for(lambda: guests.state(host_b, "web1") == "running" and guests.state(host_a, "web1") is None,
                        "libvirt does not go on with it", PATIENCE, 0.2)
    job.recover("look-again")
    end = job.all()
    assert (end["State"], end["GuestHost"], end["Recovery"]) == ("completed", "host-b", []), end
    assert_only_on("web1", host_b, host_a)
