# SPDX-License-Identifier: LGPL-2.1-or-later
"""A caller that speaks the wire protocol itself, for what no library sends: bytes in a message that
are not what its types say."""

import os
import socket

from gi.repository import Gio, GLib

from harness import NAME
from loop import DEADLINE, wait


class Wire:
    """A connection to the bus that has said hello."""

    def __init__(self, bus):
        path = bus.address.split("unix:path=", 1)[1].split(",")[0]
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(path)
        self.socket.sendall(b"\0AUTH EXTERNAL %s\r\n" % str(os.geteuid()).encode().hex().encode())
        assert self.socket.recv(4096).startswith(b"OK ")
        hello = Gio.DBusMessage.new_method_call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                "org.freedesktop.DBus", "Hello")
        self.socket.sendall(b"BEGIN\r\n" + blob(hello, 1))
        assert self.socket.recv(4096)
        self.socket.setblocking(False)

    def send(self, data):
        self.socket.sendall(data)

    def dropped(self):
        """Waits until the bus has closed the connection."""
        over = []

        def readable(*_):
            try:
                if self.socket.recv(65536):
                    return GLib.SOURCE_CONTINUE
            except ConnectionError:
                pass
            over.append(True)
            return GLib.SOURCE_REMOVE

        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self.socket.fileno(),
                              GLib.IOCondition.IN | GLib.IOCondition.HUP, readable)
        wait(lambda: over, "the bus drops who sends nonsense")
        self.socket.close()


def blob(message, serial):
    message.set_serial(serial)
    return message.to_blob(Gio.DBusCapabilityFlags.NONE)


def call(path, interface, method, body, replace=(b"", b"")):
    """The bytes of a call, in which some bytes are replaced by as many others."""
    message = Gio.DBusMessage.new_method_call(NAME, path, interface, method)
    if body is not None:
        message.set_body(body)
    data = blob(message, 2)
    old, new = replace
    assert len(old) == len(new) and (not old or data.count(old) == 1)
    return data.replace(old, new) if old else data
