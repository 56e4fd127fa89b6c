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
mod headers;
mod login;
mod pages;
mod pictures;
mod quarantine;
mod sign_in;
mod views;
mod visit;

use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use roundsman_sync_core::error::ErrorCode;

use crate::app::App;
use crate::console::{Failure, paths};
use crate::error::Problem;

use visit::Visit;

/// The longest form or JSON body of the office. The longest text of a case is 20,000 letters of up to four
/// bytes, which a form writes as three characters each.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Every path of the console and of the API for session holders.
pub fn routes() -> axum::Router<App> {
    axum::Router::new()
        .route(paths::CASES, get(pages::list))
        .route("/cases/{case}", get(pages::case))
        .route("/cases/{case}/signatures/{sign_off}", get(pictures::signature))
        .route("/photos/{hash}", get(pictures::shown))
        .route(paths::QUARANTINE, get(quarantine::list))
        .route(paths::WAITING, get(quarantine::waiting))
        .route("/quarantine/{change}", get(quarantine::one))
        .route("/quarantine/{change}/salvage", post(quarantine::salvage))
        .route("/quarantine/{change}/close", post(quarantine::close))
        .route(paths::LOGIN, get(login::form).post(login::enter))
        .route(paths::LOGOUT, post(login::leave))
        .route(paths::PASSWORD, get(login::password_form).post(login::change_password))
        .route(paths::LANGUAGE, post(login::language))
        .route("/assets/{file}", get(assets::asset))
        .route("/v1/login", post(api::session::enter))
        .route("/v1/cases", get(api::cases::list).post(api::create::create))
        .route("/v1/cases/{case}", get(api::cases::one))
        .route("/v1/cases/{case}/timeline", get(api::cases::timeline))
        .route("/v1/cases/{case}/standing", get(api::standing::standing))
        .route("/v1/cases/{case}/classify", post(api::classify::classify))
        .route("/v1/cases/{case}/describe", post(api::classify::describe))
        .route("/v1/cases/{case}/dispatch", post(api::orders::dispatch))
        .route("/v1/cases/{case}/orders/{order}/sort", post(api::orders::sort))
        .route("/v1/cases/{case}/orders/{order}/assign", post(api::orders::assign))
        .route("/v1/cases/{case}/orders/{order}/take", post(api::orders::take))
        .route("/v1/cases/{case}/entries", post(api::entries::record))
        .route("/v1/cases/{case}/sign-offs", post(api::contact::sign_off))
        .route("/v1/cases/{case}/contact", post(api::contact::contact))
        .route("/v1/cases/{case}/resolve", post(api::resolve::resolve))
        .route("/v1/rounds", get(api::rounds::list))
        .route("/v1/rounds/due", get(api::rounds::due))
        .route("/v1/rounds/{round}", get(api::rounds::one))
        .route("/v1/conflicts", get(api::lists::conflicts))
        .route("/v1/quarantine", get(api::quarantine::list))
        .route("/v1/quarantine/waiting", get(api::quarantine::waiting))
        .route("/v1/quarantine/{change}", get(api::quarantine::one))
        .route("/v1/quarantine/{change}/salvage", post(api::quarantine::salvage))
        .route("/v1/quarantine/{change}/close", post(api::quarantine::close))
        .route("/v1/devices", get(api::lists::devices))
        .route("/v1/people", get(api::lists::people))
        .route("/v1/kpis", get(api::kpis::kpis))
        .route("/v1/photos/{hash}", get(pictures::original))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::map_response(headers::protect))
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

async fn method_not_allowed() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "this path does not take that method; see Allow")
}
