//! `GET /v1/cases`, `/v1/cases/{case}` and its timeline.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::body;
use super::super::path::Path;
use super::super::visit::Program;
use super::parameters::{after, limit, status, text, word};
use super::wire;
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, CaseKey, CaseQuery};

/// The query of `/v1/cases`. A name that is not one of these is a mistake and answered as one.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Parameters {
    q: String,
    #[param(value_type = words::CaseStatus)]
    status: String,
    #[param(value_type = words::CaseKind)]
    kind: String,
    #[param(value_type = words::Urgency)]
    urgency: String,
    #[param(value_type = words::Department)]
    department: String,
    #[param(format = "uuid")]
    site: String,
    after: String,
    #[param(value_type = u16, minimum = 1, maximum = 200)]
    limit: String,
}

/// The cases in reach, the last changed first.
#[utoipa::path(
    get,
    path = "/v1/cases",
    tag = "cases",
    operation_id = "listCases",
    params(Parameters),
    responses((status = 200, description = "A page of cases", body = wire::CaseList)),
)]
pub(in super::super) async fn list(
    program: Program,
    asked: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Problem> {
    let given = body::query(parameters)?;
    let wanted = CaseQuery {
        text: text("q", &given.q)?,
        status: status(&given.status)?,
        kind: word("kind", &given.kind)?,
        urgency: word("urgency", &given.urgency)?,
        department: word("department", &given.department)?,
        site: word("site", &given.site)?,
        after: after(&given.after)?,
        limit: limit(&given.limit)?,
    };
    let reach = program.reach;
    let page = program.app.read(move |db| queries::cases(db, &reach, &wanted)).await?;
    body::answer(&asked, &wire::CaseList::from(page))
}

fn key(text: &str) -> CaseKey {
    text.parse().unwrap_or_else(|never| match never {})
}

pub(super) fn nothing() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is no such case")
}

/// One case with everything that belongs to it, by id or number.
#[utoipa::path(
    get,
    path = "/v1/cases/{case}",
    tag = "cases",
    operation_id = "readCase",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    responses((status = 200, description = "The case", body = wire::CaseDetails)),
)]
pub(in super::super) async fn one(
    program: Program,
    asked: HeaderMap,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let (reach, key) = (program.reach, key(&case));
    let found = program.app.read(move |db| queries::case(db, &reach, &key)).await?;
    body::answer(&asked, &wire::CaseDetails::from(found.ok_or_else(nothing)?))
}

/// The entries of one case in their order.
#[utoipa::path(
    get,
    path = "/v1/cases/{case}/timeline",
    tag = "cases",
    operation_id = "readTimeline",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    responses((status = 200, description = "The entries", body = wire::Timeline)),
)]
pub(in super::super) async fn timeline(
    program: Program,
    asked: HeaderMap,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let (reach, key) = (program.reach, key(&case));
    let found = program.app.read(move |db| queries::case_timeline(db, &reach, &key)).await?;
    body::answer(&asked, &wire::Timeline::from(found.ok_or_else(nothing)?))
}
