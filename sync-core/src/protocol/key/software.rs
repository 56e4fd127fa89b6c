//! A private key kept in memory.

use std::fmt;

use p256::ecdsa::signature::Signer as _;
use rand_core::Rng;
use zeroize::Zeroizing;

use super::{Algorithm, KeyInvalid, PublicKey, SignFailed, Signature, Signer};

/// A private key in memory, for phones without an enclave, for the server's node key and for simulations.
///
/// Signing is deterministic with both algorithms (RFC 6979, RFC 8032): the same message gives the same
/// bytes, so a simulated shift replays to the byte. The secret is wiped when the signer is dropped.
pub struct SoftwareSigner(Secret);

enum Secret {
    Es256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

const SECRET_BYTES: usize = 32;

impl SoftwareSigner {
    /// Bytes of an exported secret: the algorithm, then the secret scalar or seed.
    pub const EXPORT_BYTES: usize = 1 + SECRET_BYTES;

    /// A fresh key from the chance handed in, which must be fit for secrets.
    pub fn generate(algorithm: Algorithm, rng: &mut dyn Rng) -> Self {
        loop {
            let mut secret = Zeroizing::new([0u8; SECRET_BYTES]);
            rng.fill_bytes(secret.as_mut());
            // Fails for one draw in 2^32, where the number is not below the order of P-256.
            if let Ok(signer) = Self::from_secret(algorithm, &secret) {
                return signer;
            }
        }
    }

    /// The key that [`SoftwareSigner::export`] wrote.
    ///
    /// # Errors
    /// [`KeyInvalid`] if the bytes are not such an export.
    pub fn import(exported: &[u8]) -> Result<Self, KeyInvalid> {
        let length = KeyInvalid::Length { wanted: Self::EXPORT_BYTES, given: exported.len() };
        let (&code, secret) = exported.split_first().ok_or(length)?;
        let secret: &[u8; SECRET_BYTES] = secret.try_into().map_err(|_| length)?;
        let algorithm = Algorithm::from_code(code).ok_or(KeyInvalid::AlgorithmUnknown)?;
        Self::from_secret(algorithm, secret)
    }

    /// The secret, to be stored where only its owner reads it. Wiped when dropped.
    pub fn export(&self) -> Zeroizing<[u8; Self::EXPORT_BYTES]> {
        let mut exported = Zeroizing::new([0u8; Self::EXPORT_BYTES]);
        exported[0] = self.algorithm().code();
        match &self.0 {
            Secret::Es256(key) => {
                exported[1..].copy_from_slice(&Zeroizing::new(key.to_bytes().0)[..]);
            }
            Secret::Ed25519(key) => exported[1..].copy_from_slice(key.as_bytes()),
        }
        exported
    }

    fn from_secret(algorithm: Algorithm, secret: &[u8; SECRET_BYTES]) -> Result<Self, KeyInvalid> {
        match algorithm {
            Algorithm::Es256 => p256::ecdsa::SigningKey::from_slice(secret)
                .map(|key| Self(Secret::Es256(key)))
                .map_err(|_| KeyInvalid::SecretInvalid),
            Algorithm::Ed25519 => Ok(Self(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(secret)))),
        }
    }

    const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Secret::Es256(_) => Algorithm::Es256,
            Secret::Ed25519(_) => Algorithm::Ed25519,
        }
    }
}

impl Signer for SoftwareSigner {
    fn public_key(&self) -> PublicKey {
        match &self.0 {
            Secret::Es256(key) => PublicKey::of_es256(*key.verifying_key()),
            Secret::Ed25519(key) => PublicKey::of_ed25519(key.verifying_key()),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignFailed> {
        let refused = |error: p256::ecdsa::Error| SignFailed::KeyUnavailable { reason: error.to_string() };
        match &self.0 {
            Secret::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(refused)?;
                Ok(Signature::from_bytes(signature.to_bytes().0))
            }
            Secret::Ed25519(key) => key
                .try_sign(message)
                .map(|signature| Signature::from_bytes(signature.to_bytes()))
                .map_err(refused),
        }
    }
}

impl fmt::Debug for SoftwareSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareSigner({}, secret hidden)", self.public_key())
    }
}
