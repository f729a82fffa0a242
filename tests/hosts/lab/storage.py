# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks of guests: images in the storage pool that every host has.

Owns the pool (a directory with a small file system of its own, so that it can be full), the images
in it, and the look at what a guest sees in them. Images belong to a host; none is shared.
"""

import os
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from .disk import write
from .system import LabError, run

POOL = "images"
DIRECTORY = "/var/lib/libvirt/images"
SIZE = "1g"
DEFINITIONS = "etc/libvirt/storage"
XML = """<pool type='dir'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <target><path>{directory}</path></target>
</pool>
"""
MIB = 1024 * 1024
LETTERS = {"virtio": "vd", "ide": "hd", "sata": "sd", "scsi": "sd"}
DISK = "<disk type='file' device='{device}'><driver name='qemu' type='{format}'{cache}/>" \
    "<source file={path}/><target dev='{target}' bus='{bus}'/>{flags}</disk>"
CONTENT = 'raw=$(mktemp) && trap \'rm "$raw"\' EXIT && qemu-img convert -U -f "$1" -O raw "$2" "$raw" && sha256sum <"$raw"'


@dataclass(frozen=True)
class Disk:
    """An image and how a guest has it; `dataclasses.replace` makes variants."""

    path: str
    format: str = "qcow2"
    backing: "Disk | None" = None  # the image below, which is not written to
    bus: str = "virtio"
    device: str = "disk"
    cache: str | None = None
    readonly: bool = False
    shareable: bool = False

    def xml(self, number):
        flags = (f"<{flag}/>" for flag in ("readonly", "shareable") if getattr(self, flag))
        return DISK.format(
            device=self.device,
            format=self.format,
            cache=f" cache='{self.cache}'" if self.cache else "",
            path=quoteattr(self.path),
            target=f"{LETTERS[self.bus]}{chr(ord('a') + number)}",
            bus=self.bus,
            flags="".join(flags),
        )


def define_pool(root, host):
    """Puts the pool's definition on a host's disk: before its first boot."""
    number = uuid.uuid5(uuid.NAMESPACE_DNS, f"{POOL}.{host}.guest-migration.example")
    write(root, f"{DEFINITIONS}/{POOL}.xml", XML.format(name=POOL, uuid=number, directory=DIRECTORY))
    autostart = root / DEFINITIONS / "autostart"
    autostart.mkdir()
    (autostart / f"{POOL}.xml").symlink_to(f"/{DEFINITIONS}/{POOL}.xml")


def create(host, name, size="64M", *, data=0, format="qcow2", backing=None):
    """Makes an image in the pool; its first `data` MiB are random, the rest is as `backing` or empty."""
    disk = Disk(f"{DIRECTORY}/{name}.{format}", format, backing)
    below = ["-b", backing.path, "-F", backing.format] if backing else []
    host.exec(["qemu-img", "create", "-q", "-f", format, *below, disk.path, *([] if backing else [size])])
    if data:
        source = host.root / "tmp/random"
        source.write_bytes(os.urandom(data * MIB))
        words = ["-c", f"write -q -s /tmp/random 0 {data}M", disk.path]
        host.exec(["qemu-io", "-f", format, *words])
        source.unlink()
    host.virsh("pool-refresh", POOL)
    return disk


def prepare(source, destination, disk):
    """Makes on another host what copying a disk needs there: an empty image above the same backing."""
    if disk.backing:
        _copy(source, destination, disk.backing)
    size = _virtual_size(source, disk)
    below = ["-b", disk.backing.path, "-F", disk.backing.format] if disk.backing else []
    destination.exec(["qemu-img", "create", "-q", "-f", disk.format, *below, disk.path, size])
    destination.virsh("pool-refresh", POOL)


def remove(host, disk):
    """Removes an image from a host, if it is there."""
    (host.disk / disk.path[1:]).unlink(missing_ok=True)
    host.virsh("pool-refresh", POOL)


def checksum(host, disk):
    """The SHA-256 of all that a guest sees on a disk; the guest may run."""
    return host.exec(["sh", "-c", CONTENT, "content", disk.format, disk.path]).stdout.split()[0]


def limit(host, free=None):
    """Leaves `free` MiB of space in the host's pool, 0 for none; without it all the space at first."""
    size = SIZE
    if free is not None:
        now = os.statvfs(f"{host.root}{DIRECTORY}")
        used = (now.f_blocks - now.f_bfree) * now.f_frsize
        size = max(used + free * MIB, now.f_frsize)  # a size of 0 would be no limit
    host.exec(["mount", "-o", f"remount,size={size}", DIRECTORY])


def clear(host):
    """Empties the pool and gives it its space back."""
    limit(host)
    found = list((host.disk / DIRECTORY[1:]).iterdir())
    for path in found:
        path.unlink()
    if found:
        host.virsh("pool-refresh", POOL)


def _copy(source, destination, disk):
    if disk.backing:
        raise LabError(f"{disk.path} has a backing file itself: only one is supported below a guest's disk.")
    there = destination.disk / disk.path[1:]
    if not there.exists():
        run(["cp", "--sparse=always", source.disk / disk.path[1:], there])


def _virtual_size(host, disk):
    text = host.exec(["qemu-img", "info", "-U", "-f", disk.format, disk.path]).stdout
    return text.partition("virtual size: ")[2].partition("(")[2].split()[0]
