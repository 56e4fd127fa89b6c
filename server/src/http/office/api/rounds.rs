//! `GET /v1/rounds`, `/v1/rounds/due` and `/v1/rounds/{round}`.

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
use super::parameters::{after, limit, moment, word};
use super::wire;
use crate::app::App;
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, RoundQuery};

/// The query of `/v1/rounds`. A name that is not one of these is a mistake and answered as one.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Parameters {
    #[param(format = "uuid")]
    site: String,
    #[param(value_type = words::RoundKind)]
    kind: String,
    #[param(format = "uuid")]
    person: String,
    #[param(format = "uuid")]
    case: String,
    #[param(format = "date-time")]
    from: String,
    #[param(format = "date-time")]
    to: String,
    after: String,
    #[param(value_type = u16, minimum = 1, maximum = 200)]
    limit: String,
}

/// The rounds in reach, the last changed first.
#[utoipa::path(
    get,
    path = "/v1/rounds",
    tag = "rounds",
    operation_id = "listRounds",
    params(Parameters),
    responses((status = 200, description = "A page of rounds", body = wire::RoundList)),
)]
pub(in super::super) async fn list(
    program: Program,
    asked: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Problem> {
    let given = body::query(parameters)?;
    let wanted = RoundQuery {
        site: word("site", &given.site)?,
        kind: word("kind", &given.kind)?,
        person: word("person", &given.person)?,
        case: word("case", &given.case)?,
        from: moment("from", &given.from)?,
        to: moment("to", &given.to)?,
        after: after(&given.after)?,
        limit: limit(&given.limit)?,
    };
    let (reach, now) = (program.reach, App::now());
    let page = program.app.read(move |db| queries::rounds(db, &reach, &wanted, now)).await?;
    body::answer(&asked, &wire::RoundList::from(page))
}

/// The query of `/v1/rounds/due`; both are needed.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct DueParameters {
    #[param(format = "uuid", required)]
    site: String,
    #[param(format = "date", required)]
    date: String,
}

/// What the schedules of an estate ask for on a day, and what became of it.
#[utoipa::path(
    get,
    path = "/v1/rounds/due",
    tag = "rounds",
    operation_id = "listDueRounds",
    params(DueParameters),
    responses((status = 200, description = "What is due", body = wire::DueList)),
)]
pub(in super::super) async fn due(
    program: Program,
    asked: HeaderMap,
    parameters: Result<Query<DueParameters>, QueryRejection>,
) -> Result<Response, Problem> {
    let given = body::query(parameters)?;
    let missing = |name: &str| Problem::new(ErrorCode::FieldMissing, format!("'{name}' must be given"));
    let site = word("site", &given.site)?.ok_or_else(|| missing("site"))?;
    let date = word("date", &given.date)?.ok_or_else(|| missing("date"))?;
    let (reach, now) = (program.reach, App::now());
    let lines = program.app.read(move |db| queries::due_rounds(db, &reach, site, date, now)).await?;
    body::answer(&asked, &wire::DueList::from(lines))
}

/// One round with what became of each of its points.
#[utoipa::path(
    get,
    path = "/v1/rounds/{round}",
    tag = "rounds",
    operation_id = "readRound",
    params(("round" = String, Path, format = "uuid", description = "The id of a round")),
    responses((status = 200, description = "The round", body = wire::RoundDetails)),
)]
pub(in super::super) async fn one(
    program: Program,
    asked: HeaderMap,
    Path(round): Path<String>,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(ErrorCode::NotFound, "there is no such round");
    let id = round.parse().map_err(|_| nothing())?;
    let (reach, now) = (program.reach, App::now());
    let found = program.app.read(move |db| queries::round(db, &reach, id, now)).await?;
    body::answer(&asked, &wire::RoundDetails::from(found.ok_or_else(nothing)?))
}
