//! The tus 1.0 protocol (tus.io) over [`Uploads`], without any transport: the core, and the extensions
//! creation, creation-with-upload, checksum, termination and expiration.
//!
//! Whoever carries the requests (a web server's handler, a simulated network) has already checked
//! the upload token and hands in what it grants. A body may come in any number of pieces:
//!
//! ```text
//! POST   create, piece, …, end          → 201, Location, Upload-Offset, Upload-Expires
//! HEAD   head                           → 200, Upload-Offset
//! PATCH  patch, piece, piece, …, end    → 204, Upload-Offset, Upload-Expires
//! DELETE terminate                      → 204
//! ```
//!
//! When a body breaks off, [`Intake::end`] may be called or not: without a checksum the pieces that came
//! are kept either way, and the next HEAD tells how far they go; with one, none of them is.
//!
//! What every reply says of a finished photo, [`Answer::arrived`], is to be recorded by the caller
//! each time it is said: the reply that said it first may have been lost with the process.

mod checksum;
mod headers;
mod intake;

use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::PHOTO_BYTES_MAX;

use super::upload::{Promise, check_size};
use super::{BlobError, PhotoFacts, Progress, UploadId, UploadState, Uploads};
use crate::error::CHECKSUM_MISMATCH;
use headers::{
    TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSIONS, UPLOAD_DEFER_LENGTH, UPLOAD_EXPIRES,
    UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET, bad_request, check_version, has_piece, http_date,
    number_of, text_of, version_header,
};
use intake::Body;

pub use headers::parse_metadata;
pub use intake::Intake;

/// The only version there is.
pub const TUS_VERSION: &str = "1.0.0";
/// The media type of a piece of a file.
pub const PIECE_MEDIA_TYPE: &str = "application/offset+octet-stream";
/// What this server can do beyond the core protocol.
const TUS_EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination,expiration";

/// What an upload token allows: this device to bring this photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadGrant {
    /// Who uploads.
    pub device: DeviceId,
    /// The promised hash.
    pub hash: PhotoHash,
    /// The promised size in bytes.
    pub size: u64,
}

/// A reply that did what was asked. It never has a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of the reply.
    pub status: StatusCode,
    /// The headers of the reply.
    pub headers: HeaderMap,
    /// The photo, if all of it is in the store now.
    pub arrived: Option<PhotoFacts>,
}

/// A reply that did not: the caller makes the body out of the refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The status of the reply.
    pub status: StatusCode,
    /// What was wrong.
    pub refusal: Refusal,
}

/// Answers OPTIONS: what this server speaks.
pub fn options() -> Answer {
    let mut answer = answer(StatusCode::NO_CONTENT, None);
    answer.headers.insert(TUS_VERSIONS, HeaderValue::from_static(TUS_VERSION));
    answer.headers.insert(TUS_EXTENSION, HeaderValue::from_static(TUS_EXTENSIONS));
    answer.headers.insert(TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(checksum::ALGORITHMS));
    answer.headers.insert(TUS_MAX_SIZE, PHOTO_BYTES_MAX.into());
    answer
}

/// Begins to answer POST: begins an upload whose address is `base`, without a slash at its end, and its
/// id. The body may be the beginning of the photo.
///
/// A repeated request is given the same upload again; what it has of the body already is passed over. The
/// pairs in `Upload-Metadata` must be well formed, are said again by HEAD, and are not believed.
///
/// # Errors
/// A [`Rejection`] when the request is not well formed, the length is not the granted one, or for
/// what [`Uploads::create`] refuses.
pub fn create(
    uploads: &Uploads,
    now: Timestamp,
    rng: &mut dyn Rng,
    grant: &UploadGrant,
    base: &str,
    headers: &HeaderMap,
) -> Result<Intake, Rejection> {
    check_version(headers)?;
    if headers.contains_key(UPLOAD_DEFER_LENGTH) {
        return Err(bad_request("the length has to be told at the start").into());
    }
    let metadata = text_of(headers, &UPLOAD_METADATA)?.filter(|text| !text.is_empty());
    metadata.map(parse_metadata).transpose()?;
    let size = number_of(headers, &UPLOAD_LENGTH)?;
    check_size(size)?;
    if size != grant.size {
        let message = format!("the upload token is for {} bytes, not for {size}", grant.size);
        return Err(Refusal::new(ErrorCode::UploadTokenInvalid, message).into());
    }
    let (device, hash) = (grant.device, grant.hash);
    let promise = Promise { device, hash, size, metadata: metadata.map(str::to_owned) };
    let created = uploads.create(now, rng, &promise)?;
    let location = HeaderValue::try_from(format!("{base}/{}", created.id));
    let location = location.map_err(|_| bad_request("the address of this server is not an address"))?;
    let body = if has_piece(headers)? {
        Intake::body(uploads, now, (created.id, device), (0, created.progress.offset), headers)?
    } else {
        Body::None(created.progress)
    };
    Ok(Intake { id: created.id, device, body, created: Some(location) })
}

/// Answers HEAD: how far the upload is.
///
/// # Errors
/// A [`Rejection`] when the grant is not for this upload, or for what [`Uploads::settle`] refuses.
pub fn head(
    uploads: &Uploads,
    now: Timestamp,
    grant: &UploadGrant,
    id: &str,
    headers: &HeaderMap,
) -> Result<Answer, Rejection> {
    check_version(headers)?;
    let id = granted(uploads, now, grant, id)?;
    let progress = uploads.settle(now, id, grant.device)?;
    let mut answer = answer(StatusCode::OK, Some(&progress));
    answer.headers.insert(UPLOAD_LENGTH, progress.size.into());
    answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let metadata = uploads.metadata_of(now, id, grant.device)?;
    if let Some(metadata) = metadata.and_then(|text| HeaderValue::try_from(text).ok()) {
        answer.headers.insert(UPLOAD_METADATA, metadata);
    }
    Ok(answer)
}

/// Begins to answer PATCH, before any of its body is read.
///
/// # Errors
/// A [`Rejection`] when the request is not well formed, the grant is not for this upload, or the
/// upload stands at another offset.
pub fn patch(
    uploads: &Uploads,
    now: Timestamp,
    grant: &UploadGrant,
    id: &str,
    headers: &HeaderMap,
) -> Result<Intake, Rejection> {
    check_version(headers)?;
    if !has_piece(headers)? {
        return Err(not_a_piece());
    }
    let offset = number_of(headers, &UPLOAD_OFFSET)?;
    let (id, device) = (granted(uploads, now, grant, id)?, grant.device);
    let body = Intake::body(uploads, now, (id, device), (offset, offset), headers)?;
    Ok(Intake { id, device, body, created: None })
}

/// Answers DELETE: the upload is gone, and so are its bytes. A photo that is whole stays.
///
/// # Errors
/// A [`Rejection`] when the grant is not for this upload, or for what [`Uploads::terminate`] refuses.
pub fn terminate(
    uploads: &Uploads,
    now: Timestamp,
    grant: &UploadGrant,
    id: &str,
    headers: &HeaderMap,
) -> Result<Answer, Rejection> {
    check_version(headers)?;
    let id = granted(uploads, now, grant, id)?;
    uploads.terminate(now, id, grant.device)?;
    Ok(answer(StatusCode::NO_CONTENT, None))
}

/// The status that a tus client expects for a refusal.
pub const fn status_of(code: ErrorCode) -> StatusCode {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "uploads meet few of the codes that exist, and a new one elsewhere is not theirs"
    )]
    match code {
        ErrorCode::UploadOffsetMismatch => StatusCode::CONFLICT,
        ErrorCode::UploadUnknown | ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::UploadTokenInvalid => StatusCode::FORBIDDEN,
        ErrorCode::PhotoTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::PhotoEmpty | ErrorCode::PhotoHashMismatch => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::ProtocolUnsupported => StatusCode::PRECONDITION_FAILED,
        ErrorCode::UploadQuota => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::UploadChecksumMismatch => CHECKSUM_MISMATCH,
        ErrorCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl Rejection {
    /// Headers that the reply must have beside those of its body.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = version_header();
        if self.refusal.code == ErrorCode::ProtocolUnsupported {
            headers.insert(TUS_VERSIONS, HeaderValue::from_static(TUS_VERSION));
        }
        headers
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self { status: status_of(refusal.code), refusal }
    }
}

impl From<BlobError> for Rejection {
    fn from(error: BlobError) -> Self {
        if !matches!(error, BlobError::Refused(_)) {
            tracing::error!(%error, "an upload met a failing disk");
        }
        error.refusal().into()
    }
}

/// The upload of that name, if it is for the granted photo. Any other looks no different from none.
fn granted(uploads: &Uploads, now: Timestamp, grant: &UploadGrant, id: &str) -> Result<UploadId, BlobError> {
    let id = id.parse()?;
    if uploads.photo_of(now, id, grant.device)? != grant.hash {
        return Err(Refusal::new(ErrorCode::UploadUnknown, "no upload of that name is under way").into());
    }
    Ok(id)
}

/// The rejection of a body of another type.
fn not_a_piece() -> Rejection {
    let message = format!("a piece of an upload is sent as {PIECE_MEDIA_TYPE}");
    Rejection { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal: bad_request(message) }
}

/// The answer to a POST, which has the address, or to a PATCH.
fn taken(progress: &Progress, location: Option<HeaderValue>) -> Answer {
    let status = if location.is_some() { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    let mut answer = answer(status, Some(progress));
    answer.headers.extend(location.map(|location| (LOCATION, location)));
    answer
}

fn answer(status: StatusCode, progress: Option<&Progress>) -> Answer {
    let mut headers = version_header();
    let mut arrived = None;
    if let Some(progress) = progress {
        headers.insert(UPLOAD_OFFSET, progress.offset.into());
        match progress.state {
            UploadState::Partial => {
                if let Some(expires) = http_date(progress.expires) {
                    headers.insert(UPLOAD_EXPIRES, expires);
                }
            }
            UploadState::Complete(facts) => arrived = Some(facts),
        }
    }
    Answer { status, headers, arrived }
}

#[cfg(test)]
mod tests;
