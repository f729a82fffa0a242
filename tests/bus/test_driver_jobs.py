# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts and jobs of drivers other than QEMU: how hosts are opened, what is told of progress, what a
cancel is answered, how guests are listed."""

import pytest

import virt
from harness import ERROR
from recording import PASSWORD, hosts_of, new_guest, s, shared, write_password  # noqa: F401

# type of the driver -> what else its hosts could be opened as
OPENED = {
    "xen-ssh": (dict(Driver="xen", Transport="ssh", User="root", Address="x.example", Port=2222),
                "xen+ssh://root@x.example:2222/system?no_tty=1&proxy=native"),
    "xen-tls": (dict(Driver="xen", Transport="tls", Address="x.example"),
                "xen+tls://x.example/system"),
    "xen-tcp": (dict(Driver="xen", Transport="tcp", Address="x.example", AllowPlaintext="yes"),
                "xen+tcp://x.example/system"),
    "vz-ssh": (dict(Driver="vz", Transport="ssh", Address="x.example"),
               "vz+ssh://x.example/system?no_tty=1&proxy=native"),
    "local-xen": (dict(Driver="xen"), "xen:///system"),
    "local-vz": (dict(Driver="vz"), "vz:///system"),
    "local-openvz": (dict(Driver="openvz"), "openvz+unix:///system"),
    "esx-plain": (dict(Driver="vpx", Address="x.example", User="root", PasswordFile="vc",
                       Datacenter="DC", HostSystem="esx.example"),
                  "vpx://root@x.example/DC/esx.example"),
    "esx-unverified": (dict(Driver="vpx", Address="2001:db8::7", User="root", PasswordFile="vc",
                            Datacenter="DC", HostSystem="esx.example", VerifyCertificate="no"),
                       "vpx://root@[2001:db8::7]/DC/esx.example?no_verify=1"),
}


@pytest.mark.parametrize("case", OPENED)
def test_how_hosts_are_opened(make, case):
    setup = make()
    keys, uri = OPENED[case]
    name = "local" if case.startswith("local") else "x"
    setup.service.write_host(name, **keys)
    if name == "x":
        setup.world.host("x", address=keys["Address"],
                         path="/DC/esx.example" if keys["Driver"] == "vpx" else None)
    write_password(setup, PASSWORD)
    setup.service.start()
    assert setup.client.start_test(name).result()["libvirt-version"] == "9.0.0"
    assert [a["uri"] for _, _, a in setup.world.asked("virConnectOpenAuth")] == [uri]
    assert setup.client.get("Driver", setup.client.host_path(name),
                            "org.example.Migration1.Host") == keys["Driver"]


@pytest.mark.parametrize("driver", ("VBOX", "Hyper-V", "VMware", "BHYVE", "LXC", "CH", "TEST"))
def test_drivers_without_migration(make, driver):
    """A URI of one of ours can still lead to a libvirt that runs something else."""
    setup = make()
    setup.local.driver = setup.b.driver = driver
    setup.local.guest("web")
    setup.service.start()
    for chosen in ({}, dict(flow="managed-direct"), {"try": True}):
        error = setup.client.start_plan("web", "b", **chosen).error()
        assert error.short == "NotSupported" and driver in error.text
        end = setup.client.migrate("web", "b", **chosen).ended("failed")
        assert end["Error"][0] == ERROR + "NotSupported" and driver in end["Error"][1]
    assert setup.world.recorded == []


def start_one(s, driver):
    """A job whose migrate call is under way."""
    s.world.on_migration = None
    source, destination = hosts_of(driver)
    guest = new_guest(s, driver)
    job = s.client.migrate(guest.name, destination, source=source, flow="managed-direct")
    return job, s.world.migration(guest.name)


def finish(s, job, migration):
    migration.finish()
    end = job.ended("completed")
    assert end["Progress"] == 1 and end["GuestHost"] == job["Destination"]
    assert end["SourceState"] in ("absent", "shutoff") and end["DestinationState"] == "running"
    return end


@pytest.mark.parametrize("driver", ("Xen", "OpenVZ", "ESX"))
def test_a_driver_that_cannot_cancel_says_so(s, driver):
    job, migration = start_one(s, driver)
    job.until(Phase="preparing")
    assert job["Plan"]["cancellable"] is False
    with pytest.raises(Exception) as raised:
        job.cancel()
    assert raised.value.short == "NotSupported"
    assert raised.value.text == job.read()["CancelRefusal"]
    assert job.read()["State"] == "running" and migration.aborts == 0
    finish(s, job, migration)
    assert not s.world.asked("virDomainAbortJob")


def test_progress_of_percent(s):
    job, migration = start_one(s, "vz")
    assert s.client.plan(migration.guest.name, "vz-b", source="vz-a")["progress"] == "percent" \
        if not migration.guest.job else True
    migration.copying(25, 75, total=100)
    job.until(Phase="copying", condition=lambda j: j["Progress"] == 0.25)
    migration.copying(60, 40, total=100)
    job.until(condition=lambda j: j["Progress"] == 0.6)
    assert job["Plan"]["progress"] == "percent" and job["Plan"]["cancellable"] is True
    assert job.read()["Statistics"]["data_total"] == 100
    finish(s, job, migration)


@pytest.mark.parametrize("driver,tells", (("Xen", "time"), ("OpenVZ", "none"), ("ESX", "none")))
def test_progress_that_nobody_knows(s, driver, tells):
    """It stays 0 until the end, and no phase is claimed that nobody saw."""
    job, migration = start_one(s, driver)
    migration.copying(60, 40)  # the world knows, the driver does not tell
    job.until(Phase="preparing")
    if driver == "Xen":
        job.until(condition=lambda j: "time_elapsed" in (j["Statistics"] or {}))
        assert set(job.read()["Statistics"]) == {"time_elapsed"}
    assert job.read()["Progress"] == 0 and job["Plan"]["progress"] == tells
    finding = [f["id"] for f in job["Plan"]["findings"]]
    assert "no-progress" in finding and "cannot-cancel" in finding
    finish(s, job, migration)
    assert set(job.values("Progress")) == {0, 1}
    assert "copying" not in job.values("Phase")


def test_a_held_guest_of_xen(s):
    """After a failed Prepare libxl's job is never given up."""
    guest = new_guest(s, "Xen")
    host = s.world.hosts["xen-a"]
    host.broken["virDomainMigrate3"] = virt.VirError(
        68, "Timed out during operation: cannot acquire state change lock (held by "
        "monitor=remoteDispatchDomainMigrateBegin3Params)")
    job = s.client.migrate(guest.name, "xen-b", source="xen-a", flow="managed-direct")
    end = job.ended("failed")
    del host.broken["virDomainMigrate3"]
    assert end["Error"][0] == ERROR + "GuestBusy"
    assert "restart libvirtd on host xen-a" in end["Error"][1]


def test_guests_of_drivers_without_bulk_statistics(s):
    for driver in ("Xen", "OpenVZ", "ESX"):
        guest = new_guest(s, driver)
        listed, = s.client.list_guests(hosts_of(driver)[0], name=guest.name)
        assert listed["uuid"] == guest.uuid and listed["state"] == "running"
        assert listed["persistent"] is True and listed["can-migrate"] is True
        assert listed["memory"] == guest.memory and listed["vcpus"] == guest.vcpus
        assert listed["maximum-memory"] == guest.maximum_memory
        assert s.client.list_guests(hosts_of(driver)[1], name=guest.uuid) == []
