//! Headers of tus: their names, and reading them strictly.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::limits::UPLOAD_METADATA_CHARS_MAX;

use super::{PIECE_MEDIA_TYPE, TUS_VERSION};

pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const TUS_VERSIONS: HeaderName = HeaderName::from_static("tus-version");
pub(super) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(super) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// Pairs in one `Upload-Metadata`; stock clients send two or three.
pub(super) const METADATA_PAIRS_MAX: usize = 32;

/// The pairs of an `Upload-Metadata` header: a key, and a value that may be empty.
///
/// # Errors
/// [`ErrorCode::BadRequest`] when it is not of the form `key base64,key base64,…`, a key comes
/// twice, or it is longer than any client needs.
pub fn parse_metadata(text: &str) -> Result<Vec<(&str, Vec<u8>)>, Refusal> {
    use base64::Engine;
    if text.len() > UPLOAD_METADATA_CHARS_MAX {
        let message = format!("Upload-Metadata is longer than {UPLOAD_METADATA_CHARS_MAX} letters");
        return Err(bad_request(message));
    }
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

pub(super) fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    if text_of(headers, &TUS_RESUMABLE)? == Some(TUS_VERSION) {
        return Ok(());
    }
    let message = format!("uploads speak tus {TUS_VERSION}");
    Err(Refusal::new(ErrorCode::ProtocolUnsupported, message))
}

/// Whether the body is a piece of a file.
pub(super) fn has_piece(headers: &HeaderMap) -> Result<bool, Refusal> {
    Ok(text_of(headers, &CONTENT_TYPE)? == Some(PIECE_MEDIA_TYPE))
}

pub(super) fn version_header() -> HeaderMap {
    HeaderMap::from_iter([(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION))])
}

/// A moment as HTTP writes it (RFC 9110, 5.6.7).
pub(super) fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let at = chrono::DateTime::from_timestamp_millis(at.millis())?;
    HeaderValue::try_from(at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

/// A header's text, or `None` if it is not there. Twice is as wrong as not being text.
pub(super) fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let text = values.next().map(HeaderValue::to_str).transpose();
    match (text, values.next()) {
        (Ok(text), None) => Ok(text),
        (Ok(_) | Err(_), _) => Err(bad_request(format!("{name} is not one line of text"))),
    }
}

pub(super) fn number_of(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let text = text_of(headers, name)?;
    // `parse` would take a plus sign.
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| bad_request(format!("{name} must be there and be a number of bytes")))
}

pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::BadRequest, message)
}
