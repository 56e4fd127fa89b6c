//! Whether the points of rounds were visited.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use roundsman_sync_core::ids::RouteId;
use roundsman_sync_core::model::Site;
use roundsman_sync_core::rules::rounds::due_rounds;

use super::{Denominator, Figure, Period, Scope, list};
use crate::database::DatabaseError;

/// Rounds that are over. What two people walked for the same time of the schedule counts once, as the better
/// of the two.
const WALKED: &str = ",
    walk AS (
        SELECT max(r.visited) AS visited, max(r.points) AS points FROM rounds r, period p
        WHERE r.site = p.site AND coalesce(r.due_at, r.started) >= p.start
            AND coalesce(r.due_at, r.started) < p.until AND (r.finished IS NOT NULL OR r.due_to < p.now)
        GROUP BY CASE WHEN r.route IS NULL OR r.due_at IS NULL THEN hex(r.id) ELSE hex(r.route) || r.due_at END
    )
    SELECT sum(visited), coalesce(sum(points), 0) FROM walk";

/// The times of the schedule for which somebody ever set out.
const BEGUN: &str = "
    SELECT r.route, r.due_at FROM rounds r, period p
    WHERE r.site = p.site AND r.route IS NOT NULL AND r.due_at IS NOT NULL ORDER BY r.due_at";

pub(super) fn figures(
    scope: &Scope<'_>,
    estate: &Site,
    period: &Period,
    zone: Tz,
) -> Result<Vec<Figure>, DatabaseError> {
    let (visited, points) = scope.pair(WALKED)?;
    let points = points.saturating_add(never_begun(scope, estate, period, zone)?);
    let definition = &list::CHECKPOINT_COVERAGE;
    Ok(vec![Figure { definition, numerator: visited, denominator: Denominator::Of(points) }])
}

/// Points of rounds that the schedule asked for and nobody walked. Schedules are read as they now stand, and
/// what they said long ago is not remembered; so a route counts from the first time that it was walked.
fn never_begun(scope: &Scope<'_>, estate: &Site, period: &Period, zone: Tz) -> Result<i64, DatabaseError> {
    let mut begun: BTreeMap<RouteId, Vec<i64>> = BTreeMap::new();
    let rows: Vec<([u8; 16], i64)> = scope.all(BEGUN, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (route, due_at) in rows {
        begun.entry(RouteId::from_bytes(route)).or_default().push(due_at);
    }
    let mut missed: i64 = 0;
    for date in dates(period) {
        for asked in due_rounds(estate, date, &zone) {
            let at = asked.due.at;
            let in_period = scope.from <= at && at < scope.to && asked.due.to < scope.now;
            let walked = begun
                .get(&asked.route)
                .filter(|times| times.first().is_some_and(|first| *first <= at.millis()));
            if in_period && walked.is_some_and(|times| times.binary_search(&at.millis()).is_err()) {
                let points = estate.route(asked.route).map_or(0, |route| route.checkpoints.len());
                missed = missed.saturating_add(i64::try_from(points).unwrap_or(i64::MAX));
            }
        }
    }
    Ok(missed)
}

fn dates(period: &Period) -> impl Iterator<Item = NaiveDate> {
    let end = period.end();
    period.first().iter_days().take_while(move |date| *date < end)
}
