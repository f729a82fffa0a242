# SPDX-License-Identifier: LGPL-2.1-or-later
"""The journal of a real host: each event of a job is one entry, with its id and its fields."""

import json

import pytest
from lab import guests
from service import NAME, Refused

pytestmark = pytest.mark.usefixtures("clean")

IDS = {
    "job-started": "9503c61fc27b4364b79393efddf060e0",
    "phase": "6dac5d2c467843119d02a876ec223905",
    "completed": "11aad8fd82a64b1aa5667f6d03cc1128",
    "failed": "7a7faea0ee0244b9aea205529db185dc",
    "cancelled": "055fde2b3bed48b585b5bc6033834db7",
    "needs-attention": "5f26e4b53bfa453c8cb54d01894ade63",
    "split": "9e13134f6a634de9a89ff240c3ab2f4e",
    "denied": "03b4c3bd31a846e3932f05a5ff860961",
    "recovered": "e3b70d3fd1994e7e85873922f8049780",
}
EVENTS = {message_id: name for name, message_id in IDS.items()}


class Journal:
    def __init__(self, host):
        self.host = host
        self.begin = self.read("-n", "1")[0]["__CURSOR"]

    def show(self, *words):
        self.host.exec(["journalctl", "--sync"])
        return self.host.exec(["journalctl", "-q", "--no-pager", *words]).stdout

    def read(self, *matches):
        return [json.loads(line) for line in self.show("-o", "json", "--all", *matches).splitlines()]

    def since(self, **fields):
        """What was written in this test. journalctl 252 loses an entry of a cursor with matches."""
        return [entry for entry in self.read(f"--after-cursor={self.begin}") if fields.items() <= entry.items()]

    def events(self, job):
        """The entries of a job with one of our ids, by its name; a phase by its own."""
        found = [entry for entry in self.read("-t", "migrationd", "-t", "migration-worker", f"JOB_ID={job.id}") if entry.get("MESSAGE_ID") in EVENTS]
        names = [EVENTS[entry["MESSAGE_ID"]] for entry in found]
        return [entry["JOB_PHASE"] if name == "phase" else name for name, entry in zip(names, found)], found


@pytest.fixture
def journal(host_a):
    return Journal(host_a)


def assert_job(entry, job, program, **fields):
    """The fields that all entries of a job have, and these."""
    assert (entry["JOB_ID"], entry["SYSLOG_IDENTIFIER"]) == (job.id, program)
    assert (entry["SOURCE_HOST"], entry["DESTINATION"], entry["OWNER_UID"]) == ("local", "host-b", "0")
    assert {name: entry.get(name) for name in fields} == fields
    assert "\n" not in entry["MESSAGE"] and f"Job {job.id} " in entry["MESSAGE"]
    assert not [name for name in entry if name.startswith("CODE_")]


UP_TO_COPYING = ["job-started", "checking", "preparing", "copying"]


@pytest.mark.parametrize("flow", ["peer-to-peer", "managed-direct"])
def test_a_migration(service, journal, host_a, host_b, flow):
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b", flow=flow)
    job.ended("completed")
    uuid = host_b.virsh("domuuid", "web1")
    names, entries = journal.events(job)
    # how far libvirt is told of in time depends on how long the memory takes
    assert [name for name in names if name not in ("copying", "switching")] == ["job-started", "checking", "preparing", "verifying", "completed"]
    for entry in entries:
        assert_job(entry, job, "migration-worker", GUEST_NAME="web1", LIBVIRT_ERROR=None, ERROR_NAME=None)
    last = entries[-1]
    assert_job(last, job, "migration-worker", GUEST_UUID=uuid, JOB_STATE="completed", JOB_PHASE="done", PRIORITY="5",
               GUEST_HOST="host-b", SOURCE_STATE="absent", DESTINATION_STATE="running")
    assert journal.read(f"MESSAGE_ID={IDS['completed']}", f"JOB_ID={job.id}") == [last]
    # the whole job has no other line that tells of its end
    texts = [entry["MESSAGE"] for entry in journal.since() if entry.get("SYSLOG_IDENTIFIER") in ("migrationd", "migration-worker")]
    assert [text for text in texts if "completed" in text] == [last["MESSAGE"]]


def test_a_cancelled_one(service, journal, host_a):
    guests.start(host_a, "web1")
    host_a.shape("80mbit")
    job = service.migrate("web1", "host-b")
    job.copying()
    job.cancel()
    end = job.ended("cancelled")
    names, entries = journal.events(job)
    assert names == UP_TO_COPYING + ["verifying", "cancelled"]
    assert_job(entries[-1], job, "migration-worker", PRIORITY="5", JOB_STATE="cancelled", GUEST_HOST="local",
               ERROR_NAME=f"{NAME}.Error.Cancelled", LIBVIRT_ERROR_DOMAIN="10")
    # "canceled by client", or QEMU's word that its socket was closed, if libvirt sees that first
    last = entries[-1]
    assert last["LIBVIRT_ERROR"] == end["Error"][2] != ""
    assert ("canceled by client" in last["LIBVIRT_ERROR"]) == (last["LIBVIRT_ERROR_CODE"] == "78") != (last["LIBVIRT_ERROR_CODE"] == "9")


def test_a_failed_one(service, journal, host_a, host_b):
    guests.start(host_a, "web1")
    host_b.exec(["systemctl", "stop", "libvirtd-tcp.socket", "libvirtd"])
    try:
        job = service.migrate("web1", "host-b")
        end = job.failed("ConnectionRefused")
    finally:
        host_b.exec(["systemctl", "start", "libvirtd-tcp.socket", "libvirtd.socket"])
    names, entries = journal.events(job)
    assert names == ["job-started", "failed"]
    # VIR_ERR_SYSTEM_ERROR of VIR_FROM_RPC
    assert_job(entries[-1], job, "migration-worker", PRIORITY="4", GUEST_NAME="web1", JOB_STATE="failed",
               ERROR_NAME=f"{NAME}.Error.ConnectionRefused", ERROR_MESSAGE=end["Error"][1], LIBVIRT_ERROR=end["Error"][2],
               LIBVIRT_ERROR_CODE="38", LIBVIRT_ERROR_DOMAIN="7")
    assert "refused" in entries[-1]["LIBVIRT_ERROR"]


@pytest.mark.parametrize("flow,after", [
    ("peer-to-peer", ["recovered", "completed"]),
    ("managed-direct", ["needs-attention"]),
])
def test_one_whose_worker_is_killed(service, journal, host_a, flow, after):
    guests.start(host_a, "web1")
    host_a.shape("80mbit")
    job = service.migrate("web1", "host-b", flow=flow)
    job.copying()
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    if flow == "peer-to-peer":
        host_a.shape(None)  # the other is given up by libvirt while it is slow
    end = job.ended("completed" if "completed" in after else "interrupted")
    names, entries = journal.events(job)
    assert names[:4] == UP_TO_COPYING and names[-len(after):] == after
    assert [name for name in names if name in IDS] == ["job-started", *after]
    assert_job(entries[-1], job, "migration-worker", SOURCE_STATE=end["SourceState"], DESTINATION_STATE=end["DestinationState"])


def test_one_that_is_cancelled_in_the_queue(service, journal, host_a):
    """Its end is the service's to write."""
    for number in range(9):
        guests.define(host_a, f"web{number}")
    host_a.cut("mgmt", silent=True)
    jobs = [service.migrate(f"web{number}", "host-b") for number in range(9)]
    jobs[8].cancel()
    jobs[8].ended("cancelled")
    names, entries = journal.events(jobs[8])
    assert names == ["cancelled"]
    assert_job(entries[0], jobs[8], "migrationd", GUEST_NAME="web8", GUEST_UUID=None, ERROR_NAME=f"{NAME}.Error.Cancelled",
               _SYSTEMD_UNIT="migrationd.service")


def test_a_denied_call(service, journal, host_a):
    guests.start(host_a, "web1")
    host_a.add_user("ann")
    try:
        uid = host_a.exec(["id", "-u", "ann"]).stdout.strip()
        with pytest.raises(Refused, match="AccessDenied"):
            service.migrate("web1", "host-b", run=lambda words, check: host_a.session_exec("ann", words, active=False, check=check))
    finally:
        host_a.exec(["userdel", "-r", "-f", "ann"], check=False)
    entry, = journal.since(MESSAGE_ID=IDS["denied"])
    wanted = {"CALLER_UID": uid, "METHOD": "Migrate", "ACTION": f"{NAME}.migrate", "GUEST_NAME": "web1", "SOURCE_HOST": "local",
              "DESTINATION": "host-b", "FLOW": "peer-to-peer", "UNDEFINE_SOURCE": "no", "PRIORITY": "4",
              "SYSLOG_IDENTIFIER": "migrationd", "_SYSTEMD_UNIT": "migrationd.service"}
    assert {name: entry.get(name) for name in wanted} == wanted
    assert entry["CALLER"].startswith(":1.") and entry["REASON"].startswith("polkit")
    shown = journal.show("-x", f"MESSAGE_ID={IDS['denied']}", f"CALLER={entry['CALLER']}")
    assert f"User {uid} has called Migrate and does not have the authorization" in shown
    assert "A request to the migration service was denied" in shown


def test_the_catalog_explains_every_event(service, journal, host_a):
    catalog = host_a.exec(["journalctl", "--list-catalog", *IDS.values()]).stdout
    assert {line.split()[0]: "Guest Migration" in line for line in catalog.splitlines()} == {one: True for one in EVENTS}
    guests.start(host_a, "web1")
    host_a.shape("80mbit")
    job = service.migrate("web1", "host-b")
    job.copying()
    host_a.exec(["systemctl", "kill", "-s", "KILL", job.unit])
    host_a.shape(None)
    job.ended("completed")
    shown = journal.show("-x", "-t", "migration-worker", f"JOB_ID={job.id}")
    # every name in it is a field of the entry
    assert "@" not in shown.replace("migration-job@", "")
    for text in (f"Subject: Migration job {job.id} has completed", "has entered phase checking", "Guest web1 ("):
        assert text in shown
