# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that runs on a host, as a Popen of this machine.

Between the two stands one process that waits for the program (it had to fork to enter the host's
process ids). Owns that signals go to the program, which is then reaped in order: a host that shuts
down would wait ten seconds for a dead program that nobody has reaped yet.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

from .system import LabError


class Process(subprocess.Popen):
    """A Popen whose signals reach the program on the host."""

    def __init__(self, words, **options):
        options.setdefault("text", True)
        options.setdefault("start_new_session", True)
        super().__init__(words, **options)

    def send_signal(self, sig):
        self.poll()
        if self.returncode is not None:
            return
        for pid in _children(self.pid) or [self.pid]:
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                continue

    def end(self):
        """Kills the program and whatever it has started and left in its process group."""
        self.kill()
        try:
            self.wait(5)
        except subprocess.TimeoutExpired:
            super().send_signal(signal.SIGKILL)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def complete(words, line, *, stdin, check, timeout):
    """Runs a command line to its end; `line` is how messages call it."""
    pipe = subprocess.PIPE
    process = Process(
        words,
        stdin=subprocess.DEVNULL if stdin is None else pipe,
        stdout=pipe,
        stderr=pipe,
        text=not isinstance(stdin, bytes),
    )
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        process.end()
        # not read to their end: a unit of the host may hold them for ever
        process.stdout.close()
        process.stderr.close()
        raise LabError(f"{line} did not end within {timeout:g} s.") from None
    except BaseException:
        process.end()
        raise
    if check and process.returncode != 0:
        reason = err or out
        reason = reason if isinstance(reason, str) else reason.decode(errors="replace")
        raise LabError(f"{line} gave exit status {process.returncode}: {reason.strip()}")
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def inner(pid):
    """What the innermost namespace calls a process; None: there is none."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return int(re.search(r"^NSpid:.*\t(\d+)$", status, re.MULTILINE)[1])


def _children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
