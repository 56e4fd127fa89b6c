//! How long what people write on their phones is under way.

use super::{Denominator, Figure, Scope, list};
use crate::database::DatabaseError;

/// Entries and results of rounds that phones brought in the period, each with the seconds that it waited. What was entered later on
/// purpose says nothing of the phone. A claim from before the server last saw the phone is a broken clock: it
/// counts from then.
const BROUGHT: &str = ",
    written AS (
        SELECT e.device, e.received, e.happened, e.not_before
        FROM period p JOIN entries e ON e.received >= p.start AND e.received < p.until
            JOIN cases c ON c.document = e.document AND c.site = p.site
        WHERE e.declared_why IS NULL
        UNION ALL
        SELECT k.device, k.received, k.happened, k.not_before
        FROM period p JOIN rounds r ON r.site = p.site
            JOIN round_checks k ON k.document = r.document AND k.received >= p.start AND k.received < p.until
    ),
    brought AS (
        SELECT w.device, w.received,
            max(w.received - max(w.happened, coalesce(w.not_before, w.happened)), 0) / 1000 AS waited
        FROM written w JOIN devices d ON d.device = w.device AND d.person <> zeroblob(16)
    )";

const SYNC_DELAY: &str = " SELECT sum(waited), count(*) FROM brought";

/// What was brought at once waited as long as the oldest of it.
const OFFLINE: &str = ",
    delivery AS (SELECT max(waited) AS waited FROM brought GROUP BY device, received)
    SELECT sum(waited), max(waited), count(*) FROM delivery";

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    let (sum, longest, deliveries) = scope.one(&format!("{BROUGHT}{OFFLINE}"), |row| {
        let (sum, longest): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok((sum.unwrap_or(0), longest.unwrap_or(0), row.get(2)?))
    })?;
    let denominator = Denominator::Of(deliveries);
    Ok(vec![
        scope.ratio(&list::SYNC_DELAY_MEAN, &format!("{BROUGHT}{SYNC_DELAY}"))?,
        Figure { definition: &list::OFFLINE_MEAN, numerator: sum, denominator },
        Figure { definition: &list::OFFLINE_LONGEST, numerator: longest, denominator },
    ])
}
