# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of a job, end to end: from its start to each of its ends, and what can be done to it."""

import pytest

import polkit
import virt
from loop import wait
from virt import MIB

UNKNOWN = "Nothing was measured yet"


@pytest.fixture
def moving(scene, app):
    """The page of a job that copies."""
    return open_page(scene, app, **{"undefine-source": True})


def open_page(scene, app, **chosen):
    app.find("list item", "web")
    job = scene.client.migrate("web", "b", persist=True, **chosen)
    migration = scene.world.migration("web")
    migration.copying(300 * MIB, 100 * MIB, memory_bps=10 * MIB)
    job.until(Phase="copying")
    app.show_job(job)
    app.find("label", "Copying memory")
    return job, migration


def test_from_the_list_to_success(scene, app):
    job = scene.client.migrate("web", "b", persist=True, **{"undefine-source": True})
    migration = scene.world.migration("web")
    app.do("win.show-jobs")
    app.reach("list item", "web, from this computer to b")
    app.keys("Return")
    app.find("label", "Preparing the destination")
    migration.copying(300 * MIB, 100 * MIB, memory_bps=10 * MIB)
    app.find("label", "Copying memory, pass 1")
    app.until(lambda: any(bar.value == 0.75 for bar in app.all("progress bar")), "75 %")
    app.find("label", "100.0 MiB of 400.0 MiB")
    migration.suspend()
    app.find("label", "Switching over")
    migration.finish()
    job.ended("completed")
    app.find("label", "web now runs on b.")
    app.find("label", "paused for 42 ms")
    app.find("label", "Its configuration was removed from this computer.")


def test_stop_in_the_middle(scene, app, moving):
    job, migration = moving
    app.press("Stop…")
    app.dialog("web keeps running on this computer. What was copied is thrown away.")
    app.answer("Stop moving web?", "Keep Moving")
    app.press("Stop…")
    app.answer("Stop moving web?", "Stop Moving")
    job.ended("cancelled")
    app.find("label", "web did not move. It still runs on this computer.")
    assert migration.aborts == 1


def test_stop_is_denied(scene, app, moving):
    job, migration = moving
    scene.polkit.answers["cancel-own"] = polkit.NO
    app.press("Stop…")
    app.answer("Stop moving web?", "Stop Moving")
    app.toast("You are not allowed to do this.")
    assert migration.aborts == 0
    assert scene.polkit.asked("cancel-own").flags & 1, "the user may be asked for a password"


def test_failure_and_try_again(scene, app, moving):
    job, migration = moving
    migration.fail(text="internal error: something new")
    job.ended("failed")
    app.find("label", "web did not move. It still runs on this computer.")
    app.find("label", "internal error: something new")
    app.press("Try Again")
    again = scene.world.migration("web")
    assert again is not migration and again.flags == migration.flags
    again.copying(10 * MIB, 90 * MIB, memory_bps=10 * MIB)
    app.find("label", "Copying memory, pass 1")
    app.find("label", "90.0 MiB of 100.0 MiB")


def test_try_again_is_refused(scene, app, moving):
    job, migration = moving
    migration.fail()
    job.ended("failed")
    scene.polkit.answers["migrate"] = polkit.NO
    app.press("Try Again")
    app.toast("You are not allowed to do this.")
    scene.polkit.answers["migrate"] = polkit.YES
    app.press("Try Again")
    scene.world.migration("web")


def test_change_the_settings(app, moving):
    job, migration = moving
    migration.fail()
    job.ended("failed")
    app.press("Change Settings…")
    app.find("label", "What and Where")


def test_move_back(scene, app, moving):
    job, migration = moving
    migration.finish()
    job.ended("completed")
    app.press("Move Back…")
    app.find("label", "What and Where")


def test_repeat(scene, app, moving):
    job, migration = moving
    migration.finish()
    job.ended("completed")
    app.press("Repeat…")
    app.find("label", "What and Where")
    app.find("label", "Move web")


def test_the_report_is_copied(scene, app, moving):
    job, migration = moving
    migration.fail()
    job.ended("failed")
    app.press("Copy Report")
    app.toast("Report copied")


def test_steps_if_nobody_runs_it(scene, app, moving):
    job, migration = moving
    migration.suspend()
    migration.break_off()
    job.ended("failed", seconds=60)
    app.find("label", "web is paused on this computer and on b. It runs nowhere.")
    app.find("label", "What to do, in this order")

    def in_order():
        steps = [label.name for label in app.all("label") if "virsh" in label.name]
        return len(steps) > 1 and "virsh destroy" in steps[0] and "virsh resume" in steps[1]

    app.until(in_order, "first the copy goes, then the guest is resumed")


def recover(app, button, dialog, answered):
    """One step: its dialog names the copy that is meant."""
    app.press(button)
    app.dialog(dialog)
    app.answer(dialog, answered)


def test_bring_the_guest_back_step_by_step(scene, app, moving):
    """Paused on both: what arrived is removed first, and only then the guest can be resumed."""
    job, migration = moving
    migration.suspend()
    migration.break_off()
    job.ended("failed", seconds=60)
    app.find("label", "Bring the guest back")
    assert not app.all("push button", "Resume web on this computer")
    app.press("Remove the copy on b")
    app.dialog("This removes the PAUSED copy of web on b, which has never run.")
    app.answer("Remove the copy on b?", "Not Now")
    assert scene.world.touched == []
    recover(app, "Remove the copy on b", "Remove the copy on b?", "Remove the Copy")
    app.find("label", "Both hosts are being asked…")
    wait(lambda: scene.world.touched == [("b", "destroy", "web")], "the copy is removed", 60)
    app.find("label", "web is paused on this computer. It runs nowhere.")
    recover(app, "Resume web on this computer", "Resume web on this computer?", "Resume")
    wait(lambda: scene.world.touched[1:] == [("local", "resume", "web")], "it is resumed", 60)
    app.find("label", "web did not move. It still runs on this computer.")
    app.until(lambda: not app.all("label", "Bring the guest back"), "nothing more is offered")


def test_a_step_is_denied_or_comes_too_late(scene, app, moving):
    job, migration = moving
    migration.suspend()
    migration.runs_there()
    migration.break_off()
    job.ended("failed", seconds=60)
    scene.polkit.answers["recover"] = polkit.NO
    recover(app, "Remove the copy on this computer", "Remove the copy on this computer?",
            "Remove the Copy")
    app.toast("You are not allowed to do this.")
    assert scene.polkit.asked("recover").flags & 1, "the user may be asked for a password"
    scene.polkit.answers["recover"] = polkit.YES
    # it has not arrived after all
    scene.b.guests["web"].state, scene.b.guests["web"].reason = virt.PAUSED, virt.PAUSED_MIGRATION
    recover(app, "Remove the copy on this computer", "Remove the copy on this computer?",
            "Remove the Copy")
    app.toast("nothing was done")
    assert scene.world.touched == []
    app.find("label", "web is paused on this computer and on b. It runs nowhere.")


def test_longer_pause_and_speed(scene, app, moving):
    job, migration = moving
    app.press("Allow Longer Pause…")
    app.answer("Allow a longer pause", "Allow")
    wait(lambda: scene.local.guests["web"].maximum_downtime == 1000, "the longer pause")
    app.press("Change Speed Limit…")
    app.dialog("Speed limit").find("spin button").type("7")
    app.answer("Speed limit", "Set")
    wait(lambda: migration.speeds == [(7, False)], "the limit")


def test_stop_the_guest_to_finish(scene, app, moving):
    app.press("Stop Guest to Finish…")
    app.answer("Stop web to finish?", "Stop the Guest")
    wait(lambda: scene.local.guests["web"].state == virt.PAUSED, "it is paused")
    app.find("label", "The guest is paused already")


def test_what_does_not_work_says_why(scene, app, moving):
    button = app.find("push button", "Switch Over Now…")
    app.find("label", "“Allow post-copy” was off when the move was started")
    app.until(lambda: not button.has("sensitive"), "it cannot be pressed")


def test_post_copy(scene, app):
    job, migration = open_page(scene, app, postcopy=True)
    app.press("Switch Over Now…")
    app.answer("Switch web over now?", "Switch Over")
    app.find("label", "Fetching the rest of the memory")
    app.find("label", "web runs on b already.")
    app.until(lambda: not app.find("push button", "Stop…").has("sensitive"), "no way back")
    migration.finish()
    job.ended("completed")
    app.find("label", "web now runs on b.")


def test_it_does_not_converge(scene, app, moving):
    job, migration = moving
    for iteration in range(2, 6):
        migration.copying(300 * MIB + iteration, 100 * MIB + iteration, memory_bps=10 * MIB,
                          memory_dirty_rate=9000, memory_iteration=iteration)
        job.until(Iteration=iteration)
    job.until(Converging="no")
    app.find("label", "cannot tell when it ends")
    app.press("Stop Guest to Finish…")
    app.dialog("Stop web to finish?")


def test_the_graph_survives_the_app(scene, start, app, moving):
    job, migration = moving
    wait(lambda: job.samples(), "there are samples")
    app.close()
    app = start()
    app.show_job(job)
    app.find("label", "Copying memory")
    app.until(lambda: UNKNOWN not in app.find("image", "What is left over time").description,
              "the graph has samples")


def test_the_service_is_restarted(scene, app, moving):
    job, migration = moving
    scene.service.kill()
    app.find("label", "The migration goes on without it")
    scene.service.start()
    app.until(lambda: app.find("push button", "Stop…").has("sensitive"), "it can be stopped again")
    migration.finish()
    job.ended("completed")
    app.find("label", "web now runs on b.")
