//! An id for every request: in the answer's header, in every error's body, and in the log.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

use crate::error::Problem;

/// The header that carries the id, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id taken over from a client or a proxy in front; a longer one is replaced.
const LENGTH_CHARS_MAX: usize = 64;

/// The id of a request, as an extension of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Gives each request an id (its own if it brought a decent one) and writes it into the answer.
///
/// This is the outermost layer: an error made anywhere further in gets its `request_id` here.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(&HEADER).and_then(taken_over).unwrap_or_else(fresh);
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(HEADER, value);
    }
    request.extensions_mut().insert(RequestId(id.clone()));
    let span =
        tracing::info_span!("request", id = %id, method = %request.method(), path = request.uri().path());
    let mut response = next.run(request).instrument(span).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // What layers in between have added to the headers stays.
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(http::header::CONTENT_LENGTH);
        response = Response::from_parts(parts, problem.reply(&id).into_body().into());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// The client's own id, if it can go into a log line and a header as it is.
fn taken_over(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = !text.is_empty() && text.len() <= LENGTH_CHARS_MAX && text.bytes().all(plain);
    fits.then(|| text.to_owned())
}

/// 128 random bits. Nothing is decided by it, so a failing source gives the nil id rather than an error.
fn fresh() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        tracing::warn!("no randomness for a request id");
    }
    uuid::Uuid::from_bytes(bytes).simple().to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn an_id_that_could_break_a_log_line_is_not_taken_over() {
        assert_eq!(taken_over(&HeaderValue::from_static("edge-7.a_1")), Some("edge-7.a_1".to_owned()));
        for bad in ["", "a b", "a\"b", "编号", &"x".repeat(65)] {
            let value = HeaderValue::from_bytes(bad.as_bytes()).unwrap();
            assert_eq!(taken_over(&value), None, "{bad}");
        }
    }
}
