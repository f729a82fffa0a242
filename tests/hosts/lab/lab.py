# SPDX-License-Identifier: LGPL-2.1-or-later
"""A lab: some hosts behind one switch, brought up and taken down as one.

Owns the state directory /run/guest-migration-NAME. Up and down can be repeated at will; what a
start that was cut short has left behind is taken away by the next up or down, and so is a lab
whose owner was killed.
"""

import json
import os
import shutil
import string
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import cgroups, disk, guest_image, guests, install, lan, machine, network, service_config, storage, system
from .credentials import Credentials
from .host import Host
from .system import LabError

NAME_CHARACTERS = set(string.ascii_lowercase + string.digits + "-")


class Lab:
    def __init__(self, name=None):
        self.name = name or os.environ.get("LAB") or "lab"
        if not set(self.name) <= NAME_CHARACTERS or not 1 <= len(self.name) <= 32:
            raise LabError(f"The lab's name '{self.name}' must be 1 to 32 of a-z, 0-9 and '-'.")
        self.state = machine.state_directory(self.name)
        self.groups = cgroups.groups(self.name)
        self.hosts = {name: Host(self, name) for name in self._read().get("hosts", [])}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    @property
    def is_up(self):
        return self._read().get("complete", False)

    @property
    def switch(self):
        pids = self.groups.pids("switch")
        if not pids:
            raise LabError(f"The lab '{self.name}' is not up: start it with 'hosts up'.")
        return network.Switch(pids[0])

    @property
    def credentials(self):
        return Credentials(self.state / "credentials", list(self.hosts))

    def host(self, name):
        """A host by its name; 'a' stands for host-a."""
        found = self.hosts.get(name) or self.hosts.get(f"host-{name}")
        if found is None:
            known = ", ".join(self.hosts) or "none, start the lab with 'hosts up'"
            raise LabError(f"There is no host '{name}' in the lab '{self.name}'; there is: {known}.")
        return found

    def up(self, count=2, stage=None, stay=False):
        """Boots hosts; with a stage (a directory of `meson install --destdir`) the project is in them.

        Unless it is to stay, the lab belongs to the calling process.
        """
        problem = system.missing()
        if problem:
            raise LabError(problem)
        _remove_abandoned()
        names = network.host_names(count)
        stage = install.stage_of(stage)
        with system.alone(self.name):
            if self.is_up and self.groups.all_pids():
                raise LabError(f"The lab '{self.name}' is up already: take it down first with 'hosts down'.")
            self._remove()
            try:
                self._start(names, stage, None if stay else system.identity(os.getpid()))
            except BaseException:
                self.hosts = {}
                self.groups.kill()  # the state stays, with the consoles, for a look at what went wrong
                machine.give_back(self.name)
                raise

    def down(self):
        """Ends all hosts at once and leaves the machine as it was."""
        system.need_root()
        with system.alone(self.name):
            self._remove()
        _remove_abandoned()

    def _remove(self):
        self.groups.kill()
        machine.give_back(self.name)
        system.wait_for(self._forget, f"{self.state} cannot be removed", 10)
        self.hosts = {}

    def _forget(self):
        shutil.rmtree(self.state, ignore_errors=True)  # a helper of a start cut short may still write
        return not self.state.exists()

    def install(self, stage):
        """Installs the project, or a newer build of it, into all hosts that are on."""
        found = install.stage_of(stage)
        if found is None:
            raise LabError(f"There is nothing to install in {stage}: fill it with 'meson install --destdir'.")
        self._each(self.hosts.values(), lambda host: self._install(host, found))

    def clean(self):
        """Takes back all that tests do: hosts on, links and settings as at first, no guests, no disks."""
        self._each(self.hosts.values(), Host.restore)
        self._each(self.hosts.values(), guests.destroy_all)
        self._each(self.hosts.values(), storage.clear)

    def _start(self, names, stage, owner):
        self.state.mkdir(mode=0o700)
        self._write(hosts=names, complete=False, owner=owner)
        machine.borrow(self.name)
        self.hosts = {name: Host(self, name) for name in names}
        hosts = list(self.hosts.values())
        credentials = self.credentials
        with ThreadPoolExecutor() as pool:
            keys = pool.submit(credentials.create)
            image = pool.submit(guest_image.ensure, self.state)
            self._keep("switch", ["unshare", "-n"], "echo ready; exec sleep infinity <&- >&- 2>&-")
            self.switch.build()
            self._each(hosts, self._build)
            keys.result()
            self._each(hosts, lambda host: credentials.give_to_host(host.disk, host.name))
            self._each(hosts, Host.start)
            self._each(hosts, Host.wait_ready)
            files = image.result()
        self._each(hosts, lambda host: guest_image.give_to_host(host.disk, files))
        if stage:
            self._each(hosts, lambda host: self._install(host, stage))
        self._write(hosts=names, complete=True, owner=owner)

    def _build(self, host):
        """The disk and the network of one host."""
        host.mount_point.mkdir(parents=True)
        unshare = ["unshare", "-n", "-m", "--propagation", "private"]
        self._keep(f"{host.name}.disk", unshare, disk.KEEPER, str(host.mount_point), disk.SIZE, storage.DIRECTORY, storage.SIZE)
        disk.fill(host.disk, self.name, host.name, network.hosts_file(list(self.hosts)))
        storage.define_pool(host.disk, host.name)
        lan.define_networks(host.disk, host.name)
        service_config.write_host_files(host.disk, host.name, list(self.hosts))
        self.switch.plug(host.name, host.keeper)

    def _keep(self, part, unshare, script, *args):
        """Starts a process that makes namespaces and then sleeps to hold them."""
        argv = self.groups.wrap(part, [*unshare, "/bin/sh", "-c", script, "keeper", *args])
        process = subprocess.Popen(
            ["setsid", "--fork", *argv],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            if process.stdout.readline() != "ready\n":
                reason = process.stderr.read().strip().splitlines()
                raise LabError(f"{part} cannot be made: {reason[-1] if reason else 'no reason given'}")

    def _install(self, host, stage):
        install.install(host, stage)
        self.credentials.give_to_service(host.disk, host.name)

    def _each(self, hosts, work):
        """Does the same for several hosts at the same time."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(work, hosts))

    def _read(self):
        try:
            return json.loads((self.state / "lab.json").read_text())
        except (FileNotFoundError, PermissionError):
            return {}

    def _write(self, **content):
        fresh = self.state / "lab.json.new"
        fresh.write_text(json.dumps(content))
        fresh.replace(self.state / "lab.json")


def _remove_abandoned():
    """Takes away the labs whose owners were killed: their hosts run on, and the machine is not as it was."""
    for name in machine.labs():
        lab = Lab(name)
        owner = lab._read().get("owner")
        if owner and system.identity(owner[0]) != owner:
            with system.alone(name):
                lab._remove()
