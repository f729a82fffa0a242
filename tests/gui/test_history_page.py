# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view History, end to end."""

import os

import polkit
from virt import ERR_OPERATION_FAILED


def moved(scene, guest="web", destination="b", failed=False, cancelled=False):
    """A migration from its start to its end."""
    job = scene.client.migrate(guest, destination)
    migration = scene.world.migration(guest)
    if failed:
        migration.fail(ERR_OPERATION_FAILED, "operation failed: disk on fire")
    elif cancelled:
        migration.copying(1, 1)
        job.until(Phase="copying")
        job.cancel()
    else:
        migration.finish()
    job.ended()
    return job


def test_nothing_has_ended(app):
    app.do("win.show-history")
    app.find("panel", "No migrations yet")


def test_what_has_ended_before_and_what_ends_now(scene, start):
    scene.service.start()
    scene.local.guest("old")
    moved(scene, "old", failed=True)
    app = start()
    app.do("win.show-history")
    row = app.find("list item", "old, from this computer to b, Failed")
    assert "less than a minute" in row.name and row.description
    moved(scene)
    row = app.find("list item", "web, from this computer to b, Completed")
    app.until(lambda: [row.name.split(",")[0] for row in app.all("list item", "from this computer to b")]
              == ["web", "old"], "the newest is first")
    app.press("Copy report of web", row)
    app.toast("Report copied")


def three_ended(scene, start):
    """The history of three jobs, each of which ended otherwise."""
    scene.service.start()
    for name in ("one", "two", "three"):
        scene.local.guest(name)
    moved(scene, "one")
    moved(scene, "two", failed=True)
    moved(scene, "three", cancelled=True)
    app = start()
    app.do("win.show-history")
    app.find("list item", "one, from")
    return app


def test_search_and_result(scene, start):
    app = three_ended(scene, start)
    app.find("entry", "Search History").type("TWO")
    app.gone("list item", "one, from")
    app.find("list item", "two, from")
    app.find("entry", "Search History").type("nothing like it")
    app.find("panel", "No Results")
    app.find("entry", "Search History").type("this comp")
    app.until(lambda: len(app.all("list item", "from this computer to b")) == 3, "all of the host")


def test_only_one_result(scene, start):
    app = three_ended(scene, start)

    def shown(*names):
        rows = ", from this computer to b"
        app.until(lambda: [row.name.split(",")[0] for row in app.all("list item", rows)]
                  == list(names), f"{names} are shown")

    shown("three", "two", "one")
    app.drop_down("Result", "Failed")
    shown("two")
    app.drop_down("Result", "Cancelled")
    shown("three")
    app.drop_down("Result", "Interrupted")
    app.find("panel", "No Results")


def test_open(scene, start):
    scene.service.start()
    moved(scene, failed=True)
    app = start()
    app.do("win.show-history")
    app.find("push button", "Open migration of web").act("click")
    app.find("label", "web did not move. It still runs on this computer.")
    app.find("label", "disk on fire")


def test_it_cannot_be_read_and_can_again(scene, start):
    """The ledger is none; when the service is back with one, nobody has to ask."""
    scene.service.start()
    scene.service.stop()
    ledger = scene.service.path("state", "ledger.sqlite")
    os.rename(ledger, ledger + ".kept")
    os.mkdir(ledger)
    scene.service.start()
    app = start()
    app.do("win.show-history")
    page = app.find("panel", "The history cannot be read")
    page.find("label", "ledger.sqlite")
    page.find("push button", "Try Again").act("click")
    app.until(lambda: scene.polkit.asked("list").flags & 1, "it is asked again")
    scene.service.stop()
    os.rmdir(ledger)
    os.rename(ledger + ".kept", ledger)
    scene.service.start()
    app.find("panel", "No migrations yet")


def test_repeat(scene, start):
    """The page begins with what the job was: its guest, hosts and options. The guest has moved
    meanwhile, which the checks say."""
    scene.service.start()
    job = scene.client.migrate("web", "b", persist=True, **{"undefine-source": True})
    scene.world.migration("web").finish()
    job.ended("completed")
    app = start()
    app.do("win.show-history")
    row = app.find("list item", "web, from this computer to b, Completed")
    app.press("Repeat migration of web…", row)
    app.find("label", "What and Where")
    app.find("label", "Move web")
    assert app.find("check box", "Remove from the source").has("checked")
    start_button = app.find("push button", "Start Migration")
    app.until(lambda: '"web"' in start_button.description, "the checks say that it is not there")
    assert not start_button.has("sensitive")


def test_repeat_and_start(scene, start):
    scene.service.start()
    first = moved(scene, failed=True)
    app = start()
    app.do("win.show-history")
    row = app.find("list item", "web, from this computer to b, Failed")
    app.press("Repeat migration of web…", row)
    app.press("Start Migration")
    scene.world.migration("web").finish()
    app.find("label", "web now runs on b.")
    jobs = scene.client.list_jobs()
    assert [job["id"] for job in jobs[1:]] == [first.id]
    assert jobs[0]["Options"] == {"source": "local"}, "and nothing that was chosen another time"


def test_a_hundred_and_then_the_older_ones(scene, start):
    scene.service.start()
    for number in range(102):
        scene.local.guest(f"g{number}")
    for number in range(102):
        moved(scene, f"g{number}")
    app = start()
    app.do("win.show-history")
    app.find("list item", "g101, from")
    app.until(lambda: len(app.all("list item", "from this computer to b")) == 100, "a hundred")
    app.press("Show Older")
    app.find("list item", "g0, from")
    app.until(lambda: len(app.all("list item", "from this computer to b")) == 102, "all of them")


def test_a_damaged_record_is_shown_with_its_remedy(scene, start):
    scene.service.start()
    scene.local.guest("other")
    damaged = moved(scene, "other")
    moved(scene)
    scene.service.stop()
    scene.service.change_ledger(f"UPDATE job SET plan = '{{' WHERE id = {damaged.id}")
    scene.service.start()
    app = start()
    app.do("win.show-history")
    app.find("list item", "web, from this computer to b, Completed")
    row = app.find("list item", f"Migration {damaged.id}, Record damaged")
    assert f"DELETE FROM job WHERE id = {damaged.id}" in row.description
    assert row.all("push button", "Copy report of")
    assert not row.all("push button", "Open migration of")
    assert not row.all("push button", "Repeat migration of")
    app.find("entry", "Search History").type(f"migration {damaged.id}")
    app.gone("list item", "web, from")
    assert app.all("list item", "Record damaged")


def test_denied_and_given(scene, start):
    scene.polkit.answers["list"] = polkit.NO
    scene.service.start()
    moved(scene)
    app = start()
    app.do("win.show-history")
    page = app.find("panel", "You may not see the migrations")
    assert not scene.polkit.questions[-1].flags & 1, "nobody is asked for a password unasked"
    scene.polkit.answers["list"] = polkit.YES
    app.press("Authenticate", page)
    app.find("list item", "web, from this computer to b, Completed")
    assert scene.polkit.asked("list").flags & 1
