# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks spied-app (spy.c) what the accessibility tree cannot tell, without stopping the event loop
in which the tests play what the app talks to."""

import os
import socket
import tempfile
from dataclasses import dataclass

from gi.repository import GLib

import harness
from loop import DEADLINE, wait

PROGRAM = "tests/gui/spied-app"


@dataclass
class Text:
    """A label that is seen."""

    parent: str  # type of the widget it is in
    id: str
    cut: bool
    text: str


class Spy:
    """Made before the app, whose environment gets `environment`."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="mig-spy-", dir="/tmp")
        self.path = os.path.join(self.directory.name, "socket")
        os.mkdir(os.path.join(self.directory.name, "gtk-4.0"))
        with open(os.path.join(self.directory.name, "gtk-4.0", "settings.ini"), "w",
                  encoding="utf-8") as file:
            file.write("[Settings]\ngtk-enable-animations=false\n"
                       "gtk-decoration-layout=:close\n")
        self.environment = {"MIGRATION_SPY": self.path, "XDG_CONFIG_HOME": self.directory.name}
        self.program = harness.built(PROGRAM)
        self._socket = None
        self._input = b""

    def _connect(self):
        wait_for(lambda: os.path.exists(self.path), "the app listens to the spy")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(self.path)
        self._socket.setblocking(False)

    def _line(self):
        try:
            self._input += self._socket.recv(65536)
        except BlockingIOError:
            pass
        return b"\n" in self._input

    def ask(self, *words):
        if not self._socket:
            self._connect()
        self._socket.sendall(" ".join(map(str, words)).encode() + b"\n")
        wait_for(self._line, f"the answer to {words[0]}")
        line, self._input = self._input.split(b"\n", 1)
        return GLib.Variant.parse(None, line.decode(), None, None).unpack()

    def texts(self):
        return [Text(*row) for row in self.ask("texts") or ()]

    def until(self, condition, what):
        return wait_for(condition, what if callable(what) else
                        lambda: f"{what}; there is {[t.text for t in self.texts()]}")

    def shows(self, text):
        """Waits until a text is seen that has this in it."""
        self.until(lambda: any(text in one.text for one in self.texts()), repr(text))

    def resize(self, width, height):
        """A window that cannot be so narrow stays wider; gives the width it has."""
        self.ask("size", width, height)
        wait_for(lambda: abs(self.ask("width") - max(width, self.ask("minimum"))) < 20,
                 lambda: f"a window {width} wide; it is {self.ask('width')} and cannot be less than "
                         f"{self.ask('minimum')}")
        return self.ask("width")

    def picture(self, path):
        wait_for(lambda: self.ask("picture", path), f"a picture in {path}")

    def close(self):
        if self._socket:
            self._socket.close()
        self.directory.cleanup()


def wait_for(condition, what):
    """wait(), for what announces nothing to this process; as long as for the tree (App.until)."""
    tick = GLib.timeout_add(20, lambda: GLib.SOURCE_CONTINUE)
    try:
        return wait(condition, what, 3 * DEADLINE)
    finally:
        GLib.source_remove(tick)
