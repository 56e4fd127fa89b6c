//! How long what people write on their phones is under way.

use super::{Denominator, Figure, Scope, list};
use crate::database::DatabaseError;

/// Entries that phones brought in the period, each with the seconds that it waited. What was entered later on
/// purpose says nothing of the phone. A claim from before the server last saw the phone is a broken clock: it
/// counts from then.
const BROUGHT: &str = ",
    brought AS (
        SELECT e.device, e.received,
            max(e.received - max(e.happened, coalesce(e.not_before, e.happened)), 0) / 1000 AS waited
        FROM period p JOIN entries e ON e.received >= p.start AND e.received < p.until
            JOIN cases c ON c.document = e.document AND c.site = p.site
            JOIN devices d ON d.device = e.device AND d.person <> zeroblob(16)
        WHERE e.declared_why IS NULL
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
