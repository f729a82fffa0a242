# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages that no honest program sends: each method of the XML is called with fifteen kinds of them.
Each is answered with an error that belongs to it, before polkit is asked or anything is started."""

import os
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import Gio, GLib

import wire
from harness import ERROR, HOST, JOB, MANAGER, OPTION_TYPES, ROOT, SOURCE
from scene import Scene
from virt import MIB

BUS = "org.freedesktop.DBus.Error."
INVALID = {BUS + "InvalidArgs", ERROR + "InvalidArgument"}
LONG = INVALID | {ERROR + "LimitsExceeded"}
OPTIONS = INVALID | {ERROR + "UnknownOption", ERROR + "InvalidOptionType",
                     ERROR + "InvalidOptionValue"}
NOWHERE = {BUS + "UnknownObject", BUS + "UnknownInterface", BUS + "UnknownMethod"}

# What is right for an argument of that name.
RIGHT = {"guest": ("s", "web"), "destination": ("s", "b"), "host": ("s", "local"),
         "source": ("s", "local"), "options": ("a{sv}", {}), "filter": ("a{sv}", {}),
         "name": ("s", "new"), "step": ("s", "look-again"), "settings": ("a{sv}", {}), "milliseconds": ("t", 500),
         "mebibytes_per_second": ("t", 7)}
# What is wrong for it, whatever is wanted.
WRONG = {
    "s": ("uint32 1", "true", "['web']", "<'web'>", "('web',)", "b'web'", "objectpath '/a'",
          "signature 's'", "@a{sv} {}", "handle 0"),
    "a{sv}": ("@a{ss} {}", "@as []", "@aa{sv} []", "@a{us} {}", "@a{sas} {}", "@av []",
              "@a{s(v)} {}", "@a(sv) []", "<@a{sv} {}>", "'persist=true'", "@a{ov} {}",
              "@a{sa{sv}} {}"),
    "t": ("'500'", "uint32 500", "int64 500", "500.0", "<uint64 500>", "@at [500]", "(uint64 500,)",
          "true", "byte 0x1"),
}


def methods():
    """(interface, method) -> the names of its arguments."""
    for interface in (MANAGER, HOST, JOB):
        path = os.path.join(SOURCE, "dbus-interfaces", f"{interface}.xml")
        for method in ElementTree.parse(path).getroot().find("interface").iter("method"):
            arguments = [a for a in method.iter("arg") if a.get("direction") == "in"]
            assert [a.get("type") for a in arguments] == [RIGHT[a.get("name")][0]
                                                          for a in arguments]
            yield (interface, method.get("name")), [a.get("name") for a in arguments]


METHODS = dict(methods())


def right(names):
    return [GLib.Variant(*RIGHT[name]) for name in names]


def parsed(text):
    return GLib.Variant.parse(None, text, None, None)


def body(values):
    return GLib.Variant.new_tuple(*values)


def each_replaced(names, kind, others):
    """The right arguments but for one of that type, which is each of the others in turn."""
    for place, name in enumerate(names):
        if RIGHT[name][0] == kind:
            for other in others:
                values = right(names)
                values[place] = other
                yield body(values)


def dictionaries(names, entries):
    """With each of the dictionaries as options or filter, or after the last argument."""
    if "a{sv}" in (RIGHT[name][0] for name in names):
        yield from each_replaced(names, "a{sv}", entries)
    else:
        for one in entries:
            yield body([*right(names), one])


def texts(names, entries):
    """The same with strings."""
    strings = [GLib.Variant("s", text) for text in entries]
    if "s" in (RIGHT[name][0] for name in names):
        yield from each_replaced(names, "s", strings)
    for one in strings:
        yield body([*right(names), one])


def vardict(**values):
    return GLib.Variant("a{sv}", values)


def nested(levels, value):
    for _ in range(levels):
        value = GLib.Variant("v", value)
    return value


def twice(key, value):
    builder = GLib.VariantBuilder(GLib.VariantType("a{sv}"))
    for _ in range(2):
        builder.add_value(GLib.Variant.new_dict_entry(GLib.Variant("s", key),
                                                      GLib.Variant("v", value)))
    return builder.end()


def missing(names):
    return [body(right(names)[:n]) for n in range(len(names))] or [body([parsed("<''>")])]


def surplus(names):
    return [body([*right(names), parsed(one)])
            for one in ("'more'", "uint64 1", "@a{sv} {}", "<true>", "(1, 'a')")]


def wrong_types(names):
    found = [one for kind, others in WRONG.items()
             for one in each_replaced(names, kind, [parsed(text) for text in others])]
    return found or [body([parsed(text)]) for text in WRONG["s"]]


def wrong_in_variants(names):
    wrong = {"s": "uint32 1", "b": "'true'", "q": "'1'", "u": "true", "t": "'1'", "as": "'vda'",
             "a{ss}": "['a']"}
    return dictionaries(names, [
        GLib.Variant("a{sv}", {key: parsed(wrong[kind])}) for key, kind in OPTION_TYPES.items()])


def wrong_dictionaries(names):
    return dictionaries(names, [parsed(text) for text in (
        "{'disk-paths': <{'vda': uint32 1}>, 'name': <{'a': 'b'}>}", "{'persist ': <true>}",
        "{'PERSIST': <true>}", "{'source': <('local',)>, 'guest': <('web',)>}",
        "{'persist': <@a{sv} {}>}", "{'limit': <@ay []>}")])


def empty_strings(names):
    found = list(dictionaries(names, [vardict(**{key: GLib.Variant("s", "")})
                                      for key in ("", "no-such-option")]))
    # no source is a good one
    return found + list(texts(names, [""]))[0 if names != ["source"] else 1:]


def long_strings(names):
    return [*texts(names, ["x" * 5000, "x" * 1000000, "☃" * 1000]),
            *dictionaries(names, [vardict(**{"k" * 100000: GLib.Variant("b", True)}),
                                  vardict(source=GLib.Variant("s", "x" * 1000000)),
                                  vardict(name=GLib.Variant("s", "x" * 1000000))])]


def control_characters(names):
    return texts(names, ["\n", "web\n", "a\tb", "\x01", "\x1b[31mred", "a\x7fb", "\x80", "a/b",
                         "../../etc/passwd"])


def huge_arrays(names):
    return dictionaries(names, [
        GLib.Variant("a{sv}", {f"key{n}": GLib.Variant("b", True) for n in range(5000)}),
        vardict(disks=GLib.Variant("as", ["vda"] * 20000), name=GLib.Variant("ab", [True] * 20000)),
        vardict(persist=GLib.Variant("ay", bytes(100000)), limit=GLib.Variant("ay", bytes(10)))])


def deep_variants(names):
    deepest = nested(29, GLib.Variant("b", True))
    return dictionaries(names, [vardict(persist=deepest, active=deepest),
                                vardict(persist=GLib.Variant("av", [deepest]), name=deepest)])


def duplicate_keys(names):
    return dictionaries(names, [twice("persist", GLib.Variant("b", True)),
                                twice("name", GLib.Variant("s", "web")),
                                twice("no-such-key", GLib.Variant("b", True))])


# kind -> (bodies, errors that belong to it)
BODIES = {
    "missing": (missing, INVALID),
    "surplus": (surplus, INVALID),
    "wrong-types": (wrong_types, INVALID),
    "wrong-in-variants": (wrong_in_variants, OPTIONS),
    "wrong-dictionaries": (wrong_dictionaries, OPTIONS),
    "empty-strings": (empty_strings, OPTIONS | {ERROR + "UnknownHost"}),
    "long-strings": (long_strings, LONG | OPTIONS | {ERROR + "UnknownHost"}),
    "control-characters": (control_characters, INVALID | {ERROR + "UnknownHost"}),
    "huge-arrays": (huge_arrays, LONG | OPTIONS),
    "deep-variants": (deep_variants, LONG | OPTIONS),
    "duplicate-keys": (duplicate_keys, OPTIONS),
}


class Attacked:
    """A service with a job that copies memory, and what must stay as it is."""

    def __init__(self, scene):
        self.scene = scene
        self.job = scene.client.migrate("web", "b", postcopy=True)
        self.migration = scene.world.migration("web")
        self.migration.copying(processed=30 * MIB, remaining=70 * MIB)
        self.job.until(Phase="copying")
        self.paths = {MANAGER: ROOT, HOST: scene.client.host_path("b"), JOB: self.job.path}
        self.before = self.state()
        self.caller = None  # another one for each test

    def state(self):
        world = self.scene.world
        return ([q.action for q in self.scene.polkit.questions], world.asked("virConnectOpenAuth"),
                len(world.migrated), list(self.migration.speeds), self.migration.aborts,
                self.job.read()["State"], self.scene.local.guests["web"].maximum_downtime)

    def send(self, called, values, prepare=None, path=None, interface=None):
        interface = interface or called[0]
        return self.caller.send(path or self.paths[called[0]], interface, called[1], values, prepare)

    def unharmed(self):
        assert self.caller.get("Version") and self.scene.client.get("Version")
        assert self.state() == self.before


@pytest.fixture(scope="module")
def service():
    with Scene.running() as scene:
        yield Attacked(scene)


@pytest.fixture
def attacked(service):
    service.caller = service.scene.new_client()
    yield service
    service.caller.connection.close_sync(None)


def ids(called):
    return ".".join(called).rsplit("Migration1.", 1)[1]


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("called", METHODS, ids=ids)
def test_bodies(attacked, called, kind):
    make, errors = BODIES[kind]
    bodies = list(make(METHODS[called]))
    assert bodies
    for values in bodies:
        answer = attacked.send(called, values)
        what = values.get_type_string()
        assert answer.get_error_name() in errors, what
        text = answer.get_body().unpack()[0]
        assert 0 < len(text) < 1000 and not any(c < " " for c in text), what
    attacked.unharmed()


@pytest.mark.parametrize("called", METHODS, ids=ids)
def test_wrong_places(attacked, called):
    values = body(right(METHODS[called]))
    paths = {"/", ROOT + "/", "/org/example/Migration2", f"{ROOT}/job", f"{ROOT}/job/77",
             f"{ROOT}/job/18446744073709551617", f"{ROOT}/host/nope", f"{ROOT}/host/_",
             f"{attacked.job.path}/{attacked.job.id}", *attacked.paths.values()}
    for path in paths - {attacked.paths[called[0]], ROOT + "/"}:
        assert attacked.send(called, values, path=path).get_error_name() in NOWHERE, path
    for interface in (MANAGER + "x", "org.example.Migration1", "org.freedesktop.DBus.Properties",
                      *(set(attacked.paths) - {called[0]})):
        answer = attacked.send(called, values, interface=interface)
        assert answer.get_error_name() in NOWHERE, interface
    attacked.unharmed()


@pytest.mark.parametrize("called", METHODS, ids=ids)
def test_file_descriptors(attacked, called):
    """The bus itself refuses them: it knows that the service takes none."""
    for values in (right(METHODS[called]), [*right(METHODS[called]), GLib.Variant("h", 0)],
                   [GLib.Variant("v", GLib.Variant("h", 0))]):
        fds = Gio.UnixFDList.new()
        with open("/dev/null") as null:
            fds.append(null.fileno())
        answer = attacked.send(called, body(values), lambda m, fds=fds: m.set_unix_fd_list(fds))
        assert answer.get_error_name() == BUS + "NotSupported"
    attacked.unharmed()


@pytest.mark.parametrize("called", METHODS, ids=ids)
def test_no_reply_wanted(attacked, called):
    names = METHODS[called]
    connection = attacked.caller.connection
    for values in (*missing(names), *surplus(names), *wrong_types(names), *duplicate_keys(names)):
        message = Gio.DBusMessage.new_method_call(
            "org.example.Migration1", attacked.paths[called[0]], *called)
        message.set_body(values)
        message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
    attacked.unharmed()


@pytest.mark.parametrize("called", METHODS, ids=ids)
def test_bytes_that_are_not_what_they_claim(attacked, called):
    """The bus throws out who sends them; the service never sees them."""
    path, names = attacked.paths[called[0]], METHODS[called]
    marked = body([*right(names), GLib.Variant("s", "MARKMARK")])
    place = next((n for n, name in enumerate(names) if RIGHT[name][0] == "s"), None)
    if place is not None:
        values = right(names)
        values[place] = GLib.Variant("s", "MARKMARK")
        marked = body(values)
    for bad in (b"MARK\0ARK", b"MARK\xffARK", b"MARK\xc0\xafRK", b"MAR\xed\xa0\x80RK",
                b"MA\xf4\x90\x80\x80RK", b"MARKMAR\xe2"):
        caller = wire.Wire(attacked.scene.bus)
        caller.send(wire.call(path, *called, marked, (b"MARKMARK", bad)))
        caller.dropped()
    half = wire.Wire(attacked.scene.bus)
    half.send(wire.call(path, *called, marked)[:-3])
    half.socket.close()
    attacked.unharmed()
