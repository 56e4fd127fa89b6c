//! `POST /v1/cases/{case}/resolve`: settling a parallel edit by saying which of the values holds.

use axum::response::Response;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::rules::settling;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::edit;
use crate::error::Problem;

/// Which field, and which of its values: both as `/v1/conflicts` spells them.
#[derive(Deserialize, ToSchema)]
#[schema(as = Resolution)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Body {
    field: String,
    choice: String,
}

/// Settles a parallel edit. A field that already says so alone stays as it is.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/resolve",
    tag = "cases",
    operation_id = "resolveConflict",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = Body,
    responses((status = 200, description = "It is settled", body = edit::Changed)),
)]
pub(in super::super) async fn resolve(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<Body>,
) -> Result<Response, Problem> {
    let Body { field, choice } = body;
    edit::of_case(asker, &case, move |edit, head| {
        let case = edit.read(head)?;
        if field == "about" && case.about.all().contains(&edit.reach.person()) {
            let why = "whoever a complaint is about does not sort it";
            return Err(Problem::new(ErrorCode::Recused, why));
        }
        let command = settling(head.id, &case, &field, &choice).ok_or_else(|| {
            let why = format!("the case has no field '{field}' that holds '{choice}'; see /v1/conflicts");
            Problem::new(ErrorCode::ValueOutOfRange, why)
        })?;
        edit.give(&command)
    })
    .await
}
