//! A request that changes something: who asks, that it is really them, what they send, and whether it is to be
//! done once however often it arrives.

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, MatchedPath, RawPathParams, Request};
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::body;
use super::visit::Program;
use crate::app::App;
use crate::audit::Origin;
use crate::auth::answers::{ONCE_KEY_CHARS_MAX, Once};
use crate::error::Problem;
use crate::projection::queries::Reach;

const ONCE: HeaderName = HeaderName::from_static("idempotency-key");

/// Whoever asks for a change, and all that is kept of the asking.
pub(super) struct Asker {
    pub(super) app: App,
    pub(super) reach: Reach,
    pub(super) origin: Origin,
    /// Method and path as the doors name them.
    pub(super) action: String,
    /// What the path names.
    pub(super) subject: String,
    /// Set if it is to be done once.
    pub(super) once: Option<Once>,
}

impl Asker {
    /// Refuses to do once what is told once: to answer it again the server would have to keep the secret.
    pub(super) fn told_once(&self) -> Result<(), Problem> {
        if self.once.is_none() {
            return Ok(());
        }
        let why = "what this answers is told once, so no answer is kept; send it without an Idempotency-Key";
        Err(Problem::new(ErrorCode::BadRequest, why))
    }
}

/// A body by somebody who may send it.
pub(super) struct Sent<T> {
    pub(super) asker: Asker,
    pub(super) body: T,
}

/// The body where nothing has to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let program = Program::from_request_parts(&mut parts, app).await?;
        program.check_origin(&parts.headers)?;
        let key = once_key(&parts.headers)?;
        let (action, subject) = named(&mut parts, app).await;
        let head = parts.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), app).await.map_err(unread)?;
        let once = key.map(|key| Once { key, request: digest(&head, &bytes) });
        // Where nothing need be said, nothing need be sent.
        let is_bare = bytes.is_empty() && !head.headers.contains_key(header::CONTENT_TYPE);
        let json = if is_bare {
            Json::from_bytes(b"{}")
        } else {
            Json::from_request(Request::from_parts(head, Body::from(bytes)), app).await
        };
        let Program { app, reach, origin, .. } = program;
        Ok(Self { asker: Asker { app, reach, origin, action, subject, once }, body: body::json(json)? })
    }
}

fn unread(rejection: BytesRejection) -> Problem {
    body::bad(rejection.status(), rejection.body_text())
}

fn once_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(ONCE) else { return Ok(None) };
    let fits = |text: &&str| {
        (1..=ONCE_KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let text = value.to_str().ok().filter(fits);
    let why = "an Idempotency-Key has 1 to 255 visible letters of ASCII";
    text.map(|text| Some(text.to_owned())).ok_or_else(|| Problem::new(ErrorCode::BadRequest, why))
}

/// What is asked for, and of what: for the audit trail.
async fn named(parts: &mut Parts, app: &App) -> (String, String) {
    let path =
        parts.extensions.get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let named = RawPathParams::from_request_parts(parts, app).await.ok();
    let named: Vec<_> = named.iter().flatten().map(|(_, value)| value.to_owned()).collect();
    (format!("{} {path}", parts.method), named.join(" "))
}

fn digest(head: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [head.method.as_str(), head.uri.path()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(body);
    hash.finalize().into()
}
