//! `GET /v1/me`, `POST /v1/password` and `/v1/logout`: a person's own account.

use axum::extract::{FromRequest, Json, Request, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::super::body;
use super::super::sign_in::{self, Replaced};
use super::super::visit::{Program, set_cookie};
use super::session::Opened;
use crate::app::App;
use crate::auth::accounts;
use crate::auth::password::PASSWORD_CHARS_MIN;
use crate::auth::session;
use crate::error::Problem;
use crate::http::address::Address;
use crate::http::openapi::words;
use crate::projection::queries;

/// Who is signed in, and as what.
#[derive(Serialize, ToSchema)]
struct Me {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    roles: Vec<MyRole>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RoleOfMine)]
struct MyRole {
    #[schema(format = "uuid")]
    site: String,
    #[schema(value_type = words::Role)]
    role: &'static str,
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "account",
    operation_id = "me",
    responses((status = 200, description = "Who asks", body = Me)),
)]
pub(super) async fn me(program: Program, asked: HeaderMap) -> Result<Response, Problem> {
    let person = program.reach.person();
    let name = program.app.read(move |db| Ok(queries::person(db, person)?.name)).await?;
    let roles = program.reach.roles().iter();
    let roles = roles.map(|(site, role)| MyRole { site: site.to_string(), role: role.as_str() }).collect();
    body::answer(&asked, &Me { id: person.to_string(), name, roles })
}

/// The password that is known, and the one to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Passwords {
    old: String,
    new: String,
}

/// Replaces the password, also one that was handed out for one use. Every session of the account ends; the
/// answer opens a new one.
#[utoipa::path(
    post,
    path = "/v1/password",
    tag = "account",
    operation_id = "changePassword",
    request_body = Passwords,
    responses((status = 200, description = "The password is replaced and a new session is open", body = Opened)),
)]
pub(super) async fn change_password(
    State(app): State<App>,
    Address(address): Address,
    program: Program,
    request: Request,
) -> Result<Response, Problem> {
    program.check_origin(request.headers())?;
    let Passwords { old, new } = body::json(Json::from_request(request, &app).await)?;
    let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
    let (token, account) = program.session()?;
    let unfit = |why: String| Err(Problem::new(ErrorCode::ValueOutOfRange, why));
    match sign_in::replace(&app, &account.login, old, new, program.origin.clone(), address).await? {
        Replaced::Done(account) => {
            let token = sign_in::open(&app, &account, token, program.origin.clone()).await?;
            let opened = Opened { csrf: token.csrf_token(), password_one_time: false };
            let mut answer = Json(opened).into_response();
            set_cookie(&mut answer, &token.set_cookie(app.secure));
            Ok(answer)
        }
        Replaced::OldWrong => Err(Problem::new(ErrorCode::LoginFailed, "'old' is not the password")),
        Replaced::Paused(wait_s) => Err(sign_in::paused(wait_s)),
        Replaced::TooShort => unfit(format!("'new' needs at least {PASSWORD_CHARS_MIN} letters")),
        Replaced::Same => unfit("'new' is the old password".to_owned()),
    }
}

/// Nothing more is to be said.
#[derive(Serialize, ToSchema)]
struct Left {}

/// Ends the session.
#[utoipa::path(
    post,
    path = "/v1/logout",
    tag = "account",
    operation_id = "signOut",
    responses((status = 200, description = "The session has ended", body = Left)),
)]
pub(super) async fn leave(program: Program, headers: HeaderMap) -> Result<Response, Problem> {
    program.check_origin(&headers)?;
    let digest = program.session()?.0.digest();
    program.app.write(move |batch, _| Ok(accounts::end_session(batch.db, &digest)?)).await?;
    let mut answer = Json(Left {}).into_response();
    set_cookie(&mut answer, &session::clear_cookie(program.app.secure));
    Ok(answer)
}
