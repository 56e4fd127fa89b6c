//! The checksum that a piece may come with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::headers::{UPLOAD_CHECKSUM, bad_request, text_of};

/// What `Tus-Checksum-Algorithm` says. The specification demands the first.
pub(super) const ALGORITHMS: &str = "sha1,sha256";

/// A promised checksum, and what of the piece has been seen.
#[derive(Debug)]
pub(super) struct Checksum {
    seen: Seen,
    promised: Vec<u8>,
}

#[derive(Debug)]
enum Seen {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// The one in `Upload-Checksum`, if there is one.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(text) = text_of(headers, &UPLOAD_CHECKSUM)? else { return Ok(None) };
        let (algorithm, value) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let (seen, length) = match algorithm {
            "sha1" => (Seen::Sha1(Sha1::new()), 20),
            "sha256" => (Seen::Sha256(Sha256::new()), 32),
            _ => {
                let message = format!("the algorithms of Upload-Checksum are {ALGORITHMS}");
                return Err(bad_request(message));
            }
        };
        let promised = STANDARD.decode(value.trim()).ok().filter(|promised| promised.len() == length);
        let promised = promised.ok_or_else(|| bad_request("Upload-Checksum is not well formed"))?;
        Ok(Some(Self { seen, promised }))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match &mut self.seen {
            Seen::Sha1(hasher) => hasher.update(bytes),
            Seen::Sha256(hasher) => hasher.update(bytes),
        }
    }

    /// Whether all of the piece was seen, and as it was promised.
    pub(super) fn check(self) -> Result<(), Refusal> {
        let found = match self.seen {
            Seen::Sha1(hasher) => hasher.finalize().to_vec(),
            Seen::Sha256(hasher) => hasher.finalize().to_vec(),
        };
        if found == self.promised {
            return Ok(());
        }
        let message = format!("the piece that arrived has the checksum {}", STANDARD.encode(found));
        Err(Refusal::new(ErrorCode::UploadChecksumMismatch, message))
    }
}
