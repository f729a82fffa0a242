# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that are added over the bus, between real hosts: what Test says is missing, one thing after the
other, and the command that makes the service's keys and hands them over."""

import re
import shlex

import pytest

from service import NAME, ROOT, Refused, Service, options

KNOWN = "/var/lib/migrationd/.ssh/known_hosts"
KEY = "/var/lib/migrationd/.ssh/id_ed25519"
PKI = "/var/lib/migrationd/pki"
SOCKETS = ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket", "libvirtd-tls.socket", "libvirtd-tcp.socket"]


@pytest.fixture
def hosts(host_a):
    """Adds hosts and tests them; afterwards they are gone."""
    added = Hosts(Service(host_a))
    yield added
    added.remove()


class Hosts:
    def __init__(self, service):
        self.service, self.names = service, []

    def add(self, name, **settings):
        self.service.call("AddHost", name, options(settings))
        self.names.append(name)
        return name

    def test(self, name):
        path = f"{ROOT}/host/" + name.replace("-", "_2d")
        return self.service.call("Test", path=path, interface="Host")

    def refused(self, name, error, *words):
        """Test must end with this error, whose sentence has these words, and LastError tells it."""
        with pytest.raises(Refused) as raised:
            self.test(name)
        assert raised.value.name == error, raised.value
        assert all(word in raised.value.message for word in words), raised.value
        path = f"{ROOT}/host/" + name.replace("-", "_2d")
        last = self.service.json("get-property", path, f"{NAME}.Host", "LastError")
        assert last == [f"{NAME}.Error.{error}", raised.value.message]

    def remove(self):
        for name in self.names:
            self.service.call("RemoveHost", name)


def test_one_that_can_be_used(hosts, host_a):
    hosts.add("added", transport="ssh", address="host-b", user="root")
    assert "'hostname': <'host-b'>" in hosts.test("added")


@pytest.mark.parametrize("transport", ["ssh", "tls"])
def test_the_name(hosts, transport):
    hosts.add("added", transport=transport, address="nosuch.example")
    hosts.refused("added", "HostNameUnknown", "nosuch.example")


@pytest.mark.parametrize("transport", ["ssh", "tls"])
def test_the_port(hosts, transport):
    hosts.add("added", transport=transport, address="host-b", port=2299)
    hosts.refused("added", "ConnectionRefused", "port")


def test_the_host_key(hosts, host_a):
    """Unknown, accepted with the command, changed, forgotten with the command, accepted again."""
    hosts.add("added", transport="ssh", address="host-b", user="root")
    host_a.exec(["mv", KNOWN, f"{KNOWN}.away"])
    try:
        hosts.refused("added", "HostKeyUnknown", "migration-key --accept added")
        said = answer_yes(host_a, "migration-key", "--accept", "added")
        assert "fingerprint" in said and "is known now" in said
        hosts.test("added")

        other = f"host-b {host_a.exec(['cat', f'{KEY}.pub']).stdout}"
        host_a.exec(["sh", "-c", f"printf %s {shlex.quote(other)} > {KNOWN}"])
        hosts.refused("added", "HostKeyChanged", "migration-key --forget added; migration-key --accept added")
        host_a.exec(["migration-key", "--forget", "added"])
        hosts.refused("added", "HostKeyUnknown")
        answer_yes(host_a, "migration-key", "--accept", "added")
        hosts.test("added")
        owner = host_a.exec(["stat", "-c", "%U", KNOWN]).stdout.strip()
        assert owner == "migrationd"
    finally:
        host_a.exec(["mv", f"{KNOWN}.away", KNOWN])


# Runs a command on a terminal and answers the question once it is there: ssh drops what came before it.
ON_A_TERMINAL = """
import os, pty, sys
answer, seen = sys.argv[1], b""
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try:
        got = os.read(terminal, 4096)
    except OSError:
        got = b""
    if not got:
        break
    seen += got
    if b"(yes/no" in seen and answer:
        os.write(terminal, answer.encode() + b"\\n")
        answer = ""
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def answer(host, word, *command):
    return host.exec(["/usr/bin/python3", "-c", ON_A_TERMINAL, word, *command], check=False)


def answer_yes(host, *command):
    done = answer(host, "yes", *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_host_key_that_is_not_accepted_stays_unknown(hosts, host_a):
    hosts.add("added", transport="ssh", address="host-b", user="root")
    host_a.exec(["mv", KNOWN, f"{KNOWN}.away"])
    try:
        done = answer(host_a, "no", "migration-key", "--accept", "added")
        assert done.returncode == 1 and "was not accepted" in done.stdout
        hosts.refused("added", "HostKeyUnknown")
    finally:
        host_a.exec(["mv", f"{KNOWN}.away", KNOWN])


def test_the_login(hosts):
    hosts.add("added", transport="ssh", address="host-b", user="nobody")
    hosts.refused("added", "LoginRefused", "user nobody", f"{KEY}.pub", "migration-key added")


def test_permission_to_use_libvirt(hosts, host_b):
    host_b.exec(["sh", "-c", "id plain 2>/dev/null || useradd -m -s /bin/sh plain; install -d -m 700 -o plain "
                 "/home/plain/.ssh; install -m 600 -o plain /root/.ssh/authorized_keys /home/plain/.ssh/"])
    try:
        hosts.add("added", transport="ssh", address="host-b", user="plain")
        hosts.refused("added", "LibvirtRefused", "usermod -aG libvirt plain")
        host_b.exec(["usermod", "-aG", "libvirt", "plain"])
        hosts.test("added")
    finally:
        host_b.exec(["gpasswd", "-d", "plain", "libvirt"], check=False)


def test_libvirtd_is_down(hosts, host_b):
    hosts.add("by-ssh", transport="ssh", address="host-b", user="root")
    hosts.add("by-tls", transport="tls", address="host-b")
    host_b.exec(["systemctl", "stop", *SOCKETS, "libvirtd"])
    try:
        hosts.refused("by-ssh", "LibvirtDown", "systemctl start libvirtd.socket")
        hosts.refused("by-tls", "ConnectionRefused", "libvirtd-tls.socket")
    finally:
        host_b.exec(["systemctl", "start", *SOCKETS])
    hosts.test("by-ssh")


def test_the_key_is_handed_over(hosts, host_a):
    """The other host has it already, which ssh-copy-id finds out by logging in with it."""
    hosts.add("added", transport="ssh", address="host-b", user="root")
    done = host_a.exec(["migration-key", "added"])
    assert "already exist" in done.stdout + done.stderr


def test_the_key_is_made_and_shown(host_a):
    host_a.exec(["mv", KEY, f"{KEY}.away"])
    host_a.exec(["mv", f"{KEY}.pub", f"{KEY}.pub.away"])
    try:
        first = host_a.exec(["migration-key"]).stdout.splitlines()
        assert re.match(r"256 SHA256:\S+ migrationd@host-a \(ED25519\)", first[0])
        assert re.match(r"ssh-ed25519 \S+ migrationd@host-a$", first[1])
        assert host_a.exec(["migration-key"]).stdout.splitlines() == first, "it is made once"
        assert host_a.exec(["stat", "-c", "%U %a", KEY]).stdout.strip() == "migrationd 600"
    finally:
        host_a.exec(["mv", f"{KEY}.away", KEY])
        host_a.exec(["mv", f"{KEY}.pub.away", f"{KEY}.pub"])


# migration-key(8), CERTIFICATES
SIGN = """
printf '%s\\n' honor_crq_extensions 'expiration_days = 365' > rules
certtool --generate-certificate --load-request request.pem \\
    --load-ca-certificate cacert.pem --load-ca-privkey cakey.pem \\
    --template rules --outfile clientcert.pem
"""
INSTALL = f"install -o migrationd -g migrationd -m 644 clientcert.pem cacert.pem {PKI}/"


def test_a_certificate_is_asked_for_signed_and_used(hosts, host_a, lab):
    """A key and a certificate of its own, from nothing, as the man page has it."""
    hosts.add("added", transport="tls", address="host-b")
    host_a.exec(["mv", PKI, f"{PKI}.away"])
    work = host_a.exec(["mktemp", "-d"]).stdout.strip()
    try:
        first = host_a.exec(["migration-key", "--certificate"])
        assert f"{PKI}/clientcert.pem" in first.stderr
        assert first.stdout.startswith("-----BEGIN NEW CERTIFICATE REQUEST-----")
        assert host_a.exec(["migration-key", "--certificate"]).stdout == first.stdout, "the key is made once"
        modes = host_a.exec(["stat", "-c", "%U %a", PKI, f"{PKI}/clientkey.pem"]).stdout.splitlines()
        assert modes == ["migrationd 700", "migrationd 600"]
        hosts.refused("added", "LoginRefused")

        authority = lab.credentials.directory
        for name, text in (("request.pem", first.stdout), ("cacert.pem", (authority / "ca.pem").read_text()),
                           ("cakey.pem", (authority / "ca.key").read_text())):  # fmt: skip
            host_a.exec(["tee", f"{work}/{name}"], input=text)
        host_a.exec(["sh", "-ec", f"cd {work}{SIGN}{INSTALL}"])
        subject = host_a.exec(["certtool", "-i", "--infile", f"{PKI}/clientcert.pem"]).stdout
        assert "CN=migrationd@host-a" in subject and "TLS WWW Client" in subject
        assert "'hostname': <'host-b'>" in hosts.test("added")
    finally:
        host_a.exec(["rm", "-rf", PKI, work])
        host_a.exec(["mv", f"{PKI}.away", PKI])


@pytest.mark.parametrize("words, offered", [
    (["--"], ["--accept", "--certificate", "--forget", "--help"]), (["--certificate", "l"], []), (["by-ss"], ["by-ssh"]), (["--accept", "by-t"], ["by-tls"]),
    (["l"], []), (["9"], ["9.host"]), (["by-ssh", "--accept", ""], [])])
def test_bash_completes(hosts, host_a, words, offered):
    for name in ("by-ssh", "by-tls", "9.host"):
        hosts.add(name, transport="ssh", address="host-b", user="root")
    script = f"""
        . /usr/share/bash-completion/completions/migration-key
        COMP_WORDS=(migration-key {" ".join(map(repr, words))}) COMP_CWORD={len(words)}
        _migration_key && printf '%s\\n' "${{COMPREPLY[@]}}" """
    assert sorted(host_a.exec(["bash", "-c", script]).stdout.split()) == offered


@pytest.mark.parametrize("words, said", [
    (["../x"], "no host's name"), (["-oProxyCommand=x"], "usage"), (["nohost"], "no host nohost is configured"),
    (["local"], "not reached by ssh"), (["--accept"], "usage"), (["--certificate", "host-b"], "usage"), (["a", "b"], "usage"), (["$(id)"], "no host's name"),
    (["qemu+tls://host-b/system"], "not reached by ssh"), (["qemu+ssh://-oProxyCommand=x/system"], "no address"),
    (["qemu+ssh://host-b/system?command=x"], "no URI"), (["qemu+ssh://host-b:x/system"], "no port"),
    (["qemu+ssh://-lx@host-b/system"], "no name of a user")])
def test_words_that_are_no_host(host_a, words, said):
    done = host_a.exec(["migration-key", *words], check=False)
    assert done.returncode in (1, 2) and said in done.stderr


def test_a_file_that_cannot_be_used_is_not_a_host_without_ssh(host_a):
    path = "/etc/migrationd/hosts.d/broken.conf"
    host_a.exec(["tee", path], input="[Host]\nTransport=ssh\nAdress=host-b\n")
    try:
        done = host_a.exec(["migration-key", "broken"], check=False)
        assert done.returncode == 1 and f'{path}: Host broken: the key "Adress" is unknown' in done.stderr
    finally:
        host_a.exec(["rm", path])


def test_the_command_of_a_refusal_takes_a_uri(host_a):
    """A destination that no file describes is named by its URI, in what Plan says too."""
    uri = "qemu+ssh://nobody@host-b/system"
    with pytest.raises(Refused, match=f"migration-key {re.escape(uri)}$"):
        Service(host_a).call("Plan", "web1", uri, options({}))
    root = uri.replace("nobody", "root")
    assert "already exist" in host_a.exec(["migration-key", root]).stderr
    host_a.exec(["mv", KNOWN, f"{KNOWN}.away"])
    try:
        assert "is known now" in answer_yes(host_a, "migration-key", "--accept", root)
    finally:
        host_a.exec(["mv", f"{KNOWN}.away", KNOWN])


def test_it_needs_root(host_a):
    done = host_a.exec(["runuser", "-u", "nobody", "--", "migration-key"], check=False)
    assert done.returncode == 1 and "only root" in done.stderr
