"""One Automerge change, made by hand: docs/protocol.md, section 6.

The head of the chunk is told there. The columns are told by the specification that the section links,
https://automerge.org/automerge-binary-format-spec/. What stands in a case is told by docs/data-model.md.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass, field

MAGIC = b"\x85\x6f\x4a\x83"
DOCUMENT_CHUNK, CHANGE_CHUNK = 0, 1
MAKE_MAP, SET, MAKE_TEXT = 0, 1, 4  # actions of the Automerge specification


def unsigned(number):
    """LEB128."""
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def signed(number):
    """LEB128 with a sign."""
    out = bytearray()
    while not -64 <= number < 64:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number & 127])


def prefixed(data):
    """Bytes after their length."""
    return unsigned(len(data)) + data


def read_unsigned(data, at):
    """A LEB128 number, and where it ends."""
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 128:
            return number, at


def runs(values, encode):
    """A run-length column: equal neighbours as a count and one value, others behind their negative count."""
    out, single, at = b"", [], 0
    while at <= len(values):
        until = at
        while until < len(values) and values[until] == values[at]:
            until += 1
        if until - at == 1:
            single.append(encode(values[at]))
        else:
            if single:
                out, single = out + signed(-len(single)) + b"".join(single), []
            if until > at:
                out += signed(until - at) + encode(values[at])
        at = max(until, at + 1)
    return out


def differences(values):
    """A delta column: runs over the steps from value to value."""
    return runs([value - before for before, value in zip([0, *values], values)], signed)


# The types of values, by the Automerge specification. Absent means null: a container has no value.
def _uint(value):
    return 3, unsigned(value)


def _text(value):
    return 6, value.encode()


def _bytes(value):
    return 7, value


def _time(value):
    return 9, signed(value)


TYPES = {"uint": _uint, "text": _text, "bytes": _bytes, "time": _time}


@dataclass(frozen=True)
class OpId:
    """An operation anywhere: who made it and its number. The id of a container is that of what made it."""

    actor: bytes
    counter: int


@dataclass(frozen=True)
class Op:
    """Sets `key` in the container `within` (`None` is the root), and replaces what stood there."""

    within: OpId | None
    key: str
    action: int = SET
    value: tuple | None = None  # name of a type in TYPES, value
    replaces: tuple = ()


@dataclass
class Change:
    """A change of one actor. `chunk` is what travels; `hash` is its name."""

    actor: bytes
    sequence: int
    first_op: int
    message: str
    depends: list
    ops: list = field(default_factory=list)

    def op(self, *args, **more):
        """Adds an operation and returns its id."""
        self.ops.append(Op(*args, **more))
        return OpId(self.actor, self.first_op + len(self.ops) - 1)

    def _body(self):
        named = {op.within.actor for op in self.ops if op.within} | {old.actor for op in self.ops for old in op.replaces}
        others = sorted(named - {self.actor})
        place = {actor: index for index, actor in enumerate([self.actor, *others])}
        within = [op.within for op in self.ops if op.within]
        assert len(within) in (0, len(self.ops)), "root and containers are not mixed in one change here"
        values = [TYPES[op.value[0]](op.value[1]) if op.value else (0, b"") for op in self.ops]
        replaced = [old for op in self.ops for old in op.replaces]
        columns = [
            (0x01, runs([place[container.actor] for container in within], unsigned)),
            (0x02, runs([container.counter for container in within], unsigned)),
            (0x15, runs([op.key for op in self.ops], lambda key: prefixed(key.encode()))),
            (0x34, unsigned(len(self.ops))),  # "insert": one run of false, nothing here is a list
            (0x42, runs([op.action for op in self.ops], unsigned)),
            (0x56, runs([len(raw) << 4 | kind for kind, raw in values], unsigned)),
            (0x57, b"".join(raw for _, raw in values)),
            (0x70, runs([len(op.replaces) for op in self.ops], unsigned)),
            (0x71, runs([place[old.actor] for old in replaced], unsigned)),
            (0x73, differences([old.counter for old in replaced])),
        ]
        columns = [(number, data) for number, data in columns if data]
        return b"".join(
            [
                unsigned(len(self.depends)), *sorted(self.depends),
                prefixed(self.actor), unsigned(self.sequence), unsigned(self.first_op), signed(0),
                prefixed(self.message.encode()),
                unsigned(len(others)), *map(prefixed, others),
                unsigned(len(columns)), *(unsigned(number) + unsigned(len(data)) for number, data in columns),
                *(data for _, data in columns),
            ]
        )  # fmt: skip

    @property
    def chunk(self):
        """Section 6, the table of bytes."""
        named = bytes([CHANGE_CHUNK]) + prefixed(self._body())
        return MAGIC + hashlib.sha256(named).digest()[:4] + named

    @property
    def hash(self):
        """Section 6: the SHA-256 of everything from the chunk type on."""
        return chunk_hash(self.chunk)


def chunk_hash(chunk):
    """The hash of a chunk that came; its checksum must agree."""
    named = hashlib.sha256(chunk[8:]).digest()
    if chunk[:8] != MAGIC + named[:4]:
        raise ValueError("not a chunk, or its checksum is wrong")
    return named


def _hashes(data, at):
    count, at = read_unsigned(data, at)
    return [data[at + 32 * index : at + 32 * index + 32] for index in range(count)]


def dependencies(chunk):
    """The hashes that a change builds on."""
    assert chunk[8] == CHANGE_CHUNK, "not a change"
    return _hashes(chunk, read_unsigned(chunk, 9)[1])


def snapshot_heads(chunk):
    """The heads of a saved document: they stand after its actors (Automerge specification, document chunk)."""
    chunk_hash(chunk)
    assert chunk[8] == DOCUMENT_CHUNK, "not a document"
    actors, at = read_unsigned(chunk, read_unsigned(chunk, 9)[1])
    for _ in range(actors):
        length, at = read_unsigned(chunk, at)
        at += length
    return _hashes(chunk, at)


def note(command, person, stamp, claimed_ms):
    """Section 6, "The note": the message of every change."""
    raw = command + person + struct.pack(">Qq", stamp, claimed_ms)
    return "r1" + base64.urlsafe_b64encode(raw).decode().rstrip("=")
