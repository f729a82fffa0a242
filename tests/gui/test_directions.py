# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view in a language that is written from right to left: it is the mirror image of the other,
and no text has an arrow in it, which would point the wrong way."""

import re

import pytest

from languages import Languages
from views import VIEWS, Stage

ARROW = re.compile("->|<-|=>|[\u2190-\u21ff\u25b6\u25c0\u2794-\u27bf]")
NEAR = 2  # pixels, of roundings


@pytest.fixture
def stage(desk, tmp_path):
    stages = []

    def show(view):
        stages.append(Stage(desk, Languages(str(tmp_path))))
        VIEWS[view](stages[-1])
        return stages[-1]

    yield show
    for one in stages:
        one.close()


def misplaced(stage, before):
    """What is not where the mirror image of `before` has it."""
    width = stage.spy.ask("width", "dialog")
    after = stage.spy.ask("places")
    if len(after) != len(before):
        return [("other things are seen", len(before), len(after))]
    return [(text, x, width - left - its, text_before)
            for (text, x, _), (text_before, left, its) in zip(after, before)
            if abs(x - (width - left - its)) > NEAR and not is_libadwaitas(text)]


def is_libadwaitas(text):
    """The number of jobs at the tab, which is half over its icon."""
    return text.isdigit()


@pytest.mark.parametrize("view", VIEWS)
def test_mirrored(stage, view):
    stage = stage(view)
    before = stage.spy.ask("places")
    assert misplaced(stage, before), "what is not mirrored is seen"
    stage.spy.ask("direction", "rtl")
    stage.spy.until(lambda: not misplaced(stage, before),
                    lambda: f"all is mirrored: {misplaced(stage, before)}")
    assert [text.text for text in stage.spy.texts()
            if ARROW.search(text.text) and text.parent != "GtkShortcutLabel"] == []  # a key is no word
