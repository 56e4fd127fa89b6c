//! `GET /v1/conflicts`, `/v1/devices` and `/v1/people`.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::body;
use super::super::visit::Program;
use super::parameters::{after, limit, word};
use super::{wire, wire_staff};
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{self, PeopleQuery};

/// Which page of a list.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Paging {
    pub(super) after: String,
    #[param(value_type = u16, minimum = 1, maximum = 200)]
    pub(super) limit: String,
}

/// Parallel edits that nobody has settled.
#[utoipa::path(
    get,
    path = "/v1/conflicts",
    tag = "cases",
    operation_id = "listConflicts",
    params(Paging),
    responses((status = 200, description = "A page of parallel edits", body = wire::ConflictList)),
)]
pub(in super::super) async fn conflicts(
    program: Program,
    asked: HeaderMap,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Response, Problem> {
    let paging = body::query(paging)?;
    let (after, limit) = (after(&paging.after)?, limit(&paging.limit)?);
    let reach = program.reach;
    let page = program.app.read(move |db| queries::conflicts(db, &reach, after, limit)).await?;
    body::answer(&asked, &wire::ConflictList::from(page))
}

/// Phones of the people who work where the asker has an office role, the newest first.
#[utoipa::path(
    get,
    path = "/v1/devices",
    tag = "people",
    operation_id = "listDevices",
    params(Paging),
    responses((status = 200, description = "A page of phones", body = wire_staff::DeviceList)),
)]
pub(in super::super) async fn devices(
    program: Program,
    asked: HeaderMap,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Response, Problem> {
    let paging = body::query(paging)?;
    let (after, limit) = (word("after", &paging.after)?, limit(&paging.limit)?);
    let reach = program.reach;
    let page = program.app.read(move |db| queries::devices(db, &reach, after, limit)).await?;
    body::answer(&asked, &wire_staff::DeviceList::from(page))
}

/// Which people.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Whom {
    #[param(format = "uuid")]
    site: String,
    #[param(value_type = words::Role)]
    role: String,
    #[param(value_type = words::Department)]
    department: String,
    after: String,
    #[param(value_type = u16, minimum = 1, maximum = 200)]
    limit: String,
}

/// The people who work where the asker has an office role: whom an order can be given to.
#[utoipa::path(
    get,
    path = "/v1/people",
    tag = "people",
    operation_id = "listPeople",
    params(Whom),
    responses((status = 200, description = "A page of people", body = wire_staff::PeopleList)),
)]
pub(in super::super) async fn people(
    program: Program,
    asked: HeaderMap,
    whom: Result<Query<Whom>, QueryRejection>,
) -> Result<Response, Problem> {
    let whom = body::query(whom)?;
    let wanted = PeopleQuery {
        site: word("site", &whom.site)?,
        role: word("role", &whom.role)?,
        department: word("department", &whom.department)?,
        after: word("after", &whom.after)?,
        limit: limit(&whom.limit)?,
    };
    let reach = program.reach;
    let page = program.app.read(move |db| queries::people(db, &reach, &wanted)).await?;
    body::answer(&asked, &wire_staff::PeopleList::from(page))
}
