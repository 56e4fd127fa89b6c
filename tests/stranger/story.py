"""A client that was written from docs/protocol.md, and the pages it points to, against a running server.

    python story.py <the program roundsman> <folder for its data>

First the page's worked examples are made again. Then two phones, one with an Ed25519 key and one with an ES256
key, live through what sections 4 to 12 tell. One line for each statement that held; the first that does not
ends the story with 1. `.ci/stages/85-stranger.sh` brings what it needs.
"""

import hashlib
import os
import pathlib
import signal
import sys
import uuid

import refusals
import vectors
from case import Writer, mint
from client import CASE, Phone
from office import Office
from proof import Disproved, only, proved
from signature import Ed25519, Es256
from upload import Upload

ACCEPTED = 0  # section 9
PHOTO_BYTES, CUT_AT = 300_000, 100_000  # the example of section 11
ROOT = pathlib.Path(__file__).parents[2]
SAMPLE = "server/src/demo/sample/nyc311.csv"  # enough cases for a walk of many pages


def enrol(office, site):
    """Section 4."""
    phones = []
    for name, key in (("Han", Ed25519()), ("Li", Es256())):
        office.run("person", "add", "--name", name, "--role", "reception", "--site", site)
        code = office.run("device", "invite", "--person", name)["code"]
        phone = Phone(office, key)
        first = phone.enrol(code.lower().replace("-", " "), f"{name}'s phone")
        proved(f"a phone with an {key.name} key is enrolled for {name}", phone.person_name == name, first)
        again = phone.enrol(code, f"{name}'s phone")
        proved("the same code with the same key gets the same device", again[1] == first[1], first, again)
        thief = Phone(office, Ed25519())
        thief.expect_refusal("the same code with another key", 410, "enrol_code_used", thief.enrol, code, "thief")
        phones.append(phone)
    return phones


def first_case(han, li, seed, site):
    """Sections 6 to 10: a case begun on one phone arrives on the other, and an answer to it comes back."""
    reply = han.sync()
    proved("a new phone gets its feeds, and the checksum fits (section 10)", len(reply[3][0]) > 0 and han.compared, reply[3])
    li.sync()
    case = mint()
    writer = Writer(han.person, case, [seed], site=site)
    envelope = han.seal(case, writer.create("equipment/lift", ("3", None, None, "lift lobby")))
    verdict = only(han.sync([envelope]))
    proved("a case whose Automerge change was made by hand is accepted (sections 6, 9)", verdict[0] == ACCEPTED, verdict)
    proved("and the phone's checksum with it is the server's (section 10)", case in han.heads and han.compared)
    again = han.sync([envelope])
    proved("the same envelope again gets the same verdict (section 14)", only(again) == verdict, again[2])
    proved("a level feed in which nothing happened has no page (section 10)", again[4] == [], again[4])
    proved("rights that are known are not said again (section 8)", again[3] is None, again[3])

    reply = li.sync()
    proved("the other phone gets the case whole, with the same heads", li.heads.get(case) == set(writer.depends), li.heads)
    answer = Writer(li.person, case, li.heads[case], writer.next_op, writer.stamp)
    made = answer.field("urgency", "general", replaces=[writer.urgency])
    verdict = only(li.sync([li.seal(case, made)]))
    proved("its ES256 envelope with a change to the case is accepted", verdict[0] == ACCEPTED, verdict)
    reply = han.sync()
    brought = [document for page in reply[4] for document in page[4]]
    changes = [chunk for kind, fields in brought if kind == 1 for chunk in fields[1]]
    proved("the first phone gets that change, byte for byte as it was made", made.chunk in changes, brought)
    writer.depends, writer.next_op, writer.stamp = [made.hash], answer.next_op, answer.stamp
    return writer


def photo(han, writer):
    """Section 11."""
    picture = os.urandom(PHOTO_BYTES)
    made = writer.mention(picture)
    hash_of_it, unknown = hashlib.sha256(picture).digest(), os.urandom(32)
    reply = han.sync([], [hash_of_it])
    proved("a photo that no accepted edit names gets no grant", reply[5:7] == [[], []], reply[5:7])
    reply = han.sync([han.seal(writer.document, made)], [hash_of_it, unknown])
    granted = [[grant[0], grant[1]] for grant in reply[6]]
    proved("named in an accepted edit it gets one, another hash none", granted == [[hash_of_it, PHOTO_BYTES]], granted)

    upload, refused = Upload(han.office, reply[6][0]), han.expect_refusal
    refused("an upload of another length than granted", 403, "upload_token_invalid", upload.create, PHOTO_BYTES - 1)
    refused("an upload without a token", 401, "upload_token_invalid", upload.create_without_grant)
    refused("an upload by no version of tus", 412, "protocol_unsupported", upload.create_without_version)
    proved("an upload begins at 0", upload.create() == 0)
    upload.piece_cut_short(0, picture[:CUT_AT], PHOTO_BYTES)
    kept = upload.offset()
    proved("of a PATCH that was cut, the bytes are kept", kept == CUT_AT, kept)
    proved("a repeated POST is given the same upload where it stands", upload.create() == kept)
    refused("a piece at another offset", 409, "upload_offset_mismatch", upload.piece, 5, picture[5:])
    refused("a piece of another type", 415, "bad_request", upload.piece, kept, picture[kept:], "text/plain")
    wrong = hashlib.sha256(b"other bytes").digest()
    refused("a piece with a wrong checksum", 460, "upload_checksum_mismatch", upload.piece_checked, kept, picture[kept:], wrong)
    proved("of which nothing is kept", upload.offset() == kept)
    upload.delete()
    refused("a piece after DELETE", 404, "upload_unknown", upload.piece, kept, picture[kept:])
    proved("begun again it is at 0", upload.create() == 0)
    right = hashlib.sha256(picture[:CUT_AT]).digest()
    proved("a piece with its checksum counts", upload.piece_checked(0, picture[:CUT_AT], right) == CUT_AT)
    proved("the rest completes it", upload.piece(CUT_AT, picture[CUT_AT:]) == PHOTO_BYTES)
    reply = han.sync([], [hash_of_it, unknown])
    proved("then there is a receipt and no grant", reply[5:7] == [[hash_of_it], []], reply[5:7])
    return upload


def restart(office, han, site):
    """Sections 5 and 10: the server forgets tokens and counters, the log stays; a walk from 0 in small steps."""
    office.run("import", "--map", "nyc311", "--site", site, str(ROOT / SAMPLE))
    proved("the server ends with 0 when it is asked to", office.restart() == 0)
    while han.sync()[11]:
        pass
    stale = han.signed_again[-1:]
    proved("after its restart the token is stale, and the fresh one is taken", stale == ["token_stale"], stale)
    before = han.heads
    han.forget()
    rounds = 1
    while han.sync(budget=1)[11]:
        rounds += 1
    proved("a walk from 0 with the smallest budget ends with the same documents", han.heads == before)
    proved(f"{len(before)} documents in {rounds} replies, and the checksum fits", rounds > 10 and han.compared)


def revoke(office, han, upload, writer):
    """Section 8: a revoked device."""
    office.run("device", "revoke", str(uuid.UUID(bytes=han.device)))
    envelope = han.seal(writer.document, writer.field("nature", "vent"))
    han.expect_refusal("a sync of a revoked phone", 403, "device_revoked", han.sync, [envelope])
    han.expect_refusal("an upload of a revoked phone", 403, "device_revoked", upload.create)


def what_the_office_has(office, writer):
    """The case as the program shows it, and whether its folder is whole."""
    shown = office.run("case", "show", str(uuid.UUID(bytes=writer.document)))
    proved("`roundsman case show` has the case", (shown["subject"], shown["spot"]) == ("equipment/lift", "lift lobby"), shown)
    proved("it has what was written on the other phone", shown["urgency"] == "general", shown)
    natures = set(shown["parallel_edits"]["nature"])
    proved("it has all parallel values, and nothing that was refused", natures == {"valid", "consult"}, natures)
    told = [(line["kind"], line["person"]) for line in shown["timeline"]]
    proved("its timeline tells who did what", told == [("received", "Han"), ("photo", "Han")], told)
    witnessed = shown["timeline"][0]
    times = [witnessed["not_before"], witnessed["received_at"]]
    proved("and when: the token proves not before, the server saw not after", times == sorted(times), witnessed)
    verified = office.run("verify")
    proved("`roundsman verify` finds the folder whole", verified["ok"] and not verified["problems"], verified)


def main(program, folder):
    """All of it, in order."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped then too
    seeds = vectors.check((ROOT / "docs/protocol.md").read_text(encoding="utf-8"))
    with Office(program, folder) as office:
        site = office.run("init", "--org", "Stranger's", "--site", "Green Garden")["sites"][0]
        office.serve()
        han, li = enrol(office, site["name"])
        writer = first_case(han, li, seeds[CASE], uuid.UUID(site["id"]).bytes)
        upload = photo(han, writer)
        refusals.verdicts(han, writer)
        refusals.requests(han)
        refusals.another_log(han, writer)
        restart(office, han, site["name"])
        revoke(office, han, upload, writer)
        what_the_office_has(office, writer)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Disproved as disproved:
        sys.exit(f"not so: {disproved}")
