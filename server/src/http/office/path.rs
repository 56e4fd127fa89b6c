//! What an address names.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use http::request::Parts;
use roundsman_sync_core::error::ErrorCode;
use serde::de::DeserializeOwned;

use crate::error::Problem;

/// The parameters of a path. Where axum answers with a text of its own, this is a problem like every other:
/// escapes that are no UTF-8 name nothing.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = axum::extract::Path::from_request_parts(parts, state).await;
        let nothing = |_: PathRejection| Problem::new(ErrorCode::NotFound, "there is nothing at this path");
        named.map(|axum::extract::Path(named)| Self(named)).map_err(nothing)
    }
}
