# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many jobs: the queue, its limits, and history."""

import os
import pwd

import pytest

from harness import ERROR
from loop import wait

OTHER = pwd.getpwnam("nobody").pw_uid


def migrate_many(s, count, **chosen):
    replies = []
    for number in range(count):
        s.local.guest(f"g{number}")
        replies.append(s.client.start_migrate(f"g{number}", "b", **chosen))
        if number % 8 == 7:  # a caller may have only so many questions to polkit open
            replies[-1].result()
    return [s.client.job(reply.result().rsplit("/", 1)[-1]) for reply in replies]


def test_jobs_beyond_the_limit_wait_and_start_in_order(s):
    jobs = migrate_many(s, 11)
    for number in range(8):
        s.world.migration(f"g{number}")
        jobs[number].until(State="running")  # the call is seen before the service is told
    assert s.client.get("RunningJobs") == 8 and s.client.get("QueuedJobs") == 3
    assert [job.read()["State"] for job in jobs] == ["running"] * 8 + ["queued"] * 3
    for ended, started in ((5, 8), (2, 9), (7, 10)):
        s.world.migration(f"g{ended}").finish()
        jobs[ended].ended("completed")
        s.world.migration(f"g{started}")
        assert len(s.world.migrations) == 8
    wait(lambda: s.client.get("QueuedJobs") == 0, "nobody waits")
    for m in list(s.world.migrations):
        m.finish()
    for job in jobs:
        job.ended("completed")
    assert s.client.get("RunningJobs") == 0


def test_a_full_source_does_not_hold_up_another(s):
    migrate_many(s, 9)
    for number in range(8):
        s.world.migration(f"g{number}")
    s.b.guest("db")
    job = s.client.migrate("db", "local", source="b")
    s.world.migration("db").finish()
    job.ended("completed")
    assert s.client.get("QueuedJobs") == 1


def test_a_job_that_its_worker_cannot_read_fails(s):
    jobs = migrate_many(s, 9)
    for number in range(8):
        s.world.migration(f"g{number}")
    s.service.change_ledger("UPDATE job SET options = '{''unheard-of'': <true>}' WHERE id = 9")
    s.world.migration("g0").finish()
    end = jobs[8].ended("failed")
    name, text, _ = end["Error"]
    assert (name, end["Phase"]) == (f"{ERROR}UnknownOption", "done") and "unheard-of" in text
    assert len(s.world.migrated) == 8


def test_a_failed_job_makes_room(s):
    jobs = migrate_many(s, 9)
    s.world.migration("g3").fail()
    jobs[3].ended("failed")
    s.world.migration("g8")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
def test_jobs_of_one_user(s):
    user = s.new_client(uid=OTHER)
    for number in range(17):
        s.local.guest(f"g{number}")
    for number in range(16):
        user.migrate(f"g{number}", "b")
    error = user.start_migrate("g16", "b").error()
    assert error.short == "LimitsExceeded" and "16 jobs" in error.text and f"user {OTHER}" in error.text
    assert "cancel" in error.text
    s.client.migrate("g16", "b")
    assert len(s.client.list_jobs()) == 17

    s.world.migration("g0").finish()
    user.job(1).ended("completed")
    assert user.migrate("web", "b").id == 18


def test_64_jobs_at_once_and_not_one_more(s):
    jobs = migrate_many(s, 64)
    error = s.client.start_migrate("web", "b").error()
    assert error.short == "LimitsExceeded" and len(error.text) > 20
    assert s.client.get("RunningJobs") == 8 and s.client.get("QueuedJobs") == 56
    unfinished = s.client.list_jobs(unfinished=True, limit=1000)
    assert len(unfinished) == 64

    wait(lambda: len(s.world.migrations) == 8, "eight run")
    s.world.on_migration = lambda migration: migration.finish()
    most = []
    for m in list(s.world.migrations):
        m.finish()
    for job in jobs:
        wait(lambda: job["State"] == "completed" or job.path not in s.client.seen and
             s.client.list_jobs(before=job.id + 1, limit=1)[0]["State"] == "completed",
             f"job {job.id} is completed", 60)
        most.append(len(s.world.migrations))
    assert len(s.world.migrated) == 64 and max(most) <= 8
    assert set(s.b.guests) == {f"g{number}" for number in range(64)}
    assert s.client.get("RunningJobs") == 0
    assert [j["State"] for j in s.client.list_jobs(limit=1000)] == ["completed"] * 64

    # the most recently finished ones keep their objects, the others are in the list
    objects = [path for path in s.client.managed() if "/job/" in path]
    assert 0 < len(objects) < 64
    removed = [values[0] for _, _, member, values in s.client.signals
               if member == "InterfacesRemoved"]
    assert len(removed) + len(objects) == 64 and not set(removed) & set(objects)


@pytest.fixture
def history(s):
    """Five jobs: 1 completed, 2 failed, 3 completed the other way, 4 running, 5 running."""
    s.local.guest("db")
    first = s.client.migrate("web", "b", persist=True)
    s.world.migration("web").finish()
    first.ended("completed")
    second = s.client.migrate("db", "b")
    s.world.migration("db").fail()
    second.ended("failed")
    third = s.client.migrate("web", "local", source="b")
    s.world.migration("web").finish()
    third.ended("completed")
    for guest in ("web", "db"):
        job = s.client.migrate(guest, "b")
        s.world.migration(guest)
        job.until(Phase="preparing")
    return s


FILTERS = [
    ({}, [5, 4, 3, 2, 1]),
    ({"limit": 2}, [5, 4]),
    ({"limit": 2, "before": 4}, [3, 2]),
    ({"before": 1}, []),
    ({"state": "completed"}, [3, 1]),
    ({"state": "failed"}, [2]),
    ({"state": "cancelled"}, []),
    ({"unfinished": True}, [5, 4]),
    ({"unfinished": False}, [5, 4, 3, 2, 1]),
    ({"guest": "web"}, [4, 3, 1]),
    ({"guest": "nobody"}, []),
    ({"source": "b"}, [3]),
    ({"destination": "b"}, [5, 4, 2, 1]),
    ({"mine": True}, [5, 4, 3, 2, 1]),
    ({"guest": "web", "state": "completed", "source": "local"}, [1]),
]


def numbers(s, **filter):
    return [job["id"] for job in s.client.list_jobs(**filter)]


def test_list_jobs_filters_and_pages(history):
    s = history
    for chosen, expected in FILTERS:
        assert numbers(s, **chosen) == expected, chosen
    assert numbers(s, guest=s.local.guests["web"].uuid) == [4, 3, 1]

    s.restart()
    for chosen, expected in FILTERS:
        assert numbers(s, **chosen) == expected, f"after a restart: {chosen}"


def test_list_jobs_says_what_the_jobs_say(history):
    s = history
    s.world.migration("web").copying(processed=1, remaining=3)
    s.client.job(4).until(Phase="copying")
    for row in s.client.list_jobs():
        job = s.client.job(row.pop("id"))
        assert row.pop("job") == job.path
        expected = job.read()
        assert expected.pop("Id") == job.id
        row.pop("Id", None)
        assert row == expected


def test_options_are_shown_as_the_caller_gave_them(history):
    rows = {row["id"]: row["Options"] for row in history.client.list_jobs()}
    assert rows[1] == {"persist": True} and rows[2] == {} and rows[3] == {"source": "b"}
