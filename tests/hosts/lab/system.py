# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine the lab runs on: running commands, waiting with a deadline, what has to be there.

Owns the one error type of the lab (`LabError`, always one sentence with the remedy) and the one
loop that waits (`wait_for`).
"""

import fcntl
import os
import re
import resource
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

COMMANDS = {  # command: the Debian package that has it
    "certtool": "gnutls-bin",
    "cpio": "cpio",
    "ip": "iproute2",
    "libvirtd": "libvirt-daemon-system",
    "nsenter": "util-linux",
    "qemu-system-x86_64": "qemu-system-x86",
    "setpriv": "util-linux",
    "sshd": "openssh-server",
    "swtpm": "swtpm",
    "swtpm_setup": "swtpm-tools",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "tc": "iproute2",
    "unshare": "util-linux",
    "virsh": "libvirt-clients",
}
CAP_SYS_RESOURCE = 24  # of linux/capability.h
SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin:/sbin:/bin"


class LabError(Exception):
    """Something went wrong; the text is for a person and names the thing and the remedy."""


def run(argv, *, stdin=None, what=None):
    """Runs a command to its end and gives its output; a failure is a LabError with its reason."""
    argv = [str(word) for word in argv]
    done = subprocess.run(
        argv,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()
        raise LabError(f"{what or argv[0]} failed: {reason[-1]}")
    return done.stdout


def wait_for(ready, what, timeout=30.0, interval=0.01):
    """Calls `ready` until it gives something true, and gives that; past the deadline a LabError."""
    deadline = time.monotonic() + timeout
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"Gave up waiting after {timeout:g} s: {what() if callable(what) else what}")
        time.sleep(interval)


@contextmanager
def locked(path):
    """Holds the exclusive lock of an existing file or directory; leaves nothing behind."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextmanager
def alone(name, timeout=120.0):
    """Waits until no other process is inside with the same name; the kernel forgets it at the end."""
    with socket.socket(socket.AF_UNIX) as lock:

        def taken():
            try:
                lock.bind(f"\0guest-migration/{name}")
            except OSError:
                return False
            return True

        wait_for(taken, f"another 'hosts up' or 'hosts down' of the lab '{name}' is at work", timeout, 0.05)
        yield


def identity(pid):
    """What tells a process from a later one with the same number; None when there is none."""
    try:
        return [pid, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]]
    except OSError:
        return None


def is_root():
    return os.geteuid() == 0


def need_root():
    if not is_root():
        raise LabError("The hosts need root (namespaces, mounts, containers): run this with sudo.")


def can_lock_memory(mib):
    """Whether a QEMU of the hosts may lock so much memory, as migration without copies (--zerocopy) does."""
    status = Path("/proc/self/status").read_text()
    may_raise = int(re.search(r"CapBnd:\t(\w+)", status)[1], 16) & 1 << CAP_SYS_RESOURCE
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    return bool(may_raise) or limit == resource.RLIM_INFINITY or limit >= mib << 20


def missing():
    """What keeps hosts from booting here, in one sentence, or None."""
    if not is_root():
        return "The hosts need root (namespaces, mounts, containers): run this with sudo."
    for command, package in COMMANDS.items():
        if not shutil.which(command, path=SEARCH):
            return f"The command {command} is missing: install the package {package}."
    if not Path("/usr/lib/libvirt/connection-driver/libvirt_driver_qemu.so").exists() and not list(
        Path("/usr/lib").glob("*/libvirt/connection-driver/libvirt_driver_qemu.so")
    ):
        return "libvirt's QEMU driver is missing: install the package libvirt-daemon-driver-qemu."
    if not os.path.islink("/bin"):
        return "This machine's /bin is not a link to /usr/bin: install the package usrmerge."
    for namespace in ("cgroup", "ipc", "mnt", "net", "pid", "uts"):
        if not os.path.exists(f"/proc/self/ns/{namespace}"):
            return f"The kernel has no {namespace} namespaces: use a kernel that has them."
    return _missing_filesystem()


def _missing_filesystem():
    def has(name):
        return f"\t{name}\n" in Path("/proc/filesystems").read_text()

    if not has("overlay") and shutil.which("modprobe", path=SEARCH):
        subprocess.run(["modprobe", "overlay"], check=False, capture_output=True)
    if not has("overlay"):
        return "The kernel has no overlayfs: load the module with 'modprobe overlay'."
    if not any(line.split()[2] == "cgroup2" for line in mounts()):
        return "No cgroup2 is mounted: mount one with 'mount -t cgroup2 none /sys/fs/cgroup'."
    return None


def mounts():
    """The lines of this process's mount table."""
    return Path("/proc/self/mounts").read_text().splitlines()
