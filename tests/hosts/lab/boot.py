# SPDX-License-Identifier: LGPL-2.1-or-later
"""Power of a host: boot, ready, off, power cut.

Owns the container's command line and the search for its processes. The leader is the host's PID 1
seen from outside; it is another one after every reboot and is looked up each time.
"""

import os
import signal
import subprocess
from pathlib import Path

from .system import LabError, run, wait_for

REBOOT = 133  # nspawn's exit status when the system inside asked for a reboot
BOOT_TIMEOUT = 60.0


def nspawn(root, name):
    # CAP_IPC_LOCK and the two system call filters are what QEMU's post-copy needs.
    return [
        "systemd-nspawn", "--quiet", f"--directory={root}", f"--machine={name}", f"--hostname={name}",
        "--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
        "--console=pipe", "--capability=CAP_NET_ADMIN,CAP_IPC_LOCK", "--system-call-filter=userfaultfd",
        "--system-call-filter=@memlock", "--kill-signal=SIGRTMIN+3", "--boot",
    ]  # fmt: skip


def start(groups, name, keeper, root, console):
    """Switches a host on; it comes back by itself after a reboot from inside."""
    once = groups.wrap(name, nspawn(root, name))
    loop = f'while :; do "$@"; test $? = {REBOOT} || exit 0; done'
    argv = groups.wrap(
        f"{name}.power",
        ["nsenter", "-t", str(keeper), "-m", "-n", "--", "/bin/sh", "-c", loop, "power", *once],
    )
    environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
    with open(console, "ab") as log:
        subprocess.run(
            ["setsid", "--fork", *argv],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, check=True,
        )  # fmt: skip
    wait_for(lambda: groups.pids(f"{name}.power"), f"{name} does not start, its console is {console}", 10)


def leader(groups, name):
    """The host's PID 1 as seen from outside, or None while it is off."""
    where = groups.directory(name)
    if where is None:
        return None
    candidates = _numbers(where / "payload/init.scope/cgroup.procs") or groups.pids(name)
    return next((pid for pid in candidates if _is_first(pid)), None)


def wait_ready(groups, name, console, other_than=None):
    """Waits until a host has finished booting and gives its leader."""

    def manager_up():
        pid = leader(groups, name)
        if pid and pid != other_than and os.path.exists(f"/proc/{pid}/root/run/systemd/private"):
            return pid
        if pid is None and not groups.pids(f"{name}.power"):
            raise LabError(f"{name} did not boot: {_last_line(console)} (its console: {console})")
        return None

    pid = wait_for(manager_up, f"{name} does not boot, its console is {console}", BOOT_TIMEOUT)
    enter = ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "--"]
    state = subprocess.run(
        [*enter, "timeout", f"{BOOT_TIMEOUT:g}", "systemctl", "is-system-running", "--wait"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if state.stdout.strip() != "running":
        failed = run([*enter, "systemctl", "list-units", "--failed", "--plain", "--no-legend"]).split()
        raise LabError(
            f"{name} came up {state.stdout.strip() or 'not at all'}; failed units: "
            f"{failed[0] if failed else 'none'}; look with 'hosts exec {name} journalctl -b'."
        )
    return pid


def power_off(groups, name, timeout=90.0):
    """Shuts the host down in order."""
    for pid in groups.pids(name):
        if _comm(pid) == "systemd-nspawn":
            _kill(pid, signal.SIGTERM)
    wait_off(groups, name, timeout)


def power_cut(groups, name):
    """Ends the host in an instant; what was not written to its disk by its programs is lost."""
    pid = leader(groups, name)
    if pid:
        _kill(pid, signal.SIGKILL)
    wait_off(groups, name, 20.0)


def wait_off(groups, name, timeout):
    parts = (name, f"{name}.power")
    wait_for(lambda: not any(groups.pids(part) for part in parts), f"{name} does not go off", timeout)


def _is_first(pid):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    numbers = lines.get("NSpid", "").split()
    return len(numbers) > 1 and numbers[-1] == "1" and lines["Name"] == "systemd"


def _comm(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _numbers(path):
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _last_line(console):
    lines = Path(console).read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
