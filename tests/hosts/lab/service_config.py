# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service's host files: how each host of a lab reaches the others.

Owns /etc/migrationd/hosts.d of every host: for each other host one file per transport, and
local.conf with the way other libvirt daemons reach this host.
"""

from .disk import write
from .network import addresses

DIRECTORY = "etc/migrationd/hosts.d"
SUFFIXES = {"tcp": "", "ssh": "-ssh", "tls": "-tls"}
EXTRA = {"tcp": "AllowPlaintext=yes\n", "ssh": "User=root\n", "tls": ""}


def write_host_files(root, name, names):
    for peer in names:
        if peer == name:
            continue
        for transport, suffix in SUFFIXES.items():
            text = (
                f"[Host]\nDriver=qemu\nTransport={transport}\nAddress={peer}\n{EXTRA[transport]}"
                f"MigrationAddresses={_migration_addresses(peer)}\n"
            )
            write(root, f"{DIRECTORY}/{peer}{suffix}.conf", text)
    local = f"[Host]\nPeerTransport=tcp\nPeerAddress={name}\nAllowPlaintext=yes\n"
    write(root, f"{DIRECTORY}/local.conf", f"{local}MigrationAddresses={_migration_addresses(name)}\n")


def _migration_addresses(name):
    both = addresses(name)
    ordered = [both[network][family] for family in (0, 1) for network in ("mgmt", "migration")]
    return ";".join(ordered) + ";"
