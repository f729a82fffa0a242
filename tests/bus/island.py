# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network of its own with many addresses, on which this process listens. A process of another
user namespace may not enter it, but sockets can be handed out: a child makes them there. Run as a
program this file is that child."""

import os
import socket
import subprocess
import sys

ADDRESSES = [f"192.0.{net}.{n}" for net in (2, 3) for n in range(1, 201)]
NOBODY = "198.51.100.1"  # somebody listens there who takes no connection
PORT = 16509
UNSHARE = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")


class Island:
    def __init__(self):
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(
                [*UNSHARE, sys.executable, os.path.abspath(__file__), str(theirs.fileno())],
                pass_fds=[theirs.fileno()])
        self._socket = ours
        self.listeners = {address: self._receive() for address in ADDRESSES}
        self._free = list(ADDRESSES)

    def _receive(self):
        data, fds, _, _ = socket.recv_fds(self._socket, 1, 1)
        assert data and fds, "the network could not be made: see above"
        return socket.socket(fileno=fds[0])

    @property
    def enter(self):
        """The words before a command that is to run there."""
        user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return ("nsenter", f"--target={self._child.pid}", *user, "--net")

    def take(self):
        """An address and the socket that listens on it."""
        address = self._free.pop(0)
        return address, self.listeners[address]

    def close(self):
        self._socket.close()
        self._child.wait()
        for listener in self.listeners.values():
            listener.close()


def listen(address, backlog):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, PORT))
    listener.listen(backlog)
    return listener


def fill(listener):
    """Connects until the kernel leaves connections unanswered."""
    clients = []
    for _ in range(8):
        clients.append(socket.socket())
        clients[-1].setblocking(False)
        clients[-1].connect_ex(listener.getsockname())
    return clients


def main(parent):
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    words = ["link set lo up"] + [f"address add {a}/32 dev lo" for a in [*ADDRESSES, NOBODY]]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(words) + "\n", text=True, check=True,
                   env=environment)
    full = listen(NOBODY, 0)
    clients = fill(full)
    for address in ADDRESSES:
        with listen(address, 64) as listener:
            socket.send_fds(parent, [b"s"], [listener.fileno()])
    parent.recv(1)  # until the other end is closed
    del clients


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
