# SPDX-License-Identifier: LGPL-2.1-or-later
"""Destinations that are no configured host: a connection URI, by a grammar, for who may name any."""

import pytest
from gi.repository import GLib

import polkit
from harness import JOB, MANAGER, NAME, ROOT

URI = "qemu+tls://c.example/system"


@pytest.fixture
def c(s):
    """A host that the world has and the service does not know."""
    return s.world.host("c")


def test_a_guest_moves_there(s, c):
    job = s.client.migrate("web", URI, persist=True)
    migration = s.world.migration("web")
    assert migration.uri == URI
    migration.finish()
    end = job.ended("completed")
    assert end["Destination"] == URI and end["GuestHost"] == URI and end["DestinationState"] == "running"
    assert "web" in c.guests
    assert [row["id"] for row in s.client.list_jobs(destination=URI)] == [job.id]
    assert s.client.host_path("c") not in s.client.managed()


@pytest.mark.parametrize("uri", (URI, "qemu+ssh://root@c.example:2222/system"))
def test_plan_and_check_look_there(s, c, uri):
    plan = s.client.start_plan("web", uri).result()
    assert plan["destination-uri"].split("?")[0] == uri
    plan, findings = s.client.start_check("web", uri).result()
    assert plan["peer-uri"].split("?")[0] == uri
    assert not [f for f in findings if f["severity"] == "blocker"]


def test_polkit_is_told_and_unsafe_is_no_way_around_it(s, c):
    s.polkit.answers["migrate-custom-destination"] = polkit.NO
    for options in ({}, {"unsafe": True}):
        error = s.client.start_migrate("web", URI, **{k: GLib.Variant("b", v) for k, v in options.items()}).error()
        assert error.short == "AccessDenied"
        question = s.polkit.questions[-1]
        assert question.action == f"{NAME}.migrate-custom-destination"
        assert question.details["destination.name"] == URI
        assert question.details["destination.host"] == "c.example"
        assert question.details["unsafe"] == ("yes" if options else "no")
    assert s.world.calls == [] and s.client.list_jobs() == []


@pytest.mark.parametrize("uri", (
    "qemu+ssh://c.example/system?command=/bin/sh", "qemu+ext://c.example/system", "qemu+tcp://c.example/system",
    "qemu+unix:///system", "qemu:///system", "test:///default", "qemu+ssh://-oProxyCommand=x/system",
    "qemu+tls://c.example/system#x", "qemu+tls://c.example/session", "qemu+tls://127.0.0.1/system", "://",
    "qemu+ssh://c.example/system\n", "vpx://root@vc.example/DC/esx1.example"))
@pytest.mark.parametrize("method", ("Migrate", "Plan", "Check"))
def test_what_the_grammar_does_not_take_is_refused_before_polkit(s, c, method, uri):
    error = s.client.start(ROOT, MANAGER, method, GLib.Variant("(ssa{sv})", ("web", uri, {}))).error()
    assert error.short == "InvalidArgument"
    assert s.polkit.questions == [] and s.world.calls == []


def test_a_job_there_is_taken_up_by_a_restarted_service(s, c):
    job = s.client.migrate("web", URI)
    migration = s.world.migration("web")
    job.until(Phase="preparing")
    s.restart()
    assert s.client.get_all(job.path, JOB)["Destination"] == URI
    migration.finish()
    job.ended("completed")


def test_a_host_that_is_not_there(s):
    job = s.client.migrate("web", "qemu+tls://nowhere.example/system")
    end = job.ended("failed")
    assert end["Error"][0].endswith("HostNameUnknown") and "nowhere.example" in end["Error"][1]


def test_a_host_that_is_silent_is_named_as_it_was(make):
    """Not by the word that its worker's unit has for it."""
    s = make(query_deadline=1)
    s.local.guest("web")
    s.world.host("c").silent = {"virConnectOpenAuth"}
    s.service.start()
    error = s.client.start_plan("web", URI).error()
    assert error.short == "HostTimeout" and f"host {URI} did not answer within 1 s" in error.text
