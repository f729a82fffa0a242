# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page New migration, end to end."""

import polkit
import pytest
import virt
from loop import wait
from virt import MIB


class Page:
    """The page of guest "web" in an app that remembers b as the destination of the last time."""

    def __init__(self, scene, app):
        self.scene, self.app = scene, app
        app.reach("list item", "web")
        app.keys("Return")
        app.find("label", "What and Where")

    def switch(self, name):
        return self.app.find("check box", name)

    def way(self, name):
        """Chooses a row of How It Travels, which has no action for others, with keys."""
        self.app.reach("list item", name)
        self.app.keys("Return")
        self.app.until(lambda: self.switch(name).has("checked"), f"{name} is chosen")

    def other_address(self):
        """The entry for an address that is not in the list."""
        self.app.choose("Address", "Another address…")
        return self.app.find("text", "IP address")

    @property
    def start(self):
        return self.app.find("push button", "Start Migration")

    def checked(self, text="Nothing is in the way"):
        return self.app.find("label", text)

    def startable(self, yes=True):
        self.app.until(lambda: self.start.has("sensitive") == yes, f"Start is sensitive: {yes}")
        return self.start


@pytest.fixture
def page(scene, remember):
    scene.service.start()
    return Page(scene, remember())


def test_from_a_row_of_guests_to_a_job(scene, page):
    page.app.find("label", "Move web")
    page.checked()
    page.startable().act("click")
    migration = scene.world.migration("web")
    migration.copying(300 * MIB, 100 * MIB)
    page.app.find("label", "from this computer to b")
    page.app.find("label", "Copying memory, pass 1")
    migration.finish()
    page.app.find("label", "web now runs on b.")
    assert "web" in scene.b.guests and "web" not in scene.local.guests


def test_what_is_where_afterwards(page):
    page.checked()
    page.app.find("label", "web will live on b. Its configuration is removed from this computer.")
    page.switch("Remove from the source").act("toggle")
    page.app.find("label", "never start both")
    page.app.find("list item", "Remark: Hosts local and b both have the configuration")
    page.app.find("label", "Switch on “Remove from the source”.")
    page.switch("Keep on the destination").act("toggle")
    page.app.find("label", "web will run on b until it is shut down. Its configuration stays on")
    page.switch("Remove from the source").act("toggle")
    page.app.find("label", "kept nowhere")


def test_the_same_as_a_command(page):
    page.app.find("label", "virsh -c qemu:///system migrate --live --p2p --persistent "
                           "--undefinesource web qemu+tls://b.example/system")
    page.switch("Keep on the destination").act("toggle")
    page.app.gone("label", "--persistent")
    page.app.do("win.copy-command")
    page.app.toast("Command copied")


def test_the_way_is_chosen(page):
    page.app.find("label", "migrate --live --p2p --persistent --undefinesource web")
    page.way("Tunnelled, the source host is in charge")
    page.app.find("label", "migrate --live --p2p --tunnelled --persistent --undefinesource web")
    page.app.find("label", "Memory goes through libvirt from this computer to b and is encrypted.")
    address = page.app.find("combo box", "Address")
    address.find("label", "Not possible: the tunnel has no address of its own")
    assert not address.has("sensitive")
    page.way("Direct, this service is in charge")
    page.app.find("label", "migrate --live --persistent --undefinesource web")
    page.app.find("label", "Memory goes straight from this computer to b and is not encrypted.")
    address.find("label", "The address that memory is sent to")
    assert address.has("sensitive")
    assert not page.switch("Tunnelled").has("checked")


def test_what_the_driver_cannot_do_is_not_a_choice(page):
    row = page.app.find("list item", "Direct, the hypervisor is in charge")
    row.find("label", "Not possible: the hypervisor driver QEMU cannot do this")
    assert not row.has("sensitive")


def test_an_address_and_a_port_of_ones_own(page):
    page.checked()
    row = page.app.find("list item", "Port")
    assert not row.has("sensitive")
    row.find("label", "Not possible: choose an address first")
    entry = page.other_address()
    entry.type("192.0.2")
    page.app.until(lambda: "is no IP address" in page.startable(False).description, "why it is not")
    assert page.app.find("list item", "IP address").all("label", "is no IP address")
    entry.type("198.51.100.7")
    page.app.until(lambda: "198.51.100.7 is none on which" in page.startable(False).description,
                   "the service does not take it")
    entry.type("192.0.2.2")
    page.app.find("label", "--migrateuri tcp://192.0.2.2 --listen-address 192.0.2.2")
    page.startable()
    assert row.has("sensitive")
    row.find("spin button").node.queryValue().currentValue = 49200
    page.app.find("label", "--migrateuri tcp://192.0.2.2:49200 --listen-address 192.0.2.2")


def test_a_blocker_and_its_end(scene, remember):
    scene.local.guests["web"].snapshots = 2
    scene.service.start()
    page = Page(scene, remember())
    reason = "has 2 snapshots"
    page.app.find("label", "1 blocker has to be removed first.")
    page.app.find("list item", "Blocker: ")
    assert reason in page.startable(False).description
    page.app.find("label", "virsh snapshot-list web")
    scene.local.guests["web"].snapshots = 0
    page.app.do("win.refresh")
    page.startable()
    page.app.gone("list item", "Blocker: ")


def test_the_check_is_denied(scene, remember):
    scene.polkit.answers["check"] = polkit.NO
    scene.service.start()
    page = Page(scene, remember())
    button = page.app.find("push button", "Authenticate to Check")
    page.startable()
    page.app.find("label", "You are not allowed to do this.")
    page.app.find("combo box", "Address").find("label", "You are not allowed to do this.")
    scene.polkit.answers["check"] = polkit.YES
    button.act("click")
    page.checked()
    assert any(question.flags & 1 for question in scene.polkit.questions), \
        "the user may be asked for a password"
    page.app.choose("Address", "192.0.2.2")
    page.app.gone("label", "You are not allowed to do this.")


def test_starting_is_denied_and_given(scene, page):
    page.checked()
    scene.polkit.answers["migrate"] = polkit.NO
    page.switch("Keep on the destination").act("toggle")
    page.app.gone("label", "--persistent")
    page.startable().act("click")
    button = page.app.find("push button", "Authenticate…")
    assert scene.polkit.asked("migrate").flags & 1
    assert not page.switch("Keep on the destination").has("checked"), "the input is kept"
    scene.polkit.answers["migrate"] = polkit.YES
    button.act("click")
    scene.world.migration("web").finish()
    wait(lambda: "web" in scene.b.guests, "it arrives")


def test_an_error_after_the_click(scene, page):
    page.checked()
    page.startable()
    scene.client.migrate("web", "b")
    scene.world.migration("web").copying(1, 1)
    page.app.do("win.start")
    page.app.find("label", "wait for it or cancel it")
    page.startable()


def test_an_unsafe_one_is_asked_about(scene, remember):
    scene.service.start()
    page = Page(scene, remember("destination='b'\noptions={'unsafe': <true>}\n"))
    page.app.find("label", "--unsafe")
    page.startable().act("click")
    dialog = page.app.until(lambda: next(page.app.walk(page.app.window.node.parent,
                                                        "push button", "Move Anyway"), None),
                            "the question")
    dialog.act("click")
    scene.world.migration("web").finish()
    wait(lambda: "web" in scene.b.guests, "it arrives")
    assert scene.polkit.asked("migrate-unsafe")


def test_choices_are_remembered(scene, remember):
    scene.service.start()
    page = Page(scene, remember("destination='b'\noptions={'tls': <true>, 'paused': <true>}\n"))
    page.app.find("label", "--suspend --tls")
    page.switch("Keep on the destination").act("toggle")
    page.app.find("label", "--persistent")
    page.startable().act("click")
    scene.world.migration("web").finish()
    wait(lambda: "persist" in remember.file.read_text(), "it is written")
    text = remember.file.read_text()
    assert "'tls': <true>" in text and "paused" not in text and "destination='b'" in text


def test_the_destination_does_not_answer(scene, remember):
    scene.b.refuses = virt.VirError(virt.ERR_SYSTEM_ERROR, "Connection refused", virt.FROM_RPC)
    scene.service.start()
    page = Page(scene, remember())
    assert page.startable(False).description
    page.app.find("list item", "Blocker: Host b (b.example) refused")
    scene.b.refuses = None
    page.app.do("win.refresh")
    page.startable()


def test_nothing_is_chosen_yet(scene, app):
    app.find("list item", "web")
    app.do("win.migrate")
    start = app.find("push button", "Start Migration")
    app.until(lambda: not start.has("sensitive"), "Start is insensitive")
    assert app.find("push button", "Start Migration").description == "Choose a guest."
    app.keys("Escape")
    app.gone("label", "What and Where")


def test_a_destination_that_is_added_meanwhile(scene, remember):
    scene.world.host("new", address="new.example")
    scene.service.start()
    page = Page(scene, remember())
    page.switch("Keep on the destination").act("toggle")
    page.app.press("Add Host…")
    page.app.find("text", "Name").type("new")
    page.app.find("text", "Address").type("new.example")
    page.app.press("Save")
    page.app.find("label", "qemu+ssh://new.example/system")
    assert not page.switch("Keep on the destination").has("checked"), "the input is kept"
