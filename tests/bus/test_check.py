# SPDX-License-Identifier: LGPL-2.1-or-later
"""Check and the check of a job: what the hosts say becomes findings, blockers stop a job, and what a
host sends that is no libvirt's stops nothing."""

import pytest
import virt as w
from harness import ERROR
from loop import wait
from test_errors import UNFIT, blamed
from virt import PAUSED, SHUTOFF, Pool, VirError

DISK = """
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/nowhere/web.img'/>
      <target dev='vda' bus='virtio'/>{more}
    </disk>"""
POOLED = """
    <disk type='volume' device='disk'>
      <source pool='images' volume='web.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>"""
NETWORK = """
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='{}'/>
    </interface>"""


def devices(text):
    def prepare(s):
        s.local.guests["web"].xml_devices = text
    return prepare


def disk_there(pool, sizes=(2**20, 2**19)):
    """The guest has a disk, its image is 1 MiB, and the destination has that pool."""
    def prepare(s):
        guest = s.local.guests["web"]
        guest.xml_devices, guest.sizes = DISK.format(more=""), {"vda": sizes}
        s.b.named_pools = {"images": pool}
    return prepare


def attribute(host=None, guest=None, **values):
    def prepare(s):
        for key, value in values.items():
            setattr(getattr(s, host) if host else s.local.guests[guest], key, value)
    return prepare


def io_error(s):
    guest = s.local.guests["web"]
    guest.state, guest.reason = PAUSED, 5


def configured_there(s):
    s.b.guest("web", state=SHUTOFF, uuid=s.local.guests["web"].uuid)


def network_there(active):
    def prepare(s):
        devices(NETWORK.format("net"))(s)
        s.b.networks = {"net": active}
    return prepare


def denied(host, *functions, code=w.ERR_ACCESS_DENIED):
    def prepare(s):
        getattr(s, host).broken = {function: VirError(code, "access denied") for function in
                                   functions}
    return prepare


def both(*steps):
    def prepare(s):
        for step in steps:
            step(s)
    return prepare


@pytest.fixture
def s(s):
    """Without disks guest "web" can move to b, and nothing is to be said."""
    s.local.guests["web"].disks = []
    return s


COPY = {"copy_storage": "all"}
ADDRESS = {"interface_address": "192.0.2.2"}

# name: what is so, options, the finding, its severity, a word of its sentence
FOUND = {
    "snapshots": (attribute(guest="web", snapshots=3), {}, "snapshots", "blocker", "3"),
    "machine": (attribute(host="b", machines={"pc"}), {}, "machine-missing", "blocker", "q35"),
    "emulator": (attribute(host="b", emulators=set()), {}, "emulator-missing", "blocker", "binary"),
    "kvm": (attribute(host="b", virt_types={"qemu"}), {}, "acceleration-missing", "blocker",
            "the accel"),
    "cpu": (attribute(host="b", cpus={"486"}), {}, "cpu-incompatible", "blocker", "avx512f"),
    "cpu-unsure": (both(attribute(host="b", cpus={"486"}), attribute(host="local", cpus=set())), {},
                   "cpu-unsure", "warning", "avx512f"),
    "memory": (attribute(host="b", free=2**20, cached=0), {}, "memory-short", "warning", "512 MiB"),
    "old-libvirt": (attribute(host="b", libvirt=8000000), {}, "libvirt-older", "warning", "8.0.0"),
    "old-qemu": (attribute(host="b", hypervisor=6002000), {}, "hypervisor-older", "warning",
                 "6.2.0"),
    "localhost": (attribute(host="b", hostname="localhost"), {}, "hostname-localhost", "warning",
                  "localhost"),
    "configuration": (configured_there, {}, "configuration-kept", "note", "kept"),
    "replaced": (configured_there, {"persist": True}, "configuration-replaced", "note", "replaced"),
    "not-broken-off": (attribute(guest="web"), {"postcopy": True, "postcopy_resume": True}, "not-broken-off",
                       "blocker", "nothing to go on with"),
    "io-error": (io_error, {}, "io-error", "warning", "error of a disk"),
    "no-network": (both(devices(NETWORK.format("net")), attribute(host="b", networks={})), {}, "network-missing", "blocker", "net"),
    "idle-network": (network_there(False), {}, "network-inactive", "blocker", "net"),
    "edited-network": (network_there(True), {"networks": {"net": "other"}}, "network-missing",
                       "blocker", "other"),
    "no-such-network": (network_there(True), {"networks": {"lan": "net"}}, "not-in-guest",
                        "blocker", "lan"),
    "bridge": (both(devices("<interface type='bridge'><source bridge='br9'/></interface>"),
                    lambda s: s.b.interface("eth0")), {}, "interface-missing", "warning", "br9"),
    "address": (lambda s: [s.b.interface("lo", "127.0.0.1/8"),
                           s.b.interface("eth0", "198.51.100.9/24")], ADDRESS,
                "address-not-there", "warning", "192.0.2.2"),
    "block-job": (both(disk_there(Pool("/nowhere")), attribute(guest="web", block_jobs={"vda"})),
                  {}, "block-job", "blocker", "vda"),
    "unknown-disk": (devices(DISK.format(more="")), {}, "disk-sharing-unknown", "warning",
                     "/nowhere/web.img"),
    "transient": (devices(DISK.format(more="<transient/>")), {}, "disk-transient", "blocker",
                  "vda"),
    "read-only-copy": (both(disk_there(Pool("/nowhere")), devices(DISK.format(more="<readonly/>"))),
                       {**COPY, "disks": ["vda"]}, "disk-not-copyable", "blocker", "vda"),
    "copy-no-pool": (disk_there(Pool("/elsewhere")), COPY, "copy-no-pool", "warning", "/nowhere"),
    "copy-pool-idle": (disk_there(Pool("/nowhere", active=False)), COPY, "copy-no-pool", "warning",
                       "/nowhere"),
    "copy-over": (disk_there(Pool("/nowhere", **{"web.img": 2**20})), COPY, "volume-overwritten",
                  "warning", "/nowhere/web.img"),
    "copy-size": (disk_there(Pool("/nowhere", **{"web.img": 2**20 - 1})), COPY, "volume-size",
                  "blocker", "1048575"),
    "copy-space": (disk_there(Pool("/nowhere", available=2**18)), COPY, "pool-space", "warning",
                   "left"),
    "incremental": (disk_there(Pool("/nowhere")), {"copy_storage": "incremental"},
                    "copy-no-volume", "warning", "/nowhere/web.img"),
    "pool": (devices(POOLED), {}, "pool-missing", "blocker", "images"),
    "idle-pool": (both(devices(POOLED), attribute(host="b", named_pools={"images": Pool("/i", False)})),
                  {}, "pool-inactive", "blocker", "images"),
    "volume": (both(devices(POOLED), attribute(host="b", named_pools={"images": Pool("/i")})), {},
               "volume-missing", "blocker", "web.img"),
    "pci": (devices("<hostdev mode='subsystem' type='pci'><alias name='h0'/></hostdev>"), {},
            "host-device", "blocker", "h0"),
    "vdpa": (devices("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"), {},
             "host-device-unsure", "warning", "vdpa"),
    "virtiofs": (devices("<filesystem type='mount'><driver type='virtiofs'/><target dir='share'/>"
                         "</filesystem>"), {}, "virtiofs", "blocker", "share"),
    "9p": (devices("<filesystem type='mount'><target dir='share'/></filesystem>"), {},
           "shared-directory", "warning", "share"),
    "shmem": (devices("<shmem name='s0' role='peer'><model type='ivshmem-plain'/></shmem>"), {},
              "shared-memory", "blocker", "s0"),
    "ivshmem": (devices("<shmem name='s0'><model type='ivshmem'/></shmem>"), {}, "shared-memory",
                "blocker", "s0"),
    "dimm": (devices("<memory model='dimm'><target/></memory>"), {}, "memory-device", "blocker",
             "slot"),
    "slirp": (devices("<interface type='user'/>"), {}, "user-network", "warning", "user-mode"),
    "tpm": (devices("<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"), {},
            "tpm-state", "note", "TPM"),
    "no-tpm": (both(devices("<tpm model='tpm-crb'><backend type='emulator'/></tpm>"),
                    lambda s: setattr(s.b, "capabilities",
                                      s.b.capabilities.replace("<value>emulator</value>", ""))), {},
               "tpm-missing", "warning", "emulator"),
    "nvram": (attribute(guest="web", xml_os="<nvram>/v/web_VARS.fd</nvram>"), {},
              "firmware-variables", "note", "/v/web_VARS.fd"),
    "loader": (attribute(guest="web", xml_os="<loader type='pflash'>/v/OTHER.fd</loader>"), {},
               "firmware-missing", "warning", "/v/OTHER.fd"),
    "invtsc": (attribute(guest="web", xml_more="<cpu><feature policy='require' name='invtsc'/>"
                         "</cpu>"), {}, "invariant-tsc", "blocker", "invtsc"),
    "passthrough": (attribute(guest="web", xml_more="<cpu mode='host-passthrough'/>"), {},
                    "cpu-passthrough", "warning", "microcode"),
    "graphics": (devices("<graphics type='vnc'><listen type='address' address='192.0.2.1'/>"
                         "</graphics>"), {}, "graphics-address", "warning", "192.0.2.1"),
    "denied": (denied("b", "virNodeGetMemoryStats", "virNetworkLookupByName"), {}, "access-denied",
               "warning", "virNodeGetMemoryStats"),
    "denied-here": (denied("local", "virDomainGetXMLDesc"), {}, "access-denied", "warning",
                    "virDomainGetXMLDesc"),
    "read-only": (denied("b", "virConnectGetDomainCapabilities", code=w.ERR_OPERATION_DENIED), {},
                  "read-only", "blocker", "only read"),
}


def snapshot_of(world):
    return {host.name: [(g.name, g.state, g.persistent) for g in host.guests.values()]
            for host in world.hosts.values()}


def test_a_guest_that_can_move_has_no_findings(s):
    plan, findings = s.client.check("web", "b")
    assert findings == {} and plan == s.client.plan("web", "b")


@pytest.mark.parametrize("case", FOUND)
def test_found_by_check_and_by_the_job(s, case):
    prepare, chosen, name, severity, word = FOUND[case]
    prepare(s)
    before = snapshot_of(s.world)

    plan, findings = s.client.check("web", "b", **chosen)
    finding = findings[name]
    assert finding["severity"] == severity and word in finding["sentence"]
    assert "{" not in finding["sentence"] + finding["remedy"]
    assert finding["arguments"]["guest"] == "web"
    assert plan["function"] == "virDomainMigrateToURI3"
    assert snapshot_of(s.world) == before and s.world.migrated == []

    blocked = any(f["severity"] == "blocker" for f in findings.values())
    s.world.on_migration = lambda migration: migration.finish()
    job = s.client.migrate("web", "b", **chosen)
    end = job.ended("failed" if blocked else "completed")
    # the fake's configurations are made of the guest they are of: one that is kept looks changed
    assert {f["id"] for f in end["Findings"]} - {"configuration-differs"} == set(findings)
    error = "InvalidOptionValue" if name == "not-in-guest" else "Blocked"
    assert end["Error"][0] == (ERROR + error if blocked else "")
    assert (end["Called"] == 0) == blocked == (s.world.migrated == [])
    if blocked and severity == "blocker":
        assert word in end["Error"][1] and finding["remedy"] in end["Error"][1]
    assert s.client.list_jobs()[0]["Findings"] == end["Findings"]


def test_try_overrides_blockers(s):
    s.local.guests["web"].snapshots = 1
    job = s.client.migrate("web", "b", **{"try": True})
    s.world.migration("web").fail(text="cannot migrate domain with 1 snapshots")
    end = job.ended("failed")
    assert end["Error"][0] == ERROR + "NotSupported" and end["Called"] > 0
    assert [f["id"] for f in end["Findings"]] == ["snapshots"]


def test_findings_of_a_job_outlive_the_service(s):
    s.local.guests["web"].snapshots = 1
    job = s.client.migrate("web", "b")
    end = job.ended("failed")
    s.restart()
    row, = s.client.list_jobs()
    assert row["Findings"] == end["Findings"] != []


PLAN_REFUSES = [case for case, (_, name, _) in UNFIT.items()
                if name in ("GuestNotFound", "GuestNotRunning", "GuestBusy", "GuestExists",
                            "SameHost", "NotSupported")]


@pytest.mark.parametrize("case", UNFIT)
def test_what_the_plan_is_refused_for_is_a_blocker_and_so_is_a_host_that_is_not_there(s, case):
    prepare, name, word = UNFIT[case]
    prepare(s)
    plan, findings = s.client.check("web", "b")
    kebab = "".join("-" + c.lower() if c.isupper() else c for c in name)[1:]
    assert plan == {} and findings[kebab]["severity"] == "blocker"
    assert word in findings[kebab]["sentence"]
    host = None if case in PLAN_REFUSES else word
    assert findings[kebab]["arguments"].get("host") == host
    end = s.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + name
    found, = end["Findings"]
    assert (found["id"], found["arguments"].get("host")) == (kebab, host)
    assert host or found == findings[kebab]


def test_a_destination_that_is_not_opened_is_not_asked(s):
    s.b.guest("web", uuid=s.local.guests["web"].uuid)
    s.b.networks = {}
    devices(NETWORK.format("net"))(s)
    s.local.guests["web"].snapshots = 1
    plan, findings = s.client.check("web", "b", open_destination=False)
    assert set(findings) == {"snapshots"} and plan["destination-uri"] == ""
    assert s.world.asked("virConnectOpenAuth", host="b") == []


def test_both_hosts_are_connected_to_at_once(s):
    s.local.silent = {"virConnectOpenAuth"}
    reply = s.client.start_check("web", "b")
    wait(lambda: s.world.asked("virConnectGetCapabilities", host="b"), "the destination is asked")
    assert not reply.done and not s.world.asked("virConnectGetCapabilities", host="local")


def test_other_jobs_on_the_source_are_told(s):
    s.local.guest("db")
    s.client.migrate("db", "b").until(Phase="preparing")
    s.world.migration("db")
    _, findings = s.client.check("web", "b")
    assert findings["source-busy"]["arguments"]["count"] == "1"
    s.world.migration("db").finish()


def test_offline_moves_what_cannot_move_live(s):
    guest = s.local.guest("off", state=SHUTOFF, disks=())
    guest.xml_devices = DISK.format(more="<transient/>") + NETWORK.format("net")
    s.b.machines = set()
    plan, findings = s.client.check("off", "b", offline=True, persist=True)
    assert findings == {} and "VIR_MIGRATE_OFFLINE" in plan["flags"]


# What another machine may send in place of a guest.
BOMB = ("<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {b} '{('&' + a + ';') * 10}'>" for a, b in zip("abcdefgh", "bcdefghi")) +
    "]><domain><name>&i;</name></domain>")
HOSTILE = {
    "nothing": "",
    "garbage": "\x01\x02<<>>&&",
    "other": "<network><name>x</name></network>",
    "cut": "<domain type='kvm'><devices><disk",
    "bomb": BOMB,
    "external": "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name>"
                "</domain>",
    "deep": "<domain>" + "<a>" * 100000 + "</a>" * 100000 + "</domain>",
    "huge": "<domain>" + " " * (4 * 2**20) + "</domain>",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_document_that_is_no_guest_is_a_finding(s, case):
    s.local.guests["web"].document = HOSTILE[case]
    plan, findings = s.client.check("web", "b")
    assert plan and set(findings) == {"guest-unreadable"}
    assert findings["guest-unreadable"]["severity"] == "warning"
    # the same worker goes on
    s.local.guests["web"].document = None
    assert s.client.check("web", "b")[1] == {}


def test_more_of_everything_than_anybody_has(s):
    many = range(3000)
    guest = s.local.guests["web"]
    s.b.networks = {}
    guest.xml_devices = "".join(
        [NETWORK.format(f"net{i}") for i in many] +
        ["<filesystem><driver type='virtiofs'/><target dir='x'/></filesystem>" for _ in many] +
        [f"<disk type='file'><source file='/nowhere/{i}'/><target dev='d{i}'/></disk>"
         for i in many])
    _, findings = s.client.check("web", "b")
    assert {"virtiofs", "network-missing", "disk-sharing-unknown"} <= set(findings)
    assert len(s.world.asked("virNetworkLookupByName")) <= 64
    assert len(s.world.asked("virDomainGetBlockJobInfo")) <= 64


def test_names_of_another_machine_are_quoted_not_obeyed(s):
    s.b.networks = {}
    name = "x' {guest} &lt;b&gt; %s \u202e " + "y" * 300
    devices(NETWORK.format(name.replace("'", "&apos;")))(s)
    _, findings = s.client.check("web", "b")
    sentence = findings["network-missing"]["sentence"]
    assert "{guest}" in sentence and "\u202e" not in sentence and len(sentence) < 300


CAPABILITIES = {"nothing": "", "garbage": "<<<", "cut": "<domainCapabilities><os><loader>",
                "bomb": BOMB, "huge": "<domainCapabilities>" + " " * 2**21,
                "deep": "<domainCapabilities>" + "<os>" * 100000}


@pytest.mark.parametrize("case", CAPABILITIES)
def test_capabilities_that_are_none_stop_nothing(s, case):
    s.b.capabilities = CAPABILITIES[case]
    s.local.guests["web"].xml_os = "<loader type='pflash'>/v/OTHER.fd</loader>"
    assert s.client.check("web", "b")[1] == {}


LOSABLE = ("virConnectGetVersion", "virNodeGetMemoryStats", "virConnectGetDomainCapabilities",
           "virConnectCompareHypervisorCPU", "virNetworkLookupByName", "virStorageVolLookupByPath")


@pytest.mark.parametrize("function", LOSABLE)
def test_a_connection_that_is_lost_in_the_middle_is_an_error(s, function):
    disk_there(Pool("/nowhere"))(s)
    s.local.guests["web"].xml_devices += NETWORK.format("net")
    s.b.broken = {function: VirError(w.ERR_INTERNAL_ERROR, "client socket is closed", w.FROM_RPC)}
    plan, findings = s.client.check("web", "b")
    assert plan == {} and findings["connection-lost"]["arguments"]["host"] == "b"
    end = s.client.migrate("web", "b").ended("failed")
    assert end["Error"][0] == ERROR + "ConnectionLost" and s.world.migrated == []
    assert blamed(end) == "b"


UNABLE = ("virConnectGetVersion", "virNodeGetMemoryStats", "virConnectGetDomainCapabilities",
          "virConnectCompareHypervisorCPU", "virNetworkLookupByName", "virStorageVolLookupByPath",
          "virDomainSnapshotNum", "virDomainGetBlockJobInfo")


@pytest.mark.parametrize("function", UNABLE)
def test_what_a_driver_cannot_tell_stops_nothing(s, function):
    disk_there(Pool("/nowhere"))(s)
    s.b.networks = {"net": True}
    s.local.guests["web"].xml_devices += NETWORK.format("net")
    s.local.broken = s.b.broken = {
        function: VirError(w.ERR_NO_SUPPORT, "this function is not supported", 0)}
    _, findings = s.client.check("web", "b")
    assert not [f for f in findings.values() if f["severity"] == "blocker"]
