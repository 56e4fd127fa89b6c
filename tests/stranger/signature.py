"""Keys and what they sign: docs/protocol.md, sections 3, 4, 5 and 7."""

import base64
import hashlib
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

COMPONENTS = '("@method" "@path" "content-digest" "roundsman-token")'


class Ed25519:
    """Section 3, the right-hand column."""

    number, name, prefix = 2, "ed25519", "ed25519:"

    def __init__(self, secret=None):
        generate = ed25519.Ed25519PrivateKey.generate
        self._secret = ed25519.Ed25519PrivateKey.from_private_bytes(secret) if secret else generate()
        self.public = self._secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message):
        return self._secret.sign(message)

    @staticmethod
    def check(public, message, signature):
        """Raises InvalidSignature."""
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


class Es256:
    """Section 3, the left-hand column. Signs with the nonce of RFC 6979, so that the example can be made again."""

    number, name, prefix = 1, "ecdsa-p256-sha256", "es256:"
    _how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def __init__(self, secret=None):
        curve = ec.SECP256R1()
        scalar = int.from_bytes(secret, "big") if secret else None
        self._secret = ec.derive_private_key(scalar, curve) if secret else ec.generate_private_key(curve)
        self.public = self._secret.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(self, message):
        r, s = utils.decode_dss_signature(self._secret.sign(message, self._how))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    @staticmethod
    def check(public, message, signature):
        """Raises InvalidSignature."""
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        point.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def holds(key, message, signature):
    """Whether a signature of the key is one of the message, by its public half alone."""
    try:
        key.check(key.public, message, signature)
    except InvalidSignature:
        return False
    return True


def key_record(key):
    """Section 2, *key*."""
    return [key.number, key.public]


def key_text(key):
    """Section 3, "as text"."""
    return key.prefix + base64.urlsafe_b64encode(key.public).decode().rstrip("=")


def enrolment_statement(code, key):
    """Section 4, field 4: what the proof signs, before CBOR."""
    return ["roundsman/enrol/1", code, key_record(key)]


def envelope_statement(org, device, person, schema, claim, named):
    """Section 7, "signed bytes", before CBOR. `named` has (document, kind, hash of the change) in order."""
    return ["roundsman/envelope/1", org, device, person, schema, claim, [list(triple) for triple in named]]


def digest_header(body):
    """Section 5: RFC 9530 over the body as it travels."""
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


def signature_params(key, device, counter):
    """Section 5: what follows the label in `signature-input`."""
    return f'{COMPONENTS};nonce="{counter}";keyid="{uuid.UUID(bytes=device)}";alg="{key.name}"'


def signature_base(method, path, digest, token, params):
    """Section 5: the lines that are signed, with no line feed at the end."""
    lines = [
        f'"@method": {method}',
        f'"@path": {path}',
        f'"content-digest": {digest}',
        f'"roundsman-token": {token}',
        f'"@signature-params": {params}',
    ]
    return "\n".join(lines).encode()


def signed_headers(key, device, counter, token, path, body):
    """Section 5: the four headers of a signed request."""
    digest, params = digest_header(body), signature_params(key, device, counter)
    signature = key.sign(signature_base("POST", path, digest, token, params))
    return {
        "content-digest": digest,
        "roundsman-token": token,
        "signature-input": "r=" + params,
        "signature": "r=:" + base64.b64encode(signature).decode() + ":",
    }
