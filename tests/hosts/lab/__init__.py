# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole hosts on one machine: systemd, libvirtd and QEMU booted in containers that migrate guests.

`Lab` is a set of hosts behind one switch, `Host` one of them, `guests` starts guests on a host.
"""

from .host import Host
from .lab import Lab
from .system import LabError

__all__ = ["Host", "Lab", "LabError"]
