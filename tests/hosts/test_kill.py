# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of the service, or of a job's worker, the moment a migration enters each of its phases.

After each: the guest runs on exactly one host, which the job names, or the job calls for help; it has
lived no moment twice; nothing is left over; the guest can be migrated again.
"""

import itertools
import re

import pytest
from lab import guests
from service import FINAL, NAME, Job, Service, assert_free, assert_only_on

pytestmark = pytest.mark.usefixtures("clean")
PEER, DIRECT = "peer-to-peer", "managed-direct"
MOMENTS = ["connecting", "preparing", "copying", "switching", "verifying", "done"]
QEMU = ("-f", "guest=web1[,]")
PORTS = range(49152, 49216)
NEEDS_ATTENTION = "5f26e4b53bfa453c8cb54d01894ade63"
PATIENCE = 120.0

# Runs on a host. It asks for the migration and kills in the turn of its loop that brings the phase, or
# the first one after it: some are over before anybody can be told.
KILLER = f"""
import sys
from gi.repository import Gio, GLib

victim, moment, destination, flow = sys.argv[1:]
PHASES = ["queued", "connecting", "checking", "preparing", "copying", "switching", "post-copy", "verifying", "done"]
SYSTEMD = "org.freedesktop.systemd1"
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
loop = GLib.MainLoop()
killed = []


def is_there(name):
    return bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", (name,)), None, 0, -1).unpack()[0]


def changed(bus, sender, path, interface, signal, parameters):
    phase = parameters.unpack()[1].get("Phase", "queued")
    if killed or PHASES.index(phase) < PHASES.index(moment):
        return
    killed.append(phase)  # the loop may bring more before it ends
    unit = "migrationd.service" if victim == "service" else f"migration-job@{{path.rsplit('/', 1)[1]}}.service"
    try:
        bus.call_sync(SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD + ".Manager", "KillUnit",
                      GLib.Variant("(ssi)", (unit, "main", 9)), None, 0, -1)
    except GLib.Error as error:  # it has ended already
        if "NoSuchUnit" not in error.message and "NoSuchProcess" not in error.message and "No main process" not in error.message:
            raise
    while victim == "service" and is_there(sender):
        pass  # who calls now would be cut off
    print(path, phase)
    loop.quit()


bus.signal_subscribe("{NAME}", "org.freedesktop.DBus.Properties", "PropertiesChanged", None, "{NAME}.Job", 0, changed)
options = {{"flow": GLib.Variant("s", flow)}}
bus.call_sync("{NAME}", "/org/example/Migration1", "{NAME}.Manager", "Migrate",
              GLib.Variant("(ssa{{sv}})", ("web1", destination, options)), None, 0, -1)
GLib.timeout_add_seconds(100, sys.exit, "the phase does not come")
loop.run()
"""


def lived(host):
    """The moments that the guest has lived on a host."""
    path = guests.console(host, "web1")
    text = path.read_text(errors="replace") if path.exists() else ""
    return re.findall(r"^tick (\d+)\r?$", text, re.MULTILINE)


def calls_for_help(host, job):
    host.exec(["journalctl", "--sync"])
    return host.exec(["journalctl", "-q", "--no-pager", "-o", "cat", f"JOB_ID={job.id}", f"MESSAGE_ID={NEEDS_ATTENTION}"]).stdout


def start_afresh(hosts):
    for host in hosts:
        guests.destroy(host, "web1")
    guests.start(hosts[0], "web1")


def assert_sound(here, there, job, end):
    """What must be so after the end of a job that was started on `here`; the host of the guest now."""
    running = [host for host in (here, there) if host.pids(*QEMU) and guests.state(host, "web1") == "running"]
    if len(running) != 1 or end["GuestHost"] == "":
        assert end["State"] != "completed" and calls_for_help(here, job), end
        start_afresh((here, there))
        return here
    place, = running
    elsewhere = there if place is here else here
    assert end["GuestHost"] == ("local" if place is here else place.name), end
    assert (end["State"] == "completed") == (place is there), end
    assert_only_on("web1", place, elsewhere)
    assert_free(place, "web1")
    for host in (here, there):
        assert not {port for _, port in host.listeners()} & set(PORTS)
    assert job.worker() == 0
    return place


@pytest.mark.parametrize("victim,flows", [("service", [PEER, DIRECT]), ("worker", [PEER]), ("worker", [DIRECT])], ids=["service", "worker-peer", "worker-direct"])
def test_killed_at_any_moment(host_a, host_b, victim, flows):
    guests.start(host_a, "web1")
    here, there = host_a, host_b
    for moment, flow in zip(MOMENTS, itertools.cycle(flows)):
        done = here.exec(["/usr/bin/python3", "-c", KILLER, victim, moment, there.name, flow], timeout=PATIENCE)
        path, _ = done.stdout.split()
        job = Job(Service(here), path)
        end = job.wait(lambda now: now["State"] in FINAL, f"job {job.id}, {victim} killed at {moment}, does not end", PATIENCE)
        if victim == "service":
            assert end["State"] == "completed", (moment, end)
        if assert_sound(here, there, job, end) is there:
            assert not set(lived(here)) & set(lived(there)), moment
            guests.console(here, "web1").unlink(missing_ok=True)  # it may come back
            here, there = there, here
    Service(here).migrate("web1", there.name).ended("completed")
    assert_only_on("web1", there, here)
