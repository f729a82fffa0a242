# SPDX-License-Identifier: LGPL-2.1-or-later
"""One host of a lab: running programs on it, looking at it, and its faults.

A Host keeps no state of its own: it finds the host's processes each time, so it stays right after
a reboot or a power cut, and several programs can work with the same host.
"""

import uuid
from pathlib import Path

from . import boot, network, process, settings, traffic
from .credentials import user_ids
from .system import LabError

NAMESPACES = ["-m", "-u", "-i", "-n", "-p", "-C"]
SCREEN = "--setenv=XDG_SEAT=seat0"
# In a unit's command line $$ stands for the sign itself.
HIDE = f"""
while kill -0 $$MAINPID && ! grep -qsx LEADER=$$MAINPID /run/systemd/sessions/*; do sleep 0.02; done
exec systemd-run --quiet --no-block --collect --unit=$$1 -p PAMName=login -p User=root {SCREEN} sleep infinity
"""
UNTIL_HIDDEN = """
until [ "$(loginctl show-session --value -p Active "$XDG_SESSION_ID")" = no ]; do
    sleep 0.02
done
exec "$@"
"""
TRUST = """
home=$(getent passwd "$1" | cut -d : -f 6)
install -d -m 700 -o "$1" "$home/.ssh"
install -m 600 -o "$1" /root/.ssh/authorized_keys "$home/.ssh"
"""


def unit_words(options, argv):
    """The command line for the host that runs `argv` as a unit of its own and waits for its end."""
    run = ["systemd-run", "--quiet", "--wait", "--collect", "--service-type=exec", "-p", "IgnoreSIGPIPE=no"]
    # systemd replaces $NAME in a unit's command line; $$ stands for the sign itself.
    return [*run, *options, "--", *(str(word).replace("$", "$$") for word in argv)]


class Host:
    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        both = network.addresses(name)
        self.addresses = both  # {"mgmt": (IPv4, IPv6), "migration": (IPv4, IPv6)}
        self.console = lab.state / name / "console.log"

    def __repr__(self):
        return f"<Host {self.name}>"

    # Where it is

    @property
    def leader(self):
        """The host's PID 1 as seen from outside, or None while it is off."""
        return boot.leader(self.lab.groups, self.name)

    @property
    def keeper(self):
        """The process that holds the host's disk and network, on or off."""
        pids = self.lab.groups.pids(f"{self.name}.disk")
        if not pids:
            raise LabError(f"{self.name} does not exist now: start the lab with 'hosts up'.")
        return pids[0]

    @property
    def disk(self):
        """The host's disk seen from outside; there while the host is off, too."""
        return Path(f"/proc/{self.keeper}/root{self.mount_point}/root")

    @property
    def mount_point(self):
        return self.lab.state / self.name / "disk"

    @property
    def root(self):
        """The running host's / seen from outside, with its /run and /tmp."""
        return Path(f"/proc/{self._running()}/root")

    def _running(self):
        pid = self.leader
        if pid is None:
            raise LabError(f"{self.name} is off: switch it on with 'hosts boot {self.name}'.")
        return pid

    # Running programs

    def command_line(self, argv, user="root"):
        """The command line for this machine that runs `argv` as a user on the host.

        The program gets a clean login environment, the host's own namespaces and a control group
        of the host; it dies with this command line and with the host.
        """
        pid = self._running()
        ids = user_ids(self.disk, user)
        if ids is None:
            raise LabError(f"There is no user {user} on {self.name}.")
        group = self.lab.groups.directory(self.name) / "payload/lab-exec"
        group.mkdir(exist_ok=True)
        who = [f"--reuid={ids[0]}", f"--regid={ids[1]}", "--init-groups", "--reset-env", "--pdeathsig=KILL"]
        enter = 'echo 0 >"$0/cgroup.procs" && exec "$@"'
        words = ["nsenter", "-t", str(pid), *NAMESPACES, "--", "setpriv", *who, "--", *map(str, argv)]
        return ["/bin/sh", "-c", enter, str(group), *words]

    def spawn(self, argv, *, user="root", **options):
        """Starts a program on the host and gives a Popen; signals sent with it reach the program."""
        return process.Process(self.command_line(argv, user), **options)

    def exec(self, argv, input=None, check=True, user="root", timeout=60.0):
        """Runs a program on the host to its end and gives a CompletedProcess with its output."""
        return self._complete(self.command_line(argv, user), argv, input, check, timeout)

    def session_exec(self, user, argv, active=True, local=None, input=None, check=True, timeout=60.0):
        """Runs a program in a login session of a user: active as if sitting at the host's screen.

        Not active is from elsewhere, as with ssh; with local, at the screen while another session is shown.
        """
        words = self.command_line(self.session_words(user, argv, active, local))
        return self._complete(words, argv, input, check, timeout)

    def session_spawn(self, user, argv, active=True, local=None, **options):
        """As `spawn`, in a login session; to end it, close its input or end the unit on the host."""
        return self.spawn(self.session_words(user, argv, active, local), **options)

    def session_words(self, user, argv, active=True, local=None):
        """The command line on the host that runs a program in a session."""
        # Not of type exec: PAM's helper holds what tells of the start, which fails after 90 seconds.
        options = ["--pipe", "--service-type=simple", "-p", "PAMName=login", "-p", f"User={user}"]
        if not active and not local:
            return unit_words(options, argv)
        if not active:
            # Once the session is there, another one takes the screen until its end.
            other = f"lab-screen-{uuid.uuid4().hex}"
            options += ["-p", f"ExecStartPost=+sh -c '{HIDE}' hide {other}"]
            options += ["-p", f"ExecStopPost=+systemctl stop {other}"]
            argv = ["sh", "-c", UNTIL_HIDDEN, "hidden", *argv]
        return unit_words([*options, SCREEN], argv)

    def _complete(self, words, argv, stdin, check, timeout):
        line = f"'{' '.join(map(str, argv))}' on {self.name}"
        return process.complete(words, line, stdin=stdin, check=check, timeout=timeout)

    def virsh(self, *args, check=True, timeout=120.0, user="root", connect="qemu:///system"):
        """Runs virsh against the host's own libvirtd and gives what it printed, if check is true."""
        done = self.exec(["virsh", "-q", "-c", connect, *args], check=check, timeout=timeout, user=user)
        return done.stdout.strip() if check else done

    def add_user(self, user, *groups):
        """Makes an ordinary user who can log in; root of every host may do so with ssh."""
        more = ["-G", ",".join(groups)] if groups else []
        self.exec(["useradd", "-m", "-s", "/bin/bash", *more, user])
        self.exec(["sh", "-ec", TRUST, "trust", user])

    def remove_user(self, user):
        """Ends the user's sessions and forgets the user."""
        self.exec(["loginctl", "terminate-user", user], check=False)
        self.exec(["userdel", "-f", "-r", user])

    # Looking at it

    def bytes(self, net):
        """Bytes (received, sent) on one of its networks since the lab came up."""
        return network.counters(self.keeper, net)

    def watch(self):
        """Measures, in a `with`, what goes over its networks meanwhile: see traffic.Watch."""
        return traffic.Watch(self)

    def connections(self):
        """Its established TCP connections: (address, port, peer, peer_port) each."""
        return traffic.connections(self.keeper)

    def listeners(self):
        """Where its programs wait for TCP connections, as {(address, port)}."""
        return traffic.listeners(self.keeper)

    def pids(self, *pattern):
        """Process ids, as the host counts them, of the processes that pgrep finds."""
        return [int(pid) for pid in self.exec(["pgrep", *pattern], check=False).stdout.split()]

    def outside(self, pid):
        """The process id outside of a process that is on the host by this one; None: it has ended."""
        return next((one for one in self.lab.groups.pids(self.name) if process.inner(one) == pid), None)

    # Faults of its links

    def cut(self, net=None, silent=False):
        """Cuts one network or both; silent: the host still sees a carrier."""
        self.lab.switch.cut(self.name, net, silent)

    def heal(self, net=None):
        self.lab.switch.heal(self.name, net)

    def shape(self, rate, net=None):
        """Limits its links, both directions, to a rate such as "160mbit"; None lifts the limit."""
        self.lab.switch.shape(self.name, self.keeper, rate, net)

    # Faults of its configuration

    def qemu_certificate(self, kind, role="server"):
        """Gives QEMU another certificate: "good", "wrong-name", "expired" or "missing"."""
        self.lab.credentials.give_qemu_certificate(self.disk, self.name, kind, role)

    def settings(self, file="qemu.conf", **values):
        """Has libvirtd run with other settings, in a `with`: see settings.changed."""
        return settings.changed(self, file, **values)

    def restore(self):
        """Takes back every fault and setting that a test has made; the host is on afterwards."""
        if not self.leader:
            self.boot()
        self.heal()
        self.shape(None)
        for role in ("server", "client"):
            self.qemu_certificate("good", role)
        settings.restore(self)

    # Faults of its processes

    def kill(self, *pattern, signal="KILL"):
        """Sends a signal to the processes that pgrep finds and gives their ids."""
        pids = self.pids(*pattern)
        if not pids:
            raise LabError(f"No process on {self.name} matches {' '.join(pattern)}.")
        self.exec(["kill", f"-{signal}", *map(str, pids)], check=False)
        return pids

    def stop_process(self, *pattern):
        """Makes processes hang, as a stuck daemon does; `resume_process` lets them go on."""
        return self.kill(*pattern, signal="STOP")

    def resume_process(self, *pattern):
        return self.kill(*pattern, signal="CONT")

    # Power

    def power_cut(self):
        """No power from now on: links down first, so that no peer gets a goodbye."""
        self.cut()
        boot.power_cut(self.lab.groups, self.name)

    def power_off(self):
        """Shuts down in order."""
        boot.power_off(self.lab.groups, self.name)

    def boot(self):
        """Switches the host on, with the disk it had, and waits until it is ready."""
        if self.leader:
            raise LabError(f"{self.name} is on already.")
        self.heal()
        self.start()
        boot.wait_ready(self.lab.groups, self.name, self.console)

    def start(self):
        boot.start(self.lab.groups, self.name, self.keeper, self.mount_point / "root", self.console)

    def wait_ready(self):
        boot.wait_ready(self.lab.groups, self.name, self.console)

    def reboot(self):
        """Reboots in order and waits until the host is ready again."""
        before = self._running()
        self.exec(["systemctl", "--no-block", "reboot"])
        boot.wait_ready(self.lab.groups, self.name, self.console, other_than=before)
