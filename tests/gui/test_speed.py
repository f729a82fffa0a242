# SPDX-License-Identifier: LGPL-2.1-or-later
"""The app with as many guests as a host may have. Times are measured by ./dev bench."""


def test_a_thousand_guests(scene, start):
    for number in range(1000):
        scene.local.guest(f"g{number:04}")
    scene.service.start()
    app = start()
    app.find("list item", "g0000")
    app.do("win.search")
    app.find("entry").type("g0999")
    app.gone("list item", "g0000")
    app.find("list item", "g0999")
