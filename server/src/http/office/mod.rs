//! The office in a browser, and the same data as JSON for programs that hold a session.
//!
//! What always holds:
//! - Nobody sees a case, a photo or a signature but through a query that was given their
//!   [`Reach`](crate::projection::queries::Reach). What is out of reach is answered like what does not exist.
//! - Nothing is changed without a proof that the request comes from our own pages (`csrf`).
//! - A session's token is made at sign-in and never taken over from the browser.

mod api;
mod assets;
mod body;
mod docs;
mod login;
mod pages;
mod path;
mod pictures;
mod quarantine;
mod sent;
mod sign_in;
mod views;
mod visit;

use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use http::Method;
use roundsman_sync_core::error::ErrorCode;

use crate::app::App;
use crate::console::{Failure, paths};
use crate::error::Problem;
use crate::http::doors::Doors;
use crate::http::doors::Rule::{Anybody, Page};
use crate::http::headers;

pub(in crate::http) use api::described::Described;
pub(super) use visit::Program;
use visit::Visit;

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// Every door of the console and of the API.
pub fn doors(doors: Doors) -> Doors {
    api::doors(pages_of(doors))
}

fn pages_of(doors: Doors) -> Doors {
    doors
        .door(GET, paths::CASES, Page, pages::list)
        .door(GET, "/cases/{case}", Page, pages::case)
        .door(GET, "/cases/{case}/signatures/{sign_off}", Page, pictures::signature)
        .door(GET, "/photos/{hash}", Page, pictures::shown)
        .door(GET, paths::QUARANTINE, Page, quarantine::list)
        .door(GET, paths::WAITING, Page, quarantine::waiting)
        .door(GET, "/quarantine/{change}", Page, quarantine::one)
        .door(POST, quarantine::SALVAGE, Page, quarantine::salvage)
        .door(POST, quarantine::CLOSE, Page, quarantine::close)
        .door(GET, paths::LOGIN, Anybody, login::form)
        .door(POST, paths::LOGIN, Anybody, login::enter)
        .door(POST, paths::LOGOUT, Anybody, login::leave)
        .door(GET, paths::PASSWORD, Anybody, login::password_form)
        .door(POST, paths::PASSWORD, Anybody, login::change_password)
        .door(POST, paths::LANGUAGE, Anybody, login::language)
        .door(GET, paths::DOCS, Anybody, docs::docs)
        .door(GET, "/assets/{file}", Anybody, assets::asset)
}

/// The answer for a path that leads nowhere: a page under the console, a problem under `/v1/`.
pub async fn not_found(State(app): State<App>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut response = if parts.uri.path().starts_with("/v1/") {
        Problem::new(ErrorCode::NotFound, "there is nothing at this path").into_response()
    } else {
        match Visit::from_request_parts(&mut parts, &app).await {
            Ok(visit) => visit.failure(Failure::NotFound),
            Err(problem) => problem.into_response(),
        }
    };
    headers::protect_in_place(&mut response);
    response
}
