# SPDX-License-Identifier: LGPL-2.1-or-later
"""File descriptors where none belong: the bus does not pass them on to the service."""

import os
import tempfile

import pytest
from gi.repository import Gio, GLib

from harness import MANAGER, NAME, ROOT
from loop import wait


def call_with_fd(client, body):
    ended = []
    with tempfile.TemporaryFile() as file:
        fds = Gio.UnixFDList.new()
        fds.append(file.fileno())
        client.connection.call_with_unix_fd_list(
            NAME, ROOT, MANAGER, "ListJobs", body, None, Gio.DBusCallFlags.NONE, -1, fds, None,
            lambda source, result: ended.append(result))
        wait(lambda: ended, "the call is answered")
    with pytest.raises(GLib.Error) as caught:
        client.connection.call_with_unix_fd_list_finish(ended[0])
    return Gio.DBusError.get_remote_error(caught.value)


def open_files(s):
    return len(os.listdir(f"/proc/{s.service.process.pid}/fd"))


@pytest.mark.parametrize("body", (
    GLib.Variant("(a{sv})", ({},)), GLib.Variant("(h)", (0,)),
    GLib.Variant("(a{sv})", ({"state": GLib.Variant("h", 0)},))), ids=("none", "argument", "variant"))
def test_file_descriptors_are_refused_by_the_bus(s, body):
    s.client.list_jobs()
    before = open_files(s)
    assert call_with_fd(s.client, body) == "org.freedesktop.DBus.Error.NotSupported"
    assert len(s.polkit.questions) == 1, "only that of ListJobs before"
    assert open_files(s) == before
