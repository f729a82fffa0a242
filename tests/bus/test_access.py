# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may use what: every member of every interface, as the XML has them, by every kind of caller.
What must come of it is written out here, and so are the actions' defaults."""

import os
import pwd
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import GLib

import polkit
from harness import HOST, JOB, MANAGER, NAME, PROPERTIES, ROOT, SOURCE, options
from loop import wait
from scene import Scene
from virt import MIB

# Without a session, in an inactive one, in an active one.
DEFAULTS = {
    "list": ("auth_admin", "auth_admin", "yes"),
    "check": ("auth_admin", "auth_admin", "auth_admin_keep"),
    "migrate": ("auth_admin", "auth_admin", "auth_admin_keep"),
    "migrate-unsafe": ("auth_admin", "no", "auth_admin"),
    "migrate-custom-destination": ("auth_admin", "no", "auth_admin"),
    "configure": ("auth_admin", "auth_admin", "auth_admin"),
    "cancel-own": ("auth_admin", "auth_admin", "yes"),
    "cancel-other": ("auth_admin", "auth_admin", "auth_admin_keep"),
    "tune-own": ("auth_admin", "auth_admin", "yes"),
    "tune-other": ("auth_admin", "auth_admin", "auth_admin_keep"),
    "recover": ("auth_admin", "auth_admin", "auth_admin"),
}

# y: it is done; n: AccessDenied and nothing is done; d: the caller leaves while polkit is asked and
# nothing is done. The callers: root; in an active session, in an inactive one, in none; in an active
# one, in an inactive one, both with an administrator who enters a password; an operator of the example
# rule with the right details, with wrong ones; polkit absent; polkit late; caller gone. "Others":
# the job is another user's.
COLUMNS = ("root", "active", "inactive", "no-session", "password", "inactive-password", "operator",
           "wrong-details", "polkit-absent", "polkit-late", "gone")
METHODS = """
Manager.ListGuests                   list            y y n n y y y y n y d
Manager.ListJobs                     list            y y n n y y y y n y d
Manager.Plan                         check           y n n n y y y n n y d
Manager.Plan/custom                  migrate-custom-destination  y n n n y n n n n y d
Manager.Check                        check           y n n n y y y n n y d
Manager.Check/custom                 migrate-custom-destination  y n n n y n n n n y d
Manager.Migrate                      migrate         y n n n y y y n n y d
Manager.Migrate/unsafe               migrate-unsafe  y n n n y n n n n y d
Manager.Migrate/custom               migrate-custom-destination  y n n n y n n n n y d
Manager.AddHost                      configure       y n n n y y n n n y d
Manager.RemoveHost                   configure       y n n n y y n n n y d
Host.ListInterfaces                  check           y n n n y y n n n y d
Host.Test                            check           y n n n y y n n n y d
Job.Cancel                           cancel-own      y y n n y y y y n y d
Job.Cancel/others                    cancel-other    y n n n y y n n n y d
Job.StartPostCopy                    tune-own        y y n n y y n n n y d
Job.StartPostCopy/others             tune-other      y n n n y y n n n y d
Job.SetMaximumDowntime               tune-own        y y n n y y n n n y d
Job.SetMaximumDowntime/others        tune-other      y n n n y y n n n y d
Job.SetBandwidth                     tune-own        y y n n y y n n n y d
Job.SetBandwidth/others              tune-other      y n n n y y n n n y d
Job.SetPostCopyBandwidth             tune-own        y y n n y y n n n y d
Job.SetPostCopyBandwidth/others      tune-other      y n n n y y n n n y d
Job.Pause                            tune-own        y y n n y y n n n y d
Job.Pause/others                     tune-other      y n n n y y n n n y d
Job.Recover                          recover         y n n n y y n n n y d
Job.Recover/others                   recover         y n n n y y n n n y d
"""
CELLS = {(row.split()[0], caller): (row.split()[1], cell)
         for row in METHODS.strip().splitlines()
         for caller, cell in zip(COLUMNS, row.split()[2:], strict=True)}

# Everybody may, and polkit is not asked.
OPEN = {
    MANAGER: "Version LibvirtVersion RunningJobs QueuedJobs MaximumRunningJobs MaximumJobs",
    HOST: "Name Driver Transport Address PeerTransport PeerAddress MigrationAddresses HostUUID "
          "Origin Settings FileError LastContact LastError",
    JOB: "GetSamples Id OwnerUID State Phase Progress Statistics DirtyRate Throughput Remaining "
         "Iteration ExpectedDowntime Downtime ExpectedEnd Converging Created Called Finished "
         "Cancelable CancelRefusal Controls Refusals",
    PROPERTIES: "Get GetAll Set",
    "org.freedesktop.DBus.Introspectable": "Introspect",
    "org.freedesktop.DBus.Peer": "Ping GetMachineId",
}
# The owner may, and who may `list`; what others read of it is empty. test_readers.py has the rest.
OWN = ("Guest GuestUUID Source Destination Options Plan Findings SourceState DestinationState GuestHost "
       "Verification Recovery WaitingFor Error").split()
OPEN_MEMBERS = [(interface, member) for interface, members in OPEN.items()
                for member in members.split()]
SESSIONS = {"inactive": 1, "no-session": 0, "password": 2, "inactive-password": 1, "active": 2}
CONTROLS = ("virDomainDestroyFlags", "virDomainResume", "virDomainAbortJob", "virDomainMigrateStartPostCopy", "virDomainMigrateSetMaxDowntime",
            "virDomainMigrateSetMaxSpeed", "virDomainSuspend")
CUSTOM = "qemu+tls://b.example/system"  # host b, as if it were not configured
USERS = {"owner": "nobody", "stranger": "daemon"}


def policy():
    return ElementTree.parse(os.path.join(SOURCE, "polkit", f"{NAME}.policy.in")).getroot()


# action -> the details in its message
MESSAGES = {action.get("id"): set(re.findall(r"\$\((.*?)\)", action.findtext("message")))
            for action in policy().iter("action")}


def in_the_xml():
    """(interface, tag, name) of all that is documented."""
    for interface in (MANAGER, HOST, JOB):
        path = os.path.join(SOURCE, "dbus-interfaces", f"{interface}.xml")
        for element in ElementTree.parse(path).getroot().find("interface"):
            if element.tag in ("method", "property", "signal"):
                yield interface, element.tag, element.get("name")


def test_the_expectations_are_complete():
    asks = {f"{NAME}.{row.split('/')[0]}" for row, _ in CELLS}
    everybody = {f"{interface}.{member}" for interface, member in OPEN_MEMBERS}
    own = {f"{JOB}.{name}" for name in OWN}
    assert asks.isdisjoint(everybody) and own.isdisjoint(asks | everybody)
    documented = {f"{interface}.{name}" for interface, _, name in in_the_xml()}
    assert documented == {name for name in asks | everybody | own if name.startswith(NAME)}
    assert {action for action, _ in CELLS.values()} == set(DEFAULTS)


def test_the_defaults_of_the_actions():
    given = {action.get("id").removeprefix(f"{NAME}."): tuple(
        action.find("defaults").findtext(f"allow_{where}")
        for where in ("any", "inactive", "active")) for action in policy().iter("action")}
    assert given == DEFAULTS


def test_the_dialogs_say_what_it_is_about():
    """Each has a text, and where a guest is moved or a job changed the message names them."""
    for action in policy().iter("action"):
        name = action.get("id").removeprefix(f"{NAME}.")
        message = action.findtext("message")
        assert action.findtext("description") and message.endswith(".")
        assert [a.text for a in action.iter("annotate")
                if a.get("key") == "org.freedesktop.policykit.owner"] == ["unix-user:migrationd"]
        named = {detail for detail in ("guest.name", "source.name", "destination.name",
                                       "job.control", "job.step", "host.name") if f"$({detail})" in message}
        assert message.count("$(") == len(named)
        moved = {"guest.name", "source.name", "destination.name"}
        assert named == {"list": set(), "check": set(), "configure": {"host.name"},
                         "recover": moved | {"job.step"}}.get(
            name, moved | {"job.control"} if name.startswith("tune-") else moved), name


def test_the_dialogs_can_be_translated():
    """Description and message of each action are in the catalog that polkitd looks them up in."""
    with open(os.path.join(SOURCE, "po", "meson.build")) as file:
        domain = re.search(r"i18n\.gettext\('(.+?)'", file.read())[1]
    path = os.path.join("polkit", f"{NAME}.policy.in")
    with open(os.path.join(SOURCE, "po", "POTFILES.in")) as file:
        assert path in file.read().split()
    found = subprocess.run(["xgettext", "-o", "-", "--no-wrap", path], cwd=SOURCE, check=True,
                           capture_output=True, text=True).stdout
    texts = [element for action in policy().iter("action") for element in action
             if element.tag in ("description", "message")]
    assert len(texts) == 2 * len(DEFAULTS)
    for text in texts:
        assert text.get("gettext-domain") == domain
        assert f'msgid "{text.text}"\n' in found


class Stage:
    """A service, and a polkitd that knows in which session who is."""

    def __init__(self, scene):
        self.scene, self.callers, self.jobs, self.number = scene, {}, {}, 0
        scene.polkit.decide = self.decide

    def decide(self, question):
        """What polkit would say to the caller; to those who set the stage, yes."""
        kind = self.callers.get(question.subject[1]["name"])
        action = question.action.removeprefix(f"{NAME}.")
        if kind in ("polkit-late", "gone"):
            return polkit.LATE
        if kind in ("operator", "wrong-details"):
            return self.example_rule(action, question.details)
        if kind not in SESSIONS:
            return polkit.YES
        default = DEFAULTS[action][SESSIONS[kind]]
        if default in ("yes", "no"):
            return {"yes": polkit.YES, "no": polkit.NO}[default]
        return polkit.YES if question.flags & 1 else polkit.CHALLENGE

    @staticmethod
    def example_rule(action, details):
        """What polkit/examples/ says of people in the group."""
        fits = (details.get("destination.name"), details.get("source.name")) == ("b", "local") and \
            details.get("guest.name", "undefined").startswith("web")
        return polkit.YES if action in ("list", "cancel-own") or (
            action in ("check", "migrate") and fits) else polkit.NO

    def client(self, kind, user):
        """A caller of that kind and user."""
        if kind == "root" or os.geteuid() != 0:
            user = None
        elif user:
            user = pwd.getpwnam(USERS[user]).pw_uid
        client = self.scene.new_client(user)
        self.callers[client.connection.get_unique_name()] = kind
        return client

    def guest(self, prefix):
        self.number += 1
        return self.scene.local.guest(f"{prefix}-{self.number}").name

    def job(self, prefix, kind, user):
        """A job of that user, which copies a guest's memory; the one of before if it still does."""
        key = prefix, "root" if kind == "root" else user
        if key not in self.jobs:
            owner, guest = self.client("root" if kind == "root" else None, user), self.guest(prefix)
            job = owner.migrate(guest, "b", postcopy=True)
            migration = self.scene.world.migration(guest)
            migration.copying(processed=30 * MIB, remaining=70 * MIB, memory_bps=10 * MIB)
            self.scene.client.job(job.id).until(Phase="copying")
            owner.connection.close_sync(None)
            self.jobs[key] = job.id, migration
        return key, self.jobs[key][0]

    def end_job(self, key, cancelled):
        number, migration = self.jobs.pop(key)
        if not cancelled:
            migration.finish()
        self.scene.client.job(number).ended("cancelled" if cancelled else "completed")

    def effects(self):
        """All that libvirt was asked to do for a call; what jobs look at by themselves is not."""
        world = self.scene.world
        return len(world.migrated), len(world.asked(*CONTROLS)), \
            0 if world.migrations else len(world.calls)


@pytest.fixture(scope="module")
def stage():
    with Scene.running() as scene:
        yield Stage(scene)


@pytest.fixture(scope="module")
def stage_with_jobs():
    with Scene.running() as scene:
        stage = Stage(scene)
        yield stage
        for key in list(stage.jobs):
            stage.end_job(key, cancelled=False)


def start(caller, row, guest, path, interactive):
    """Begins the call that the row is about."""
    interface, _, rest = row.partition(".")
    method, _, case = rest.partition("/")
    migrate = (guest, CUSTOM if case == "custom" else "b", options(unsafe=True) if case == "unsafe" else {})
    arguments = {
        "ListGuests": ("(sa{sv})", ("local", {})), "ListJobs": ("(a{sv})", ({},)),
        "Plan": ("(ssa{sv})", migrate), "Check": ("(ssa{sv})", migrate),
        "Migrate": ("(ssa{sv})", migrate), "ListInterfaces": ("(s)", ("local",)),
        "AddHost": ("(sa{sv})", (guest, options(transport="tls", address="new.example"))),
        "RemoveHost": ("(s)", (guest,)), "SetMaximumDowntime": ("(t)", (500,)), "SetBandwidth": ("(t)", (7,)),
        "SetPostCopyBandwidth": ("(t)", (8,)), "Recover": ("(s)", ("look-again",)),
    }.get(method)
    return caller.start(path, f"{NAME}.{interface}", method,
                        arguments and GLib.Variant(*arguments), interactive)


def call(stage, row, caller, guest, path, user):
    """Makes the call of the row and compares what comes of it; the result, if there is one."""
    action, expected = CELLS[row, caller]
    stand_in, before = stage.scene.polkit, stage.effects()
    client, asked = stage.client(caller, user), len(stand_in.questions)
    if caller == "polkit-absent":
        stand_in.vanish()
    reply, result = start(client, row, guest, path, "password" in caller), None
    if caller in ("polkit-late", "gone"):
        wait(lambda: len(stand_in.questions) > asked, "polkit is asked")
        assert not reply.done and stage.effects() == before
    if caller == "gone":
        client.connection.close_sync(None)
        wait(lambda: stand_in.questions[-1].cancellation_id in stand_in.cancelled,
             "the question is withdrawn")
    if caller in ("polkit-late", "gone"):
        stand_in.questions[-1].answer(polkit.YES)
    if expected == "y":
        result = reply.result(PATIENCE)
    elif expected == "n":
        error = reply.error()
        assert error.short == "AccessDenied" and f"{NAME}.{action}:" in error.text
    if caller == "polkit-absent":
        stand_in.appear()
    for question in stand_in.questions[asked:]:  # what the dialog of it names
        assert MESSAGES[question.action] <= set(question.details)
    about = f"{NAME}.{action}", ("system-bus-name", {"name": client.connection.get_unique_name()})
    assert [(q.action, q.subject) for q in stand_in.questions[asked:]] == (
        [] if caller == "polkit-absent" else [about])
    if expected != "y":
        stage.scene.client.get("Version")  # the service has done all that it had to do
        assert stage.effects() == before
    if not client.connection.is_closed():
        client.connection.close_sync(None)
    return result


PATIENCE = 60


def needs_root(row, caller):
    if os.geteuid() != 0 and (row.endswith("/others") or caller == "root"):
        pytest.skip("only root can be two users")


@pytest.mark.parametrize("caller", COLUMNS)
@pytest.mark.parametrize("row", dict.fromkeys(row for row, _ in CELLS if row[0] != "J"))
def test_methods(stage, row, caller):
    needs_root(row, caller)
    guest = stage.guest("db" if caller == "wrong-details" else "web")
    path = ROOT if row.startswith("Manager.") else stage.scene.client.host_path("b")
    client = stage.scene.client
    if row == "Manager.RemoveHost":
        client.add_host(guest, transport="tls", address="new.example")
    result = call(stage, row, caller, guest, path, "owner")
    there = row == ("Manager.AddHost" if CELLS[row, caller][1] == "y" else "Manager.RemoveHost")
    assert (client.host_path(guest) in client.managed()) == there
    jobs = stage.scene.client.list_jobs(guest=guest)
    if row.startswith("Manager.Migrate") and CELLS[row, caller][1] == "y":
        assert [job["job"] for job in jobs] == [result]
        stage.scene.world.migration(guest).finish()
        stage.scene.client.job(jobs[0]["id"]).ended("completed")
    else:
        assert jobs == []


@pytest.mark.parametrize("caller", COLUMNS)
@pytest.mark.parametrize("row", dict.fromkeys(row for row, _ in CELLS if row[0] == "J"
                                              and "Recover" not in row))
def test_controls(stage_with_jobs, row, caller):
    needs_root(row, caller)
    stage, others = stage_with_jobs, row.endswith("/others")
    key, number = stage.job("db" if caller == "wrong-details" else "web",
                            None if others else caller, "owner")
    call(stage, row, caller, None, f"{ROOT}/job/{number}", "stranger" if others else "owner")
    if CELLS[row, caller][1] == "y":
        stage.end_job(key, cancelled="Cancel" in row)
    else:
        assert stage.scene.client.job(number).read()["Phase"] == "copying"


@pytest.fixture(scope="module")
def stage_with_ends():
    """Jobs that have ended with their guests paused on both hosts, by (row, caller)."""
    with Scene.running() as scene:
        stage, jobs = Stage(scene), {}
        for cell in [cell for cell in CELLS if "Recover" in cell[0]]:
            others = cell[0].endswith("/others")
            key, number = stage.job("db" if cell[1] == "wrong-details" else "web",
                                    None if others else cell[1], "owner")
            jobs[cell], (_, migration) = number, stage.jobs.pop(key)
            migration.suspend()
            migration.break_off()
        for number in jobs.values():
            scene.client.job(number).ended("failed", PATIENCE)
        yield stage, jobs


@pytest.mark.parametrize("caller", COLUMNS)
@pytest.mark.parametrize("row", dict.fromkeys(row for row, _ in CELLS if "Recover" in row))
def test_recover(stage_with_ends, row, caller):
    needs_root(row, caller)
    (stage, jobs), others = stage_with_ends, row.endswith("/others")
    job = stage.scene.client.job(jobs[row, caller])
    del stage.scene.b.guests[job.read()["Guest"]]
    call(stage, row, caller, None, job.path, "stranger" if others else "owner")
    done = CELLS[row, caller][1] == "y"
    assert job.read()["DestinationState"] == ("absent" if done else "paused")


@pytest.fixture(scope="module")
def open_stage():
    with Scene.running() as scene:
        stage = Stage(scene)
        _, number = stage.job("web", None, "owner")
        callers = {kind: stage.client(kind, "owner") for kind in SESSIONS}
        callers |= {"root": stage.client("root", None), "another": stage.client(None, "stranger")}
        paths = {MANAGER: ROOT, HOST: scene.client.host_path("b"), JOB: f"{ROOT}/job/{number}"}
        yield stage, paths, callers


@pytest.mark.parametrize("caller", ("root", "another", *SESSIONS, "polkit-absent", "polkit-mute"))
@pytest.mark.parametrize("member", OPEN_MEMBERS, ids=lambda m: ".".join(m).removeprefix(NAME + "."))
def test_what_everybody_may(open_stage, member, caller):
    stage, paths, callers = open_stage
    interface, name = member
    client = callers.get(caller, callers["another"])
    asked = len(stage.scene.polkit.questions)
    arguments = {"Get": GLib.Variant("(ss)", (JOB, "State")), "GetAll": GLib.Variant("(s)", (HOST,)),
                 "Set": GLib.Variant("(ssv)", (JOB, "State", GLib.Variant("s", "completed")))}
    path = paths.get(interface, {"Get": paths[JOB], "GetAll": paths[HOST],
                                 "Set": paths[JOB]}.get(name, ROOT))
    if caller == "polkit-absent":
        stage.scene.polkit.vanish()
    try:
        if interface in paths and name != "GetSamples":
            client.get(name, path, interface)
        elif name == "Set":
            error = client.start(path, interface, name, arguments[name]).error()
            assert error.name == "org.freedesktop.DBus.Error.PropertyReadOnly"
        else:
            client.start(path, interface, name, arguments.get(name)).result()
    finally:
        if caller == "polkit-absent":
            stage.scene.polkit.appear()
    assert len(stage.scene.polkit.questions) == asked


# What the callers of open_stage may read of the job, whose owner is in the sessions.
SIGHT = {"root": "y", "another": "y", "active": "y", "polkit-absent": "n", "polkit-mute": "n"} | {
    kind: "y" for kind in SESSIONS}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
@pytest.mark.parametrize("caller", SIGHT)
def test_what_is_for_the_owner(open_stage, caller):
    """Each by a connection of its own, since what polkit said counts as long as one lasts."""
    stage, paths, _ = open_stage
    kind = "polkit-late" if caller == "polkit-mute" else caller
    client = stage.client(None if caller == "another" else kind, "owner" if caller in SESSIONS else "stranger")
    if caller == "polkit-absent":
        stage.scene.polkit.vanish()
    try:
        everything = client.get_all(paths[JOB], JOB)
        objects = client.managed()
        read = {name: client.start(paths[JOB], PROPERTIES, "Get", GLib.Variant("(ss)", (JOB, name)))
                for name in OWN}
        if SIGHT[caller] == "y":
            assert {name: reply.result() for name, reply in read.items()} == {
                name: everything[name] for name in OWN}
            assert everything["Source"] == "local" and everything["Guest"].startswith("web")
        else:
            for name, reply in read.items():
                error = reply.error()
                assert error.short == "AccessDenied" and f"{NAME}.list" in error.text and name in error.text
            assert not any(everything[name] for name in OWN if name != "Error")
            assert everything["Error"] == ("", "", "")
        assert {name: objects[paths[JOB]][JOB][name] for name in OWN} == {
            name: everything[name] for name in OWN}
        assert everything["State"] == "running" and everything["Statistics"]
    finally:
        if caller == "polkit-absent":
            stage.scene.polkit.appear()
        client.connection.close_sync(None)


@pytest.mark.parametrize("interface, member, error", (
    (MANAGER, "Destroy", "UnknownMethod"), (MANAGER, "migrate", "UnknownMethod"),
    (MANAGER, "State", "UnknownMethod"), (JOB, "Migrate", "UnknownMethod"),
    (PROPERTIES, "Delete", "UnknownMethod"), (NAME, "Migrate", "UnknownInterface"),
    (NAME + ".Worker", "Start", "UnknownInterface"),
    ("org.freedesktop.DBus.Debug.Stats", "GetStats", "UnknownInterface"),
    (None, "Migrate", "UnknownMethod"), (None, "Get", "UnknownMethod"),
))
def test_what_is_not_in_the_table_is_not_there(open_stage, interface, member, error):
    stage, _, callers = open_stage
    asked, before = len(stage.scene.polkit.questions), stage.effects()
    answer = callers["root"].send(ROOT, interface, member)
    assert answer.get_error_name() == f"org.freedesktop.DBus.Error.{error}"
    assert len(stage.scene.polkit.questions) == asked and stage.effects() == before
