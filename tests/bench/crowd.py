# SPDX-License-Identifier: LGPL-2.1-or-later
"""The figures of many callers: the built service on a private bus, with a fake libvirt and a
stand-in for polkitd. The callers are flood.c's."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

CALLERS, CALLS = 50, 10_000
READS = 10_000  # what one caller may read at once
MIX = (("get", 10_000), ("list-jobs", 5_000), ("list-guests", 5_000))  # a million by CALLERS


class Crowd:
    """A service with a few finished jobs."""

    def __init__(self, build):
        os.environ["MIGRATION_BUILD"] = str(build)
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bus"))
        import harness  # wants to know where the build is
        from loop import Exit
        from scene import Scene

        harness.adopt_orphans()
        self.exit, self.program = Exit, harness.built("tests/bench/flood")
        self.scene = Scene(**{"idle-timeout": 3600})
        self.scene.world.on_migration = lambda migration: migration.finish()
        self.scene.local.guest("web")
        self.scene.service.start()
        for number in range(5):
            self.scene.local.guest(f"g{number}")
            self.scene.client.migrate(f"g{number}", "b").ended("completed")

    def flood(self, call, callers=CALLERS, calls=CALLS, own="get"):
        """Runs flood.c, as another user if that can be; polkit answers meanwhile."""
        uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
        command = [self.program, self.scene.bus.address, call, str(callers), str(calls), str(uid), own]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            self.exit(process.pid).wait(1200)
            result = json.loads(process.stdout.read())
        if result["failed"] or result["own-refused"] or result["answered"] + result["limited"] != result["calls"]:
            raise RuntimeError(f"calls were lost in a flood of {call}: {result}")
        return result

    def answer(self):
        """Of the floods of reads and of calls that ask polkit, the one where another caller waits
        longer: its flood.c result."""
        return max((self.flood(call, own=own) for call, own in (("get", "get"), ("list-jobs", "get"),
                    ("get", "list-jobs"))), key=lambda result: result["own-p99-ms"])  # fmt: skip

    def reads(self):
        """Reads of one caller in a second, the service on one processor."""
        pid, processors = self.scene.service.process.pid, os.sched_getaffinity(0)
        os.sched_setaffinity(pid, {min(processors)})
        result = self.flood("get", callers=1, calls=READS)
        os.sched_setaffinity(pid, processors)
        return result["answered"] / result["seconds"]

    def memory(self):
        """KiB resident."""
        with open(f"/proc/{self.scene.service.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def growth(self):
        """Per cent by which a million calls let the service grow, after a first hundred thousand."""
        for call, calls in MIX:
            self.flood(call, calls=calls // 10)
        before = self.memory()
        made = sum(self.flood(call, calls=calls)["calls"] for call, calls in MIX)
        return 100 * (self.memory() - before) / before, before, made

    def close(self):
        self.scene.close()
