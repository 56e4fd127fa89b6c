//! `/v1/quarantine`: what arrived and was not accepted, and what the office does about it.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::body;
use super::super::path::Path;
use super::super::sent::{Nothing, Sent};
use super::super::visit::Program;
use super::edit::{self, Edit};
use super::lists::Paging;
use super::parameters::{after, limit, text};
use super::wire;
use crate::error::Problem;
use crate::http::openapi::words;
use crate::projection::queries::{
    self, ChangeName, Dependent, QuarantineQuery, RefusedDetails, RefusedState,
};

/// Which refused changes.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Which {
    q: String,
    #[param(value_type = words::RefusedFilter)]
    state: String,
    after: String,
    #[param(value_type = u16, minimum = 1, maximum = 200)]
    limit: String,
}

/// The state that a parameter names: `all` is none of them, and nothing means the open ones.
pub(in super::super) fn state(given: &str) -> Result<Option<RefusedState>, Problem> {
    match given {
        "" => Ok(Some(RefusedState::Open)),
        "all" => Ok(None),
        word => {
            let found = RefusedState::ALL.into_iter().find(|state| state.as_str() == word);
            found.map(Some).ok_or_else(|| {
                let all = RefusedState::ALL.map(RefusedState::as_str).join(", ");
                Problem::new(ErrorCode::ValueOutOfRange, format!("'state': not one of {all}, all"))
            })
        }
    }
}

/// The refused change that an address names.
pub(in super::super) fn named(change: &str) -> Result<ChangeName, Problem> {
    change.parse().map_err(|_| nothing())
}

pub(in super::super) fn nothing() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is no such refused change")
}

/// Changes that arrived and were not accepted.
#[utoipa::path(
    get,
    path = "/v1/quarantine",
    tag = "quarantine",
    operation_id = "listQuarantine",
    params(Which),
    responses((status = 200, description = "A page of refused changes", body = wire::QuarantineList)),
)]
pub(in super::super) async fn list(
    program: Program,
    asked: HeaderMap,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Problem> {
    let which = body::query(which)?;
    let wanted = QuarantineQuery {
        text: text("q", &which.q)?,
        state: state(&which.state)?,
        after: after(&which.after)?,
        limit: limit(&which.limit)?,
    };
    let reach = program.reach;
    let page = program.app.read(move |db| queries::quarantine(db, &reach, &wanted)).await?;
    body::answer(&asked, &wire::QuarantineList::from(page))
}

/// Changes that wait for what they build on.
#[utoipa::path(
    get,
    path = "/v1/quarantine/waiting",
    tag = "quarantine",
    operation_id = "listWaiting",
    params(Paging),
    responses((status = 200, description = "A page of changes that wait", body = wire::WaitingList)),
)]
pub(in super::super) async fn waiting(
    program: Program,
    asked: HeaderMap,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Response, Problem> {
    let paging = body::query(paging)?;
    let (after, limit) = (after(&paging.after)?, limit(&paging.limit)?);
    let reach = program.reach;
    let page = program.app.read(move |db| queries::waiting(db, &reach, after, limit)).await?;
    body::answer(&asked, &wire::WaitingList::from(page))
}

/// One refused change with all that belongs to it.
#[utoipa::path(
    get,
    path = "/v1/quarantine/{change}",
    tag = "quarantine",
    operation_id = "readRefused",
    params(("change" = String, Path, description = "The id of a document, a dot and the hash of a change")),
    responses((status = 200, description = "The refused change", body = wire::RefusedDetails)),
)]
pub(in super::super) async fn one(
    program: Program,
    asked: HeaderMap,
    Path(change): Path<String>,
) -> Result<Response, Problem> {
    let (reach, name) = (program.reach, named(&change)?);
    let found = program.app.read(move |db| queries::refused_change(db, &reach, name)).await?;
    body::answer(&asked, &wire::RefusedDetails::from(found.ok_or_else(nothing)?))
}

/// Takes over what a refused change meant.
#[utoipa::path(
    post,
    path = "/v1/quarantine/{change}/salvage",
    tag = "quarantine",
    operation_id = "salvageRefused",
    params(("change" = String, Path, description = "The id of a document, a dot and the hash of a change")),
    request_body = Option<Nothing>,
    responses((status = 200, description = "It is taken over; `false` if it was before", body = edit::Changed)),
)]
pub(in super::super) async fn salvage(
    Path(change): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let name = named(&change)?;
    edit::make(asker, move |edit| take_over(edit, name)).await
}

/// Why a refused change needs nothing more.
#[derive(Deserialize, ToSchema)]
#[schema(as = Closing)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Closing {
    note: String,
}

/// Closes a refused change, and with it what depends on it.
#[utoipa::path(
    post,
    path = "/v1/quarantine/{change}/close",
    tag = "quarantine",
    operation_id = "closeRefused",
    params(("change" = String, Path, description = "The id of a document, a dot and the hash of a change")),
    request_body = Closing,
    responses((status = 200, description = "It is closed", body = edit::Changed)),
)]
pub(in super::super) async fn close(
    Path(change): Path<String>,
    Sent { asker, body }: Sent<Closing>,
) -> Result<Response, Problem> {
    let (name, Closing { note }) = (named(&change)?, body);
    edit::make(asker, move |edit| close_with_note(edit, name, &note).map(|()| true)).await
}

/// Takes over what a refused change meant. False if that was done before.
pub(in super::super) fn take_over(edit: &mut Edit<'_, '_>, name: ChangeName) -> Result<bool, Problem> {
    let details = details(edit, name)?;
    if details.line.state == RefusedState::Salvaged {
        return Ok(false);
    }
    edit.salvage(&queries::takes_over(&details))?;
    Ok(true)
}

/// Closes a refused change, and with it what depends on it.
pub(in super::super) fn close_with_note(
    edit: &mut Edit<'_, '_>,
    name: ChangeName,
    note: &str,
) -> Result<(), Problem> {
    let details = details(edit, name)?;
    let is_open = |dependent: &&Dependent| dependent.state == Some(RefusedState::Open);
    let mut changes = vec![name];
    changes.extend(&details.together);
    changes.extend(details.dependents.iter().filter(is_open).map(|dependent| dependent.id));
    edit.close_refused(note, changes)
}

fn details(edit: &Edit<'_, '_>, name: ChangeName) -> Result<RefusedDetails, Problem> {
    queries::refused_change(edit.batch.db, edit.reach, name)?.ok_or_else(nothing)
}
