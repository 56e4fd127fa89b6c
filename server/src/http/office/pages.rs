//! The case list and the page of one case.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use http::StatusCode;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::model::{Department, Urgency};

use super::api::parameters::{after, status, text, word};
use super::path::Path;
use super::visit::Desk;
use super::{body, views};
use crate::app::App;
use crate::console::{self, CaseFilter};
use crate::error::Problem;
use crate::projection::queries::{self, CaseKey, CaseQuery};

/// Cases on one page of the list.
const CASES_PER_PAGE: u16 = 50;

/// What makes the views of a page for whoever asks.
pub(super) fn making(desk: &Desk) -> views::Making {
    let lang = desk.visit.lang;
    views::Making { lang, zone: desk.visit.app.zone, now: App::now(), sites: desk.reach.sites() }
}

/// `GET /`
pub(super) async fn list(desk: Desk, filter: Result<Query<CaseFilter>, QueryRejection>) -> Response {
    let page = async {
        let filter = body::query(filter)?;
        let wanted = CaseQuery {
            text: text("q", &filter.q)?,
            status: status(&filter.status)?,
            department: word::<Department>("department", &filter.department)?,
            urgency: word::<Urgency>("urgency", &filter.urgency)?,
            after: after(&filter.after)?,
            limit: CASES_PER_PAGE,
            ..CaseQuery::default()
        };
        let (found, open) = desk.read(move |db, reach| queries::cases(db, reach, &wanted)).await?;
        let made = making(&desk);
        let view = made.case_list(filter, found);
        Ok(desk.visit.page(StatusCode::OK, console::cases(&desk.frame(open), &view)))
    };
    let page = page.await;
    desk.visit.answer(page)
}

/// `GET /cases/{case}`, where the case is named by its id or its number.
pub(super) async fn case(desk: Desk, Path(key): Path<String>) -> Response {
    let page = async {
        let key: CaseKey = key.parse().unwrap_or_else(|never| match never {});
        let (found, open) = desk.read(move |db, reach| queries::case(db, reach, &key)).await?;
        let found = found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such case"))?;
        let made = making(&desk);
        let view = made.case(found);
        Ok(desk.visit.page(StatusCode::OK, console::case(&desk.frame(open), &view)))
    };
    let page = page.await;
    desk.visit.answer(page)
}
