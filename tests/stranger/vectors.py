"""The worked examples of docs/protocol.md, read out of the page itself and made again.

Inputs that the page gives in prose (ids such as "`d0` × 16", clocks, the secret) stand here; every result is
taken from the page, so an example that is changed there is checked as it stands there.
"""

import base64
import hashlib
import re
import uuid

import cbor
import change
from proof import proved
from signature import (
    Ed25519,
    Es256,
    enrolment_statement,
    envelope_statement,
    holds,
    key_text,
    signature_base,
    signature_params,
    signed_headers,
)

SECRET = b"\x2a" * 32
DEVICE = uuid.UUID("01941f29-7c00-7aaa-8bbb-123456789abc").bytes
CONTAINERS = {  # docs/data-model.md: what the seed of each kind creates, texts marked
    "case": (1, ["description (text)", "entries", "fields", "orders", "photos", "sign_offs"]),
    "contact": (2, ["fields", "signatures", "words (text)"]),
    "site": (4, ["fields", "people"]),
}


def _section(page, heading):
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", page, re.S | re.M)
    if not found:
        raise LookupError(f"the page has no heading {heading!r}")
    return found[1]


def _hex_after(text, label):
    """Lines of hex digits behind or below a label, as one byte string."""
    found = re.search(rf"^{re.escape(label)}\s+((?:[0-9a-f]+\s+)+)", text, re.M)
    if not found:
        raise LookupError(f"no hex behind {label!r}")
    return bytes.fromhex(found[1])


def _seed(kind, containers):
    """Section 6, "Seeds", from the names of the containers alone."""
    made = change.Change(b"RM" + bytes([kind, 1]), 1, 1, "roundsman seed 1", [])
    for name in containers:
        made.op(None, name.split()[0], change.MAKE_TEXT if "(text)" in name else change.MAKE_MAP)
    return made


def check_seeds(page):
    """Section 6: the seeds are spelled out, and named by their hashes."""
    text = _section(page, "Seeds")
    hashes = {}
    for name, (kind, containers) in CONTAINERS.items():
        seed = _seed(kind, containers)
        stated = _hex_after(text, re.search(rf"^{name} \(\d+ bytes\)$", text, re.M)[0])
        named = re.search(rf"^\| {kind} {name} \| `([0-9a-f]+)` \|$", text, re.M)[1]
        proved(f"the seed of a {name}, made by hand, is that of section 6", seed.chunk == stated, seed.chunk.hex())
        proved(f"and has the hash of the table, {named[:12]}…", seed.hash.hex() == named, seed.hash.hex())
        hashes[kind] = seed.hash
    return hashes


def check_note(page):
    """Section 6: the note."""
    ms = 1_773_000_000_000
    made = change.note(b"\xc0" * 16, b"\xa0" * 16, ms << 16, ms)
    proved("the note of section 6 comes out letter for letter", made in _section(page, "The note").split(), made)


def check_enrolment(page):
    """Section 4: the proof of enrolment."""
    text, key = _section(page, "4. Enrolment"), Ed25519(SECRET)
    statement = cbor.encode(enrolment_statement("01234-56789-ABCDE-FGHJK-MNPQRS", key))
    stated = _hex_after(text, "proof")
    proved("the enrolment example of section 4: its key", key_text(key) in text, key_text(key))
    proved("its signed bytes", statement == _hex_after(text, "signed bytes"), statement.hex())
    proved("its proof holds", holds(key, statement, stated))
    proved("and is made again", key.sign(statement) == stated, key.sign(statement).hex())


def check_http_signatures(page):
    """Section 5: a signed request under both algorithms."""
    body, token = b'{"hello": "world"}', "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4"
    blocks = re.findall(r"^public key +(\S+)\n((?:[a-z-]+: .*\n)+)", _section(page, "Worked example"), re.M)
    proved("section 5 has an example for each algorithm", len(blocks) == 2, blocks)
    for kind, (public, lines) in zip((Ed25519, Es256), blocks):
        key = kind(SECRET)
        stated = dict(line.split(": ", 1) for line in lines.splitlines())
        base = signature_base("POST", "/v1/sync", stated["content-digest"], token, signature_params(key, DEVICE, 17))
        made = signed_headers(key, DEVICE, 17, token, "/v1/sync", body)
        proved(f"the {kind.name} example of section 5: its key", key_text(key) == public, key_text(key), public)
        proved("its signature holds", holds(key, base, base64.b64decode(stated["signature"][3:-1])))
        proved("and its four headers are made again", made == stated, made, stated)


def check_envelope(page, seeds):
    """Section 7: the signed bytes of an envelope."""
    text, key = _section(page, "7. Envelopes"), Ed25519(SECRET)
    reading = [1_773_000_000_000, 60_000, b"\xb0" * 16]
    claim = [reading, ["AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4", 59_000, b"\xb0" * 16]]
    named = [(b"\xd0" * 16, 1, seeds[1])]
    statement = cbor.encode(envelope_statement(b"\x01" * 16, DEVICE, b"\xa0" * 16, 1, claim, named))
    stated = _hex_after(text, "signature")
    proved("the envelope example of section 7: its signed bytes", statement == _hex_after(text, "signed (225 bytes)"))
    proved("its signature holds", holds(key, statement, stated))
    proved("and is made again", key.sign(statement) == stated, key.sign(statement).hex())


def share(document, heads):
    """Section 10, "Checksum": what a document adds to a feed."""
    return int.from_bytes(hashlib.sha256(document + b"".join(sorted(heads))).digest()[:8], "big")


def check_checksum(page, seeds):
    """Section 10: the example of a checksum."""
    made = share(b"\xd0" * 16, [seeds[1]])
    proved("the checksum example of section 10", f"`{made:#018x}`" in _section(page, "Checksum"), hex(made))


def check(page):
    """All examples; returns the hashes of the seeds by kind."""
    seeds = check_seeds(page)
    check_note(page)
    check_enrolment(page)
    check_http_signatures(page)
    check_envelope(page, seeds)
    check_checksum(page, seeds)
    return seeds
