# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user at the screen of a host: X server, session bus and accessibility bus in a login session
there, and the installed app on them. Tests look at it from outside (tests/gui/app.py)."""

import re
import shlex
import subprocess
import tempfile
from pathlib import Path

import app
from lab import system


class Program:
    """A program in the session; `shown` is its process id there, `pid` the same outside."""

    def __init__(self, seat, line, log):
        self.shown = int(seat.ask(f"{line} >{log} 2>&1 4>&- & echo $!"))
        self._log = seat.host.root / log[1:]
        self.pid = seat.host.outside(self.shown)

    def log(self):
        return self._log.read_text(errors="replace")

    def wait(self):
        """Its parent, the session's shell, does that."""


class Seat(app.Desk):
    """The desk of a user who sits at a host's screen, in front of a session that is active."""

    def __init__(self, host, user):
        self.host, self.user, self.count = host, user, 0
        self._log = tempfile.NamedTemporaryFile("w")
        # a shell in the session, which does what is written to it and answers where nobody else writes
        script = "exec 4>&1 >&2\n" + Path(app.HERE, "with-xvfb").read_text()
        words = ["sh", "-c", script, "with-xvfb", "dbus-run-session", "--", "sh"]
        self.process = host.session_spawn(
            user, words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        for name, value in app.ENVIRONMENT.items():
            self.tell(f"export {name}={shlex.quote(value)}")
        self.display = self.ask("echo $DISPLAY")
        address = self.ask("gdbus call --session -d org.a11y.Bus -o /org/a11y/bus -m org.a11y.Bus.GetAddress")
        path = re.search("unix:path=([^,']+)", address)[1]
        self.atspi = app.connect({"AT_SPI_BUS_ADDRESS": f"unix:path={host.root}{path}"})

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        """The line that a command prints."""
        self.tell(f"{{ {line}; }} >&4")
        answer = self.process.stdout.readline()
        assert answer, f"the session of {self.user} has ended: {Path(self._log.name).read_text()}"
        return answer.strip()

    def start(self, program, environment):
        self.count += 1
        words = ["env", *(f"{name}={value}" for name, value in environment.items()), program or "guest-migration"]
        return Program(self, shlex.join(words), f"/home/{self.user}/app-{self.count}.log")

    def run(self, *words, check=True):
        return self.host.exec(["env", f"DISPLAY={self.display}", *words], user=self.user, check=check).stdout

    def close(self):
        self.process.stdin.close()
        system.wait_for(lambda: self.process.poll() is not None, f"the session of {self.user} does not end", 20)
