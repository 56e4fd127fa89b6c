"""What the server does not take, and what it says: docs/protocol.md, sections 5, 9, 10 and 12."""

import os

import cbor
from case import Writer
from change import OpId
from client import post, request
from proof import only, proved
from signature import digest_header

ACCEPTED, PENDING, QUARANTINED, FORK = 0, 1, 2, 4  # section 9


def verdicts(han, writer):
    """Section 9: what is not accepted, and why."""
    case, person = writer.document, han.person

    def hand(depends=None):
        return Writer(person, case, writer.depends if depends is None else depends, writer.next_op, writer.stamp)

    def judged(statement, made, expected):
        seen = only(han.sync([made if isinstance(made, bytes) else han.seal(case, made)]))
        code = seen[1][0] if seen[0] == QUARANTINED else None
        proved(statement, (code or seen[0]) == expected, seen)

    refused = hand()
    judged("an entry that stood is not rewritten", refused.rewrite_received(writer), "entry_immutable")
    judged("nothing builds on what was refused", refused.field("nature", "help"), "dependency_refused")
    judged("a stamp 200 s ahead is too far ahead", hand().field("nature", "help", ahead_ms=200_000), "clock_ahead")
    judged("a change without a note is malformed", hand().without_note(), "change_malformed")
    judged("a change that builds on nothing is not permitted", hand([]).field("nature", "help"), "change_not_permitted")
    judged("bytes that are no envelope get one verdict", b"\x01\x02", "change_malformed")
    broken = bytearray(han.seal(case, hand().field("nature", "help")))
    broken[-1] ^= 1
    judged("an envelope with a broken signature is refused", bytes(broken), "signature_invalid")

    twin = hand()
    twin.actor = writer.actor
    judged("one actor and sequence twice is a fork", twin.field("nature", "vent"), FORK)

    late = hand()
    parent = late.field("nature", "help")
    child = late.field("nature", "valid", replaces=[OpId(late.actor, parent.first_op)])
    waiting = han.seal(case, child)
    seen = only(han.sync([waiting]))
    proved("a change that came before what it builds on waits for it", seen == [PENDING, [[parent.hash]]], seen)
    judged("what it builds on is accepted", parent, ACCEPTED)
    judged("then so is the one that waited", waiting, ACCEPTED)
    proved("with every edit answered, the checksum fits again", han.compared and han.heads[case] == {child.hash})
    writer.depends, writer.next_op, writer.stamp = [child.hash], late.next_op, late.stamp


def requests(han):
    """Sections 5 and 12: what makes a request one of ours."""
    body = han.request_body()
    headers = han.sign(body)

    def ask(sent, signed):
        return post(han.office.port, "/v1/sync", sent, signed)

    han.token = ask(body, headers)[9]
    replayed = han.expect_refusal("the same request a second time", 401, "request_replayed", ask, body, headers)
    lowest = int(replayed.headers["roundsman-counter"])
    proved("the refusal tells the lowest counter that will be taken", lowest == han.counter + 1, lowest, han.counter)
    han.counter = 0
    han.sync()
    proved("a phone that lost count goes on from there", han.signed_again[-1:] == ["request_replayed"], han.signed_again)
    han.expect_refusal("a request without a signature", 401, "signature_missing", ask, body, {})
    headers, other = han.sign(body), body[:-1]
    han.expect_refusal("another body under the signed digest", 401, "signature_invalid", ask, other, headers)
    forged = headers | {"content-digest": digest_header(other)}
    han.expect_refusal("its digest in place of the signed one", 401, "signature_invalid", ask, other, forged)
    signed = han.sign(b"nope")
    han.expect_refusal("a body that is no CBOR", 400, "bad_request", ask, b"nope", signed)
    han.expect_refusal("the same once more, for its counter is used up,", 401, "request_replayed", ask, b"nope", signed)
    other = cbor.pack([2, han.log, 0, [], [], han.claim(), 1, []])
    han.expect_refusal("protocol 2", 400, "protocol_unsupported", ask, other, han.sign(other))
    status, _, _ = request(han.office.port, "GET", "/v1/sync")
    proved("GET /v1/sync is 405", status == 405, status)


def another_log(han, writer):
    """Section 10, "Another log": verdicts count, pages do not."""
    case = writer.document
    hand = Writer(han.person, case, han.heads[case], writer.next_op, writer.stamp)
    envelope = han.seal(case, hand.field("nature", "consult"))
    reply = han.send(han.request_body([envelope], log=os.urandom(16)))
    proved("a request with another log is told the server's", reply[1] == han.log, reply[1])
    proved("its envelope is judged all the same", only(reply)[0] == ACCEPTED, reply[2])
    again = han.sync([envelope])
    proved("and sent again under that log gets the same verdict", only(again) == only(reply), again[2], reply[2])
