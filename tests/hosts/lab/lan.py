# SPDX-License-Identifier: LGPL-2.1-or-later
"""The networks that guests are on: two bridges per host, each also a network of libvirt.

Owns their names. host-a has the networks "lan" and "dmz" (bridges br-lan, br-dmz); on every other
host the same ones have other names: "lan-b", "dmz-b" (br-lan-b, br-dmz-b) on host-b, and so on.
"""

import uuid

from .disk import write

LANS = ("lan", "dmz")
DEFINITIONS = "etc/libvirt/qemu/networks"
XML = """<network>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <forward mode='bridge'/>
  <bridge name='{bridge}'/>
</network>
"""


def network(host, lan):
    """The name that libvirt on a host (its name) has for "lan" or "dmz"."""
    letter = host.removeprefix("host-")
    return lan if letter == "a" else f"{lan}-{letter}"


def bridge(host, lan):
    """The name of the bridge of "lan" or "dmz" on a host."""
    return f"br-{network(host, lan)}"


def define_networks(root, host):
    """Puts libvirt's definitions on a host's disk: before its first boot."""
    autostart = root / DEFINITIONS / "autostart"
    autostart.mkdir(parents=True)
    for lan in LANS:
        name = network(host, lan)
        number = uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{host}.guest-migration.example")
        write(root, f"{DEFINITIONS}/{name}.xml", XML.format(name=name, uuid=number, bridge=bridge(host, lan)))
        (autostart / f"{name}.xml").symlink_to(f"/{DEFINITIONS}/{name}.xml")


def links(host):
    """The lines of `ip -batch` that make a host's bridges."""
    names = [bridge(host, lan) for lan in LANS]
    return [line for name in names for line in (f"link add {name} type bridge", f"link set {name} up")]
