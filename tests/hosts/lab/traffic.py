# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes over a host's networks: how much, how fast, and between which addresses.

Owns the reading of the kernel's tables of TCP sockets and the thread that looks at a host while a
test does something. Rates are bytes per second.
"""

import ipaddress
import math
import threading
import time
from pathlib import Path
from typing import NamedTuple

from . import network

ESTABLISHED, LISTENING = "01", "0A"
INTERVAL = 0.02


class Connection(NamedTuple):
    address: str
    port: int
    peer: str
    peer_port: int


def connections(pid):
    """The established TCP connections of a network namespace, seen from its side."""
    return {Connection(*here, *there) for here, there in _sockets(pid, ESTABLISHED)}


def listeners(pid):
    """Where programs of a network namespace wait for TCP connections, as {(address, port)}."""
    return {here for here, _ in _sockets(pid, LISTENING)}


class Watch:
    """Looks at a host from `with` to its end, and keeps what was seen."""

    def __init__(self, host):
        self._pid = host.keeper
        self._samples = []  # (time, {network: (received, sent)})
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.connections = set()

    def __enter__(self):
        self._look(math.inf)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        self._look(math.inf)

    def bytes(self, net):
        """Bytes (received, sent) on one of the host's networks meanwhile."""
        first, last = self._samples[0][1][net], self._samples[-1][1][net]
        return last[0] - first[0], last[1] - first[1]

    def average(self, net, sent=False):
        """The rate at which the host received (or sent) on a network, over the whole time."""
        return _rate(self._samples[0], self._samples[-1], net, sent)

    def peak(self, net, sent=False, window=1.0):
        """The highest rate over any time of at least `window` seconds; the average of a shorter watch."""
        highest, first = None, 0
        for last in self._samples:
            while last[0] - self._samples[first][0] >= window:
                highest = max(highest or 0, _rate(self._samples[first], last, net, sent))
                first += 1
        return self.average(net, sent) if highest is None else highest

    def _run(self):
        while not self._end.wait(INTERVAL):
            self._look()

    def _look(self, lasting=0.005):
        """Nobody knows when it was if it took longer."""
        before = time.monotonic()
        counts = {net: network.counters(self._pid, net) for net in network.NETWORKS}
        if time.monotonic() - before < lasting:
            self._samples.append((before, counts))
        self.connections |= connections(self._pid)


def _rate(first, last, net, sent):
    return (last[1][net][sent] - first[1][net][sent]) / (last[0] - first[0])


def _sockets(pid, state):
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, here, there, now = line.split()[:4]
            if now == state:
                yield _endpoint(here), _endpoint(there)


def _endpoint(text):
    """The kernel writes addresses as words of 32 bits in the machine's order."""
    digits, _, port = text.partition(":")
    words = (bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8))
    address = ipaddress.ip_address(b"".join(words))
    return str(getattr(address, "ipv4_mapped", None) or address), int(port, 16)
