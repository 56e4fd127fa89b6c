//! The tus 1.0 protocol (tus.io) over [`Uploads`]: core and creation, without any transport.
//!
//! Whoever carries the requests (a web server's handler, a simulated network) has already checked
//! the upload token and hands in what it grants. A body may come in any number of pieces:
//!
//! ```text
//! POST   create                        → 201, Location
//! HEAD   head                          → 200, Upload-Offset
//! PATCH  patch, piece, piece, …, end   → 204, Upload-Offset
//! ```
//!
//! When a body breaks off, [`Patch::end`] may be called or not: the pieces that came are kept either
//! way, and the next HEAD tells how far they go.
//!
//! What every reply says of a finished photo, [`Answer::arrived`], is to be recorded by the caller
//! each time it is said: the reply that said it first may have been lost with the process.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::PHOTO_BYTES_MAX;

use super::upload::check_size;
use super::{BlobError, PhotoFacts, Progress, UploadId, UploadState, Uploads};

/// The only version there is.
pub const TUS_VERSION: &str = "1.0.0";
/// The media type of a piece of a file.
pub const PIECE_MEDIA_TYPE: &str = "application/offset+octet-stream";
/// What this server can do beyond the core protocol.
const TUS_EXTENSIONS: &str = "creation";
/// Pairs in one `Upload-Metadata`; stock clients send two or three.
const METADATA_PAIRS_MAX: usize = 32;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");

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

/// A PATCH whose body is coming in.
#[derive(Debug)]
#[must_use = "without `end` the sender gets no reply"]
pub struct Patch {
    id: UploadId,
    device: DeviceId,
    offset: u64,
}

/// Answers OPTIONS: what this server speaks.
pub fn options() -> Answer {
    let mut answer = answer(StatusCode::NO_CONTENT, None);
    answer.headers.insert(TUS_VERSIONS, HeaderValue::from_static(TUS_VERSION));
    answer.headers.insert(TUS_EXTENSION, HeaderValue::from_static(TUS_EXTENSIONS));
    answer.headers.insert(TUS_MAX_SIZE, PHOTO_BYTES_MAX.into());
    answer
}

/// Answers POST: begins an upload whose address is `base`, without a slash at its end, and its id.
///
/// A repeated request is given the same upload again. The names in `Upload-Metadata` must be well
/// formed and are not believed.
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
) -> Result<Answer, Rejection> {
    check_version(headers)?;
    if headers.contains_key(UPLOAD_DEFER_LENGTH) {
        return Err(bad_request("the length has to be told at the start").into());
    }
    if let Some(text) = text_of(headers, &UPLOAD_METADATA)?.filter(|text| !text.is_empty()) {
        parse_metadata(text)?;
    }
    let size = number_of(headers, &UPLOAD_LENGTH)?;
    check_size(size)?;
    if size != grant.size {
        let message = format!("the upload token is for {} bytes, not for {size}", grant.size);
        return Err(Refusal::new(ErrorCode::UploadTokenInvalid, message).into());
    }
    let created = uploads.create(now, rng, grant.device, grant.hash, size)?;
    let mut answer = answer(StatusCode::CREATED, Some(&created.progress));
    let location = HeaderValue::try_from(format!("{base}/{}", created.id));
    let location = location.map_err(|_| bad_request("the address of this server is not an address"))?;
    answer.headers.insert(LOCATION, location);
    Ok(answer)
}

/// Answers HEAD: how far the upload is.
///
/// # Errors
/// A [`Rejection`] when the grant is not for this upload, or for what [`Uploads::settle`] refuses.
pub fn head(
    uploads: &Uploads,
    grant: &UploadGrant,
    id: &str,
    headers: &HeaderMap,
) -> Result<Answer, Rejection> {
    check_version(headers)?;
    let id = granted(uploads, grant, id)?;
    let progress = uploads.settle(id, grant.device)?;
    let mut answer = answer(StatusCode::OK, Some(&progress));
    answer.headers.insert(UPLOAD_LENGTH, progress.size.into());
    answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Begins to answer PATCH, before any of its body is read.
///
/// # Errors
/// A [`Rejection`] when the request is not well formed, the grant is not for this upload, or the
/// upload stands at another offset.
pub fn patch(
    uploads: &Uploads,
    grant: &UploadGrant,
    id: &str,
    headers: &HeaderMap,
) -> Result<Patch, Rejection> {
    check_version(headers)?;
    if text_of(headers, &CONTENT_TYPE)? != Some(PIECE_MEDIA_TYPE) {
        let message = format!("a piece of an upload is sent as {PIECE_MEDIA_TYPE}");
        return Err(Rejection { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal: bad_request(message) });
    }
    let offset = number_of(headers, &UPLOAD_OFFSET)?;
    let id = granted(uploads, grant, id)?;
    let device = grant.device;
    // Nothing is written yet: a wrong offset is told before the body is sent in vain.
    let offset = uploads.write(id, device, offset, &[])?;
    Ok(Patch { id, device, offset })
}

impl Patch {
    /// Takes the next piece of the body, of any length.
    ///
    /// # Errors
    /// A [`Rejection`] for what [`Uploads::write`] refuses; the pieces before it are kept.
    pub fn piece(&mut self, uploads: &Uploads, bytes: &[u8]) -> Result<(), Rejection> {
        self.offset = uploads.write(self.id, self.device, self.offset, bytes)?;
        Ok(())
    }

    /// Makes the pieces durable and answers.
    ///
    /// # Errors
    /// A [`Rejection`] for what [`Uploads::settle`] refuses.
    pub fn end(self, uploads: &Uploads) -> Result<Answer, Rejection> {
        let progress = uploads.settle(self.id, self.device)?;
        Ok(answer(StatusCode::NO_CONTENT, Some(&progress)))
    }
}

/// The pairs of an `Upload-Metadata` header: a key, and a value that may be empty.
///
/// # Errors
/// [`ErrorCode::BadRequest`] when it is not of the form `key base64,key base64,…`, a key comes
/// twice, or there are more pairs than any client needs.
pub fn parse_metadata(text: &str) -> Result<Vec<(&str, Vec<u8>)>, Refusal> {
    use base64::Engine;
    let mut pairs: Vec<(&str, Vec<u8>)> = Vec::new();
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = base64::engine::general_purpose::STANDARD.decode(value.trim());
        let fresh = !pairs.iter().any(|(known, _)| *known == key);
        match value {
            Ok(value) if fresh && !key.is_empty() && pairs.len() < METADATA_PAIRS_MAX => {
                pairs.push((key, value));
            }
            Ok(_) | Err(_) => return Err(bad_request("Upload-Metadata is not well formed")),
        }
    }
    Ok(pairs)
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

fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    if text_of(headers, &TUS_RESUMABLE)? == Some(TUS_VERSION) {
        return Ok(());
    }
    let message = format!("uploads speak tus {TUS_VERSION}");
    Err(Refusal::new(ErrorCode::ProtocolUnsupported, message))
}

/// The upload of that name, if it is for the granted photo. Any other looks no different from none.
fn granted(uploads: &Uploads, grant: &UploadGrant, id: &str) -> Result<UploadId, BlobError> {
    let id = id.parse()?;
    if uploads.photo_of(id, grant.device)? != grant.hash {
        return Err(Refusal::new(ErrorCode::UploadUnknown, "no upload of that name is under way").into());
    }
    Ok(id)
}

fn answer(status: StatusCode, progress: Option<&Progress>) -> Answer {
    let mut headers = version_header();
    let mut arrived = None;
    if let Some(progress) = progress {
        headers.insert(UPLOAD_OFFSET, progress.offset.into());
        arrived = match progress.state {
            UploadState::Partial => None,
            UploadState::Complete(facts) => Some(facts),
        };
    }
    Answer { status, headers, arrived }
}

fn version_header() -> HeaderMap {
    HeaderMap::from_iter([(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION))])
}

/// A header's text, or `None` if it is not there. Twice is as wrong as not being text.
fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let text = values.next().map(HeaderValue::to_str).transpose();
    match (text, values.next()) {
        (Ok(text), None) => Ok(text),
        (Ok(_) | Err(_), _) => Err(bad_request(format!("{name} is not one line of text"))),
    }
}

fn number_of(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let text = text_of(headers, name)?;
    // `parse` would take a plus sign.
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| bad_request(format!("{name} must be there and be a number of bytes")))
}

fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::BadRequest, message)
}

#[cfg(test)]
mod tests;
