# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service goes and comes under the app, end to end."""


def test_no_service_and_then_there_is_one(scene, start):
    app = start()
    page = app.find("panel", "The migration service is not available")
    assert page.find("push button", "Try Again")
    scene.service.start()
    app.find("list item", "web")
    app.gone("panel", "The migration service is not available")


def test_the_bus_denies_and_then_allows(scene, start):
    scene.service.start()
    scene.bus.allow(False)
    app = start()
    page = app.find("panel", "You may not use the migration service")
    scene.bus.allow(True)
    app.press("Try Again", page)
    app.find("list item", "web")


def test_the_service_is_restarted(scene, app):
    app.find("list item", "web")
    scene.service.stop()
    app.find("label", "This is what was known at")
    app.find("list item", "web")  # what was known is still shown
    scene.local.guest("new")
    scene.service.start()
    app.find("list item", "new")
    app.gone("label", "This is what was known at")


def test_the_service_is_killed_in_the_middle_of_a_job(scene, app):
    job = scene.client.migrate("web", "b")
    migration = scene.world.migration("web")
    migration.copying(100, 300)
    app.do("win.show-jobs")
    app.find("list item", "web, from this computer to b, Copying memory")
    scene.service.kill()
    app.find("label", "This is what was known at")
    scene.service.start()
    app.gone("label", "This is what was known at")
    migration.finish()
    job.ended("completed")
    app.find("panel", "No guest is being moved")


def test_what_becomes_of_a_job_is_known_after_a_restart_too(scene, app):
    """Where the guest is now the service tells only whom it knows, and it has begun anew."""
    job = scene.client.migrate("web", "b")
    migration = scene.world.migration("web")
    migration.copying(100, 300)
    app.show_job(job)
    app.find("label", "Copying memory")
    scene.service.kill()
    app.find("label", "This is what was known at")
    scene.service.start()
    app.gone("label", "This is what was known at")
    migration.finish()
    app.find("label", "web now runs on b.")
