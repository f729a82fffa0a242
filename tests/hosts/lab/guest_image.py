# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guests boot: a Debian cloud kernel and a tiny system in an initramfs.

Owns a cache that is filled once. The kernel's package is downloaded and unpacked, never installed.
The system prints a line "tick N" every second, and with dirty=MIB on the kernel's command line
rewrites that much of its memory over and over.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from .system import LabError, locked, run

METAPACKAGE = "linux-image-cloud-amd64"
BUSYBOX = "/bin/busybox"
IN_HOST = "var/lib/libvirt/boot"
FILES = ("vmlinuz", "initramfs")

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t devtmpfs none /dev
exec >/dev/ttyS0 2>&1 </dev/ttyS0

dirty() {
    mkdir /memory
    mount -t tmpfs -o size=100% none /memory
    # Random, not zeros: a page of zeros costs a migration nothing, and neither does an unchanged one
    # when the migration compresses.
    for block in 0 1; do
        dd if=/dev/urandom of=/memory/$block bs=1M count=1
    done 2>/dev/null
    while :; do
        for block in 0 1; do
            cat $(yes /memory/$block | head -n $1) 1<>/memory/data
        done
    done
}

for word in $(cat /proc/cmdline); do
    case $word in
        dirty=*) dirty "${word#dirty=}" & ;;
    esac
done

tick=0
while :; do
    tick=$((tick + 1))
    echo "tick $tick"
    sleep 1
done
"""


def ensure():
    """The directory with kernel and initramfs; fills the cache when there is none."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "guest-migration")
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{cache} cannot be made ({error.strerror}): set XDG_CACHE_HOME to a writable place.") from None
    with locked(cache):
        if not (cache / "vmlinuz").exists():
            _fetch_kernel(cache)
        _make_initramfs(cache)
    return cache


def give_to_host(root, cache):
    for name in FILES:
        shutil.copyfile(cache / name, root / IN_HOST / name)


def _fetch_kernel(cache):
    if not shutil.which("apt-get"):
        raise LabError(f"A guest kernel can only be fetched with apt-get: put a bzImage at {cache}/vmlinuz.")
    depends = run(["apt-cache", "depends", METAPACKAGE], what="Looking for the guest kernel")
    package = re.search(r"Depends: (linux-image-\S+)", depends)
    if not package:
        raise LabError(f"The package {METAPACKAGE} is not known here: run 'apt-get update'.")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        download = f'cd "{scratch}" && apt-get -q download {package[1]} && dpkg-deb -x *.deb tree'
        run(["/bin/sh", "-c", download], what=f"Downloading the package {package[1]} (or run 'apt-get update')")
        kernel = next(Path(scratch).glob("tree/boot/vmlinuz-*"))
        kernel.replace(cache / "vmlinuz")


def _make_initramfs(cache):
    """Made when what is in it has changed."""
    target = cache / "initramfs"
    made_from = cache / "initramfs.init"
    if target.exists() and made_from.exists() and made_from.read_text() == INIT:
        return
    if not os.path.exists(BUSYBOX):
        raise LabError("busybox is missing: install the package busybox-static.")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        tree = Path(scratch, "tree")
        for name in ("bin", "dev", "proc"):
            (tree / name).mkdir(parents=True)
        shutil.copy(BUSYBOX, tree / "bin/busybox")
        (tree / "init").write_text(INIT)
        (tree / "init").chmod(0o755)
        pack = f'cd "{tree}" && find . | cpio --quiet -o -H newc -R 0:0 >../initramfs'
        run(["/bin/sh", "-c", pack], what="Packing the guest's initramfs")
        Path(scratch, "initramfs").replace(target)
    made_from.write_text(INIT)
