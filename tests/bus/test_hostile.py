# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that lie, break off or are silent, met by the real worker with the real client library.
Whatever they do, only the job or the question concerned fails, in bounded time, with a sentence;
everybody else is served. The rows are in hostile.py."""

import os
import re
import unicodedata

import pytest

from hostile import OTHER, ROWS
from island import NOBODY, PORT, Island
from libvirtd import PAUSED, RUNNING, SHUTOFF, Daemon
from loop import DEADLINE, Exit, wait
from scene import Scene

CONNECT, QUESTION = 5, 5  # seconds a host has
# Longer than it takes keepalive (30 s) to notice who does not live.
ANSWER, CANCEL = 50, 10
# Slow ones end when that and then a last look (15 s) have; they run beside the others.
SLOW = 100 + DEADLINE
STATES = {RUNNING: "running", PAUSED: "paused", SHUTOFF: "shutoff"}


class Strait:
    """A scene whose hosts are daemons of ours: for each row a source and a destination, and two
    honest ones."""

    def __init__(self, rows):
        self.island = Island()
        self.scene = Scene(program=(*self.island.enter, "service/worker/migration-worker"),
                           worker=("--connect-deadline", str(CONNECT), "--answer-deadline",
                                   str(ANSWER), "--cancel-deadline", str(CANCEL)),
                           **{"query-deadline": QUESTION, "idle-timeout": 3600})
        self.client, self.service = self.scene.client, self.scene.service
        self.daemons = {}
        self.add("here").guest("good")
        self.add("there")
        for row in rows:
            self.add_row(row)
        self.service.start()
        self.started = {row.name: self.start(row) for row in rows if row.slow}

    def add(self, name, **keys):
        address, listener = self.island.take()
        self.daemons[name] = Daemon(listener, name + ".example")
        self.service.write_host(name, **{"Transport": "tcp", "Address": address, "Port": PORT,
                                         "AllowPlaintext": "yes", **keys})
        return self.daemons[name]

    def add_row(self, row):
        source = self.add(row.name + "-from")
        source.guest("web")
        source.twist(**row.here)
        keys = {"HostUUID": str(OTHER)} if row.pinned else {}
        keys |= {"Address": NOBODY} if row.nobody else {}
        destination = self.add(row.name, **keys)
        destination.twist(**row.there)
        destination.peer, destination.breathless = source, row.breathless

    def start(self, row):
        """Asks, without waiting for an answer."""
        source = row.name + "-from"
        if row.ask == "Test":
            return self.client.start_test(row.name)
        if row.ask == "ListGuests":
            return self.client.start_list_guests(row.name)
        if row.ask == "Check":
            return self.client.start_check("web", row.name, source=source, flow="managed-direct")
        job = self.client.migrate("web", row.name, source=source, flow="managed-direct")
        if row.hurry:
            job.until(Phase="preparing")
            job.cancel()
        return job

    def close(self):
        for daemon in self.daemons.values():
            daemon.close()
        self.scene.close()
        self.island.close()


@pytest.fixture(scope="module")
def straits():
    """One for the quick rows and one for those that are slow, which have begun before."""
    straits = {slow: Strait([row for row in ROWS if row.slow == slow]) for slow in (True, False)}
    yield straits
    for strait in straits.values():
        print(strait.service.log())
        strait.close()


def texts(value):
    """All strings in what came over D-Bus."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.items():
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def assert_clean(value, strait):
    for text in texts(value):
        steering = [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")
                    or c in "\u202e\u2066"]
        assert not steering, f"{steering} in {text[:500]!r}"
        assert len(text) < 5000
        assert strait.service.directory not in text


def assert_sentence(text, row):
    assert row.word in text and 40 < len(text) < 800
    assert "<" not in text and "UNKNOWN" not in text and "%s" not in text


def workers(strait, job):
    """The processes that work for it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if strait.service.directory in " ".join(words) and f"job {job.id} " in " ".join(words):
            found.append(int(pid))
    return found


def real_state(daemon):
    guests = list(daemon.guests.values())
    return STATES[guests[0].state] if guests else "absent"


def assert_states(strait, row, job, end):
    """What is told about the guest is what an honest host has, if it could be asked."""
    source = strait.daemons[row.name + "-from"]
    lies = {"state", "lookup_uuid"} & {*row.here}
    if not lies:
        assert end["SourceState"] in (real_state(source),) + (() if end["Called"] else ("unknown",))
    if end["DestinationState"] == "running":
        assert real_state(strait.daemons[row.name]) == "running"
    if not end["Called"]:
        assert real_state(source) == "running" and "begin" not in source.calls


def end_of_job(strait, row, job):
    if row.cancel:
        source = strait.daemons[row.name + "-from"]
        wait(lambda: source.performing, "the source copies")
        job.cancel()
    end = job.ended(seconds=SLOW)
    name, sentence, raw = end["Error"]
    expected = {None: "completed", "Cancelled": "cancelled"}.get(row.error, "failed")
    assert end["State"] == expected, end["Error"]
    if row.error:
        assert name.endswith("." + row.error), end["Error"]
        assert_sentence(sentence, row)
    assert_states(strait, row, job, end)
    assert_clean(end, strait)
    for pid in workers(strait, job):
        Exit(pid).wait()
    asks = re.search(f"<[23]>Job {job.id} [a-z]+, .*guest", strait.service.log())
    assert bool(asks) == row.attention, end
    if row.reached is not None:
        performed, = strait.daemons[row.name + "-from"].performed
        assert performed["migrate_uri"] == row.reached


def end_of_question(strait, row, reply):
    if row.error:
        error = reply.error(SLOW)
        assert error.short == row.error, error
        assert_sentence(error.text, row)
        assert_clean(error.text, strait)
    else:
        assert_clean(reply.result(), strait)


def assert_others_are_served(strait):
    """A question and a whole migration, there and back in turns."""
    here = {g["name"]: g["state"] for g in strait.client.list_guests("here")}
    ways = ("here", "there") if here.get("good") == "running" else ("there", "here")
    job = strait.client.migrate("good", ways[1], source=ways[0], flow="managed-direct",
                                persist=True, undefine_source=True)
    end = job.ended("completed")
    assert (end["SourceState"], end["DestinationState"]) == ("absent", "running")


def test_honest_hosts(straits):
    """Without a lie all goes well, or the rows would prove nothing."""
    strait = straits[False]
    for _ in range(2):
        assert_others_are_served(strait)
    for name in ("here", "there"):
        strait.client.start_test(name).result()
        assert {"begin", "perform", "confirm", "prepare", "finish"} <= {*strait.daemons[name].calls}


@pytest.mark.parametrize("row", sorted(ROWS, key=lambda row: row.slow), ids=lambda row: row.name)
def test_hostile(straits, row):
    strait = straits[row.slow]
    started = strait.started.get(row.name) or strait.start(row)
    if row.ask == "job":
        end_of_job(strait, row, started)
    else:
        end_of_question(strait, row, started)
    assert_others_are_served(strait)
    for name in (row.name, row.name + "-from"):
        assert strait.daemons[name].faults == []
