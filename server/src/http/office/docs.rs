//! `GET /docs`: the description of the interface for people.

use axum::response::Response;
use http::StatusCode;

use super::visit::Visit;
use crate::console;
use crate::http::openapi;

/// The page. There is nothing about anybody on it.
pub(super) async fn docs(visit: Visit) -> Response {
    visit.page(StatusCode::OK, console::docs(&visit.frame(), openapi::view()))
}
