# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives the app as a screen reader sees it. `Desk` is a display, a session bus and an
accessibility bus for one test session; `App` is the app, started on a bus that poses as the system
bus. All that looks for something waits for it, with a deadline.

What the accessibility tree of GTK 4.8 does not tell: whether something is visible (a page that is
not shown is in the tree; ask for what only the page shown says), positions on the screen, the focus.
Rows of lists cannot be clicked; use a win.* action (`do`) or the keyboard (`keys`).
"""

import os
import signal
import subprocess
import tempfile

from gi.repository import Gio, GLib

import harness
from loop import DEADLINE, Exit, wait

HERE = os.path.dirname(os.path.abspath(__file__))

ENVIRONMENT = {
    "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GSETTINGS_BACKEND": "memory",
    "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "GTK_A11Y": "atspi", "NO_AT_BRIDGE": "0",
    "G_DEBUG": "gc-friendly",
    # GTK and what it loads keep much until the end
    "ASAN_OPTIONS": ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"))),
    "XDG_DATA_DIRS": "/usr/local/share:/usr/share",
}
# what GLib says of programming errors; none of these may be in the app's log
ALARMS = ("Sanitizer", "runtime error:", "CRITICAL **", "-WARNING **")
# known and not ours: no portal, no notification daemon, no GPU on the private buses; what
# libadwaita's view switcher is when the window becomes narrow at once
HARMLESS = ("portal", "dconf", "Unable to acquire session bus",
            "unable to send notifications", "libEGL", "MESA", "Vulkan",
            "allocate AdwViewSwitcher viewswitcher", "allocate GtkBox box 0x")


# roles with nothing in them that a test could want
LEAVES = {"label", "image", "page tab", "push button", "toggle button", "scroll bar", "separator",
          "progress bar", "entry", "text", "spin button", "switch"}


class Program(subprocess.Popen):
    """A program on this machine; `shown` is its process id on the accessibility bus."""

    def __init__(self, words, environment):
        self._log = tempfile.TemporaryFile("w+")
        super().__init__(words, stderr=self._log, stdout=self._log, env=environment)
        self.shown = self.pid

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read()


class Desk:
    """X server and session bus, for the whole of a test session: starting them is what takes time.
    Python's own connection to the accessibility bus is made once, so there is one desk a process."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="mig-desk-", dir="/tmp")
        command = [os.path.join(HERE, "with-xvfb"), "dbus-run-session", "--", "sh", "-c",
                   'echo "$DISPLAY $DBUS_SESSION_BUS_ADDRESS"; read end']
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **ENVIRONMENT, "XDG_RUNTIME_DIR": self.directory})
        words = self.process.stdout.readline().split()
        assert len(words) == 2, "neither display nor session bus"
        self.environment = {**ENVIRONMENT, "DISPLAY": words[0],
                            "DBUS_SESSION_BUS_ADDRESS": words[1],
                            "XDG_RUNTIME_DIR": self.directory}
        self.atspi = connect(self.environment)
        self.run("xdotool", "mousemove", "9999", "9999")  # a list selects what is under the pointer

    def start(self, program, environment):
        """Starts a program, the app if none is named."""
        return Program([program or harness.built("gui/guest-migration")],
                       {**os.environ, **self.environment, **environment})

    def run(self, *words, check=True):
        """Runs a tool on the display to its end; gives what it prints."""
        return subprocess.run(words, capture_output=True, text=True, check=check,
                              env={**os.environ, **self.environment}).stdout

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()


def connect(environment):
    """Connects this process to the accessibility bus of an environment, which becomes its own."""
    os.environ.update(environment)
    for name in ("GTK_THEME", "ADW_DEBUG_COLOR_SCHEME", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    import pyatspi  # not before
    # An app on a machine that is busy answers late; by default 0.8 s are waited.
    pyatspi.setTimeout(int(DEADLINE * 1000), int(3 * DEADLINE * 1000))
    return pyatspi


def plain(name):
    """A name without the marks of access keys, and with ordinary spaces."""
    return name.replace("_", "").replace("\u00a0", " ")


class Widget:
    """Something in the accessibility tree."""

    def __init__(self, app, node):
        self.app, self.node = app, node

    @property
    def name(self):
        return plain(self.node.name)

    @property
    def role(self):
        return self.node.getRoleName()

    @property
    def description(self):
        return self.node.description

    @property
    def text(self):
        text = self.node.queryText()
        return text.getText(0, text.characterCount)

    @property
    def value(self):
        return self.node.queryValue().currentValue

    def has(self, state):
        """Whether it has a state, for example "checked" or "sensitive"."""
        return self.node.getState().contains(getattr(self.app.atspi, "STATE_" + state.upper()))

    def act(self, name=None):
        """Does an action of it, the first if no name is given: "click" of buttons and tabs, "toggle"
        of switches, "win.*" of the window."""
        actions = self.node.queryAction()
        names = [actions.getName(i) for i in range(actions.nActions)]
        index = names.index(name) if name else 0
        assert actions.doAction(index), f"{self.name} does not {names[index]}"

    def type(self, text):
        """Puts a text in place of what is there."""
        self.node.queryEditableText().setTextContents(text)

    def find(self, role=None, name=None, gone=False):
        """Waits for the first below it of that role whose name has `name` in it."""
        return self.app.until(lambda: next(self.app.walk(self.node, role, name), None),
                              f"{role or 'something'} named {name!r}")

    def all(self, role=None, name=None):
        return list(self.app.walk(self.node, role, name))


class App:
    """The app of a scene (tests/bus/scene.py), or of any system bus whose address is given; without
    one it is that of where the desk stands."""

    def __init__(self, desk, address=None, program=None, **environment):
        self.desk, self.atspi = desk, desk.atspi
        if address:
            environment.setdefault("DBUS_SYSTEM_BUS_ADDRESS", address)
        self.process = desk.start(program, environment)
        self.exit = Exit(self.process.pid)
        self.missed = False  # whether a look at the tree has not seen all
        self.find_window()

    def find_window(self):
        """Waits for its window: at the beginning, and after it was opened again."""
        self.window = None
        self.window = self.until(self.frame, "the window")

    def frame(self):
        """Its window as it is now, or None."""
        desktop = self.atspi.Registry.getDesktop(0)
        for node in desktop:
            if node is not None and node.get_process_id() == self.process.shown:
                return next(self.walk(node, "frame"), None)
        return None

    def walk(self, node, role=None, name=None):
        """All below a node; what vanishes meanwhile is left out. Every look at a node is a question
        to the app, so it does not go into what has nothing of interest in it."""
        for child in node:
            if child is None:
                self.missed = True
                continue
            its = child.getRoleName()
            if (role is None or its == role) and (name is None or name in plain(child.name)):
                yield Widget(self, child)
            if its not in LEAVES and not its == role == "list item":
                yield from self.walk(child, role, name)

    def until(self, condition, what, seconds=3 * DEADLINE):
        """Waits until the condition gives something. The tree announces nothing that could be relied
        on while it is being built, so it is looked at again and again; in between there is time for
        the libvirt that the tests play, which is in this process."""
        due = [GLib.timeout_add(0, lambda: due.clear() or GLib.SOURCE_REMOVE)]

        def look():
            if self.exit.over:
                raise AssertionError(f"the app has ended: {self.log()}")
            if due:
                return None
            try:
                self._forget()
                return condition()
            except (GLib.Error, LookupError, RuntimeError, NotImplementedError):
                return None  # it vanished while it was looked at
            finally:
                due.append(GLib.timeout_add(100, lambda: due.clear() or GLib.SOURCE_REMOVE))

        def shown():
            return f"{what() if callable(what) else what}; there is: " + ", ".join(self.labels())

        try:
            return wait(look, shown, seconds)
        finally:
            if due:
                GLib.source_remove(due[0])

    def _forget(self):
        """What the library has cached is not kept true by GTK 4.8."""
        if self.window:
            self.window.node.clear_cache()

    def labels(self):
        try:
            return [w.name for w in self.walk(self.window.node, "label") if w.name]
        except (GLib.Error, LookupError, RuntimeError, AttributeError):
            return ["nothing that can be read"]

    def find(self, role=None, name=None):
        return self.window.find(role, name)

    def all(self, role=None, name=None):
        """All of that role and name at this moment, which may be in the middle of a change."""
        self._forget()
        return self.window.all(role, name)

    def gone(self, role=None, name=None):
        """Waits until there is nothing of that role and name. What moves in the tree is nowhere for
        a moment, so this must be seen twice in a row, in all of the tree."""
        looks = []

        def is_gone():
            self.missed = False
            looks.append(False)  # if the look fails
            looks[-1] = not self.all(role, name) and not self.missed
            return looks[-2:] == [True, True]

        self.until(is_gone, f"{role} {name!r} goes")

    def toast(self, text):
        """Waits for a toast, which is there for some seconds only: it is the last in the window, and
        the last is looked at first."""
        def last_first(node):
            for index in reversed(range(node.childCount)):
                child = node.getChildAtIndex(index)
                if child is not None and child.getRoleName() == "label" \
                        and text in plain(child.name):
                    return True
                if child is not None and last_first(child):
                    return True
            return False

        self.until(lambda: last_first(self.window.node), f"a toast says {text!r}")

    def do(self, action):
        """An action of the window without parameter: "win.search"."""
        self.until(lambda: self.window.act(action) or True, f"action {action}")

    def reach(self, role, name):
        """Goes on with the Tab key until the first of that role and name has the focus."""
        def reached():
            found = next(self.walk(self.window.node, role, name), None)
            if found and found.has("focused"):
                return found
            self.keys("Tab")
            return None

        return self.until(reached, f"{role} {name!r} has the focus")

    def choose(self, name, text):
        """Chooses in a combo box, with keys, what has that title."""
        row = self.reach("combo box", name)
        self.desk.run("xdotool", "mousemove", "9999", "9999")  # it selects what it is above
        self.keys("Return")
        self._go_down(row, text)
        self.keys("Return")
        self.until(lambda: row.has("focused"), f"{text} is chosen")

    def drop_down(self, name, text):
        """The same of a drop-down, which is a combo box whose button has the focus."""
        row = self.find("combo box", name)
        self.desk.run("xdotool", "mousemove", "9999", "9999")
        row.find("push button").act("click")
        self._go_down(row, text)
        self.keys("Return")
        self.until(lambda: not any(one.has("focused") for one in row.all("list item")),
                   f"{text} is chosen")

    def _go_down(self, row, text):
        """In the open list of a combo box to what has that title."""
        passed = [None]

        def reached():
            item = next((one for one in row.all("list item") if one.has("focused")), None)
            title = item and next(self.walk(item.node, "label")).name
            if title not in passed:
                passed.append(title)
                if title != text:
                    self.keys("Down")
            return title == text

        self.until(reached, lambda: f"{text} in {row.name}, which has {passed}")

    def press(self, name, within=None, role="push button", action="click"):
        """A button that is shown, in the window or in a part of it, as soon as it can be pressed. It
        is found anew with each look: rows are made anew."""
        def pressed():
            button = next(self.walk((within or self.window).node, role, name), None)
            if not button or not button.has("sensitive"):
                return False
            button.act(action)
            return True

        self.until(pressed, f"{name} can be pressed")

    def show_job(self, job):
        """What a click on a notification does."""
        connection = Gio.bus_get_sync(Gio.BusType.SESSION)
        connection.call_sync(
            "org.example.Migration.App", "/org/example/Migration/App", "org.gtk.Actions", "Activate",
            GLib.Variant("(sava{sv})", ("show-job", [GLib.Variant("s", job.path)], {})), None,
            Gio.DBusCallFlags.NONE, -1, None)

    def _has_dialog(self):
        """Of the X server: GTK 4.8 falls if it is asked for its windows while one goes."""
        found = self.desk.run("xdotool", "search", "--onlyvisible", "--pid",
                              str(self.process.shown), check=False)
        return len(found.split()) > 1

    def _dialog(self, name):
        application = self.window.node.parent
        if application is None or not self._has_dialog():
            return None
        application.clear_cache()
        for node in application:
            if node is not None and node.getRoleName() in ("dialog", "alert") and \
                    next(self.walk(node, "label", name), None):
                return Widget(self, node)
        return None

    def dialog(self, name):
        """A dialog that is open, by a word of what it says: it is a window of its own."""
        return self.until(lambda: self._dialog(name), f"a dialog that says {name!r}")

    def answer(self, dialog, name):
        """Presses a button of a dialog, which goes then."""
        self.press(name, self.dialog(dialog))
        self.dialog_gone()

    def dialog_gone(self):
        self.until(lambda: not self._has_dialog(), "the dialog goes")

    def keys(self, *keys):
        """Presses keys, by xdotool's names, for example "ctrl+f"."""
        self.desk.run("xdotool", "key", "--clearmodifiers", *keys)

    def log(self):
        return self.process.log()

    def close(self):
        """Ends it; its log must be clean."""
        if not self.exit.over:
            os.kill(self.process.pid, signal.SIGTERM)
            self.exit.wait()
        self.process.wait()
        log = self.log()
        print(log)
        alarms = [line for line in log.splitlines() if any(word in line for word in ALARMS)
                  and not any(word in line for word in HARMLESS)]
        assert alarms == []
