# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration table of libvirt's document: what is left on both hosts, by every flow.

One guest goes back and forth for all of it; before each run it is made transient or persistent, and
the destination is given a configuration of it or none. What libvirt says on both hosts afterwards is
compared with the table, and the job's Verification with what libvirt says.
"""

import re
import uuid

import pytest
from lab import guests
from service import Service

GUEST = "web1"
UUID = str(uuid.uuid5(uuid.NAMESPACE_DNS, "outcome.guest-migration.example"))
FLOWS = {
    "native": {"flow": "peer-to-peer"},
    "tunnelled": {"flow": "peer-to-peer", "transport": "tunnelled"},
    "direct": {"flow": "managed-direct"},
}
# row: guest persistent and configured on the source, configured on the destination, undefine-source,
# persist -> guest persistent there, configuration on the source, configuration on the destination
# and whose it is. As libvirt 9.0 does it; its document has rows 5 and 6 otherwise.
ROWS = {
    1: (False, False, False, False, False, None, None),
    2: (False, False, True, False, False, None, None),
    3: (False, False, False, True, True, None, "running"),
    4: (False, False, True, True, True, None, "running"),
    5: (False, True, False, False, True, None, "destination"),
    6: (False, True, True, False, True, None, "destination"),
    7: (False, True, False, True, True, None, "running"),
    8: (False, True, True, True, True, None, "running"),
    9: (True, False, False, False, False, "source", None),
    10: (True, False, True, False, False, None, None),
    11: (True, False, False, True, True, "source", "source"),
    12: (True, False, True, True, True, None, "source"),
    13: (True, True, False, False, True, "source", "destination"),
    14: (True, True, True, False, True, None, "destination"),
    15: (True, True, False, True, True, "source", "source"),
    16: (True, True, True, True, True, None, "source"),
}
# configuration before, and after: what the job calls it
WORDS = {
    (None, None): "none",
    (None, "running"): "written",
    (None, "source"): "written",
    ("source", "source"): "unchanged",
    ("source", None): "removed",
    ("destination", "destination"): "unchanged",
    ("destination", "source"): "replaced",
    ("destination", "running"): "replaced",
}


def definition(title):
    return guests.xml(GUEST, uuid=UUID, memory=64).replace("</name>", f"</name><title>{title}</title>")


def feed(host, verb, title):
    host.exec(["virsh", "-q", verb, "/dev/stdin"], input=definition(title))


def configuration(host):
    """The title of the guest's configuration on a host, None if it has none."""
    done = host.virsh("dumpxml", "--inactive", GUEST, check=False)
    if done.returncode != 0 or "Persistent:     yes" not in host.virsh("dominfo", GUEST):
        return None
    return re.search("<title>(.*)</title>", done.stdout)[1]


class Traveller:
    """The guest, which may be on either host."""

    def __init__(self, host_a, host_b):
        self.hosts = host_a, host_b
        self.was_configured = True

    def home(self):
        """The host it runs on and the other; it is started if it runs on none."""
        for here, there in (self.hosts, self.hosts[::-1]):
            if guests.state(here, GUEST) == "running":
                return here, there
        for host in self.hosts:
            guests.destroy(host, GUEST)
        feed(self.hosts[0], "create", "running")
        return self.hosts

    def prepare(self, persistent, configured_there):
        """A transient guest is a new one if it had a configuration: libvirt remembers that."""
        if not persistent and self.was_configured:
            for host in self.hosts:
                guests.destroy(host, GUEST)
        here, there = self.home()
        self.was_configured = persistent or configured_there
        for host in (here, there):
            host.virsh("undefine", GUEST, check=False)
        if persistent:
            feed(here, "define", "source")
        if configured_there:
            feed(there, "define", "destination")
        return here, there


@pytest.fixture(scope="module")
def traveller(lab, host_a, host_b):
    yield Traveller(host_a, host_b)
    lab.clean()


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("row", ROWS)
def test_configuration_afterwards(traveller, row, flow):
    persistent, configured_there, undefine, persist, becomes, source, destination = ROWS[row]
    here, there = traveller.prepare(persistent, configured_there)
    before = ("source" if persistent else None, "destination" if configured_there else None)
    assert (configuration(here), configuration(there)) == before

    job = Service(here).migrate(GUEST, there.name, persist=persist, undefine_source=undefine, **FLOWS[flow])
    end = job.ended("completed")

    assert guests.state(there, GUEST) == "running"
    assert guests.state(here, GUEST) == (None if source is None else "shut off")
    assert (configuration(here), configuration(there)) == (source, destination)
    assert ("Persistent:     yes" in there.virsh("dominfo", GUEST)) is becomes
    words = {"source-configuration": WORDS[before[0], source], "destination-configuration": WORDS[before[1], destination]}
    seen = {"checked": True, "persistent": becomes, "executing": "yes", "matches": True, **words}
    assert end["Verification"] == seen
    planned = end["Plan"]
    assert {key: planned[key] for key in words} == words and planned["persistent"] is becomes
