# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view Jobs, end to end."""

from virt import MIB


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
    app.until(lambda: len(app.all("list item", "from this computer to b")) == 2, "two jobs")
    names = [row.name.split(",")[0] for row in app.all("list item", "from this computer to b")]
    assert names == ["two", "one"], "the newest is first"
