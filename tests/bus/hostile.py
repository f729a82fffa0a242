# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a hostile or broken libvirtd can do to who talks to it, row by row: see Row."""

import random
import uuid
from dataclasses import dataclass, field

import rpc
from libvirtd import INTERNAL, NO_DOMAIN, RUNNING, Refused
from rpc import (DOUBLE, INT, LLONG, STRING, UINT, ULLONG, blob, domain, huge, maybe, num, param,
                 rows, text)

MIB = 1024 * 1024
OTHER = uuid.UUID("0123e4b5-c982-4853-86cc-6244d13bc184")
UGLY = b"a\x1b[2Jb\x07c\r\nd\xc2\x85e\xff\xfef\xe2\x80\xaeg"
LAUGHS = ("<!DOCTYPE lolz [<!ENTITY a0 'ha'>" +
          "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>")
FILE = "<!DOCTYPE c [<!ENTITY file SYSTEM 'file:///etc/passwd'>]>"
HOST = "<capabilities><host><uuid>{}</uuid></host></capabilities>"


@dataclass
class Row:
    """`there`, `here`: how the destination and the source lie, see Daemon.twist(). `ask`: "job", or
    the method that is called about the destination. `error`: the name of the error it ends with,
    None: it ends well; `word`: a word of the sentence. `attention`: the journal asks to look after
    the guest. `slow`: it ends by a deadline, and is started before all others. `pinned`: the host
    file has another UUID than the host. `breathless`: keepalive is not answered. `nobody`: the
    address is one where no connection is taken. `cancel`: the job is cancelled while the source
    copies; `hurry`: as soon as libvirt was called. `reached`: the migration address that must have come to the source."""

    name: str
    there: dict = field(default_factory=dict)
    here: dict = field(default_factory=dict)
    error: str = None
    word: str = ""
    ask: str = "job"
    attention: bool = False
    slow: bool = False
    pinned: bool = False
    breathless: bool = False
    nobody: bool = False
    cancel: bool = False
    hurry: bool = False
    reached: str = None


# Ways to lie

def says(body):
    return lambda call: body


def silent(call):
    return None


def falls_silent(call):
    """From now on nothing is answered, keepalive neither."""
    call.daemon.deaf = call.daemon.breathless = True


def sends(data):
    """Of a new connection: something before it was asked."""
    return lambda connection: connection.send(data)


def hangs_up(call):
    call.connection.end()


def refuses(code, message, **more):
    def refuse(call):
        raise Refused(code, message, **more)
    return refuse


def wraps(**more):
    """The honest answer in a packet that has something wrong in its head."""
    def answer(call):
        call.connection.send(call.packet(call.honest(), **more))
    return answer


def spoils(change):
    """The honest answer's packet, changed."""
    return lambda call: call.connection.send(change(call.packet(call.honest())))


def does_and(then):
    """Does what it is asked, and then something else instead of an answer."""
    def answer(call):
        call.honest()
        return then(call)
    return answer


def floods(make, count):
    """Sends many packets and then the honest answer."""
    def answer(call):
        data = b"".join(make(n) for n in range(100))
        for _ in range(count // 100):
            call.connection.send(data)
        return call.honest()
    return answer


def half(packet):
    return packet[:len(packet) // 2]


def half_and_end(call):
    call.connection.send(half(call.packet(call.honest())))
    call.connection.end()


def listing(*records):
    """An answer with guests: name, UUID and statistics of each."""
    return says(rows([domain(name, number.bytes, 1) + rows(params) for name, number, params in
                      records]))


def prepared(uri=None, cookie=b"<qemu-migration/>"):
    def answer(call):
        call.honest()
        return blob(cookie) + maybe(uri)
    return answer


def event(n):
    body = num(7) + domain(f"ghost{n}", OTHER.bytes, n) + num(5) + num(3)
    return rpc.packet(body, 318, 0, rpc.MESSAGE)


def unasked(n):
    return rpc.packet(text("x"), 59, 100000 + n)


def ping(n):
    return rpc.packet(b"", rpc.PING, 0, rpc.MESSAGE, program=rpc.KEEPALIVE)


def odd_ping(n):
    return rpc.packet(b"xx", 77, 0, rpc.MESSAGE, program=rpc.KEEPALIVE)


def caps(text_of_uuid, before=""):
    return says(text(before + HOST.format(text_of_uuid)))


def everything(kind, value):
    """A guest all of whose numbers are this."""
    return [param(name, kind, value) for name in (
        "state.state", "state.reason", "balloon.current", "balloon.maximum", "vcpu.current",
        "block.count", "block.0.capacity", "vcpu.0.time")]


def copies_for_ever(call):
    call.daemon.performing = call


def while_migrating(body):
    """Honest up to the migrate call."""
    def answer(call):
        begun = any(guest.driver for guest in call.daemon.guests.values())
        return body if begun else call.honest()
    return answer


def first_guest(name):
    """A guest under the UUID of the one that is there."""
    return lambda call: domain(name, next(iter(call.daemon.guests)), 1)


def uri(name, text_of_uri):
    """What an honest source makes of an address that the destination has made up: nothing. That
    it gets there at all is libvirt's doing, see docs/security.md."""
    shown = text_of_uri if isinstance(text_of_uri, str) else \
        text_of_uri.decode(errors="surrogateescape")
    return Row(f"uri-{name}", {"prepare": prepared(text_of_uri)}, {"perform": does_not_connect},
               "HostUnreachable", "refused a connection", reached=shown)


def does_not_connect(call):
    call.honest()
    guest, = call.daemon.guests.values()
    with call.daemon.lock:
        guest.driver, guest.sent, guest.state = None, False, RUNNING
    raise Refused(INTERNAL, "unable to connect to server at 'x:1': Connection refused")


noise = random.Random(7).randbytes(4096)
wild = [param(name, ULLONG, 2**64 - 1) for name in (
    "data_processed", "data_total", "data_remaining", "memory_bps", "memory_iteration",
    "memory_dirty_rate", "memory_page_size", "time_elapsed", "downtime")]
GARBLED = {"error": "Failed", "word": "could not answer"}
NO_WAY = {"error": "HostUnreachable", "word": "no connection"}
TIMEOUT = {"error": "HostTimeout", "word": "did not answer", "slow": True}
LOST = {"error": "ConnectionLost", "word": "connection"}
MISMATCH = {"error": "HostUUIDMismatch", "word": "UUID", "pinned": True}
UNCLEAR = {"attention": True, "slow": True}

CONNECTING = [
    Row("never-accepts", nobody=True, **TIMEOUT),
    Row("never-speaks", {"auth_list": silent}, **TIMEOUT),
    Row("hangs-up-at-once", {"greet": lambda connection: connection.end()}, **NO_WAY),
    Row("noise", {"greet": sends(noise)}, **NO_WAY),
    Row("speaks-http", {"greet": sends(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>")}, **NO_WAY),
    Row("length-0", {"greet": sends(num(0) + bytes(64))}, **NO_WAY),
    Row("length-4", {"greet": sends(num(4) + bytes(64))}, **NO_WAY),
    Row("length-2-31", {"greet": sends(num(1 << 31) + bytes(64))}, **NO_WAY),
    Row("length-all-ones", {"greet": sends(num(-1) + bytes(64))}, **NO_WAY),
    Row("length-over-limit", {"greet": sends(num(rpc.MAX + 1) + bytes(64))}, **NO_WAY),
    Row("length-of-limit", {"greet": sends(num(rpc.MAX) + bytes(64))}, **TIMEOUT),
    Row("wrong-program", {"auth_list": wraps(program=rpc.REMOTE + 1)}, **NO_WAY),
    Row("wrong-version", {"auth_list": wraps(version=2)}, **NO_WAY),
    Row("auth-unknown", {"auth_list": says(rows([num(99)]))}, error="LoginRefused", word="login"),
    Row("auth-sasl", {"auth_list": says(rows([num(1)])), "sasl_init": says(text("PLAIN"))},
        error="LoginRefused", word="login"),
    Row("auth-sasl-ugly", {"auth_list": says(rows([num(1)])), "sasl_init": says(text(UGLY))},
        error="LoginRefused", word="login"),
    Row("auth-polkit", {"auth_list": says(rows([num(2)])),
                        "auth_polkit": refuses(45, "authentication failed")},
        error="LoginRefused", word="login"),
    Row("auth-many", {"auth_list": says(rows([num(0)] * 1000))}, **NO_WAY),
    Row("open-refused", {"open": refuses(45, UGLY)}, error="LoginRefused", word="login"),
    Row("hangs-up-at-open", {"open": hangs_up}, **NO_WAY),
]

ANSWERS = [
    Row("wrong-serial", {"hostname": spoils(lambda packet: packet[:20] + num(999) + packet[24:])},
        **GARBLED),
    Row("wrong-procedure", {"hostname": spoils(
        lambda packet: packet[:12] + num(60) + packet[16:])}, **GARBLED),
    Row("call-as-answer", {"hostname": wraps(kind=rpc.CALL)}, **GARBLED),
    Row("kind-77", {"hostname": wraps(kind=77)}, **GARBLED),
    Row("stream-as-answer", {"hostname": wraps(kind=3)}, **TIMEOUT),
    Row("status-77", {"hostname": wraps(status=77)}, **GARBLED),
    Row("status-continue", {"hostname": wraps(status=2)}, **GARBLED),
    Row("hangs-up-in-answer", {"capabilities": half_and_end}, **LOST),
    Row("hangs-up-at-type", {"type": hangs_up}, **LOST),
    Row("hangs-up-at-guest", {"lookup_uuid": hangs_up}, **LOST),
    Row("hangs-up-at-memory", {"memory_stats": hangs_up}, **LOST),
    Row("half-an-answer", {"capabilities": spoils(half)}, breathless=True, **TIMEOUT),
    Row("silent-about-type", {"type": silent}, **TIMEOUT),
    Row("silent-about-memory", {"memory_stats": silent}, **TIMEOUT),
    Row("cut-xdr", {"hostname": says(num(100) + b"abc")}, **GARBLED),
    Row("xdr-length-2-31", {"hostname": says(num(1 << 31) + b"abc")}, **GARBLED),
    Row("string-over-limit", {"hostname": says(text(b"x" * (4 * MIB + 4)))}, **GARBLED),
    Row("surplus-xdr", {"hostname": says(text("x") + bytes(4096))}),
    Row("error-code-wild", {"capabilities": refuses(99999, "odd", domain=99999, level=77)},
        **GARBLED),
    Row("error-code-negative", {"capabilities": refuses(-5, "odd", domain=-5, level=-5)},
        **GARBLED),
    Row("error-code-0", {"capabilities": refuses(0, "odd", domain=0, level=0)}, **GARBLED),
    Row("error-without-text", {"capabilities": refuses(INTERNAL, None)}, **GARBLED),
    Row("error-ugly", {"capabilities": refuses(INTERNAL, UGLY)}, **GARBLED),
    Row("error-format", {"capabilities": refuses(INTERNAL, "%s%n%s {host} {guest}")}, **GARBLED),
    Row("error-longest", {"capabilities": refuses(INTERNAL, "y " * (2 * MIB))}, **GARBLED),
    Row("error-empty", {"capabilities": lambda call: call.answer(b"", status=rpc.ERROR)},
        **GARBLED),
    Row("event-flood", {"register_close": floods(event, 20000)}),
    Row("event-flood-of-source", here={"register": floods(event, 20000)}),
    Row("unasked-answers", {"hostname": floods(unasked, 1000)}, **GARBLED),
    Row("ping-flood", {"hostname": floods(ping, 5000)}),
    Row("odd-keepalive", {"hostname": floods(odd_ping, 100)}),
]

IDENTITY = [
    Row("wrong-uuid", **MISMATCH),
    Row("no-uuid", {"capabilities": says(text("<capabilities/>"))}, **MISMATCH),
    Row("capabilities-malformed", {"capabilities": says(text("<capabilities><host>"))},
        **MISMATCH),
    Row("capabilities-ugly", {"capabilities": says(text(UGLY))}, **MISMATCH),
    Row("capabilities-laughs", {"capabilities": caps("&a9;", LAUGHS)}, **MISMATCH),
    Row("capabilities-file", {"capabilities": caps("&file;", FILE)}, **MISMATCH),
    Row("capabilities-deep", {"capabilities": says(text("<a>" * 100000))}, **MISMATCH),
    Row("capabilities-4-mib", {"capabilities": caps("x" * (4 * MIB - 100))}, **MISMATCH),
    Row("capabilities-10-mib", {"capabilities": caps("x" * (10 * MIB))}, pinned=True, **GARBLED),
    Row("same-uuid-as-source", {"capabilities": lambda call: call.daemon.peer.do_capabilities(
        call)}, error="SameHost", word="one machine"),
    Row("other-driver", {"type": says(text("Xen"))}, error="NotSupported", word="driver"),
    Row("unknown-driver", {"type": says(text("Test"))}, error="NotSupported", word="driver"),
    Row("ugly-driver", {"type": says(text(UGLY))}, error="NotSupported", word="driver"),
    Row("empty-driver", {"type": says(text(""))}, error="NotSupported", word="driver"),
    Row("localhost", {"hostname": says(text("localhost"))}),
    Row("ugly-hostname", {"hostname": says(text(UGLY))}),
    Row("long-hostname", {"hostname": says(text("h" * MIB))}),
    Row("test-ugly-hostname", {"hostname": says(text(UGLY))}, ask="Test"),
    Row("test-shell-hostname", {"hostname": says(text("$(reboot);`x`|'"))}, ask="Test"),
    Row("test-nul-hostname", {"hostname": says(text(b"host\0evil"))}, ask="Test"),
    Row("test-long-hostname", {"hostname": says(text("h" * MIB))}, ask="Test"),
    Row("test-ugly-driver", {"type": says(text(UGLY))}, ask="Test"),
    Row("test-versions", {"lib_version": says(huge(-1))}, ask="Test"),
    Row("check-ugly-hostname", {"hostname": says(text(UGLY))}, ask="Check"),
    Row("check-ugly-guest", here={"lookup_name": first_guest(UGLY)}, ask="Check"),
]

GUESTS = [
    Row("domain-capabilities-laughs", {"domain_capabilities": says(text(
        LAUGHS + "<domainCapabilities><os><loader><value>&a9;</value></loader></os>"
        "</domainCapabilities>"))}),
    Row("guest-xml-malformed", here={"xml": says(text("<domain><devices>"))}),
    Row("guest-xml-laughs", here={"xml": says(text(
        LAUGHS + "<domain><name>&a9;</name></domain>"))}),
    Row("guest-xml-4-mib", here={"xml": says(text(
        "<domain>" + " " * (4 * MIB - 32) + "</domain>"))}),
    Row("guest-xml-10-mib", here={"xml": says(text(
        "<domain>" + " " * (10 * MIB) + "</domain>"))}),
    Row("ugly-guest-on-source", here={"lookup_name": first_guest(UGLY)}),
    Row("other-guest-there", {"lookup_uuid": says(domain("web", OTHER.bytes, 1))},
        error="Failed", word="is not what the hosts show", **UNCLEAR),
    Row("ugly-guest-there", {"lookup_uuid": says(domain(UGLY, OTHER.bytes, 1))},
        error="Failed", word="is not what the hosts show", **UNCLEAR),
    Row("state-999", here={"state": says(num(999) + num(999))}, error="GuestNotRunning",
        word="unknown"),
    Row("state-negative", here={"state": says(num(-7) + num(-7))}, error="GuestNotRunning",
        word="unknown"),
    Row("list-huge-numbers", {"all_stats": listing(("g", OTHER, everything(
        ULLONG, 2**64 - 1)))}, ask="ListGuests"),
    Row("list-negative-numbers", {"all_stats": listing(("g", OTHER, everything(
        INT, -2**31)))}, ask="ListGuests"),
    Row("list-texts-for-numbers", {"all_stats": listing(("g", OTHER, everything(
        STRING, UGLY)))}, ask="ListGuests"),
    Row("list-no-numbers", {"all_stats": listing(("g", OTHER, everything(
        DOUBLE, float("nan"))))}, ask="ListGuests"),
    Row("list-unknown-kind", {"all_stats": says(rows([domain("g", OTHER.bytes, 1) + rows(
        [text("state.state") + num(99) + num(1)])]))}, ask="ListGuests", **GARBLED),
    Row("list-ugly-names", {"all_stats": listing((UGLY, OTHER, [
        param("block.count", UINT, 1), param("block.0.name", STRING, UGLY),
        param("block.0.path", STRING, UGLY)]))}, ask="ListGuests"),
    Row("list-ugly-fields", {"all_stats": listing(("g", OTHER, [
        param(UGLY, UINT, 1), param(b"x" * 79, UINT, 1)]))}, ask="ListGuests"),
    Row("list-long-field", {"all_stats": listing(("g", OTHER, [
        param(b"x" * 4096, UINT, 1)]))}, ask="ListGuests", **GARBLED),
    Row("list-long-name", {"all_stats": listing(("n" * MIB, OTHER, []))}, ask="ListGuests"),
    Row("list-many-guests", {"all_stats": listing(*[
        (f"g{n}", uuid.UUID(int=n), []) for n in range(4096)])}, ask="ListGuests"),
    Row("list-too-many-guests", {"all_stats": says(num(1 << 30))}, ask="ListGuests", **GARBLED),
    Row("list-never", {"all_stats": silent}, ask="ListGuests", **TIMEOUT),
]

MIGRATING = [
    Row("begin-hangs-up", here={"begin": hangs_up}, **LOST),
    Row("begin-cookie-too-big", here={"begin": does_and(says(
        blob(b"x" * (4 * MIB + 1)) + text("<a/>")))}, error="Failed", word="own text"),
    Row("prepare-refused", {"prepare": refuses(INTERNAL, "no space")}, error="Failed",
        word="own text"),
    Row("prepare-hangs-up", {"prepare": hangs_up}, **LOST),
    Row("prepare-never", {"prepare": falls_silent}, **LOST, **UNCLEAR),
    Row("prepare-never-but-lives", {"prepare": silent}, error="HostTimeout", word="prepared",
        slow=True),
    Row("prepare-never-and-cancelled", {"prepare": silent}, error="Cancelled", word="cancelled",
        slow=True, hurry=True),
    Row("prepare-without-uri", {"prepare": prepared()}, error="Failed", word="own text"),
    Row("prepare-cookie-4-mib", {"prepare": prepared("tcp:x:1", b"x" * (4 * MIB))}),
    Row("prepare-cookie-too-big", {"prepare": prepared("tcp:x:1", b"x" * (4 * MIB + 1))},
        error="Failed", word="own text"),
    uri("exec", "exec:touch /tmp/pwned"),
    uri("exec-url", "exec://touch%20/tmp/pwned"),
    uri("fd", "fd:3"),
    uri("unix", "unix:///run/libvirt/libvirt-sock"),
    uri("file", "file:///etc/passwd"),
    uri("other-host", "tcp:203.0.113.9:49152"),
    uri("port-0", "tcp:192.0.2.1:0"),
    uri("port-70000", "tcp:192.0.2.1:70000"),
    uri("ugly", UGLY),
    uri("empty", ""),
    uri("long", "tcp:" + "h" * MIB + ":1"),
    Row("perform-hangs-up", here={"perform": hangs_up}, **LOST),
    Row("perform-cookie-too-big", here={"perform": does_and(says(blob(b"x" * (4 * MIB + 1))))},
        error="Failed", word="own text", **UNCLEAR),
    Row("perform-until-cancelled", here={"perform": copies_for_ever}, cancel=True,
        error="Cancelled", word="cancelled"),
    Row("perform-while-silent", here={"perform": copies_for_ever}, breathless=True, slow=True,
        **LOST),
    Row("stats-65", here={"job_stats": while_migrating(num(2) + rows(
        [param(f"f{n}", ULLONG, n) for n in range(65)]))}),
    Row("stats-ugly", here={"job_stats": while_migrating(num(2) + rows(
        [param(UGLY, ULLONG, 1), param("a b", ULLONG, 1)]))}),
    Row("stats-wild", here={"job_stats": while_migrating(num(2) + rows(wild))}),
    Row("stats-negative", here={"job_stats": while_migrating(num(-9) + rows(
        [param(name, LLONG, -1) for name in ("data_processed", "data_remaining")]))}),
    Row("finish-other-guest", {"finish": does_and(says(
        domain("other", OTHER.bytes, 7) + blob(b"")))}),
    Row("finish-ugly-guest", {"finish": does_and(says(
        domain(UGLY, OTHER.bytes, 7) + blob(b"")))}),
    Row("finish-without-guest", {"finish": does_and(says(b""))}, error="Failed", word="own text",
        **UNCLEAR),
    Row("finish-refused", {"finish": refuses(INTERNAL, "QEMU has ended")}, error="Failed",
        word="own text"),
    Row("finish-refused-but-runs", {"finish": does_and(refuses(INTERNAL, "QEMU has ended"))},
        error="Failed", word="AND", **UNCLEAR),
    Row("finish-but-nothing-there", {
        "finish": lambda call: first_guest("web")(call) + blob(b""),
        "lookup_uuid": refuses(NO_DOMAIN, "gone"), "lookup_name": refuses(NO_DOMAIN, "gone")},
        error="Failed", word="neither", **UNCLEAR),
    Row("finish-hangs-up", {"finish": hangs_up}, **LOST),
    Row("finish-hangs-up-but-runs", {"finish": does_and(hangs_up)}, **LOST, **UNCLEAR),
    Row("finish-never", {"finish": does_and(silent)}, breathless=True, **LOST, **UNCLEAR),
    Row("finish-never-but-lives", {"finish": silent}, error="HostTimeout", word="did not go on",
        slow=True),
    Row("finish-never-but-runs", {"finish": does_and(silent)}, error="HostTimeout",
        word="never resume", **UNCLEAR),
    Row("confirm-hangs-up", here={"confirm": hangs_up}, error="Failed", word="never resume",
        **UNCLEAR),
    Row("confirm-refused", here={"confirm": refuses(INTERNAL, "disk full")}, error="Failed",
        word="never resume", **UNCLEAR),
]

ROWS = CONNECTING + ANSWERS + IDENTITY + GUESTS + MIGRATING
