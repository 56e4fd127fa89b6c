//! `GET /v1/cases/{case}/standing`: who answers for a case, its colour, its clocks, what contradicts.

use axum::response::Response;
use http::HeaderMap;

use super::super::body;
use super::super::path::Path;
use super::super::visit::Program;
use super::cases::nothing;
use super::wire;
use crate::app::App;
use crate::error::Problem;
use crate::projection::queries::standing::standing as standing_of;
use crate::projection::queries::{self, CaseKey};

/// How the case stands now.
#[utoipa::path(
    get,
    path = "/v1/cases/{case}/standing",
    tag = "cases",
    operation_id = "readStanding",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    responses((status = 200, description = "How it stands", body = wire::Standing)),
)]
pub(in super::super) async fn standing(
    program: Program,
    asked: HeaderMap,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let reach = program.reach;
    let key: CaseKey = case.parse().unwrap_or_else(|never| match never {});
    let now = App::now();
    let found = program.app.read(move |db| match queries::case_head(db, &reach, &key)? {
        Some(head) => standing_of(db, head.id, now),
        None => Ok(None),
    });
    body::answer(&asked, &wire::Standing::from(found.await?.ok_or_else(nothing)?))
}
