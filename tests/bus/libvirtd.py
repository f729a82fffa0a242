# SPDX-License-Identifier: LGPL-2.1-or-later
"""A libvirtd with a QEMU that has no guests but those a test gives it. It speaks libvirt's real
protocol, so that the real worker and the real client library can be let loose on it, and answers
as an honest one would; `Daemon.twist()` makes it lie."""

import re
import socket
import threading
import time
import uuid

from gi.repository import GLib

import rpc
from rpc import ULLONG, Reader, blob, domain, huge, maybe, num, param, rows, text

RUNNING, PAUSED, SHUTOFF = 1, 3, 5
BY_MIGRATION, MIGRATED, MIGRATION_CANCELED = 2, 3, 4  # reasons: of paused, running, running
AWAY = 3  # reason of shutoff
UNPAUSED = 5  # reason of running
NO_SUPPORT, INTERNAL, OPERATION_ABORTED, NO_DOMAIN = 3, 1, 78, 42
# V1 and V2 of the protocol, direct migration, descriptors in messages
MISSING_FEATURES = (1, 3, 5, 8)
PERSIST_DEST, UNDEFINE_SOURCE = 8, 16
LIFECYCLE = 318  # procedure of the event
STOPPED, STOPPED_MIGRATED = 5, 3

PROCEDURES = {
    1: "open", 2: "close", 3: "type", 4: "version", 7: "capabilities", 14: "xml", 16: "info",
    23: "lookup_name", 24: "lookup_uuid", 28: "resume",
    59: "hostname", 60: "feature", 66: "auth_list", 67: "sasl_init", 70: "auth_polkit",
    110: "uri", 151: "is_persistent", 157: "lib_version", 164: "abort", 187: "snapshots",
    212: "state", 228: "memory_stats", 298: "job_stats", 302: "begin", 303: "prepare",
    305: "perform", 306: "finish", 307: "confirm", 316: "register", 317: "deregister",
    342: "domain_capabilities", 344: "all_stats", 360: "register_close",
    361: "unregister_close", 387: "max_downtime", 393: "compare_cpu",
}

DOMAIN_XML = """<domain type='qemu'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <memory unit='KiB'>65536</memory>
  <currentMemory unit='KiB'>65536</currentMemory>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>
</domain>
"""


class Refused(Exception):
    def __init__(self, code, message, **more):
        self.body = rpc.error(code, message, **more)


class Guest:
    """A domain of one daemon."""

    def __init__(self, name, number, state=RUNNING, reason=1, persistent=True):
        self.name, self.uuid, self.number = name, number.bytes, 1
        self.state, self.reason, self.persistent = state, reason, persistent
        self.driver = None  # the connection that migrates it
        self.incoming = self.sent = False

    @property
    def wire(self):
        return domain(self.name, self.uuid, self.number)

    @property
    def xml(self):
        return DOMAIN_XML.format(name=self.name, uuid=uuid.UUID(bytes=self.uuid))


class Call:
    """A call that a client has made; it is answered now, later or never."""

    def __init__(self, connection, procedure, serial, body):
        self.connection, self.procedure, self.serial = connection, procedure, serial
        self.daemon, self.name = connection.daemon, PROCEDURES.get(procedure, str(procedure))
        self.reader = Reader(body)

    def packet(self, body, **more):
        return rpc.packet(body, self.procedure, self.serial, **more)

    def answer(self, body, **more):
        self.connection.send(self.packet(body, **more))

    def refuse(self, refused):
        self.answer(refused.body, status=rpc.ERROR)

    def honest(self):
        """What should be answered; it has been carried out then."""
        handler = getattr(self.daemon, "do_" + self.name, None)
        if not handler:
            raise Refused(NO_SUPPORT, f"this function is not supported: {self.name}")
        with self.daemon.lock:
            return handler(self)


class Connection:
    def __init__(self, daemon, stream):
        self.daemon, self.stream = daemon, stream
        self.events = False
        self._sending = threading.Lock()

    def send(self, data):
        with self._sending:
            self.stream.sendall(data)

    def end(self):
        """Also wakes its thread; closed by that."""
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _read(self, length):
        data = b""
        while len(data) < length:
            piece = self.stream.recv(length - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data

    def _serve_one(self):
        length = Reader(self._read(4)).num()
        reader = Reader(self._read(length - 4))
        program, _, procedure, _, serial, _ = (reader.num() for _ in range(6))
        if program == rpc.KEEPALIVE:
            if not self.daemon.breathless:
                self.send(rpc.packet(b"", rpc.PONG, 0, rpc.MESSAGE, program=rpc.KEEPALIVE))
            return
        call = Call(self, procedure, serial, reader.data[reader.at:])
        self.daemon.note(call)
        try:
            twist = self.daemon.twists.get(call.name, Call.honest)
            body = None if self.daemon.deaf else twist(call)
        except Refused as refused:
            call.refuse(refused)
            return
        if body is not None:
            call.answer(body)

    def run(self):
        try:
            self.daemon.greet(self)
            while True:
                self._serve_one()
        except OSError:
            pass
        except Exception as fault:  # of the test itself
            self.daemon.faults.append(fault)
            raise
        finally:
            self.daemon.forget(self)
            self.stream.close()
            GLib.MainContext.default().wakeup()


class Daemon:
    """One host. Its guests may be looked at under `lock`, or when nothing is under way."""

    def __init__(self, listener, name):
        self.listener, self.name = listener, name
        self.lock = threading.RLock()
        self.uuid = uuid.uuid4()
        self.guests = {}  # by UUID
        self.twists = {}
        self.breathless = False  # leaves keepalive unanswered
        self.deaf = False  # and this everything else
        self.calls = []  # names, in order
        self.performed = []  # the parameters of each
        self.performing = None  # the call, while it waits
        self.faults = []
        self.connections = set()
        self._start(self._accept)

    @staticmethod
    def _start(function, *arguments):
        threading.Thread(target=function, args=arguments, daemon=True).start()

    def guest(self, name, **more):
        guest = Guest(name, uuid.uuid4(), **more)
        self.guests[guest.uuid] = guest
        return guest

    def twist(self, **functions):
        """Makes it lie: each function gets the Call and gives the answer's body, or None when it
        has sent something itself or will never answer. `greet` gets a new Connection."""
        self.twists.update(functions)

    def note(self, call):
        self.calls.append(call.name)
        GLib.MainContext.default().wakeup()

    def _accept(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            connection = Connection(self, stream)
            self.connections.add(connection)
            self._start(connection.run)

    def greet(self, connection):
        self.twists.get("greet", lambda connection: None)(connection)

    def forget(self, connection):
        """As libvirtd does when a client that drives a migration goes away."""
        with self.lock:
            self.connections.discard(connection)
            for guest in list(self.guests.values()):
                if guest.driver is not connection:
                    continue
                guest.driver = None
                if guest.reason == BY_MIGRATION and guest.incoming:
                    del self.guests[guest.uuid]
                elif not guest.sent:
                    guest.state, guest.reason = RUNNING, MIGRATION_CANCELED

    def cut(self):
        """Ends all connections."""
        for connection in list(self.connections):
            connection.end()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.cut()

    def find(self, number):
        if number not in self.guests:
            raise Refused(NO_DOMAIN, f"Domain not found: no domain with matching uuid '{number}'")
        return self.guests[number]

    def tell_lifecycle(self, guest, event, detail):
        body = num(1) + guest.wire + num(event) + num(detail)
        for connection in self.connections:
            if connection.events:
                connection.send(rpc.packet(body, LIFECYCLE, 0, rpc.MESSAGE))

    # What it is asked. Each gives the body of the answer.

    def do_auth_list(self, call):
        return rows([num(0)])

    def do_open(self, call):
        return b""

    do_close = do_register_close = do_unregister_close = do_open

    def do_feature(self, call):
        return num(call.reader.num() not in MISSING_FEATURES)

    def do_type(self, call):
        return text("QEMU")

    def do_uri(self, call):
        return text("qemu:///system")

    def do_version(self, call):
        return huge(7002000)

    def do_lib_version(self, call):
        return huge(9000000)

    def do_hostname(self, call):
        return text(self.name)

    def do_capabilities(self, call):
        return text(f"<capabilities><host><uuid>{self.uuid}</uuid></host></capabilities>")

    def do_domain_capabilities(self, call):
        return text("<domainCapabilities><os supported='yes'/></domainCapabilities>")

    def do_compare_cpu(self, call):
        return num(1)

    def do_memory_stats(self, call):
        wanted = call.reader.num()
        stats = [text(field) + huge(4 * 1024 * 1024)
                 for field in ("total", "free", "buffers", "cached")]
        return rows(stats if wanted else []) + num(len(stats))

    def do_lookup_name(self, call):
        name = call.reader.text()
        for guest in self.guests.values():
            if guest.name == name:
                return guest.wire
        raise Refused(NO_DOMAIN, f"Domain not found: no domain with matching name '{name}'")

    def do_lookup_uuid(self, call):
        return self.find(call.reader.fixed(rpc.UUID_BYTES)).wire

    def do_state(self, call):
        guest = self.find(call.reader.uuid())
        return num(guest.state) + num(guest.reason)

    def do_is_persistent(self, call):
        return num(self.find(call.reader.uuid()).persistent)

    def do_xml(self, call):
        return text(self.find(call.reader.uuid()).xml)

    def do_resume(self, call):
        guest = self.find(call.reader.uuid())
        with self.lock:
            guest.state, guest.reason = RUNNING, UNPAUSED
        return b""

    def do_info(self, call):
        guest = self.find(call.reader.uuid())
        return num(guest.state) + huge(65536) * 2 + num(1) + huge(time.monotonic_ns())

    def do_snapshots(self, call):
        return num(0)

    def do_max_downtime(self, call):
        return huge(300)

    def do_register(self, call):
        call.connection.events = True
        return num(1)

    def do_deregister(self, call):
        call.connection.events = False
        return b""

    def stats_of(self, guest):
        return [param("state.state", rpc.INT, guest.state),
                param("state.reason", rpc.INT, guest.reason),
                param("balloon.current", ULLONG, 65536), param("balloon.maximum", ULLONG, 65536),
                param("vcpu.current", rpc.UINT, 1), param("vcpu.maximum", rpc.UINT, 1),
                param("vcpu.0.time", ULLONG, time.monotonic_ns())]

    def do_all_stats(self, call):
        asked = [call.reader.uuid() for _ in range(call.reader.num())]
        _, flags = call.reader.num(), call.reader.num()
        persistent, transient = flags & 4, flags & 8
        guests = [guest for guest in self.guests.values()
                  if (guest.uuid in asked if asked else
                      guest.persistent if persistent or not transient else not guest.persistent)]
        return rows([guest.wire + rows(self.stats_of(guest)) for guest in guests])

    def do_job_stats(self, call):
        guest, flags = self.find(call.reader.uuid()), call.reader.num()
        kind = 3 if flags & 1 else 2 if guest.driver else 0
        copied = 4096 if guest.sent or self.performing else 0
        return num(kind) + rows([param("data_processed", ULLONG, copied),
                                 param("data_total", ULLONG, 65536)] if kind else [])

    # A migration that the client drives

    def do_begin(self, call):
        guest = self.find(call.reader.uuid())
        guest.driver = call.connection
        return blob(b"<qemu-migration/>") + text(guest.xml)

    def do_prepare(self, call):
        xml = call.reader.params()["destination_xml"]
        name, number = (re.search(f"<{tag}>(.*)</{tag}>", xml)[1] for tag in ("name", "uuid"))
        guest = Guest(name, uuid.UUID(number), PAUSED, BY_MIGRATION, persistent=False)
        guest.driver, guest.incoming = call.connection, True
        self.guests[guest.uuid] = guest
        return blob(b"<qemu-migration/>") + maybe(f"tcp:{self.name}:49152")

    def do_perform(self, call):
        guest = self.find(call.reader.uuid())
        call.reader.maybe()
        self.performed.append(call.reader.params())
        guest.state, guest.reason, guest.sent = PAUSED, BY_MIGRATION, True
        return blob(b"<qemu-migration/>")

    def do_finish(self, call):
        params, _, flags, cancelled = (call.reader.params(), call.reader.blob(), call.reader.num(),
                                       call.reader.num())
        guest = next(g for g in self.guests.values() if g.driver is call.connection)
        guest.driver, guest.incoming = None, False
        if cancelled:
            del self.guests[guest.uuid]
            raise Refused(INTERNAL, "migration was cancelled")
        guest.state, guest.reason = RUNNING, MIGRATED
        guest.persistent = bool(flags & PERSIST_DEST)
        return guest.wire + blob(b"")

    def do_confirm(self, call):
        guest = self.find(call.reader.uuid())
        _, _, flags, cancelled = (call.reader.params(), call.reader.blob(), call.reader.num(),
                                  call.reader.num())
        guest.driver, guest.sent = None, False
        if cancelled:
            guest.state, guest.reason = RUNNING, MIGRATION_CANCELED
            return b""
        guest.state, guest.reason = SHUTOFF, AWAY
        if flags & UNDEFINE_SOURCE or not guest.persistent:
            del self.guests[guest.uuid]
        self.tell_lifecycle(guest, STOPPED, STOPPED_MIGRATED)
        return b""

    def do_abort(self, call):
        guest = self.find(call.reader.uuid())
        if self.performing:
            guest.driver = None
            self.performing.refuse(Refused(
                OPERATION_ABORTED, "operation aborted: migration out job: canceled by client"))
            self.performing = None
        return b""
