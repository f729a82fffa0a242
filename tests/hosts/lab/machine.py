# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a lab changes on the machine itself, and how that is put back.

Owns two things: the sysctl without which QEMU (not root) has no post-copy, and the directory over
which each host mounts its own nspawn notes. With several labs side by side the first one changes
them and the last one puts them back.
"""

import json
from pathlib import Path

from .disk import PRIVATE_RUN
from .system import locked

SYSCTL = Path("/proc/sys/vm/unprivileged_userfaultfd")
STATES = Path("/run")
PREFIX = "guest-migration-"
NOTE = "machine.json"


def state_directory(lab):
    return STATES / f"{PREFIX}{lab}"


def labs():
    """The names of all labs that have a state."""
    return sorted(path.name.removeprefix(PREFIX) for path in STATES.glob(f"{PREFIX}*"))


def borrow(lab):
    """Changes the machine for a lab and notes in its state how it was before."""
    with locked(STATES):
        others = _notes()
        if others:
            was = json.loads(others[0].read_text())
        else:
            was = {"sysctl": _sysctl(), "made": not Path(PRIVATE_RUN).is_dir()}
        (state_directory(lab) / NOTE).write_text(json.dumps(was))
        Path(PRIVATE_RUN).mkdir(parents=True, exist_ok=True)
        _set_sysctl(was["sysctl"] and "1\n")


def give_back(lab):
    """Undoes `borrow`, unless another lab still needs it."""
    with locked(STATES):
        note = state_directory(lab) / NOTE
        if not note.exists():
            return
        was = json.loads(note.read_text())
        if _notes() == [note]:
            _set_sysctl(was["sysctl"])
            if was["made"] and not any(Path(PRIVATE_RUN).iterdir()):
                Path(PRIVATE_RUN).rmdir()
        note.unlink()


def _sysctl():
    return SYSCTL.read_text() if SYSCTL.exists() else None


def _set_sysctl(value):
    if value is None or _sysctl() == value:
        return
    try:
        SYSCTL.write_text(value)
    except OSError:
        pass  # inside a container it is read-only: hosts come up, but cannot do post-copy


def _notes():
    return sorted(STATES.glob(f"{PREFIX}*/{NOTE}"))
