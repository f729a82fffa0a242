# SPDX-License-Identifier: LGPL-2.1-or-later
"""The app as one of a desktop: started by the bus, with its window as it was, by keys alone."""

import os
import signal
import subprocess

import harness
import pytest
from gi.repository import Gio, GLib
from languages import Languages
from loop import Exit
from spy import wait_for
from views import Stage

NAME = "org.example.Migration.App"
PATH = "/org/example/Migration/App"


def call(name, path, interface, method, arguments=None):
    return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, -1, None)


def ask_bus(method, arguments=None):
    return call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
                arguments)


def service_file(scene):
    """The one that is installed, with the program where it is before that, and this scene's bus."""
    with open(harness.built(f"data/app/{NAME}.service"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    program, argument = next(line[5:] for line in lines if line.startswith("Exec=")).split()
    assert os.path.basename(program) == "guest-migration"
    return f"""[D-BUS Service]
Name={NAME}
Exec=/usr/bin/env DBUS_SYSTEM_BUS_ADDRESS={scene.bus.address} {harness.built(
        "gui/guest-migration")} {argument}
"""


def windows(desk, pid):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(pid)],
                           capture_output=True, text=True,
                           env={**os.environ, **desk.environment})
    return found.stdout.split()


def start_by_bus(desk):
    ask_bus("UpdateActivationEnvironment", GLib.Variant("(a{ss})", ({
        key: desk.environment[key] for key in ("DISPLAY", "GDK_BACKEND", "GSETTINGS_BACKEND")},)))
    ask_bus("ReloadConfig")
    call(NAME, PATH, "org.freedesktop.Application", "Activate", GLib.Variant("(a{sv})", ({},)))
    pid, = ask_bus("GetConnectionUnixProcessID", GLib.Variant("(s)", (NAME,))).unpack()
    exit_of_it = Exit(pid)
    try:
        wait_for(lambda: windows(desk, pid), "a window")
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: exit_of_it.over, "it ends")


def test_the_bus_starts_it(desk, scene):
    scene.service.start()
    directory = os.path.join(desk.directory, "dbus-1", "services")
    os.makedirs(directory, exist_ok=True)
    file = os.path.join(directory, f"{NAME}.service")
    with open(file, "w", encoding="utf-8") as output:
        output.write(service_file(scene))
    try:
        start_by_bus(desk)
    finally:  # or the bus would start it for others, too
        os.unlink(file)
        ask_bus("ReloadConfig")


def one_window(app):
    def alone():
        found = windows(app.desk, app.process.pid)
        return found[0] if len(found) == 1 else None

    return app.until(alone, "one window")


def geometry(app):
    window = one_window(app)
    found = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], check=True,
                           capture_output=True, text=True,
                           env={**os.environ, **app.desk.environment})
    return dict(line.split("=") for line in found.stdout.splitlines())


def test_the_window_is_as_it_was(scene, remember):
    scene.service.start()
    app = remember("window-width=500\nwindow-height=700\n")
    app.until(lambda: 0 <= int(geometry(app)["WIDTH"]) - 500 < 60,
              lambda: f"500 and what is around the window: {geometry(app)}")
    subprocess.run(["xdotool", "windowsize", geometry(app)["WINDOW"], "640", "720"], check=True,
                   env={**os.environ, **app.desk.environment})
    app.until(lambda: "window-width=6" in remember.file.read_text(), "its new width is kept")


def test_the_source_is_as_it_was(scene, remember):
    scene.b.guest("there")
    scene.service.start()
    remember("source='b'\n").find("list item", "there, Running")


@pytest.fixture
def stage(desk, tmp_path):
    stage = Stage(desk, Languages(str(tmp_path)))
    stage.local.guest("web1")
    yield stage
    stage.close()


def press(stage, key):
    """A key, as soon as the window gets it."""
    stage.spy.until(lambda: stage.spy.ask("active"), "the window has the keys")
    stage.app.keys(key)


def focus(stage):
    """What has the focus, as soon as it stays there."""
    seen = []

    def stays():
        seen.append(stage.spy.ask("focus"))
        return seen[-1] and seen[-2:-1] == seen[-1:]

    stage.spy.until(stays, lambda: f"the focus stays: {seen[-5:]}")
    return seen[-1]


def test_all_views_by_keys(stage):
    stage.start()
    stage.spy.shows("web1")
    for keys, text in (("alt+2", "No guest is being moved"), ("alt+3", "No migrations yet"),
                       ("alt+4", "Whose ssh key is used"), ("alt+1", "Can move"),
                       ("ctrl+n", "What and Where"), ("Escape", "Can move"),
                       ("F1", "Close the window; migrations go on")):
        press(stage, keys)
        stage.shows(text)


def test_it_is_ended_by_keys(stage):
    stage.start()
    stage.spy.shows("web1")
    press(stage, "ctrl+q")
    wait_for(lambda: stage.app.exit.over, "it ends")


def test_a_page_that_comes_has_the_focus(stage):
    stage.start()
    stage.spy.shows("web1")
    stage.app.do("win.show-hosts")
    stage.shows("Whose ssh key is used")
    before = focus(stage)
    stage.app.do("win.add-host")
    stage.spy.until(lambda: stage.spy.ask("focus") == "Name", "the first entry has the focus")
    press(stage, "Escape")
    stage.spy.until(lambda: stage.spy.ask("focus") == before, "it is where it was")


def test_start_is_refused_and_leads_to_what_is_missing(stage):
    stage.start()
    stage.spy.shows("web1")
    press(stage, "ctrl+n")
    stage.shows("Choose a guest.")
    press(stage, "ctrl+Return")
    stage.spy.until(lambda: stage.spy.ask("focus") == "Guest", "the guest is to be chosen")


def focused(stage, row, title):
    """Waits until the row of an open list that begins so has the focus."""
    def has_it():
        item = next((one for one in row.all("list item") if one.has("focused")), None)
        seen.append(item and [label.name for label in item.all("label")])
        return item and seen[-1][0].startswith(title)

    seen = []
    stage.app.until(has_it, lambda: f"{title} has the focus: {seen[-5:]}")


def test_addresses_of_the_destination(stage):
    """After "Automatic" the source's own network comes first, be it slower; chosen by keys."""
    stage.b.guest("mail")
    stage.b.interface("eth0", "198.51.100.1/24")
    there = stage.world.host("c")
    there.interface("eth0", "203.0.113.3/24", speed=100000)
    there.interface("eth1", "198.51.100.3/24", speed=25000)
    stage.scene.service.write_host("c", Transport="tls", Address="c.example",
                                   MigrationAddresses="203.0.113.3;198.51.100.3")
    stage.start()
    stage.spy.shows("web1")
    stage.spy.ask("migrate", "mail", "c", "b")
    stage.shows("The guest's memory crosses the network unencrypted.")
    assert stage.spy.ask("go", "Address")
    press(stage, "space")
    stage.spy.shows("eth1 · same network as b · 25 Gbit/s")
    stage.spy.shows("eth0 · 100 Gbit/s")
    stage.spy.shows("Another address…")
    row = stage.app.find("combo box", "Address")
    focused(stage, row, "Automatic")
    stage.app.keys("Down")
    focused(stage, row, "198.51.100.3")
    stage.app.keys("Return")
    stage.spy.shows("tcp://198.51.100.3")
