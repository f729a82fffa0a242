# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view in a language that is written from right to left: it is the mirror image of the other,
and no text has an arrow in it, which would point the wrong way."""

import re

import pytest

from views import VIEWS

ARROW = re.compile("->|<-|=>|[\u2190-\u21ff\u25b6\u25c0\u2794-\u27bf]")
NEAR = 2  # pixels, of roundings
# libadwaita's and GTK's own: the marks in a switch, and the number of jobs, half over a tab's icon
SWITCH = re.compile(r"switch-(on|off)-symbolic|\d+")


def misplaced(stage, before):
    """What is not where the mirror image of `before` has it. A label may have grown or shrunk at one
    end meanwhile, with the figure that is beside it."""
    width = stage.spy.ask("width", "dialog")
    after = stage.spy.ask("places")
    if len(after) != len(before):
        return [("other things are seen", len(before), len(after))]
    return [(text, (left, size), (x, now)) for (text, x, now), (_, left, size) in zip(after, before)
            if abs(x + now - (width - left)) > NEAR and abs(x - (width - left - size)) > NEAR
            and not SWITCH.fullmatch(text)]


def places(stage):
    """Where all is, as soon as it is laid out and stays."""
    seen = []

    def stay():
        seen.append(stage.spy.ask("places"))
        return len(seen) > 5 and seen[-1] == seen[-5] and all(size for _, _, size in seen[-1])

    stage.spy.until(stay, "all is laid out")
    return seen[-1]


# The window of keys is GTK's, which leaves those of a key as they are.
@pytest.mark.parametrize("view", [view for view in VIEWS if view != "shortcuts"])
def test_mirrored(show, view):
    stage = show(view)
    before = places(stage)
    assert misplaced(stage, before), "what is not mirrored is seen"
    stage.spy.ask("direction", "rtl")
    stage.spy.until(lambda: not misplaced(stage, before),
                    lambda: f"all is mirrored: {misplaced(stage, before)}")
    assert [text.text for text in stage.spy.texts() if ARROW.search(text.text)] == []
