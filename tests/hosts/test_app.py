# SPDX-License-Identifier: LGPL-2.1-or-later
"""The app on two real hosts, through the accessibility tree, on an X server that nobody sees."""

import os
import sys
from pathlib import Path

import pytest
from lab import guests

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "gui"), str(TESTS / "bus")]
LONG = 120  # seconds that a guest may take under a load


@pytest.fixture(scope="module")
def desk():
    if not os.environ.get("MIGRATION_BUILD"):
        pytest.skip("MIGRATION_BUILD is not set: name the meson build directory")
    import gi

    gi.require_version("Gio", "2.0")
    import app

    one = app.Desk()
    yield one
    one.close()


@pytest.fixture
def app(desk, host_a, clean):
    """The app, on host-a's bus; web1 runs there."""
    import app as gui

    guests.start(host_a, "web1")
    one = gui.App(desk, f"unix:path={host_a.root}/run/dbus/system_bus_socket")
    yield one
    one.close()


def has(app, role, name):
    """Waits as long as a real guest may take."""
    return app.until(lambda: next(app.walk(app.window.node, role, name), None), f"{role} {name!r}", LONG)


def test_a_guest_that_others_move(app, host_a, host_b):
    has(app, "list item", "web1, Running")
    peer = host_a.exec(["busctl", "call", "org.example.Migration1", "/org/example/Migration1",
                        "org.example.Migration1.Manager", "Migrate", "ssa{sv}", "web1", "host-b", "1",
                        "persist", "b", "true"])  # fmt: skip
    assert "/job/" in peer.stdout
    has(app, "panel", "No guests on")
    guests.wait_alive(host_b, "web1")
