# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts of VMware's: a vCenter that finds a guest's UUID through every host, wants a password, and is
the border that guests do not cross."""

import os

import pytest

from harness import ERROR
from recording import (MIGRATE3, PASSWORD, VCENTER, add_hosts, new_guest, s,  # noqa: F401
                       shared, write_password)

def test_a_guest_of_a_vcenter_is_where_its_name_is(s):
    """Its UUID is found through every host of the vCenter, before and after."""
    guest = new_guest(s, "ESX")
    for who in (guest.name, guest.uuid):
        assert s.client.plan(who, "vpx-b", source="vpx-a",
                             flow="managed-direct")["function"] == MIGRATE3
        error = s.client.start_plan(who, "vpx-a", source="vpx-b", flow="managed-direct").error()
        assert error.short == "GuestNotFound"
    end = s.client.migrate(guest.uuid, "vpx-b", source="vpx-a",
                           flow="managed-direct").ended("completed")
    assert (end["SourceState"], end["DestinationState"]) == ("absent", "running")
    assert end["GuestHost"] == "vpx-b"
    assert end["Plan"]["source-configuration"] == "removed"
    assert end["Plan"]["persistent"] is True


def files_below(directory):
    for path, _, names in os.walk(directory):
        for name in names:
            full = os.path.join(path, name)
            if os.path.isfile(full) and "passwords" not in path:
                with open(full, "rb") as file:
                    yield full, file.read()


def test_a_password_is_nowhere(s):
    """Only the vCenter gets it: it is in no file but its own, no message, no log, no argument."""
    guest = new_guest(s, "ESX")
    job = s.client.migrate(guest.name, "vpx-b", source="vpx-a", flow="managed-direct")
    end = job.ended("completed")
    given = [a for _, _, a in s.world.asked("virConnectOpenAuth") if "password" in a]
    assert given and {a["password"] for a in given} == {PASSWORD}
    everything = repr([end, s.client.signals, s.client.managed(), s.client.list_jobs(),
                       [a for _, f, a in s.world.calls if "password" not in a],
                       [a["uri"] for a in given]])
    assert "admin" in everything and PASSWORD not in everything and "Tr0ub4dor" not in everything
    secret = PASSWORD.encode()
    found = dict(files_below(s.service.directory))
    assert any("ledger" in name for name in found)
    assert [name for name, data in found.items() if secret in data or b"Tr0ub4dor" in data] == []


PASSWORD_FILES = {
    "absent": (None, 0o600, "is not there"),
    "wrong": ("Tr0ub4dor&4", 0o600, "refused the login"),
    "open": (PASSWORD, 0o644, "mode 0600"),
    "empty": ("\n", 0o600, "is empty"),
}


@pytest.mark.parametrize("case", PASSWORD_FILES)
def test_a_password_file_that_is_not_right(make, case):
    text, mode, word = PASSWORD_FILES[case]
    setup = make()
    add_hosts(setup)
    setup.world.hosts["vpx-a"].guest("web")
    path = setup.service.path("state", "passwords", "vc")
    os.unlink(path)
    if text is not None:
        write_password(setup, text, mode)
    setup.service.start()
    error = setup.client.start_test("vpx-a").error()
    assert error.short == "LoginRefused" and word in error.text and "PasswordFile=" in error.text
    end = setup.client.migrate("web", "vpx-b", source="vpx-a",
                               flow="managed-direct").ended("failed")
    assert end["Error"][0] == ERROR + "LoginRefused" and word in end["Error"][1]
    assert "Tr0ub4dor" not in error.text + repr(end) + setup.service.log()
    assert setup.world.recorded == []


def test_two_vcenters(make):
    setup = make()
    add_hosts(setup)
    setup.service.write_host("other", **{**VCENTER, "Port": 443}, HostSystem="esx9.example")
    setup.service.start()
    error = setup.client.start_migrate("web", "other", source="vpx-a",
                                       flow="managed-direct").error()
    assert error.short == "NotSupported"
    assert "two vCenters (vc.example:8443 and vc.example:443)" in error.text
    for destination in ("xen-a", "local"):
        error = setup.client.start_migrate("web", destination, source="vpx-a",
                                           flow="managed-direct").error()
        assert error.short == "NotSupported" and "Driver=vpx" in error.text
    assert setup.world.calls == []
