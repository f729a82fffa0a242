# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view in German, and in a language whose words are 40 % longer and in brackets: nothing that
is seen is without translation, and nothing is cut in a window 360 px wide."""

import re

import pytest

from languages import PSEUDO, Languages
from views import NARROW, VIEWS, Stage

GTK = {"Clear entry"}  # of its own widgets
# The window's title gives way to the buttons beside it. Tabs below the window: libadwaita 1.2 lays
# them out when it wants to after a jump in size.
LIBADWAITA = {"title_label", "vertical_label"}
NUMBER = re.compile(r"\d[\d.,:]*(?:\s*(?:bytes|[KMGT]iB)(?:/s)?)?")


@pytest.fixture(scope="session")
def languages(tmp_path_factory):
    return Languages(str(tmp_path_factory.mktemp("languages")))


@pytest.fixture
def stage(desk, languages, request):
    stages = []

    def show(view, language):
        stages.append(Stage(desk, languages, language))
        VIEWS[view](stages[-1])
        return stages[-1]

    yield show
    for one in stages:
        one.close()


def data(stage):
    """What is shown and is in no language: the longest first."""
    names = {*stage.world.hosts}
    for host in stage.world.hosts.values():
        names |= {host.name, host.hostname, host.address, *host.guests}
    return sorted(names, key=len, reverse=True)


def untranslated(stage, text):
    """What is left of a text without what is in brackets and without names and numbers."""
    before = None
    while before != text:
        before, text = text, re.sub(r"\[[^\[\]]*\]", "", text)
    for name in data(stage):
        text = text.replace(name, "")
    text = NUMBER.sub("", text)
    return re.sub(r"\W", "", text)


def cut(stage, ours):
    """The texts that are cut and ours; a name may be cut."""
    return [one for one in stage.spy.texts()
            if one.cut and ours(one.text) and one.id not in LIBADWAITA]


def nothing_is_cut(stage, ours):
    """In a narrow window, as soon as it has been laid out anew."""
    stage.spy.resize(*NARROW)
    stage.spy.until(lambda: not cut(stage, ours), lambda: f"nothing is cut: {cut(stage, ours)}")


@pytest.mark.parametrize("view", VIEWS)
def test_longer_words(stage, view):
    stage = stage(view, PSEUDO)
    texts = [text.text for text in stage.spy.texts()] + list(stage.spy.ask("tooltips"))
    assert [text for text in texts if untranslated(stage, text) and text not in GTK] == []
    assert any("[" in text for text in texts)
    assert stage.spy.ask("minimum") <= NARROW[0]
    nothing_is_cut(stage, lambda text: "[" in text)


@pytest.mark.parametrize("view", VIEWS)
def test_german(stage, view, languages):
    stage = stage(view, "de")
    texts = [text.text for text in stage.spy.texts()] + list(stage.spy.ask("tooltips"))
    catalogue = languages.catalogue("de")
    assert [text for text in texts if catalogue.get(text, text) != text] == []
    assert set(texts) & set(catalogue.values())
    nothing_is_cut(stage, lambda text: text not in data(stage))


def test_what_is_cut_is_seen(stage):
    """The test can fail: a window as narrow as this has no room for a long name."""
    stage = stage("guests", "en")
    stage.spy.resize(*NARROW)
    stage.spy.until(lambda: any("build-agent" in one.text for one in cut(stage, lambda text: True)),
                    "a long name is cut")
