# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Guests, end to end."""

import polkit
import virt
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


def test_a_change_is_seen_by_itself(scene, app):
    app.find("list item", "web, Running")
    scene.local.guests["web"].state = virt.SHUTOFF
    app.find("list item", "web, Shut off")
    del scene.local.guests["web"]
    app.find("panel", "No guests on This computer")


def test_search(scene, app):
    scene.local.guest("mail")
    app.do("win.refresh")
    app.find("list item", "mail")
    app.do("win.search")
    app.find("entry").type("MAI")
    app.gone("list item", "web")
    assert app.all("list item", "mail")
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
    app.find("push button", "Authenticate").act("click")
    app.find("list item", "web")
    assert scene.polkit.asked("list").flags & 1, "the user may be asked for a password"


def test_libvirt_is_down(scene, start):
    scene.local.refuses = VirError(virt.ERR_SYSTEM_ERROR, "Failed to connect socket", virt.FROM_RPC)
    scene.service.start()
    app = start()
    app.find("panel", "This computer cannot be asked")
    scene.local.refuses = None
    app.find("list item", "web")


def test_libvirt_goes_down_under_the_app(scene, app):
    app.find("list item", "web")
    scene.local.lose()
    app.find("label", "Known at")
    assert app.all("list item", "web")
    scene.local.refuses = None
    app.gone("label", "Known at")


def test_no_guests(scene, start):
    scene.local.guests.clear()
    scene.service.start()
    start().find("panel", "No guests on This computer")
