# SPDX-License-Identifier: LGPL-2.1-or-later
"""One event loop for everything a test plays: bus clients, the stand-in polkitd, the world of fake
hosts. A test never sleeps: it waits for a condition, which is looked at again after each event."""

import os
import time

from gi.repository import GLib

# Seconds that an event may take. Far above what it takes, so that only a missing event fails.
DEADLINE = float(os.environ.get("MIGRATION_TEST_DEADLINE", "20"))


class Missing(AssertionError):
    """What was waited for did not happen."""


def wait(condition, what, seconds=DEADLINE):
    """Runs the loop until `condition()` is true and returns what it gave."""
    end = time.monotonic() + seconds
    late = []
    timer = GLib.timeout_add(int(seconds * 1000), lambda: late.append(True) or GLib.SOURCE_REMOVE)
    try:
        while True:
            value = condition()
            if value:
                return value
            if late or time.monotonic() > end:
                raise Missing(f"not within {seconds} s: {what() if callable(what) else what}")
            GLib.MainContext.default().iteration(True)
    finally:
        if not late:
            GLib.source_remove(timer)


class Exit:
    """The end of a process, which need not be a child of this one."""

    def __init__(self, pid):
        self.pid = pid
        self.over = False
        try:
            self._fd = os.pidfd_open(pid)
        except ProcessLookupError:
            self.over = True
            return
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self._fd, GLib.IOCondition.IN, self._ended)

    def _ended(self, fd, condition):
        self.over = True
        os.close(fd)
        return GLib.SOURCE_REMOVE

    def wait(self, seconds=DEADLINE):
        wait(lambda: self.over, f"process {self.pid} ends", seconds)
