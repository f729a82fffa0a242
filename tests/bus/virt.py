# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt's numbers and errors as the fake needs them, and what the world is made of: hosts and
their guests."""

import uuid as uuids

from gi.repository import GLib

# as in libvirt-domain.h
RUNNING, BLOCKED, PAUSED, SHUTDOWN, SHUTOFF, CRASHED, PMSUSPENDED = range(1, 8)
RUNNING_UNPAUSED, RUNNING_POSTCOPY, RUNNING_POSTCOPY_FAILED = 5, 10, 11
PAUSED_USER, PAUSED_MIGRATION, PAUSED_POSTCOPY, PAUSED_POSTCOPY_FAILED = 1, 2, 12, 13
SHUTOFF_MIGRATED = 3
XML_SECURE, XML_INACTIVE, XML_MIGRATABLE = 1, 2, 8
JOB_NONE, JOB_UNBOUNDED, JOB_COMPLETED = 0, 2, 3
STATS_COMPLETED = 1
OPERATION_MIGRATION_OUT = 5
EVENT_SUSPENDED, EVENT_RESUMED, EVENT_STOPPED = 3, 4, 5
SUSPENDED_MIGRATED, RESUMED_UNPAUSED, RESUMED_MIGRATED, STOPPED_MIGRATED = 1, 0, 1, 3
SUSPENDED_POSTCOPY, SUSPENDED_POSTCOPY_FAILED = 7, 8
PEER2PEER, TUNNELLED, PERSIST_DEST, UNDEFINE_SOURCE, POSTCOPY = 2, 4, 8, 16, 32768
NON_SHARED_DISK, OFFLINE = 64, 1024
MAX_SPEED_POSTCOPY = 1

# as in libvirt-host.h
CRED_PASSPHRASE = 5

# as in virterror.h
ERR_INTERNAL_ERROR, ERR_INVALID_ARG, ERR_OPERATION_FAILED, ERR_SYSTEM_ERROR = 1, 8, 9, 38
ERR_RPC, ERR_NO_DOMAIN, ERR_AUTH_FAILED, ERR_OPERATION_INVALID = 39, 42, 45, 55
ERR_ARGUMENT_UNSUPPORTED, ERR_OPERATION_ABORTED, ERR_MIGRATE_UNSAFE = 74, 78, 81
ERR_OPERATION_DENIED, ERR_NO_NETWORK, ERR_NO_STORAGE_POOL, ERR_NO_STORAGE_VOL = 29, 43, 49, 50
ERR_ACCESS_DENIED, ERR_CPU_INCOMPATIBLE = 88, 91
ERR_NO_SUPPORT, ERR_NO_NODE_DEVICE, ERR_NO_INTERFACE = 3, 53, 57
FROM_STORAGE, FROM_NETWORK = 18, 19
FROM_RPC, FROM_QEMU, FROM_DOMAIN, FROM_NODEDEV, FROM_INTERFACE = 7, 10, 20, 22, 26

MIB = 1024 * 1024


class VirError(Exception):
    def __init__(self, code, text, domain=FROM_QEMU):
        super().__init__(text)
        self.code, self.text, self.domain = code, text, domain


def typed(**values):
    """Typed parameters "a(sv)" of GLib.Variant values; "." in a key is spelled "__"."""
    return GLib.Variant("a(sv)", [(key.replace("__", "."), value) for key, value in values.items()])


def link_xml(speed, state):
    """libvirt's <link>; nothing without a state."""
    rate = f"speed='{speed}' " if speed else ""
    return f"<link {rate}state='{state}'/>" if state else ""


def interface_xml(name, *addresses, speed=None, state="up", inner=""):
    """As libvirt's netcf backend writes it; the udev backend has no <protocol>."""
    text = f"<interface type='ethernet' name='{name}'><mtu size='1500'/>{link_xml(speed, state)}"
    for address in addresses:
        literal, _, prefix = address.partition("/")
        family = "ipv6" if ":" in literal else "ipv4"
        text += (f"<protocol family='{family}'><ip address='{literal}'" +
                 (f" prefix='{prefix}'" if prefix else "") + "/></protocol>")
    return f"{text}{inner}</interface>\n"


def device_xml(interface, speed=None, state="up"):
    """As libvirt's node device driver writes it."""
    return (f"<device><name>net_{interface}</name><capability type='net'><interface>{interface}"
            f"</interface>{link_xml(speed, state)}<feature name='rx'/>"
            "<capability type='80203'/></capability></device>\n")


CAPABILITIES_XML = """<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path>
  <os supported='yes'>
    <enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'>
      <value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
      <enum name='type'><value>rom</value><value>pflash</value></enum>
    </loader>
  </os>
  <devices>
    <tpm supported='yes'>
      <enum name='model'><value>tpm-tis</value></enum>
      <enum name='backendModel'><value>passthrough</value><value>emulator</value></enum>
    </tpm>
  </devices>
</domainCapabilities>
"""


class Pool:
    """A storage pool with a name; `volumes`: name -> capacity in bytes."""

    def __init__(self, path, active=True, available=2**40, **volumes):
        self.path, self.active, self.available, self.volumes = path, active, available, volumes


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
        self.time = 0  # ns of its processors, grows with every look
        self.stuck = False  # it does not
        self.networks, self.bridges = [], []  # that its interfaces are on
        self.paths = {}  # disk target -> path, where it is not that of `disks`
        self.cpu = "qemu64"
        self.document = None  # its XML; None: made of what is here
        self.xml_os = self.xml_more = self.xml_devices = ""
        self.snapshots = 0
        self.block_jobs = set()  # targets of disks
        self.sizes = {}  # target -> (capacity, allocation)
        self.maximum_downtime = 300  # ms

    @property
    def active(self):
        return self.state not in (SHUTOFF, CRASHED)

    def xml(self, flags):
        if self.document is not None:
            return self.document
        disks = "".join(
            f"<disk type='file' device='disk'><source file='{self.paths.get(target, source)}'/>"
            f"<target dev='{target}'/></disk>" for target, source, _ in self.disks)
        interfaces = "".join(f"<interface type='{kind}'><source {kind}='{name}'/></interface>"
                             for kind in ("network", "bridge")
                             for name in getattr(self, f"{kind}s"))
        by = f"<description>{self.configured_by}</description>" if flags & XML_INACTIVE else ""
        secret = " passwd='secret'" if flags & XML_SECURE else ""
        return (f"<domain type='kvm'><name>{self.name}</name><uuid>{self.uuid}</uuid>{by}"
                f"<memory unit='KiB'>{self.maximum_memory // 1024}</memory>"
                f"<currentMemory unit='KiB'>{self.memory // 1024}</currentMemory>"
                "<memtune><hard_limit unit='KiB'>8388608</hard_limit></memtune>"
                f"<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>{self.xml_os}</os>"
                "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>"
                f"{self.cpu}</model></cpu>{self.xml_more}"
                "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>"
                f"{disks}{interfaces}<graphics type='vnc'{secret}/>{self.xml_devices}</devices>"
                "</domain>")

    def copy_to(self, host):
        copy = Guest(host, self.name, self.uuid, PAUSED, False, self.memory, self.maximum_memory,
                     self.vcpus, self.disks)
        copy.reason = PAUSED_MIGRATION
        copy.incoming = True
        copy.networks, copy.bridges = list(self.networks), list(self.bridges)
        return copy


class Host:
    def __init__(self, world, name, address, uuid, hostname, driver, libvirt, path=None):
        self.world, self.name, self.address = world, name, address
        self.uuid, self.hostname, self.driver, self.libvirt = uuid, hostname, driver, libvirt
        self.guests = {}
        self.refuses = None  # VirError of every open
        self.silent = None  # set of functions that are never answered; "*": all of them
        self.broken = {}  # function -> VirError
        self.path = path  # in the inventory of the vCenter at `address`, None: it has none
        self.asks = False  # wants credentials
        self.password = None  # wants this one
        self.pools = set()  # directories of storage pools
        self.volumes = set()  # paths that libvirt knows
        self.files = set()  # and those that it would find if it looked
        self.interfaces = None  # name -> XML or VirError; None: no such driver
        self.devices = None  # the same of node devices
        self.hypervisor = 7002022  # virConnectGetVersion()
        self.memory, self.free, self.cached = 2**34, 2**33, 2**30
        self.emulators = {"/usr/bin/qemu-system-x86_64"}
        self.machines = {"pc-q35-7.2"}
        self.virt_types = {"kvm", "qemu"}
        self.cpus = {"qemu64"}  # models that fit
        self.capabilities = CAPABILITIES_XML  # virConnectGetDomainCapabilities()
        self.networks = None  # name -> whether it is active; None: whatever is asked for, active
        self.named_pools = {}  # name -> Pool, besides `pools`

    def guest(self, name, state=RUNNING, persistent=True, uuid=None, memory=512 * MIB,
              maximum_memory=1024 * MIB, vcpus=2, disks=(("vda", "/srv/images/{}.qcow2", 2**33),)):
        uuid = uuid or str(uuids.uuid5(uuids.NAMESPACE_DNS, name))
        disks = [(target, source.format(name), capacity) for target, source, capacity in disks]
        self.guests[name] = Guest(self, name, uuid, state, persistent, memory, maximum_memory,
                                  vcpus, disks)
        return self.guests[name]

    def pool_at(self, path):
        """The active pool with that directory, or None."""
        named = [pool for pool in self.named_pools.values() if pool.active and pool.path == path]
        return named[0] if named else Pool(path) if path in self.pools else None

    def volume_at(self, path):
        """The capacity of that volume, None if libvirt knows none."""
        pool, _, name = path.rpartition("/")
        known = self.pool_at(pool)
        if known and name in known.volumes:
            return known.volumes[name]
        return 0 if path in self.volumes else None

    def interface(self, name, *addresses, **link):
        self.interfaces = {**(self.interfaces or {}), name: interface_xml(name, *addresses, **link)}

    def device(self, interface, **link):
        name = "net_" + "".join(c if c.isalnum() else "_" for c in interface)
        devices = self.devices or {}
        self.devices = {**devices, f"{name}_52_54_00_00_00_{len(devices):02x}":
                        device_xml(interface, **link)}

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
