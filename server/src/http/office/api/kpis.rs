//! `GET /v1/kpis`: what the office measures.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use chrono::NaiveDate;
use chrono_tz::Tz;
use http::HeaderMap;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::body;
use super::super::visit::Program;
use super::parameters::word;
use crate::app::App;
use crate::error::Problem;
use crate::export::figures::Figures;
use crate::projection::queries::measures::{Period, Wanted, measures_in_reach};

/// The query. A name that is not one of these is a mistake and answered as one.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Parameters {
    #[param(format = "uuid")]
    site: String,
    #[param(format = "date")]
    from: String,
    #[param(format = "date")]
    to: String,
    #[param(value_type = u32)]
    flats: String,
}

impl Parameters {
    fn wanted(&self, now: Timestamp, zone: Tz) -> Result<Wanted, Problem> {
        let wrong = |why: &str| Problem::new(ErrorCode::ValueOutOfRange, why);
        let (from, to): (Option<NaiveDate>, Option<NaiveDate>) =
            (word("from", &self.from)?, word("to", &self.to)?);
        let period = match (from, to) {
            (Some(from), Some(to)) => Period::days(from, to).ok_or_else(|| {
                wrong("'to' is the day after the last: it lies after 'from', by ten years at most")
            })?,
            (None, None) => Period::month_at(now, zone).ok_or_else(|| wrong("give 'from' and 'to'"))?,
            (Some(_), None) | (None, Some(_)) => return Err(wrong("give both 'from' and 'to', or neither")),
        };
        let (site, flats) = (word("site", &self.site)?, word("flats", &self.flats)?);
        if flats.is_some() && site.is_none() {
            return Err(wrong("'flats' are those of one estate: give 'site' too"));
        }
        Ok(Wanted { period, site, flats, now })
    }
}

/// Every figure for a period, of one estate in reach or of all of them.
#[utoipa::path(
    get,
    path = "/v1/kpis",
    tag = "measures",
    operation_id = "readMeasures",
    params(Parameters),
    responses((status = 200, description = "Every figure", body = Figures)),
)]
pub(in super::super) async fn kpis(
    program: Program,
    asked: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = body::query(parameters)?.wanted(App::now(), program.app.zone)?;
    let reach = program.reach;
    let found = program.app.read(move |db| measures_in_reach(db, &reach, &wanted)).await?;
    let found = found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such estate"))?;
    body::answer(&asked, &Figures::of(&found, &wanted.period))
}
