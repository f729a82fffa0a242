# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything the app can show, as a table: each row brings the app to one page in one state, in any
language. Pictures are made of all (screenshots), and all are looked at in other languages
(test_languages.py). A new page adds its rows here."""

import os

import polkit
import virt
from app import App, plain
from harness import BusError
from scene import Scene
from spy import Spy
from virt import MIB, VirError

HEIGHT = {"migrate-advanced": 4000, "migrate": 1500, "migrate-blocker": 1500, "host-add": 1100,
          "job": 800, "job-not-converging": 800, "job-failed": 1000,
          "host-edit": 1100, "hosts-first-run": 800}  # of pictures that show what else is scrolled to
NARROW = 370, 640  # 360 and the border that windows have without a window manager
VIEWS = {}  # name -> function that takes a Stage and leaves the app in that state


def view(function):
    VIEWS[function.__name__.replace("_", "-")] = function
    return function


class Stage:
    """An app, its service and its world, for one view in one language."""

    def __init__(self, desk, languages, language="en", **environment):
        self.environment = environment
        self.desk, self.languages, self.language = desk, languages, language
        self.text = languages.text(language)
        self.scene = Scene()
        self.local, self.b, self.world = self.scene.local, self.scene.b, self.scene.world
        self.spy = Spy()
        self.app = None
        self.last_said = ()

    def start(self, service=True):
        if service:
            self.scene.service.start()
        self.app = App(self.desk, self.scene.bus.address, program=self.spy.program,
                       **self.spy.environment, **self.languages.environment(self.language),
                       **self.environment)

    def said(self):
        """All the service says of its objects, or said last."""
        try:
            self.last_said = (self.scene.client.managed(), self.scene.client.list_jobs())
        except BusError:
            pass  # it is gone
        return self.last_said

    def shows(self, text, *arguments):
        """Waits for an English text of the app, as it is in the language of this stage."""
        text = self.text(text).replace("_", "")  # the mark of an access key
        self.spy.shows(text % arguments if arguments else text)

    def press(self, text, *arguments, role="push button", action="click"):
        """A button, by its English text."""
        self.app.press(plain(self.text(text) % arguments), role=role, action=action)

    def says(self, text, **names):
        """Waits for an English sentence of the app with names in it: "{guest} now runs on ..."."""
        text = self.text(text)
        for key, name in names.items():
            text = text.replace("{" + key + "}", name)
        self.spy.shows(text)

    def open_migrate(self, guest="web1"):
        """The page New migration, of a guest of this computer that may go to b."""
        self.spy.ask("migrate", guest, "b")
        self.shows("What and Where")

    def open_job(self, **chosen):
        """The page of a job that copies: the job and the migration."""
        job = self.scene.client.migrate("web1", "b", persist=True, **chosen)
        migration = self.world.migration("web1")
        migration.copying(300 * MIB, 1700 * MIB, memory_bps=118 * MIB)
        job.until(Phase="copying")
        self.app.show_job(job)
        self.shows("Copying memory, pass %u", 1)
        return job, migration

    def moved(self, guest, error=None, cancel=False):
        """A migration from its start to its end."""
        job = self.scene.client.migrate(guest, "b")
        migration = self.world.migration(guest)
        if error:
            migration.fail(text=error)
        elif cancel:
            migration.copying(MIB, MIB)
            job.until(Phase="copying")
            job.cancel()
        else:
            migration.finish()
        job.ended()

    def host(self, name):
        return self.text("This computer") if name == "local" else name

    def migrate(self, name, processed, remaining, **more):
        """A guest that is being copied, in MiB."""
        self.scene.client.migrate(name, "b")
        migration = self.world.migration(name)
        migration.copying(processed * MIB, remaining * MIB, **more)
        return migration

    def close(self):
        try:
            if self.app:
                self.app.close()
        finally:
            self.spy.close()
            self.scene.close()


def many_guests(stage):
    """One of each kind."""
    for name in ("web1", "web2", "mail"):
        stage.local.guest(name)
    stage.local.guest("build-agent-for-nightly-tests-of-the-whole-distribution")
    stage.local.guest("asleep", state=virt.PAUSED)
    stage.local.guest("old", state=virt.SHUTOFF)
    stage.local.guest("broken", state=virt.CRASHED)


@view
def guests(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.migrate("web2", 300, 100)
    stage.shows("Moving to %s, %d %%", "b", 75)


@view
def guests_search(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.app.do("win.search")
    stage.app.find("entry").type("web")
    stage.spy.until(lambda: not any("mail" in t.text for t in stage.spy.texts()), "only web")


@view
def guests_no_results(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.app.do("win.search")
    stage.app.find("entry").type("nothing")
    stage.shows("No Results")


@view
def guests_empty(stage):
    stage.start()
    stage.shows("No guests on %s", stage.text("this computer"))


@view
def guests_denied(stage):
    stage.scene.polkit.answers["list"] = polkit.NO
    stage.start()
    stage.shows("You may not see the guests")


@view
def guests_libvirt_down(stage):
    stage.local.refuses = VirError(virt.ERR_SYSTEM_ERROR, "Failed to connect socket", virt.FROM_RPC)
    stage.start()
    stage.shows("The guests on %s cannot be seen", stage.text("this computer"))


@view
def guests_stale(stage):
    """The host has answered before."""
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.local.lose()
    stage.spy.shows(stage.text("Known at %s. %s").split("%s")[0])


@view
def denied(stage):
    stage.scene.service.start()
    stage.scene.bus.allow(False)
    stage.start(service=False)
    stage.shows("You may not use the migration service")


@view
def no_service(stage):
    stage.start(service=False)
    stage.shows("The migration service is not available")


@view
def service_lost(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.scene.service.stop()
    stage.spy.shows(stage.text("The migration service is not available. "
                               "This is what was known at %s.").split("%s")[0])


@view
def jobs_empty(stage):
    stage.start()
    stage.app.do("win.show-jobs")
    stage.shows("No guest is being moved")


@view
def jobs(stage):
    many_guests(stage)
    stage.start()
    stage.app.do("win.show-jobs")
    stage.migrate("web1", 900, 1100, memory_bps=118 * MIB)
    stage.migrate("mail", 100, 1900)
    stage.migrate("build-agent-for-nightly-tests-of-the-whole-distribution", 3800, 200)
    stage.spy.shows("build-agent")
    stage.shows("Copying memory")


@view
def migrate(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.open_migrate()
    stage.shows("The guest's memory crosses the network unencrypted.")


@view
def migrate_blocker(stage):
    many_guests(stage)
    stage.local.guests["web1"].snapshots = 2
    stage.start()
    stage.spy.shows("web1")
    stage.open_migrate()
    stage.spy.shows("virsh snapshot-list")


@view
def migrate_new(stage):
    """Nothing is chosen yet."""
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    stage.app.do("win.migrate")
    stage.shows("Choose a guest.")


@view
def migrate_denied(stage):
    many_guests(stage)
    stage.scene.polkit.answers["check"] = polkit.CHALLENGE
    stage.start()
    stage.spy.shows("web1")
    stage.open_migrate()
    stage.shows("Authenticate to Check…")


@view
def migrate_refused(stage):
    """The start was."""
    migrate(stage)
    stage.scene.polkit.answers["migrate"] = polkit.NO
    stage.app.do("win.start")
    stage.shows("You are not allowed to do this.")


@view
def migrate_unsafe(stage):
    """Asks once more."""
    migrate(stage)
    stage.spy.ask("expand")
    stage.shows("Skip the check of disks")
    stage.press("Skip the check of disks", role="check box", action="toggle")
    stage.app.do("win.start")
    stage.says("Move {guest} although its disks may be damaged?", guest="web1")


@view
def migrate_advanced(stage):
    migrate(stage)
    stage.spy.ask("expand")
    stage.shows("Only these disks")


def started_job(stage):
    """The page of a job that has just been started among many guests."""
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    return stage.open_job()


@view
def job(stage):
    job, migration = started_job(stage)
    for iteration, remaining in enumerate((1300, 900, 600, 420), 1):
        migration.copying((2000 - remaining) * MIB, remaining * MIB, memory_bps=118 * MIB,
                          memory_dirty_rate=900, memory_iteration=iteration)
        job.until(Iteration=iteration)
    stage.shows("Copying memory, pass %u", 4)


@view
def job_not_converging(stage):
    job, migration = started_job(stage)
    for iteration in range(2, 6):
        migration.copying(300 * MIB + iteration, 100 * MIB + iteration, memory_bps=10 * MIB,
                          memory_dirty_rate=9000, memory_iteration=iteration)
        job.until(Iteration=iteration)
    job.until(Converging="no")
    stage.shows("cannot tell when it ends")


@view
def job_stop(stage):
    """Asks what stopping means."""
    job(stage)
    stage.press("_Stop…")
    stage.says("Stop moving {guest}?", guest="web1")


@view
def job_pause(stage):
    """Asks for a number."""
    job(stage)
    stage.press("Allow Longer Pause…")
    stage.shows("Milliseconds")


@view
def job_closing(stage):
    """The window is closed meanwhile."""
    job(stage)
    stage.app.do("window.close")
    stage.says("{guest} goes on moving", guest="web1")


@view
def job_lost(stage):
    """The service is gone meanwhile."""
    job(stage)
    stage.said()
    stage.scene.service.kill()
    stage.shows("The migration service is not available. The migration goes on without it; this is "
                "what was known last.")


@view
def job_stopped(stage):
    job, migration = started_job(stage)
    job.cancel()
    job.ended("cancelled")
    stage.shows("_Try Again")


@view
def job_done(stage):
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    job, migration = stage.open_job(**{"undefine-source": True})
    migration.finish()
    job.ended("completed")
    stage.says("{guest} now runs on {destination}.", guest="web1", destination="b")


@view
def job_failed(stage):
    job, migration = started_job(stage)
    migration.fail(text="internal error: unable to execute QEMU command 'migrate-incoming'")
    job.ended("failed")
    stage.shows("_Try Again")
    stage.spy.ask("expand")


@view
def job_unclear(stage):
    job, migration = started_job(stage)
    migration.suspend()
    migration.break_off()
    job.ended("failed", seconds=60)
    stage.shows("What to do, in this order")


@view
def job_recover(stage):
    """Asks before a copy is removed."""
    job_unclear(stage)
    stage.app.find("push button", stage.text("Remove the copy on {destination}").format(
        destination="b")).act("click")
    stage.says("Remove the copy on {destination}?", destination="b")


@view
def job_twice(stage):
    job, migration = started_job(stage)
    migration.runs_there()
    migration.break_off()
    job.ended("failed", seconds=60)
    stage.says("{guest} runs on {source} AND on {destination}. Its disks are in danger.",
               guest="web1", source=stage.text("this computer"), destination="b")


@view
def job_unreachable(stage):
    many_guests(stage)
    stage.b.lose()
    stage.start()
    stage.spy.shows("web1")
    job = stage.scene.client.migrate("web1", "b")
    job.ended("failed")
    stage.app.show_job(job)
    stage.shows("_Try Again")


@view
def job_post_copy(stage):
    """What cannot be done any more, and why."""
    many_guests(stage)
    stage.start()
    stage.spy.shows("web1")
    job, migration = stage.open_job(postcopy=True)
    job.control("StartPostCopy")
    migration.start_post_copy()
    job.until(Phase="post-copy")
    stage.shows("Fetching the rest of the memory")


@view
def job_refused(stage):
    """A toast: a control is refused after all."""
    started_job(stage)
    stage.scene.polkit.answers["tune-own"] = polkit.NO
    stage.app.press(stage.text("Change Speed Limit…").rstrip("…\xa0"))
    stage.app.press(stage.text("_Set").replace("_", ""), stage.app.dialog(stage.text("Speed limit")))
    stage.shows("You are not allowed to do this.")


@view
def migrate_guest_exists(stage):
    """A blocker that is an error of the plan."""
    many_guests(stage)
    stage.b.guest("web1", uuid="0d8b7f6c-3d5c-4c55-9c0e-2c3b8a4d9e10")
    stage.start()
    stage.spy.shows("web1")
    stage.open_migrate()
    stage.shows("Blocker")


@view
def migrate_unreachable(stage):
    many_guests(stage)
    stage.b.lose()
    stage.start()
    stage.spy.shows("web1")
    stage.open_migrate()
    if stage.language != "en":
        stage.shows("Technical message")
        return
    # by the host, its addresses, the checks and beside Start: each has asked by itself
    stage.spy.until(lambda: sum("no route" in text.text for text in stage.spy.texts()) >= 4,
                    "all that asked has its answer")


@view
def hosts_first_run(stage):
    """There is nowhere to move guests to yet."""
    stage.scene.service.remove_host("b")
    stage.start()
    stage.app.do("win.show-hosts")
    stage.shows("Add a destination host")


@view
def hosts(stage):
    stage.start()
    stage.world.host("storage", address="storage.example")
    stage.scene.client.add_host("storage", transport="ssh", address="storage.example", user="root")
    stage.app.do("win.show-hosts")
    stage.spy.shows("storage.example")


@view
def host_add(stage):
    stage.start()
    stage.app.do("win.show-hosts")
    stage.shows("Whose ssh key is used")
    stage.app.do("win.add-host")
    stage.shows("As it is shown here, for example kvm2")


@view
def host_edit(stage):
    """With an error, over a connection that is not encrypted."""
    stage.start()
    stage.world.host("storage", address="storage.example")
    stage.scene.client.add_host("storage", transport="tcp", address="storage.example",
                                allow_plaintext=True)
    stage.app.do("win.show-hosts")
    stage.spy.shows("storage.example")
    stage.press("Edit %s", "storage")
    stage.shows("Send everything in plain text")


@view
def host_remove(stage):
    hosts(stage)
    stage.press("Remove %s", "storage")
    stage.shows("Remove %s?", "storage")


@view
def hosts_failed(stage):
    stage.start()
    stage.scene.client.add_host("storage", transport="ssh", address="storage.example", user="root")
    stage.world.host("storage", address="storage.example").refuses = VirError(
        virt.ERR_SYSTEM_ERROR, "root@storage.example: Permission denied (publickey)", virt.FROM_RPC)
    stage.app.do("win.show-hosts")
    stage.spy.shows("storage.example")
    stage.press("Test %s", "storage")
    stage.shows("It refused the login")


@view
def history(stage):
    many_guests(stage)
    stage.start()
    stage.moved("web1")
    stage.moved("web2", error="operation failed: guest CPU doesn't match specification")
    stage.moved("mail", cancel=True)
    stage.moved("build-agent-for-nightly-tests-of-the-whole-distribution")
    stage.app.do("win.show-history")
    stage.spy.shows("build-agent")
    stage.spy.shows("web1")


@view
def history_no_results(stage):
    many_guests(stage)
    stage.start()
    stage.moved("web1")
    stage.app.do("win.show-history")
    stage.spy.shows("web1")
    stage.app.find("entry", plain(stage.text("Search History"))).type("nothing")
    stage.shows("No Results")


@view
def history_failed(stage):
    """The ledger is none."""
    os.mkdir(stage.scene.service.path("state", "ledger.sqlite"))
    stage.start()
    stage.app.do("win.show-history")
    stage.shows("The history cannot be read")


@view
def history_damaged(stage):
    """A record cannot be read."""
    many_guests(stage)
    stage.scene.service.start()
    stage.moved("web1")
    stage.moved("web2")
    stage.scene.service.stop()
    stage.scene.service.change_ledger("UPDATE job SET plan = '{' WHERE id = 2")
    stage.start()
    stage.app.do("win.show-history")
    stage.shows("Record damaged")


@view
def history_empty(stage):
    stage.start()
    stage.app.do("win.show-history")
    stage.shows("No migrations yet")


@view
def shortcuts(stage):
    stage.start()
    stage.shows("No guests on %s", stage.text("this computer"))
    stage.app.do("win.show-help-overlay")
    stage.shows("Close the window; migrations go on")
