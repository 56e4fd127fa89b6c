//! `POST /v1/people/{person}/login` and `/invite`: what lets somebody in. Each answer holds a secret that is told
//! this once, so the requests cannot be repeated.

use axum::response::Response;
use roundsman_sync_core::limits::ENROL_CODE_AGE_MS_MAX;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::{Nothing, Sent};
use super::super::sign_in;
use super::concerned::Judge;
use super::edit::{self, Answer};
use super::parameters::{given, required};
use crate::auth::accounts::Login;
use crate::auth::staff::Deed;
use crate::error::Problem;

/// What somebody is to sign in by.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewLogin)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LoginBody {
    #[schema(value_type = String, required, min_length = 1, max_length = 64)]
    login: Option<String>,
}

/// The account that was opened.
#[derive(Serialize, ToSchema)]
#[schema(as = OneTimeLogin)]
pub(super) struct Opened<'p> {
    login: &'p str,
    /// It opens nothing but the way to replace it. It is shown here and never again.
    one_time_password: &'p str,
}

/// Lets a person sign in, with a one-time password in place of any they had; every session of the login ends. The
/// password is in this answer and nowhere else ever again, so there is no `Idempotency-Key`: ask again for another.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/login",
    tag = "people",
    operation_id = "openLogin",
    params(("person" = String, Path, format = "uuid", description = "The id of a person")),
    request_body = LoginBody,
    responses((status = 201, description = "The password, shown this once", body = Opened<'_>)),
)]
pub(super) async fn login(
    Path(person): Path<String>,
    Sent { asker, body }: Sent<LoginBody>,
) -> Result<Response, Problem> {
    let login: Login = required("login", given("login", &body.login)?)?;
    asker.told_once()?;
    let judge = Judge::of(&asker);
    let named = person.clone();
    // Looked at before as well: nobody who may not do this makes the server hash.
    asker.app.read(move |db| Ok(judge.person(db, &named, Deed::ActAs))).await??;
    let password = sign_in::one_time(&asker.app).await?;
    edit::make(asker, move |edit| {
        let person = judge.person(edit.batch.db, &person, Deed::ActAs)?;
        edit.office.open_account(edit.batch, person, &login, &password)?;
        let opened = Opened { login: login.as_str(), one_time_password: password.reveal() };
        Ok(Answer::created(json!(opened)).about(&login))
    })
    .await
}

/// The code that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(super) struct Invited {
    /// What the person types or scans on the phone. It is shown here and never again.
    code: String,
    #[schema(format = "date-time")]
    expires: String,
}

/// Makes a code with which a person enrols one phone within ten minutes. The code is in this answer and nowhere else
/// ever again, so there is no `Idempotency-Key`: ask again for another.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/invite",
    tag = "people",
    operation_id = "invitePhone",
    params(("person" = String, Path, format = "uuid", description = "The id of a person")),
    request_body = Option<Nothing>,
    responses((status = 201, description = "The code, shown this once", body = Invited)),
)]
pub(super) async fn invite(
    Path(person): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    asker.told_once()?;
    let judge = Judge::of(&asker);
    edit::make(asker, move |edit| {
        let person = judge.person(edit.batch.db, &person, Deed::ActAs)?;
        let desk = edit.sitting();
        let code = edit.office.invite(edit.batch, &mut rand::rng(), desk, person)?;
        let expires = edit.now.plus_millis(ENROL_CODE_AGE_MS_MAX).to_string();
        Ok(Answer::created(json!(Invited { code: code.reveal(), expires })))
    })
    .await
}
