# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control groups of a lab: every process of the lab lives in one, so none can be lost.

Owns one group per lab with one group per part ("switch", "host-a.disk", "host-a", ...). There are
two ways to make them: scopes where systemd is PID 1, plain directories where it is not. `down`
needs nothing else to find and end a lab, even one whose start was cut short.
"""

import os
import subprocess
from pathlib import Path

from .system import LabError, mounts, run, wait_for


def _mount_points():
    """Where cgroup2 is mounted, and systemd's own version 1 hierarchy if there is one."""
    unified = named = None
    for line in mounts():
        _, where, kind, options = line.split()[:4]
        if kind == "cgroup2" and unified is None:
            unified = Path(where)
        if kind == "cgroup" and "name=systemd" in options.split(","):
            named = Path(where)
    if unified is None:
        raise LabError("No cgroup2 is mounted: mount one with 'mount -t cgroup2 none /sys/fs/cgroup'.")
    return unified, named


def _systemd_is_first():
    return os.path.isdir("/run/systemd/system") and Path("/proc/1/comm").read_text() == "systemd\n"


def groups(lab):
    """The control groups of a lab, in the way that fits this machine."""
    unified, named = _mount_points()
    return Scopes(lab, unified, named) if _systemd_is_first() else Directories(lab, unified, named)


class _Groups:
    """What both ways share: looking at the processes below a directory of cgroup2."""

    top: list  # the lab's directory in every hierarchy, cgroup2 first

    def directory(self, part):
        """The cgroup2 directory of one part, or None while it has none."""
        raise NotImplementedError

    def wrap(self, part, argv):
        """The command line that runs `argv` inside the group of a part."""
        raise NotImplementedError

    def pids(self, part):
        """The processes of one part and below."""
        where = self.directory(part)
        return _pids_below(where) if where else []

    def all_pids(self):
        return [pid for top in self.top for pid in _pids_below(top)]

    def kill(self):
        """Ends every process of the lab at once, waits for that, and removes the groups."""
        while self.top[0].is_dir() and (pids := self.all_pids()):
            _write(self.top[0] / "cgroup.kill", "1")
            wait_for(lambda pids=pids: not any(map(lives, pids)), "the lab's processes do not end", timeout=20)
        self._remove()

    def _remove(self):
        for top in self.top:
            wait_for(lambda top=top: _remove_tree(top), f"{top} cannot be removed", timeout=20)


class Directories(_Groups):
    """Groups as plain directories, for a machine whose PID 1 is not systemd."""

    def __init__(self, lab, unified, named):
        name = f"guest-migration-{lab}"
        self.top = [where / name for where in (unified, named) if where]

    def directory(self, part):
        where = self.top[0] / part
        return where if where.is_dir() else None

    def wrap(self, part, argv):
        places = [top / part for top in self.top]
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
        enter = " && ".join(f'echo 0 >"{place}/cgroup.procs"' for place in places)
        return ["/bin/sh", "-c", f'{enter} && exec "$@"', "enter", *argv]


class Scopes(_Groups):
    """Groups as scopes with delegation, for a machine whose PID 1 is systemd."""

    def __init__(self, lab, unified, named):
        # No '-' in it: each would be one more slice above, which nobody takes away.
        self.prefix = f"guest_migration_{lab.replace('-', '_')}"
        self.slice = f"{self.prefix}.slice"
        self.top = [where / self.slice for where in (unified, named) if where]

    def directory(self, part):
        found = list(self.top[0].glob(f"{self.prefix}.{part}:*.scope"))
        return max(found, key=lambda where: where.stat().st_ctime_ns, default=None)

    def wrap(self, part, argv):
        # A part starts anew at every reboot, maybe before its old scope is gone: the pid tells them apart.
        start = (
            f'exec systemd-run --quiet --scope --collect --slice={self.slice} -p Delegate=yes '
            f'--description="{part} of a lab" --unit="{self.prefix}.{part}:$$.scope" -- "$@"'
        )
        return ["/bin/sh", "-c", start, "enter", *argv]

    def _remove(self):
        subprocess.run(["systemctl", "stop", self.slice], check=False, capture_output=True)
        if self.top[0].is_dir():
            run(["systemctl", "stop", self.slice], what=f"Stopping {self.slice}")


def _pids_below(top):
    pids = []
    for where, _, _ in os.walk(top):
        try:
            pids += [int(pid) for pid in Path(where, "cgroup.procs").read_text().split()]
        except OSError:  # the group went away while it was being read
            continue
    return pids


def lives(pid):
    """Whether a process still holds its namespaces; what waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _remove_tree(top):
    for where, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(where)
        except OSError:
            continue
    return not top.exists()


def _write(path, text):
    try:
        path.write_text(text)
    except FileNotFoundError:
        raise LabError("The kernel cannot end a whole control group: use Linux 5.14 or newer.") from None
