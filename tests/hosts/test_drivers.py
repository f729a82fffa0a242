# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drivers other than QEMU as far as hosts without their hypervisors can tell: that the worker's
libvirt, in the sandbox of its unit, gets as far as the other side."""

import html
import subprocess
from pathlib import Path

import pytest
from lab import system
from service import Refused, Service

SERVER = Path(__file__).parent / "lab" / "vcenter.py"
PASSWORD = "Tr0ub4dor&3"
FILE = """[Host]
Driver=vpx
Address=host-b
User=admin@vs.local
PasswordFile=vc
Datacenter=DC
HostSystem=esx1
"""
HEARD = "/run/vcenter-heard"


def write(host, path, text, owner="root", mode="0644"):
    """Moved into place: the service reads a host file as soon as it is there."""
    host.exec(["install", "-D", "-o", owner, "-m", mode, "/dev/stdin", path + ".new"], input=text)
    host.exec(["mv", path + ".new", path])


@pytest.fixture
def service(host_a):
    return Service(host_a)


@pytest.fixture
def vcenter(host_a, host_b):
    """host-b poses as a vCenter; esx1 is a host of it in two files of host-a."""
    write(host_b, "/run/vcenter.py", SERVER.read_text())
    pki = "/etc/pki/libvirt"
    words = ["python3", "/run/vcenter.py", f"{pki}/servercert.pem", f"{pki}/private/serverkey.pem", HEARD]
    with host_b.spawn(words, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == "listening\n"
        write(host_a, "/etc/migrationd/hosts.d/esx1.conf", FILE)
        write(host_a, "/etc/migrationd/hosts.d/esx1-any.conf", FILE + "VerifyCertificate=no\n")
        yield lambda: host_b.exec(["cat", HEARD], check=False).stdout
        server.kill()
    host_a.exec(["sh", "-c", "rm -rf /etc/migrationd/hosts.d/esx1*.conf /var/lib/migrationd/passwords/vc"])
    host_b.exec(["rm", "-f", HEARD, "/run/vcenter.py"])


def ask(service, name):
    system.wait_for(lambda: host_path(name) in service.host.exec(
        ["busctl", "--system", "tree", "--list", "org.example.Migration1"]).stdout, f"no object of {name}", 10.0)
    with pytest.raises(Refused) as raised:
        service.call("Test", path=host_path(name), interface="Host")
    return raised.value


def host_path(name):
    return "/org/example/Migration1/host/" + name.replace("-", "_2d")


def journal(host):
    host.exec(["journalctl", "--sync"])
    return host.exec(["journalctl", "-b", "-o", "cat"]).stdout


@pytest.mark.parametrize("where", ["passwords", "credential"])
def test_a_vcenter_gets_the_password_by_https(service, vcenter, host_a, where):
    """libcurl works in the worker's sandbox; nothing but the vCenter sees the password."""
    drop_in = "/run/systemd/system/migration-query@.service.d/vc.conf"
    if where == "passwords":
        write(host_a, "/var/lib/migrationd/passwords/vc", PASSWORD + "\n", "migrationd", "0600")
    else:
        write(host_a, "/etc/credstore/vc", PASSWORD + "\n", mode="0600")
        write(host_a, drop_in, "[Service]\nLoadCredential=vc:/etc/credstore/vc\n")
        host_a.exec(["systemctl", "daemon-reload"])
        host_a.exec(["systemctl", "stop", "migration-query@*"])  # credentials come with the start

    error = ask(service, "esx1-any")

    host_a.exec(["rm", "-f", drop_in, "/etc/credstore/vc"])
    assert error.name == "LoginRefused" and "the vCenter of host esx1-any" in error.message
    heard = vcenter()
    assert f"<password xmlns=\"urn:vim25\" xsi:type=\"xsd:string\">{html.escape(PASSWORD)}</password>" in heard
    assert "admin@vs.local" in heard
    told = journal(host_a)
    assert "for call to 'Login'" in told and PASSWORD not in told and PASSWORD not in error.message


def test_an_unknown_certificate_gets_no_password(service, vcenter, host_a):
    write(host_a, "/var/lib/migrationd/passwords/vc", PASSWORD + "\n", "migrationd", "0600")
    error = ask(service, "esx1")
    assert error.name == "LoginRefused" and "is not trusted here" in error.message
    assert vcenter() == ""


@pytest.mark.parametrize("transport", ["ssh", "tls"])
def test_a_host_without_the_hypervisor(service, host_a, transport):
    """The other side's libvirtd gets the driver's URI, and has no such driver."""
    user = "User=root\n" if transport == "ssh" else ""
    write(host_a, "/etc/migrationd/hosts.d/xen-b.conf",
          f"[Host]\nDriver=xen\nTransport={transport}\nAddress=host-b\n{user}")
    error = ask(service, "xen-b")
    host_a.exec(["rm", "-f", "/etc/migrationd/hosts.d/xen-b.conf"])
    assert error.name == "HostUnreachable", error
    assert "xen:///system" in journal(host_a)
