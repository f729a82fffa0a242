# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Jobs, end to end."""

import os
import pwd

import polkit
import pytest
from spy import Spy
from virt import MIB

OTHER = pwd.getpwnam("nobody").pw_uid
READERS = 32  # of one user that the service remembers (service/readers.h)


def test_a_job_from_its_start_to_its_end(scene, app):
    app.do("win.show-jobs")
    app.find("panel", "No guest is being moved")
    job = scene.client.migrate("web", "b")
    migration = scene.world.migration("web")
    migration.copying(300 * MIB, 100 * MIB)
    row = app.find("list item", "web, from this computer to b, Copying memory")
    app.until(lambda: row.find("progress bar").value == 0.75, "the bar shows it")
    row.find("label", "100.0 MiB left")
    job.cancel()
    job.ended("cancelled")
    app.find("panel", "No guest is being moved")


def test_jobs_that_were_there_before(scene, start):
    scene.service.start()
    for name in ("one", "two"):
        scene.local.guest(name)
        scene.client.migrate(name, "b")
        scene.world.migration(name).copying(1, 1)
    app = start()
    app.until(lambda: [row.name.split(",")[0] for row in app.all("list item", "from this computer to b")]
              == ["two", "one"], "both are there, the newest first")


@pytest.fixture
def spied(scene, start):
    """The view Jobs of an app that may not see what others move, and the spy in it."""
    scene.polkit.answers["list"] = polkit.NO
    for name in ("one", "two", "three"):
        scene.local.guest(name)
    scene.service.start()
    spy = Spy()
    app = start(program=spy.program, **spy.environment)
    app.do("win.show-jobs")
    app.find("panel", "No guest is being moved")
    spy.ask("mapped")
    yield app, spy
    spy.close()


def moves(scene, app, client, name, shown):
    client.migrate(name, "b")
    scene.world.migration(name).copying(1, 1)
    app.find("list item", shown)


@pytest.mark.parametrize("forgotten", (False, True))
def test_a_job_of_ones_own_is_never_said_to_be_of_another_user(scene, spied, forgotten):
    """It is announced without what it is about, which the service then sends to those whom it knows;
    an app that it has forgotten has to read it."""
    app, spy = spied
    for _ in range(READERS if forgotten else 0):
        scene.new_client().managed()
    moves(scene, app, scene.client, "one", "one, from this computer to b")
    moves(scene, app, scene.client, "two", "two, from this computer to b")
    seen = spy.ask("mapped")
    assert "one" in seen and "two" in seen
    assert [text for text in seen if "another" in text] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_job_of_another_user_is_shown_at_once(scene, spied):
    app, spy = spied
    moves(scene, app, scene.new_client(OTHER), "three", "A guest of another user, from another host")
    assert "A guest of another user" in spy.ask("mapped") and "three" not in spy.ask("mapped")
