# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every documented error by its name, with a sentence, and with nothing done before it."""

import pytest
from gi.repository import GLib

import virt as w
from harness import ERROR, MANAGER, ROOT, options
from loop import wait
from scene import Scene
from virt import SHUTOFF, VirError

HOST_FILES = {
    "broken": dict(Transport="pigeon", Address="c.example"),
    "nopeer": dict(Transport="tls", Address="d.example", PeerTransport="none"),
    "twin": dict(Transport="tls", Address="B.example"),
}

REFUSED = [
    # guest, destination, options, error, a word of its sentence
    ("web", "nohost", {}, "UnknownHost", "nohost"),
    ("web", "b", {"source": "nohost"}, "UnknownHost", "nohost"),
    ("web", "broken", {}, "InvalidHostFile", "Transport"),
    ("web", "local", {"source": "broken"}, "InvalidHostFile", "Transport"),
    ("web", "local", {}, "SameHost", "local"),
    ("web", "b", {"source": "b"}, "SameHost", "b"),
    ("web", "twin", {"source": "b"}, "SameHost", "twin"),
    ("web", "b", {"percist": GLib.Variant("b", True)}, "UnknownOption", "percist"),
    ("web", "b", {"": GLib.Variant("b", True)}, "UnknownOption", "option"),
    ("web", "b", {"Live": GLib.Variant("b", True)}, "UnknownOption", "Live"),
    ("web", "b", {"persist": GLib.Variant("s", "yes")}, "InvalidOptionType", "persist"),
    ("web", "b", {"port": GLib.Variant("i", 49152)}, "InvalidOptionType", "port"),
    ("web", "b", {"flow": GLib.Variant("b", True)}, "InvalidOptionType", "flow"),
    ("web", "b", {"live": GLib.Variant("v", GLib.Variant("b", True))}, "InvalidOptionType", "live"),
    ("web", "b", {"flow": "carrier-pigeon"}, "InvalidOptionValue", "flow"),
    ("web", "b", {"transport": ""}, "InvalidOptionValue", "transport"),
    ("web", "b", {"port": 0, "interface_address": "192.0.2.2"}, "InvalidOptionValue", "port"),
    ("web", "b", {"flow": "managed-direct", "transport": "tunnelled"}, "OptionConflict",
     "transport"),
    ("web", "b", {"transport": "tunnelled", "interface_address": "192.0.2.2"}, "OptionConflict",
     "interface-address"),
    ("web", "b", {"port": 49152}, "OptionConflict", "port"),
    ("web", "b", {"interface_address": "b.example"}, "InvalidAddress", "b.example"),
    ("web", "b", {"interface_address": "192.0.2.2:49152"}, "InvalidAddress", "192.0.2.2:49152"),
    ("web", "b", {"interface_address": "127.0.0.1"}, "InvalidAddress", "127.0.0.1"),
    ("web", "b", {"interface_address": "192.0.2.99"}, "AddressNotAllowed", "192.0.2.99"),
    ("web", "b", {"interface_address": "192.0.2.1"}, "AddressNotAllowed", "192.0.2.1"),
    ("", "b", {}, "InvalidArgument", "guest"),
    ("a/b", "b", {}, "InvalidArgument", "guest"),
    ("web\n", "b", {}, "InvalidArgument", "guest"),
    ("x" * 256, "b", {}, "InvalidArgument", "guest"),
    ("web", "", {}, "InvalidArgument", "destination"),
    ("web", "qemu+ext://h/system?command=/bin/sh", {}, "InvalidArgument", "destination"),
    ("web", "../b", {}, "InvalidArgument", "destination"),
    ("web", "b", {"source": "../b"}, ("InvalidArgument", "InvalidOptionValue"), "source"),
    ("web", "nopeer", {}, "InvalidHostFile", "PeerTransport"),
]


@pytest.fixture(scope="module")
def refusing():
    with Scene.running() as scene:
        for name, keys in HOST_FILES.items():
            scene.service.write_host(name, **keys)
            wait(lambda: scene.client.host_path(name) in scene.client.seen, f"host {name} appears")
        yield scene


@pytest.mark.parametrize("method", ("Migrate", "Plan", "Check"))
@pytest.mark.parametrize("guest,destination,chosen,name,word", REFUSED)
def test_refused_before_anything_is_touched(refusing, method, guest, destination, chosen, name,
                                            word):
    client = refusing.new_client()  # one caller may not call as often as all these tests do
    start = {"Migrate": client.start_migrate, "Plan": client.start_plan,
             "Check": client.start_check}[method]
    error = start(guest, destination, **chosen).error()
    assert error.short in ((name,) if isinstance(name, str) else name), error
    assert word in error.text and len(error.text) > 20
    assert refusing.world.calls == []
    assert client.list_jobs() == []
    client.connection.close_sync(None)


SLIPS = {
    "host of guests": (("ListGuests", "locl"), 'did you mean "local"?'),
    "no host": (("ListGuests", "elsewhere"), "hosts.d/elsewhere.conf"),
    "what can be no host": (("ListGuests", "../x"), "hosts.d/NAME.conf"),
    "key": (("ListGuests", "local", {"actve": GLib.Variant("b", True)}),
            'unknown filter key "actve": did you mean "active"? the keys'),
    "type": (("ListGuests", "local", {"active": GLib.Variant("s", "yes")}),
             'filter key "active" must be of D-Bus type "b", not "s"'),
    "key of jobs": (("ListJobs", {"sate": GLib.Variant("s", "failed")}), 'did you mean "state"?'),
    "state": (("ListJobs", {"state": "done"}), "completed, failed, cancelled or interrupted"),
    "host to be removed": (("RemoveHost", "nopeers"), 'no host "nopeers" to be removed: did you mean "nopeer"?'),
    "option": (("Plan", "web", "b", {"xyzzy": GLib.Variant("b", True)}), "man org.example.Migration1.options"),
}
TYPES = {"ListGuests": "(sa{sv})", "ListJobs": "(a{sv})", "RemoveHost": "(s)", "Plan": "(ssa{sv})"}


@pytest.mark.parametrize("what", SLIPS)
def test_a_slip_is_answered_with_what_was_meant(refusing, what):
    (method, *words), said = SLIPS[what]
    filled = [options(**word) if isinstance(word, dict) else word for word in words]
    if method == "ListGuests" and len(filled) < 2:
        filled.append({})
    error = refusing.client.start(ROOT, MANAGER, method, GLib.Variant(TYPES[method], tuple(filled))).error()
    assert said in error.text, error


def test_a_method_that_is_not_there(s):
    assert "has no method ListGuest " in s.client.start(ROOT, MANAGER, "ListGuest").error().text


def test_a_second_job_of_a_guest_is_refused(s):
    first = s.client.migrate("web", "b")
    s.world.migration("web")
    first.until(Phase="preparing")
    for guest in ("web", s.local.guests["web"].uuid, s.local.guests["web"].uuid.upper()):
        error = s.client.start_migrate(guest, "b").error()
        assert error.short == "GuestBusy" and "1" in error.text
    s.world.migration("web").finish()
    first.ended("completed")


def shut_off(s):
    s.local.guest("web", state=SHUTOFF)


def crashed(s):
    s.local.guest("web", state=w.CRASHED)


def gone(s):
    del s.local.guests["web"]


def busy(s):
    s.local.guests["web"].job = True


def there_already(s):
    s.b.guest("web", uuid=s.local.guests["web"].uuid)


def name_taken(s):
    s.b.guest("web", uuid="11111111-2222-3333-4444-555555555555", state=SHUTOFF)


def uuid_taken(s):
    s.b.guest("other", uuid=s.local.guests["web"].uuid, state=SHUTOFF)


def same_machine(s):
    s.b.uuid = s.local.uuid


def lxc_hosts(s):
    s.local.driver = s.b.driver = "LXC"


def other_driver(s):
    s.b.driver = "LXC"


def opens_with(code, text, domain=w.FROM_RPC):
    def prepare(s):
        s.b.refuses = VirError(code, text, domain)
    return prepare


def source_is_down(s):
    s.local.refuses = VirError(w.ERR_SYSTEM_ERROR, "Failed to connect socket to '/var/run/libvirt/"
                               "libvirt-sock': No such file or directory", w.FROM_RPC)


def wants_a_password(s):
    s.b.asks = True


UNABLE = "unable to connect to server at 'b.example:16514': "

UNFIT = {
    "guest-not-found": (gone, "GuestNotFound", "web"),
    "shut-off": (shut_off, "GuestNotRunning", "web"),
    "crashed": (crashed, "GuestNotRunning", "web"),
    "libvirt-job": (busy, "GuestBusy", "web"),
    "active-there": (there_already, "GuestExists", "web"),
    "name-taken": (name_taken, "GuestExists", "web"),
    "uuid-taken": (uuid_taken, "GuestExists", "other"),
    "same-machine": (same_machine, "SameHost", "b"),
    "lxc": (lxc_hosts, "NotSupported", "LXC"),
    "other-driver": (other_driver, "NotSupported", "LXC"),
    "refused": (opens_with(w.ERR_SYSTEM_ERROR, UNABLE + "Connection refused"),
                "ConnectionRefused", "b"),
    "no-route": (opens_with(w.ERR_SYSTEM_ERROR, UNABLE + "No route to host"),
                 "HostUnreachable", "b"),
    "name-unknown": (opens_with(w.ERR_SYSTEM_ERROR, "unable to resolve address 'b.example' service "
                                "'16514': Name or service not known"), "HostNameUnknown", "b"),
    "timed-out": (opens_with(w.ERR_SYSTEM_ERROR, UNABLE + "Connection timed out"),
                  "HostTimeout", "b"),
    "host-key": (opens_with(w.ERR_SYSTEM_ERROR, "Cannot recv data: Host key verification failed.: "
                            "Connection reset by peer"), "HostKeyUnknown", "b"),
    "ssh-login": (opens_with(w.ERR_SYSTEM_ERROR, "Cannot recv data: root@b.example: Permission "
                             "denied (publickey,password).: Connection reset by peer"),
                  "LoginRefused", "b"),
    "authentication": (opens_with(w.ERR_AUTH_FAILED, "authentication failed: access denied"),
                       "LoginRefused", "b"),
    "password": (wants_a_password, "LoginRefused", "b"),
    "source-down": (source_is_down, "LibvirtDown", "local"),
    "host-key-changed": (opens_with(w.ERR_SYSTEM_ERROR, "Cannot recv data: WARNING: REMOTE HOST "
                                    "IDENTIFICATION HAS CHANGED! Host key verification failed."),
                         "HostKeyChanged", "b"),
    "no-permission": (opens_with(94, "authentication unavailable: no polkit agent available to "
                                 "authenticate action 'org.libvirt.unix.manage'"),
                      "LibvirtRefused", "b"),
}


def blamed(end):
    """The host that the finding of a job's error names, None: none."""
    name = end["Error"][0].removeprefix(ERROR)
    for finding in end["Findings"]:
        if finding["id"].replace("-", "") == name.lower():
            return finding["arguments"].get("host")
    return None


@pytest.mark.parametrize("case", UNFIT)
def test_what_the_hosts_say_is_the_end_of_the_job_and_the_error_of_plan(s, case):
    prepare, name, word = UNFIT[case]
    prepare(s)
    before = {host.name: dict(host.guests) for host in s.world.hosts.values()}

    error = s.client.start_plan("web", "b").error()
    assert error.short == name and word in error.text
    end = s.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + name
    assert word in end["Error"][1] and len(end["Error"][1]) > 20
    assert end["Called"] == 0 and end["Finished"] > 0

    assert s.world.migrated == [] and not s.world.asked("virDomainAbortJob")
    assert {host.name: host.guests for host in s.world.hosts.values()} == before


def test_libvirts_own_text_is_kept(s):
    text = UNABLE + "Connection refused"
    s.b.refuses = VirError(w.ERR_SYSTEM_ERROR, text, w.FROM_RPC)
    assert s.client.migrate("web", "b").ended("failed")["Error"][2] == text


def test_a_host_that_shows_another_uuid_than_its_file_says(make):
    setup = make()
    setup.local.guest("web")
    setup.service.write_host("b", Transport="tls", Address="b.example",
                             HostUUID="99999999-aaaa-bbbb-cccc-dddddddddddd")
    setup.service.start()
    for reply in (setup.client.start_plan("web", "b"), setup.client.start_list_guests("b"),
                  setup.client.start_test("b")):
        error = reply.error()
        assert error.short == "HostUUIDMismatch" and "99999999" in error.text
    found = setup.client.check("web", "b")[1]["host-uuid-mismatch"]
    assert found["arguments"]["host"] == "b"
    end = setup.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + "HostUUIDMismatch" and blamed(end) == "b"
    assert setup.world.migrated == []


def test_a_pinned_uuid_that_fits_is_no_error(make):
    setup = make()
    setup.local.guest("web")
    setup.service.write_host("b", Transport="tls", Address="b.example",
                             HostUUID=setup.b.uuid.upper())
    setup.service.start()
    assert setup.client.plan("web", "b")
    assert setup.client.start_test("b").result()["host-uuid"] == setup.b.uuid


SILENT = {"open": "virConnectOpenAuth", "look": "virConnectGetCapabilities",
          "guest": "virDomainGetState"}


@pytest.mark.parametrize("where", SILENT)
def test_a_question_to_a_host_that_never_answers_ends_at_its_deadline(make, where):
    setup = make(query_deadline=1)
    setup.local.guest("web")
    setup.b.guest("web", state=SHUTOFF, uuid=setup.local.guests["web"].uuid)
    setup.service.start()
    setup.b.silent = {SILENT[where]}
    hanging = setup.client.start_plan("web", "b")
    assert setup.client.get("RunningJobs") == 0  # the service answers others meanwhile
    assert setup.client.list_guests("local")
    error = hanging.error()
    assert error.short == "HostTimeout" and "b" in error.text
    setup.b.silent = None
    assert setup.client.plan("web", "b")["function"]


@pytest.mark.parametrize("where", SILENT)
def test_a_job_whose_destination_never_answers_ends_at_its_deadline(make, where):
    setup = make(worker=["--connect-deadline", "1"])
    setup.local.guest("web")
    setup.b.guest("web", state=SHUTOFF, uuid=setup.local.guests["web"].uuid)
    setup.service.start()
    setup.b.silent = {SILENT[where]}
    end = setup.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + "HostTimeout" and "did not answer" in end["Error"][1]
    assert end["Called"] == 0 and end["DestinationState"] == "unreachable"
    assert setup.world.migrated == [] and blamed(end) == "b"


LIBVIRT_FAILS = {
    "unsafe": (w.ERR_MIGRATE_UNSAFE, "Unsafe migration: Migration without shared storage is unsafe",
               "Unsafe"),
    "cpu": (w.ERR_CPU_INCOMPATIBLE, "guest CPU doesn't match specification: missing features: vmx",
            "Incompatible"),
    "unsupported": (w.ERR_ARGUMENT_UNSUPPORTED, "direct migration is not supported by the source "
                    "host", "NotSupported"),
    "lost": (w.ERR_OPERATION_FAILED, "Lost connection to destination host", "ConnectionLost"),
    "peer-refused": (w.ERR_OPERATION_FAILED, "Failed to connect to remote libvirt URI "
                     "qemu+tls://b.example/system: unable to connect to server", "HostUnreachable"),
    "exists": (w.ERR_OPERATION_FAILED, "domain 'web' already exists with uuid 1234", "GuestExists"),
    "busy": (w.ERR_OPERATION_INVALID, "another migration job is already running for domain 'web'",
             "GuestBusy"),
    "no-port": (w.ERR_INTERNAL_ERROR, "Unable to find an unused port in range 'migration' "
                "(49152-49215)", "LimitsExceeded"),
    "anything": (w.ERR_INTERNAL_ERROR, "internal error: unheard of", "Failed"),
}


@pytest.mark.parametrize("case", LIBVIRT_FAILS)
def test_a_migrate_call_that_fails(s, case):
    code, text, name = LIBVIRT_FAILS[case]
    job = s.client.migrate("web", "b")
    s.world.migration("web").fail(code, text)
    end = job.ended("failed")
    assert end["Error"][0] == ERROR + name and end["Error"][2] == text
    assert end["GuestHost"] == "local" and end["SourceState"] == "running"
    assert blamed(end) == ("b" if case in ("lost", "peer-refused") else None)
    assert len(s.world.migrated) == 1, "a failed migration is not tried again"


def test_callers_get_libvirts_text_cleaned_and_the_journal_the_whole(s):
    text = ("operation failed: vpx://root:hunter2@vc.example/DC\033[2J\n"
            "Cannot read '/var/lib/migrationd/.ssh/id_ed25519'")
    job = s.client.migrate("web", "b")
    s.world.migration("web").fail(w.ERR_OPERATION_FAILED, text)
    raw = job.ended("failed")["Error"][2]
    assert raw == "operation failed: vpx://root:***@vc.example/DC\ufffd[2J Cannot read 'id_ed25519'"
    assert s.client.list_jobs()[0]["Error"][2] == raw
    assert "/var/lib/migrationd/.ssh/id_ed25519" in s.service.log()


def test_unknown_filters_are_errors(s):
    unknown = {"gest": GLib.Variant("s", "x")}
    for reply in (s.client.start_list_guests("local", **unknown),
                  s.client.start(ROOT, MANAGER, "ListJobs", GLib.Variant("(a{sv})", (unknown,)))):
        error = reply.error()
        assert error.short == "InvalidArgument" and len(error.text) > 20
    assert s.world.calls == []


@pytest.mark.parametrize("filter", (
    {"limit": 0}, {"limit": 1001}, {"state": "asleep"}, {"unfinished": GLib.Variant("s", "yes")},
    {"before": GLib.Variant("s", "1")}))
def test_filters_of_list_jobs_are_checked(s, filter):
    values = GLib.Variant("(a{sv})", (options(**filter),))
    error = s.client.start(ROOT, MANAGER, "ListJobs", values).error()
    assert error.short == "InvalidArgument"


def test_list_guests_names_the_host_it_cannot_reach(s):
    assert s.client.start_list_guests("nohost").error().short == "UnknownHost"
    s.b.refuses = VirError(w.ERR_SYSTEM_ERROR, UNABLE + "Connection refused", w.FROM_RPC)
    error = s.client.start_list_guests("b").error()
    assert error.short == "ConnectionRefused" and "b" in error.text
