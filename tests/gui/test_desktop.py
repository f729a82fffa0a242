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


def test_the_bus_starts_it(desk, scene):
    scene.service.start()
    directory = os.path.join(desk.directory, "dbus-1", "services")
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, f"{NAME}.service"), "w", encoding="utf-8") as file:
        file.write(service_file(scene))
    ask_bus("UpdateActivationEnvironment", GLib.Variant("(a{ss})", ({
        key: desk.environment[key] for key in ("DISPLAY", "GDK_BACKEND", "GSETTINGS_BACKEND")},)))
    ask_bus("ReloadConfig")
    call(NAME, PATH, "org.freedesktop.Application", "Activate", GLib.Variant("(a{sv})", ({},)))
    pid, = ask_bus("GetConnectionUnixProcessID", GLib.Variant("(s)", (NAME,))).unpack()
    wait_for(lambda: windows(desk, pid), "a window")
    exit_of_it = Exit(pid)
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: exit_of_it.over, "it ends")
    os.unlink(os.path.join(directory, f"{NAME}.service"))
    ask_bus("ReloadConfig")


def geometry(app):
    window, = windows(app.desk, app.process.pid)
    found = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], check=True,
                           capture_output=True, text=True,
                           env={**os.environ, **app.desk.environment})
    return dict(line.split("=") for line in found.stdout.splitlines())


def test_the_window_is_as_it_was(scene, remember):
    scene.service.start()
    app = remember("window-width=500\nwindow-height=700\n")
    assert 0 <= int(geometry(app)["WIDTH"]) - 500 < 60, "500 and what is around the window"
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


def test_all_views_by_keys(stage):
    stage.start()
    stage.spy.shows("web1")
    for keys, text in (("alt+2", "No guest is being moved"), ("alt+3", "No migrations yet"),
                       ("alt+4", "Whose ssh key is used"), ("alt+1", "Can move"),
                       ("ctrl+n", "What and Where"), ("Escape", "Can move"),
                       ("F1", "Close the window; migrations go on")):
        stage.app.keys(keys)
        stage.shows(text)


def test_a_page_that_comes_has_the_focus(stage):
    stage.start()
    stage.spy.shows("web1")
    stage.app.do("win.show-hosts")
    before = stage.spy.ask("focus")
    stage.app.do("win.add-host")
    stage.spy.until(lambda: stage.spy.ask("focus") == "Name", "the first entry has the focus")
    stage.app.keys("Escape")
    stage.spy.until(lambda: stage.spy.ask("focus") == before, "it is where it was")


def test_start_is_refused_and_leads_to_what_is_missing(stage):
    stage.start()
    stage.spy.shows("web1")
    stage.app.keys("ctrl+n")
    stage.shows("Choose a guest.")
    stage.app.keys("ctrl+Return")
    stage.spy.until(lambda: stage.spy.ask("focus") == "Guest", "the guest is to be chosen")


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
    stage.app.keys("space")
    stage.spy.shows("eth1 · same network as b · 25 Gbit/s")
    stage.spy.shows("eth0 · 100 Gbit/s")
    stage.spy.shows("Another address…")
    stage.app.keys("Down", "Return")
    stage.spy.shows("tcp://198.51.100.3")
