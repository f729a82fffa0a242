# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network of a lab: two bridges in a namespace of their own, one leg per host on each.

Owns the names and addresses of all hosts, and the faults of a link (cut, heal, shape). There is
no route out of a lab. Namespaces live as long as a process of the lab holds them.
"""

import json
import re
import string
from pathlib import Path

from . import lan
from .system import LabError, run, wait_for

FIRST_OCTET = 11
NETWORKS = {"mgmt": ("192.0.2.", "2001:db8:1::"), "migration": ("198.51.100.", "2001:db8:2::")}
MAX_HOSTS = len(string.ascii_lowercase)


def host_names(count):
    if not 1 <= count <= MAX_HOSTS:
        raise LabError(f"A lab has 1 to {MAX_HOSTS} hosts, not {count}.")
    return [f"host-{letter}" for letter in string.ascii_lowercase[:count]]


def addresses(name):
    """The addresses of a host as {network: (IPv4, IPv6)}."""
    octet = FIRST_OCTET + string.ascii_lowercase.index(name.removeprefix("host-"))
    return {network: (f"{v4}{octet}", f"{v6}{octet}") for network, (v4, v6) in NETWORKS.items()}


def hosts_file(names):
    """/etc/hosts for every host: plain names on mgmt, NAME-migration on the other network."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    for name in names:
        for network, both in addresses(name).items():
            label = name if network == "mgmt" else f"{name}-{network}"
            lines += [f"{address} {label}" for address in both]
    return "\n".join(lines) + "\n"


class Switch:
    """The namespace with the bridges; `pid` is the process that holds it."""

    def __init__(self, pid):
        self.pid = pid

    def build(self):
        lines = ["link set lo up"]
        for network in NETWORKS:
            lines += [f"link add {network} type bridge", f"link set {network} up"]
        _ip(self.pid, lines)

    def plug(self, name, pid):
        """Gives the host whose namespace `pid` holds a leg on every bridge, with addresses, and its guests their bridges."""
        outside, inside = [], ["link set lo up", *lan.links(name)]
        for network, both in addresses(name).items():
            leg = _leg(name, network)
            outside.append(f"link add {leg} type veth peer name {network} netns {pid}")
            outside.append(f"link set {leg} master {network} up")
            inside.append(f"link set {network} up")
            inside.append(f"address add {both[0]}/24 dev {network}")
            inside.append(f"address add {both[1]}/64 dev {network} nodad")
        _ip(self.pid, outside)
        _ip(pid, inside)

    def cut(self, name, network=None, silent=False):
        """Cuts a host's links. Silent: frames get lost but the host still sees a carrier."""
        for one in _chosen(network):
            if silent:
                _enter(self.pid, ["bridge", "link", "set", "dev", _leg(name, one), "state", "0"])
            else:
                _ip(self.pid, [f"link set {_leg(name, one)} down"])

    def heal(self, name, network=None):
        """Mends a host's links and waits until they carry frames again."""
        for one in _chosen(network):
            leg = _leg(name, one)
            _ip(self.pid, [f"link set {leg} up"])
            wait_for(lambda leg=leg: self._forwards(leg), f"the link {leg} does not come up", 10)

    def _forwards(self, leg):
        """Whether a leg carries frames; one that was cut silently is told to, others come by themselves."""
        port = json.loads(_enter(self.pid, ["bridge", "-json", "link", "show", "dev", leg]))[0]
        if port["state"] == "disabled" and "LOWER_UP" in port["flags"]:
            try:
                _enter(self.pid, ["bridge", "link", "set", "dev", leg, "state", "3"])
            except LabError:
                pass  # its carrier is just coming: then the bridge opens the port itself
        return port["state"] == "forwarding"

    def shape(self, name, pid, rate, network=None):
        """Limits a host's links to a rate such as 160mbit in both directions; None lifts it."""
        if rate is not None and not re.fullmatch(r"\d+(\.\d+)?[kmg]bit", rate):
            raise LabError(f"The rate '{rate}' is none: write it like 160mbit (kbit, mbit or gbit).")
        for one in _chosen(network):
            for where, device in ((self.pid, _leg(name, one)), (pid, one)):
                if rate is None:
                    if " tbf " in _enter(where, ["tc", "qdisc", "show", "dev", device]):
                        _enter(where, ["tc", "qdisc", "del", "dev", device, "root"])
                else:
                    limit = ["rate", rate, "burst", "256kb", "latency", "100ms"]
                    _enter(where, ["tc", "qdisc", "replace", "dev", device, "root", "tbf", *limit])


def counters(pid, network):
    """Bytes received and sent by a host on a network since it was plugged in."""
    for line in Path(f"/proc/{pid}/net/dev").read_text().splitlines():
        device, _, numbers = line.partition(":")
        if device.strip() == network:
            fields = numbers.split()
            return int(fields[0]), int(fields[8])
    raise LabError(f"There is no network {network}: a host has {' and '.join(NETWORKS)}.")


def _leg(name, network):
    return f"{name.removeprefix('host-')}-{network}"


def _chosen(network):
    if network is None:
        return list(NETWORKS)
    if network not in NETWORKS:
        raise LabError(f"There is no network {network}: a host has {' and '.join(NETWORKS)}.")
    return [network]


def _enter(pid, argv):
    return run(["nsenter", "-t", str(pid), "-n", "--", *argv], what=" ".join(argv[:2]))


def _ip(pid, lines):
    argv = ["nsenter", "-t", str(pid), "-n", "--", "ip", "-batch", "-"]
    run(argv, stdin="\n".join(lines) + "\n", what=f"ip {lines[0]}")
