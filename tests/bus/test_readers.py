# SPDX-License-Identifier: LGPL-2.1-or-later
"""What callers are shown of the jobs of others: how far they are, and the rest if polkit grants
`list`. test_access.py has every property."""

import os
import pwd

import pytest
from gi.repository import Gio, GLib

import polkit
from harness import JOB, MANAGER, NAME, PROPERTIES, ROOT, flush
from loop import wait

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")

OTHER = pwd.getpwnam("nobody").pw_uid
THIRD = pwd.getpwnam("daemon").pw_uid
READERS_MAX, READERS_MAX_USER = 256, 32  # readers.h
NO = "polkit said no; ask the administrator for a rule that allows it"


@pytest.fixture
def job(s):
    """A job of s.client's user that is preparing."""
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.until(Phase="preparing")
    return job


@pytest.fixture
def stranger(s):
    return s.new_client(uid=OTHER)


def sees(client, job):
    return client.get_all(job.path, JOB)["Guest"] == "web"


def told(client, job):
    """What of the job the client was sent without asking."""
    return client.seen.get(job.path, {})


def leave(s, client):
    """The client leaves the bus, of which the bus has told everybody."""
    left = []
    watch = Gio.bus_watch_name_on_connection(s.client.connection, client.connection.get_unique_name(),
                                             Gio.BusNameWatcherFlags.NONE, None, lambda *_: left.append(True))
    client.connection.close_sync(None)
    wait(lambda: left, "the bus tells that the client has left")
    Gio.bus_unwatch_name(watch)


def test_the_owner_is_shown_everything_without_polkit(s, job):
    asked = len(s.polkit.questions)
    assert sees(s.client, job) and s.client.managed()[job.path][JOB]["Destination"] == "b"
    assert s.client.list_jobs(mine=True)[0]["Guest"] == "web"
    assert len(s.polkit.questions) == asked


def test_polkit_is_asked_once_a_caller_and_without_a_dialog(s, job, stranger):
    asked = len(s.polkit.questions)
    assert sees(stranger, job) and sees(stranger, job)
    assert stranger.managed()[job.path][JOB]["Guest"] == "web"
    question, = s.polkit.questions[asked:]
    assert question.action == f"{NAME}.list" and question.flags == 0
    assert question.subject == ("system-bus-name", {"name": stranger.connection.get_unique_name()})


def test_many_reads_wait_for_one_answer(s, job, stranger):
    s.polkit.answers["list"] = polkit.LATE
    asked = len(s.polkit.questions)
    read = [stranger.start(job.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,))) for _ in range(20)]
    question = s.polkit.asked("list")
    assert s.client.get("Version") and not any(reply.done for reply in read)
    question.answer(polkit.YES)
    assert all(reply.result()["Guest"] == "web" for reply in read)
    assert len(s.polkit.questions) == asked + 1


def test_own_jobs_are_shown_beside_those_of_others(s, job, stranger):
    s.polkit.answers["list"] = polkit.NO
    s.local.guest("db")
    own = stranger.migrate("db", "b")
    objects = stranger.managed()
    assert objects[own.path][JOB]["Guest"] == "db" and objects[job.path][JOB]["Guest"] == ""
    assert sees(s.client, job) and not sees(stranger, job)
    assert [row["job"] for row in stranger.list_jobs(mine=True)] == [own.path]
    assert stranger.start(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", ({},))).error().short == "AccessDenied"


def test_changes_are_sent_to_those_who_may_see_them(s, job, stranger):
    s.polkit.answers["list"] = polkit.NO
    third = s.new_client(uid=THIRD)
    assert not sees(stranger, job)
    s.polkit.answers["list"] = polkit.YES
    assert sees(third, job)
    s.world.migration("web").finish()
    for client in (stranger, third, s.client):
        wait(lambda: told(client, job).get("State") == "completed", "the end is told")  # noqa: B023
    assert told(third, job)["GuestHost"] == told(s.client, job)["GuestHost"] == "b"
    assert "GuestHost" not in told(stranger, job) and told(stranger, job)["Progress"] == 1


def test_when_the_end_is_told_what_came_of_it_is_known(s, job):
    s.world.migration("web").fail()
    job.ended("failed")
    at_the_end = {}
    for changes in s.client.history[job.path]:
        at_the_end.update(changes)
        if changes.get("State") == "failed":
            break
    assert at_the_end["Error"][0] and at_the_end["GuestHost"] == "local"


def test_a_new_job_is_announced_to_everybody_and_what_it_is_to_few(s, stranger):
    s.polkit.answers["list"] = polkit.NO
    s.client.managed()
    job = s.client.migrate("web", "b")
    wait(lambda: told(stranger, job).get("State"), "the job is announced")
    s.world.migration("web").finish()
    job.ended("completed")
    wait(lambda: told(stranger, job).get("State") == "completed", "the end is told")
    assert not told(stranger, job)["Guest"] and not told(stranger, job)["Destination"]
    assert told(s.client, job)["Destination"] == "b"


def test_who_was_granted_the_list_of_jobs_is_shown_them_from_then_on(s, job, stranger):
    s.polkit.decide = lambda question: polkit.YES if question.flags & 1 else polkit.CHALLENGE
    assert not sees(stranger, job)
    # a rule may allow this for one host: it says nothing of jobs
    stranger.start(ROOT, MANAGER, "ListGuests", GLib.Variant("(sa{sv})", ("local", {})), interactive=True).result()
    assert not sees(stranger, job)
    stranger.start(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", ({},)), interactive=True).result()
    wait(lambda: told(stranger, job).get("Guest") == "web", "what was hidden is told")
    s.polkit.change()
    assert sees(stranger, job), "a password that was given counts as long as the caller stays"


def test_who_is_granted_the_list_of_jobs_while_a_read_waits_is_shown_them(s, job, stranger):
    s.polkit.decide = lambda question: polkit.YES if question.flags & 1 else polkit.LATE
    read = stranger.start(job.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,)))
    question = s.polkit.asked("list")
    stranger.start(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", ({},)), interactive=True).result()
    question.answer(polkit.NO)
    assert read.result()["Guest"] == "web" and sees(stranger, job)


def test_a_forged_signal_of_polkit(s, job, stranger):
    """Anybody may send one to the service alone; polkit is not asked about everybody for each."""
    assert sees(stranger, job)
    asked = len(s.polkit.questions)
    for _ in range(3):
        stranger.connection.emit_signal(NAME, polkit.PATH, polkit.INTERFACE, "Changed", None)
        assert stranger.get("Version"), "the signal has come before this"
    s.client.list_jobs(unfinished=True)  # asks polkit, after whatever the signals would have asked
    assert [question.subject[1]["name"] for question in s.polkit.questions[asked:]] == \
        [s.client.connection.get_unique_name()]


def test_a_read_that_allows_a_dialog(s, job, stranger):
    s.polkit.decide = lambda question: polkit.YES if question.flags & 1 else polkit.CHALLENGE
    assert not sees(stranger, job)
    read = stranger.start(job.path, PROPERTIES, "Get", GLib.Variant("(ss)", (JOB, "Guest")), interactive=True)
    assert read.result() == "web" and sees(stranger, job)


def test_a_dialog_that_is_dismissed_is_not_opened_again(s, job, stranger):
    s.polkit.answers["list"] = polkit.NO
    for _ in range(2):  # each read may try again, but once
        asked = len(s.polkit.questions)
        read = stranger.start(job.path, PROPERTIES, "Get", GLib.Variant("(ss)", (JOB, "Guest")), interactive=True)
        assert read.error().short == "AccessDenied"
        assert [question.flags for question in s.polkit.questions[asked:]] == [1]


def test_a_read_that_allows_a_dialog_gets_one_after_a_question_without(s, job, stranger):
    s.polkit.answers["list"] = polkit.LATE
    arguments = GLib.Variant("(ss)", (JOB, "Guest"))
    silent = stranger.start(job.path, PROPERTIES, "Get", arguments)
    question = s.polkit.asked("list")
    read = stranger.start(job.path, PROPERTIES, "Get", arguments, interactive=True)
    assert stranger.get("Version"), "the read has come before this"
    s.polkit.decide = lambda question: polkit.YES if question.flags & 1 else polkit.CHALLENGE
    question.answer(polkit.CHALLENGE)
    assert read.result() == "web"
    assert silent.error().short == "AccessDenied"


def test_a_denied_read_is_in_the_journal_once_a_caller(s, job, stranger):
    """Until polkit has allowed it; not for what is only left empty, and not for what may be read."""
    s.polkit.answers["list"] = polkit.NO

    def read(client, name):
        return client.start(job.path, PROPERTIES, "Get", GLib.Variant("(ss)", (JOB, name)))

    def denials():
        return [line for line in s.service.log().splitlines() if "was denied" in line]

    def denial(client):
        name = client.connection.get_unique_name()
        return f"<4>User {OTHER} ({name}) was denied Get ({NAME}.list): {NO}"

    assert not sees(stranger, job) and read(stranger, "State").result() == "running"
    assert denials() == []
    for name in ("Guest", "Error", "Guest", "Plan"):
        assert read(stranger, name).error().short == "AccessDenied"
        assert denials() == [denial(stranger)]
    another = s.new_client(uid=OTHER)
    assert read(another, "Guest").error().text.endswith(f"{NAME}.list: {NO}")
    assert denials() == [denial(stranger), denial(another)]
    s.polkit.answers["list"] = polkit.YES
    s.polkit.change()
    for client in (stranger, another):
        wait(lambda: told(client, job).get("Guest") == "web", "the caller is shown it")  # noqa: B023
    s.polkit.answers["list"] = polkit.NO
    s.polkit.change()
    wait(lambda: not sees(stranger, job), "the caller may not see it any more")
    assert read(stranger, "Guest").error().short == "AccessDenied"
    assert denials() == [denial(stranger), denial(another), denial(stranger)]


def test_what_polkit_says_later_counts(s, job, stranger):
    assert sees(stranger, job)
    s.polkit.answers["list"] = polkit.NO
    s.polkit.change()
    wait(lambda: not sees(stranger, job), "the caller may not see it any more")
    s.polkit.answers["list"] = polkit.YES
    s.polkit.change()
    wait(lambda: told(stranger, job).get("Guest") == "web", "the caller is shown it again, unasked")


def test_however_often_things_change_polkit_is_asked_one_question_at_a_time(s, job, stranger):
    assert sees(stranger, job)
    asked = len(s.polkit.questions)
    s.polkit.answers["list"] = polkit.LATE
    s.polkit.change()
    wait(lambda: len(s.polkit.questions) > asked, "polkit is asked again")
    s.polkit.change()
    flush(s.polkit.connection)
    assert s.client.get("Version")  # the service has heard of that change
    flush(s.polkit.connection)
    s.polkit.answers["list"] = polkit.NO
    s.polkit.questions[-1].answer(polkit.NO)
    assert not sees(stranger, job) and len(s.polkit.questions) == asked + 1
    s.polkit.change()
    wait(lambda: len(s.polkit.questions) > asked + 1, "polkit is asked once more")
    assert not sees(stranger, job) and not told(stranger, job).get("Guest")


@pytest.mark.parametrize("arguments", (("(s)", (JOB,)), ("(su)", (JOB, 1)), ("(us)", (1, "Guest"))))
def test_a_read_that_cannot_be_understood_asks_nobody(s, job, stranger, arguments):
    asked = len(s.polkit.questions)
    error = stranger.start(job.path, PROPERTIES, "Get", GLib.Variant(*arguments)).error()
    assert error.name == "org.freedesktop.DBus.Error.InvalidArgs" and len(s.polkit.questions) == asked


def test_a_polkit_that_does_not_answer_hides_and_holds_up_nobody_else(s, job, stranger):
    s.polkit.answers["list"] = polkit.LATE
    read = stranger.start(job.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,)))
    s.polkit.asked("list")
    assert s.client.get_all(job.path, JOB)["Guest"] == "web" and not read.done
    assert read.result()["Guest"] == ""  # after five seconds


@pytest.mark.parametrize("answer", (polkit.ERROR, "absent"))
def test_anything_but_yes_hides(s, job, stranger, answer):
    s.polkit.vanish() if answer == "absent" else s.polkit.answers.update(list=answer)
    assert not sees(stranger, job)
    s.polkit.appear() if answer == "absent" else None


def test_a_caller_who_leaves_while_polkit_asks(s, job, stranger):
    s.polkit.answers["list"] = polkit.LATE
    stranger.start(job.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,)))
    question = s.polkit.asked("list")
    stranger.connection.close_sync(None)
    wait(lambda: question.cancellation_id in s.polkit.cancelled, "the question is withdrawn")
    question.answer(polkit.YES)
    assert sees(s.client, job)


def test_so_many_readers_of_a_user_are_told(s, job):
    """One more, and the one that was silent for longest gets no more changes; it may read again."""
    readers = []
    for _ in range(READERS_MAX_USER + 1):
        readers.append(s.new_client(uid=OTHER))
        assert sees(readers[-1], job)
    s.world.migration("web").finish()
    for reader in readers:
        wait(lambda: told(reader, job).get("State") == "completed", "the end is told")  # noqa: B023
    assert ["GuestHost" in told(reader, job) for reader in readers] == [False] + [True] * READERS_MAX_USER
    assert readers[0].get_all(job.path, JOB)["GuestHost"] == "b" and told(s.client, job)["GuestHost"] == "b"


def test_so_many_readers_in_all_are_told(s, job):
    """Of all users, whoever was silent for longest makes room."""
    users = [user.pw_uid for user in pwd.getpwall() if user.pw_uid != os.geteuid()]
    first = s.new_client(uid=users[0])
    assert sees(first, job) and sees(s.client, job)
    others = []
    for number in range(READERS_MAX - 1):
        others.append(s.new_client(uid=users[number // (READERS_MAX_USER - 1)]))
        assert sees(others[-1], job)
    s.world.migration("web").finish()
    for reader in (first, s.client, *others):
        wait(lambda: told(reader, job).get("State") == "completed", "the end is told")  # noqa: B023
    assert all("GuestHost" in told(reader, job) for reader in (s.client, *others))
    assert "GuestHost" not in told(first, job) and first.get_all(job.path, JOB)["GuestHost"] == "b"


def test_a_reader_who_has_left_takes_no_room(s, job):
    readers = [s.new_client(uid=OTHER) for _ in range(READERS_MAX_USER)]
    assert all(sees(reader, job) for reader in readers)
    leave(s, readers.pop())
    readers.append(s.new_client(uid=OTHER))
    assert sees(readers[-1], job)
    s.world.migration("web").finish()
    for reader in readers:
        wait(lambda: told(reader, job).get("State") == "completed", "the end is told")  # noqa: B023
    assert all("GuestHost" in told(reader, job) for reader in readers) and s.polkit.cancelled == []


def test_so_many_questions_of_a_user_are_open(s, job):
    s.polkit.answers["list"] = polkit.LATE
    readers = [s.new_client(uid=OTHER) for _ in range(17)]  # before the time of the questions runs
    read = [reader.start(job.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,)))
            for reader in readers]
    wait(lambda: any(reply.done for reply in read), "one is refused")
    refused, = [reply for reply in read if reply.done]
    assert refused.error().short == "LimitsExceeded"
    for question in [question for question in s.polkit.questions if question.action.endswith(".list")]:
        question.answer(polkit.NO)
    assert {reply.result()["Guest"] for reply in read if reply is not refused} == {""}


def test_after_a_restart_whoever_has_read_a_job_again_is_told_what_becomes_of_it(s, job):
    reader, silent = s.new_client(), s.new_client()
    for client in (reader, silent):
        client.managed()
    s.restart()
    reader.managed()
    s.world.migration("web").finish()
    for client in (reader, silent):
        wait(lambda: told(client, job).get("State") == "completed", "the end is told")  # noqa: B023
    assert told(reader, job)["GuestHost"] == "b" and told(reader, job)["SourceState"] == "shutoff"
    assert told(silent, job).get("GuestHost") != "b"
