# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our actions in a real polkitd: what it says in real sessions, and that it lets the service, which is not
root, ask about others and pass details."""

import json

import pytest
from lab import guests
from service import NAME, Refused, plain

pytestmark = pytest.mark.usefixtures("clean")

POLICY = f"/usr/share/polkit-1/actions/{NAME}.policy"
YES, NO, PASSWORD = 0, 1, 2  # what pkcheck(1) exits with
SESSIONS = {"active": {}, "inactive": {"active": False, "local": True}, "any": {"active": False}}

# Without a session, in an inactive one, in an active one.
ACTIONS = {
    "list": (PASSWORD, PASSWORD, YES),
    "check": (PASSWORD, PASSWORD, PASSWORD),
    "migrate": (PASSWORD, PASSWORD, PASSWORD),
    "migrate-unsafe": (PASSWORD, NO, PASSWORD),
    "migrate-custom-destination": (PASSWORD, NO, PASSWORD),
    "configure": (PASSWORD, PASSWORD, PASSWORD),
    "cancel-own": (PASSWORD, PASSWORD, YES),
    "cancel-other": (PASSWORD, PASSWORD, PASSWORD),
    "tune-own": (PASSWORD, PASSWORD, YES),
    "tune-other": (PASSWORD, PASSWORD, PASSWORD),
    "recover": (PASSWORD, PASSWORD, PASSWORD),
}
ASK = f"""
for action in {' '.join(ACTIONS)}; do
    pkcheck --action-id {NAME}.$action --process $$ >&- 2>&-
    echo $action $?
done
"""


@pytest.fixture
def ann(host_a):
    """A user who has no rights of her own."""
    host_a.add_user("ann")
    yield "ann"
    host_a.exec(["userdel", "-r", "-f", "ann"], check=False)


@pytest.mark.parametrize("where", SESSIONS)
def test_what_polkit_says_in_each_session(host_a, ann, where):
    """A user who is no administrator, of whom a password of one would be asked."""
    said = host_a.session_exec(ann, ["sh", "-c", ASK], **SESSIONS[where]).stdout.split()
    column = ("any", "inactive", "active").index(where)
    assert dict(zip(said[::2], map(int, said[1::2]), strict=True)) == {
        action: answers[column] for action, answers in ACTIONS.items()}


def test_polkit_knows_all_actions(host_a):
    listed = host_a.exec(["pkaction"]).stdout.split()
    assert {one for one in listed if one.startswith(NAME + ".")} == {f"{NAME}.{action}" for action in ACTIONS}


@pytest.mark.parametrize("where", SESSIONS)
def test_what_a_job_is_about_is_shown_to_who_may_list(service, host_a, ann, where):
    """The action `list` has an answer of its own in each session; how far a job is everybody may know."""
    guests.start(host_a, "web1")
    job = service.migrate("web1", "host-b")
    job.ended("completed")
    read = ["busctl", "--system", "--json=short", "--allow-interactive-authorization=no", "call", NAME, job.path,
            "org.freedesktop.DBus.Properties", "GetAll", "s", f"{NAME}.Job"]
    seen = plain(json.loads(host_a.session_exec(ann, read, **SESSIONS[where]).stdout))[0]
    shown = ACTIONS["list"][("any", "inactive", "active").index(where)] == YES
    assert (seen["State"], seen["Progress"]) == ("completed", 1)
    assert (seen["Guest"], seen["GuestHost"]) == (("web1", "host-b") if shown else ("", ""))
    assert job.all()["Guest"] == "web1"


def test_nobody_is_there_to_ask_for_a_password(service, host_a, ann):
    """The call allows a dialog, and no agent runs that could open one: that is said, with what to do."""
    guests.start(host_a, "web1")
    with pytest.raises(Refused, match="no agent that could ask for it"):
        service.call("Migrate", "web1", "host-b", "@a{sv} {}", run=lambda words, check: host_a.session_exec(
            ann, [*words[:3], "--interactive", *words[3:]], check=check))


def change_owner(host, expression):
    host.exec(["sed", "-i", expression, POLICY])
    host.exec(["systemctl", "restart", "polkit"])


def test_only_the_owner_annotation_lets_the_service_pass_details(service, host_a, ann):
    """polkitd takes details, and questions about others, from root and from the owner of an action."""
    guests.start(host_a, "web1")
    ask = ["sh", "-c", f"pkcheck --action-id {NAME}.list --process $$ --detail guest.name web1"]

    def active(words, check):
        return host_a.session_exec(ann, words, active=True, check=check)

    assert "web1" in service.call("ListGuests", "local", "@a{sv} {}", run=active)
    assert "details" not in host_a.exec(ask, user="migrationd", check=False).stderr
    change_owner(host_a, "s/unix-user:migrationd/unix-user:nobody/")
    try:
        assert "pass details" in host_a.exec(ask, user="migrationd", check=False).stderr
        with pytest.raises(Refused, match="AccessDenied.*polkit could not be asked"):
            service.call("ListGuests", "local", "@a{sv} {}", run=active)
        with pytest.raises(Refused, match="AccessDenied.*polkit could not be asked"):
            service.migrate("web1", "host-b")
    finally:
        change_owner(host_a, "s/unix-user:nobody/unix-user:migrationd/")
    assert "web1" in service.call("ListGuests", "local", "@a{sv} {}", run=active)
