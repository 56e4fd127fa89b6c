"""A phone, as docs/protocol.md tells it: sections 4 (enrolment), 5 (signed requests), 7 (envelopes), 8 (sync), 10 (feeds).

It holds of a document only the heads, which is all that cursors and checksums need, and it keeps nothing on
disk: a phone that people carry must write counter, envelopes and replies down first, as the page says.
"""

import http.client
import json
import hashlib
import os
import time

import cbor
import change
from proof import proved
from signature import enrolment_statement, envelope_statement, key_record, signed_headers
from vectors import share

PROTOCOL = 1
SCHEMA = 1
SIGN_AGAIN_MAX = 2  # section 5: our device signs again twice
CASE = 1


class Refused(Exception):
    """An error reply: section 12."""

    def __init__(self, status, headers, body):
        self.status, self.headers = status, headers
        self.problem = json.loads(body)
        self.code = self.problem["code"]
        super().__init__(f"{status} {self.code}: {self.problem.get('detail')}")


def request(port, method, path, body=b"", headers=None):
    """Status, headers in lower case, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def post(port, path, body, headers=None):
    """The value in a 200, or `Refused`."""
    status, headers, raw = request(port, "POST", path, body, headers)
    if status != 200:
        raise Refused(status, headers, raw)
    return cbor.unpack(raw)


class Phone:
    """One device of one person."""

    def __init__(self, office, key):
        self.office, self.key = office, key
        self.boot = os.urandom(16)
        self.counter, self.base, self.behind = 0, 0, []
        self.heads, self.numbers, self.feeds = {}, {}, {}
        self.rights = 0  # the digest of the rights that are known
        self.compared = False  # whether the last reply's checksum was compared (and fitted)
        self.signed_again = []  # the codes that made us sign again
        self.taken, self.pending = set(), set()  # (document, hash): in `heads` already; waiting at the server

    def enrol(self, code, name):
        """Section 4. A repeated call repeats the request, as after a lost reply."""
        proof = self.key.sign(cbor.encode(enrolment_statement(code, self.key)))
        body = cbor.pack([PROTOCOL, code, key_record(self.key), name, proof])
        reply = post(self.office.port, "/v1/enrol", body)
        self.org, self.device, self.person, self.person_name, self.roles, self.log, self.token = reply[:7]
        self.token_at_ms = self._since_boot_ms()
        return reply

    def _since_boot_ms(self):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def claim(self):
        """Section 7, *time claim*."""
        reading = [time.time_ns() // 1_000_000, self._since_boot_ms(), self.boot]
        return [reading, [self.token, self.token_at_ms, self.boot]]

    def seal(self, document, *changes):
        """Section 7: an envelope for changes of one case."""
        claim, named = self.claim(), [(document, CASE, made.hash) for made in changes]
        statement = envelope_statement(self.org, self.device, self.person, SCHEMA, claim, named)
        items = [[document, CASE, made.chunk] for made in changes]
        signature = self.key.sign(cbor.encode(statement))
        return cbor.encode([self.org, self.device, self.person, SCHEMA, claim, items, signature])

    def sign(self, body):
        """Section 5: the headers for a body, under the next counter."""
        self.counter += 1
        return signed_headers(self.key, self.device, self.counter, self.token, "/v1/sync", body)

    def send(self, body):
        """Section 5: signs, and signs again where the page says so."""
        for left in reversed(range(SIGN_AGAIN_MAX + 1)):
            try:
                return post(self.office.port, "/v1/sync", body, self.sign(body))
            except Refused as refused:
                if refused.code not in ("token_stale", "request_replayed") or not left:
                    raise
                self.signed_again.append(refused.code)
                self.token = refused.headers["roundsman-token"]
                if refused.code == "token_stale":
                    self.counter -= 1  # it was not used up
                else:
                    self.counter = int(refused.headers["roundsman-counter"]) - 1
        raise AssertionError("the last try returns or raises")

    def request_body(self, envelopes=(), photos=(), budget=256 << 10, log=None):
        """Section 8, the request."""
        fields = [PROTOCOL, log or self.log, self.base, self.behind, list(envelopes)]
        return cbor.pack([*fields, self.claim(), budget, list(photos), self.rights, None, []])

    def sync(self, envelopes=(), photos=(), budget=256 << 10):
        """Section 8: one request, and section 10: what a device does with the reply."""
        reply = self.send(self.request_body(envelopes, photos, budget))
        self.token, self.token_at_ms = reply[9], self._since_boot_ms()
        if reply[1] == self.log:
            self._take(envelopes, reply)
        return reply

    def _take(self, envelopes, reply):
        for envelope, verdicts in zip(envelopes, reply[2], strict=True):
            self._take_verdicts(envelope, verdicts)
        if reply[3] is not None:
            self.rights = int.from_bytes(hashlib.sha256(cbor.encode(reply[3])).digest()[:8], "big") or 1
            feeds, self.roles = reply[3]
            listed = {grant[0] for grant in feeds}
            self.feeds = {feed: members for feed, members in self.feeds.items() if feed in listed}
            self.behind = [cursor for cursor in self.behind if cursor[0] in listed]
        held = []
        for page in reply[4]:
            held += self._take_page(*page[:5])
        for feed, number in held:
            self.feeds[feed].add(self.numbers[number])
        self.base = reply[8]
        self.compared = not reply[11] and not self.behind and not self.pending
        if self.compared:
            if reply[7] != self.checksum():
                raise AssertionError(f"section 10: checksum {reply[7]:#x}, of what the phone has {self.checksum():#x}")

    def _take_verdicts(self, envelope, verdicts):
        try:
            items = cbor.decode(envelope)[5]
        except (cbor.Malformed, IndexError, TypeError):
            return  # not an envelope: there is one verdict, and it is a refusal
        if len(verdicts) == 1:
            verdicts = verdicts * len(items)
        for (document, _, chunk), verdict in zip(items, verdicts, strict=True):
            name = (document, change.chunk_hash(chunk))
            self.pending.discard(name)
            if verdict[0] == 0:
                self._grow(document, chunk)
            elif verdict[0] == 1:
                self.pending.add(name)

    def _grow(self, document, chunk):
        named = change.chunk_hash(chunk)
        if (document, named) in self.taken:
            return  # told a second time
        self.taken.add((document, named))
        self.heads[document] = self.heads.get(document, set()) - set(change.dependencies(chunk)) | {named}

    def _take_page(self, feed, base, pos, done, documents):
        """Section 10, steps 3 and 4; returns what is *held*, for after all pages."""
        continues = any(cursor[0] == feed and cursor[1] == 0 for cursor in self.behind)
        if base == 0 and not continues:
            self.feeds[feed] = set()
        members, held = self.feeds.setdefault(feed, set()), []
        for kind, (number, *more) in documents:
            if kind == 0:
                document, _, snapshot = more[:3]
                self.numbers[number] = document
                self.heads[document] = set(change.snapshot_heads(snapshot))
                members.add(document)
            elif kind == 1:
                for chunk in more[0]:
                    self._grow(self.numbers[number], chunk)
            elif kind == 2:
                held.append((feed, number))
            elif kind == 3 and number in self.numbers:
                members.discard(self.numbers[number])
        self.behind = [cursor for cursor in self.behind if cursor[0] != feed]
        if not done:
            self.behind.append([feed, base, pos])
        return held

    def checksum(self):
        """Section 10, "Checksum"."""
        members = ((document, self.heads[document]) for feed in self.feeds.values() for document in feed)
        return sum(share(document, heads) for document, heads in members) % 2**64

    def forget(self):
        """Begins all walks anew, as section 10 says for a wrong checksum."""
        self.base, self.behind = 0, []
        self.heads, self.numbers, self.feeds = {}, {}, {}

    def expect_refusal(self, statement, status, code, call, *args):
        """Proves that a call is refused in this way; returns the refusal."""
        statement = f"{statement} is refused: {status} {code}"
        try:
            seen = call(*args)
        except Refused as refused:
            proved(statement, (refused.status, refused.code) == (status, code), refused)
            kind = refused.headers.get("content-type", "")
            if kind != "application/problem+json" or refused.problem["request_id"] != refused.headers.get("x-request-id"):
                raise AssertionError(f"section 12: {kind}, {refused.problem}, {refused.headers}") from refused
            return refused
        proved(statement, False, seen)
