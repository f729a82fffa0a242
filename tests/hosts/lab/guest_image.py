# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guests boot: a Debian cloud kernel and a tiny system in an initramfs.

Owns a cache of the kernel that is filled once (its package is downloaded and unpacked, never
installed), and the making of the initramfs, for each lab anew.
The system prints a line "tick N" every second. With dirty=MIB on the kernel's command line it
rewrites that much of its memory over and over, with rewrite=MIB that much of its first disk, and with
poweroff it ends itself when it reads a line from its second serial port.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from .system import LabError, locked, run

METAPACKAGE = "linux-image-cloud-amd64"
BUSYBOX = "/bin/busybox"
MODULES = "virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk".split()
IN_HOST = "var/lib/libvirt/boot"

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

rewrite() {
    for module in /lib/modules/*; do
        insmod "$module"
    done
    until [ -b /dev/vda ]; do
        usleep 10000
    done
    dd if=/dev/urandom of=/block bs=1M count=1 2>/dev/null
    while :; do
        for place in $(seq 0 $(($1 - 1))); do
            dd if=/block of=/dev/vda bs=1M seek=$place conv=notrunc,fsync 2>/dev/null
        done
    done
}

for word in $(cat /proc/cmdline); do
    case $word in
        dirty=*) dirty "${word#dirty=}" & ;;
        rewrite=*) rewrite "${word#rewrite=}" & ;;
        poweroff) (read -r line </dev/ttyS1 && poweroff -f) & ;;
    esac
done

tick=0
while :; do
    tick=$((tick + 1))
    echo "tick $tick"
    sleep 1
done
"""


def ensure(directory):
    """The kernel and the initramfs, which is made in a directory; fills the cache when there is none."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "guest-migration")
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{cache} cannot be made ({error.strerror}): set XDG_CACHE_HOME to a writable place.") from None
    with locked(cache):
        if not (cache / "vmlinuz").exists() or not (cache / "modules").is_dir():
            _fetch_kernel(cache)
        return cache / "vmlinuz", _make_initramfs(cache / "modules", directory)


def give_to_host(root, files):
    for path in files:
        shutil.copyfile(path, root / IN_HOST / path.name)


def _fetch_kernel(cache):
    if not shutil.which("apt-get"):
        raise LabError(
            f"A guest kernel can only be fetched with apt-get: put a bzImage at {cache}/vmlinuz and its modules "
            f"{', '.join(MODULES)} (.ko, where they are not built in) into {cache}/modules."
        )
    depends = run(["apt-cache", "depends", METAPACKAGE], what="Looking for the guest kernel")
    package = re.search(r"Depends: (linux-image-\S+)", depends)
    if not package:
        raise LabError(f"The package {METAPACKAGE} is not known here: run 'apt-get update'.")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        download = f'cd "{scratch}" && apt-get -q download {package[1]} && dpkg-deb -x *.deb tree'
        run(["/bin/sh", "-c", download], what=f"Downloading the package {package[1]} (or run 'apt-get update')")
        tree = Path(scratch, "tree")
        modules = Path(scratch, "modules")
        modules.mkdir()
        for name in MODULES:
            next(tree.glob(f"lib/modules/**/{name}.ko")).rename(modules / f"{name}.ko")
        shutil.rmtree(cache / "modules", ignore_errors=True)
        next(tree.glob("boot/vmlinuz-*")).replace(cache / "vmlinuz")
        modules.rename(cache / "modules")


def _make_initramfs(modules, directory):
    if not os.path.exists(BUSYBOX):
        raise LabError("busybox is missing: install the package busybox-static.")
    tree = directory / "initramfs.tree"
    for name in ("bin", "dev", "lib/modules", "proc"):
        (tree / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, tree / "bin/busybox")
    for number, name in enumerate(MODULES):  # in the order in which they need each other
        if (modules / f"{name}.ko").exists():
            shutil.copy(modules / f"{name}.ko", tree / f"lib/modules/{number}")
    (tree / "init").write_text(INIT)
    (tree / "init").chmod(0o755)
    pack = f'cd "{tree}" && find . | cpio --quiet -o -H newc -R 0:0 >../initramfs'
    run(["/bin/sh", "-c", pack], what="Packing the guest's initramfs")
    shutil.rmtree(tree)
    return directory / "initramfs"
