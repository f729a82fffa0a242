# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is timed, run inside a host so that nothing of the way into it is counted.

`client.py VERB ARGUMENT...` prints its result as JSON. Times are in milliseconds.
"""

import json
import subprocess
import sys
import time

from gi.repository import Gio, GLib

NAME = "org.example.Migration1"
ROOT = "/org/example/Migration1"
FINAL = ("completed", "failed", "cancelled", "interrupted")
TIMEOUT = 60_000
HOSTNAME = ("org.freedesktop.hostname1", "/org/freedesktop/hostname1", "org.freedesktop.hostname1", "Hostname")
VERSION = (NAME, ROOT, f"{NAME}.Manager", "Version")


class Bus:
    def __init__(self):
        self.connection = Gio.bus_get_sync(Gio.BusType.SYSTEM)

    def call(self, name, path, interface, method, arguments):
        return self.connection.call_sync(name, path, interface, method, arguments, None, 0, TIMEOUT, None)

    def manager(self, method, arguments):
        return self.call(NAME, ROOT, f"{NAME}.Manager", method, arguments)

    def get(self, name, path, interface, member):
        arguments = GLib.Variant("(ss)", (interface, member))
        return self.call(name, path, "org.freedesktop.DBus.Properties", "Get", arguments).unpack()[0]


def timed(work):
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def warm():
    """Wakes the service and gives nothing."""
    Bus().get(*VERSION)


def migrate(guest, destination):
    """One move by the service: the whole time, and that from the call to libvirt's migrate call."""
    bus, loop, end = Bus(), GLib.MainLoop(), {}

    def changed(_connection, _sender, path, _interface, _signal, arguments):
        state = arguments.unpack()[1].get("State")
        if state in FINAL:
            end.setdefault(path, (time.perf_counter(), state))
            loop.quit()

    bus.connection.signal_subscribe(
        NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", None, f"{NAME}.Job", 0, changed
    )
    bus.get(*VERSION)
    called, begin = time.time(), time.perf_counter()
    job = bus.manager("Migrate", GLib.Variant("(ssa{sv})", (guest, destination, {}))).unpack()[0]
    GLib.timeout_add(TIMEOUT, loop.quit)
    while job not in end:
        loop.run()
    finished, state = end[job]
    if state != "completed":
        sys.exit(f"the migration ended {state}: {bus.get(NAME, job, f'{NAME}.Job', 'Error')}")
    entered = bus.get(NAME, job, f"{NAME}.Job", "Called") / 1e6
    return {"whole": 1000 * (finished - begin), "call_to_migrate": 1000 * (entered - called)}


def virsh(*words):
    """One run of virsh, from the start of the program to its end."""
    command = ["virsh", "-q", "-c", "qemu:///system", *words]
    return timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))


def peer_uri(guest, destination):
    """The URI by which the source's libvirt would reach the destination's."""
    return Bus().manager("Plan", GLib.Variant("(ssa{sv})", (guest, destination, {}))).unpack()[0]["peer-uri"]


def cold(unit, count):
    """First answers of an activated service, each after a stop of its unit."""
    bus, prop = Bus(), VERSION if unit == "migrationd.service" else HOSTNAME
    times = []
    for _ in range(int(count)):
        subprocess.run(["systemctl", "stop", unit], check=True)
        # Or systemd finds that it is started too often.
        subprocess.run(["systemctl", "reset-failed", unit], check=False, stderr=subprocess.DEVNULL)
        times.append(timed(lambda: bus.get(*prop)))
    return times


def list_guests(expected, count):
    """Lists all guests in turns: by the service (first its very first time), by virsh."""
    bus, ours, others = Bus(), [], []
    arguments = GLib.Variant("(sa{sv})", ("local", {}))
    answers = []
    for _ in range(int(count) + 1):
        ours.append(timed(lambda: answers.append(bus.manager("ListGuests", arguments))))
        others.append(virsh("list", "--all"))
    wrong = [answer for answer in answers if answer.get_child_value(0).n_children() != int(expected)]
    if wrong:
        sys.exit(f"ListGuests gave {wrong[0].get_child_value(0).n_children()} guests, {expected} are defined")
    return {"first": ours[0], "ours": ours[1:], "virsh": others[1:]}


def check(guest, destination, count):
    """Checks of both hosts: with no connection to either, and then with both."""
    bus, first, warm_ones = Bus(), [], []
    arguments = GLib.Variant("(ssa{sv})", (guest, destination, {}))
    answers = []
    for _ in range(int(count)):
        subprocess.run(["systemctl", "stop", "migration-query@*.service"], check=True)
        for times in (first, warm_ones):
            times.append(timed(lambda: answers.append(bus.manager("Check", arguments))))
    found = [finding for answer in answers for finding in answer.unpack()[1]]
    if found:
        sys.exit(f"Check finds something: {found[0]}")
    return {"first": first, "warm": warm_ones}


VERBS = {
    "check": check,
    "warm": warm,
    "migrate": migrate,
    "virsh": virsh,
    "peer-uri": peer_uri,
    "cold": cold,
    "list": list_guests,
}
print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
