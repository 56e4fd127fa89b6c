//! Every way into the server, each with the rule of who may come in. There is no other way to add one.

use std::convert::Infallible;

use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router, middleware};
use http::Method;
use http::request::Parts;
use roundsman_sync_core::error::ErrorCode;

use crate::app::App;
use crate::auth::scope::Scope;
use crate::error::Problem;
use crate::http::headers;

/// The longest form or JSON body of the office. The longest text of a case is 20,000 letters of up to four
/// bytes, which a form writes as three characters each.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: there is nothing about people or the estate behind it, or it is the way to sign in.
    Anybody,
    /// A phone, by its signature or upload token.
    Device,
    /// Somebody who works in an office, with a browser.
    Page,
    /// Somebody who works in an office, with a session, or with an API key of this scope.
    Office(Scope),
    /// Somebody with a session, whatever they do: about their own account.
    Account,
}

/// One door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The method; `HEAD` goes with `GET`.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may come in.
    pub rule: Rule,
}

/// Doors as they are added.
#[derive(Default)]
pub struct Doors {
    router: Router<App>,
    list: Vec<Door>,
}

impl Doors {
    /// Adds a door. The handler finds the rule among the request's extensions and cannot ask for who comes in
    /// without it being checked.
    #[must_use]
    pub fn door<H, T>(mut self, method: Method, path: &'static str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let mut guarded = on(filter, handler).layer::<_, Infallible>(Extension(rule));
        // Phones have bounds of their own, and count the bytes of headers.
        if rule != Rule::Device {
            guarded = guarded
                .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
                .layer(middleware::map_response(headers::protect));
        }
        self.router = self.router.route(path, guarded);
        self.list.push(Door { method, path, rule });
        self
    }

    /// The same for several methods of one path that one handler takes.
    #[must_use]
    pub fn doors<H, T>(self, methods: &[Method], path: &'static str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        methods.iter().fold(self, |doors, method| doors.door(method.clone(), path, rule, handler.clone()))
    }

    /// The router, and the list of all doors.
    pub fn open(self) -> (Router<App>, Vec<Door>) {
        (self.router, self.list)
    }
}

/// Answers what knocks at no door by a method that none of the path takes.
pub async fn method_not_allowed() -> Response {
    let why = "this path does not take that method; see Allow";
    let mut response = Problem::new(ErrorCode::MethodNotAllowed, why).into_response();
    headers::protect_in_place(&mut response);
    response
}

impl<S: Sync> FromRequestParts<S> for Rule {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // What came in by no door was let in by nobody.
        parts.extensions.get::<Self>().copied().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "a path without a rule");
            Problem::new(ErrorCode::NotFound, "there is nothing at this path")
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use axum::body::Body;
    use axum::routing::get;
    use http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_path_that_somebody_adds_past_the_doors_lets_nobody_in() {
        let forgotten = Router::new().route("/v1/forgotten", get(|_: Rule| async { "in" }));
        let request = Request::get("/v1/forgotten").body(Body::empty()).unwrap();
        let response = forgotten.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn no_door_is_there_twice() {
        let mut doors: Vec<_> =
            crate::router::doors().1.iter().map(|door| format!("{} {}", door.method, door.path)).collect();
        doors.sort_unstable();
        let count = doors.len();
        doors.dedup();
        assert_eq!(doors.len(), count);
    }
}
