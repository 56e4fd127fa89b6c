//! `GET /v1/rounds`, `/v1/rounds/due` and `/v1/rounds/{round}`.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;

use super::super::body;
use super::super::visit::Program;
use super::parameters::{after, limit, moment, word};
use super::wire;
use crate::app::App;
use crate::error::Problem;
use crate::projection::queries::{self, RoundQuery};

/// The query of `/v1/rounds`. A name that is not one of these is a mistake and answered as one.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Parameters {
    site: String,
    kind: String,
    person: String,
    case: String,
    from: String,
    to: String,
    after: String,
    limit: String,
}

/// The rounds in reach, the last changed first.
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
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct DueParameters {
    site: String,
    date: String,
}

/// What the schedules of an estate ask for on a day, and what became of it.
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
