# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person's way through the app on two real hosts: the installed app in a session of host-a, driven by
what a screen reader sees, by keys and by actions of the window alone. What has become of the guest is
asked of libvirt on both hosts."""

import os
import sys
from pathlib import Path

import pytest
from lab import guests
from service import NAME, ROOT, assert_free, assert_only_on

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "gui"), str(TESTS / "bus")]
pytestmark = pytest.mark.usefixtures("clean")
MIB = 1024 * 1024
USER = "ann"
RULE = "/etc/polkit-1/rules.d/10-ann.rules"
MAY_MOVE = f"""polkit.addRule(function(action, subject) {{
    if (subject.user == "{USER}" && (action.id == "{NAME}.check" || action.id == "{NAME}.migrate"))
        return polkit.Result.YES;
}});
"""
COPIES = "Copying memory"
NO_GRAPH = "Nothing was measured yet"
DENIED = "You are not allowed to do this. Ask the administrator for the permission."
NO_ANSWER = "Host host-b did not answer"


@pytest.fixture(scope="module")
def seat(host_a):
    """A user without rights of her own, at the screen of host-a."""
    if not os.environ.get("MIGRATION_BUILD"):
        pytest.skip("MIGRATION_BUILD is not set: name the meson build directory")
    import gi

    gi.require_version("Gio", "2.0")
    from seat import Seat

    host_a.add_user(USER)
    one = Seat(host_a, USER)
    yield one
    one.close()
    host_a.remove_user(USER)


def set_rule(host, text):
    host.exec(["tee", RULE] if text else ["rm", "-f", RULE], input=text)
    host.exec(["systemctl", "restart", "polkit"])


@pytest.fixture
def may_move(host_a):
    set_rule(host_a, MAY_MOVE)
    yield
    set_rule(host_a, None)


@pytest.fixture
def web1(host_a, clean):
    guests.start(host_a, "web1", persistent=True)


@pytest.fixture
def start(seat, host_a):
    """Starts the app; in the end it is ended, and its log looked at."""
    from app import App

    apps = []

    def start_app():
        apps.append(App(seat))
        return apps[-1]

    yield start_app
    for app in apps:
        app.close()


@pytest.fixture
def app(may_move, web1, start, service):
    """The app of a user who may move guests, with web1 in the list."""
    one = start()
    one.find("list item", "web1, Running")
    return one


# What a person does


def open_migration(app, guest="web1"):
    """From the row of the guest."""
    app.reach("list item", f"{guest}, Running")
    app.keys("Return")
    app.find("label", f"Move {guest}")


def start_migration(app):
    app.find("label", "Nothing is in the way")
    app.press("Start Migration")


def move(app):
    """From the list to the page of the job."""
    open_migration(app)
    app.choose("To", "host-b")
    start_migration(app)
    app.find("label", "from this computer to host-b")


def begin(app, host):
    """A move that takes its time, up to where memory is copied."""
    host.shape("10mbit")
    move(app)
    app.find("label", COPIES)


def bar(app):
    """The bar of the page that is shown, or nothing."""
    return next((bar.value for bar in app.all("progress bar", "Progress")), None)


def watch(app, end):
    """Looks at the page of a job until it says that; gives the positions of the bar and all texts."""
    positions, texts = [], []

    def look():
        now = app.labels()
        texts.extend(text for text in now if text not in texts)
        value = bar(app)
        if value is not None and value != (positions or [None])[-1]:
            positions.append(value)
        return any(end in text for text in now)

    app.until(look, end)
    return positions, texts


# Where the guest is


def assert_moved(here, elsewhere):
    """It runs and is defined on one host, and the other does not know it."""
    assert_only_on("web1", here, elsewhere)
    assert_free(here, "web1")
    assert "Persistent:     yes" in here.virsh("dominfo", "web1")
    assert guests.names(elsewhere, running=False) == []


def jobs(service):
    return service.json("call", ROOT, f"{NAME}.Manager", "ListJobs", "a{sv}", "0")


def test_the_whole_journey(app, host_a, host_b):
    host_a.shape("40mbit", "migration")
    open_migration(app)
    app.choose("To", "host-b")
    address = host_b.addresses["migration"][0]
    app.choose("Address", address)
    keep, remove = (app.find("check box", name) for name in ("Keep on the destination", "Remove from the source"))
    assert keep.has("checked") and remove.has("checked")
    remove.act("toggle")
    app.find("label", "never start both")
    remove.act("toggle")
    app.find("label", "web1 will live on host-b. Its configuration is removed from this computer.")
    app.find("label", "Memory goes straight from this computer to host-b and is not encrypted.")
    app.find("label", f"tcp://{address}")
    tick, before = guests.ticks(host_a, "web1"), sum(host_b.bytes("migration"))
    others = sum(host_b.bytes("mgmt"))

    start_migration(app)
    positions, texts = watch(app, "web1 now runs on host-b.")

    assert positions == sorted(positions) and len(positions) > 2, positions
    for figure in (COPIES, "MiB of ", "MiB/s"):
        assert any(figure in text for text in texts), (figure, texts)
    app.find("label", "Its configuration was removed from this computer.")
    app.find("label", "paused for")
    guests.wait_tick(host_b, "web1", tick + 1)
    assert_moved(host_b, host_a)
    assert sum(host_b.bytes("migration")) - before > 10 * MIB > sum(host_b.bytes("mgmt")) - others

    app.press("Move Back…")
    app.find("label", "Move web1")
    app.find("label", "web1 will live on this computer. Its configuration is removed from host-b.")
    start_migration(app)
    app.find("label", "from host-b to this computer")
    app.find("label", "web1 now runs on this computer.")
    assert_moved(host_a, host_b)


def test_stop_in_the_middle(app, host_a, host_b):
    begin(app, host_a)
    app.press("Stop…")
    app.dialog("web1 keeps running on this computer. What was copied is thrown away.")
    app.answer("Stop moving web1?", "Stop Moving")
    app.find("label", "web1 did not move. It still runs on this computer.")
    assert_moved(host_a, host_b)


def test_denied(web1, start, service, host_a, host_b):
    before = jobs(service)
    app = start()
    open_migration(app)
    app.choose("To", "host-b")
    app.find("push button", "Authenticate to Check")
    app.find("label", DENIED)
    app.press("Start Migration")
    app.find("push button", "Authenticate…")
    app.find("label", DENIED)
    assert app.find("check box", "Keep on the destination").has("checked"), "the input is kept"
    assert jobs(service) == before
    assert_moved(host_a, host_b)


def assert_cannot_start(app):
    button = app.find("push button", "Start Migration")
    assert not button.has("sensitive") and NO_ANSWER in button.description


def test_the_destination_is_unreachable_and_comes_back(app, host_a, host_b):
    host_b.cut("mgmt")
    open_migration(app)
    app.choose("To", "host-b")
    app.find("label", f"{NO_ANSWER} within 15 s; check that libvirtd runs there")
    assert_cannot_start(app)
    host_b.heal()
    app.do("win.refresh")
    app.find("label", "Nothing is in the way")
    app.choose("Address", host_b.addresses["migration"][0])
    app.find("label", "Nothing is in the way")
    host_b.cut("mgmt")
    app.do("win.refresh")
    app.gone("label", "Nothing is in the way")
    app.find("label", NO_ANSWER)
    assert_cannot_start(app)
    host_b.heal()
    app.do("win.refresh")
    start_migration(app)
    app.find("label", "web1 now runs on host-b.")
    assert_moved(host_b, host_a)


def test_the_link_is_cut_before_the_start(app, host_a, host_b):
    open_migration(app)
    app.choose("To", "host-b")
    app.find("label", "Nothing is in the way")
    host_b.cut("mgmt")
    app.press("Start Migration")
    app.find("label", "web1 did not move. Nothing was done to it on this computer.")
    app.find("label", "Host host-b did not answer")
    app.find("label", "Check that it is up")
    host_b.heal()
    app.press("Try Again")
    app.find("label", "web1 now runs on host-b.")
    assert_moved(host_b, host_a)


def test_the_service_is_restarted_in_the_middle(app, host_a, host_b):
    begin(app, host_a)
    before = bar(app)
    host_a.exec(["systemctl", "restart", "migrationd"])
    app.until(lambda: (bar(app) or 0) > before, "the bar goes on")
    host_a.shape(None)
    positions, _ = watch(app, "web1 now runs on host-b.")
    assert positions == sorted(positions) and min(positions, default=1) >= before
    assert_moved(host_b, host_a)


def assert_goes_on(app):
    """From the view Jobs to the page of the job, with its graph."""
    app.do("win.show-jobs")
    app.reach("list item", "web1, from this computer to host-b")
    app.keys("Return")
    app.find("label", COPIES)
    app.until(lambda: NO_GRAPH not in app.find("image", "What is left over time").description, "the graph has samples")


def test_the_window_is_closed_and_opened_again(app, start, seat, host_a, host_b):
    begin(app, host_a)
    app.do("window.close")
    app.answer("web1 goes on moving", "Close")
    app.until(lambda: app.frame() is None, "the window goes")
    seat.start(None, {})
    app.find_window()
    assert_goes_on(app)
    app.close()
    app = start()
    assert_goes_on(app)
    host_a.shape(None)
    app.find("label", "web1 now runs on host-b.")
    assert_moved(host_b, host_a)


def test_a_guest_that_others_move(app, service, host_b):
    service.migrate("web1", "host-b", persist=True, undefine_source=True)
    app.find("panel", "No guests on")
    guests.wait_alive(host_b, "web1")
