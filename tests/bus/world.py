# SPDX-License-Identifier: LGPL-2.1-or-later
"""The world that fake-worker's libvirt asks (see fake.h): hosts, their guests, and migrations that
go on when the test says so. It lives in the test's process and event loop, so it outlives workers,
can leave a call unanswered for ever, and knows every call that was made.

What a migration does to hosts is what libvirt 9.0 does: the guest on the destination is there and
paused while it is copied, a cancelled or failed one goes on running on the source, a managed direct
one (virDomainMigrate3) is lost with the process that makes the call, a peer-to-peer one is not."""

import os
import socket
import struct
import uuid as uuids
from urllib.parse import urlsplit

from gi.repository import GLib

from loop import Exit, wait

# libvirt's numbers, as in libvirt-domain.h and virterror.h
NO_STATE, RUNNING, BLOCKED, PAUSED, SHUTDOWN, SHUTOFF, CRASHED, PMSUSPENDED = range(8)
PAUSED_MIGRATION, PAUSED_STARTING_UP = 2, 11
JOB_NONE, JOB_BOUNDED, JOB_UNBOUNDED, JOB_COMPLETED, JOB_FAILED, JOB_CANCELLED = range(6)
STATS_COMPLETED = 1
OPERATION_MIGRATION_OUT = 5
EVENT_STARTED, EVENT_SUSPENDED, EVENT_RESUMED, EVENT_STOPPED = 2, 3, 4, 5
SUSPENDED_MIGRATED, RESUMED_UNPAUSED, RESUMED_MIGRATED = 1, 0, 1
STOPPED_MIGRATED, STOPPED_FAILED, STARTED_MIGRATED = 3, 5, 1

PEER2PEER, TUNNELLED, PERSIST_DEST, UNDEFINE_SOURCE, PAUSED_FLAG = 2, 4, 8, 16, 32

ERR_INTERNAL_ERROR, ERR_NO_CONNECT, ERR_INVALID_ARG, ERR_OPERATION_FAILED = 1, 5, 8, 9
ERR_SYSTEM_ERROR, ERR_RPC, ERR_NO_DOMAIN, ERR_AUTH_FAILED = 38, 39, 42, 45
ERR_OPERATION_INVALID, ERR_ARGUMENT_UNSUPPORTED, ERR_OPERATION_ABORTED = 55, 74, 78
ERR_MIGRATE_UNSAFE, ERR_CPU_INCOMPATIBLE = 81, 91
FROM_RPC, FROM_QEMU, FROM_REMOTE, FROM_DOMAIN, FROM_CPU = 7, 10, 13, 20, 31

MIB = 1024 * 1024


class VirError(Exception):
    def __init__(self, code, text, domain=FROM_QEMU):
        super().__init__(text)
        self.code, self.text, self.domain = code, text, domain


def typed(**values):
    """Typed parameters "a(sv)" of GLib.Variant values; "." in a key is spelled "__"."""
    return GLib.Variant("a(sv)", [(key.replace("__", "."), value) for key, value in values.items()])


class Guest:
    def __init__(self, host, name, uuid, state, persistent, memory, maximum_memory, vcpus, disks):
        self.host, self.name, self.uuid = host, name, uuid
        self.state, self.reason = state, 0
        self.persistent = persistent
        self.configured_by = host.name if persistent else None  # whose configuration is on the host
        self.memory, self.maximum_memory = memory, maximum_memory
        self.vcpus, self.disks = vcpus, disks
        self.job = None  # a Migration, or True: some other libvirt job
        self.incoming = False  # the copy of a migration that has not arrived yet
        self.completed = None  # statistics of the last migration

    @property
    def active(self):
        return self.state not in (SHUTOFF, CRASHED)

    def copy_to(self, host):
        copy = Guest(host, self.name, self.uuid, PAUSED, False, self.memory, self.maximum_memory,
                     self.vcpus, self.disks)
        copy.reason = PAUSED_MIGRATION
        copy.incoming = True
        return copy


class Host:
    def __init__(self, world, name, address, uuid, hostname, driver, libvirt):
        self.world, self.name, self.address = world, name, address
        self.uuid, self.hostname, self.driver, self.libvirt = uuid, hostname, driver, libvirt
        self.guests = {}
        self.refuses = None  # VirError of every open
        self.silent = None  # set of functions that are never answered; "*": all of them
        self.broken = {}  # function -> VirError
        self.asks = False  # wants credentials

    def guest(self, name, state=RUNNING, persistent=True, uuid=None, memory=512 * MIB,
              maximum_memory=1024 * MIB, vcpus=2, disks=(("vda", "/srv/images/{}.qcow2", 2**33),)):
        uuid = uuid or str(uuids.uuid5(uuids.NAMESPACE_DNS, name))
        disks = [(target, source.format(name), capacity) for target, source, capacity in disks]
        self.guests[name] = Guest(self, name, uuid, state, persistent, memory, maximum_memory, vcpus,
                                  disks)
        return self.guests[name]

    def find(self, what):
        for guest in self.guests.values():
            if what in (guest.name, guest.uuid):
                return guest
        raise VirError(ERR_NO_DOMAIN, f"Domain not found: no domain with matching name '{what}'")

    def is_silent(self, function):
        return self.silent is not None and ("*" in self.silent or function in self.silent)

    def emit(self, event, guest, **values):
        values = {key: value if isinstance(value, GLib.Variant) else GLib.Variant("x", value)
                  for key, value in values.items()}
        values.update(guest=GLib.Variant("s", guest.name), uuid=GLib.Variant("s", guest.uuid))
        for connection in [c for c in self.world.connections.values() if c.host is self]:
            connection.send(GLib.Variant("(sa{sv})", (event, values)))

    def lose(self):
        """The machine is gone: its connections break and it does not answer any more."""
        self.refuses = VirError(ERR_SYSTEM_ERROR, f"unable to connect to server at '{self.address}:"
                                "16514': No route to host", FROM_RPC)
        for connection in [c for c in self.world.connections.values() if c.host is self]:
            connection.close()


class Call:
    """One libvirt call of a worker: a socket that ends with the answer, or with the worker."""

    def __init__(self, world, sock):
        self.world, self.socket = world, sock
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.pid = struct.unpack("3i", credentials)[0]
        self.function, self.arguments, self.connection = None, {}, None
        self.on_gone = None
        self.host = None
        self.closed = False
        self._input = b""
        self._watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sock.fileno(), GLib.IOCondition.IN,
                                            self._readable)

    def _readable(self, fd, condition):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self._watch = None
            self._gone()
            return GLib.SOURCE_REMOVE
        self._input += data
        if self._input.endswith(b"\n"):
            text, self._input = self._input.decode(), b""
            message = GLib.Variant.parse(GLib.VariantType("(sa{sv})"), text, None, None)
            self.function = message.get_child_value(0).get_string()
            arguments = message.get_child_value(1)
            self.arguments = {key: arguments.lookup_value(key, None) for key in arguments.keys()}
            self.world.called(self)
        return GLib.SOURCE_CONTINUE

    def _gone(self):
        self.close()
        if self.on_gone:
            self.on_gone()

    def get(self, key):
        return self.arguments[key].unpack()

    def send(self, variant):
        if self.closed:
            return  # the worker is gone: a peer-to-peer migration that nobody waits for
        try:
            self.socket.sendall(variant.print_(True).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has just gone, _readable says so

    def answer(self, **values):
        self.send(GLib.Variant("a{sv}", {
            key: value if isinstance(value, GLib.Variant) else GLib.Variant(
                {int: "x", bool: "x", str: "s"}[type(value)], value)
            for key, value in values.items()}))
        if self.function != "virConnectOpenAuth":
            self.close()

    def fail(self, error):
        self.send(GLib.Variant("a{sv}", {"error": GLib.Variant(
            "(iis)", (error.code, error.domain, error.text))}))
        self.close()

    def close(self):
        if self._watch:
            GLib.source_remove(self._watch)
            self._watch = None
        self.closed = True
        self.socket.close()
        self.world.calls_open.discard(self)
        if self.function == "virConnectOpenAuth":
            self.world.connections.pop(self.connection, None)


class Migration:
    """A migrate call that has not returned, or a peer-to-peer migration whose caller is gone. The
    test moves it on: copying(), suspend(), then finish() or fail()."""

    def __init__(self, world, call, guest, destination):
        self.world, self.call, self.guest = world, call, guest
        self.source, self.destination = guest.host, destination
        self.function, self.pid = call.function, call.pid
        self.flags = call.get("flags")
        self.params = {key: value for key, value in call.get("params")}
        self.uri = call.get("uri") if self.function == "virDomainMigrateToURI3" else None
        self.aborts = 0
        self.abort_ends_it = True
        self.over = False
        self.worker = Exit(call.pid)
        self.stats = {
            "operation": GLib.Variant("i", OPERATION_MIGRATION_OUT),
            "time_elapsed": GLib.Variant("t", 1),
        }
        call.on_gone = self._caller_gone
        guest.job = self
        self.there = destination.guests.get(guest.name)  # an inactive one that is taken over
        self.copy = guest.copy_to(destination)
        if self.there:
            self.copy.persistent = self.there.persistent
            self.copy.configured_by = self.there.configured_by
        destination.guests[guest.name] = self.copy

    def copying(self, processed, remaining, total=None, **more):
        """What virDomainGetJobStats says from now on, in bytes; `more` are further fields."""
        total = total or processed + remaining
        fields = {"time_elapsed": 1000, "data_total": total, "data_processed": processed,
                  "data_remaining": remaining, "memory_total": total,
                  "memory_processed": processed, "memory_remaining": remaining,
                  "memory_iteration": 1, "memory_page_size": 4096, **more}
        for key, value in fields.items():
            self.stats[key] = GLib.Variant("t", value)

    def iteration(self, number):
        self.stats["memory_iteration"] = GLib.Variant("t", number)
        self.source.emit("migration-iteration", self.guest, iteration=number)

    def suspend(self):
        """The switch to the destination: the guest stops on the source."""
        self.guest.state, self.guest.reason = PAUSED, PAUSED_MIGRATION
        self.source.emit("lifecycle", self.guest, type=EVENT_SUSPENDED, detail=SUSPENDED_MIGRATED)

    def runs_there(self):
        """The guest runs on the destination and the source has not been told yet."""
        self.copy.state, self.copy.reason, self.copy.incoming = RUNNING, 0, False
        self.destination.emit("lifecycle", self.copy, type=EVENT_RESUMED, detail=RESUMED_MIGRATED)

    def finish(self, downtime=42):
        """libvirt's migrate call returns, the guest is on the destination."""
        self.runs_there()
        if self.flags & PERSIST_DEST:
            self.copy.persistent, self.copy.configured_by = True, self.guest.host.name
        if self.flags & UNDEFINE_SOURCE:
            self.guest.persistent = False
        self.stats["downtime"] = GLib.Variant("t", downtime)
        for key in ("data_remaining", "memory_remaining"):
            self.stats[key] = GLib.Variant("t", 0)
        self.guest.completed = self.copy.completed = dict(self.stats)
        self.source.emit("job-completed", self.guest, params=typed(**self.stats))
        self.source.emit("lifecycle", self.guest, type=EVENT_STOPPED, detail=STOPPED_MIGRATED)
        self.guest.state, self.guest.reason, self.guest.job = SHUTOFF, 0, None
        if not self.guest.persistent:
            del self.source.guests[self.guest.name]
        self.over = True
        self.world.migrations.remove(self)
        self.call.answer(result=0)

    def fail(self, code=ERR_OPERATION_FAILED, text="migration of domain failed", domain=FROM_QEMU):
        self._undo()
        self.call.fail(VirError(code, text, domain))

    def break_off(self):
        """The call fails and both sides are left as they are, as after a cut in the last phase."""
        self.guest.job = None
        self.over = True
        self.world.migrations.remove(self)
        self.call.fail(VirError(ERR_RPC, "End of file while reading data: Input/output error",
                                FROM_RPC))

    def _undo(self):
        self.guest.job = None
        if self.there:
            self.destination.guests[self.guest.name] = self.there
        else:
            self.destination.guests.pop(self.guest.name, None)
        if self.guest.state == PAUSED and self.guest.reason == PAUSED_MIGRATION:
            self.guest.state, self.guest.reason = RUNNING, 0
            self.source.emit("lifecycle", self.guest, type=EVENT_RESUMED, detail=RESUMED_UNPAUSED)
        self.over = True
        self.world.migrations.remove(self)

    def abort(self):
        self.aborts += 1
        if self.abort_ends_it:
            self.fail(ERR_OPERATION_ABORTED, "operation aborted: migration out: canceled by client")

    def _caller_gone(self):
        if self.over or self.function == "virDomainMigrateToURI3":
            return
        paused = self.guest.reason == PAUSED_MIGRATION
        self._undo()
        if paused:  # Perform was done: libvirt cannot know whether the guest was started there
            self.guest.state, self.guest.reason = PAUSED, PAUSED_MIGRATION


class World:
    def __init__(self, directory):
        self.path = os.path.join(directory, "world")
        self.hosts = {}
        self.connections = {}  # id -> the Call of virConnectOpenAuth
        self.calls = []  # every call made: (host name or "", function, arguments)
        self.calls_open = set()
        self.migrations = []  # those that are going on
        self.migrated = []  # every one that was begun
        self.on_migration = None  # called with a new Migration instead of the test's waiting for it
        self.pids = set()
        self._last = 0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(self.path)
        self.socket.listen(256)
        self._watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self.socket.fileno(),
                                            GLib.IOCondition.IN, self._accept)

    def close(self):
        GLib.source_remove(self._watch)
        self.socket.close()
        for call in list(self.calls_open):
            call.on_gone = None
            call.close()

    def _accept(self, fd, condition):
        call = Call(self, self.socket.accept()[0])
        self.pids.add(call.pid)
        self.calls_open.add(call)
        return GLib.SOURCE_CONTINUE

    def host(self, name, address=None, uuid=None, hostname=None, driver="QEMU", libvirt=9000000):
        uuid = uuid or str(uuids.uuid5(uuids.NAMESPACE_URL, name))
        self.hosts[name] = Host(self, name, address or f"{name}.example", uuid, hostname or name,
                                driver, libvirt)
        return self.hosts[name]

    def at(self, uri):
        """The host a libvirt URI leads to."""
        address = urlsplit(uri).hostname
        for host in self.hosts.values():
            if address == host.address or (address is None and host.name == "local"):
                return host
        raise VirError(ERR_SYSTEM_ERROR, f"unable to resolve address '{address}' service '16514': "
                       "Name or service not known", FROM_RPC)

    def called(self, call):
        try:
            self._called(call)
        except VirError as error:
            call.fail(error)

    def _called(self, call):
        if call.function == "virConnectOpenAuth":
            call.host = self.at(call.get("uri"))
        else:
            connection = self.connections.get(call.get("connection"))
            call.host = connection.host if connection else None
        self.calls.append((call.host.name if call.host else "", call.function,
                           {key: value.unpack() for key, value in call.arguments.items()}))
        if call.host is None:
            if call.function == "virConnectIsAlive":
                call.answer(result=0)
                return
            raise VirError(ERR_INTERNAL_ERROR, "client socket is closed", FROM_RPC)
        if call.host.is_silent(call.function):
            return
        if call.function in call.host.broken:
            raise call.host.broken[call.function]
        getattr(self, call.function)(call, call.host)

    def asked(self, *functions, host=None):
        """The recorded calls of these functions."""
        return [entry for entry in self.calls
                if entry[1] in functions and host in (None, entry[0])]

    def migration(self, guest):
        """Waits for the guest's migrate call."""
        return wait(lambda: next((m for m in self.migrations if m.guest.name == guest), None),
                    lambda: f"a migration of {guest}; calls: {[c[1] for c in self.calls[-20:]]}")

    # connections

    def virConnectOpenAuth(self, call, host):
        if host.refuses:
            raise host.refuses
        if host.asks:
            call.answer(asks=GLib.Variant("b", True))
            call.close()
            return
        self._last += 1
        call.connection = self._last
        self.connections[self._last] = call
        call.answer(connection=self._last, type=host.driver)

    def virConnectGetHostname(self, call, host):
        call.answer(result=host.hostname)

    def virConnectGetLibVersion(self, call, host):
        call.answer(result=host.libvirt)

    def virConnectGetCapabilities(self, call, host):
        call.answer(result=f"<capabilities><host><uuid>{host.uuid}</uuid><cpu><arch>x86_64</arch>"
                    "</cpu></host></capabilities>")

    def virConnectIsAlive(self, call, host):
        call.answer(result=1)

    def virConnectIsSecure(self, call, host):
        uri = self.connections[call.get("connection")].get("uri")
        call.answer(result=int("+tcp" not in uri))

    virConnectIsEncrypted = virConnectIsSecure

    def virConnectSetKeepAlive(self, call, host):
        call.answer(result=0)

    def _listed(self, call, host):
        flags = call.get("flags")
        wanted = [g for g in host.guests.values() if not (flags & 3 in (1, 2)) or
                  g.active == bool(flags & 1)]
        return [g for g in wanted if not (flags >> 2 & 3 in (1, 2)) or
                g.persistent == bool(flags & 4)]

    def virConnectListAllDomains(self, call, host):
        call.answer(guests=GLib.Variant("a(ss)", [(g.name, g.uuid) for g in self._listed(call, host)]))

    def virConnectGetAllDomainStats(self, call, host):
        rows = []
        for guest in self._listed(call, host):
            values = {"state__state": GLib.Variant("i", guest.state),
                      "state__reason": GLib.Variant("i", guest.reason),
                      "balloon__maximum": GLib.Variant("t", guest.maximum_memory // 1024),
                      "vcpu__current": GLib.Variant("u", guest.vcpus),
                      "vcpu__maximum": GLib.Variant("u", guest.vcpus),
                      "block__count": GLib.Variant("u", len(guest.disks))}
            if guest.active:
                values["balloon__current"] = GLib.Variant("t", guest.memory // 1024)
            for i, (target, source, capacity) in enumerate(guest.disks):
                values[f"block__{i}__name"] = GLib.Variant("s", target)
                if source:
                    values[f"block__{i}__path"] = GLib.Variant("s", source)
                if capacity:
                    values[f"block__{i}__capacity"] = GLib.Variant("t", capacity)
            rows.append((guest.name, guest.uuid, typed(**values)))
        builder = GLib.VariantBuilder(GLib.VariantType("a(ssa(sv))"))
        for name, uuid, params in rows:
            builder.add_value(GLib.Variant.new_tuple(
                GLib.Variant("s", name), GLib.Variant("s", uuid), params))
        call.answer(guests=builder.end())

    # guests

    def virDomainLookupByName(self, call, host):
        guest = next((g for g in host.guests.values() if g.name == call.get("what")), None)
        if guest is None:
            raise VirError(ERR_NO_DOMAIN, "Domain not found: no domain with matching name "
                           f"'{call.get('what')}'")
        call.answer(name=guest.name, uuid=guest.uuid)

    def virDomainLookupByUUIDString(self, call, host):
        guest = next((g for g in host.guests.values() if g.uuid == call.get("what").lower()), None)
        if guest is None:
            raise VirError(ERR_NO_DOMAIN, "Domain not found: no domain with matching uuid "
                           f"'{call.get('what')}'")
        call.answer(name=guest.name, uuid=guest.uuid)

    def _guest(self, call, host):
        return host.find(call.get("uuid"))

    def virDomainIsActive(self, call, host):
        call.answer(result=int(self._guest(call, host).active))

    def virDomainIsPersistent(self, call, host):
        call.answer(result=int(self._guest(call, host).persistent))

    def virDomainGetState(self, call, host):
        guest = self._guest(call, host)
        call.answer(state=guest.state, reason=guest.reason)

    def virDomainGetXMLDesc(self, call, host):
        guest = self._guest(call, host)
        disks = "".join(f"<disk type='file' device='disk'><source file='{source}'/><target dev="
                        f"'{target}'/></disk>" for target, source, _ in guest.disks)
        call.answer(result=f"<domain type='qemu'><name>{guest.name}</name><uuid>{guest.uuid}</uuid>"
                    f"<devices>{disks}</devices></domain>")

    def virDomainGetJobStats(self, call, host):
        guest = self._guest(call, host)
        if guest.incoming:
            raise VirError(ERR_OPERATION_INVALID, "Requested operation is not valid: migration "
                           "statistics are available only on the source host")
        if call.get("flags") & STATS_COMPLETED:
            stats, kind = guest.completed, JOB_COMPLETED
        elif isinstance(guest.job, Migration):
            stats, kind = guest.job.stats, JOB_UNBOUNDED
        else:
            stats, kind = None, JOB_UNBOUNDED if guest.job else JOB_NONE
        call.answer(type=kind if stats or guest.job else JOB_NONE, params=typed(**(stats or {})))

    def virDomainGetJobInfo(self, call, host):
        guest = self._guest(call, host)
        stats = guest.job.stats if isinstance(guest.job, Migration) else {}
        call.answer(type=JOB_UNBOUNDED if guest.job else JOB_NONE, params=typed(
            **{key: value for key, value in stats.items() if value.get_type_string() == "t"}))

    def virDomainAbortJob(self, call, host):
        guest = self._guest(call, host)
        if not isinstance(guest.job, Migration):
            raise VirError(ERR_OPERATION_INVALID, "Requested operation is not valid: no job is "
                           "active on the domain")
        call.answer(result=0)
        guest.job.abort()

    # migrations

    def _begin(self, call, guest, destination):
        if not guest.active:
            raise VirError(ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not "
                           "running")
        if destination is guest.host:
            raise VirError(ERR_INTERNAL_ERROR, "internal error: Attempt to migrate guest to the "
                           "same host")
        migration = Migration(self, call, guest, destination)
        self.migrations.append(migration)
        self.migrated.append(migration)
        if self.on_migration:
            self.on_migration(migration)

    def virDomainMigrate3(self, call, host):
        if call.get("flags") & (PEER2PEER | TUNNELLED):
            raise VirError(ERR_INVALID_ARG, "use virDomainMigrateToURI3 for peer-to-peer migration",
                           FROM_DOMAIN)
        other = self.connections[call.get("destination")].host
        self._begin(call, self._guest(call, host), other)

    def virDomainMigrateToURI3(self, call, host):
        if not call.get("flags") & PEER2PEER:
            raise VirError(ERR_ARGUMENT_UNSUPPORTED, "direct migration is not supported by the "
                           "source host", FROM_DOMAIN)
        self._begin(call, self._guest(call, host), self.at(call.get("uri")))
