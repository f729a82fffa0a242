# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker that is started ahead of its job: the job it waits for runs in it, and whatever becomes
of it before that, the job is done."""

import os
import signal
import socket
import subprocess

import pytest
from gi.repository import Gio, GLib

from harness import ERROR
from loop import DEADLINE, Exit, wait
from polkit import NO

LINK_PATH = "/org/example/Migration1/worker"
LINK = "org.example.Migration1.Worker"


def pids_of(s, number):
    """The worker processes of a job number."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
        except (NotADirectoryError, FileNotFoundError, ProcessLookupError):
            continue
        if words[1:3] == ["job", str(number)] and s.service.path("state") in words:
            found.append(int(name))
    return found


def directory(s):
    return s.service.path("run", "job")


def wait_for_file(s, condition, what):
    """Waits for what shows in the directory of the sockets."""
    monitor = Gio.File.new_for_path(directory(s)).monitor_directory(
        Gio.FileMonitorFlags.WATCH_MOVES, None)
    monitor.set_rate_limit(0)
    try:
        return wait(condition, what)
    finally:
        monitor.cancel()


def spare(s, number):
    """Waits until a worker waits for the job of this number; its pid."""
    wait_for_file(s, lambda: str(number) in os.listdir(directory(s)), f"a worker waits for {number}")
    pid, = pids_of(s, number)
    return pid


def linked(s, number):
    """The same, and the service is linked to it."""
    pid = spare(s, number)
    for _ in range(2):  # the service has seen the socket before it reads the second call
        s.client.get("Version")
    return pid


def asked(s, call="list_guests"):
    """Makes the service expect a job."""
    if call == "plan":
        s.client.plan("web", "b")
    else:
        s.client.list_guests("local")


def complete(s, job, guest="web"):
    """Brings the job to its end; the worker's pid."""
    m = s.world.migration(guest)
    m.finish()
    job.ended("completed")
    m.worker.wait()
    return m.pid


@pytest.mark.parametrize("call", ("list_guests", "plan"))
def test_the_worker_that_waited_runs_the_job(s, call):
    asked(s, call)
    pid = spare(s, 1)
    assert pid not in s.world.pids, "it calls nobody before it has a job"
    assert s.client.get("RunningJobs") == 0 and s.client.list_jobs() == []
    job = s.client.migrate("web", "b")
    assert job.id == 1
    assert complete(s, job) == pid


def test_after_each_job_another_waits(s):
    for number in (1, 2, 3):
        s.local.guest(f"g{number}")
        waiting = spare(s, number) if number > 1 else None
        job = s.client.migrate(f"g{number}", "b")
        pid = complete(s, job, f"g{number}")
        assert waiting in (None, pid)


def test_nobody_waits_before_somebody_may(s):
    """A caller whom polkit refuses starts no process."""
    s.polkit.answers = {"list": NO, "check": NO, "migrate": NO}
    for reply in (s.client.start_list_guests("local"), s.client.start_plan("web", "b"),
                  s.client.start_migrate("web", "b")):
        assert reply.error().short == "AccessDenied"
    with pytest.raises(AssertionError):
        wait(lambda: os.listdir(directory(s)), "a worker waits", seconds=1)


def test_two_calls_in_a_row(s):
    s.local.guest("db")
    asked(s)
    pid = spare(s, 1)
    first, second = s.client.start_migrate("web", "b"), s.client.start_migrate("db", "b")
    first, second = s.client.job(first.result()[-1]), s.client.job(second.result()[-1])
    migrations = [s.world.migration("web"), s.world.migration("db")]
    assert (first.id, second.id) == (1, 2)
    assert migrations[0].pid == pid != migrations[1].pid
    for m in migrations:
        m.finish()
    first.ended("completed")
    second.ended("completed")


def test_a_killed_one(s):
    asked(s)
    pid = spare(s, 1)
    gone = Exit(pid)
    os.kill(pid, signal.SIGKILL)
    job = s.client.migrate("web", "b")
    assert complete(s, job) != pid
    gone.wait()
    assert len(s.world.migrated) == 1


def test_a_hung_one(s):
    asked(s)
    pid = spare(s, 1)
    gone = Exit(pid)
    os.kill(pid, signal.SIGSTOP)
    job = s.client.migrate("web", "b")
    gone.wait()  # before another begins
    assert complete(s, job) != pid
    assert len(s.world.migrated) == 1


def test_a_hung_one_and_a_cancel(s):
    asked(s)
    pid = spare(s, 1)
    os.kill(pid, signal.SIGSTOP)
    cancelled_at_once(s)


def test_cancel_right_after_the_call(s):
    asked(s)
    spare(s, 1)
    cancelled_at_once(s)


def cancelled_at_once(s):
    job = s.client.migrate("web", "b")
    job.cancel()
    end = job.ended("cancelled")
    assert end["Error"][0] == ERROR + "Cancelled"
    assert s.local.guests["web"].state == 1 and "web" not in s.b.guests


def test_one_that_dies_while_it_begins(s):
    """It has entered a phase: the next one looks what became of it."""
    s.b.silent = {"virConnectOpenAuth"}
    asked(s)
    pid = spare(s, 1)
    job = s.client.migrate("web", "b")
    wait(lambda: s.world.asked("virConnectOpenAuth", host="b"), "the destination is asked")
    job.until(Phase="connecting")
    s.b.silent = None
    os.kill(pid, signal.SIGKILL)
    assert job.ended()["State"] in ("failed", "interrupted")
    assert s.world.migrated == []


def left_behind(s):
    return os.listdir(directory(s)) if os.path.isdir(directory(s)) else []


@pytest.mark.parametrize("end", ("stop", "kill"))
def test_it_ends_with_the_service_and_leaves_nothing(s, end):
    asked(s)
    gone = Exit(linked(s, 1))
    getattr(s.service, end)()
    gone.wait()
    assert left_behind(s) == []


def test_it_does_not_keep_the_service(make):
    setup = make(idle_timeout=4)  # not before the worker is linked
    setup.service.start()
    asked(setup)
    gone = Exit(linked(setup, 1))
    assert setup.service.ended() == 0
    gone.wait()
    assert left_behind(setup) == []


def test_it_ends_when_nobody_wants_it_for_long(make):
    setup = make(worker=["--idle-timeout", "4"])
    setup.local.guest("web")
    setup.service.start()
    asked(setup)
    pid = spare(setup, 1)
    Exit(pid).wait()
    assert left_behind(setup) == []
    job = setup.client.migrate("web", "b")
    assert complete(setup, job) != pid


def test_it_is_no_job_of_a_restarted_service(s):
    asked(s)
    gone = Exit(linked(s, 1))
    s.restart()
    gone.wait()
    assert s.client.get("RunningJobs") == 0
    assert not [path for path in s.client.managed() if "/job/" in path]
    asked(s)
    pid = spare(s, 1)
    assert complete(s, s.client.migrate("web", "b")) == pid


def test_a_queued_job_does_not_begin_in_it(s):
    """It waits for a job that has to wait: being there is no leave to begin."""
    for number in range(8):
        s.local.guest(f"g{number}")
        s.client.migrate(f"g{number}", "b")
        s.world.migration(f"g{number}")
    pid = spare(s, 9)
    job = s.client.migrate("web", "b")
    job.until(State="queued")
    assert pid not in s.world.pids and len(s.world.migrated) == 8
    s.world.migration("g0").finish()
    assert complete(s, job) == pid


def test_numbers_go_on_after_a_row_was_deleted(s):
    s.world.on_migration = lambda migration: migration.finish()
    s.client.migrate("web", "b").ended("completed")
    s.service.stop()
    s.service.change_ledger("DELETE FROM job")
    s.service.start()
    s.local.guest("db")
    asked(s)
    pid = spare(s, 2)
    job = s.client.migrate("db", "b")
    assert job.id == 2
    job.ended("completed")
    assert s.world.migrated[-1].pid == pid


def test_a_number_that_is_not_the_expected_one(s):
    asked(s)
    waiting = spare(s, 1)
    s.service.change_ledger("INSERT INTO sqlite_sequence VALUES ('job', 10)")
    job = s.client.migrate("web", "b")
    assert job.id == 11
    gone = Exit(waiting)
    assert complete(s, job) != waiting
    gone.wait()  # its number will not come
    spare(s, 12)


class Other:
    """A worker of another version at the socket of a job: it refuses to begin."""

    def __init__(self, s, number):
        os.makedirs(directory(s), exist_ok=True)
        self.calls = []
        self.server = Gio.DBusServer.new_sync(
            "unix:path=" + os.path.join(directory(s), str(number)), Gio.DBusServerFlags.NONE,
            Gio.dbus_generate_guid(), None, None)
        self.server.connect("new-connection", self._connected)
        self.server.start()

    def _connected(self, server, connection):
        self.connection = connection
        node = Gio.DBusNodeInfo.new_for_xml(
            f"<node><interface name='{LINK}'><method name='Begin'><arg type='s' direction='in'/>"
            "<arg type='t' direction='in'/></method></interface></node>")
        connection.register_object(LINK_PATH, node.interfaces[0], self._called, None, None)
        return True

    def _called(self, connection, sender, path, interface, method, arguments, invocation):
        self.calls.append(arguments.unpack())
        invocation.return_dbus_error(ERROR + "Worker", "this worker is of version 0")


def test_one_of_another_version(s):
    other = Other(s, 1)
    asked(s)
    wait(lambda: hasattr(other, "connection"), "the service links to it")
    job = s.client.migrate("web", "b")
    complete(s, job)
    (version, until), = other.calls
    assert version == s.client.get("Version") and until > 0
    other.server.stop()


@pytest.fixture
def mute(s):
    """Something at the socket of job 1 that takes a link and never says a word."""
    os.makedirs(directory(s), exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(DEADLINE)
        listener.bind(os.path.join(directory(s), "1"))
        listener.listen()
        asked(s)
        with listener.accept()[0] as link:
            yield link


@pytest.mark.usefixtures("mute")
def test_one_that_never_answers(s):
    complete(s, s.client.migrate("web", "b"))


@pytest.mark.usefixtures("mute")
def test_one_that_never_answers_does_not_keep_the_service(s):
    s.client.start_migrate("web", "b").result()
    assert s.service.stop() == 0


def link_to(path):
    """A connection to a worker that has said all that comes before the first message at once, as
    the service does: what sd-bus 252 reads together with BEGIN it looks at only when more comes."""
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(DEADLINE)
    link.connect(path)
    link.sendall(f"\0AUTH EXTERNAL {str(os.geteuid()).encode().hex()}\r\nBEGIN\r\n".encode())
    assert link.recv(37).startswith(b"OK ")  # 32 digits and the end of the line
    stream = Gio.Socket.new_from_fd(link.detach()).connection_factory_create_connection()
    return Gio.DBusConnection.new_sync(stream, None, Gio.DBusConnectionFlags.NONE, None, None)


@pytest.fixture
def by_hand(make):
    """A worker that waits for job 7, which there is not, and calls to it."""
    setup = make()
    process = subprocess.Popen(
        [setup.service.path("worker"), "job", "7", "--state-dir", setup.service.path("state"),
         "--runtime-dir", setup.service.path("run")], stderr=subprocess.PIPE, text=True)
    os.makedirs(directory(setup), exist_ok=True)
    spare(setup, 7)
    connection = link_to(os.path.join(directory(setup), "7"))

    def begin(version, until):
        with pytest.raises(GLib.Error) as error:
            connection.call_sync(None, LINK_PATH, LINK, "Begin",
                                 GLib.Variant("(st)", (version, until)), None, 0,
                                 int(DEADLINE * 1000), None)
        return error.value.message

    yield setup, process, connection, begin
    process.kill()
    process.wait()
    process.stderr.close()


FAR = 2**62


def test_it_refuses_what_comes_too_late_and_other_versions(by_hand):
    setup, process, connection, begin = by_hand
    assert "too late" in begin("", 1)
    assert "version" in begin("0.0.0", FAR)
    assert process.poll() is None
    connection.close_sync(None)
    assert process.wait(DEADLINE) == 0
    assert left_behind(setup) == []


def test_it_does_not_begin_a_job_that_is_not_there(by_hand):
    setup, process, connection, begin = by_hand
    assert "There is no job 7" in begin("", FAR)
    assert process.wait(DEADLINE) == 1
    assert left_behind(setup) == []


def test_a_stop_comes_before_a_call(by_hand):
    """One that hung and is replaced finds both when it wakes up."""
    setup, process, connection, begin = by_hand
    os.kill(process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    connection.call(None, LINK_PATH, LINK, "Begin", GLib.Variant("(st)", ("", FAR)), None, 0, -1,
                    None, None)
    connection.flush_sync(None)
    os.kill(process.pid, signal.SIGTERM)
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait(DEADLINE) == 0, "told to begin it would say that there is no job"
    assert left_behind(setup) == []
