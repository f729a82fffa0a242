# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service on a host, called as other programs do: with gdbus and busctl on its system bus."""

import json
import re
import shlex

from lab import guests, system

NAME = "org.example.Migration1"
ROOT = "/org/example/Migration1"
FINAL = ("completed", "failed", "cancelled", "interrupted")
FLOWS = {"peer": {"flow": "peer-to-peer"}, "direct": {"flow": "managed-direct"}}


class Refused(Exception):
    """A call was answered with an error of the service."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


class Raw(str):
    """GVariant text as it stands."""


def u(number):
    return Raw(f"uint32 {number}")


def t(number):
    return Raw(f"uint64 {number}")


def text(value):
    """A Python value as GVariant text; an int is a port."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"uint16 {value}"
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text(key)}: {text(one)}" for key, one in value.items()) + "}"
    return f"'{value}'"


def busctl_words(value):
    """A value as busctl wants a variant: its type and its words."""
    if isinstance(value, bool):
        return ["b", text(value)]
    if isinstance(value, int):
        return ["q", str(value)]
    if isinstance(value, list):
        return ["as", str(len(value)), *value]
    if isinstance(value, dict):
        return ["a{ss}", str(len(value)), *(word for pair in value.items() for word in pair)]
    return ["s", value]


def busctl_dictionary(chosen):
    """An a{sv}; "_" in a key stands for "-"."""
    words = [[key.replace("_", "-"), *busctl_words(value)] for key, value in chosen.items()]
    return [str(len(chosen)), *(word for entry in words for word in entry)]


def options(chosen):
    return "@a{sv} {" + ", ".join(f"'{key.replace('_', '-')}': <{text(value)}>" for key, value in chosen.items()) + "}"


class Service:
    def __init__(self, host):
        self.host = host

    def call(self, method, *arguments, path=ROOT, interface="Manager", run=None):
        """Calls a method; `run` runs the command line elsewhere than as root in no session."""
        words = ["gdbus", "call", "--system", "-d", NAME, "-o", path, "-m", f"{NAME}.{interface}.{method}", *arguments]
        done = (run or self.host.exec)(words, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
        found = re.search(rf"GDBus\.Error:{NAME}\.Error\.(\w+): (.*)", done.stderr, re.DOTALL)
        assert found, f"{shlex.join(words)}: {done.stderr}"
        raise Refused(found[1], found[2].strip())

    def migrate(self, guest, destination, run=None, **chosen):
        answer = self.call("Migrate", guest, destination, options(chosen), run=run)
        return Job(self, re.search(rf"{ROOT}/job/\d+", answer)[0])

    def plan(self, guest, destination, **chosen):
        return self.call("Plan", guest, destination, options(chosen))

    def check(self, guest, destination, **chosen):
        """The plan, and the findings by their ids; of several with one id the last."""
        words = [guest, destination, *busctl_dictionary(chosen)]
        done = self.host.exec(["busctl", "--system", "--json=short", "call", NAME, ROOT, f"{NAME}.Manager", "Check", "ssa{sv}", *words])
        plan, findings = plain(json.loads(done.stdout))
        return plan, {finding["id"]: finding for finding in findings}

    def list_guests(self, name, **filter):
        words = [name, *busctl_dictionary(filter)]
        return self.json("call", ROOT, f"{NAME}.Manager", "ListGuests", "sa{sv}", *words)

    def json(self, verb, *words):
        done = self.host.exec(["busctl", "--system", "--json=short", verb, NAME, *words])
        answer = plain(json.loads(done.stdout))
        return answer[0] if verb == "call" else answer

    def main_pid(self):
        return int(self.host.exec(["systemctl", "show", "-P", "MainPID", "migrationd"]).stdout)

    def kill(self):
        """Kills the service and waits until systemd has started it again."""
        before = self.main_pid()
        self.host.exec(["systemctl", "kill", "-s", "KILL", "migrationd"])
        system.wait_for(lambda: self.main_pid() not in (0, before), "the service is not started again", 10.0)

    def end_jobs(self):
        """Cancels what still runs, and waits for its end."""
        for job in self.json("call", ROOT, f"{NAME}.Manager", "ListJobs", "a{sv}", "1", "unfinished", "b", "true"):
            job = Job(self, job["job"])
            try:
                job.cancel()
            except Refused:
                pass  # too late, or ended just now
            job.wait(lambda now: now["State"] in FINAL, f"job {job.id} does not end")


def plain(value):
    """busctl's JSON without its {"type", "data"} wrappers."""
    if isinstance(value, dict):
        return plain(value["data"]) if set(value) == {"type", "data"} else {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


class Job:
    def __init__(self, service, path):
        self.service, self.path = service, path
        self.id = path.rsplit("/", 1)[1]
        self.unit = f"migration-job@{self.id}.service"

    def all(self):
        return self.service.json("call", self.path, "org.freedesktop.DBus.Properties", "GetAll", "s", f"{NAME}.Job")

    def wait(self, wanted, what, timeout=60.0):
        last = {}

        def reached():
            last.update(self.all())
            return last if wanted(last) else None

        shown = ("State", "Phase", "Progress", "SourceState", "DestinationState", "Error")
        return system.wait_for(reached, lambda: f"{what}: {({k: last.get(k) for k in shown})}", timeout, interval=0.05)

    def ended(self, state, timeout=60.0):
        end = self.wait(lambda job: job["State"] in FINAL, f"job {self.id} does not end", timeout)
        assert end["State"] == state, f"{end['State']} in place of {state}: {end['Error']}"
        return end

    def failed(self, name, timeout=60.0):
        end = self.ended("failed", timeout)
        assert end["Error"][0] == f"{NAME}.Error.{name}", end["Error"]
        return end

    def copying(self):
        """Waits until the guest's memory moves."""
        return self.wait(lambda job: job["Phase"] == "copying" and job["Statistics"].get("memory_processed", 0) > 0, f"job {self.id} does not copy")

    def cancel(self):
        return self.control("Cancel")

    def control(self, method, *value):
        return self.service.call(method, *map(str, value), path=self.path, interface="Job")

    def recover(self, step, run=None):
        return self.service.call("Recover", step, path=self.path, interface="Job", run=run)

    def samples(self):
        return self.service.json("call", self.path, f"{NAME}.Job", "GetSamples")

    def worker(self):
        return int(self.service.host.exec(["systemctl", "show", "-P", "MainPID", self.unit]).stdout)


def assert_only_on(guest, here, elsewhere, more_ticks=True):
    """The guest runs here and goes on, and no process of it is elsewhere."""
    assert guests.state(here, guest) == "running"
    assert guests.state(elsewhere, guest) in (None, "shut off")
    assert not elsewhere.pids("-f", f"guest={guest}[,]")
    if more_ticks:
        guests.wait_alive(here, guest)


def assert_free(host, guest):
    """No libvirt job is left on the guest."""
    assert "None" in host.virsh("domjobinfo", guest)
