"""Changes to a case, from docs/protocol.md, section 6, and the tables of docs/data-model.md, "Case"."""

import hashlib
import os
import time
import uuid

import cbor
from change import MAKE_MAP, Change, OpId, note

SEED_ACTOR = b"RM\x01\x01"
# The seed makes its containers in the order of their names, so operation 1 is `description`.
ENTRIES, FIELDS, PHOTOS = (OpId(SEED_ACTOR, counter) for counter in (2, 3, 5))
SEED_OPS = 6


def now_ms():
    """The phone's clock."""
    return time.time_ns() // 1_000_000


def mint():
    """Section 2: a new id, UUID version 7 from the clock and 10 random bytes."""
    raw = bytearray(now_ms().to_bytes(6, "big") + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return bytes(raw)


class Writer:
    """Somebody's hand in one case: an actor of its own, stamps that rise, operations that are numbered on."""

    def __init__(self, person, document, depends, next_op=SEED_OPS + 1, stamp=0, site=None):
        self.person, self.document, self.site = person, document, site
        self.actor = os.urandom(16)
        self.depends, self.next_op, self.stamp, self.sequence = list(depends), next_op, stamp, 0

    def begin(self, ahead_ms=0):
        """An empty change on what was written last; `ahead_ms` is how wrong the clock is."""
        self.claimed = now_ms()
        stamp = max((self.claimed + ahead_ms) << 16, self.stamp + 1)
        message = note(mint(), self.person, stamp, self.claimed)
        return Change(self.actor, self.sequence + 1, self.next_op, message, self.depends), stamp

    def done(self, made, stamp):
        """The next change builds on this one."""
        self.sequence, self.next_op, self.stamp = made.sequence, made.first_op + len(made.ops), stamp
        self.depends = [made.hash]
        return made

    def _signed_by(self, made, within, stamp):
        made.op(within, "by", value=("bytes", self.person))
        made.op(within, "claimed_at", value=("time", self.claimed))
        made.op(within, "stamp", value=("uint", stamp))

    def create(self, subject, place):
        """data-model.md: the fields that *create* sets, and the entry `received`. Keeps what later changes replace."""
        made, stamp = self.begin()
        for name, value in [
            ("document", ("bytes", self.document)),
            ("site", ("bytes", self.site)),
            ("kind", ("text", "repair")),
            ("channel", ("text", "patrol")),
            ("urgency", ("text", "urgent")),
            ("subject", ("text", subject)),
            ("place", ("bytes", cbor.encode(cbor.record(*place)))),
            ("reported_at", ("time", self.claimed)),
        ]:
            op = made.op(FIELDS, name, value=value)
            if name == "urgency":
                self.urgency = op
        self.received = made.op(ENTRIES, str(uuid.UUID(bytes=mint())), MAKE_MAP)
        self.received_kind = made.op(self.received, "kind", value=("text", "received"))
        self._signed_by(made, self.received, stamp)
        return self.done(made, stamp)

    def mention(self, photo):
        """data-model.md: `photos/<photo id>`."""
        made, stamp = self.begin()
        entry = made.op(PHOTOS, str(uuid.UUID(bytes=mint())), MAKE_MAP)
        made.op(entry, "hash", value=("bytes", hashlib.sha256(photo).digest()))
        made.op(entry, "size", value=("uint", len(photo)))
        made.op(entry, "role", value=("text", "before"))
        made.op(entry, "caption", value=("text", ""))
        self._signed_by(made, entry, stamp)
        return self.done(made, stamp)

    def field(self, name, value, replaces=(), ahead_ms=0):
        """Sets a field of the case."""
        made, stamp = self.begin(ahead_ms)
        made.op(FIELDS, name, value=("text", value), replaces=tuple(replaces))
        return self.done(made, stamp)

    def rewrite_received(self, of):
        """Says in another's name that something else happened: what nobody may do."""
        made, stamp = self.begin()
        made.op(of.received, "kind", value=("text", "completed"), replaces=(of.received_kind,))
        return self.done(made, stamp)

    def without_note(self):
        """A change whose message is no note."""
        made, stamp = self.begin()
        made.message = "hello"
        made.op(FIELDS, "nature", value=("text", "help"))
        return self.done(made, stamp)
