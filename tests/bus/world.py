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
from urllib.parse import unquote, urlsplit

from gi.repository import GLib

import drivers
import virt
from loop import DEADLINE, Exit, wait
from virt import Host, VirError, typed


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
        self._watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sock.fileno(),
                                            GLib.IOCondition.IN, self._readable)

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
        self.uri = call.get("uri") if "uri" in call.arguments else None
        self.aborts = 0
        self.speeds = []  # (MiB/s, True: of post-copy) that were set while it ran
        self.downtime_before = guest.maximum_downtime
        self.abort_ends_it = True
        self.stays = False  # the copy runs: it does not end with the one who makes the call
        self.over = False
        self.worker = Exit(call.pid)
        self.stats = {
            "operation": GLib.Variant("i", virt.OPERATION_MIGRATION_OUT),
            "time_elapsed": GLib.Variant("t", 1),
        }
        call.on_gone = self._caller_gone
        guest.job = self
        self.copy = guest.copy_to(destination)
        self.copy.name = self.params.get("destination_name", guest.name)
        self.there = destination.guests.get(self.copy.name)  # an inactive one that is taken over
        if self.there:
            self.copy.persistent = self.there.persistent
            self.copy.configured_by = self.there.configured_by
        destination.guests[self.copy.name] = self.copy
        if self.flags & virt.NON_SHARED_DISK:
            self._make_volumes()

    def _make_volumes(self):
        """libvirt makes a volume for a disk in a pool's directory, and leaves it behind."""
        for _, path, _ in self.guest.disks:
            if os.path.dirname(path) in self.destination.pools and \
                    path not in self.destination.files:
                self.destination.volumes.add(path)

    def copying(self, processed, remaining, total=None, **more):
        """What virDomainGetJobStats says from now on, in bytes; `more` are further fields."""
        total = total or processed + remaining
        fields = {"time_elapsed": 1000, "data_total": total, "data_processed": processed,
                  "data_remaining": remaining, "memory_total": total,
                  "memory_processed": processed, "memory_remaining": remaining,
                  "memory_iteration": 1, "memory_page_size": 4096, **more}
        for key, value in fields.items():
            self.stats[key] = GLib.Variant("t", value)

    def suspend(self):
        """The switch to the destination: the guest stops on the source, little is left."""
        if "memory_iteration" in self.stats:
            for key in ("data_remaining", "memory_remaining"):
                self.stats[key] = GLib.Variant("t", virt.MIB)
            self.stats["memory_iteration"] = GLib.Variant(
                "t", self.stats["memory_iteration"].unpack() + 1)
            self.stats.setdefault("memory_bps", GLib.Variant("t", 100 * virt.MIB))
        self.pause()

    def pause(self):
        """Somebody suspends the guest. libvirt says the same of it as of the switch."""
        self.guest.state, self.guest.reason = virt.PAUSED, virt.PAUSED_MIGRATION
        self.source.emit("lifecycle", self.guest, type=virt.EVENT_SUSPENDED,
                         detail=virt.SUSPENDED_MIGRATED)

    def start_post_copy(self):
        """The guest goes on at the destination, the rest of its memory follows."""
        self.pause()
        self.guest.reason = virt.PAUSED_POSTCOPY
        self.copy.state, self.copy.reason, self.copy.incoming = (
            virt.RUNNING, virt.RUNNING_POSTCOPY, True)
        self.source.emit("lifecycle", self.guest, type=virt.EVENT_SUSPENDED,
                         detail=virt.SUSPENDED_POSTCOPY)

    def break_post_copy(self):
        """The connection between the hosts is gone in post-copy: libvirt keeps both halves."""
        self.guest.reason = virt.PAUSED_POSTCOPY_FAILED
        self.copy.state, self.copy.reason = virt.PAUSED, virt.PAUSED_POSTCOPY_FAILED
        self.call.fail(VirError(virt.ERR_OPERATION_FAILED, "migration failed: post-copy failed"))

    def runs_there(self):
        """The guest runs on the destination and the source has not been told yet."""
        self.copy.state, self.copy.reason, self.copy.incoming = virt.RUNNING, 0, False
        self.destination.emit("lifecycle", self.copy, type=virt.EVENT_RESUMED,
                              detail=virt.RESUMED_MIGRATED)

    def finish(self, downtime=42):
        """libvirt's migrate call returns, the guest is on the destination."""
        self.runs_there()
        if self.flags & virt.PERSIST_DEST:
            self.copy.persistent, self.copy.configured_by = True, self.guest.host.name
        if self.flags & virt.UNDEFINE_SOURCE:
            self.guest.persistent = False
        if drivers.driver(self.source).moves:
            self.copy.persistent, self.guest.persistent = True, False
        self.stats["downtime"] = GLib.Variant("t", downtime)
        for key in ("data_remaining", "memory_remaining"):
            self.stats[key] = GLib.Variant("t", 0)
        self.guest.completed = self.copy.completed = dict(self.stats)
        self.source.emit("lifecycle", self.guest, type=virt.EVENT_STOPPED,
                         detail=virt.STOPPED_MIGRATED)
        self.guest.state, self.guest.reason, self.guest.job = virt.SHUTOFF, 0, None
        if not self.guest.persistent:
            del self.source.guests[self.guest.name]
        self.over = True
        self.world.migrations.remove(self)
        self.call.answer(result=0)

    def fail(self, code=virt.ERR_OPERATION_FAILED, text="migration of domain failed",
             domain=virt.FROM_QEMU):
        self._undo()
        self.call.fail(VirError(code, text, domain))

    def break_off_postcopy(self, answer=True):
        """The connection is lost after the switch to post-copy; libvirt keeps its job. libvirt 9.0
        may not answer then, and its destination may not notice."""
        self.guest.state, self.guest.reason = virt.PAUSED, virt.PAUSED_POSTCOPY_FAILED
        self.copy.state = virt.RUNNING
        self.copy.reason = virt.RUNNING_POSTCOPY_FAILED if answer else virt.RUNNING_POSTCOPY
        self.copy.incoming = False
        self.guest.job, self.copy.job = True, True
        self.source.emit("lifecycle", self.guest, type=virt.EVENT_SUSPENDED,
                         detail=virt.SUSPENDED_POSTCOPY_FAILED)
        self.over = True
        self.world.migrations.remove(self)
        if not answer:
            return
        self.call.fail(VirError(virt.ERR_OPERATION_FAILED, "migration failed in post-copy phase"))

    def goes_on(self):
        """libvirt has called it broken off, but QEMU is at it, and libvirt takes it back."""
        self.guest.reason, self.copy.reason = virt.PAUSED_POSTCOPY, virt.RUNNING_POSTCOPY

    def ends_unattended(self):
        """All memory is there; nobody waits for an answer."""
        self.runs_there()
        self.copy.job = None
        del self.source.guests[self.guest.name]

    def break_off(self):
        """The call fails and both sides are left as they are, as after a cut in the last phase."""
        self.guest.job = None
        self.over = True
        self.world.migrations.remove(self)
        self.call.fail(VirError(virt.ERR_RPC, "End of file while reading data: Input/output error",
                                virt.FROM_RPC))

    def _undo(self):
        self.guest.job = None
        self.guest.maximum_downtime = self.downtime_before
        if self.there:
            self.destination.guests[self.copy.name] = self.there
        else:
            self.destination.guests.pop(self.copy.name, None)
        if self.guest.state == virt.PAUSED and self.guest.reason == virt.PAUSED_MIGRATION:
            self.guest.state, self.guest.reason = virt.RUNNING, 0
            self.source.emit("lifecycle", self.guest, type=virt.EVENT_RESUMED,
                             detail=virt.RESUMED_UNPAUSED)
        self.over = True
        self.world.migrations.remove(self)

    def abort(self):
        self.aborts += 1
        if self.abort_ends_it:
            self.fail(virt.ERR_OPERATION_ABORTED,
                      "operation aborted: migration out: canceled by client")

    def _caller_gone(self):
        if self.over or self.function == "virDomainMigrateToURI3":
            return
        paused = self.guest.reason == virt.PAUSED_MIGRATION
        there = self.copy if self.stays else None
        self._undo()
        if there:
            self.destination.guests[there.name] = there
        if paused:  # Perform was done: libvirt cannot know whether the guest was started there
            self.guest.state, self.guest.reason = virt.PAUSED, virt.PAUSED_MIGRATION


class Recorded:
    """One migrate call as libvirt got it, whatever became of it."""

    def __init__(self, world, call):
        self.function, self.source = call.function, call.host.name
        self.guest, self.flags = call.get("guest"), call.get("flags")
        self.params = drivers.typed_params(call)
        self.uri = call.get("uri") if "uri" in call.arguments else None  # None: NULL
        connection = world.connections.get(call.get("destination")) \
            if "destination" in call.arguments else None
        self.destination = connection.get("uri") if connection else None


class World:
    def __init__(self, directory):
        self.path = os.path.join(directory, "world")
        self.hosts = {}
        self.connections = {}  # id -> the Call of virConnectOpenAuth
        self.calls = []  # every call made: (host name or "", function, arguments)
        self.calls_open = set()
        self.migrations = []  # those that are going on
        self.migrated = []  # every one that was begun
        self.recorded = []  # every migrate call
        self.touched = []  # (host, "resume" or "destroy", guest)
        self.on_offline = None  # called with the call of one that moves a configuration alone
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

    def host(self, name, address=None, uuid=None, hostname=None, driver="QEMU", libvirt=9000000,
             path=None):
        uuid = uuid or str(uuids.uuid5(uuids.NAMESPACE_URL, name))
        self.hosts[name] = Host(self, name, address or f"{name}.example", uuid, hostname or name,
                                driver, libvirt, path)
        return self.hosts[name]

    def at(self, uri):
        """The host a libvirt URI leads to."""
        parts = urlsplit(uri)
        address = parts.hostname
        for host in self.hosts.values():
            if host.path is not None and unquote(parts.path) != host.path:
                continue
            if address == host.address or (address is None and host.name == "local"):
                return host
        raise VirError(virt.ERR_SYSTEM_ERROR, f"unable to resolve address '{address}' service "
                       "'16514': Name or service not known", virt.FROM_RPC)

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
            raise VirError(virt.ERR_INTERNAL_ERROR, "client socket is closed", virt.FROM_RPC)
        if call.host.is_silent(call.function):
            return
        drivers.check_function(call.host, call.function)
        if call.function in call.host.broken:
            raise call.host.broken[call.function]
        getattr(self, call.function)(call, call.host)

    def asked(self, *functions, host=None):
        """The recorded calls of these functions."""
        return [entry for entry in self.calls
                if entry[1] in functions and host in (None, entry[0])]

    def migration(self, guest, seconds=DEADLINE):
        """Waits for the guest's migrate call."""
        return wait(lambda: next((m for m in self.migrations if m.guest.name == guest), None),
                    lambda: f"a migration of {guest}; calls: {[c[1] for c in self.calls[-20:]]}",
                    seconds)

    def wait_for_monitor(self, host):
        """Until a worker's monitor has asked twice more about its guest on a host."""
        before = len(self.asked("virDomainGetJobStats", host=host.name))
        wait(lambda: len(self.asked("virDomainGetJobStats", host=host.name)) > before + 1,
             "a worker watches the guest")

    # connections

    def virConnectOpenAuth(self, call, host):
        if host.refuses:
            raise host.refuses
        if host.path and call.get("flags") & ~1:
            drivers.invalid(f"unsupported flags (0x{call.get('flags'):x}) in function "
                            "esxConnectOpen")
        if (host.asks or host.password) and "password" not in call.arguments:
            call.answer(asks=virt.CRED_PASSPHRASE)
            call.close()
            return
        if host.asks:
            raise VirError(virt.ERR_AUTH_FAILED, "the worker gave credentials away", virt.FROM_RPC)
        if host.password and call.get("password") != host.password:
            raise VirError(virt.ERR_INTERNAL_ERROR, "internal error: HTTP response code 500 for "
                           "call to 'Login'. Fault: ServerFaultCode - Cannot complete login due to "
                           "an incorrect user name or password.", virt.FROM_DOMAIN)
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

    def virConnectSetKeepAlive(self, call, host):
        call.answer(result=0)

    # interfaces and devices

    def _names(self, call, things):
        if things is None:
            raise VirError(virt.ERR_NO_SUPPORT, "this function is not supported by the connection "
                           f"driver: {call.function}", 0)
        call.answer(names=GLib.Variant("as", list(things)))

    def _document(self, call, things, code, domain):
        document = (things or {}).get(call.get("name"))
        if document is None:
            raise VirError(code, f"not found: {call.get('name')}", domain)
        if isinstance(document, VirError):
            raise document
        call.answer(result=document)

    def virConnectListAllInterfaces(self, call, host):
        self._names(call, host.interfaces)

    def virInterfaceLookupByName(self, call, host):
        if host.interfaces is None:
            self._names(call, None)
        elif call.get("name") not in host.interfaces:
            raise VirError(virt.ERR_NO_INTERFACE, "Interface not found: couldn't find interface "
                           f"named '{call.get('name')}'", virt.FROM_INTERFACE)
        else:
            call.answer(result=0)

    def virInterfaceGetXMLDesc(self, call, host):
        self._document(call, host.interfaces, virt.ERR_NO_INTERFACE, virt.FROM_INTERFACE)

    def virConnectListAllNodeDevices(self, call, host):
        self._names(call, host.devices)

    def virNodeDeviceGetXMLDesc(self, call, host):
        self._document(call, host.devices, virt.ERR_NO_NODE_DEVICE, virt.FROM_NODEDEV)

    # what a check asks

    def virConnectGetVersion(self, call, host):
        call.answer(result=host.hypervisor)

    def virNodeGetMemoryStats(self, call, host):
        call.answer(total=host.memory // 1024, free=host.free // 1024, buffers=0,
                    cached=host.cached // 1024)

    def virConnectGetDomainCapabilities(self, call, host):
        if call.get("emulator") not in host.emulators:
            raise VirError(virt.ERR_SYSTEM_ERROR, "Cannot check QEMU binary "
                           f"{call.get('emulator')}: No such file or directory")
        if call.get("virt_type") not in {"", *host.virt_types}:
            raise VirError(virt.ERR_INVALID_ARG, f"the accel '{call.get('virt_type')}' is not "
                           f"supported by '{call.get('emulator')}' on this host")
        if call.get("machine") not in {"", *host.machines}:
            raise VirError(virt.ERR_INVALID_ARG, f"the machine '{call.get('machine')}' is not "
                           f"supported by emulator '{call.get('emulator')}'")
        call.answer(result=host.capabilities)

    def virConnectCompareHypervisorCPU(self, call, host):
        if any(f">{model}<" in call.get("cpu") for model in host.cpus):
            call.answer(result=2)
        elif call.get("flags"):
            raise VirError(virt.ERR_CPU_INCOMPATIBLE, "the CPU is incompatible with host CPU: "
                           "missing features: avx512f", 31)
        else:
            call.answer(result=0)

    def virNetworkLookupByName(self, call, host):
        if host.networks is not None and call.get("name") not in host.networks:
            raise VirError(virt.ERR_NO_NETWORK, "Network not found: no network with matching name "
                           f"'{call.get('name')}'", virt.FROM_NETWORK)
        call.answer(result=0)

    def virNetworkIsActive(self, call, host):
        call.answer(result=int(host.networks is None or host.networks[call.get("name")]))

    def virDomainSnapshotNum(self, call, host):
        call.answer(result=self._guest(call, host).snapshots)

    def virDomainGetBlockJobInfo(self, call, host):
        call.answer(result=int(call.get("disk") in self._guest(call, host).block_jobs))

    def virDomainGetBlockInfo(self, call, host):
        guest = self._guest(call, host)
        known = {target: (capacity, capacity) for target, _, capacity in guest.disks}
        capacity, allocation = {**known, **guest.sizes}[call.get("disk")]
        call.answer(capacity=capacity, allocation=allocation)

    def _listed(self, call, host):
        flags = call.get("flags")
        wanted = [g for g in host.guests.values() if not (flags & 3 in (1, 2)) or
                  g.active == bool(flags & 1)]
        return [g for g in wanted if not (flags >> 2 & 3 in (1, 2)) or
                g.persistent == bool(flags & 4)]

    @staticmethod
    def _statistics(guest):
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
        return values

    @staticmethod
    def _answer_statistics(call, rows):
        """`rows`: a guest and its values each."""
        builder = GLib.VariantBuilder(GLib.VariantType("a(ssa(sv))"))
        for guest, values in rows:
            builder.add_value(GLib.Variant.new_tuple(
                GLib.Variant("s", guest.name), GLib.Variant("s", guest.uuid), typed(**values)))
        call.answer(guests=builder.end())

    def virConnectGetAllDomainStats(self, call, host):
        self._answer_statistics(call, [(guest, self._statistics(guest))
                                       for guest in self._listed(call, host)])

    def virConnectListAllDomains(self, call, host):
        call.answer(guests=GLib.Variant("a(ss)", [(g.name, g.uuid)
                                                  for g in self._listed(call, host)]))

    # guests

    def virDomainGetInfo(self, call, host):
        """Its time is that of the whole process: always more than that of its processors."""
        guest = self._guest(call, host)
        guest.time += 0 if guest.stuck or guest.state != virt.RUNNING else 1000
        call.answer(state=guest.state, maximum=guest.maximum_memory // 1024,
                    memory=guest.memory // 1024, vcpus=guest.vcpus, time=guest.time + 10 ** 9)

    def virDomainLookupByName(self, call, host):
        guest = next((g for g in host.guests.values() if g.name == call.get("what")), None)
        if guest is None:
            raise VirError(virt.ERR_NO_DOMAIN, "Domain not found: no domain with matching name "
                           f"'{call.get('what')}'")
        call.answer(name=guest.name, uuid=guest.uuid)

    def virDomainLookupByUUIDString(self, call, host):
        guest = next((g for h in self._reach(host) for g in h.guests.values()
                      if g.uuid == call.get("what").lower()), None)
        if guest is None:
            raise VirError(virt.ERR_NO_DOMAIN, "Domain not found: no domain with matching uuid "
                           f"'{call.get('what')}'")
        call.answer(name=guest.name, uuid=guest.uuid)

    def _reach(self, host):
        """Hosts on which a UUID is found: a vCenter knows those of all its hosts."""
        if host.path is None:
            return [host]
        return [h for h in self.hosts.values() if h.path and h.address == host.address]

    def _guest(self, call, host):
        for other in self._reach(host):
            if other is not host and call.get("uuid") in [g.uuid for g in other.guests.values()] \
                    and call.get("uuid") not in [g.uuid for g in host.guests.values()]:
                return other.find(call.get("uuid"))
        return host.find(call.get("uuid"))

    def virDomainIsPersistent(self, call, host):
        call.answer(result=int(self._guest(call, host).persistent))

    def virDomainGetState(self, call, host):
        guest = self._guest(call, host)
        call.answer(state=guest.state, reason=guest.reason)

    def virDomainGetJobStats(self, call, host):
        guest = self._guest(call, host)
        if guest.incoming:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: "
                           "migration statistics are available only on the source host")
        fields = drivers.driver(host).statistics
        if fields and call.get("flags"):
            drivers.invalid(f"unsupported flags (0x{call.get('flags'):x}) in function GetJobStats")
        if call.get("flags") & virt.STATS_COMPLETED:
            stats, kind = guest.completed, virt.JOB_COMPLETED
        elif isinstance(guest.job, Migration):
            stats, kind = guest.job.stats, virt.JOB_UNBOUNDED
        else:
            stats, kind = None, virt.JOB_UNBOUNDED if guest.job else virt.JOB_NONE
        if fields and stats:
            stats = {key: value for key, value in stats.items() if key in fields}
        call.answer(type=kind if stats or guest.job else virt.JOB_NONE,
                    params=typed(**(stats or {})))

    def virDomainAbortJob(self, call, host):
        guest = self._guest(call, host)
        if not isinstance(guest.job, Migration):
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: no job "
                           "is active on the domain")
        if guest.reason in (virt.PAUSED_POSTCOPY, virt.PAUSED_POSTCOPY_FAILED):
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: cannot "
                           "abort migration in post-copy mode")
        call.answer(result=0)
        guest.job.abort()

    def virDomainGetXMLDesc(self, call, host):
        call.answer(result=self._guest(call, host).xml(call.get("flags")))

    def virDomainListGetStats(self, call, host):
        rows = []
        for uuid in call.get("uuids"):  # libvirt leaves out those that are gone, too
            for guest in [g for h in self._reach(host) for g in h.guests.values() if g.uuid == uuid]:
                guest.time += 0 if guest.stuck or guest.state != virt.RUNNING else 1000
                rows.append((guest, {**self._statistics(guest),
                                     "vcpu__0__time": GLib.Variant("t", guest.time),
                                     "vcpu__0__state": GLib.Variant("i", 1)}))
        self._answer_statistics(call, rows)

    # storage

    def virStoragePoolLookupByTargetPath(self, call, host):
        if not host.pool_at(call.get("what")):
            raise VirError(virt.ERR_NO_STORAGE_POOL, "Storage pool not found: no storage pool with "
                           f"matching target path '{call.get('what')}'", virt.FROM_STORAGE)
        call.answer(result=0)

    def virStoragePoolRefresh(self, call, host):
        host.volumes |= {path for path in host.files
                         if os.path.dirname(path) == call.get("what")}
        call.answer(result=0)

    def virStorageVolLookupByPath(self, call, host):
        if host.volume_at(call.get("what")) is None:
            raise VirError(virt.ERR_NO_STORAGE_VOL, "Storage volume not found: no storage vol with "
                           f"matching path '{call.get('what')}'", virt.FROM_STORAGE)
        call.answer(result=0)

    def virStoragePoolLookupByName(self, call, host):
        if call.get("what") not in host.named_pools:
            raise VirError(virt.ERR_NO_STORAGE_POOL, "Storage pool not found: no storage pool with "
                           f"matching name '{call.get('what')}'", virt.FROM_STORAGE)
        call.answer(path=host.named_pools[call.get("what")].path)

    def virStoragePoolGetInfo(self, call, host):
        pool = host.pool_at(call.get("what"))
        call.answer(state=2 if pool else 0, available=pool.available if pool else 0)

    def virStorageVolGetInfo(self, call, host):
        call.answer(capacity=host.volume_at(call.get("what")))

    def virStorageVolDelete(self, call, host):
        host.volumes.remove(call.get("what"))
        call.answer(result=0)

    def _migrating(self, call, host):
        guest = self._guest(call, host)
        if not isinstance(guest.job, Migration):
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: domain "
                           "is not being migrated")
        return guest.job

    def virDomainSuspend(self, call, host):
        call.answer(result=0)
        self._migrating(call, host).pause()

    def virDomainResume(self, call, host):
        guest = self._guest(call, host)
        if guest.state != virt.PAUSED or guest.job:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: domain "
                           "cannot be resumed now")
        guest.state, guest.reason = virt.RUNNING, virt.RUNNING_UNPAUSED
        self.touched.append((host.name, "resume", guest.name))
        call.answer(result=0)

    def virDomainDestroyFlags(self, call, host):
        guest = self._guest(call, host)
        if not guest.active:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: domain "
                           "is not running")
        guest.state, guest.reason, guest.job, guest.incoming = virt.SHUTOFF, 1, None, False
        if not guest.persistent:
            del host.guests[guest.name]
        self.touched.append((host.name, "destroy", guest.name))
        call.answer(result=0)

    def virDomainMigrateStartPostCopy(self, call, host):
        migration = self._migrating(call, host)
        if not migration.flags & virt.POSTCOPY:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: switching "
                           "to post-copy requires migration to be started with VIR_MIGRATE_POSTCOPY "
                           "flag")
        call.answer(result=0)
        migration.start_post_copy()

    def virDomainMigrateGetMaxDowntime(self, call, host):
        call.answer(result=self._guest(call, host).maximum_downtime)

    def virDomainMigrateSetMaxDowntime(self, call, host):
        self._guest(call, host).maximum_downtime = call.get("downtime")
        call.answer(result=0)

    def virDomainMigrateSetMaxSpeed(self, call, host):
        self._migrating(call, host).speeds.append(
            (call.get("bandwidth"), bool(call.get("flags") & virt.MAX_SPEED_POSTCOPY)))
        call.answer(result=0)

    # migrations

    def _begin(self, call, guest, destination):
        if call.get("flags") & virt.OFFLINE:
            self._move_configuration(call, guest, destination)
            return
        if not guest.active:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: domain "
                           "is not running")
        if destination is guest.host:
            raise VirError(virt.ERR_INTERNAL_ERROR, "internal error: Attempt to migrate guest to "
                           "the same host")
        migration = Migration(self, call, guest, destination)
        self.migrations.append(migration)
        self.migrated.append(migration)
        if self.on_migration:
            self.on_migration(migration)

    def _move_configuration(self, call, guest, destination):
        if guest.active:
            raise VirError(virt.ERR_OPERATION_INVALID, "Requested operation is not valid: domain "
                           "is already running")
        if self.on_offline:
            self.on_offline(call)
            return
        copy = guest.copy_to(destination)
        copy.state, copy.reason, copy.incoming, copy.persistent = virt.SHUTOFF, 0, False, True
        copy.configured_by = guest.host.name
        destination.guests[guest.name] = copy
        if call.get("flags") & virt.UNDEFINE_SOURCE:
            del guest.host.guests[guest.name]
        call.answer(result=0)

    def virDomainMigrate3(self, call, host):
        self.recorded.append(Recorded(self, call))
        drivers.check_migration(call, host, to_uri=False)
        other = self.connections[call.get("destination")].host
        self._begin(call, self._guest(call, host), other)

    def virDomainMigrateToURI3(self, call, host):
        self.recorded.append(Recorded(self, call))
        drivers.check_migration(call, host, to_uri=True)
        self._begin(call, self._guest(call, host), self.at(call.get("uri")))
