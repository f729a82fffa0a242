# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt's RPC on the wire: packets of a length, six numbers and XDR (virnetprotocol.x,
remote_protocol.x). What a packet holds is put together from pieces, so that a test can put together
wrong ones."""

import struct

REMOTE, KEEPALIVE = 0x20008086, 0x6b656570
VERSION = 1
CALL, REPLY, MESSAGE = 0, 1, 2
OK, ERROR = 0, 1
PING, PONG = 1, 2
MAX = 32 * 1024 * 1024 + 4  # the longest packet that the library takes
UUID_BYTES = 16

INT, UINT, LLONG, ULLONG, DOUBLE, BOOLEAN, STRING = range(1, 8)
_FORMATS = {INT: ">i", UINT: ">I", LLONG: ">q", ULLONG: ">Q", DOUBLE: ">d", BOOLEAN: ">i"}


def num(value):
    return struct.pack(">I", value & 0xffffffff)


def huge(value):
    return struct.pack(">Q", value & 0xffffffffffffffff)


def blob(value):
    return num(len(value)) + value + bytes(-len(value) % 4)


def text(value):
    """A string: a str, or bytes as they are."""
    return blob(value.encode(errors="surrogateescape") if isinstance(value, str) else value)


def maybe(value):
    return num(0) if value is None else num(1) + text(value)


def rows(values):
    return num(len(values)) + b"".join(values)


def domain(name, uuid, number):
    return text(name) + uuid + num(number)


def param(field, kind, value):
    return text(field) + num(kind) + (text(value) if kind == STRING
                                      else struct.pack(_FORMATS[kind], value))


def error(code, message, domain=10, level=2):
    return (num(code) + num(domain) + maybe(message) + num(level) + num(0) + maybe(message) +
            maybe(None) * 2 + num(-1) + num(-1) + num(0))


def packet(body, procedure, serial, kind=REPLY, status=OK, program=REMOTE, version=VERSION):
    head = b"".join(map(num, (program, version, procedure, kind, serial, status)))
    return num(len(head) + len(body) + 4) + head + body


class Reader:
    """Takes a packet to pieces, in order."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def fixed(self, length):
        piece = self.data[self.at:self.at + length]
        assert len(piece) == length, "the client has sent too little"
        self.at += length
        return piece

    def num(self):
        return struct.unpack(">i", self.fixed(4))[0]

    def blob(self):
        length = self.num()
        value = self.fixed(length)
        self.fixed(-length % 4)
        return value

    def text(self):
        return self.blob().decode(errors="surrogateescape")

    def maybe(self):
        return self.text() if self.num() else None

    def uuid(self):
        """Of a domain, whose name and number are skipped."""
        self.blob()
        uuid = self.fixed(UUID_BYTES)
        self.num()
        return uuid

    def params(self):
        values = {}
        for _ in range(self.num()):
            field, kind = self.text(), self.num()
            if kind == STRING:
                values[field] = self.text()
            else:
                form = _FORMATS[kind]
                values[field] = struct.unpack(form, self.fixed(struct.calcsize(form)))[0]
        return values
