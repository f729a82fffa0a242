# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hostile URIs and host names in every place where the running service takes a host: each is refused before
polkit is asked, and the service starts no process, opens no file and makes no connection for it. The kernel
tells: its system calls are watched. The texts are those of the unit tests."""

import ast
import contextlib
import os
import re
import subprocess
import tempfile

import pytest
from gi.repository import GLib

from harness import ERROR, HOST, MANAGER, ROOT, SOURCE, options
from scene import Scene

# "?": not every machine has them all
WATCHED = ("execve execveat fork vfork clone clone3 open openat openat2 creat socket connect bind unlink unlinkat "
           "rename renameat renameat2 mkdir mkdirat symlinkat linkat readlink readlinkat access faccessat2").split()
REFUSED = {"InvalidArgument", "InvalidOptionValue", "InvalidAddress", "UnknownHost", "InvalidHostFile"}
CALLS_AT_ONCE = 100  # of a client, who is not refused for their number then


def table(name):
    """The strings of a table in the unit tests' header."""
    with open(os.path.join(SOURCE, "tests", "unit", "hostile-uris.h")) as file:
        found = re.search(rf"{name}\[\] = {{(.*?)\n}};", file.read(), re.DOTALL)[1]
    found = re.sub(r"/\*.*?\*/", "", found, flags=re.DOTALL)
    literals = re.findall(r'((?:"(?:[^"\\]|\\.)*"\s*)+),', found)
    for literal in literals:  # two side by side are one, in Python too
        try:
            yield ast.literal_eval("b" + literal.strip().replace('" "', '" b"')).decode()
        except UnicodeDecodeError:
            pass  # D-Bus lets no such string through


def is_a_name(text):
    """Whether a host of the administrator's could have it as its name."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) is not None


URIS = [text for text in table("hostile_uris") if not is_a_name(text)]
HOSTS = list(table("hostile_hosts"))


def names_a_host(text):
    """The calls with the text as the name of a host."""
    for method in ("Migrate", "Plan", "Check"):
        yield ROOT, MANAGER, method, GLib.Variant("(ssa{sv})", ("web", text, {}))
        yield ROOT, MANAGER, method, GLib.Variant("(ssa{sv})", ("web", "b", options(source=text)))
    yield ROOT, MANAGER, "ListGuests", GLib.Variant("(sa{sv})", (text, {}))
    yield ROOT, MANAGER, "RemoveHost", GLib.Variant("(s)", (text,))
    yield ROOT, MANAGER, "AddHost", GLib.Variant("(sa{sv})", (text, options(transport="tls", address="a.example")))


def is_an_address(text):
    """Those with the text as an address."""
    for key in ("interface-address", "listen-address"):
        yield ROOT, MANAGER, "Migrate", GLib.Variant("(ssa{sv})", ("web", "b", options(**{key: text})))
    for settings in (options(transport="tls", address=text), options(transport="ssh", address=text),
                     options(transport="tls", address="a.example", peer_transport="tls", peer_address=text),
                     options(transport="tls", address="a.example", migration_addresses=[text])):
        yield ROOT, MANAGER, "AddHost", GLib.Variant("(sa{sv})", ("new", settings))


@contextlib.contextmanager
def watched(pid):
    """Gives a list that has afterwards what the process called."""
    seen = []
    with tempfile.NamedTemporaryFile("r") as file:
        strace = subprocess.Popen(["strace", "-f", "-p", str(pid), "-o", file.name, "-e",
                                   "trace=" + ",".join("?" + call for call in WATCHED)],
                                  stderr=subprocess.PIPE, text=True)
        try:
            assert "attached" in strace.stderr.readline()
            yield seen
        finally:
            strace.terminate()
            strace.communicate()
        seen += file.read().splitlines()


@pytest.fixture(scope="module")
def scene():
    with Scene.running() as scene:
        for call in (*names_a_host("/"), *is_an_address("/")):  # what is opened once, is opened now
            scene.client.start(*call).error()
        yield scene


def refusals(scene, calls):
    """The errors that the calls must end with, from clients who call just a few times each."""
    calls = list(calls)
    while calls:
        client = scene.new_client()
        some, calls = calls[:CALLS_AT_ONCE], calls[CALLS_AT_ONCE:]
        yield from zip(some, [reply.error() for reply in [client.start(*call) for call in some]])
        client.connection.close_sync(None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may watch any process")
@pytest.mark.parametrize("texts,calls", (
    (URIS, names_a_host), (URIS, is_an_address), ([text for text in HOSTS if not is_a_name(text)], names_a_host),
    (HOSTS, is_an_address)), ids=("uri-as-host", "uri-as-address", "host-as-host", "host-as-address"))
def test_refused_and_nothing_is_touched(scene, texts, calls):
    with watched(scene.service.process.pid) as seen:
        answers = list(refusals(scene, (call for text in texts for call in calls(text))))
    for call, error in answers:
        assert error.name.startswith(ERROR) and error.short in REFUSED, (call, error)
    assert len(answers) >= 6 * len(texts) and scene.polkit.questions == []
    assert seen == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may watch any process")
def test_what_is_not_refused_is_seen(scene):
    """Or that nothing was seen would prove nothing."""
    with watched(scene.service.process.pid) as seen:
        scene.client.start(scene.client.host_path("b"), HOST, "Test").result()
    assert any("execve(" in call for call in seen) and any("socket(" in call for call in seen)


def test_there_are_enough():
    assert len(URIS) >= 400 and len(HOSTS) >= 150
