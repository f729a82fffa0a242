# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk of a host: the machine's own /usr, /etc and /var below a private writable layer.

Owns what a host looks like before its first boot: what of the machine is hidden from it, and
which files and units it has of its own. The mounts, one of them for guests' disks, exist only in the
namespace of one sleeping process (the keeper), so the disk outlives reboots and power cuts and goes away with that process.
"""

import os
import shutil
import time
import uuid
from pathlib import Path

from .system import LabError

SIZE = "2g"
PRIVATE_RUN = "/run/systemd/nspawn"  # nspawn's notes; each host gets its own, nothing stays

# Arguments: directory, size, the guests' disks and their size. Says "ready" and sleeps.
KEEPER = f"""
set -e
mount -n -t tmpfs -o "size=$2,mode=755" lab "$1"
mount -n -t tmpfs -o mode=755 lab {PRIVATE_RUN}
mkdir "$1/root"
for part in usr etc var; do
    mkdir -p "$1/root/$part" "$1/upper/$part" "$1/work/$part"
    mount -n -t overlay -o "lowerdir=/$part,upperdir=$1/upper/$part,workdir=$1/work/$part" lab "$1/root/$part"
done
mount -n -t tmpfs -o "size=$4,mode=711" lab "$1/root$3"
echo ready
exec sleep infinity <&- >&- 2>&-
"""

HIDDEN = """
    etc/cron.d etc/cron.daily etc/cron.hourly etc/init.d etc/libvirt/qemu etc/libvirt/secrets
    etc/libvirt/storage etc/migrationd
    etc/modules-load.d etc/network etc/pki etc/rc0.d etc/rc1.d etc/rc2.d etc/rc3.d etc/rc4.d etc/rc5.d
    etc/rc6.d etc/rcS.d etc/ssh etc/sysctl.d etc/systemd/network etc/systemd/system var/lib/libvirt/swtpm
    var/lib/libvirt/qemu/save var/lib/libvirt/qemu/snapshot var/lib/migrationd var/lib/systemd var/log
    var/spool/cron var/tmp
""".split()
EMPTY = "boot dev home media mnt opt proc root run srv sys tmp var/log/journal var/log/libvirt/consoles".split()
MASKED = """
    console-getty.service getty.target getty-static.service ldconfig.service systemd-firstboot.service
    systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-timesyncd.service
""".split()
SOCKETS = """
    libvirtd libvirtd-ro libvirtd-admin libvirtd-tcp libvirtd-tls
    virtlogd virtlogd-admin virtlockd virtlockd-admin
""".split()
FILES = {
    "etc/fstab": "",
    "etc/resolv.conf": "",
    "etc/nsswitch.conf": "passwd: files systemd\ngroup: files systemd\nshadow: files\nhosts: files myhostname\n",
    "etc/ssh/sshd_config": (
        "HostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nUsePAM yes\nUseDNS no\nPrintMotd no\nAcceptEnv LANG LC_*\n"
        "Subsystem sftp /usr/lib/openssh/sftp-server\n"
    ),
    "etc/ssh/ssh_config": "Host *\n    BatchMode yes\n    GSSAPIAuthentication no\n",
}
LIBVIRTD = '\n# The hosts have no DMI, so they would all have the same UUID; plaintext is for tests.\n' \
    'host_uuid_source = "machine-id"\nauth_tcp = "none"\n'


def machine_id(lab, name):
    """Always the same for the same host of the same lab."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{lab}.guest-migration.example").hex


def fill(root, lab, name, hosts_file):
    """Turns the mounted layers at `root` into the disk of one host."""
    for path in HIDDEN:
        _hide(root / path)
    for path in EMPTY:
        (root / path).mkdir(parents=True, exist_ok=True)
    (root / "root").chmod(0o700)
    (root / "var/tmp").chmod(0o1777)
    for link in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if os.path.islink(f"/{link}"):
            (root / link).symlink_to(os.readlink(f"/{link}"))

    own = {"etc/hostname": f"{name}\n", "etc/hosts": hosts_file, "etc/machine-id": machine_id(lab, name) + "\n"}
    for path, text in {**FILES, **own}.items():
        write(root, path, text)
    (root / "etc/crypttab").unlink(missing_ok=True)
    _amend(root / "etc/libvirt/libvirtd.conf", LIBVIRTD)
    _enable_units(root / "etc/systemd/system")

    # Newer than /usr: the jobs that systemd does after an update of the machine are done already.
    for path in ("etc/.updated", "var/.updated"):
        write(root, path, f"TIMESTAMP_NSEC={time.time_ns()}\n")


def write(root, path, text, mode=0o644, owner=(0, 0)):
    """Writes a file of a host; directories on the way are made and belong to root."""
    where = Path(root, path)
    where.parent.mkdir(parents=True, exist_ok=True)
    if where.is_symlink():
        where.unlink()
    where.write_text(text)
    where.chmod(mode)
    os.chown(where, *owner)
    return where


def _hide(path):
    """Empties a directory of the machine for this host, keeping its owner and mode."""
    if not path.is_dir() or path.is_symlink():
        return
    was = path.stat()
    shutil.rmtree(path)
    path.mkdir()
    os.chown(path, was.st_uid, was.st_gid)
    path.chmod(was.st_mode & 0o7777)


def _amend(path, text):
    if not path.exists():
        raise LabError(f"The file /{path.name} of libvirt is missing: install the package libvirt-daemon-system.")
    with path.open("a") as file:
        file.write(text)


def _enable_units(units):
    wants = {"sockets.target": [f"{name}.socket" for name in SOCKETS], "multi-user.target": ["ssh.service"]}
    for target, names in wants.items():
        (units / f"{target}.wants").mkdir(parents=True)
        for name in names:
            (units / f"{target}.wants" / name).symlink_to(f"/lib/systemd/system/{name}")
    (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
    (units / "sshd.service").symlink_to("/lib/systemd/system/ssh.service")
    for name in MASKED:
        (units / name).symlink_to("/dev/null")
