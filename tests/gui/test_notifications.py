# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the desktop is told, and that closing the window stops nothing, end to end."""

import pytest
from gi.repository import Gio, GLib

from loop import wait
from virt import MIB

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
XML = """
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation">
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
    </method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
      <arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
  </interface>
</node>
"""
ANSWERS = {"GetCapabilities": ("(as)", (["body", "actions"],)),
           "GetServerInformation": ("(ssss)", ("Test", "nobody", "1", "1.2"))}


class Daemon:
    """A notification daemon that remembers what it was told."""

    def __init__(self, desk):
        self.told = []  # (title, body, actions)
        self.connection = Gio.DBusConnection.new_for_address_sync(
            desk.environment["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0],
                                        self._called, None, None)
        owned = []
        Gio.bus_own_name_on_connection(self.connection, NAME, Gio.BusNameOwnerFlags.NONE,
                                       lambda *_: owned.append(True), None)
        wait(lambda: owned, "the notification daemon")

    def _called(self, connection, sender, path, interface, method, parameters, invocation):
        signature, values = ANSWERS.get(method, ("()", ()))
        if method == "Notify":
            arguments = parameters.unpack()
            self.told.append((arguments[3], arguments[4], arguments[5]))
            signature, values = "(u)", (len(self.told),)
        invocation.return_value(GLib.Variant(signature, values))

    def wait_for(self, title):
        wait(lambda: [told for told in self.told if title in told[0]],
             lambda: f"notification {title!r}; there is: {self.told}")
        return next(told for told in self.told if title in told[0])

    def close(self):
        self.connection.close_sync(None)


@pytest.fixture
def daemon(desk):
    daemon = Daemon(desk)
    yield daemon
    daemon.close()


def begin(scene, app):
    app.find("list item", "web")
    job = scene.client.migrate("web", "b", persist=True)
    migration = scene.world.migration("web")
    migration.copying(300 * MIB, 100 * MIB, memory_bps=10 * MIB)
    job.until(Phase="copying")
    app.find("list item", "Moving to b, 75 %")
    return job, migration


def close_window(app):
    app.do("window.close")


def test_the_window_is_closed_and_the_end_is_told(scene, daemon, app):
    job, migration = begin(scene, app)
    close_window(app)
    app.press("Keep Open", app.dialog("web goes on moving"))
    app.dialog_gone()
    close_window(app)
    app.until(lambda: app.exit.over or daemon.told, "it says so only once")
    daemon.wait_for("web goes on moving")
    migration.finish()
    job.ended("completed")
    title, body, actions = daemon.wait_for("web now runs on b.")
    assert "paused for 42 ms" in body and "default" in actions
    wait(lambda: app.exit.over, "the app has nothing more to tell and ends")


def test_what_needs_somebody_is_told(scene, daemon, app):
    job, migration = begin(scene, app)
    close_window(app)
    app.press("Close", app.dialog("web goes on moving"))
    migration.suspend()
    migration.break_off()
    job.ended("failed", seconds=60)
    _, body, _ = daemon.wait_for("web is paused on this computer and on b. It runs nowhere.")
    assert "Somebody has to look after it" in body


def test_one_that_does_not_end_is_told_once(scene, daemon, app):
    job, migration = begin(scene, app)
    close_window(app)
    app.press("Close", app.dialog("web goes on moving"))
    for _ in range(2):
        for iteration in range(2, 6):
            migration.copying(300 * MIB + iteration, 100 * MIB + iteration, memory_bps=10 * MIB,
                              memory_dirty_rate=9000, memory_iteration=iteration)
            job.until(Iteration=iteration)
        job.until(Converging="no")
    _, _, actions = daemon.wait_for("The move of web does not end")
    assert "default" in actions
    migration.finish()
    job.ended("completed")
    daemon.wait_for("web now runs on b.")
    assert len([told for told in daemon.told if "does not end" in told[0]]) == 1


def test_nothing_moves_and_nothing_is_said(scene, daemon, app):
    app.find("list item", "web")
    close_window(app)
    wait(lambda: app.exit.over, "the app ends")
    assert daemon.told == []
