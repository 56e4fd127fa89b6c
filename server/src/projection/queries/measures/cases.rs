//! How many cases there were, and how soon they were closed.

use super::{Definition, Denominator, Figure, Scope, list};
use crate::database::DatabaseError;

const RAISED: &str = " SELECT count(*) FROM raised";

/// What happened after the period does not count: last month's figure stays as it was.
const OPEN_AT_END: &str = "
    SELECT count(*) FROM counted c, period p WHERE c.reported_at < p.until AND coalesce((
        SELECT e.kind FROM entries e
        WHERE e.document = c.document AND e.kind IN ('closed', 'reopened') AND e.work_order IS NULL
            AND e.happened < p.until
        ORDER BY e.happened DESC, e.stamp DESC, e.entry DESC LIMIT 1), '') <> 'closed'";

/// 259,200,000 ms are three days of 24 hours. A closing before the report is a flaw of the source.
const CLOSED_IN_3_DAYS: &str = ",
    ended AS (
        SELECT c.reported_at, (
            SELECT CASE e.kind WHEN 'closed' THEN e.happened END FROM entries e
            WHERE e.document = c.document AND e.kind IN ('closed', 'reopened') AND e.work_order IS NULL
            ORDER BY e.happened DESC, e.stamp DESC, e.entry DESC LIMIT 1) AS closed_at
        FROM raised c
    )
    SELECT sum(closed_at IS NOT NULL AND closed_at <= reported_at + 259200000), count(*) FROM ended, period p
    WHERE (closed_at IS NULL AND reported_at + 259200000 < p.now) OR closed_at >= reported_at";

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    let raised = scope.count(&list::CASES, RAISED)?;
    Ok(vec![
        raised,
        scope.count(&list::OPEN_AT_END, OPEN_AT_END)?,
        scope.ratio(&list::CLOSED_IN_3_DAYS, CLOSED_IN_3_DAYS)?,
        per_flats(&list::CASES_PER_100_FLATS, raised.numerator, scope.flats),
    ])
}

fn per_flats(definition: &'static Definition, cases: i64, flats: Option<u32>) -> Figure {
    let denominator = flats.map_or(Denominator::Unknown, |flats| Denominator::Of(flats.into()));
    Figure { definition, numerator: cases, denominator }
}
