# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our actions in a real polkitd: what it says in real sessions, and that it lets the service, which is not
root, ask about others and pass details."""

import json
import re

import pytest
from lab import guests
from service import NAME, ROOT, Job, Refused, assert_only_on, plain

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

# On a terminal of its own: an agent for the very process that calls, and a password for who asks.
# The agent throws away what was typed before its question; packet mode tells when (ioctl_tty(2)),
# and that may be read before the question is.
AT_A_TERMINAL = """
import fcntl, os, pty, struct, sys, termios
password, *call = sys.argv[1:]
ready, told = os.pipe()
os.set_inheritable(told, True)
child, terminal = pty.fork()
if child == 0:
    caller = str(os.getpid())
    if os.fork() == 0:
        os.execvp("pkttyagent", ["pkttyagent", "--notify-fd", str(told), "--process", caller])
    os.close(told)
    os.read(ready, 1)
    os.execvp(call[0], call)
os.close(told)
fcntl.ioctl(terminal, termios.TIOCPKT, struct.pack("i", 1))
shown, flushed, answered = b"", False, False
try:
    while True:
        kind, *text = os.read(terminal, 4096)
        shown += bytes(text) if kind == termios.TIOCPKT_DATA else b""
        flushed = flushed or bool(kind & termios.TIOCPKT_FLUSHREAD)
        if flushed and not answered and b"Password:" in shown:
            answered = os.write(terminal, password.encode() + bytes([10])) > 0
except (OSError, ValueError):  # the caller has ended, and with it the agent
    sys.stdout.write(shown.decode())
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


@pytest.mark.parametrize("word", ["right", "wrong"])
def test_a_password_is_typed(service, host_a, host_b, ann, word):
    """The agent says what would be done with which guest, and the service hears what polkit made of the answer."""
    guests.start(host_a, "web1")
    host_a.exec(["usermod", "-a", "-G", "sudo", ann])
    host_a.exec(["chpasswd"], input=f"{ann}:right\n")
    call = ["gdbus", "call", "--system", "--interactive", "--dest", NAME, "--object-path", ROOT, "--method",
            f"{NAME}.Manager.Migrate", "web1", "host-b", "{}"]
    said = host_a.session_exec(ann, ["/usr/bin/python3", "-c", AT_A_TERMINAL, word, *call]).stdout
    assert "web1" in said and "host-b" in said and "Password:" in said, said
    if word == "wrong":
        assert "AUTHENTICATION FAILED" in said and "AccessDenied" in said, said
    else:
        assert "AUTHENTICATION COMPLETE" in said, said
        path = re.search(rf"{ROOT}/job/\d+", said)[0]
        Job(service, path).ended("completed")
        assert_only_on("web1", host_b, host_a)


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
