//! The pages of what was refused and of what waits.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::response::Response;
use http::StatusCode;
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;

use super::api::edit::{Edit, at_desk};
use super::api::parameters::{after, text};
use super::api::quarantine::{close_with_note, named, nothing, state, take_over};
use super::body;
use super::pages::making;
use super::path::Path;
use super::visit::{Desk, to};
use crate::audit;
use crate::console::{self, QuarantineFilter, paths};
use crate::error::Problem;
use crate::projection::queries::{self, ChangeName, QuarantineQuery};

/// The doors, as the audit trail names them.
pub(super) const SALVAGE: &str = "/quarantine/{change}/salvage";
pub(super) const CLOSE: &str = "/quarantine/{change}/close";

/// Refused changes on one page of the list.
const PER_PAGE: u16 = 50;

/// `GET /quarantine`
pub(super) async fn list(desk: Desk, filter: Result<Query<QuarantineFilter>, QueryRejection>) -> Response {
    let page = async {
        let filter = body::query(filter)?;
        let wanted = QuarantineQuery {
            text: text("q", &filter.q)?,
            state: state(&filter.state)?,
            after: after(&filter.after)?,
            limit: PER_PAGE,
        };
        let (found, open) = desk.read(move |db, reach| queries::quarantine(db, reach, &wanted)).await?;
        let view = making(&desk).quarantine(filter, found);
        Ok(desk.visit.page(StatusCode::OK, console::quarantine(&desk.frame(open), &view)))
    };
    let page = page.await;
    desk.visit.answer(page)
}

/// Which page of what waits.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    after: String,
}

/// `GET /quarantine/waiting`
pub(super) async fn waiting(desk: Desk, paging: Result<Query<Paging>, QueryRejection>) -> Response {
    let page = async {
        let after = after(&body::query(paging)?.after)?;
        let (found, open) = desk.read(move |db, reach| queries::waiting(db, reach, after, PER_PAGE)).await?;
        let view = making(&desk).waiting(after.is_some(), found);
        Ok(desk.visit.page(StatusCode::OK, console::waiting(&desk.frame(open), &view)))
    };
    let page = page.await;
    desk.visit.answer(page)
}

/// `GET /quarantine/{change}`
pub(super) async fn one(desk: Desk, Path(change): Path<String>) -> Response {
    let page = async { show(&desk, named(&change)?, None).await };
    let page = page.await;
    desk.visit.answer(page)
}

/// The page of a refused change; `failed` is what was asked of it in vain, and with which note.
async fn show(desk: &Desk, name: ChangeName, failed: Option<(Problem, String)>) -> Result<Response, Problem> {
    let (found, open) = desk.read(move |db, reach| queries::refused_change(db, reach, name)).await?;
    let found = found.ok_or_else(nothing)?;
    let status = failed.as_ref().map_or(StatusCode::OK, |(problem, _)| problem.status);
    let failed = failed.map(|(problem, note)| (problem.refusal.message, note));
    let view = making(desk).refused_change(found, failed);
    Ok(desk.visit.page(status, console::refused(&desk.frame(open), &view)))
}

/// A form that asks for something.
#[derive(Deserialize)]
pub(super) struct Asked {
    csrf: String,
    #[serde(default)]
    note: String,
}

/// `POST /quarantine/{change}/salvage`
pub(super) async fn salvage(
    desk: Desk,
    Path(change): Path<String>,
    form: Result<Form<Asked>, FormRejection>,
) -> Response {
    act(desk, &change, SALVAGE, form, |edit, name, _| take_over(edit, name).map(|_| ())).await
}

/// `POST /quarantine/{change}/close`
pub(super) async fn close(
    desk: Desk,
    Path(change): Path<String>,
    form: Result<Form<Asked>, FormRejection>,
) -> Response {
    act(desk, &change, CLOSE, form, close_with_note).await
}

async fn act(
    desk: Desk,
    change: &str,
    action: &'static str,
    form: Result<Form<Asked>, FormRejection>,
    edit: fn(&mut Edit<'_, '_>, ChangeName, &str) -> Result<(), Problem>,
) -> Response {
    let done = async {
        let (name, Asked { csrf, note }) = (named(change)?, body::form(form)?);
        if !desk.visit.vouches_for(&csrf) {
            let why = "the form is not from a page of this browser, or is too old";
            return Err(Problem::new(ErrorCode::CsrfInvalid, why));
        }
        let (said, origin) = (note.clone(), desk.origin.clone());
        let done = at_desk(&desk.visit.app, desk.reach.clone(), move |making| {
            edit(making, name, &note)?;
            Ok(audit::record(making.batch.db, &origin, making.now, action, &name.to_string())?)
        })
        .await;
        match done {
            Ok(()) => Ok(to(&paths::refused(&name.to_string()))),
            // What the person may see, they are told on the page itself.
            Err(problem) if problem.status.is_client_error() => {
                show(&desk, name, Some((problem, said))).await
            }
            Err(problem) => Err(problem),
        }
    };
    let done = done.await;
    desk.visit.answer(done)
}
