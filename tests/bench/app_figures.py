# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured of the app, on an X server that nobody sees: on a real host's bus, and, where many
jobs have to run, with the libvirt that the tests play. virt-manager looks at the same host."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import gi

gi.require_version("Gio", "2.0")
TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "gui"), str(TESTS / "bus")]

from lab import LabError  # noqa: E402

STARTS = 7
MANY = 1000
JOBS = 64
AT_ONCE = 8  # on one source
SETTLED = 15  # seconds
WATCHED = 20  # seconds that the app is watched with all jobs
STEP = 500  # ms between what a job says of itself; the service passes on two a second
WORDS = ("many9", "many99", "many999", "")


class Desks:
    """One display and session bus for all figures."""

    def __init__(self, build):
        os.environ["MIGRATION_BUILD"] = str(build)
        import app
        import harness

        harness.adopt_orphans()
        self.desk = app.Desk()

    def app(self, address):
        """The app with its spy, and when it was started, in us of the monotonic clock."""
        import app
        import spy

        one = spy.Spy()
        begin = time.monotonic_ns() // 1000
        return app.App(self.desk, address, program=one.program, **one.environment), one, begin

    def close(self):
        self.desk.close()


def bus_of(host):
    return f"unix:path={host.root}/run/dbus/system_bus_socket"


def memory(pid):
    """Proportional set size in KiB: shared pages count by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"process {pid} has no Pss")


def cpu(pid):
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class AppFigures:
    """Part of Bench: uses its hosts, desks and note()."""

    def _fill(self):
        host = self.hosts[0]
        self.define_up_to(host, MANY)
        self.client(host, "warm")
        return bus_of(host)

    def app_first_frame_ms(self):
        """from the start of the app to the first frame with guests, 1,000 on the host"""
        address, times, own = self._fill(), [], []
        for _ in range(STARTS):
            app, spy, begin = self.desks.app(address)
            frame = spy.until(lambda spy=spy: spy.ask("frame"), "a frame with guests")
            times.append((frame - begin) / 1000)
            own.append(spy.ask("cpu") / 1000)
            app.close()
            spy.close()
        value, used = median(times), median(own)
        self.note("app_first_frame_ms", value, (f"{value:.0f} ms", f"{used:.0f} ms (processor)", "-"),
                  "under 600 ms", app_first_frame_cpu_ms=used)  # fmt: skip

    def app_scroll_block_ms(self):
        """longest time without looking for events while 1,000 guests are scrolled and searched"""
        app, spy, _ = self.desks.app(self._fill())
        spy.until(lambda: spy.ask("frame"), "a frame with guests")
        spy.ask("block")
        spy.ask("scroll")
        frames = []

        def stands():
            frames.append(spy.ask("scroll", "now"))
            return len(frames) > 10 and frames[-1] == frames[-10]

        spy.until(stands, "the end of the list")
        scroll = spy.ask("block")
        for words in WORDS:
            spy.ask("type", words)
            spy.shows(words or "many")
        typed = spy.ask("block")
        app.close()
        spy.close()
        value, own = (max(pair) / 1000 for pair in zip(scroll, typed))
        self.note("app_scroll_block_ms", value, (f"{value:.0f} ms", f"{own:.0f} ms (processor)", "-"), "under 50 ms",
                  app_scroll_block_cpu_ms=own, app_type_block_cpu_ms=typed[1] / 1000)  # fmt: skip

    def app_memory_ratio(self):
        """proportional set size with 1,000 guests shown, beside virt-manager's"""
        app, spy, _ = self.desks.app(self._fill())
        spy.until(lambda: spy.ask("frame"), "a frame with guests")
        mine = memory(app.process.pid)
        app.close()
        spy.close()
        other = self._virt_manager()
        ratio = mine / other
        self.note("app_memory_ratio", ratio,
                  (f"{mine / 1024:.0f} MiB", f"{other / 1024:.0f} MiB (virt-manager)", f"{ratio:.3f}"),
                  "under 1", app_memory_mib=mine / 1024, app_memory_virt_manager_mib=other / 1024)  # fmt: skip

    def _virt_manager(self):
        """virt-manager's memory, as soon as it has read all and grows no more."""
        socket = f"{self.hosts[0].root}/run/libvirt/libvirt-sock"
        process = subprocess.Popen(
            ["virt-manager", "--no-fork", "--connect", f"qemu+unix:///system?socket={socket}"],
            env={**os.environ, **self.desks.desk.environment, "HOME": self.desks.desk.directory},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            seen = []
            while len(seen) < SETTLED or max(seen[-SETTLED:]) > 1.01 * seen[-SETTLED]:
                time.sleep(1)  # nothing tells when it has finished
                if process.poll() is not None:
                    raise LabError("virt-manager has ended")
                seen.append(memory(process.pid))
            return seen[-1]
        finally:
            process.terminate()
            process.wait()

    def app_64_jobs_cpu_percent(self):
        """of one core, the view Jobs with 64 jobs that tell of themselves twice a second"""
        import scene
        from gi.repository import GLib

        stage = scene.Scene()
        sources = [f"s{number}" for number in range(JOBS // AT_ONCE)]
        for name in sources:
            stage.service.write_host(name, Transport="tls", Address=f"{name}.example")
            host = stage.world.host(name)
            for number in range(AT_ONCE):
                host.guest(f"{name}-{number}")
        stage.service.start()
        for name in sources:
            for number in range(AT_ONCE):
                stage.client.migrate(f"{name}-{number}", "b", source=name)
        self._run(stage)
        app, spy, _ = self.desks.app(stage.bus.address)
        app.do("win.show-jobs")
        spy.shows("s7-7")
        begin, used = time.monotonic(), cpu(app.process.pid)
        loop = GLib.MainLoop()
        GLib.timeout_add_seconds(WATCHED, loop.quit)
        loop.run()
        value = 100 * (cpu(app.process.pid) - used) / (time.monotonic() - begin)
        GLib.source_remove(self.ticking)
        app.close()
        spy.close()
        stage.close()
        self.note("app_64_jobs_cpu_percent", value, (f"{value:.1f} %", "-", "-"), "under 10 %")

    def _run(self, stage):
        """Every job goes on, as long as the loop runs."""
        from gi.repository import GLib
        from loop import wait

        wait(lambda: len(stage.world.migrations) == JOBS, lambda: f"{len(stage.world.migrations)} of {JOBS} run", 120)
        self.copied = 0

        def go_on():
            self.copied = (self.copied + 7) % 3000
            for number, migration in enumerate(stage.world.migrations):
                done = (self.copied + 10 * number) % 3000
                migration.copying(done << 20, (4096 - done) << 20, memory_bps=(100 + done % 50) << 20)
            return GLib.SOURCE_CONTINUE

        go_on()
        self.ticking = GLib.timeout_add(STEP, go_on)
