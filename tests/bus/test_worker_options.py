# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a job's worker does for the options that are more than a flag or parameter of libvirt's call,
and what it says of the hosts after the end."""

import os
import re
import signal
import time

import pytest

import virt as w
from harness import ERROR
from loop import wait
from virt import MIB, PAUSED, RUNNING, SHUTOFF

IMAGES = "/srv/images"
DISK = f"{IMAGES}/web.qcow2"
# what is seen after a guest with a configuration was moved and left it
MOVED = {"checked": True, "persistent": False, "source-configuration": "unchanged",
         "destination-configuration": "none", "executing": "yes", "matches": True}


def opened(s):
    return s.world.asked("virConnectOpenAuth", host="b")


def found(end):
    """Ids of what was found after the end, with the arguments but the guest's."""
    after = ("configuration-differs", "not-executing", "leftover-copy", "leftover-job",
             "leftover-volume", "volume-removed")
    return [(one["id"], {key: value for key, value in one["arguments"].items() if key != "guest"})
            for one in end["Findings"] if one["id"] in after]


def begin(s, **options):
    job = s.client.migrate("web", "b", **options)
    m = s.world.migration("web")
    m.copying(processed=MIB, remaining=9 * MIB)
    job.until(Phase=("copying", "post-copy"))
    return job, m


# Destinations that are not opened


@pytest.mark.parametrize("transport", ["native", "tunnelled"])
@pytest.mark.parametrize("persistent", [True, False])
def test_the_source_alone(s, transport, persistent):
    s.local.guests["web"].persistent = persistent
    s.b.refuses = w.VirError(w.ERR_SYSTEM_ERROR, "nobody may connect", w.FROM_RPC)
    job, m = begin(s, open_destination=False, transport=transport)
    m.finish()
    end = job.ended()
    assert opened(s) == [] and m.uri == "qemu+tls://b.example/system"
    assert (end["State"], end["GuestHost"], end["DestinationState"]) == ("completed", "b", "unknown")
    assert end["Plan"]["destination-uri"] == ""
    seen = end["Verification"]
    assert (seen["checked"], seen["matches"], seen["executing"]) == (False, True, "unknown")
    assert seen["source-configuration"] == ("unchanged" if persistent else "none")
    assert seen["destination-configuration"] == "unknown"


def test_the_source_alone_and_it_fails(s):
    job, m = begin(s, open_destination=False)
    m.fail()
    end = job.ended()
    assert (end["State"], end["GuestHost"], end["SourceState"]) == ("failed", "local", "running")
    assert "host b was not looked at" in end["Error"][1] and opened(s) == []


def test_the_source_alone_and_it_is_cancelled(s):
    job, m = begin(s, open_destination=False)
    job.cancel()
    end = job.ended()
    assert (end["State"], end["GuestHost"]) == ("cancelled", "local") and opened(s) == []


@pytest.mark.parametrize("how", ["persistent", "transient", "gone-before-we-look"])
def test_the_source_alone_and_the_worker_dies(s, how):
    """A guest that is shut off because it was moved, or an event that says so, is libvirt's word;
    one that is gone is none."""
    s.local.guests["web"].persistent = how == "persistent"
    job, m = begin(s, open_destination=False)
    if how == "gone-before-we-look":
        os.kill(m.pid, signal.SIGKILL)
        m.worker.wait()
        m.finish()
        end = job.ended(seconds=60)
        assert (end["State"], end["GuestHost"]) == ("interrupted", "")
        assert "look at host b before you start it" in end["Error"][1]
        return
    os.kill(m.pid, signal.SIGKILL)
    m.worker.wait()
    s.world.wait_for_monitor(s.local)
    m.finish()
    if how == "persistent":
        s.local.guests["web"].reason = w.SHUTOFF_MIGRATED
    end = job.ended(seconds=60)
    assert (end["State"], end["GuestHost"]) == ("completed", "b") and opened(s) == []


def test_unmanaged_direct(s):
    end = s.client.migrate("web", "b", flow="unmanaged-direct", interface_address="192.0.2.2",
                           **{"try": True}).ended()
    (_, _, call), = s.world.asked("virDomainMigrateToURI3")
    assert "uri" not in call and call["flags"] & w.PEER2PEER == 0
    assert dict(call["params"])["migrate_uri"] == "tcp://192.0.2.2"
    assert (end["State"], end["Error"][0]) == ("failed", ERROR + "NotSupported")
    assert "use flow peer-to-peer" in end["Error"][1]
    assert (end["SourceState"], end["DestinationState"]) == ("running", "absent")


# Guests that are shut off


def offline(s, **options):
    s.local.guests["web"].state = SHUTOFF
    return s.client.migrate("web", "b", offline=True, live=False, persist=True, **options)


@pytest.mark.parametrize("undefine", [True, False])
@pytest.mark.parametrize("flow", ["peer-to-peer", "managed-direct"])
def test_offline(s, flow, undefine):
    end = offline(s, flow=flow, undefine_source=undefine).ended()
    assert (end["State"], end["GuestHost"], end["Progress"]) == ("completed", "b", 1)
    assert end["Statistics"] == {}
    seen = {**MOVED, "persistent": True, "executing": "no", "destination-configuration": "written",
            "source-configuration": "removed" if undefine else "unchanged"}
    assert end["Verification"] == seen


def test_offline_and_not_there(s):
    s.world.on_offline = lambda call: call.answer(result=0)
    end = offline(s).ended()
    assert (end["State"], end["GuestHost"]) == ("failed", "local")
    assert "reported success" in end["Error"][1] and end["Verification"]["matches"] is True


# Another name there


def test_the_guest_is_found_by_its_uuid(s):
    """Another guest has its old name on the destination."""
    other = s.b.guest("web", uuid="11111111-2222-3333-4444-555555555555")
    job, m = begin(s, destination_name="web2")
    m.finish()
    end = job.ended()
    assert (end["State"], end["DestinationState"]) == ("completed", "running")
    assert end["Verification"] == MOVED and s.b.guests["web"] is other
    assert m.params["destination_name"] == "web2"


# Edits


@pytest.fixture
def on_networks(make):
    s = make()
    s.service.write_host("b", Transport="tls", Address="b.example", DiskDirectories="/srv/b")
    guest = s.local.guest("web")
    guest.networks, guest.bridges = ["lan", "dmz"], ["br0"]
    s.service.start()
    return s


EDITS = {"networks": {"lan": "lan-b"}, "bridges": {"br0": "br1"}, "disk_paths": {"vda": "/srv/b/w"}}


def values(xml):
    return re.findall("<source (?:file|network|bridge)=['\"](.*?)['\"]", xml)


@pytest.mark.parametrize("persist", [True, False])
@pytest.mark.parametrize("persistent", [True, False])
def test_edits(on_networks, persistent, persist):
    s = on_networks
    s.local.guests["web"].persistent = persistent
    job, m = begin(s, persist=persist, **EDITS)
    m.finish()
    assert job.ended()["State"] == "completed"
    assert values(m.params["destination_xml"]) == ["/srv/b/w", "lan-b", "dmz", "br1"]
    assert "secret" in m.params["destination_xml"]
    assert ("persistent_xml" in m.params) is (persist and persistent)
    if persist and persistent:
        assert values(m.params["persistent_xml"]) == ["/srv/b/w", "lan-b", "dmz", "br1"]
        assert "<description>local" in m.params["persistent_xml"]


def test_no_edits_no_xml(s):
    job, m = begin(s)
    m.finish()
    assert job.ended()["State"] == "completed"
    flags = {call["flags"] for _, _, call in s.world.asked("virDomainGetXMLDesc")}
    assert flags == {w.XML_INACTIVE, w.XML_MIGRATABLE} and not {"destination_xml", "persistent_xml"} & set(m.params)


def test_passwords_that_are_kept_back(on_networks):
    s = on_networks
    ask = s.world.virDomainGetXMLDesc

    def refuse_secrets(call, host):
        if call.get("flags") & w.XML_SECURE:
            raise w.VirError(w.ERR_ACCESS_DENIED, "access denied: read_secure", w.FROM_DOMAIN)
        ask(call, host)

    s.world.virDomainGetXMLDesc = refuse_secrets
    job, m = begin(s, networks={"lan": "lan-b"})
    m.finish()
    assert job.ended()["State"] == "completed"
    assert "secret" not in m.params["destination_xml"] and "lan-b" in m.params["destination_xml"]


@pytest.mark.parametrize("option", EDITS)
def test_an_edit_of_nothing(on_networks, option):
    s = on_networks
    wrong = {"vdz" if option == "disk_paths" else "no-such": "/srv/b/w" if option == "disk_paths" else "x"}
    end = s.client.migrate("web", "b", **{option: wrong}).ended()
    assert end["Error"][0] == ERROR + "InvalidOptionValue" and next(iter(wrong)) in end["Error"][1]
    assert end["Called"] == 0 and s.world.migrated == [] and end["Verification"] == {}


def test_a_guest_with_entities(on_networks):
    s = on_networks
    s.local.guests["web"].xml = lambda flags: "<!DOCTYPE d [<!ENTITY x 'y'>]><domain>&x;</domain>"
    end = s.client.migrate("web", "b", networks={"lan": "lan-b"}).ended()
    assert end["State"] == "failed" and s.world.migrated == []
    assert "gave an XML of the guest that is none" in end["Error"][1]


# Volumes that libvirt makes


@pytest.fixture
def pool(s):
    s.b.pools.add(IMAGES)
    return s


@pytest.mark.parametrize("how", ["fail", "cancel", "finish"])
def test_volumes(pool, how):
    s = pool
    job, m = begin(s, copy_storage="all")
    assert DISK in s.b.volumes
    job.cancel() if how == "cancel" else getattr(m, how)()
    end = job.ended()
    assert end["Verification"]["new-volumes"] == [DISK] and end["Verification"]["matches"] is True
    assert (DISK in s.b.volumes) is (how == "finish")
    removed = [("volume-removed", {"host": "b", "volume": DISK})]
    assert found(end) == ([] if how == "finish" else removed)


@pytest.mark.parametrize("known", [True, False])
def test_volumes_that_were_there_before(pool, known):
    s = pool
    s.b.files.add(DISK)
    if known:
        s.b.volumes.add(DISK)
    job, m = begin(s, copy_storage="all")
    m.fail()
    assert "new-volumes" not in job.ended()["Verification"]
    assert s.b.volumes == {DISK} and s.world.asked("virStorageVolDelete") == []


def test_volumes_of_a_guest_that_may_be_there(pool):
    """Whose end is not clear, its disks are not touched."""
    s = pool
    job, m = begin(s, copy_storage="all")
    m.suspend()
    m.runs_there()
    m.break_off()
    end = job.ended(seconds=60)
    assert end["State"] == "failed" and s.b.volumes == {DISK}
    assert end["Verification"]["matches"] is False


def test_volumes_that_cannot_be_deleted(pool):
    s = pool
    s.b.broken["virStorageVolDelete"] = w.VirError(w.ERR_INTERNAL_ERROR, "in use", w.FROM_STORAGE)
    job, m = begin(s, copy_storage="all")
    m.fail()
    end = job.ended()
    assert end["Verification"]["matches"] is False and s.b.volumes == {DISK}
    assert found(end) == [("leftover-volume", {"host": "b", "volume": DISK})]


def test_volumes_of_a_worker_that_died(pool):
    s = pool
    job, m = begin(s, copy_storage="all", flow="managed-direct")
    os.kill(m.pid, signal.SIGKILL)
    end = job.ended(seconds=60)
    assert end["State"] == "interrupted" and s.b.volumes == set()
    assert end["Verification"]["new-volumes"] == [DISK]


def test_a_pool_that_does_not_answer(pool):
    """Nobody waits longer than 5 s for it, and nothing is deleted that is not known for sure."""
    s = pool
    s.b.silent = {"virStoragePoolRefresh"}
    job, m = begin(s, copy_storage="all")
    m.fail()
    assert "new-volumes" not in job.ended()["Verification"] and s.b.volumes == {DISK}


# What is seen after the end


def test_a_guest_that_does_nothing(s):
    s.local.guests["web"].persistent = False
    job, m = begin(s)
    m.copy.stuck = True
    begun = time.monotonic()
    m.finish()
    end = job.ended()
    assert time.monotonic() - begun < 14
    assert end["State"] == "completed"
    seen = {**MOVED, "source-configuration": "none", "executing": "no", "matches": False}
    assert end["Verification"] == seen and found(end) == [("not-executing", {"host": "b"})]


@pytest.mark.parametrize("flow", ["peer-to-peer", "managed-direct"])
def test_a_guest_that_has_nothing_more_to_do(s, flow):
    """It went on when it had come, which is seen although it does nothing now."""
    job, m = begin(s, flow=flow)
    # a look at the guest that comes in: before and after it, that it still does
    look = ["virDomainGetState", "virDomainListGetStats", "virDomainGetState"]
    wait(lambda: [call[1] for call in s.world.asked(*look, host="b")][-3:] == look, "a look")
    s.world.wait_for_monitor(s.local)  # by then it has the answer
    m.copy.stuck, m.copy.time = True, 500
    m.finish()
    end = job.ended()
    assert end["Verification"] == MOVED


def test_a_driver_that_tells_of_processors_later(s):
    """As QEMU's, which has to ask the process for them: until then there is only the time of the whole process."""
    s.b.broken["virDomainListGetStats"] = w.VirError(w.ERR_NO_SUPPORT, "not supported", w.FROM_DOMAIN)
    job, m = begin(s)
    look = ["virDomainGetState", "virDomainListGetStats", "virDomainGetInfo", "virDomainGetState"]
    wait(lambda: [call[1] for call in s.world.asked(*look, host="b")][-4:] == look, "a look")
    s.world.wait_for_monitor(s.local)  # by then it has the answer
    del s.b.broken["virDomainListGetStats"]
    m.finish()
    end = job.ended()
    assert end["Verification"] == MOVED and found(end) == []


def test_a_guest_that_arrives_paused(s):
    s.local.guests["web"].state = PAUSED
    job, m = begin(s)
    m.finish()
    m.copy.state = PAUSED
    end = job.ended()
    assert end["State"] == "completed" and end["Verification"] == {**MOVED, "executing": "no"}


@pytest.mark.parametrize("function", ["virDomainListGetStats", "virDomainGetInfo"])
def test_a_driver_that_does_not_tell(s, function):
    s.b.broken["virDomainListGetStats"] = w.VirError(w.ERR_NO_SUPPORT, "not supported", w.FROM_DOMAIN)
    if function == "virDomainGetInfo":
        s.b.broken[function] = w.VirError(w.ERR_NO_SUPPORT, "not supported", w.FROM_DOMAIN)
    job, m = begin(s)
    m.finish()
    seen = job.ended()["Verification"]
    assert seen == {**MOVED, "executing": "unknown" if function == "virDomainGetInfo" else "yes"}


def test_a_configuration_that_is_not_written(s):
    job, m = begin(s, persist=True)
    m.flags &= ~w.PERSIST_DEST
    m.finish()
    end = job.ended()
    assert end["State"] == "completed"
    assert end["Verification"] == {**MOVED, "matches": False}
    differs = {"host": "b", "expected": "written", "found": "none"}
    assert found(end) == [("configuration-differs", differs)]


def test_a_configuration_that_should_not_be_there(s):
    job, m = begin(s)
    m.fail()
    s.b.guest("web", state=SHUTOFF, uuid=s.local.guests["web"].uuid)
    end = job.ended()
    assert end["State"] == "failed"
    seen = end["Verification"]
    assert (seen["destination-configuration"], seen["matches"]) == ("written", False)


def test_a_copy_that_is_left_over(s):
    job, m = begin(s)
    m.suspend()
    m.runs_there()
    m.break_off()
    end = job.ended(seconds=60)
    assert end["GuestHost"] == "b" and end["Verification"]["matches"] is False
    assert ("leftover-copy", {"host": "local"}) in found(end)


# Post-copy


@pytest.mark.parametrize("flow", ["peer-to-peer", "managed-direct"])
def test_post_copy_is_broken_off_and_gone_on_with(s, flow):
    s.local.guests["web"].persistent = False
    job, m = begin(s, flow=flow, postcopy=True)
    begun = time.monotonic()
    m.break_off_postcopy()
    end = job.ended()
    assert time.monotonic() - begun < 14, "the wait for an answer is not waited to its end"
    assert end["State"] == "failed" and end["GuestHost"] == ""
    assert "destroy neither copy" in end["Error"][1] and found(end) == []
    m.guest.job = None  # what libvirt resumes is this job: the fake begins a new one
    s.b.guests["web"].job = None
    job, m = begin(s, flow=flow, postcopy=True, postcopy_resume=True)
    m.break_off_postcopy()
    assert "destroy neither copy" in job.ended()["Error"][1]
    assert s.local.guests["web"].state == PAUSED and s.b.guests["web"].state == RUNNING


@pytest.mark.parametrize("flow", ["peer-to-peer", "managed-direct"])
def test_post_copy_is_broken_off_and_libvirt_does_not_answer(s, flow):
    job, m = begin(s, flow=flow, postcopy=True)
    m.break_off_postcopy(answer=False)
    end = job.ended(seconds=120)
    assert end["State"] == "failed" and end["GuestHost"] == ""
    assert "libvirt gave the migration up" in end["Error"][1]
    assert "destroy neither copy" in end["Error"][1]
    assert (end["SourceState"], end["DestinationState"]) == ("paused", "running")
    assert end["Finished"] - end["Called"] > 14e6


def test_post_copy_that_libvirt_wrongly_calls_broken_off(s):
    s.local.guests["web"].persistent = False
    job, m = begin(s, postcopy=True)
    m.break_off_postcopy()
    m.goes_on()
    looks = len(s.world.asked("virDomainGetState", host="b"))
    wait(lambda: len(s.world.asked("virDomainGetState", host="b")) > looks + 20, "it is followed")
    assert job["State"] == "running"
    m.ends_unattended()
    end = job.ended()
    assert (end["State"], end["GuestHost"]) == ("completed", "b")
