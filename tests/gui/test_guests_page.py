# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Guests, end to end."""

import virt


def test_guests_are_listed(app):
    app.find("list item", "web, Running · 512.0 MiB, Can move")


def test_why_a_guest_cannot_move(scene, app):
    scene.local.guest("off", state=virt.SHUTOFF)
    app.do("win.refresh")
    row = app.find("list item", "off, Shut off")
    assert "Cannot move" in row.name and row.description == "It does not run; start it first."
