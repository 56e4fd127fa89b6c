"""The bodies of docs/protocol.md, section 2: the few kinds of CBOR that the protocol uses, in one zstd frame.

Written by hand because what is signed has exactly one right spelling: definite lengths, shortest integers,
absent optional fields at the end left out. The reader refuses every other spelling, so that a server which
writes one is found out.
"""

import zstandard

MEDIA_TYPE = "application/vnd.roundsman.v1+cbor-zstd"
UNPACKED_MAX = 64 << 20  # section 13: a reply, unpacked

SIMPLE = {20: False, 21: True, 22: None}


class Malformed(ValueError):
    """Bytes that section 2 does not allow."""


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for power, length_code in enumerate((24, 25, 26, 27)):
        if number < 1 << (8 << power):
            return bytes([major << 5 | length_code]) + number.to_bytes(1 << power, "big")
    raise OverflowError(number)


def encode(value):
    """Section 2, "CBOR rules": integers, byte strings, texts, arrays, null and booleans."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(encode(item) for item in value)
    raise TypeError(f"the protocol has no {type(value).__name__}")


def record(*fields):
    """Section 2, *record*: absent optional fields at the end are left out."""
    fields = list(fields)
    while fields and fields[-1] is None:
        fields.pop()
    return fields


def decode(data):
    """One value and nothing after it."""
    value, end = _decode(data, 0)
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes after the value")
    return value


def _decode(data, at):
    major, number, at = *divmod(data[at], 32), at + 1
    if major == 7:
        if number not in SIMPLE:
            raise Malformed(f"simple value {number}")
        return SIMPLE[number], at
    if number >= 24:
        if number > 27:
            raise Malformed("an indefinite length")
        length = 1 << (number - 24)
        number, at = int.from_bytes(data[at : at + length], "big"), at + length
        if number < (24 if length == 1 else 1 << (4 * length)):
            raise Malformed("an integer that has a shorter form")
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        piece = data[at : at + number]
        if len(piece) != number:
            raise Malformed("a string that is cut")
        return (piece if major == 2 else piece.decode()), at + number
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _decode(data, at)
            items.append(item)
        return items, at
    raise Malformed(f"major type {major}")


def pack(value):
    """A body as it travels: section 2, "Bodies"."""
    return zstandard.ZstdCompressor(level=3).compress(encode(value))


def unpack(body):
    """What is in a body that came."""
    return decode(zstandard.ZstdDecompressor().decompress(body, max_output_size=UNPACKED_MAX))
