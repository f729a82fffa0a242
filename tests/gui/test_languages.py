# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view in German, and in a language whose words are 40 % longer and in brackets: nothing that
is seen is without translation, and nothing is cut in a window 360 px wide."""

import re
from datetime import datetime, timedelta

import pytest

from app import plain
from languages import PSEUDO, Languages
from views import NARROW, VIEWS, Stage

GTK = {"Clear entry", "Shortcuts"}  # of its own widgets
TECHNICAL = "technical"  # id of the label
FOREIGN = re.compile(r"(virsh|sudo) .*|VIR_\w+|QEMU/KVM|root|\b\w{3} \w{3} [\d\s:]+")  # commands, dates
# A window's title gives way to the buttons beside it. Tabs below the window: libadwaita 1.2 lays
# them out when it wants to after a jump in size.
LIBADWAITA = {"title_label", "vertical_label"}
# Those with most beside each other: German has the longest words, but not everywhere.
FULL = ("guests", "service-lost", "jobs", "job", "job-unclear", "history", "hosts", "hosts-failed",
        "host-add", "migrate", "migrate-advanced")
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
    """What is shown and is in no language, and a host's name that is: the longest first."""
    names = {*stage.world.hosts, stage.host("local")}
    for host in stage.world.hosts.values():
        names |= {host.name, host.hostname, host.address, *host.guests}
    return sorted(names, key=len, reverse=True)


def untranslated(names, text):
    """What is left of a text without what is in brackets and without names and numbers. Names come
    after dates and are whole words: with a host "b", February would be none."""
    before = None
    while before != text:
        before, text = text, re.sub(r"\[[^\[\]]*\]", "", text)
    text = FOREIGN.sub("", text)
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)
    text = NUMBER.sub("", text)
    return letters(text)


def letters(text):
    return re.sub(r"\W", "", text)


def seen(stage):
    """All texts but the names of keys, which are GTK's, and the technical message, which is the
    service's and libvirt's own words."""
    return [text.text for text in stage.spy.texts()
            if text.parent != "GtkShortcutLabel" and text.id != TECHNICAL] + list(stage.spy.ask("tooltips"))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for one in value:
            yield from strings(one)
        if isinstance(value, dict):
            yield from strings(tuple(value.values()))


def left(stage, texts):
    """The texts that should be translated and are not."""
    names = data(stage)
    return [text for text in texts if untranslated(names, text) and text not in GTK]


def said(stage, texts):
    """The texts that are sentences of the service, or a part of one; names and words are not."""
    own = [letters(one).lower() for one in strings(stage.said()) if " " in one]
    return [text for text in texts
            if text.count(" ") > 2 and not FOREIGN.fullmatch(text) and any(letters(text).lower() in one for one in own)]


def cut(stage, ours):
    """The texts that are cut and ours; a name may be cut, and what an empty entry says."""
    return [one for one in stage.spy.texts() if one.cut and ours(one.text)
            and one.id not in LIBADWAITA and one.parent != "GtkText"]


def nothing_is_cut(stage, ours):
    """In a narrow window, as soon as it has been laid out anew."""
    stage.spy.resize(*NARROW)
    stage.spy.until(lambda: not cut(stage, ours), lambda: f"nothing is cut: {cut(stage, ours)}")


def broken(stage):
    """The words of the app that go on in another line, with or without a hyphen."""
    return [word for word in stage.spy.ask("broken") if not any(name in word for name in data(stage))]


def no_word_is_broken(stage):
    """In a narrow window."""
    stage.spy.resize(*NARROW)
    stage.spy.until(lambda: not broken(stage), lambda: f"no word is broken: {broken(stage)}")


def test_no_day_is_a_word():
    """Whatever day the tests run on; and a word beside it is one."""
    for number in range(366):
        day = (datetime(2028, 1, 1, 13, 5, 9) + timedelta(days=number)).ctime()
        assert untranslated(("local", "b"), day) == ""
        assert untranslated(("local", "b"), f"Since {day} on b") == "Sinceon"


@pytest.mark.parametrize("view", VIEWS)
def test_longer_words(stage, view):
    stage = stage(view, PSEUDO)
    texts = seen(stage)
    assert left(stage, texts) == []
    assert any("[" in text for text in texts)
    assert stage.spy.ask("minimum") <= NARROW[0]
    nothing_is_cut(stage, lambda text: "[" in text and text not in data(stage))


@pytest.mark.parametrize("view", VIEWS)
def test_german(stage, view, languages):
    stage = stage(view, "de")
    texts = seen(stage)
    catalogue = languages.catalogue("de")
    assert said(stage, texts) == []
    assert [text for text in texts if catalogue.get(text, text) != text] == []
    assert set(texts) & {text.replace("_", "") for text in catalogue.values()}
    nothing_is_cut(stage, lambda text: text not in data(stage))
    no_word_is_broken(stage)


@pytest.mark.parametrize("view", FULL)
@pytest.mark.parametrize("language", ("fr", "es"))
def test_room_in_other_languages(stage, view, language):
    stage = stage(view, language)
    nothing_is_cut(stage, lambda text: text not in data(stage))
    no_word_is_broken(stage)


def test_a_refusal_is_read_whole_in_a_narrow_window(stage):
    stage = stage("job-refused", "de")
    stage.spy.resize(*NARROW)
    sentence = stage.text("You are not allowed to do this.")
    stage.spy.until(lambda: any(sentence in one.text and not one.cut for one in stage.spy.texts()),
                    "the toast is not cut")
    width = stage.spy.ask("width")
    assert [text for text, left, size in stage.spy.ask("places") if left < 0 or left + size > width] == []


def test_what_is_cut_is_seen(stage):
    """The test can fail: a window as narrow as this has no room for a long name."""
    stage = stage("guests", "en")
    stage.spy.resize(*NARROW)
    stage.spy.until(lambda: any("build-agent" in one.text for one in cut(stage, lambda text: True)),
                    "a long name is cut")


@pytest.mark.parametrize("view", ("migrate-unreachable", "job-unreachable"))
@pytest.mark.parametrize("language", ("en", "de", "fr", "es"))
def test_the_host_that_cannot_be_asked_is_named(stage, view, language):
    stage = stage(view, language)
    either = stage.text("{source} or {destination}").format(
        source=stage.text("this computer"), destination="b")
    if language == "en":
        stage.spy.shows("no route to host b")
    else:
        stage.says("There is no connection to {host}.", host="b")
    stage.spy.until(lambda: not any(either in text.text for text in stage.spy.texts()),
                    "b is named everywhere")


def press(widget):
    """The widget, or what in it can be pressed: a menu button is its name alone."""
    for one in (widget, *widget.all()):
        try:
            if one.node.queryAction().nActions:
                return one.act()
        except NotImplementedError:
            pass
    raise AssertionError(f"{widget.name} cannot be pressed: {[(one.role, one.name) for one in widget.all()]}")


@pytest.mark.parametrize("row", ("To", "Address"))
def test_a_row_without_room_has_the_technical_message_behind_a_button(stage, row):
    stage = stage("migrate-unreachable", "de")
    stage.says("There is no connection to {host}.", host="b")
    found = stage.app.find("combo box", plain(stage.text(row)))
    assert not any("no route" in text.text for text in stage.spy.texts())
    press(found.find(None, plain(stage.text("Technical message"))))
    stage.spy.shows("no route")


def test_no_button_where_the_services_words_are_shown(stage):
    stage = stage("migrate-unreachable", "en")
    row = stage.app.find("combo box", "To")
    assert row.all(None, "Technical message") == []


@pytest.mark.parametrize("view", ("guests-stale", "history"))
def test_the_technical_message_of_lists(stage, view):
    stage = stage(view, "de")
    stage.shows("Technical message")
