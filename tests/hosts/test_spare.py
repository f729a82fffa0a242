# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker that systemd starts ahead of its job: the job runs in it, in its unit, and without it."""

import pytest
from lab import guests, system
from service import assert_only_on

pytestmark = pytest.mark.usefixtures("clean")


def units(host):
    """The workers of jobs that systemd knows, by name: their pid and status line."""
    names = host.exec(["systemctl", "list-units", "--all", "--plain", "--no-legend", "migration-job@*"]).stdout
    shown = {}
    for line in names.splitlines():
        unit = line.split()[0]
        values = host.exec(["systemctl", "show", "-p", "MainPID", "-p", "StatusText", unit]).stdout.splitlines()
        shown[unit] = dict(value.split("=", 1) for value in values)
    return shown


def waiting(service):
    """Makes the service expect a job and waits for the worker that waits for it: unit and pid."""
    service.list_guests("local")

    def found():
        for unit, values in units(service.host).items():
            if values["StatusText"].startswith("waiting for job") and values["MainPID"] != "0":
                return unit, int(values["MainPID"])
        return None

    return system.wait_for(found, "no worker waits for a job")


def moved(service, host_b):
    """Moves the guest; the job."""
    job = service.migrate("web1", "host-b")
    job.ended("completed")
    assert_only_on("web1", host_b, service.host)
    return job


def pids_in_journal(host, unit):
    """The workers that wrote something about their job."""
    host.exec(["journalctl", "--sync"])
    lines = host.exec(["journalctl", "-q", "--no-pager", "-u", unit, "-o", "short"]).stdout.splitlines()
    return {int(line.split("migration-worker[")[1].split("]")[0]) for line in lines if "migration-worker[" in line}


def test_the_worker_that_waited_runs_the_job(service, host_a, host_b):
    guests.start(host_a, "web1")
    unit, pid = waiting(service)
    job = moved(service, host_b)
    assert job.unit == unit and pids_in_journal(host_a, unit) == {pid}
    after, _ = waiting(service)
    assert after == f"migration-job@{int(job.id) + 1}.service"


@pytest.mark.parametrize("harm", ["KILL", "STOP"])
def test_one_that_is_of_no_use(service, host_a, host_b, harm):
    """Dead or hung: another one does the job, in the same unit."""
    guests.start(host_a, "web1")
    unit, pid = waiting(service)
    host_a.exec(["kill", f"-{harm}", str(pid)])
    job = moved(service, host_b)
    assert job.unit == unit and pid not in pids_in_journal(host_a, unit)
    assert pid not in host_a.pids("-x", "migration-worke")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_it_ends_with_the_service(service, host_a, end):
    unit, pid = waiting(service)
    if end == "stop":
        host_a.exec(["systemctl", "stop", "migrationd"])
    else:
        service.kill()
    system.wait_for(lambda: unit not in units(host_a), f"{unit} does not end")
    assert pid not in host_a.pids("-x", "migration-worke")
    assert not [path.name for path in (host_a.root / "run/migrationd/job").iterdir()]
    assert not service.json("call", "/org/example/Migration1", "org.example.Migration1.Manager", "ListJobs", "a{sv}", "1", "unfinished", "b", "true")
