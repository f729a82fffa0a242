# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairs of options, as our table of rules has them and as libvirt answers when it is asked itself.

What a rule refuses for libvirt's reasons, libvirt or QEMU must refuse, for a reason that none of
the two options has alone; everything else it must do. PAIRS=all asks about all pairs, not a sample.
"""

import hashlib
import os
import queue
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab import guests, storage, system

ACCEPTED = 100  # how many pairs that our rules let pass are asked about
ASKING = 2  # at the same time, each with guests of its own
TIMEOUT = 60
NOTHING = "native"  # the setting that is the default
# No driver has this flow, there is no such network card, no post-copy that broke off; and memory
# can be locked on some machines only. libvirt refuses them whatever they are paired with.
NOT_HERE = {"unmanaged-direct", "rdma", "rdma-pin-all", "postcopy-resume", "zero-copy"}
DOUBTS = {
    ("paused", "offline"),
    ("not-live", "auto-converge"),
    ("disks-address", "disks-port"),
    ("synchronous-increment", "abort-on-error"),
    ("postcopy", "mt"),
    ("copy-all", "postcopy"),
    ("xbzrle", "parallel"),
    ("tls", "parallel"),
}

# Without a kernel: a guest that hardly costs anything, and runs.
XML = """
<domain type='qemu'>
  <name>pairs-{number}</name>
  <uuid>00000000-0000-4000-8000-{number:012}</uuid>
  <memory unit='MiB'>16</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    {disk}
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
"""


@dataclass(frozen=True)
class Pair:
    first: str
    second: str
    libvirts: str  # rules that refuse it because libvirt does
    ours: str  # rules that refuse it though libvirt would not
    call: str

    @property
    def names(self):
        return self.first, self.second

    @property
    def digest(self):
        return hashlib.sha256(" ".join(self.names).encode()).digest()


def program():
    build = os.environ.get("MIGRATION_BUILD") or Path(__file__).resolve().parents[2] / "build"
    return Path(build, "tests/hosts/ask-libvirt")


@pytest.fixture(scope="module")
def pairs():
    """All pairs whose call is more than that of one setting alone."""
    done = subprocess.run([program(), "list"], capture_output=True, text=True, check=True)
    every = [Pair(*line.split("\t")) for line in done.stdout.splitlines()]
    alone = {pair.first: pair.call for pair in every if pair.first == pair.second}
    return [pair for pair in every if pair.call not in others(pair, alone)]


def others(pair, alone):
    """The calls that say nothing of the pair: those of its parts."""
    return {alone[NOTHING]} if pair.first == pair.second else {alone[name] for name in pair.names}


def sample(pairs):
    """All that our rules refuse, and of the others known doubts and some more, always the same."""
    refused = [pair for pair in pairs if pair.libvirts or pair.ours]
    accepted = [pair for pair in pairs if pair not in refused and pair.first != pair.second]
    if os.environ.get("PAIRS") != "all":
        accepted = [pair for pair in accepted if not NOT_HERE & set(pair.names)]
        accepted.sort(key=lambda pair: (pair.names not in DOUBTS, pair.digest))
        del accepted[ACCEPTED:]
        assert DOUBTS <= {pair.names for pair in accepted}
    return refused + accepted


class Libvirt:
    """libvirt on both hosts, asked by several programs at the same time."""

    def __init__(self, source, destination):
        self.source, self.destination = source, destination
        shutil.copy(program(), source.root / "tmp/ask-libvirt")
        self.workers = [self._start(number) for number in range(ASKING)]

    def _start(self, number):
        disk = storage.create(self.source, f"pairs-{number}", "1M")
        storage.prepare(self.source, self.destination, disk)
        files = []
        for kind, part in (("plain", ""), ("disk", disk.xml(0))):
            files.append(f"/tmp/pairs-{number}-{kind}.xml")
            text = XML.format(number=ASKING * len(files) + number, disk=part)
            (self.source.root / files[-1][1:]).write_text(text)
        there = self.destination
        uri = f"qemu+tcp://{there.name}/system"
        place = [there.addresses["mgmt"][0], str(50000 + 4000 * number), there.name]
        return self.source.spawn(
            ["/tmp/ask-libvirt", "ask", "qemu:///system", uri, uri, *place, *files],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, pairs):
        """libvirt's answers to pairs of names: {names: None, if it has done it, or its error}."""
        waiting = queue.SimpleQueue()
        for names in pairs:
            waiting.put(names)
        with ThreadPoolExecutor(ASKING) as pool:
            found = list(pool.map(lambda worker: self._serve(worker, waiting), self.workers))
        return {names: error for one in found for names, error in one.items()}

    def _serve(self, worker, waiting):
        answers = {}
        while True:
            try:
                names = waiting.get_nowait()
            except queue.Empty:
                return answers
            worker.stdin.write("\t".join(names) + "\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
            assert line, f"{names}: {worker.communicate()[1]}"
            *asked, code, message = line.rstrip("\n").split("\t")
            assert tuple(asked) == names
            # numbers are those of processes, ports and guests
            answers[names] = None if code == "done" else re.sub(r"\d+", "#", message)

    def end(self):
        for worker in self.workers:
            worker.stdin.close()
            if worker.wait(TIMEOUT) != 0:
                worker.end()


@pytest.fixture
def libvirt(host_a, host_b, clean):
    one = Libvirt(host_a, host_b)
    yield one
    one.end()


def compare(pair, error, alone):
    """Whether our table says what libvirt says; None: it is not the pair that libvirt objects to."""
    if error and error in alone:
        return None
    return bool(error) == bool(pair.libvirts)


def test_our_table_says_what_libvirt_says(pairs, libvirt):
    chosen = sample(pairs)
    answers = libvirt.ask(pair.names for pair in chosen)
    suspects = {name for names, error in answers.items() if error and names[0] != names[1] for name in names}
    alone = libvirt.ask((name, name) for name in sorted(suspects))
    assert {names[0] for names, error in alone.items() if error} <= NOT_HERE

    compared, wrong = 0, []
    for pair in chosen:
        error = answers[pair.names]
        parts = {name for name in pair.names if pair.first != pair.second}
        right = compare(pair, error, {alone.get((name, name)) for name in parts})
        compared += right is not None
        if right is False:
            ours = f"refused by {pair.libvirts}" if pair.libvirts else "let pass"
            wrong.append(f"{' '.join(pair.names)}: {ours}, but libvirt: {error or 'done'} ({pair.call})")
    print(f"{compared} of {len(chosen)} pairs compared")
    assert not wrong, "\n".join(wrong)
    assert compared >= 100


# Only the switch to post-copy shows what goes with it.


def switch(source, destination, *flags):
    guests.start(source, "busy", memory=128, dirty=40)
    words = ["virsh", "-q", "migrate", "--live", "--p2p", "--postcopy", "--bandwidth", "10", *flags]
    uri = f"qemu+tcp://{destination.name}/system"
    migration = source.spawn([*words, "busy", uri], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    moved = re.compile(r"Memory processed: +[1-9]")
    system.wait_for(
        lambda: moved.search(source.virsh("domjobinfo", "busy", check=False).stdout),
        "the memory does not move", 30,
    )  # fmt: skip
    source.virsh("migrate-postcopy", "busy")
    said = migration.communicate(timeout=TIMEOUT)[0]
    assert migration.returncode == 0, said


@pytest.mark.usefixtures("clean")
def test_post_copy_goes_with_compression(host_a, host_b):
    switch(host_a, host_b, "--comp-methods", "mt")
    guests.wait_alive(host_b, "busy")


@pytest.mark.usefixtures("clean")
def test_post_copy_over_several_connections_loses_the_guest(host_a, host_b):
    """Why the rule postcopy-parallel is ours; when this fails, QEMU can do it."""
    switch(host_a, host_b, "--parallel")
    system.wait_for(lambda: guests.state(host_b, "busy") is None, "the guest is not lost", 30)
    guests.wait_log(host_b, "busy", "yank_unregister_instance: Assertion")
