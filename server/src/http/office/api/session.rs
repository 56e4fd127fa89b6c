//! `POST /v1/login`: a session for a program.

use axum::extract::Json;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use roundsman_sync_core::error::ErrorCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::super::body;
use super::super::sign_in::{self, Tried};
use super::super::visit::{Asking, Visit, set_cookie};
use crate::error::Problem;
use crate::http::address::Address;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Credentials {
    login: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct Opened {
    /// Goes as `X-CSRF-Token` with every request that changes something.
    pub(super) csrf: String,
    /// Whether the password must be replaced before anything else.
    pub(super) password_one_time: bool,
}

/// Opens a session. Another site cannot make a browser send this: a JSON body asks the server first.
#[utoipa::path(
    post,
    path = "/v1/login",
    tag = "account",
    operation_id = "signIn",
    request_body = Credentials,
    responses((status = 200, description = "A session is open; its cookie is in the answer", body = Opened)),
)]
pub(in super::super) async fn enter(
    visit: Visit,
    Address(address): Address,
    Asking(origin): Asking,
    given: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, Problem> {
    let given = body::json(given)?;
    let password = Zeroizing::new(given.password);
    match sign_in::try_password(&visit.app, &given.login, password, &origin, address).await? {
        Tried::Wrong => Err(Problem::new(ErrorCode::LoginFailed, "the login or the password is not right")),
        Tried::Paused(wait_s) => Err(sign_in::paused(wait_s)),
        Tried::Right(account) => {
            let token = sign_in::open(&visit.app, &account, &visit.token, origin).await?;
            let opened = Opened { csrf: token.csrf_token(), password_one_time: account.one_time };
            let mut answer = Json(opened).into_response();
            set_cookie(&mut answer, &token.set_cookie(visit.app.secure));
            Ok(answer)
        }
    }
}
