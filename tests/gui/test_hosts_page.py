# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Hosts, and the page that adds and changes one, end to end."""

import pytest
import virt
import polkit
from harness import HOST
from virt import VirError


@pytest.fixture
def hosts(scene, app):
    """The app on the view Hosts, and what it is to the world."""
    app.do("win.show-hosts")
    app.find("list item", "b, TLS, b.example, Not tested yet")
    return app


def refuse(host, text, code=virt.ERR_SYSTEM_ERROR):
    host.refuses = VirError(code, text, virt.FROM_RPC)


def test_hosts_are_listed(hosts):
    hosts.find("list item", "This computer, The computer the migration service runs on")
    hosts.find("label", "sudo migration-key")
    assert not [b for b in hosts.all("push button") if b.name in ("Edit b", "Remove b")], \
        "the administrator's files are not the app's to change"


def test_a_test_that_succeeds(hosts, scene):
    hosts.press("Test b")
    hosts.find("list item", "b, TLS, b.example, It answers: libvirt 9")
    assert scene.polkit.asked("check").flags & 1, "the user may be asked for a password"


def add(app, **fields):
    app.do("win.add-host")
    for title, text in fields.items():
        app.find("text", title.replace("_", " ")).type(text)
    app.press("Save")


NAMES = {"name": "Name", "address": "Address"}


def dialog(app, heading):
    """Waits for the question of that heading, which is a window beside the app's."""
    windows = app.window.node.parent
    return app.until(lambda: next(app.walk(windows, "dialog", heading), None), heading)


def test_one_is_added_tested_changed_and_removed(hosts, scene):
    scene.world.host("new", address="new.example")
    add(hosts, **{NAMES["name"]: "new", NAMES["address"]: "root@new.example"})
    row = hosts.find("list item", "new, SSH, root@new.example, It answers: libvirt")
    assert scene.client.get_all(scene.client.host_path("new"), HOST)["Settings"] == {
        "driver": "qemu", "transport": "ssh", "address": "new.example", "user": "root"}

    hosts.press("Edit new", row)
    hosts.find("text", "Port").type("2222")
    hosts.find("text", "Addresses for guests").type("192.0.2.7, 2001:db8::7")
    hosts.press("Save")
    hosts.gone("push button", "Save")
    now = scene.client.get_all(scene.client.host_path("new"), HOST)["Settings"]
    assert (now["port"], now["migration-addresses"]) == (2222, ["192.0.2.7", "2001:db8::7"])

    hosts.press("Remove new")
    hosts.press("Remove", dialog(hosts, "Remove new?"))
    hosts.gone("list item", "new, SSH")
    assert scene.client.host_path("new") not in scene.client.managed()


def test_what_cannot_be_is_told_and_the_input_stays(hosts, scene):
    add(hosts, **{NAMES["name"]: "New", NAMES["address"]: "new.example"})
    hosts.find("label", "this is no host name")
    assert hosts.find("text", NAMES["name"]).text == "New"
    hosts.find("text", NAMES["name"]).type("b")
    hosts.press("Save")
    hosts.find("label", "administrator's")
    hosts.find("text", NAMES["name"]).type("new")
    hosts.find("text", "Port").type("seventy")
    hosts.press("Save")
    hosts.find("label", "The port must be a number")
    assert scene.client.host_path("new") not in scene.client.managed()


def test_who_may_not_is_told(hosts, scene):
    scene.polkit.answers["configure"] = polkit.NO
    add(hosts, **{NAMES["name"]: "new", NAMES["address"]: "new.example"})
    hosts.find("label", "You are not allowed to do this.")
    assert scene.polkit.asked("configure").flags & 1


TROUBLE = {
    "name": ("unable to resolve address 'b'", "Its name is not known", None),
    "port": ("unable to connect: Connection refused", "It refused the connection", None),
    "host key": ("Host key verification failed.", "Its ssh key is not known yet",
                 "sudo migration-key --accept new"),
    "changed": ("REMOTE HOST IDENTIFICATION HAS CHANGED", "Its ssh key has changed",
                "sudo migration-key --forget new && sudo migration-key --accept new"),
    "login": ("root@b: Permission denied (publickey)", "It refused the login",
              "sudo migration-key new"),
    "permission": ("libvirt-sock': Permission denied", "Its libvirt does not let the service in",
                   "sudo usermod -aG libvirt root"),
    "down": ("Failed to connect socket to 'x': No such file", "Libvirt does not run there",
             "sudo systemctl start libvirtd.socket"),
}


@pytest.mark.parametrize("what", TROUBLE)
def test_each_failure_has_its_words_and_its_remedy(hosts, scene, what):
    text, problem, command = TROUBLE[what]
    scene.client.add_host("new", transport="ssh", address="new.example", user="root")
    refuse(scene.world.host("new", address="new.example"), text)
    row = hosts.find("list item", "new, SSH, root@new.example, Not tested yet")
    hosts.press("Test new", row)
    row = hosts.find("list item", f"new, SSH, root@new.example, {problem}")
    name, sentence = scene.client.get_all(scene.client.host_path("new"), HOST)["LastError"]
    assert row.description == sentence[0].upper() + sentence[1:]
    if command:
        row.find("label", command)
    scene.world.hosts["new"].refuses = None
    hosts.press("Test new", row)
    hosts.find("list item", "new, SSH, root@new.example, It answers")


def test_a_file_that_cannot_be_used(hosts, scene):
    scene.service.write_host("broken", Transport="pigeon", Address="x")
    row = hosts.find("list item", "broken, ")
    assert "Its file cannot be used" in row.name and "Transport" in row.description


def test_only_this_computer(scene, start):
    scene.service.remove_host("b")
    scene.service.start()
    app = start()
    app.do("win.show-hosts")
    app.find("list item", "This computer")
    app.until(lambda: shown(app, "Add a destination host"), "the hint")
    scene.client.add_host("new", transport="ssh", address="new.example")
    app.until(lambda: not shown(app, "Add a destination host"), "the hint goes")


def shown(app, text):
    return [w for w in app.all("label", text) if w.has("visible")]
