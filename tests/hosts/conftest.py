# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab for all tests on real hosts: booted once, taken down at the end.

HOSTS_STAGE: the directory of `meson install --destdir`; without it the hosts have no service.
LAB: use the lab of that name; if it is up already (`hosts up`), it stays up after the tests.
"""

import os
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab import Lab, system  # noqa: E402
from service import Service  # noqa: E402


REPORTS = r"Sanitizer|runtime error:| (guest-)?migration[\w-]*\[\d+\]: .*CRITICAL"


@pytest.fixture(scope="session")
def lab():
    problem = system.missing()
    if problem:
        pytest.skip(f"NO REAL HOSTS: {problem}")
    stage = os.environ.get("HOSTS_STAGE")
    one = Lab(os.environ.get("LAB") or f"test-{os.getpid()}")
    if one.is_up:
        if stage:
            one.install(stage)
        yield one
        return
    one.up(2, stage)
    yield one
    one.down()


@pytest.fixture(scope="session")
def host_a(lab):
    return lab.hosts["host-a"]


@pytest.fixture(scope="session")
def host_b(lab):
    return lab.hosts["host-b"]


@pytest.fixture(scope="session", autouse=True)
def nothing_is_reported(lab):
    """After all tests: no sanitizer has found anything and GLib has criticised nothing of ours."""
    yield
    for host in lab.hosts.values():
        journal = host.exec(["journalctl", "-q", "--no-pager", "-o", "short"]).stdout.splitlines()
        assert journal, f"{host.name} has no journal"
        assert [line for line in journal if re.search(REPORTS, line)] == []


@pytest.fixture
def clean(lab):
    """After the test: links mended, hosts on and set up as at first, no guests, no disks."""
    yield
    lab.clean()


@pytest.fixture
def service(host_a):
    """The service of host-a; after the test it has no job that runs."""
    one = Service(host_a)
    yield one
    one.end_jobs()
