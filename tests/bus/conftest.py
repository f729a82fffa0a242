# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the bus tests. `/usr/bin/python3 -m pytest tests/bus` with MIGRATION_BUILD set to the
meson build directory runs them; they need no privileges, no libvirtd and no polkitd."""

import os
import sys

import gi
import pytest

gi.require_version("Gio", "2.0")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
from scene import Scene  # noqa: E402


def pytest_configure(config):
    if not harness.BUILD:
        pytest.exit("MIGRATION_BUILD is not set: name the meson build directory", 2)
    harness.adopt_orphans()


def print_log(setup, request):
    report = getattr(request.node, "outcome", None)
    if report is None or report.failed:
        print("--- log of the service and its workers ---")
        print(setup.service.log())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.outcome = outcome.get_result()


@pytest.fixture
def make(request):
    """Makes a Scene that is not started yet, for tests that prepare its files or arguments."""
    setups = []

    def build(**arguments):
        setups.append(Scene(**{k.replace("_", "-"): v for k, v in arguments.items()}))
        return setups[-1]

    yield build
    for setup in setups:
        print_log(setup, request)
        setup.close()


@pytest.fixture
def s(make):
    """A running service with a world in which guest "web" runs on local."""
    setup = make()
    setup.local.guest("web")
    setup.service.start()
    return setup
