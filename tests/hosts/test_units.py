# SPDX-License-Identifier: LGPL-2.1-or-later
"""The units on real hosts: watchdog, restart and upgrade with jobs going on, host files, shutdown.

What is killed at which moment of a migration is in test_kill.py.
"""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from lab import guests, install, system
from lab.system import LabError
from service import FLOWS, NAME, ROOT, Refused, Service, assert_free, assert_only_on, t

pytestmark = pytest.mark.usefixtures("clean")
SLOW = {"bandwidth": t(1)}  # a copy of the memory takes half a minute at least
WORKERS = "migration-job@.service"
QUERIES = "migration-query@.service"
PATIENCE = 120.0


def copying(service, flow, guest="web1", destination="host-b", **chosen):
    """A slow migration of a guest whose memory is being copied now."""
    job = service.migrate(guest, destination, **{**SLOW, **FLOWS[flow], **chosen})
    job.copying()
    return job


def shown(host, unit, name):
    return host.exec(["systemctl", "show", "-P", name, unit]).stdout.strip()


def hurry(job):
    job.control("SetBandwidth", 1000)


@contextmanager
def changed(host, unit, lines):
    """These lines are added to what a unit says of its service, if it is started from now on."""
    directory = f"/run/systemd/system/{unit}.d"

    def reload():
        host.exec(["systemctl", "daemon-reload"])
        host.exec(["systemctl", "stop", "migrationd"])  # and with it the worker that waits for its job

    host.exec(["mkdir", "-p", directory])
    host.exec(["tee", f"{directory}/test.conf"], input=f"[Service]\n{lines}\n")
    reload()
    try:
        yield
    finally:
        host.exec(["rm", "-r", directory])
        reload()


# Beginning and end


def processes(host):
    """All of ours, workers too."""
    return host.pids("-u", "migrationd")


def bytes_sent(host, guest):
    return int(re.search(r"memory_processed: (\d+)", host.virsh("domjobinfo", guest, "--rawstats"))[1])


def test_a_call_starts_it_and_it_ends_when_nobody_calls(service, host_a, host_b):
    """But not while there is a job; with it end the workers that wait for something to do."""
    program = "/usr/libexec/guest-migration/migrationd"
    guests.start(host_a, "web1")
    with changed(host_a, "migrationd.service", f"ExecStart=\nExecStart={program} --idle-timeout=2"):
        host_a.exec(["systemctl", "stop", "migration-query@*"])
        assert shown(host_a, "migrationd", "ActiveState") == "inactive"
        system.wait_for(lambda: not processes(host_a), "the worker that waits for a job does not end", PATIENCE, 0.1)
        job = copying(service, "peer")
        before = service.main_pid()
        assert shown(host_a, "migrationd", "ActiveState") == "active"
        # 6 s at the limit of 1 MiB/s, in which nobody calls
        sent = bytes_sent(host_a, "web1")
        system.wait_for(lambda: bytes_sent(host_a, "web1") > sent + 6 * 2**20, "the memory does not move", PATIENCE, 0.1)
        assert service.main_pid() == before and job.all()["State"] == "running"
        hurry(job)
        job.ended("completed")
        system.wait_for(lambda: not processes(host_a), "the service does not end", PATIENCE, 0.1)
        assert shown(host_a, "migrationd", "ActiveState") == "inactive"
        assert shown(host_a, "migrationd", "Result") == "success"
        assert job.all()["State"] == "completed" and service.main_pid() not in (0, before)
    assert_only_on("web1", host_b, host_a)


def unread(host, path):
    """Bytes that a program has not read yet of what came by a socket."""
    return sum(int(line.split()[2]) for line in host.exec(["ss", "-xH"]).stdout.splitlines() if path in line)


def test_a_worker_that_is_killed_while_it_asks_a_host(service, host_a):
    """Just the one question has no answer."""
    guests.start(host_a, "web1")
    service.list_guests("local")
    before = service.main_pid()
    unit = "migration-query@local.service"
    pid = int(shown(host_a, unit, "MainPID"))
    host_a.exec(["kill", "-STOP", str(pid)])
    asked = host_a.spawn(["busctl", "call", NAME, ROOT, f"{NAME}.Manager", "ListGuests", "sa{sv}", "local", "0"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.wait_for(lambda: unread(host_a, "/run/migrationd/query/"), "the worker is not asked")
    host_a.exec(["kill", "-KILL", str(pid)])
    assert "worker process has ended" in asked.communicate(timeout=30)[1]
    assert [guest["name"] for guest in service.list_guests("local")] == ["web1"]
    assert service.main_pid() == before and int(shown(host_a, unit, "MainPID")) not in (0, pid)


# Watchdog


def impatient(host, unit):
    """systemd waits just seconds for signs of life of it."""
    return changed(host, unit, "WatchdogSec=10s")


def test_the_watchdog_is_patient_with_a_busy_machine(host_a):
    for unit in ("migrationd.service", WORKERS, "migration-query@.service"):
        assert "\nWatchdogSec=3min\n" in host_a.exec(["systemctl", "cat", unit]).stdout, unit


def test_a_service_that_hangs_is_replaced(service, host_a, host_b):
    guests.start(host_a, "web1")
    with impatient(host_a, "migrationd.service"):
        job = copying(service, "direct")
        worker, before = job.worker(), service.main_pid()
        host_a.exec(["kill", "-STOP", str(before)])
        system.wait_for(lambda: service.main_pid() not in (0, before), "the service still hangs", PATIENCE)
        assert job.worker() == worker and job.all()["State"] == "running"
        hurry(job)
        job.ended("completed")
        assert_only_on("web1", host_b, host_a)


def test_a_worker_that_hangs_is_replaced(service, host_a, host_b):
    """But not while just libvirt takes its time: that is another thread's call."""
    guests.start(host_a, "web1")
    with impatient(host_a, WORKERS):
        job = copying(service, "direct")
        worker = job.worker()
        signs = set()

        def two_signs():
            signs.add(shown(host_a, job.unit, "WatchdogTimestampMonotonic"))
            return len(signs) > 1

        system.wait_for(two_signs, "the worker gives no signs of life", PATIENCE, 0.1)
        assert job.worker() == worker and job.all()["State"] == "running"
        host_a.exec(["kill", "-STOP", str(worker)])
        end = job.ended("interrupted", PATIENCE)
        assert end["GuestHost"] == "local" and job.worker() != worker
        assert_only_on("web1", host_a, host_b)
        assert_free(host_a, "web1")


# Shutdown


def locks(host):
    """What the service holds of logind's locks: (what, why, mode) each, and whose process it is."""
    words = ["org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "ListInhibitors"]
    rows, = json.loads(host.exec(["busctl", "--json=short", "call", *words]).stdout)["data"]
    ours = [row for row in rows if row[1] == "Guest Migration"]
    return {(what, why, mode) for what, _, why, mode, _, _ in ours}, {row[5] for row in ours}


def held(why):
    return {(what, why, mode) for what in ("shutdown", "sleep") for mode in ("block", "delay")}


def test_a_job_that_needs_us_holds_up_a_shutdown(service, host_a):
    guests.start(host_a, "web1")
    guests.start(host_a, "web2", wait=False)
    first = copying(service, "direct", "web1")
    system.wait_for(lambda: locks(host_a) == (held("Guest web1 is being migrated"), {service.main_pid()}), lambda: locks(host_a))
    second = copying(service, "direct", "web2")
    system.wait_for(lambda: locks(host_a)[0] == held("2 guests are being migrated"), lambda: locks(host_a))
    service.kill()
    first.cancel()
    first.ended("cancelled")
    system.wait_for(lambda: locks(host_a) == (held("Guest web2 is being migrated"), {service.main_pid()}), lambda: locks(host_a))
    second.cancel()
    second.ended("cancelled")
    system.wait_for(lambda: locks(host_a)[0] == set(), lambda: locks(host_a))


def test_a_shutdown_that_somebody_else_announces(service, host_a):
    """Anybody may send the service such a signal."""
    guests.start(host_a, "web1")
    job = copying(service, "direct")
    to = host_a.exec(["busctl", "--json=short", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", "s", NAME])
    words = [f"--destination={json.loads(to.stdout)['data'][0]}", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForShutdown", "b", "true"]
    host_a.exec(["busctl", "emit", *words], user="nobody")
    hurry(job)
    job.ended("completed")
    service.migrate("nobody", "host-b").failed("GuestNotFound")  # the queue goes on, too


def test_somebody_at_the_screen_is_kept_from_a_shutdown(service, host_a):
    def may_power_off():
        words = ["org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "CanPowerOff"]
        return host_a.session_exec("ann", ["busctl", "call", *words]).stdout.split()[1].strip('"')

    guests.start(host_a, "web1")
    host_a.add_user("ann")
    try:
        system.wait_for(lambda: may_power_off() == "yes", "a shutdown is refused from the beginning")
        job = copying(service, "direct")
        system.wait_for(lambda: may_power_off() == "challenge", "a shutdown is not refused")
        job.cancel()
        job.ended("cancelled")
        system.wait_for(lambda: may_power_off() == "yes", "a shutdown is still refused")
    finally:
        host_a.exec(["userdel", "-r", "-f", "ann"], check=False)


def test_a_host_that_drives_a_migration_shuts_down(host_a, host_b):
    """It is the destination too; the guest stays where it is, and the ledger says so after the boot."""
    guests.start(host_a, "web1")
    service = Service(host_b)
    job = copying(service, "direct", destination="local", source="host-a")
    system.wait_for(lambda: locks(host_b)[0] == held("Guest web1 is being migrated"), "the shutdown is not held up")
    host_b.reboot()
    end = job.all()
    assert (end["State"], end["GuestHost"], end["SourceState"]) == ("cancelled", "host-a", "running"), end
    assert_only_on("web1", host_a, host_b)
    assert_free(host_a, "web1")
    before = host_b.exec(["journalctl", "-q", "--no-pager", "-b", "-1", "-u", "migrationd", "-o", "cat"]).stdout
    assert f"the machine goes down, cancelling job {job.id} (guest web1)" in before
    service.migrate("web1", "local", source="host-a").ended("completed")
    assert_only_on("web1", host_b, host_a)


# What systemd tells


def test_that_a_worker_cannot_be_started_only_systemd_may_tell(service, host_a):
    """Anybody may send the service a signal that says so, and the numbers of systemd's jobs can be guessed."""
    unit, path = QUERIES.replace("@", "@host-b"), "/org/freedesktop/systemd1"

    def start():
        jobs = host_a.exec(["systemctl", "list-jobs", "--no-legend", "--plain"]).stdout.splitlines()
        return next((job.split()[0] for job in jobs if unit in job), None)

    with changed(host_a, QUERIES, "ExecStartPre=/bin/sleep 5"), ThreadPoolExecutor() as others:
        host_a.exec(["systemctl", "stop", unit])
        asked = others.submit(service.list_guests, "host-b")
        job = system.wait_for(start, "systemd does not start the worker")
        host_a.exec(["busctl", "--system", f"--destination={NAME}", "emit", path, "org.freedesktop.systemd1.Manager",
                     "JobRemoved", "uoss", job, f"{path}/job/{job}", unit, "failed"], user="nobody")
        assert start() == job, "the signal came too late"
        assert asked.result() == []
    with changed(host_a, QUERIES, "ExecStartPre=/bin/false"):
        host_a.exec(["systemctl", "stop", unit])
        with pytest.raises(Refused, match="could not be started"):
            service.call("ListGuests", "host-b", "@a{sv} {}")


# Restart, upgrade


def test_restart_and_upgrade_with_jobs_going_on(service, host_a, host_b):
    guests.start(host_a, "web1")
    guests.start(host_a, "web2")
    stage = install.stage_of(os.environ["HOSTS_STAGE"])
    jobs = {"web1": copying(service, "direct", "web1"), "web2": copying(service, "peer", "web2")}
    workers = {guest: job.worker() for guest, job in jobs.items()}
    for replace in (lambda: host_a.exec(["systemctl", "restart", "migrationd"]), lambda: install.install(host_a, stage)):
        before = service.main_pid()
        replace()
        assert service.main_pid() not in (0, before)
        assert {guest: job.worker() for guest, job in jobs.items()} == workers
        assert {job.all()["State"] for job in jobs.values()} == {"running"}
        # of the two, one needs us
        system.wait_for(lambda: locks(host_a) == (held("Guest web1 is being migrated"), {service.main_pid()}), lambda: locks(host_a))
    for guest, job in jobs.items():
        hurry(job)
        job.ended("completed")
        assert_only_on(guest, host_b, host_a)
    assert shown(host_a, "migrationd", "Result") == "success"


# Host files


def test_host_files_count_at_once(service, host_a, host_b):
    """And one that is broken says so itself, and is nobody else's trouble."""
    directory = "/etc/migrationd/hosts.d"

    def error(name):
        try:
            return service.json("get-property", f"{ROOT}/host/{name.replace('-', '_2d')}", f"{NAME}.Host", "FileError")
        except LabError:
            return None  # there is no such host

    service.list_guests("host-b")
    before = service.main_pid()
    try:
        host_a.exec(["cp", f"{directory}/host-b.conf", f"{directory}/fresh.conf"])
        host_a.exec(["tee", f"{directory}/broken.conf"], input="[Host]\nTransport=tls\nAdress=host-b\n")
        system.wait_for(lambda: error("fresh") == "" and "Adress" in (error("broken") or ""), lambda: (error("fresh"), error("broken")))
        assert f"{directory}/broken.conf" in error("broken") and error("host-b") == ""
        assert service.list_guests("fresh") == []
        with pytest.raises(Refused, match="InvalidHostFile"):
            service.call("ListGuests", "broken", "@a{sv} {}")
    finally:
        host_a.exec(["rm", f"{directory}/fresh.conf", f"{directory}/broken.conf"])
    system.wait_for(lambda: error("fresh") is None and error("broken") is None, "they are still hosts")
    assert service.main_pid() == before
