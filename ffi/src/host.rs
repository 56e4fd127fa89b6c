//! What an app may hand in, and how the core sees it.

use std::collections::HashMap;
use std::sync::Arc;

use roundsman_sync_core::clock as core_clock;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{BootId, DocumentId};
use roundsman_sync_core::protocol::key::{
    Algorithm, PublicKey, SignFailed, Signature as CoreSignature, Signer as CoreSigner,
};
use sha2::{Digest as _, Sha256};

use crate::convert::words;
use crate::error::HostError;
use crate::system_clock::SystemClock;

words! {
    /// How a key signs.
    KeyAlgorithm = Algorithm {
        /// ECDSA on P-256 with SHA-256: the one that phones' secure chips hold.
        Es256,
        /// Ed25519.
        Ed25519,
    }
}

/// Whoever keeps the private key of this phone: Android's key store, the Secure Enclave. Without one the library makes
/// a key and keeps it in its file. It must not call the library: it is asked in the middle of a call.
#[uniffi::export(with_foreign)]
pub trait Signer: Send + Sync {
    /// How the key signs. Always the same.
    ///
    /// # Errors
    /// If the key cannot be reached.
    fn algorithm(&self) -> Result<KeyAlgorithm, HostError>;

    /// The public half, always the same: for ES256 a SEC 1 point or a `SubjectPublicKeyInfo`, as Android's
    /// `publicKey.encoded` and iOS's `SecKeyCopyExternalRepresentation` give; for Ed25519 its 32 bytes.
    ///
    /// # Errors
    /// If the key cannot be reached.
    fn public_key(&self) -> Result<Vec<u8>, HostError>;

    /// Signs this message, which for ES256 is hashed with SHA-256 first (`SHA256withECDSA`,
    /// `ecdsaSignatureMessageX962SHA256`). DER or 64 bytes.
    ///
    /// # Errors
    /// If the key did not sign: the phone is locked, the key was wiped.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, HostError>;
}

/// One look at a phone's clocks.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ClockReading {
    /// What the wall clock says.
    pub wall: Timestamp,
    /// Milliseconds since boot, counting sleep: Android's `SystemClock.elapsedRealtime`, iOS's
    /// `clock_gettime_nsec_np(CLOCK_MONOTONIC)`.
    pub boot_ms: i64,
    /// Anything that differs from boot to boot and stays the same in between, such as Android's `BOOT_COUNT`.
    pub boot: String,
}

/// Where the time is read. Without one the library asks the system. It must not call the library.
#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    /// The clocks as they stand now. If this fails, the system is asked instead.
    ///
    /// # Errors
    /// If the clocks cannot be read; the system is asked instead.
    fn read(&self) -> Result<ClockReading, HostError>;
}

/// A request to be sent as it is.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct HttpRequest {
    /// `GET`, `POST`, `HEAD`, `PATCH`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers by name, in lower case. Send them unchanged: some are signed.
    pub headers: HashMap<String, String>,
    /// The body; may be empty.
    pub body: Vec<u8>,
}

/// The reply to a request.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct HttpReply {
    /// The status, whatever it is: an error status is a reply, not a failure.
    pub status: u16,
    /// Headers by name, in any case.
    pub headers: HashMap<String, String>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Whoever speaks HTTP: OkHttp, URLSession. Without one the library speaks it itself, if it was built to.
#[uniffi::export(with_foreign)]
pub trait Transport: Send + Sync {
    /// Sends the request and gives the whole reply. Follows no redirects and never sends a request twice. Fails if no
    /// whole reply came; then nobody knows whether the request arrived, and the library asks again. Called on a thread
    /// of its own; whatever it is waiting for when a sync is cancelled may end by itself.
    ///
    /// # Errors
    /// If no whole reply came.
    fn send(&self, request: HttpRequest) -> Result<HttpReply, HostError>;
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// Every request.
    Debug,
    /// What a sync did.
    Info,
    /// What failed and may pass.
    Warn,
}

/// Where the library's log goes. Lines hold ids and counts, never names, phone numbers or what people typed.
#[uniffi::export(with_foreign)]
pub trait Logger: Send + Sync {
    /// Takes one line.
    ///
    /// # Errors
    /// If the line was not taken; nothing follows from that.
    fn log(&self, level: LogLevel, line: String) -> Result<(), HostError>;
}

/// What has to be read anew.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Change {
    /// Cases, rounds and sites that read differently, came or went. Contact data come as `contact_document` of their
    /// case.
    pub documents: Vec<DocumentId>,
    /// Edits or photos stand elsewhere than before: `status`, `edits`, `refused`.
    pub outbox: bool,
}

/// Who wants to hear of changes.
#[uniffi::export(with_foreign)]
pub trait Listener: Send + Sync {
    /// Something was written. Called on the thread of the call that wrote it, after it is on disk and before that call
    /// returns. The library may be called from here, but for `enrol`, `sync` and `fetch_…`, one of which may be the call
    /// that is waiting. Screens are to be drawn elsewhere.
    ///
    /// # Errors
    /// For the log; the other listeners are told all the same.
    fn changed(&self, change: Change) -> Result<(), HostError>;
}

/// A host's signer as the core sees it.
pub(crate) struct HostSigner {
    signer: Arc<dyn Signer>,
    algorithm: Algorithm,
    public_key: PublicKey,
}

impl HostSigner {
    /// Asks the host for the key once.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] if what it gives is no key.
    pub(crate) fn new(signer: Arc<dyn Signer>) -> Result<Self, Refusal> {
        let wrong = |why: String| Refusal::new(ErrorCode::BadRequest, format!("the signer's key: {why}"));
        let algorithm = crate::convert::To::to(signer.algorithm().map_err(|error| wrong(error.to_string()))?);
        let bytes = signer.public_key().map_err(|error| wrong(error.to_string()))?;
        let public_key =
            PublicKey::from_key_store(algorithm, &bytes).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { signer, algorithm, public_key })
    }
}

impl CoreSigner for HostSigner {
    fn public_key(&self) -> PublicKey {
        self.public_key
    }

    fn sign(&self, message: &[u8]) -> Result<CoreSignature, SignFailed> {
        let unusable = |reason: String| SignFailed::KeyUnavailable { reason };
        let bytes = self.signer.sign(message.to_vec()).map_err(|error| unusable(error.to_string()))?;
        CoreSignature::from_key_store(self.algorithm, &bytes)
            .ok_or_else(|| unusable("the signer gave something else than a signature".to_owned()))
    }
}

/// A host's clock as the core sees it.
pub(crate) struct HostClock(pub(crate) Arc<dyn Clock>);

impl core_clock::Clock for HostClock {
    fn read(&mut self) -> core_clock::ClockReading {
        match self.0.read() {
            Ok(ClockReading { wall, boot_ms, boot }) => {
                let mut name = [0; 16];
                name.copy_from_slice(&Sha256::digest(boot.as_bytes())[..16]);
                core_clock::ClockReading { wall, boot_ms, boot: BootId::from_bytes(name) }
            }
            Err(_) => SystemClock::reading(),
        }
    }
}
