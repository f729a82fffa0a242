# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the app's end-to-end tests: the app, the real service and the libvirt that the tests
play (tests/bus). `/usr/bin/python3 -m pytest tests/gui` with MIGRATION_BUILD set runs them."""

import os
import sys

import gi
import pytest

gi.require_version("Gio", "2.0")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "bus")]

import harness  # noqa: E402
from app import App, Desk  # noqa: E402
from scene import Scene  # noqa: E402


def pytest_configure(config):
    if not harness.BUILD:
        pytest.exit("MIGRATION_BUILD is not set: name the meson build directory", 2)
    harness.adopt_orphans()


@pytest.fixture(scope="session")
def desk():
    desk = Desk()
    yield desk
    desk.close()


@pytest.fixture
def scene():
    """A service that is not started yet, with a world in which guest "web" runs on local."""
    scene = Scene()
    scene.local.guest("web")
    yield scene
    print(scene.service.log())
    scene.close()


@pytest.fixture
def start(desk, scene):
    """Starts the app on the scene's bus; it is ended, and its log looked at, before the service."""
    apps = []

    def start_app(**environment):
        apps.append(App(desk, scene.bus.address, **environment))
        return apps[-1]

    yield start_app
    for app in apps:
        app.close()


@pytest.fixture
def app(start, scene):
    """The app with a running service."""
    scene.service.start()
    return start()
