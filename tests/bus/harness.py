# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the bus tests stand on: a private bus that poses as the system bus, the built service with
fake-worker as its worker program, and a client that records what the service announces."""

import ctypes
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile

from gi.repository import Gio, GLib

from loop import DEADLINE, Exit, wait
from world import World

BUILD = os.environ.get("MIGRATION_BUILD")
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

NAME = "org.example.Migration1"
ROOT = "/org/example/Migration1"
MANAGER, HOST, JOB = NAME + ".Manager", NAME + ".Host", NAME + ".Job"
ERROR = NAME + ".Error."
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
# A network of its own for what it runs; without privileges a user namespace allows it.
UNSHARE = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")
FINAL = ("completed", "failed", "cancelled", "interrupted")

# options of Migrate and keys of filters, by their D-Bus types
OPTION_TYPES = {key: kind for kind, keys in {
    "s": "source flow transport interface-address listen-address data-protocol destination-name "
         "copy-storage disks-address tls-name graphics-type graphics-address graphics-tls-subject "
         "name state guest destination driver address user peer-transport peer-address peer-user "
         "host-uuid password-file",
    "q": "port disks-port graphics-port graphics-tls-port peer-port",
    "b": "open-destination live paused offline persist undefine-source synchronous-writes tls "
         "postcopy postcopy-resume auto-converge parallel zero-copy rdma-pin-all abort-on-error "
         "unsafe try active unfinished mine allow-plaintext replace check",
    "u": "auto-converge-initial auto-converge-increment compression-mt-level "
         "compression-mt-threads compression-mt-dthreads parallel-connections limit",
    "t": "bandwidth postcopy-bandwidth maximum-downtime compression-xbzrle-cache before",
    "as": "disks compression migration-addresses disk-directories guests",
    "a{ss}": "disk-paths networks bridges",
}.items() for key in keys.split()}

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>migration-test</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_type="method_call"/>
    <allow receive_type="signal"/>
    <allow receive_requested_reply="true"/>
    {policy}
  </policy>
</busconfig>
"""


def built(path):
    return os.path.join(BUILD, path)


def options(**values):
    """a{sv} of options or filters; "_" in a key stands for "-", a GLib.Variant is taken as is."""
    named = {key.replace("_", "-"): value for key, value in values.items()}
    return {key: value if isinstance(value, GLib.Variant)
            else GLib.Variant(OPTION_TYPES[key], value) for key, value in named.items()}


def flush(connection):
    """Waits until the bus has passed on all that was sent."""
    connection.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", None, None,
                         Gio.DBusCallFlags.NONE, -1, None)


class BusError(Exception):
    def __init__(self, name, text):
        super().__init__(f"{name}: {text}")
        self.name, self.text = name, text

    @property
    def short(self):
        """The name without the project's prefix."""
        return self.name[len(ERROR):] if self.name.startswith(ERROR) else self.name


class Bus:
    """A dbus-daemon of our own."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="migration-bus-", dir="/tmp")
        os.chmod(self.directory, 0o755)
        self._config = os.path.join(self.directory, "bus.conf")
        self._configure()
        self.process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={self._config}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, "dbus-daemon does not start"
        self.owned = False  # whether somebody has the service's name
        self._observer = self.connect()
        self._watch = Gio.bus_watch_name_on_connection(
            self._observer, NAME, Gio.BusNameWatcherFlags.NONE,
            lambda *_: setattr(self, "owned", True), lambda *_: setattr(self, "owned", False))

    def _configure(self, policy=""):
        with open(self._config, "w") as file:
            file.write(BUS_CONFIG.format(path=os.path.join(self.directory, "bus"), policy=policy))

    def allow(self, allowed):
        """Whether anybody may call the service, from now on."""
        self._configure("" if allowed else f'<deny send_destination="{NAME}"/>')
        self._observer.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                                 "ReloadConfig", None, None, Gio.DBusCallFlags.NONE, -1, None)

    def connect(self, uid=None):
        """A connection of its own; of another user only if we are root."""
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                 Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        if uid is not None:
            os.seteuid(uid)
        try:
            return Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        finally:
            if uid is not None:
                os.seteuid(0)

    def close(self):
        Gio.bus_unwatch_name(self._watch)
        if not self._observer.is_closed():
            self._observer.close_sync(None)
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.directory)


class Reply:
    """A method call whose answer is still to come."""

    def __init__(self, connection, path, interface, method, parameters, interactive=False):
        self.done = False
        self._value = self._error = None
        self._what = f"{interface}.{method} at {path} is answered"
        flags = (Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION if interactive
                 else Gio.DBusCallFlags.NONE)
        connection.call(NAME, path, interface, method, parameters, None, flags, 2**31 - 1, None,
                        self._answered)

    def _answered(self, connection, result):
        self.done = True
        try:
            self._value = connection.call_finish(result)
        except GLib.Error as error:
            name = Gio.DBusError.get_remote_error(error) or "disconnected"
            self._error = BusError(name, error.message.removeprefix(f"GDBus.Error:{name}: "))

    def variant(self, seconds=DEADLINE):
        wait(lambda: self.done, self._what, seconds)
        if self._error:
            raise self._error
        return self._value

    def result(self, seconds=DEADLINE):
        """What it returns: nothing, one value, or a tuple."""
        values = self.variant(seconds).unpack()
        return values[0] if len(values) == 1 else values or None

    def error(self, seconds=DEADLINE):
        """The BusError it must end with."""
        try:
            value = self.result(seconds)
        except BusError as error:
            return error
        raise AssertionError(f"no error but {value}")


class Job:
    """A job as a client sees it: its properties and how they changed."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.id = int(path.rsplit("/", 1)[-1])

    def __getitem__(self, name):
        """The property, as announced up to now."""
        return self.client.seen.get(self.path, {}).get(name)

    @property
    def history(self):
        """The announced changes, as dictionaries in order."""
        return self.client.history.get(self.path, [])

    def values(self, name):
        """The values that the property was announced with, repeats left out."""
        values = []
        for change in self.history:
            if name in change and (not values or values[-1] != change[name]):
                values.append(change[name])
        return values

    def read(self):
        """The properties, asked for now."""
        return self.client.get_all(self.path, JOB)

    def until(self, condition=None, seconds=DEADLINE, **wanted):
        """Waits until the announced properties have these values."""
        wanted = {key: value if isinstance(value, tuple) else (value,)
                  for key, value in wanted.items()}

        def holds():
            return (all(self[key] in values for key, values in wanted.items()) and
                    (condition is None or condition(self)))

        def state():
            is_now = self.client.seen.get(self.path)
            return f"job {self.id} is {wanted or condition}; it is {is_now}"

        wait(holds, state, seconds)
        return self

    def ended(self, state=None, seconds=DEADLINE):
        """Waits for its end, which must be `state`; returns the properties asked for then."""
        self.until(State=FINAL, seconds=seconds)
        properties = self.read()
        assert state in (None, properties["State"]), f"ended {properties['State']}: " \
            f"{properties['Error']}"
        return properties

    def cancel(self):
        return self.client.call(self.path, JOB, "Cancel")

    def start_control(self, method, value=None):
        """Calls a control of the job: a method with nothing or one number."""
        return self.client.start(self.path, JOB, method,
                                 GLib.Variant("(t)", (value,)) if value is not None else None)

    def control(self, method, value=None):
        return self.start_control(method, value).result()

    def samples(self):
        return self.client.call(self.path, JOB, "GetSamples")


class Client:
    """A client that listens to everything the service announces."""

    def __init__(self, connection):
        self.connection = connection
        self.seen = {}  # path -> the last announced values, all interfaces together
        self.history = {}  # path -> [changes]
        self.signals = []  # (path, interface, member, values)
        connection.signal_subscribe(NAME, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                    self._signal)
        self.name_owner()  # the bus has seen the subscription when it answers this

    def _signal(self, connection, sender, path, interface, member, parameters):
        values = parameters.unpack()
        self.signals.append((path, interface, member, values))
        if member == "InterfacesAdded":
            for name, properties in values[1].items():
                if name.startswith(NAME):
                    self._changed(values[0], properties)
        elif member == "InterfacesRemoved":
            self.seen.pop(values[0], None)
        elif member == "PropertiesChanged":
            assert values[2] == [], f"{path} invalidates {values[2]} instead of telling them"
            self._changed(path, values[1])

    def _changed(self, path, properties):
        self.seen.setdefault(path, {}).update(properties)
        self.history.setdefault(path, []).append(properties)

    def name_owner(self):
        done = []
        self.connection.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                             "NameHasOwner", GLib.Variant("(s)", (NAME,)), None,
                             Gio.DBusCallFlags.NONE, -1, None,
                             lambda source, result: done.append(source.call_finish(result)))
        wait(lambda: done, "the bus answers")
        return done[0].unpack()[0]

    def start(self, path, interface, method, parameters=None, interactive=False):
        return Reply(self.connection, path, interface, method, parameters, interactive)

    def call(self, path, interface, method, parameters=None):
        return self.start(path, interface, method, parameters).result()

    def send(self, path, interface, method, body=None, prepare=None):
        """Calls with a message as it stands: no interface if that is None, and `prepare` may change
        it; the answering message."""
        message = Gio.DBusMessage.new_method_call(NAME, path, interface, method)
        if body is not None:
            message.set_body(body)
        if prepare:
            prepare(message)
        done = []
        self.connection.send_message_with_reply(
            message, Gio.DBusSendMessageFlags.NONE, 2**31 - 1, None,
            lambda source, result: done.append(source.send_message_with_reply_finish(result)))
        wait(lambda: done, f"{interface}.{method} at {path} is answered")
        return done[0]

    def get_all(self, path, interface):
        return self.call(path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)))

    def get(self, name, path=ROOT, interface=MANAGER):
        return self.call(path, PROPERTIES, "Get", GLib.Variant("(ss)", (interface, name)))

    def owner(self):
        """The number on the bus of the service's connection."""
        return self.connection.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetNameOwner",
                                         GLib.Variant("(s)", (NAME,)), None, Gio.DBusCallFlags.NONE, -1,
                                         None).unpack()[0]

    def managed(self):
        return self.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")

    # the Manager's methods; start_* give the Reply

    def start_list_guests(self, host, **filter):
        return self.start(ROOT, MANAGER, "ListGuests",
                          GLib.Variant("(sa{sv})", (host, options(**filter))))

    def list_guests(self, host, **filter):
        return self.start_list_guests(host, **filter).result()

    def start_plan(self, guest, destination, **chosen):
        return self.start(ROOT, MANAGER, "Plan",
                          GLib.Variant("(ssa{sv})", (guest, destination, options(**chosen))))

    def plan(self, guest, destination, **chosen):
        return self.start_plan(guest, destination, **chosen).result()

    def start_check(self, guest, destination, **chosen):
        return self.start(ROOT, MANAGER, "Check",
                          GLib.Variant("(ssa{sv})", (guest, destination, options(**chosen))))

    def check(self, guest, destination, **chosen):
        """The plan, and the findings by their ids; of several with one id the last."""
        plan, findings = self.start_check(guest, destination, **chosen).result()
        return plan, {finding["id"]: finding for finding in findings}

    def start_migrate(self, guest, destination, interactive=False, **chosen):
        return self.start(ROOT, MANAGER, "Migrate",
                          GLib.Variant("(ssa{sv})", (guest, destination, options(**chosen))),
                          interactive)

    def migrate(self, guest, destination, **chosen):
        return Job(self, self.start_migrate(guest, destination, **chosen).result())

    def start_add_host(self, name, **settings):
        return self.start(ROOT, MANAGER, "AddHost",
                          GLib.Variant("(sa{sv})", (name, options(**settings))))

    def add_host(self, name, **settings):
        return self.start_add_host(name, **settings).result()

    def start_remove_host(self, name):
        return self.start(ROOT, MANAGER, "RemoveHost", GLib.Variant("(s)", (name,)))

    def list_jobs(self, **filter):
        return self.call(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", (options(**filter),)))

    def job(self, number):
        return Job(self, f"{ROOT}/job/{number}")

    def host_path(self, name):
        escaped = "".join(c if c.isalnum() else f"_{ord(c):02x}" for c in name)
        return f"{ROOT}/host/{escaped}"

    def start_list_interfaces(self, host, source=""):
        return self.start(self.host_path(host), HOST, "ListInterfaces",
                          GLib.Variant("(s)", (source,)))

    def list_interfaces(self, host, source=""):
        return self.start_list_interfaces(host, source).result()

    def start_test(self, host):
        return self.start(self.host_path(host), HOST, "Test")


class Service:
    """The service with directories of its own. It can be stopped, killed and started again."""

    def __init__(self, bus, worker=(), network=None, program=("tests/bus/fake-worker",),
                 **arguments):
        self.bus = bus
        self.directory = tempfile.mkdtemp(prefix="mig-", dir="/tmp")
        self.arguments = {"idle-timeout": 60, "query-deadline": 15, **arguments}
        for name in ("state", "run", "config/hosts.d"):
            os.makedirs(os.path.join(self.directory, name))
        self.world = World(self.directory)
        self.process = None
        self._write_worker(worker, network, program)
        self._log = open(os.path.join(self.directory, "log"), "a+")

    def _write_worker(self, arguments, network, program):
        """The worker empties its environment, so where the world is comes from a wrapper. With
        `network`, arguments of ip(8), it has a network of its own. `program`: words to run it,
        the last of them its path in the build directory."""
        isolate = ""
        if network is not None:
            setup = "; ".join(f"PATH=$PATH:/usr/sbin:/sbin ip {words}" for words in network)
            isolate = f"{shlex.join(UNSHARE)} sh -ec '{setup}; exec \"$@\"' sh "
        path = os.path.join(self.directory, "worker")
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\nFAKE_LIBVIRT_WORLD={self.world.path}\n"
                       "export FAKE_LIBVIRT_WORLD\n"
                       f'exec {isolate}{shlex.join([*program[:-1], built(program[-1])])} "$@" '
                       f'{" ".join(arguments)}\n')
        os.chmod(path, 0o755)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def change_ledger(self, sql):
        """As an administrator, or a program of another version, may have done it."""
        connection = sqlite3.connect(self.path("state", "ledger.sqlite"))
        connection.execute(sql)
        connection.commit()
        connection.close()

    def write_host(self, name, **keys):
        """A host file; moved into place, as an administrator's editor does."""
        if name != "local":
            keys = {"Driver": "qemu", **keys}
        lines = ["[Host]"] + [f"{key}={value}" for key, value in keys.items()]
        temporary = self.path("config", "new")
        with open(temporary, "w") as file:
            file.write("\n".join(lines) + "\n")
        os.rename(temporary, self.path("config", "hosts.d", name + ".conf"))

    def remove_host(self, name):
        os.unlink(self.path("config", "hosts.d", name + ".conf"))

    def added_path(self, name):
        return self.path("state", "hosts.d", name + ".conf")

    def write_added_host(self, name, **keys):
        """As AddHost leaves it behind; the service does not watch this directory."""
        os.makedirs(self.path("state", "hosts.d"), exist_ok=True)
        with open(self.added_path(name), "w") as file:
            file.write("\n".join(["[Host]"] + [f"{k}={v}" for k, v in keys.items()]) + "\n")

    def remove_host(self, name):
        os.unlink(self.path("config", "hosts.d", name + ".conf"))

    def start(self):
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.bus.address}
        command = [built("service/migrationd"), "--launch=direct",
                   "--worker=" + self.path("worker"), "--state-dir=" + self.path("state"),
                   "--runtime-dir=" + self.path("run"), "--config-dir=" + self.path("config")]
        command += [f"--{key}={value}" for key, value in self.arguments.items()]
        self.process = subprocess.Popen(command, env=environment, stderr=self._log)
        self.exit = Exit(self.process.pid)
        wait(lambda: self.bus.owned or self.exit.over, "the service takes its name")
        assert self.bus.owned, f"the service has ended: {self.log()}"
        return self

    def ended(self):
        """Waits for its end; the exit status."""
        self.exit.wait()
        status = self.process.wait()
        self.process = None
        wait(lambda: not self.bus.owned, "the bus notices that the service is gone")
        return status

    def end(self, number):
        os.kill(self.process.pid, number)
        return self.ended()

    def stop(self):
        return self.end(signal.SIGTERM)

    def kill(self):
        return self.end(signal.SIGKILL)

    def log(self):
        self._log.flush()
        with open(self.path("log")) as file:
            return file.read()

    def close(self):
        """Ends what is left, the workers that outlived the service included."""
        status = 0
        if self.process:
            status = self.ended() if self.exit.over else self.stop()
        self.world.close()
        end_orphans(self.directory)
        self._log.close()
        shutil.rmtree(self.directory)
        return status


def adopt_orphans():
    """Workers outlive the service; with this they become our children and can be reaped."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def end_orphans(directory):
    """Ends the adopted workers that have this directory on their command line, and buries all."""
    with open("/proc/thread-self/children") as file:
        children = [int(pid) for pid in file.read().split()]
    for pid in children:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            command = file.read()
        if directory.encode() in command:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        elif not command:
            os.waitpid(pid, os.WNOHANG)


def undefined_symbols(program):
    """The libvirt functions that the program takes from the real library."""
    output = subprocess.run(["nm", "-D", "--undefined-only", program], check=True,
                            capture_output=True, text=True).stdout
    return {m.group(1) for m in re.finditer(r" U (vir\w+)", output)}
