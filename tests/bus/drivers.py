# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt 9.0's hypervisor drivers as the world plays them: what each takes, in which types, which
functions it has not, and the errors it answers with. Read in libvirt's source; core's own table
(mode.c) is not used here, so that the two can be compared."""

import virt
from virt import VirError

LIVE, PEER2PEER, TUNNELLED, PERSIST_DEST, UNDEFINE_SOURCE, PAUSED = (1 << bit for bit in range(6))
NON_SHARED_DISK, NON_SHARED_INC, CHANGE_PROTECTION, UNSAFE, OFFLINE = (1 << b for b in range(6, 11))
COMPRESSED, ABORT_ON_ERROR, AUTO_CONVERGE, RDMA_PIN_ALL, POSTCOPY = (1 << b for b in range(11, 16))
TLS, PARALLEL, SYNCHRONOUS_WRITES, POSTCOPY_RESUME, ZEROCOPY = (1 << bit for bit in range(16, 21))

FLAG_NAMES = {f"VIR_MIGRATE_{name}": globals()[name] for name in (
    "LIVE PEER2PEER TUNNELLED PERSIST_DEST UNDEFINE_SOURCE PAUSED NON_SHARED_DISK NON_SHARED_INC "
    "CHANGE_PROTECTION UNSAFE OFFLINE COMPRESSED ABORT_ON_ERROR AUTO_CONVERGE RDMA_PIN_ALL "
    "POSTCOPY TLS PARALLEL POSTCOPY_RESUME ZEROCOPY").split()}
FLAG_NAMES["VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES"] = SYNCHRONOUS_WRITES

BASE = LIVE | PERSIST_DEST | UNDEFINE_SOURCE | PAUSED
THREE = {"migrate_uri": "s", "destination_name": "s", "destination_xml": "s"}
# VIR_TYPED_PARAM_MULTIPLE
MULTIPLE = ("migrate_disks", "compression")
# s: string, i: int, t: unsigned long long; of QEMU_MIGRATION_PARAMETERS
QEMU_PARAMS = {
    **THREE, "persistent_xml": "s", "bandwidth": "t", "bandwidth.postcopy": "t",
    "graphics_uri": "s", "listen_address": "s", "migrate_disks": "s", "disks_port": "i",
    "disks_uri": "s", "compression": "s", "compression.mt.level": "i",
    "compression.mt.threads": "i", "compression.mt.dthreads": "i",
    "compression.xbzrle.cache": "t", "auto_converge.initial": "i", "auto_converge.increment": "i",
    "parallel.connections": "i", "tls.destination": "s"}
TYPE_NAMES = {"i": "int", "u": "uint", "x": "llong", "t": "ullong", "d": "double", "b": "boolean",
              "s": "string"}

NO_STATS = ("virConnectGetAllDomainStats", "virDomainListGetStats")
NO_JOB = ("virDomainAbortJob", "virDomainGetJobStats")


class Driver:
    def __init__(self, flags=0, params=(), p2p=False, migrates=True, moves=False, missing=(),
                 statistics=None):
        self.flags, self.params, self.p2p, self.migrates = flags, params, p2p, migrates
        self.moves = moves  # the configuration goes with the guest
        self.missing = missing  # functions it has not
        self.statistics = statistics  # fields of virDomainGetJobStats, None: all


DRIVERS = {
    "QEMU": Driver((1 << 21) - 1, QEMU_PARAMS, p2p=True),
    "Xen": Driver(BASE | PEER2PEER | TUNNELLED, THREE, p2p=True,
                  missing=(*NO_STATS, "virDomainAbortJob"), statistics=("time_elapsed",)),
    "vz": Driver(BASE | PEER2PEER | NON_SHARED_INC, {**THREE, "bandwidth": "t"}, p2p=True,
                 moves=True, statistics=("time_elapsed", "data_total", "data_processed",
                                         "data_remaining")),
    "OpenVZ": Driver(LIVE, THREE, moves=True, missing=NO_STATS + NO_JOB),
    "ESX": Driver(BASE, {**THREE, "bandwidth": "t"}, moves=True,
                  missing=(*NO_STATS, *NO_JOB, "virConnectSetKeepAlive")),
}
NONE = Driver(migrates=False, missing=NO_JOB)


def driver(host):
    return DRIVERS.get(host.driver, NONE)


def check_function(host, function):
    if function in driver(host).missing:
        raise VirError(virt.ERR_NO_SUPPORT, "this function is not supported by the connection "
                       f"driver: {function}", virt.FROM_DOMAIN)


def typed_params(call):
    """The parameters of a migrate call: (key, type, value), in their order."""
    params = call.arguments["params"]
    pairs = (params.get_child_value(i) for i in range(params.n_children()))
    return [(p.get_child_value(0).get_string(), p.get_child_value(1).get_variant()
             .get_type_string(), p.get_child_value(1).get_variant().unpack()) for p in pairs]


def unsupported(text):
    raise VirError(virt.ERR_ARGUMENT_UNSUPPORTED, "argument unsupported: " + text, virt.FROM_DOMAIN)


def invalid(text):
    raise VirError(virt.ERR_INVALID_ARG, "invalid argument: " + text, virt.FROM_DOMAIN)


def check_migration(call, source, to_uri):
    """What libvirt and the source's driver say before anything happens: virDomainMigrate3(),
    virDomainMigrateUnmanagedCheckCompat(), virTypedParamsValidate()."""
    flags, drv = call.get("flags"), driver(source)
    if to_uri and not drv.p2p and flags & PEER2PEER:
        unsupported("p2p migration is not supported by the source host")
    if to_uri and not flags & PEER2PEER:
        unsupported("direct migration is not supported by the source host")
    if not to_uri and flags & (PEER2PEER | TUNNELLED):
        invalid("use virDomainMigrateToURI3 for peer-to-peer migration")
    if not drv.migrates:
        raise VirError(virt.ERR_NO_SUPPORT, "this function is not supported by the connection "
                       f"driver: {call.function}", virt.FROM_DOMAIN)
    if flags & ~drv.flags:
        invalid(f"unsupported flags (0x{flags & ~drv.flags:x}) in function {source.driver}Migrate")
    seen = set()
    for key, kind, _ in typed_params(call):
        wanted = drv.params.get(key)
        if wanted is None:
            invalid(f"parameter '{key}' not supported")
        if kind != wanted:
            invalid(f"invalid type '{TYPE_NAMES[kind]}' for parameter '{key}', expected "
                    f"'{TYPE_NAMES[wanted]}'")
        if key in seen and key not in MULTIPLE:
            invalid(f"parameter '{key}' occurs multiple times")
        seen.add(key)
