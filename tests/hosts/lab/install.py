# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts the project into a host the way a package would.

Owns the copy of a stage (the result of `meson install --destdir`) on a host's disk, and the steps
that a package does after unpacking. Installing again replaces the files and removes those that the
new stage no longer has.
"""

import os
import shutil
from pathlib import Path

from .system import LabError

MANIFEST = "var/lib/guest-migration-lab.manifest"


def stage_of(directory):
    """The stage to install, or None when there is nothing built there."""
    if directory is None:
        return None
    stage = Path(directory).absolute()
    if not stage.is_dir():
        return None
    if not (stage / "usr").is_dir():
        if any(stage.iterdir()):
            raise LabError(f"{stage} has no usr: give the directory of 'meson install --destdir', prefix /usr.")
        return None
    return stage


def install(host, stage):
    """Unpacks the stage into a running host and does what a package does after that."""
    unpack(host.disk, stage)
    # In this order: users own directories, and both exist before a service starts.
    host.exec(["systemd-sysusers"])
    host.exec(["systemd-tmpfiles", "--create"], check=False)
    host.exec(["systemctl", "daemon-reload"])
    host.exec(["systemctl", "reload", "dbus.service"])
    host.exec(["journalctl", "--update-catalog"])
    services = sorted(path.name for path in (stage / "usr/lib/systemd/system").glob("*.service"))
    services = [name for name in services if "@" not in name]
    if services:
        host.exec(["systemctl", "try-restart", *services])


def unpack(root, stage):
    """Copies a tree onto a disk: files belong to root, directories that exist stay as they are."""
    new = []
    for where, directories, files in os.walk(stage):
        relative = Path(where).relative_to(stage)
        for name in list(directories):
            if Path(where, name).is_symlink():
                directories.remove(name)
                files.append(name)
                continue
            _make_directory(root / relative / name, Path(where, name))
        for name in files:
            _copy(Path(where, name), root / relative / name)
            new.append(str(relative / name))
    manifest = root / MANIFEST
    old = manifest.read_text().splitlines() if manifest.exists() else []
    for path in set(old) - set(new):
        (root / path).unlink(missing_ok=True)
    manifest.write_text("\n".join(sorted(new)) + "\n")


def _make_directory(target, source):
    if not target.is_dir():
        target.mkdir()
        target.chmod(source.stat().st_mode & 0o7777)


def _copy(source, target):
    """Replaces by renaming: a program that is running keeps the file it has."""
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    shutil.copy2(source, fresh, follow_symlinks=False)
    os.chown(fresh, 0, 0, follow_symlinks=False)
    os.replace(fresh, target)
