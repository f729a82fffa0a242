# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the app's end-to-end tests: the app, the real service and the libvirt that the tests
play (tests/bus). `/usr/bin/python3 -m pytest tests/gui` with MIGRATION_BUILD set runs them."""

import os
import subprocess
import sys

import gi
import pytest

gi.require_version("Gio", "2.0")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "bus")]

import harness  # noqa: E402
from app import App, Desk  # noqa: E402
from languages import Languages  # noqa: E402
from scene import Scene  # noqa: E402
from views import VIEWS, Stage  # noqa: E402

SETTINGS = "[org/example/Migration/App]\n"


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


@pytest.fixture
def remember(start, tmp_path):
    """Starts an app that finds these settings, and keeps its own in the same file."""
    file = tmp_path / "glib-2.0/settings/keyfile"
    file.parent.mkdir(parents=True)
    subprocess.run(["glib-compile-schemas", f"--targetdir={tmp_path}",
                    os.path.join(harness.SOURCE, "data/app")], check=True)

    def start_app(settings="destination='b'\n"):
        if settings is not None:
            file.write_text(SETTINGS + settings)
        return start(GSETTINGS_BACKEND="keyfile", XDG_CONFIG_HOME=str(tmp_path),
                     GSETTINGS_SCHEMA_DIR=str(tmp_path))

    start_app.file = file
    return start_app


@pytest.fixture
def show(desk, tmp_path):
    """The app with a view of views.py, by its name."""
    stages = []

    def start(view):
        stages.append(Stage(desk, Languages(str(tmp_path))))
        VIEWS[view](stages[-1])
        return stages[-1]

    yield start
    for one in stages:
        one.close()
