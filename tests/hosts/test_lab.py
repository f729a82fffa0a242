# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab itself: hosts boot, reach each other, move guests, fail when told to, and leave nothing."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lab import Lab, LabError, cgroups, disk, guests, install, machine, storage, system

HOSTS = Path(__file__).with_name("hosts")
URIS = {
    "tcp": "qemu+tcp://host-b/system",
    "ssh": "qemu+ssh://root@host-b/system",
    "tls": "qemu+tls://host-b/system",
}


def cli(lab, *args, **options):
    options.setdefault("capture_output", True)
    environment = {**os.environ, "LAB": lab.name}
    return subprocess.run([HOSTS, *args], env=environment, text=True, check=False, timeout=60, **options)


# Running programs


def test_exec_gives_output_and_status(host_a):
    done = host_a.exec(["sh", "-c", "cat; echo err >&2; exit 7"], input="in", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "in", "err\n")


def test_exec_says_what_failed(host_a):
    with pytest.raises(LabError, match="'ls /nowhere' on host-a gave exit status 2: .*No such file"):
        host_a.exec(["ls", "/nowhere"])


def test_exec_passes_bytes(host_a):
    every = bytes(range(256)) * 4096
    assert host_a.exec(["cat"], input=every).stdout == every


def test_exec_ends_a_program_that_takes_too_long(host_a):
    with pytest.raises(LabError, match="did not end within 0.5 s"):
        host_a.exec(["sleep", "4711"], timeout=0.5)
    system.wait_for(lambda: not host_a.pids("-f", "sleep 4711"), "the program goes on", 5)


def test_exec_is_on_the_host(host_a):
    script = "hostname; id -un; pwd; cat /proc/self/cgroup; env"
    lines = host_a.exec(["sh", "-c", script], user="nobody").stdout.splitlines()
    assert lines[:2] == ["host-a", "nobody"]
    assert "0::/lab-exec" in lines
    assert not any(line.startswith(("SSH_", "XDG_", "PYTHON")) for line in lines)


def test_spawn_passes_signals(host_a):
    script = "trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.1; done"
    process = host_a.spawn(["sh", "-c", script], stdout=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    assert process.communicate(timeout=5)[0] == "got it\n"
    assert process.returncode == 3


def test_a_program_dies_with_its_command_line(lab, host_a):
    environment = {**os.environ, "LAB": lab.name}
    process = subprocess.Popen([HOSTS, "exec", "host-a", "sleep", "4712"], env=environment)
    system.wait_for(lambda: host_a.pids("-f", "^sleep 4712"), "the program does not start", 5)
    process.kill()
    process.wait(5)
    system.wait_for(lambda: not host_a.pids("-f", "^sleep 4712"), "the program goes on", 5)


def test_command_line_is_transparent(lab):
    assert cli(lab, "exec", "host-b", "sh", "-c", "cat; exit 9", input="x\n").stdout == "x\n"
    assert cli(lab, "exec", "host-b", "sh", "-c", "exit 9").returncode == 9
    assert cli(lab, "exec", "b", "sh", "-c", "kill -TERM $$").returncode == -15
    assert cli(lab, "exec", "--", "host-b", "echo", "-n", "--user").stdout == "--user"
    shell = f"{HOSTS} exec host-a yes | head -n 1; echo a b | {HOSTS} exec host-a wc -w"
    piped = subprocess.run(
        ["sh", "-c", shell], env={**os.environ, "LAB": lab.name}, capture_output=True, text=True, check=True
    )
    assert piped.stdout == "y\n2\n" and piped.stderr == ""


def test_command_line_says_what_is_wrong(lab):
    done = cli(lab, "exec", "host-x", "true")
    assert done.returncode == 1
    assert done.stderr == f"hosts: There is no host 'host-x' in the lab '{lab.name}'; there is: {', '.join(lab.hosts)}.\n"
    assert "is up already" in cli(lab, "up").stderr


def test_status_shows_hosts_and_guests(lab, host_a, clean):
    guests.start(host_a, "web9", wait=False)
    lines = cli(lab, "status").stdout.splitlines()
    assert lines[1].split() == ["host-a", "on", "192.0.2.11", "198.51.100.11", "web9"]
    assert lines[2].split() == ["host-b", "on", "192.0.2.12", "198.51.100.12", "-"]


# Sessions


POLICY = """<?xml version="1.0"?>
<policyconfig>
  <action id="org.example.where.{where}"><description>x</description><message>x</message>
    <defaults><allow_any>{any}</allow_any><allow_inactive>{inactive}</allow_inactive>
      <allow_active>{active}</allow_active></defaults>
  </action>
</policyconfig>
"""
ASK = """
for where in any inactive active; do
    pkcheck --action-id org.example.where.$where --process $$ 2>&- && echo $where
done
id -un
echo $XDG_SESSION_ID
"""


@pytest.fixture(scope="module")
def visitor(host_a):
    """A user, and for each kind of session an action that polkit allows to it only."""
    for where in ("any", "inactive", "active"):
        answers = {one: "yes" if one == where else "no" for one in ("any", "inactive", "active")}
        path = f"usr/share/polkit-1/actions/org.example.where.{where}.policy"
        disk.write(host_a.disk, path, POLICY.format(where=where, **answers))
    host_a.add_user("visitor")
    yield "visitor"
    host_a.remove_user("visitor")


@pytest.mark.parametrize(
    ("where", "chosen"),
    [("active", {}), ("inactive", {"active": False, "local": True}), ("any", {"active": False})],
)
def test_session_is_what_polkit_asks_for(host_a, visitor, where, chosen):
    answer = host_a.session_exec(visitor, ["sh", "-c", ASK], **chosen).stdout.split()
    assert answer[:-1] == [where, visitor] and answer[-1].isdigit()
    units = host_a.exec(["systemctl", "list-units", "--plain", "--no-legend", "lab-screen-*"]).stdout
    assert units == ""


def test_a_session_may_come_over_ssh(host_a, host_b, visitor):
    answer = host_b.exec(["ssh", f"{visitor}@host-a", ASK]).stdout.split()
    assert answer[:-1] == ["any", visitor] and answer[-1].isdigit()


# Networks and connections


@pytest.mark.parametrize("transport", URIS)
def test_hosts_reach_each_other(host_a, host_b, transport):
    assert host_a.virsh("hostname", connect=URIS[transport]) == "host-b"
    back = URIS[transport].replace("host-b", "host-a")
    assert host_b.virsh("hostname", connect=back) == "host-a"


@pytest.mark.parametrize("network", ["mgmt", "migration"])
@pytest.mark.parametrize("family", [0, 1])
def test_both_networks_carry_both_families(host_a, host_b, network, family):
    address = host_b.addresses[network][family]
    before = host_b.bytes(network)
    host = f"[{address}]" if family else address
    assert host_a.virsh("hostname", connect=f"qemu+tcp://{host}/system") == "host-b"
    after = host_b.bytes(network)
    assert after[0] > before[0] and after[1] > before[1]


def test_hosts_have_no_way_out(host_a):
    assert host_a.exec(["ip", "route", "show", "default"]).stdout == ""


def test_every_host_has_its_own_uuid(lab):
    uuids = {host.exec(["cat", "/etc/machine-id"]).stdout for host in lab.hosts.values()}
    assert len(uuids) == len(lab.hosts)


def test_host_files_name_the_other_host(host_a):
    there = host_a.exec(["sh", "-c", "cd /etc/migrationd/hosts.d && ls && cat host-b-ssh.conf"]).stdout
    for line in ("host-b.conf", "host-b-ssh.conf", "host-b-tls.conf", "local.conf", "Transport=ssh", "User=root"):
        assert f"{line}\n" in there


# Guests move


def migrate(source, name, uri, *flags):
    return source.virsh("migrate", "--live", *flags, name, uri)


@pytest.mark.parametrize("transport", URIS)
def test_a_guest_moves_and_goes_on(host_a, host_b, clean, transport):
    guests.start(host_a, "web1", memory=96)
    guests.wait_tick(host_a, "web1", 2)
    migrate(host_a, "web1", URIS[transport], "--p2p")
    last = guests.ticks(host_a, "web1")
    assert guests.wait_alive(host_b, "web1") > last
    assert guests.ticks(host_a, "web1") == last
    assert guests.names(host_a) == [] and guests.names(host_b) == ["web1"]


def test_a_guest_moves_over_the_second_network(host_a, host_b, clean):
    guests.start(host_a, "web1")
    before = host_b.bytes("mgmt"), host_b.bytes("migration")
    address = host_b.addresses["migration"][0]
    migrate(host_a, "web1", URIS["tcp"], "--p2p", "--migrateuri", f"tcp://{address}")
    mgmt, other = host_b.bytes("mgmt")[0] - before[0][0], host_b.bytes("migration")[0] - before[1][0]
    assert other > 10_000_000 > mgmt
    guests.wait_alive(host_b, "web1")


def test_a_guest_moves_encrypted(host_a, host_b, clean):
    guests.start(host_a, "web1")
    migrate(host_a, "web1", URIS["tls"], "--p2p", "--tls")
    guests.wait_alive(host_b, "web1")


def test_a_busy_guest_moves_by_post_copy(host_a, host_b, clean):
    guests.start(host_a, "busy", memory=192, dirty=64)
    host_a.shape("200mbit")
    watch = ["stdbuf", "-oL", "virsh", "event", "--event", "lifecycle", "--loop"]
    events = host_a.spawn(watch, stdout=subprocess.PIPE)
    migrate(host_a, "busy", URIS["tcp"], "--p2p", "--postcopy", "--postcopy-after-precopy")
    last = guests.ticks(host_a, "busy")
    events.terminate()
    assert "Suspended Post-copy" in events.communicate(timeout=10)[0]
    assert guests.wait_alive(host_b, "busy") > last


def test_a_guest_moves_with_its_disk(host_a, host_b, clean):
    guests.start(host_a, "store", disks=[storage.create(host_a, "store")])
    migrate(host_a, "store", URIS["tcp"], "--p2p", "--copy-storage-all")
    guests.wait_alive(host_b, "store")


# Faults


@pytest.mark.parametrize("silent", [False, True])
def test_a_cut_link_heals(host_a, host_b, clean, silent):
    def reach():
        address = host_b.addresses["migration"][0]
        return host_a.exec(["timeout", "1", "bash", "-c", f"</dev/tcp/{address}/22"], check=False).returncode == 0

    system.wait_for(reach, "there is no link", 10)
    host_b.cut("migration", silent=silent)
    assert not reach()
    assert host_a.virsh("hostname", connect=URIS["tcp"]) == "host-b"
    carrier = host_b.exec(["cat", "/sys/class/net/migration/carrier"]).stdout.strip()
    assert carrier == ("1" if silent else "0")
    host_b.heal("migration")
    system.wait_for(reach, "the link does not heal", 10)


def test_a_shaped_link_is_slow(host_a, host_b, clean):
    guests.start(host_a, "web1")
    host_b.shape("120mbit", "mgmt")
    start = time.monotonic()
    before = host_b.bytes("mgmt")[0]
    migrate(host_a, "web1", URIS["tcp"], "--p2p")
    rate = 8 * (host_b.bytes("mgmt")[0] - before) / (time.monotonic() - start)
    assert rate < 130e6


def test_power_cut_keeps_the_disk(host_a, host_b, clean):
    host_b.exec(["sh", "-c", "echo kept >/var/lib/kept; journalctl --sync"])
    boot = host_b.exec(["cat", "/proc/sys/kernel/random/boot_id"]).stdout
    host_b.power_cut()
    assert host_b.leader is None
    with pytest.raises(LabError, match="host-b is off"):
        host_b.exec(["true"])
    with pytest.raises(LabError):
        host_a.virsh("hostname", connect="qemu+tcp://host-b/system", timeout=2)
    host_b.boot()
    assert host_b.exec(["cat", "/var/lib/kept"]).stdout == "kept\n"
    assert "host-b" in host_b.exec(["journalctl", "-b", "-1", "-n", "1"]).stdout
    assert host_a.virsh("hostname", connect=URIS["tcp"]) == "host-b"
    assert boot  # the kernel is shared, so this id does not change


def test_reboot_and_power_off(host_a, clean):
    before = host_a.leader
    host_a.reboot()
    assert host_a.leader not in (None, before)
    assert host_a.virsh("hostname") == "host-a"
    host_a.power_off()
    assert host_a.leader is None
    host_a.boot()


def test_a_daemon_can_hang_and_go_on(host_a, clean):
    host_a.virsh("hostname")
    host_a.stop_process("-x", "libvirtd")
    with pytest.raises(LabError, match="did not end"):
        host_a.virsh("hostname", timeout=1)
    host_a.resume_process("-x", "libvirtd")
    assert host_a.virsh("hostname") == "host-a"


# Installing

SYSUSERS = "g libvirt -\nu migrationd - \"Guest Migration\" /var/lib/migrationd\nm migrationd libvirt\n"
TMPFILES = "d /var/lib/migrationd 0750 migrationd migrationd -\n"
UNIT = "[Service]\nExecStart=/usr/libexec/migrationd\nUser=migrationd\n"
PROGRAM = "#!/bin/sh\nexec sleep infinity\n"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A build that has just what the lab looks at."""
    top = tmp_path_factory.mktemp("stage")
    for path, text, mode in (
        ("usr/lib/sysusers.d/migrationd.conf", SYSUSERS, 0o644),
        ("usr/lib/tmpfiles.d/migrationd.conf", TMPFILES, 0o644),
        ("usr/lib/systemd/system/migrationd.service", UNIT, 0o644),
        ("usr/libexec/migrationd", PROGRAM, 0o755),
        ("usr/share/migrationd/old", "", 0o644),
    ):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
        (top / path).chmod(mode)
        os.chown(top / path, 1234, 1234)
    top.chmod(0o700)
    return top


@pytest.fixture(scope="module")
def second(lab, stage):
    """A second lab, beside the first one."""
    with Lab(f"{lab.name}-2") as other:
        other.up(2, stage)
        yield other


def test_a_stage_is_installed_like_a_package(second):
    host = second.hosts["host-a"]
    assert "libvirt" in host.exec(["id", "-Gn", "migrationd"]).stdout.split()
    assert host.exec(["stat", "-c", "%U %a", "/usr/libexec/migrationd", "/usr"]).stdout == "root 755\nroot 755\n"
    host.exec(["systemctl", "start", "migrationd.service"])


@pytest.mark.parametrize("transport", URIS)
def test_the_service_user_reaches_other_hosts(second, transport):
    uri = URIS[transport] + ("?pkipath=/var/lib/migrationd/pki" if transport == "tls" else "")
    assert second.hosts["host-a"].virsh("hostname", connect=uri, user="migrationd") == "host-b"


def test_installing_again_replaces(second, stage):
    host = second.hosts["host-b"]
    host.exec(["systemctl", "start", "migrationd.service"])
    before = host.exec(["systemctl", "show", "-P", "MainPID", "migrationd.service"]).stdout
    (stage / "usr/share/migrationd/old").rename(stage / "usr/share/migrationd/new")
    second.install(stage)
    assert host.exec(["ls", "/usr/share/migrationd"]).stdout == "new\n"
    assert host.exec(["systemctl", "show", "-P", "MainPID", "migrationd.service"]).stdout != before


def test_a_stage_must_be_one(tmp_path):
    assert install.stage_of(None) is None
    assert install.stage_of(tmp_path / "nothing") is None
    (tmp_path / "README").write_text("")
    with pytest.raises(LabError, match="has no usr"):
        install.stage_of(tmp_path)


# Leaving nothing


def traces(lab):
    """What a lab is made of: its processes, namespaces, groups, files and mounts."""
    pids, spaces = lab.groups.all_pids(), set()
    for pid in pids:
        for kind in ("net", "mnt", "pid"):
            try:
                spaces.add(os.readlink(f"/proc/{pid}/ns/{kind}"))
            except OSError:  # it ended meanwhile
                continue
    return pids, spaces - {os.readlink(f"/proc/self/ns/{kind}") for kind in ("net", "mnt", "pid")}


def left_over(lab, pids, spaces):
    found = [f"process {pid}" for pid in pids if cgroups.lives(pid)]
    for link in Path("/proc").glob("[0-9]*/ns/*"):
        try:
            found += [str(link)] if os.readlink(link) in spaces and cgroups.lives(link.parts[2]) else []
        except OSError:
            continue
    found += [line for line in system.mounts() if f"guest-migration-{lab.name}/" in line]
    return found + [str(path) for path in (lab.state, *lab.groups.top) if path.exists()]


def test_down_leaves_nothing(lab):
    before = system.mounts(), sorted(os.listdir("/run")), sorted(os.listdir("/sys/class/net"))
    other = Lab(f"{lab.name}-3")
    other.up(2)
    guests.start(other.hosts["host-a"], "web1")
    pids, spaces = traces(other)
    assert len(pids) > 20 and len(spaces) >= 7
    other.down()
    assert left_over(other, pids, spaces) == []
    assert (system.mounts(), sorted(os.listdir("/run")), sorted(os.listdir("/sys/class/net"))) == before
    assert machine.SYSCTL.read_text() == "1\n"  # the first lab still needs it
    other.down()


def test_a_start_cut_short_is_taken_away(lab):
    other = Lab(f"{lab.name}-4")
    environment = {**os.environ, "LAB": other.name}
    for delay in (0.15, 0.3, 0.5):
        process = subprocess.Popen([sys.executable, HOSTS, "up"], env=environment, stdout=subprocess.DEVNULL)
        threading.Event().wait(delay)
        process.kill()
        process.wait()
        pids, spaces = traces(other)
        other.down()
        assert left_over(other, pids, spaces) == []
    other.up(1)
    other.down()


def test_a_lab_whose_owner_was_killed_is_taken_away(lab):
    other = Lab(f"{lab.name}-5")
    script = f"import os; from lab import Lab; Lab({other.name!r}).up(1); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", script], cwd=HOSTS.parent, check=False)
    pids, spaces = traces(other)
    assert pids and other.is_up
    Lab(f"{lab.name}-6").down()
    assert left_over(other, pids, spaces) == []


def test_labs_do_not_see_each_other(lab, second):
    first, other = (one.hosts["host-a"] for one in (lab, second))
    assert first.exec(["cat", "/etc/machine-id"]).stdout != other.exec(["cat", "/etc/machine-id"]).stdout
    other.cut()
    assert first.virsh("hostname", connect=URIS["tcp"]) == "host-b"
    other.heal()


def test_the_last_lab_puts_the_machine_back(tmp_path, monkeypatch):
    sysctl, notes = tmp_path / "sysctl", tmp_path / "nspawn"
    sysctl.write_text("0\n")
    for name, value in (("STATES", tmp_path), ("SYSCTL", sysctl), ("PRIVATE_RUN", str(notes))):
        monkeypatch.setattr(machine, name, value)
    for lab in ("one", "two"):
        machine.state_directory(lab).mkdir()
        machine.borrow(lab)
    machine.give_back("one")
    assert sysctl.read_text() == "1\n" and notes.is_dir()
    machine.give_back("two")
    machine.give_back("two")
    assert sysctl.read_text() == "0\n" and not notes.exists()


def test_bad_requests_are_named():
    with pytest.raises(LabError, match="must be 1 to 32"):
        Lab("Not/A/Name")
