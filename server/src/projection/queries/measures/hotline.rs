//! What the city's hotline 12345 measures: responded, solved, satisfied.

use super::{Figure, Scope, list};
use crate::database::DatabaseError;

/// The deadline that the authority set last holds; it may grant more time. `unixepoch` reads RFC 3339.
const RESPONDED: &str = ",
    hotline AS (
        SELECT c.document, (
            SELECT CAST(round(1000 * unixepoch(json_extract(d.details, '$.until'), 'subsec')) AS INTEGER)
            FROM entries d WHERE d.document = c.document AND d.kind = 'deadline_set'
            ORDER BY d.happened DESC, d.stamp DESC, d.entry DESC LIMIT 1) AS deadline
        FROM raised c WHERE c.channel = 'hotline'
    )
    SELECT sum(EXISTS (
        SELECT 1 FROM entries e WHERE e.document = h.document
            AND e.kind IN ('plan_told', 'progress_told', 'promised', 'appointed', 'reported', 'visited')
            AND (h.deadline IS NULL OR e.happened <= h.deadline))), count(*)
    FROM hotline h";

/// What was said at the last visit at which anything was said of it.
const LAST_SAID: &str = ",
    last AS (
        SELECT (
            SELECT json_extract(v.details, '$.accepts') FROM entries v
            WHERE v.document = c.document AND v.kind = 'visited' AND json_extract(v.details, '$.accepts') IS NOT NULL
            ORDER BY v.happened DESC, v.stamp DESC, v.entry DESC LIMIT 1) AS accepts, (
            SELECT json_extract(v.details, '$.satisfaction') FROM entries v
            WHERE v.document = c.document AND v.kind = 'visited'
                AND json_extract(v.details, '$.satisfaction') IS NOT NULL
            ORDER BY v.happened DESC, v.stamp DESC, v.entry DESC LIMIT 1) AS satisfaction
        FROM raised c WHERE c.channel = 'hotline'
    )";

const SOLVED: &str = " SELECT sum(accepts), count(accepts) FROM last";

const SATISFIED: &str = " SELECT sum(satisfaction >= 4), count(satisfaction) FROM last";

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    Ok(vec![
        scope.ratio(&list::HOTLINE_RESPONDED, RESPONDED)?,
        scope.ratio(&list::HOTLINE_SOLVED, &format!("{LAST_SAID}{SOLVED}"))?,
        scope.ratio(&list::HOTLINE_SATISFIED, &format!("{LAST_SAID}{SATISFIED}"))?,
    ])
}
