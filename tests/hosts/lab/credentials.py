# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who trusts whom: ssh keys and TLS certificates of all hosts of a lab.

Owns a directory of keys made anew at every `up`. Root of each host and the service's user may log
in as root everywhere; every host has a certificate of the lab's own authority that serves libvirt
and QEMU, as server and as client. What QEMU shows to others can be replaced by one with a flaw.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .disk import write
from .network import addresses
from .system import LabError, run

SERVICE_USER = "migrationd"
SERVICE_HOME = "var/lib/migrationd"
QEMU = "etc/pki/qemu"
OTHER_NAME = "other.example"  # whose name the kind "wrong-name" bears
KINDS = ("good", "wrong-name", "expired", "missing")


class Credentials:
    def __init__(self, directory, names):
        self.directory = Path(directory)
        self.names = names

    def create(self):
        """Makes all keys; a fraction of a second, most of it the start of small programs."""
        self.directory.mkdir(mode=0o700)
        self._authority()
        jobs = [(self._ssh_key, f"{kind}-{name}") for name in self.names for kind in ("host", "root", "service")]
        jobs += [(self._certificate, name) for name in (*self.names, SERVICE_USER)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda job: job[0](job[1]), jobs))

    def give_to_host(self, root, name):
        """Puts what a host needs on its disk: before its first boot."""
        write(root, "etc/ssh/ssh_host_ed25519_key", self._text(f"host-{name}"), 0o600)
        write(root, "etc/ssh/ssh_host_ed25519_key.pub", self._text(f"host-{name}.pub"))
        self._give_ssh(root, "root/.ssh", f"root-{name}", (0, 0))
        trusted = [self._text(f"{kind}-{peer}.pub") for kind in ("root", "service") for peer in self.names]
        write(root, "root/.ssh/authorized_keys", "".join(trusted), 0o600)
        self._give_libvirt_certificates(root, name)
        self._give_qemu_certificates(root, name)

    def give_to_service(self, root, name):
        """Puts what the service's user needs into its home, once there is such a user."""
        owner = user_ids(root, SERVICE_USER)
        if owner is None:
            return
        self._give_ssh(root, f"{SERVICE_HOME}/.ssh", f"service-{name}", owner)
        for path, source, mode in (
            ("cacert.pem", "ca.pem", 0o644),
            ("clientcert.pem", f"{SERVICE_USER}.pem", 0o644),
            ("clientkey.pem", f"{SERVICE_USER}.key", 0o600),
        ):
            write(root, f"{SERVICE_HOME}/pki/{path}", self._text(source), mode, owner)
        _own_directory(root / SERVICE_HOME / "pki", owner)

    def _give_ssh(self, root, home, key, owner):
        write(root, f"{home}/id_ed25519", self._text(key), 0o600, owner)
        write(root, f"{home}/id_ed25519.pub", self._text(f"{key}.pub"), 0o644, owner)
        write(root, f"{home}/known_hosts", self._known_hosts(), 0o644, owner)
        _own_directory(root / home, owner)

    def _known_hosts(self):
        lines = []
        for name in self.names:
            labels = [name, f"{name}-migration", *(one for both in addresses(name).values() for one in both)]
            kind, key = self._text(f"host-{name}.pub").split()[:2]
            lines.append(f"{','.join(labels)} {kind} {key}\n")
        return "".join(lines)

    def _give_libvirt_certificates(self, root, name):
        pki = "etc/pki"
        write(root, f"{pki}/CA/cacert.pem", self._text("ca.pem"))
        for role in ("server", "client"):
            write(root, f"{pki}/libvirt/{role}cert.pem", self._text(f"{name}.pem"))
            write(root, f"{pki}/libvirt/private/{role}key.pem", self._text(f"{name}.key"), 0o600)

    def _give_qemu_certificates(self, root, name):
        owner = (0, user_ids(root, "libvirt-qemu")[1])
        write(root, f"{QEMU}/ca-cert.pem", self._text("ca.pem"))
        for role in ("server", "client"):
            write(root, f"{QEMU}/{role}-cert.pem", self._text(f"{name}.pem"))
            write(root, f"{QEMU}/{role}-key.pem", self._text(f"{name}.key"), 0o640, owner)

    def give_qemu_certificate(self, root, name, kind, role):
        """Replaces one certificate of QEMU; it is read anew at every migration."""
        if kind not in KINDS or role not in ("server", "client"):
            raise LabError(f"There is no {role} certificate '{kind}': a server or client has {', '.join(KINDS)}.")
        if kind == "missing":
            (root / QEMU / f"{role}-cert.pem").unlink(missing_ok=True)
            return
        source = name if kind == "good" else f"{name}.{kind}"
        if not (self.directory / f"{source}.pem").exists():
            self._flawed(name, kind)
        write(root, f"{QEMU}/{role}-cert.pem", self._text(f"{source}.pem"))

    def _ssh_key(self, name):
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.directory / name])

    def _authority(self):
        self._private_key("ca")
        template = "cn = Guest Migration test authority\nca\ncert_signing_key\nexpiration_days = 30\n"
        self._certtool("ca", template, self.directory / "ca.key", "--generate-self-signed")

    def _certificate(self, name):
        self._private_key(name)
        lines = [f"cn = {name}", "expiration_days = 30"]
        if name in self.names:
            lines += _all_names(name)
        self._sign(name, lines, self.directory / f"{name}.key")

    def _flawed(self, name, kind):
        """The host's own key, signed once more for a certificate with a flaw."""
        lines = [f"cn = {OTHER_NAME}", f"dns_name = {OTHER_NAME}", "expiration_days = 30"]
        if kind == "expired":
            dates = ['activation_date = "2020-01-01 00:00:00"', 'expiration_date = "2020-02-01 00:00:00"']
            lines = [f"cn = {name}", *dates, *_all_names(name)]
        self._sign(f"{name}.{kind}", lines, self.directory / f"{name}.key")

    def _sign(self, name, lines, key):
        lines = [*lines, "organization = Guest Migration tests"]
        lines += ["tls_www_client", "tls_www_server", "signing_key", "encryption_key"]
        authority = ["--load-ca-certificate", self.directory / "ca.pem", "--load-ca-privkey", self.directory / "ca.key"]
        self._certtool(name, "\n".join(lines) + "\n", key, "--generate-certificate", *authority)

    def _private_key(self, name):
        # libvirt insists on the key usage "key encipherment", which only RSA keys can have.
        outfile = self.directory / f"{name}.key"
        run(["certtool", "--generate-privkey", "--key-type", "rsa", "--bits", "2048", "--outfile", outfile])

    def _certtool(self, name, template, key, *words):
        info = self.directory / f"{name}.info"
        info.write_text(template)
        outfile = self.directory / f"{name}.pem"
        run(["certtool", *words, "--load-privkey", key, "--template", info, "--outfile", outfile])

    def _text(self, name):
        return (self.directory / name).read_text()


def user_ids(root, user):
    """User and group id of a user in a host's own user database, or None."""
    for line in (root / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == user:
            return int(fields[2]), int(fields[3])
    return None


def _all_names(name):
    found = [f"dns_name = {name}", f"dns_name = {name}-migration"]
    return found + [f"ip_address = {one}" for both in addresses(name).values() for one in both]


def _own_directory(path, owner):
    path.chmod(0o700)
    os.chown(path, *owner)
