//! A body on its way into an upload.

use http::{HeaderMap, HeaderValue};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::DeviceId;

use super::checksum::Checksum;
use super::{Answer, Rejection, not_a_piece, taken};
use crate::blobs::{CheckedPiece, Progress, UploadId, Uploads};

/// A request whose body is coming in.
#[derive(Debug)]
#[must_use = "without `end` the sender gets no reply"]
pub struct Intake {
    pub(super) id: UploadId,
    pub(super) device: DeviceId,
    pub(super) body: Body,
    /// The address, if the request has made the upload.
    pub(super) created: Option<HeaderValue>,
}

/// What the body is.
#[derive(Debug)]
pub(super) enum Body {
    /// Nothing. The upload stands where its creation found it.
    None(Progress),
    /// Bytes that count as they come.
    Plain {
        /// Where the next one goes.
        offset: u64,
        /// Bytes of the body, from its start, that are here already.
        known: u64,
    },
    /// Bytes that count once all of them are known to be right.
    Checked {
        checksum: Checksum,
        piece: CheckedPiece,
        /// As in `Plain`.
        known: u64,
    },
}

impl Intake {
    /// Takes the next bytes of the body, any number of them.
    ///
    /// # Errors
    /// A [`Rejection`] for what [`Uploads::write`] refuses; of a body without a checksum what came before
    /// is kept.
    pub fn piece(&mut self, uploads: &Uploads, now: Timestamp, bytes: &[u8]) -> Result<(), Rejection> {
        match &mut self.body {
            Body::None(_) if bytes.is_empty() => {}
            Body::None(_) => return Err(not_a_piece()),
            Body::Plain { offset, known } => {
                let fresh = after_known(known, bytes);
                *offset = uploads.write(now, self.id, self.device, *offset, fresh)?;
            }
            Body::Checked { checksum, piece, known } => {
                checksum.update(bytes);
                uploads.write_checked(now, piece, after_known(known, bytes))?;
            }
        }
        Ok(())
    }

    /// Makes what came durable and answers.
    ///
    /// # Errors
    /// A [`Rejection`] for what [`Uploads::settle`] refuses, or for a wrong checksum; of such a body
    /// nothing is kept.
    pub fn end(self, uploads: &Uploads, now: Timestamp) -> Result<Answer, Rejection> {
        let progress = match self.body {
            Body::None(progress) => progress,
            Body::Plain { .. } => uploads.settle(now, self.id, self.device)?,
            Body::Checked { checksum, piece, .. } => {
                if let Err(refusal) = checksum.check() {
                    uploads.drop_checked(now, &piece)?;
                    return Err(refusal.into());
                }
                uploads.keep_checked(now, &piece)?
            }
        };
        Ok(taken(&progress, self.created))
    }

    /// Begins to take in a body whose first byte is byte `offset` of the photo, for an upload that stands
    /// at `stands`.
    pub(super) fn body(
        uploads: &Uploads,
        now: Timestamp,
        (id, device): (UploadId, DeviceId),
        (offset, stands): (u64, u64),
        headers: &HeaderMap,
    ) -> Result<Body, Rejection> {
        let known = stands.saturating_sub(offset);
        Ok(match Checksum::of(headers)? {
            None => {
                // Nothing is written yet: a wrong offset is told before the body is sent in vain.
                let offset = uploads.write(now, id, device, stands, &[])?;
                Body::Plain { offset, known }
            }
            Some(checksum) => {
                let piece = uploads.begin_checked(now, id, device, stands)?;
                Body::Checked { checksum, piece, known }
            }
        })
    }
}

/// What of `bytes` comes after the `known` bytes that still are to be passed over.
fn after_known<'a>(known: &mut u64, bytes: &'a [u8]) -> &'a [u8] {
    let passed = usize::try_from(*known).map_or(bytes.len(), |known| known.min(bytes.len()));
    *known -= u64::try_from(passed).unwrap_or(*known);
    &bytes[passed..]
}
