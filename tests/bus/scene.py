# SPDX-License-Identifier: LGPL-2.1-or-later
"""What nearly every test begins with: two hosts that know each other, service, polkit, client."""

import contextlib

import harness
from polkit import Polkit

# Words that no log may have: memory errors and what GLib says of programming errors.
ALARMS = ("Sanitizer", "runtime error:", "CRITICAL **", "-WARNING **")


class Scene:
    """A service, its hosts and a client. "local" and "b" know each other every way there is."""

    def __init__(self, **arguments):
        self.bus = harness.Bus()
        self.service = harness.Service(self.bus, **arguments)
        self.world = self.service.world
        self.local = self.world.host("local", address="a.example", hostname="host-a")
        self.b = self.world.host("b", hostname="host-b")
        self.service.write_host("local", PeerTransport="tls", PeerAddress="a.example",
                                MigrationAddresses="192.0.2.1")
        self.service.write_host("b", Transport="tls", Address="b.example",
                                MigrationAddresses="192.0.2.2;2001:db8::2")
        self.polkit = Polkit(self.bus.connect())
        self.connections = [self.polkit.connection]
        self.client = self.new_client()

    def new_client(self, uid=None):
        connection = self.bus.connect(uid)
        self.connections.append(connection)
        return harness.Client(connection)

    def restart(self):
        """Kills the service in the middle and starts it again."""
        self.service.kill()
        self.service.start()

    @classmethod
    @contextlib.contextmanager
    def running(cls, **arguments):
        """A running one with guest "web" on local, for tests that share it."""
        scene = cls(**arguments)
        scene.local.guest("web")
        scene.service.start()
        yield scene
        print(scene.service.log())
        scene.close()

    def close(self):
        log = self.service.log()
        status = self.service.close()
        for connection in self.connections:
            if not connection.is_closed():
                connection.close_sync(None)
        self.bus.close()
        assert status == 0, f"the service ended with status {status}"
        alarms = [line for line in log.splitlines() if any(word in line for word in ALARMS)]
        assert alarms == [], "\n".join(alarms)
