//! Bodies and queries of requests, with clear errors; bodies of answers.

use axum::body::Body;
use axum::extract::rejection::{FormRejection, JsonRejection, QueryRejection};
use axum::extract::{Form, Json, Query};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Problem;

/// A form, if it is one.
pub(super) fn form<T>(form: Result<Form<T>, FormRejection>) -> Result<T, Problem> {
    form.map(|Form(value)| value).map_err(|rejection| bad(rejection.status(), rejection.body_text()))
}

/// A JSON body, if it is one.
pub(super) fn json<T>(json: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    json.map(|Json(value)| value).map_err(|rejection| bad(rejection.status(), rejection.body_text()))
}

/// The query of an address, if it is one.
pub(super) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    query.map(|Query(value)| value).map_err(|rejection| bad(rejection.status(), rejection.body_text()))
}

pub(super) fn bad(status: StatusCode, detail: String) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(ErrorCode::BodyTooLarge, detail);
    }
    // 415 for a body that is not JSON, 422 for JSON of another shape: the code says the same of both.
    Problem { status, ..Problem::new(ErrorCode::BadRequest, detail) }
}

/// An answer in JSON. Its `ETag` is a digest of the body: whoever shows it again is told when nothing
/// has changed.
pub(super) fn answer<T: Serialize>(asked: &HeaderMap, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::new(ErrorCode::Internal, "the answer could not be written")
    })?;
    let digest = Sha256::digest(&body);
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let mut response = if is_known(asked, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(body))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // It may be kept by whoever asked, and must be asked for again each time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, Authorization"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Whether `If-None-Match` names this tag.
pub(super) fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}
