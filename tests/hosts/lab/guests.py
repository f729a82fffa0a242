# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests: small virtual machines under TCG that show by their ticks that they live.

Owns the XML of a guest and the place of its serial console, one file per guest on each host's own
disk. All functions take the host that they look at; a guest itself has no home.
"""

import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

from .system import LabError, wait_for

CONSOLES = "var/log/libvirt/consoles"
LOGS = "var/log/libvirt/qemu"
BOOT_TIMEOUT = 60.0

XML = """
<domain type='qemu'>
  <name>{name}</name>
  {uuid}
  <memory unit='MiB'>{memory}</memory>
  <vcpu>{vcpus}</vcpu>
  <os>
    <type arch='x86_64' machine='{machine}'>hvm</type>
    <kernel>/var/lib/libvirt/boot/vmlinuz</kernel>
    <initrd>/var/lib/libvirt/boot/initramfs</initrd>
    <cmdline>{cmdline}</cmdline>
  </os>
  {cpu}
  <features><acpi/></features>
  <clock offset='utc'/>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    {disks}
    {interfaces}
    {devices}
    <controller type='usb' model='none'/>
    <serial type='file'><source path={console}/><target port='0'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
"""
INTERFACE = "<interface type='{kind}'><source {kind}={name}/><model type='virtio'/></interface>"
TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
# With the word poweroff on its command line, a line that comes in here ends the guest.
OFF_SWITCH = "<serial type='pty'><target port='1'/></serial>"
VNC = "<graphics type='vnc' autoport='yes' listen='0.0.0.0'/>"
# What keeps a running guest from moving: with a device of the host it would not start here.
SHARED_MEMORY = "<shmem name='shared'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>"
# Devices of a host, for guests that are only defined: the lab has none to give away.
HOST_PCI = "<hostdev mode='subsystem' type='pci' managed='yes'><source>" \
    "<address domain='0' bus='1' slot='0' function='0'/></source></hostdev>"
# the kernel's own tests of its ciphers are a fifth of a boot under TCG
CMDLINE = "console=ttyS0 quiet panic=1 nokaslr mitigations=off tsc=reliable cryptomgr.notests"


def xml(name, *, memory=96, vcpus=1, dirty=0, rewrite=0, disks=(), networks=(), bridges=(), devices=(), cpu=None,
        machine="pc", uuid=None, cmdline=""):  # fmt: skip
    """The definition of a guest; memory, and how much of it and of its first disk it rewrites, in MiB.

    disks: storage.Disk each. networks, bridges: what the guest's interfaces are on (see lan).
    devices: XML of more devices, such as TPM. cpu: "maximum", "host-model" or a model's name.
    """
    words = [CMDLINE, f"dirty={dirty}" if dirty else "", f"rewrite={rewrite}" if rewrite else "", cmdline]
    return XML.format(
        name=name,
        uuid=f"<uuid>{uuid}</uuid>" if uuid else "",
        memory=memory,
        vcpus=vcpus,
        machine=machine,
        cmdline=" ".join(filter(None, words)),
        console=quoteattr(f"/{CONSOLES}/{name}.log"),
        disks="".join(disk.xml(number) for number, disk in enumerate(disks)),
        devices="".join(devices),
        cpu=_cpu(cpu),
        interfaces="".join(
            INTERFACE.format(kind=kind, name=quoteattr(name))
            for kind, names in (("network", networks), ("bridge", bridges))
            for name in names
        ),
    )


def start(host, name, *, persistent=False, wait=True, paused=False, snapshot=None, **options):
    """Starts a guest on a host and, unless told not to, waits for its first tick.

    snapshot: takes one of that name, which needs a disk. paused: stops it in the end.
    """
    _feed(host, "define" if persistent else "create", xml(name, **options))
    if persistent:
        host.virsh("start", name)
    if wait:
        wait_tick(host, name, 1, timeout=BOOT_TIMEOUT)
    if snapshot:
        host.virsh("snapshot-create-as", name, snapshot)
    if paused:
        host.virsh("suspend", name)


def define(host, name, **options):
    """Makes a guest known to a host without starting it."""
    _feed(host, "define", xml(name, **options))


def names(host, *, running=True):
    """The guests of a host: those that run there, or all that it knows."""
    return host.virsh("list", "--name", *([] if running else ["--all"])).split()


def state(host, name):
    """What libvirt calls the guest's state, or None if the host does not know the guest."""
    done = host.virsh("domstate", name, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def reason(host, name):
    """Its state and why, as "paused (migrating)"; "" if the host does not know the guest."""
    return host.virsh("domstate", "--reason", name, check=False).stdout.strip()


def ticks(host, name):
    """The number of the last tick that the guest printed on this host, 0 if there is none."""
    found = re.findall(rb"^tick (\d+)\r?$", _console_end(host, name), re.MULTILINE)
    return int(found[-1]) if found else 0


def wait_tick(host, name, number, timeout=30.0):
    """Waits until the guest has printed tick `number` or a later one on this host; gives the last."""

    def reached():
        last = ticks(host, name)
        return last if last >= number else None

    return wait_for(reached, lambda: _why_no_tick(host, name, number), timeout, interval=0.02)


def switch_off(host, name):
    """Lets a guest that has the OFF_SWITCH power itself off, and waits for the end of its QEMU."""
    xml = host.virsh("dumpxml", name)
    terminal = re.search(r"<serial type='pty'[^>]*>\s*<source path='([^']+)'/>\s*<target[^>]* port='1'", xml)[1]
    # QEMU reads only while the other end is open
    host.exec(["timeout", "30", "sh", "-c", f"exec 3<>{terminal}; echo off >&3; while [ -c {terminal} ]; do sleep 0.1; done"])


def wait_alive(host, name, timeout=30.0):
    """Waits until the guest prints one more tick than now: it runs, and runs here."""
    return wait_tick(host, name, ticks(host, name) + 1, timeout)


def destroy(host, name):
    """Removes a guest from a host in whatever state it is."""
    host.virsh("destroy", name, check=False)
    host.virsh("undefine", "--snapshots-metadata", "--nvram", "--tpm", name, check=False)
    console(host, name).unlink(missing_ok=True)
    (host.disk / LOGS / f"{name}.log").unlink(missing_ok=True)


def destroy_all(host):
    """Removes all guests of a host, and what those that left it or were renamed have left."""
    for name in names(host, running=False):
        destroy(host, name)
    for path in (*(host.disk / CONSOLES).iterdir(), *(host.disk / LOGS).glob("*.log")):
        path.unlink()


def console(host, name):
    """The file with the guest's serial output on this host, seen from outside."""
    return host.disk / CONSOLES / f"{name}.log"


def interfaces(host, name):
    """The guest's interfaces on a host as [(tap, network or bridge, MAC address)]."""
    rows = (line.split() for line in host.virsh("domiflist", name).splitlines())
    return [(tap, source, mac) for tap, _, source, _, mac in rows]


def written(host, name, target="vda"):
    """Bytes that the guest has written to a disk since its QEMU began here; None if it is not here."""
    done = host.virsh("domblkstat", name, target, check=False)
    found = re.search(r"wr_bytes (\d+)", done.stdout)
    return int(found[1]) if found else None


def log(host, name):
    """What the guest's QEMU wrote on this host."""
    return (host.disk / LOGS / f"{name}.log").read_text(errors="replace")


def wait_log(host, name, words):
    """Waits until the guest's QEMU has written that: virtlogd puts it there in its own time."""
    wait_for(lambda: words in log(host, name), f"'{words}' is not in the log of {name} on {host.name}", 10)


def _cpu(cpu):
    if cpu is None:
        return ""
    if cpu in ("maximum", "host-model", "host-passthrough"):
        return f"<cpu mode='{cpu}'/>"
    return f"<cpu mode='custom' match='exact' check='none'><model>{cpu}</model></cpu>"


def _feed(host, verb, definition):
    host.exec(["virsh", "-q", verb, "/dev/stdin"], input=definition)


def _console_end(host, name, size=4096):
    try:
        with Path(console(host, name)).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - size))
            return file.read()
    except FileNotFoundError:
        return b""


def _why_no_tick(host, name, number):
    try:
        now = state(host, name) or "unknown to libvirt"
    except LabError as error:
        now = str(error)
    end = _console_end(host, name, 200).decode(errors="replace").strip().splitlines()
    return f"no tick {number} of {name} on {host.name} (state: {now}; console ends: {end[-1:] or 'nothing'})"
