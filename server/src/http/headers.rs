//! Headers that every answer carries but those to phones, which count bytes and show nothing.

use axum::response::Response;
use http::header::{self, HeaderName, HeaderValue};

use crate::console::CONTENT_SECURITY_POLICY;

/// Headers set on every answer. Those that a handler has set itself stay.
const PROTECTION: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    // Photos and data of cases are for our own pages only, wherever another page asks for them.
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    // What has no word of its own about caching is about people: it stays in no cache.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The layer that sets them.
pub(super) async fn protect(mut response: Response) -> Response {
    protect_in_place(&mut response);
    response
}

/// The same, for an answer that no layer of the office sees.
pub(super) fn protect_in_place(response: &mut Response) {
    for (name, value) in PROTECTION {
        response.headers_mut().entry(name).or_insert(value);
    }
}
