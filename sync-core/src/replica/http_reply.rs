//! Replies that are not what was hoped for, and what a message weighs on the wire.

use http::HeaderMap;
use http::Response;

use crate::error::{ErrorCode, Refusal};

/// A problem body longer than this is not read.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;
/// Letters of the server's own words that are kept.
const DETAIL_CHARS_MAX: usize = 500;

/// The two fields of a problem (RFC 9457) that a device looks at.
#[derive(serde::Deserialize)]
struct Problem {
    code: Option<String>,
    detail: Option<String>,
}

/// What a reply with an error status says: its stable code if it carries one that is known.
pub(super) fn refusal_in(reply: &Response<Vec<u8>>) -> Refusal {
    let status = reply.status();
    let body = Some(reply.body()).filter(|body| body.len() <= PROBLEM_BYTES_MAX);
    let problem: Option<Problem> = body.and_then(|body| serde_json::from_slice(body).ok());
    let code = problem.as_ref().and_then(|problem| ErrorCode::from_text(problem.code.as_deref()?));
    let detail = problem.and_then(|problem| problem.detail).unwrap_or_default();
    let detail: String = detail.chars().take(DETAIL_CHARS_MAX).collect();
    let message = format!("the server answered {}: {detail}", status.as_u16());
    Refusal::new(code.unwrap_or(ErrorCode::LinkFailed), message)
}

/// The one value of a header, if it is there and is text.
pub(super) fn header<'r>(headers: &'r HeaderMap, name: &str) -> Option<&'r str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A header that holds a number.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    header(headers, name)?.parse().ok()
}

/// The bytes of headers as HTTP/1.1 writes them, with the empty line after them.
pub(super) fn header_bytes(headers: &HeaderMap) -> u64 {
    let lines = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    length(lines.sum::<usize>() + "\r\n".len())
}

/// A length as a count of bytes.
pub(super) fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn reply(status: u16, body: &str) -> Response<Vec<u8>> {
        Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_problem_tells_its_code_and_anything_else_is_a_failed_link() {
        let known = reply(403, r#"{"type":"x","code":"device_revoked","detail":"lost phone","status":403}"#);
        assert_eq!(refusal_in(&known).code, ErrorCode::DeviceRevoked);
        assert!(refusal_in(&known).message.ends_with("lost phone"));
        for body in ["", "<html>502 Bad Gateway</html>", r#"{"code":"from_the_future"}"#, r#"{"code":7}"#] {
            assert_eq!(refusal_in(&reply(502, body)).code, ErrorCode::LinkFailed);
        }
    }
}
