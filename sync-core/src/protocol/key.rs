//! Device keys: who signed, and whether it holds.
//!
//! Two algorithms, because phone enclaves hold only P-256 while everything else does better with
//! Ed25519. The private half stays behind [`Signer`]: a phone hands in a callback to its enclave, and
//! nothing in this crate ever needs to see the secret. [`SoftwareSigner`] is for whoever has no enclave.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Decoder, Encode, Encoder};
use p256::ecdsa::signature::Verifier as _;
use p256::elliptic_curve::sec1::CompressedPoint;

mod software;
#[cfg(test)]
mod tests;

pub use software::SoftwareSigner;

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256: what phone enclaves hold.
    Es256,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl Algorithm {
    /// Every algorithm of protocol 1.
    pub const ALL: [Self; 2] = [Self::Es256, Self::Ed25519];

    /// The name in the HTTP Signature Algorithms registry (RFC 9421, section 6.2.2).
    pub const fn http_name(self) -> &'static str {
        match self {
            Self::Es256 => "ecdsa-p256-sha256",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The algorithm of that registered name, if protocol 1 has it.
    pub fn from_http_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.http_name() == name)
    }

    /// The number that stands for it in CBOR and in stored secrets.
    pub const fn code(self) -> u8 {
        match self {
            Self::Es256 => 1,
            Self::Ed25519 => 2,
        }
    }

    /// The algorithm of that number, if protocol 1 has it.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The prefix of a key written as text.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Es256 => "es256",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl<C> Encode<C> for Algorithm {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(self.code())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Algorithm {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Self::from_code(d.u8()?)
            .ok_or_else(|| minicbor::decode::Error::message("the signature algorithm is unknown").at(at))
    }
}

/// Why bytes or text are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyInvalid {
    /// The algorithm is none of [`Algorithm::ALL`].
    #[error("the key's algorithm is unknown")]
    AlgorithmUnknown,
    /// The bytes have another length than keys of this algorithm have.
    #[error("the key has {given} bytes where {wanted} are needed")]
    Length {
        /// How long it should be, in bytes.
        wanted: usize,
        /// How long it is, in bytes.
        given: usize,
    },
    /// The bytes name no point of the curve, or one that anybody could sign for.
    #[error("the key is not a usable point of its curve")]
    PointInvalid,
    /// The secret is zero or not below the order of the curve.
    #[error("the secret is not a key of its curve")]
    SecretInvalid,
    /// The text is not `algorithm:base64url`.
    #[error("a key is written as its algorithm, a colon and unpadded base64url")]
    TextMalformed,
}

/// A signature does not fit its message and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit its content and key")]
pub struct SignatureInvalid;

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignFailed {
    /// Whoever keeps the private key did not sign: the phone is locked, the key was wiped, …
    #[error("the key could not be used: {reason}")]
    KeyUnavailable {
        /// What the key's keeper said.
        reason: String,
    },
    /// The freshness token is not base64url, or longer than a token may be.
    #[error("the freshness token is not one that fits into a header")]
    TokenMalformed,
    /// The method or path cannot be signed as it stands; a signed path carries no query.
    #[error("the method or path of the request cannot be signed as it stands")]
    TargetMalformed,
}

/// A public key whose point was checked. Kept as a point, so that a key read once verifies many times.
#[derive(Clone, Copy)]
pub struct PublicKey(Point);

#[derive(Clone, Copy)]
enum Point {
    Es256 {
        /// SEC 1 compressed; the one spelling used for equality, storage and the wire.
        compressed: [u8; PublicKey::ES256_BYTES],
        key: p256::ecdsa::VerifyingKey,
    },
    Ed25519(ed25519_dalek::VerifyingKey),
}

/// What stands before the point in the `SubjectPublicKeyInfo` of every P-256 key: two sequences, the names of
/// `ecPublicKey` and `prime256v1`, a bit string of 65 bytes and the unused bits.
const P256_INFO: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl PublicKey {
    /// Bytes of an ES256 key: one for the sign of y, then x.
    pub const ES256_BYTES: usize = 33;
    /// Bytes of an Ed25519 key.
    pub const ED25519_BYTES: usize = 32;

    /// The key with these bytes: SEC 1 compressed for ES256, RFC 8032 for Ed25519.
    ///
    /// # Errors
    /// [`KeyInvalid`] if the length is wrong or the bytes are no point that could have a private half.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyInvalid> {
        match algorithm {
            Algorithm::Es256 => {
                let compressed: [u8; Self::ES256_BYTES] = exactly(bytes)?;
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&compressed)
                    .map(Self::of_es256)
                    .map_err(|_| KeyInvalid::PointInvalid)?;
                // The parser also takes a compact form without the sign of y (tag 05): a second
                // spelling of a point would be a second name for the same key.
                if key.as_bytes() != compressed {
                    return Err(KeyInvalid::PointInvalid);
                }
                Ok(key)
            }
            Algorithm::Ed25519 => {
                let bytes = exactly(bytes)?;
                let key =
                    ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyInvalid::PointInvalid)?;
                // A key of small order accepts signatures that nobody made; second spellings as above.
                if key.is_weak() || key.to_edwards().compress().to_bytes() != bytes {
                    return Err(KeyInvalid::PointInvalid);
                }
                Ok(Self(Point::Ed25519(key)))
            }
        }
    }

    /// The key as a phone's key store hands it out: an ES256 point compressed or not (SEC 1), alone or inside a
    /// `SubjectPublicKeyInfo` (RFC 5480); an Ed25519 key as it is.
    ///
    /// # Errors
    /// [`KeyInvalid`] if the bytes are none of these.
    pub fn from_key_store(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyInvalid> {
        let bytes = bytes.strip_prefix(&P256_INFO[..]).unwrap_or(bytes);
        match (algorithm, bytes.first()) {
            (Algorithm::Es256, Some(0x04)) => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
                .map(Self::of_es256)
                .map_err(|_| KeyInvalid::PointInvalid),
            (Algorithm::Es256 | Algorithm::Ed25519, _) => Self::from_bytes(algorithm, bytes),
        }
    }

    /// The public half of a secret that is at hand, which needs no check.
    fn of_es256(key: p256::ecdsa::VerifyingKey) -> Self {
        let compressed = CompressedPoint::<p256::NistP256>::from(key).0;
        Self(Point::Es256 { compressed, key })
    }

    /// See [`PublicKey::of_es256`].
    fn of_ed25519(key: ed25519_dalek::VerifyingKey) -> Self {
        Self(Point::Ed25519(key))
    }

    /// How this key signs.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Point::Es256 { .. } => Algorithm::Es256,
            Point::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The bytes that [`PublicKey::from_bytes`] takes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Point::Es256 { compressed, .. } => compressed,
            Point::Ed25519(key) => key.as_bytes(),
        }
    }

    /// Checks that the private half of this key signed exactly this message.
    ///
    /// ES256 signatures have two valid forms (s and −s) and enclaves make both, so a signature is
    /// never used as a name for what it signs.
    ///
    /// # Errors
    /// [`SignatureInvalid`] if it did not.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureInvalid> {
        match &self.0 {
            Point::Es256 { key, .. } => p256::ecdsa::Signature::from_slice(&signature.0)
                .and_then(|signature| key.verify(message, &signature))
                .map_err(|_| SignatureInvalid),
            // Strict, so that every verifier of a receipt comes to the same answer.
            Point::Ed25519(key) => key
                .verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0))
                .map_err(|_| SignatureInvalid),
        }
    }
}

/// These bytes as an array, if they have its length.
fn exactly<const WANTED: usize>(bytes: &[u8]) -> Result<[u8; WANTED], KeyInvalid> {
    bytes.try_into().map_err(|_| KeyInvalid::Length { wanted: WANTED, given: bytes.len() })
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm() == other.algorithm() && self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.algorithm().hash(state);
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm().prefix(), URL_SAFE_NO_PAD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyInvalid;
    fn from_str(text: &str) -> Result<Self, KeyInvalid> {
        let (prefix, encoded) = text.split_once(':').ok_or(KeyInvalid::TextMalformed)?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|one| one.prefix() == prefix)
            .ok_or(KeyInvalid::AlgorithmUnknown)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| KeyInvalid::TextMalformed)?;
        Self::from_bytes(algorithm, &bytes)
    }
}

impl<C> Encode<C> for PublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        self.algorithm().encode(e, ctx)?;
        e.bytes(self.as_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for PublicKey {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        if d.array()? != Some(2) {
            return Err(minicbor::decode::Error::message("a key must be an algorithm and bytes").at(at));
        }
        let algorithm = Algorithm::decode(d, ctx)?;
        Self::from_bytes(algorithm, d.bytes()?)
            .map_err(|error| minicbor::decode::Error::message(error).at(at))
    }
}

/// A signature of either algorithm: r‖s for ES256 (IEEE P1363, not DER), R‖S for Ed25519.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; Signature::BYTES]);

impl Signature {
    /// Bytes of a signature, the same for both algorithms.
    pub const BYTES: usize = 64;

    /// The signature with exactly these bytes; whether it holds is for [`PublicKey::verify`] to say.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The signature held by a stored or received byte string, if it has the right length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The signature as a phone's key store makes it: 64 bytes, or for ES256 the DER of the two numbers.
    pub fn from_key_store(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        // No DER of two such numbers is that short but for one key in 2^30, and then its first byte says so.
        let is_der = bytes.len() != Self::BYTES || bytes.starts_with(&[0x30, 0x3e, 0x02]);
        match algorithm {
            Algorithm::Es256 if is_der => p256::ecdsa::Signature::from_der(bytes)
                .ok()
                .and_then(|signature| Self::from_slice(&signature.to_bytes())),
            Algorithm::Es256 | Algorithm::Ed25519 => Self::from_slice(bytes),
        }
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<C> Encode<C> for Signature {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Signature {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Self::from_slice(d.bytes()?)
            .ok_or_else(|| minicbor::decode::Error::message("a signature must be 64 bytes").at(at))
    }
}

/// Whoever keeps a private key and signs with it: a phone's enclave, or a [`SoftwareSigner`].
pub trait Signer: Send + Sync {
    /// The public half. Always the same for one signer.
    fn public_key(&self) -> PublicKey;

    /// Signs this message; for ES256 the signer itself hashes it with SHA-256.
    ///
    /// # Errors
    /// [`SignFailed::KeyUnavailable`] if the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignFailed>;
}
