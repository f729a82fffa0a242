# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything the app can show, as a table: each row brings the app to one page in one state, in any
language. Pictures are made of all (screenshots), and all are looked at in other languages
(test_languages.py). A new page adds its rows here."""

import polkit
import virt
from app import App
from scene import Scene
from spy import Spy
from virt import MIB, VirError

NARROW = 370, 640  # 360 and the border that windows have without a window manager
VIEWS = {}  # name -> function that takes a Stage and leaves the app in that state


def view(function):
    VIEWS[function.__name__.replace("_", "-")] = function
    return function


class Stage:
    """An app, its service and its world, for one view in one language."""

    def __init__(self, desk, languages, language="en"):
        self.desk, self.languages, self.language = desk, languages, language
        self.text = languages.text(language)
        self.scene = Scene()
        self.local, self.b, self.world = self.scene.local, self.scene.b, self.scene.world
        self.spy = Spy()
        self.app = None

    def start(self, service=True):
        if service:
            self.scene.service.start()
        self.app = App(self.desk, self.scene.bus.address, program=self.spy.program,
                       **self.spy.environment, **self.languages.environment(self.language))

    def shows(self, text, *arguments):
        """Waits for an English text of the app, as it is in the language of this stage."""
        text = self.text(text)
        self.spy.shows(text % arguments if arguments else text)

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
    stage.shows("No guests on %s", stage.host("local"))


@view
def guests_denied(stage):
    stage.scene.polkit.answers["list"] = polkit.NO
    stage.start()
    stage.shows("You may not see the guests")


@view
def guests_libvirt_down(stage):
    stage.local.refuses = VirError(virt.ERR_SYSTEM_ERROR, "Failed to connect socket", virt.FROM_RPC)
    stage.start()
    stage.shows("%s cannot be asked", stage.host("local"))


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
