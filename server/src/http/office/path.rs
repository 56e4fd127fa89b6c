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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use axum::Router;
    use axum::routing::get;
    use http::{Request, StatusCode, header};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_name_that_is_no_utf8_is_answered_like_what_is_not_there() {
        let named = |Path(name): Path<String>| async move { name };
        let router: Router = Router::new().route("/cases/{case}", get(named));
        let ask =
            |path: &str| router.clone().oneshot(Request::get(path).body(axum::body::Body::empty()).unwrap());
        let answer = ask("/cases/%FF").await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(ask("/cases/R000001").await.unwrap().status(), StatusCode::OK);
    }
}
