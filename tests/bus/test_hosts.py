# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that are added, changed and removed over the bus."""

import os
import stat

import pytest
from gi.repository import GLib

import polkit
from harness import HOST
from loop import wait

SSH = dict(transport="ssh", address="new.example", user="root")


def properties(s, name):
    return s.client.get_all(s.client.host_path(name), HOST)


def test_a_host_is_added_announced_and_used(s):
    path = s.client.add_host("new", **SSH, migration_addresses=["192.0.2.9"])
    assert path == s.client.host_path("new")
    wait(lambda: path in s.client.seen, "the host is announced")
    now = properties(s, "new")
    assert now == s.client.seen[path]
    assert (now["Origin"], now["FileError"]) == ("bus", "")
    assert (now["Transport"], now["Address"], now["PeerAddress"]) == ("ssh", "new.example",
                                                                      "new.example")
    assert now["Settings"] == {"driver": "qemu", **SSH, "migration-addresses": ["192.0.2.9"]}

    s.world.host("new", address="new.example", hostname="host-new")
    assert s.client.start_test("new").result()["hostname"] == "host-new"
    job = s.client.migrate("web", "new")
    s.world.migration("web").finish()
    assert job.ended("completed")["GuestHost"] == "new"


def test_its_file_is_the_services_alone_and_says_what_a_file_of_hosts_d_would(s):
    s.client.add_host("new", **SSH, port=2222)
    path = s.service.added_path("new")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    with open(path) as file:
        lines = file.read().splitlines()
    assert lines[1:] == ["[Host]", "Driver=qemu", "Transport=ssh", "Address=new.example",
                         "Port=2222", "User=root"]
    assert os.listdir(os.path.dirname(path)) == ["new.conf"]


def test_polkit_is_told_which_host(s):
    s.client.add_host("new", **SSH)
    assert s.polkit.asked("configure").details == {
        "host.name": "new", "host.address": "new.example", "transport": "ssh"}
    s.client.start_remove_host("new").result()
    assert s.polkit.asked("configure").details == {"host.name": "new"}


def test_it_survives_a_restart(s):
    s.client.add_host("new", **SSH)
    before = properties(s, "new")
    s.restart()
    assert properties(s, "new") == before
    s.client.start_remove_host("new").result()
    s.restart()
    assert s.client.host_path("new") not in s.client.managed()


def test_it_is_changed_with_replace_and_not_without(s):
    path = s.client.add_host("new", **SSH)
    error = s.client.start_add_host("new", transport="tls", address="other.example").error()
    assert error.short == "HostExists" and "replace" in error.text
    assert properties(s, "new")["Address"] == "new.example"

    assert s.client.add_host("new", transport="tls", address="other.example", replace=True) == path
    wait(lambda: s.client.seen[path]["Address"] == "other.example", "the change is announced")
    now = properties(s, "new")
    assert now["Settings"] == {"driver": "qemu", "transport": "tls", "address": "other.example"}
    assert not [v for _, _, member, v in s.client.signals
                if member == "InterfacesRemoved" and v[0] == path]


def test_replace_of_one_that_is_not_there_adds_it(s):
    s.client.add_host("new", **SSH, replace=True)
    assert properties(s, "new")["Origin"] == "bus"


def test_it_is_removed(s):
    path = s.client.add_host("new", **SSH)
    wait(lambda: path in s.client.seen, "the host is announced")
    assert s.client.start_remove_host("new").result() is None
    wait(lambda: path not in s.client.seen, "the host's end is announced")
    assert not os.path.exists(s.service.added_path("new"))
    assert s.client.start_remove_host("new").error().short == "UnknownHost"


@pytest.mark.parametrize("name, word", (("b", "b.conf"), ("local", "local.conf")))
def test_hosts_of_the_administrator_are_not_touched(s, name, word):
    before = open(s.service.path("config", "hosts.d", name + ".conf")).read()
    assert properties(s, name)["Origin"] == "administrator"
    error = s.client.start_remove_host(name).error()
    assert error.short == "HostProtected" and word in error.text
    for replace in (True, False):
        error = s.client.start_add_host(name, **SSH, replace=replace).error()
        assert error.short == ("InvalidArgument" if name == "local" else "HostProtected")
        assert word in error.text
    assert open(s.service.path("config", "hosts.d", name + ".conf")).read() == before
    assert not os.path.exists(s.service.added_path(name)) and s.polkit.questions == []


def test_local_without_a_file_is_built_in(s):
    s.service.remove_host("local")
    path = s.client.host_path("local")
    wait(lambda: s.client.seen.get(path, {}).get("Origin") == "built-in", "local has no file now")
    error = s.client.start_remove_host("local").error()
    assert error.short == "HostProtected" and "always" in error.text
    assert properties(s, "local")["Settings"] == {}


def test_where_both_have_a_name_the_administrators_counts(s):
    path = s.client.add_host("new", **SSH)
    s.service.write_host("new", Transport="tls", Address="admin.example")
    wait(lambda: s.client.seen[path].get("Origin") == "administrator", "the file counts")
    assert s.client.seen[path]["Address"] == "admin.example"
    assert s.client.start_remove_host("new").error().short == "HostProtected"
    s.service.remove_host("new")
    wait(lambda: s.client.seen[path]["Origin"] == "bus", "the added host is there again")
    assert s.client.seen[path]["Address"] == "new.example"


def test_a_host_in_use_is_not_removed_but_may_be_changed(s):
    s.client.add_host("new", **SSH)
    s.world.host("new", address="new.example")
    job = s.client.migrate("web", "new")
    m = s.world.migration("web")
    error = s.client.start_remove_host("new").error()
    assert error.short == "HostBusy" and f"job {job.id}" in error.text
    s.client.add_host("new", **{**SSH, "address": "elsewhere.example"}, replace=True)
    m.finish()
    assert job.ended("completed")["GuestHost"] == "new"
    s.client.start_remove_host("new").result()


BAD = {
    "no settings": ("new", {}, "transport is missing"),
    "uri for an address": ("new", {**SSH, "address": "x/system?command=/bin/sh"}, "address "),
    "option for an address": ("new", {**SSH, "address": "-oProxyCommand=id"}, "address "),
    "line in an address": ("new", {**SSH, "address": "x\nPasswordFile=y"}, "address "),
    "plain text": ("new", {"transport": "tcp", "address": "x"}, "allow-plaintext (true)"),
    "ext": ("new", {"transport": "ext", "address": "x"}, "transport "),
    "vcenter": ("new", {"driver": "vpx", "address": "x"}, "vCenter"),
    "password file": ("new", {**SSH, "password_file": "x"}, "password-file"),
    "directories": ("new", {**SSH, "disk_directories": ["/etc"]}, "disk-directories"),
    "type": ("new", {**SSH, "port": GLib.Variant("s", "22")}, "type q"),
    "type of replace": ("new", {**SSH, "replace": GLib.Variant("s", "yes")}, "replace"),
    "slip": ("new", {**SSH, "adress": GLib.Variant("s", "x")}, 'did you mean "address"?'),
    "path for a name": ("../new", SSH, "host name"),
    "no name": ("", SSH, "host name"),
    "long name": ("a" * 65, SSH, "host name"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_is_refused_before_anybody_is_asked(s, what):
    name, settings, word = BAD[what]
    before = s.client.managed()
    error = s.client.start_add_host(name, **settings).error()
    assert error.short == "InvalidArgument" and word in error.text
    assert s.polkit.questions == [] and s.client.managed() == before
    assert not os.path.exists(s.service.path("state", "hosts.d"))


def test_denied(s):
    s.client.add_host("old", **SSH)
    s.polkit.answers["configure"] = polkit.NO
    for reply in (s.client.start_add_host("new", **SSH),
                  s.client.start_add_host("old", transport="tls", address="x", replace=True),
                  s.client.start_remove_host("old")):
        error = reply.error()
        assert error.short == "AccessDenied" and "configure" in error.text
    assert not os.path.exists(s.service.added_path("new"))
    assert properties(s, "old")["Address"] == "new.example"


def test_it_is_looked_again_after_the_answer(s):
    """Another takes the name, and a job the host, while an administrator types a password."""
    s.client.add_host("old", **SSH)
    s.polkit.answers["configure"] = polkit.LATE
    add = s.client.start_add_host("new", **SSH)
    remove = s.client.start_remove_host("old")
    wait(lambda: len(s.polkit.questions) == 3, "both are asked about")
    first, second = s.polkit.questions[1:]
    s.polkit.answers.clear()
    s.client.add_host("new", transport="tls", address="first.example")
    s.world.host("old", address="new.example")
    s.client.migrate("web", "old")
    first.answer(polkit.YES)
    second.answer(polkit.YES)
    assert add.error().short == "HostExists" and remove.error().short == "HostBusy"
    assert properties(s, "new")["Address"] == "first.example"


def test_not_more_than_64(s):
    for i in range(64):
        s.client.add_host(f"h{i}", **SSH)
    error = s.client.start_add_host("one-more", **SSH).error()
    assert error.short == "LimitsExceeded" and "64" in error.text
    s.client.add_host("h7", **SSH, port=2222, replace=True)
    s.client.start_remove_host("h8").result()
    s.client.add_host("one-more", **SSH)


def test_an_added_file_with_more_than_settings_is_not_used(make):
    s = make()
    s.service.write_added_host("more", Transport="ssh", Address="x", DiskDirectories="/etc")
    s.service.write_added_host("good", Transport="ssh", Address="x")
    s.service.write_added_host("local", MigrationAddresses="192.0.2.66")
    s.service.start()
    assert "AddHost does not take" in properties(s, "more")["FileError"]
    assert properties(s, "good")["FileError"] == ""
    assert properties(s, "local")["MigrationAddresses"] == ["192.0.2.1"]
    s.client.start_remove_host("more").result()
    assert not os.path.exists(s.service.added_path("more"))


def test_a_directory_that_cannot_be_written_is_an_error_and_nothing_changes(s):
    with open(s.service.path("state", "hosts.d"), "w"):
        pass  # a file where the directory has to be
    error = s.client.start_add_host("new", **SSH).error()
    assert error.short == "Failed" and "hosts.d" in error.text
    assert s.client.host_path("new") not in s.client.managed()


def test_the_object_manager_tells_the_origin_of_every_host(s):
    s.client.add_host("new", **SSH)
    origins = {path.rsplit("/", 1)[-1]: interfaces[HOST]["Origin"]
               for path, interfaces in s.client.managed().items() if HOST in interfaces}
    assert origins == {"local": "administrator", "b": "administrator", "new": "bus"}
