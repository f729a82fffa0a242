# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Guests, end to end."""

import polkit
import virt
from loop import wait
from virt import VirError


def test_guests_are_listed(app):
    app.find("list item", "web, Running · 512.0 MiB, Can move")


def test_only_the_source_is_asked(scene, start):
    """Not the host that the list of sources begins with until all hosts are known."""
    for name in ("c", "d", "e", "f"):
        scene.service.write_host(name, Transport="tls", Address=f"{name}.example")
    scene.service.start()
    start().find("list item", "web, Running")
    asked = [question for question in scene.polkit.questions if question.action.endswith(".list")]
    assert {question.details["host.name"] for question in asked} == {"local"}


def test_why_a_guest_cannot_move(scene, app):
    scene.local.guest("off", state=virt.SHUTOFF)
    app.do("win.refresh")
    row = app.find("list item", "off, Shut off")
    assert "Cannot move" in row.name and row.description == "It does not run; start it first."


def test_remarks(scene, app):
    scene.local.guest("asleep", state=virt.PAUSED)
    app.do("win.refresh")
    row = app.find("list item", "asleep, Paused")
    assert "Can move, with remarks" in row.name and "will be so on the destination" in row.description


PCI = "<hostdev mode='subsystem' type='pci'><alias name='h0'/></hostdev>"


def looks(scene):
    """How often guests were looked into."""
    return len(scene.world.asked("virDomainSnapshotNum"))


def wait_for_lists(scene, count):
    """Until the list has been asked for so often, which is two calls each time."""
    def calls():
        return len(scene.world.asked("virConnectGetAllDomainStats"))

    before = calls()
    # what was found out of a guest lasts for 60 s
    wait(lambda: calls() >= before + 2 * count, "the list is asked for again", seconds=50)


def test_a_device_of_the_host(scene, start):
    scene.local.guests["web"].xml_devices = PCI
    scene.local.guest("mail").snapshots = 2
    scene.local.guest("kept").xml_devices = "<interface type='user'/>"
    scene.service.start()
    app = start()
    row = app.find("list item", "web, Running · 512.0 MiB, Cannot move")
    assert "has a device of its host (hostdev-pci h0), which cannot move." in row.description
    app.find("list item", "mail, Running · 512.0 MiB, Cannot move")
    row = app.find("list item", "kept, Running · 512.0 MiB, Can move, with remarks")
    assert "user-mode networking" in row.description


def test_a_guest_is_looked_into_once_and_again_when_somebody_wants_it(scene, app):
    app.find("list item", "web, Running · 512.0 MiB, Can move")
    wait(lambda: looks(scene) == 1, "the guest is looked into")
    wait_for_lists(scene, 2)
    assert looks(scene) == 1
    scene.local.guests["web"].snapshots = 1
    app.do("win.refresh")
    row = app.find("list item", "web, Running · 512.0 MiB, Cannot move")
    assert "has 1 snapshots" in row.description
    wait_for_lists(scene, 2)
    assert looks(scene) == 2
    app.find("list item", "web, Running · 512.0 MiB, Cannot move")


def test_a_guest_in_another_state_is_looked_into_again(scene, app):
    web = scene.local.guests["web"]
    wait(lambda: looks(scene) == 1, "the guest is looked into")
    web.state, web.xml_devices = virt.PAUSED, PCI
    row = app.find("list item", "web, Paused · 512.0 MiB, Cannot move")
    assert row.description.startswith("It is paused") and "hostdev-pci h0" in row.description
    web.state = virt.SHUTOFF
    row = app.find("list item", "web, Shut off")
    assert row.description == "It does not run; start it first."


def test_without_an_answer_there_is_what_the_list_says(scene, start):
    web = scene.local.guests["web"]
    web.snapshots, web.state = 1, virt.PAUSED
    scene.local.broken = {"virDomainIsPersistent": VirError(virt.ERR_INTERNAL_ERROR, "nobody knows")}
    scene.service.start()
    app = start()
    wait(lambda: scene.world.asked("virDomainIsPersistent"), "the guest is to be looked into")
    wait_for_lists(scene, 2)
    row = app.find("list item", "web, Paused · 512.0 MiB, Can move, with remarks")
    assert row.description == "It is paused and will be so on the destination."
    assert not app.all("label", "Known at") and not looks(scene)


def test_only_some_of_many_guests_are_looked_into(scene, start):
    """Those that have a row, a few at a time; the last one when somebody searches it."""
    for number in range(300):
        scene.local.guest(f"g{number:03}", disks=())
    scene.local.guest("zz", disks=()).xml_devices = PCI
    scene.service.start()
    app = start()
    app.find("list item", "g000")
    wait(lambda: looks(scene) >= 32, "guests are looked into")
    app.do("win.search")
    app.find("entry").type("zz")
    app.find("list item", "zz, Running · 512.0 MiB, Cannot move")
    asked = [call["uuids"] for _, _, call in scene.world.asked("virDomainListGetStats")]
    assert max(map(len, asked)) <= 16 and looks(scene) < 300
    assert len({uuid for uuids in asked for uuid in uuids}) == sum(map(len, asked)), "each once"


def test_a_change_is_seen_by_itself(scene, app):
    app.find("list item", "web, Running")
    scene.local.guests["web"].state = virt.SHUTOFF
    app.find("list item", "web, Shut off")
    del scene.local.guests["web"]
    app.find("panel", "No guests on this computer")


def test_search(scene, app):
    scene.local.guest("mail")
    app.do("win.refresh")
    app.find("list item", "mail")
    app.do("win.search")
    app.find("entry").type("MAI")
    app.gone("list item", "web")
    app.find("list item", "mail")
    app.find("entry").type("nothing like it")
    app.find("panel", "No Results")
    app.find("entry").type("")
    app.find("list item", "web")


def test_a_name_is_never_markup(scene, app):
    scene.local.guest("<b>&amp; 100%s</b>")
    app.do("win.refresh")
    app.find("label", "<b>&amp; 100%s</b>")


def test_a_guest_that_moves(scene, app):
    app.find("list item", "web")
    job = scene.client.migrate("web", "b")
    migration = scene.world.migration("web")
    migration.copying(300, 100)
    app.find("list item", "Moving to b, 75 %")
    migration.finish()
    job.ended("completed")
    app.find("list item", "web, Shut off")


def test_permission_denied_and_given(scene, start):
    scene.polkit.answers["list"] = polkit.NO
    scene.service.start()
    app = start()
    page = app.find("panel", "You may not see the guests")
    assert page.find("push button", "Authenticate")
    scene.polkit.answers["list"] = polkit.YES
    app.press("Authenticate")
    app.find("list item", "web")
    assert scene.polkit.asked("list").flags & 1, "the user may be asked for a password"


def test_libvirt_is_down(scene, start):
    scene.local.refuses = VirError(virt.ERR_SYSTEM_ERROR, "Failed to connect socket", virt.FROM_RPC)
    scene.service.start()
    app = start()
    app.find("panel", "The guests on this computer cannot be seen")
    scene.local.refuses = None
    app.find("list item", "web")


def test_libvirt_goes_down_under_the_app(scene, app):
    app.find("list item", "web")
    scene.local.lose()
    app.find("label", "Known at")
    app.find("list item", "web")
    scene.local.refuses = None
    app.gone("label", "Known at")


def test_no_guests(scene, start):
    scene.local.guests.clear()
    scene.service.start()
    start().find("panel", "No guests on this computer")
