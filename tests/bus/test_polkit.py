# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what is polkit's to say: every method asks, any answer but yes is a no, and nothing is
done before the answer."""

import os
import pwd
import signal

import pytest
from gi.repository import GLib

import polkit
from harness import HOST, JOB, MANAGER, NAME, ROOT, flush
from loop import wait
from virt import ERR_INTERNAL_ERROR, VirError


OTHER = pwd.getpwnam("nobody").pw_uid


def job_of(s):
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.until(Phase="preparing")
    return job


def remove_added(s):
    """Removes a host that was added; its file is there at once, because adding asks polkit, too."""
    s.service.write_added_host("added", Transport="ssh", Address="added.example")
    s.service.write_host("c", Transport="ssh", Address="c.example")  # the files are read again
    wait(lambda: s.client.host_path("added") in s.client.managed(), "the added host is seen")
    return s.client.start_remove_host("added")


# method -> (its action, how it is called)
METHODS = {
    "ListGuests": ("list", lambda s: s.client.start_list_guests("local")),
    "ListJobs": ("list", lambda s: s.client.start(ROOT, MANAGER, "ListJobs",
                                                  GLib.Variant("(a{sv})", ({},)))),
    "Plan": ("check", lambda s: s.client.start_plan("web", "b")),
    "Check": ("check", lambda s: s.client.start_check("web", "b")),
    "ListInterfaces": ("check", lambda s: s.client.start_list_interfaces("b", "local")),
    "Test": ("check", lambda s: s.client.start_test("b")),
    "Migrate": ("migrate", lambda s: s.client.start_migrate("web", "b")),
    "AddHost": ("configure", lambda s: s.client.start_add_host("new", transport="ssh",
                                                               address="new.example")),
    "RemoveHost": ("configure", remove_added),
    "Migrate unsafe": ("migrate-unsafe", lambda s: s.client.start_migrate(
        "web", "b", unsafe=GLib.Variant("b", True))),
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_asks_for_its_action(s, method):
    action, start = METHODS[method]
    s.world.on_migration = lambda migration: migration.finish()
    start(s).result()
    question, = s.polkit.questions
    assert question.action == f"{NAME}.{action}"
    assert question.subject == ("system-bus-name", {"name": s.client.connection.get_unique_name()})


@pytest.mark.parametrize("how", (polkit.NO, polkit.CHALLENGE, polkit.ERROR, "absent", "garbage"))
@pytest.mark.parametrize("method", METHODS)
def test_anything_but_yes_is_a_no(s, method, how):
    action, start = METHODS[method]
    if how == "absent":
        s.polkit.vanish()
    elif how == "garbage":
        s.polkit.vanish()
        s.polkit.appear("s")
    else:
        s.polkit.answers[action] = how
    error = start(s).error()
    assert error.short == "AccessDenied" and f"{NAME}.{action}" in error.text
    assert s.world.calls == []
    if how in ("absent", "garbage"):
        s.polkit.vanish() if how == "garbage" else None
        s.polkit.appear()
    s.polkit.answers.clear()
    assert s.client.list_jobs() == []


def test_migrate_tells_polkit_what_it_is_about(s):
    s.client.migrate("web", "b", persist=True, flow="managed-direct")
    assert s.polkit.asked("migrate").details == {
        "guest.name": "web", "source.name": "local", "destination.name": "b",
        "destination.host": "b.example", "flow": "managed-direct", "transport": "native",
        "persist": "yes", "undefine-source": "no", "copy-storage": "none", "unsafe": "no"}


def test_a_password_may_be_asked_for_only_if_the_caller_allows_it(s):
    s.client.start_migrate("web", "b").result()
    assert s.polkit.asked("migrate").flags == 0
    s.local.guest("db")
    s.client.start_migrate("db", "b", interactive=True).result()
    assert s.polkit.asked("migrate").flags == 1


def test_a_password_is_wanted_and_nobody_asks_for_it(s):
    """As in a session without an agent: polkit cannot open a dialog."""
    s.polkit.answers["migrate"] = polkit.CHALLENGE
    text = s.client.start_migrate("web", "b").error().text
    assert "did not allow to ask" in text and "--interactive" in text
    error = s.client.start_migrate("web", "b", interactive=True).error()
    assert error.short == "AccessDenied" and "no agent" in error.text and "pkttyagent" in error.text


def test_own_jobs_are_cancelled_with_cancel_own(s):
    job = job_of(s)
    s.polkit.answers["cancel-other"] = polkit.NO
    job.cancel()
    assert s.polkit.asked("cancel-own").action == f"{NAME}.cancel-own"
    job.ended("cancelled")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_jobs_of_others_are_cancelled_with_cancel_other(s):
    job = job_of(s)
    stranger = s.new_client(uid=OTHER)
    s.polkit.answers["cancel-own"] = polkit.YES
    s.polkit.answers["cancel-other"] = polkit.NO
    error = stranger.start(job.path, JOB, "Cancel").error()
    assert error.short == "AccessDenied" and "cancel-other" in error.text
    assert job.read()["State"] == "running"
    s.polkit.answers["cancel-other"] = polkit.YES
    stranger.call(job.path, JOB, "Cancel")
    job.ended("cancelled")
    assert "cancel-own" not in [q.action.rsplit(".", 1)[-1] for q in s.polkit.questions]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_the_owner_is_the_user_and_mine_are_only_that_users_jobs(s):
    stranger = s.new_client(uid=OTHER)
    path = stranger.migrate("web", "b").path
    assert s.client.get_all(path, JOB)["OwnerUID"] == OTHER
    s.local.guest("db")
    own = s.client.migrate("db", "b")
    assert [j["job"] for j in s.client.list_jobs(mine=True)] == [own.path]
    assert [j["job"] for j in stranger.list_jobs(mine=True)] == [path]
    assert len(s.client.list_jobs()) == 2


def test_cancel_denied(s):
    job = job_of(s)
    s.polkit.answers["cancel-own"] = polkit.NO
    error = s.client.start(job.path, JOB, "Cancel").error()
    assert error.short == "AccessDenied"
    assert job.read()["State"] == "running" and s.world.migrations[0].aborts == 0


def test_a_late_yes(s):
    s.polkit.answers["migrate"] = polkit.LATE
    reply = s.client.start_migrate("web", "b")
    question = s.polkit.asked("migrate")
    s.polkit.answers["migrate"] = polkit.YES
    assert s.client.list_jobs() == [] and s.world.calls == [] and not reply.done
    question.answer(polkit.YES)
    job = s.client.job(reply.result().rsplit("/", 1)[-1])
    s.world.migration("web").finish()
    job.ended("completed")


def test_a_late_no(s):
    s.polkit.answers["migrate"] = polkit.LATE
    reply = s.client.start_migrate("web", "b")
    s.polkit.asked("migrate").answer(polkit.NO)
    assert reply.error().short == "AccessDenied"
    assert s.client.list_jobs() == [] and s.world.calls == []


def test_what_was_asked_for_is_what_is_done(s):
    """The host's file changes and the guest gets a job while the user reads the dialog."""
    s.polkit.answers["migrate"] = polkit.LATE
    first = s.client.start_migrate("web", "b")
    question = s.polkit.asked("migrate")
    s.polkit.answers["migrate"] = polkit.YES
    s.client.migrate("web", "b")
    question.answer(polkit.YES)
    assert first.error().short == "GuestBusy"
    assert len(s.client.list_jobs()) == 1


def test_the_destination_goes_while_polkit_asks(s):
    s.polkit.answers["migrate"] = polkit.LATE
    reply = s.client.start_migrate("web", "b")
    question = s.polkit.asked("migrate")
    s.service.remove_host("b")
    wait(lambda: s.client.host_path("b") not in s.client.managed(), "the host's object goes")
    question.answer(polkit.YES)
    assert reply.error().short == "UnknownHost"
    assert s.client.list_jobs() == []


@pytest.mark.parametrize("method", ("Migrate", "Plan", "ListGuests"))
def test_a_caller_who_leaves_while_polkit_asks_gets_nothing_done(s, method):
    action, _ = METHODS[method]
    caller = s.new_client()
    s.polkit.answers[action] = polkit.LATE
    {"Migrate": lambda: caller.start_migrate("web", "b"),
     "Plan": lambda: caller.start_plan("web", "b"),
     "ListGuests": lambda: caller.start_list_guests("local")}[method]()
    question = s.polkit.asked(action)
    caller.connection.close_sync(None)
    wait(lambda: s.polkit.cancelled == [question.cancellation_id], "the question is withdrawn")
    question.answer(polkit.YES)
    s.polkit.answers.clear()
    assert s.client.list_jobs() == [] and s.world.calls == []


def test_a_caller_who_leaves_between_the_yes_and_its_turn(s):
    """All of it waits for a service that is busy with others, whose calls came before."""
    caller, busy = s.new_client(), s.new_client()
    busy.start(ROOT, MANAGER, "Destroy").error()
    s.polkit.answers["migrate"] = polkit.LATE
    caller.start_migrate("web", "b")
    question = s.polkit.asked("migrate")
    os.kill(s.service.process.pid, signal.SIGSTOP)
    others = [busy.start(ROOT, MANAGER, "Destroy") for _ in range(100)]
    flush(busy.connection)
    question.answer(polkit.YES)
    flush(s.polkit.connection)
    caller.connection.close_sync(None)
    os.kill(s.service.process.pid, signal.SIGCONT)
    for reply in others:
        reply.error()
    s.polkit.answers.clear()
    assert s.client.list_jobs() == [] and s.world.calls == [] and s.polkit.cancelled == []


@pytest.mark.parametrize("to", ("name", "number"))
def test_a_forged_signal_that_a_caller_has_left(s, to):
    """Anybody may send a signal to one connection, with whatever interface and member."""
    s.polkit.answers["migrate"] = polkit.LATE
    reply = s.client.start_migrate("web", "b")
    question = s.polkit.asked("migrate")
    liar = s.new_client(uid=OTHER if os.geteuid() == 0 else None)
    name = s.client.connection.get_unique_name()
    liar.connection.emit_signal(NAME if to == "name" else liar.owner(), "/org/freedesktop/DBus",
                                "org.freedesktop.DBus", "NameOwnerChanged",
                                GLib.Variant("(sss)", (name, name, "")))
    assert liar.get("Version"), "the signal has come before this"
    assert s.client.list_jobs() == [] and s.polkit.cancelled == []
    question.answer(polkit.YES)
    assert reply.result()


def test_cancellation_ids_are_not_used_twice(s):
    for _ in range(3):
        s.client.list_jobs()
    ids = [q.cancellation_id for q in s.polkit.questions]
    assert len(set(ids)) == 3 and all(ids)


def test_one_caller_cannot_have_endless_questions_open(s):
    s.polkit.answers["migrate"] = polkit.LATE
    replies = [s.client.start_migrate("web", "b") for _ in range(9)]
    wait(lambda: len(s.polkit.questions) == 8 and any(r.done for r in replies), "one is refused")
    refused, = [r for r in replies if r.done]
    assert refused.error().short == "LimitsExceeded"
    s.polkit.answers.clear()
    assert s.new_client().list_jobs() == []


def test_a_cancel_that_is_authorized_when_the_job_is_over(s):
    job = job_of(s)
    s.polkit.answers["cancel-own"] = polkit.LATE
    reply = s.client.start(job.path, JOB, "Cancel")
    question = s.polkit.asked("cancel-own")
    s.world.migration("web").finish()
    job.ended("completed")
    question.answer(polkit.YES)
    assert reply.error().short == "JobFinished"


def test_properties_need_no_authorization(s):
    s.client.get_all(ROOT, MANAGER)
    s.client.get_all(s.client.host_path("b"), HOST)
    s.client.managed()
    assert s.polkit.questions == []


# A guest that is named by its UUID

REQUESTS = ("Migrate", "Plan", "Check")
ABSENT = "6f1d1a52-9f4c-4d53-8d5b-000000000000"


def start_by(s, method, guest, client=None):
    return (client or s.client).start(ROOT, MANAGER, method,
                                      GLib.Variant("(ssa{sv})", (guest, "b", {})))


def action_of(method):
    return METHODS[method][0]


@pytest.mark.parametrize("method", REQUESTS)
def test_a_uuid_is_not_a_way_around_a_rule_about_names(s, method):
    """The rule of polkit/examples/: guests web* may be moved, and no other."""
    db = s.local.guest("db")
    s.polkit.decide = lambda question: (
        polkit.YES if question.details.get("guest.name", "").startswith("web") else polkit.NO)
    s.world.on_migration = lambda migration: migration.finish()
    error = start_by(s, method, db.uuid).error()
    assert error.short == "AccessDenied" and "db" not in error.text
    assert s.polkit.questions[-1].details["guest.name"] == "db"
    assert s.polkit.questions[-1].details["guest.uuid"] == db.uuid
    assert s.world.asked("virDomainMigrateToURI3", "virDomainMigrate3") == []
    web = s.local.guests["web"]
    start_by(s, method, web.uuid.upper()).result()
    assert s.polkit.questions[-1].details["guest.name"] == "web"
    assert s.polkit.questions[-1].details["guest.uuid"] == web.uuid


def test_a_name_is_not_looked_up_before_the_yes(s):
    s.polkit.answers["migrate"] = polkit.LATE
    start_by(s, "Migrate", "web")
    assert "guest.uuid" not in s.polkit.asked("migrate").details
    assert s.world.calls == []


@pytest.mark.parametrize("why", ("absent", "unreachable"))
@pytest.mark.parametrize("method", REQUESTS)
def test_whether_there_is_a_guest_is_not_told_before_the_yes(s, method, why):
    uuid, action = s.local.guests["web"].uuid, action_of(method)
    s.polkit.answers[action] = polkit.NO
    told = start_by(s, method, uuid).error()
    if why == "unreachable":
        s.local.broken["virDomainLookupByUUIDString"] = VirError(ERR_INTERNAL_ERROR, "no")
    else:
        uuid = ABSENT
    error = start_by(s, method, uuid).error()
    assert (error.name, error.text) == (told.name, told.text)
    assert s.polkit.questions[-1].details["guest.name"] == uuid
    s.polkit.answers[action] = polkit.YES
    error = start_by(s, method, uuid).error()
    assert error.short == ("GuestNotFound" if why == "absent" else "Failed") and error.text
    assert s.client.list_jobs() == []


@pytest.mark.parametrize("change", ("renamed", "gone", "another"))
def test_a_guest_that_changes_while_polkit_asks(s, change):
    web = s.local.guests["web"]
    s.polkit.answers["migrate"] = polkit.LATE
    reply = start_by(s, "Migrate", web.uuid)
    question = s.polkit.asked("migrate")
    del s.local.guests["web"]
    if change == "renamed":
        web.name = "db"
        s.local.guests["db"] = web
    elif change == "another":
        s.local.guest(web.uuid)  # which has the UUID of the other as its name
    question.answer(polkit.YES)
    assert reply.error().short == "GuestNotFound"
    assert s.client.list_jobs() == []


def test_a_caller_who_leaves_while_the_guest_is_looked_up(s):
    caller = s.new_client()
    s.local.silent = {"virDomainLookupByUUIDString"}
    start_by(s, "Migrate", s.local.guests["web"].uuid, caller)
    wait(lambda: s.world.asked("virDomainLookupByUUIDString"), "the guest is looked up")
    caller.connection.close_sync(None)
    held, = [call for call in s.world.calls_open if call.function == "virDomainLookupByUUIDString"]
    s.local.silent = set()
    s.world.called(held)
    assert s.client.list_jobs() == [] and s.client.list_guests("local")
    assert s.world.migrated == []


def test_the_service_ends_while_a_guest_is_looked_up(s):
    s.local.silent = {"virDomainLookupByUUIDString"}
    reply = start_by(s, "Migrate", s.local.guests["web"].uuid)
    wait(lambda: s.world.asked("virDomainLookupByUUIDString"), "the guest is looked up")
    assert s.service.stop() == 0
    assert reply.error()
