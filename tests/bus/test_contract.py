# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract: what the running service says of itself is what dbus-interfaces/ documents."""

import os
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import GLib

from harness import HOST, JOB, MANAGER, NAME, OBJECT_MANAGER, PROPERTIES, ROOT, SOURCE
from loop import wait

FILES = {MANAGER: "Manager", HOST: "Host", JOB: "Job"}


def annotations(element):
    return sorted((a.get("name"), a.get("value")) for a in element.findall("annotation"))


def members(interface):
    """Everything an interface element promises, without the order of members."""
    found = {}
    for element in interface:
        if element.tag == "property":
            says = (element.get("type"), element.get("access"))
        elif element.tag in ("method", "signal"):
            default = "in" if element.tag == "method" else "out"
            says = [(a.get("name"), a.get("type"), a.get("direction", default))
                    for a in element.findall("arg")]
        else:
            continue
        found[element.tag, element.get("name")] = says, annotations(element)
    return found


def documented(interface):
    path = os.path.join(SOURCE, "dbus-interfaces", f"{interface}.xml")
    return members(ElementTree.parse(path).getroot().find("interface"))


def introspect(client, path):
    text = client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
    return ElementTree.fromstring(text)


@pytest.fixture
def with_job(s):
    job = s.client.migrate("web", "b")
    s.world.migration("web")
    job.until(Phase="preparing")
    return s, {MANAGER: ROOT, HOST: s.client.host_path("b"), JOB: job.path}


@pytest.mark.parametrize("interface", FILES)
def test_introspection_is_the_documented_interface(with_job, interface):
    setup, paths = with_job
    running = introspect(setup.client, paths[interface])
    elements = [i for i in running.findall("interface") if i.get("name") == interface]
    assert len(elements) == 1
    assert members(elements[0]) == documented(interface)


def test_every_object_has_only_its_own_interface(with_job):
    setup, paths = with_job
    for interface, path in paths.items():
        names = [i.get("name") for i in introspect(setup.client, path).findall("interface")]
        assert [n for n in names if n.startswith(NAME)] == [interface]
        assert PROPERTIES in names


def test_the_object_manager_is_at_the_root_and_has_every_object(with_job):
    setup, paths = with_job
    names = [i.get("name") for i in introspect(setup.client, ROOT).findall("interface")]
    assert OBJECT_MANAGER in names
    managed = setup.client.managed()
    hosts = {setup.client.host_path("b"), setup.client.host_path("local")}
    assert set(managed) - {ROOT} == hosts | {paths[JOB]}
    assert set(managed[paths[JOB]]) >= {JOB}


def test_managed_objects_say_what_get_all_says(with_job):
    setup, paths = with_job
    for path, interfaces in setup.client.managed().items():
        for interface in (name for name in interfaces if name.startswith(NAME)):
            assert setup.client.get_all(path, interface) == interfaces[interface]


def test_properties_have_the_documented_types(with_job):
    setup, paths = with_job
    for interface, path in paths.items():
        reply = setup.client.start(path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)))
        values = reply.variant().get_child_value(0)
        types = {key: values.lookup_value(key, None).get_type_string() for key in values.keys()}
        assert types == {name: says[0] for (tag, name), (says, _) in documented(interface).items()
                         if tag == "property"}


def test_nothing_is_at_paths_that_are_not_there(with_job):
    setup, _ = with_job
    for path in (f"{ROOT}/job/999", f"{ROOT}/job/x", f"{ROOT}/host/nope", f"{ROOT}/job", "/"):
        error = setup.client.start(path, PROPERTIES, "GetAll", GLib.Variant("(s)", (JOB,))).error()
        assert error.name in ("org.freedesktop.DBus.Error.UnknownObject",
                              "org.freedesktop.DBus.Error.UnknownInterface"), path


def test_properties_cannot_be_written(with_job):
    setup, paths = with_job
    for interface, path, name, value in (
            (MANAGER, paths[MANAGER], "MaximumJobs", GLib.Variant("u", 1)),
            (JOB, paths[JOB], "State", GLib.Variant("s", "completed"))):
        error = setup.client.start(path, PROPERTIES, "Set",
                                   GLib.Variant("(ssv)", (interface, name, value))).error()
        assert error.name == "org.freedesktop.DBus.Error.PropertyReadOnly"


def test_objects_announce_that_they_are_there(with_job):
    setup, paths = with_job
    added = [values for _, _, member, values in setup.client.signals if member == "InterfacesAdded"]
    assert any(path == paths[JOB] and JOB in interfaces for path, interfaces in added)
    wait(lambda: setup.client.seen[paths[JOB]].get("Guest") == "web", "the job tells its guest")


def test_manager_properties(with_job):
    setup, _ = with_job
    properties = setup.client.get_all(ROOT, MANAGER)
    assert properties["RunningJobs"] == 1 and properties["QueuedJobs"] == 0
    assert properties["MaximumRunningJobs"] == 8 and properties["MaximumJobs"] >= 64
    assert properties["Version"] and properties["LibvirtVersion"].startswith("9.")
