# SPDX-License-Identifier: LGPL-2.1-or-later
"""Settings of libvirt on a host that a test wants otherwise, such as migrate_tls_force in qemu.conf.

Owns what is below a mark at the end of libvirt's configuration files; what is above it is as
packaged and as the lab needs it. libvirtd reads its files when it starts; guests run on meanwhile.
"""

import re
from contextlib import contextmanager

from .system import LabError

DIRECTORY = "etc/libvirt"
FILES = ("qemu.conf", "libvirtd.conf")
# Also of a libvirtd that its settings kept from starting, with which its sockets failed, too.
RESTART = """
systemctl -q stop libvirtd.service 2>&-
systemctl reset-failed 'libvirtd*'
systemctl start $(systemctl list-units --all --plain --no-legend 'libvirtd*.socket' | cut -d ' ' -f 1)
"""
MARK = "# For this test only:\n"


@contextmanager
def changed(host, file="qemu.conf", **values):
    """Has libvirtd run with other settings as long as the `with` lasts: changed(host, migrate_tls_force=1)."""
    try:
        change(host, file, **values)
        yield
    finally:
        change(host, file)


def change(host, file="qemu.conf", **values):
    """Has libvirtd run with these settings on top of the lab's own; with none, as at first."""
    path = host.disk / DIRECTORY / file
    text = path.read_text()
    own = text.partition(MARK)[0]
    for key in values:
        if re.search(rf"^\s*{key}\s*=", own, re.MULTILINE):
            raise LabError(f"{file} of a host sets {key} itself: a second value would not count.")
    lines = [f"{key} = {_value(value)}\n" for key, value in values.items()]
    fresh = own + MARK + "".join(lines) if lines else own
    if fresh == text:
        return
    path.write_text(fresh)
    host.exec(["sh", "-ec", RESTART])
    host.virsh("version")  # a setting that it does not like is told here


def restore(host):
    """Puts back all settings that were changed and left so."""
    for file in FILES:
        change(host, file)


def _value(value):
    if isinstance(value, (list, tuple)):
        return f"[ {', '.join(map(_value, value))} ]"
    return str(int(value)) if isinstance(value, (bool, int)) else f'"{value}"'
