# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lab has for the options of a migration, each shown to work with plain virsh."""

import pytest
from lab import LabError, credentials, guests

pytestmark = pytest.mark.usefixtures("clean")
URI = "qemu+tcp://host-b/system"


def migrate(source, name, *flags, uri=URI, **options):
    return source.virsh("migrate", "--live", "--p2p", *flags, name, uri, **options)


# Encryption by QEMU


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("expired", "server-cert.pem has expired"), ("missing", "No such file"), ("wrong-name", "TLS channel")],
)
def test_an_encrypted_migration_needs_a_good_certificate(host_a, host_b, kind, reason):
    guests.start(host_a, "web1")
    host_b.qemu_certificate(kind)
    with pytest.raises(LabError, match=reason):
        migrate(host_a, "web1", "--tls")
    guests.wait_alive(host_a, "web1")
    if kind == "wrong-name":
        # libvirt keeps to itself what only the source's QEMU knows.
        assert "Certificate does not match the hostname host-b" in guests.log(host_a, "web1")
        migrate(host_a, "web1", "--tls", "--tls-destination", credentials.OTHER_NAME)
        guests.wait_alive(host_b, "web1")


def test_a_client_needs_a_good_certificate_too(host_a, host_b):
    guests.start(host_a, "web1")
    host_a.qemu_certificate("expired", "client")
    with pytest.raises(LabError):
        migrate(host_a, "web1", "--tls")
    host_a.restore()
    migrate(host_a, "web1", "--tls")
    guests.wait_alive(host_b, "web1")


def test_a_certificate_is_of_a_known_kind(host_a):
    with pytest.raises(LabError, match="no server certificate 'lost'"):
        host_a.qemu_certificate("lost")
