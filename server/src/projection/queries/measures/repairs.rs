//! Whether technicians come in time, whether repairs hold, and who answers for them.

use roundsman_sync_core::model::Liability;

use super::{Definition, Denominator, Figure, Scope, list};
use crate::database::DatabaseError;

/// A clock that ended without anybody going there (the order was closed, a new window agreed) counts as late
/// if its limit had passed by then, and else not at all. Of imported cases nobody here knows who went.
const ARRIVAL_IN_TIME: &str = "
    SELECT sum(k.stopped_by = 'goal' AND (k.due IS NULL OR k.stopped <= k.due)), count(*)
    FROM period p JOIN clocks k ON k.clock = 'arrival' AND k.started >= p.start AND k.started < p.until
        JOIN cases c ON c.document = k.document AND c.site = p.site
        JOIN orders o ON o.document = k.document AND o.work_order = k.work_order
    WHERE c.kind = 'repair' AND c.channel <> 'import' AND (o.kind = 'minor' OR c.urgency = 'urgent')
        AND (k.stopped_by = 'goal' OR k.due < coalesce(k.stopped, p.now))";

/// Orders of repair cases that were dispatched in the period.
const DISPATCHED: &str = ",
    dispatched AS (
        SELECT o.*, c.site, c.channel, c.subject, c.building, c.unit, c.room, c.spot, c.reported_at,
            min(e.happened) AS dispatched_at
        FROM period p JOIN cases c ON c.site = p.site AND c.kind = 'repair'
            JOIN orders o ON o.document = c.document
            JOIN entries e ON e.document = o.document AND e.work_order = o.work_order AND e.kind = 'dispatched'
        GROUP BY o.document, o.work_order
        HAVING dispatched_at >= (SELECT start FROM period) AND dispatched_at < (SELECT until FROM period)
    )";

/// Rework by a link always counts; by likeness where the place is known as finely. Places of imported cases may
/// be whole streets, so of them only a flat is fine enough, and the others count neither way.
const REWORK: &str = ",
    judged AS (
        SELECT d.*,
            d.rework_of IS NOT NULL OR EXISTS (
                SELECT 1 FROM entries l WHERE l.document = d.document AND l.kind = 'linked'
                    AND json_extract(l.details, '$.relation') = 'rework') AS stated,
            d.channel <> 'import' OR d.room IS NOT NULL AS comparable
        FROM dispatched d
    )
    SELECT sum(d.stated OR (
        coalesce(d.building, d.unit, d.room, d.spot) IS NOT NULL AND EXISTS (
            SELECT 1 FROM cases b JOIN entries e ON e.document = b.document AND e.kind = 'completed'
            WHERE b.site = d.site AND b.kind = 'repair' AND b.document <> d.document
                AND b.building IS d.building AND b.unit IS d.unit AND b.room IS d.room AND b.spot IS d.spot
                AND (b.subject = d.subject
                    OR substr(b.subject, 1, length(d.subject) + 1) = d.subject || '/'
                    OR substr(d.subject, 1, length(b.subject) + 1) = b.subject || '/')
                AND e.happened <= d.reported_at AND e.happened >= d.reported_at - p.rework_ms))
    ), count(*) FROM judged d, period p WHERE d.stated OR d.comparable";

const LIABILITY: &str = " SELECT liability, count(*) FROM dispatched GROUP BY liability";

pub(super) fn figures(scope: &Scope<'_>) -> Result<Vec<Figure>, DatabaseError> {
    let mut figures = vec![
        scope.ratio(&list::ARRIVAL_IN_TIME, ARRIVAL_IN_TIME)?,
        scope.ratio(&list::REWORK, &format!("{DISPATCHED}{REWORK}"))?,
    ];
    let found: Vec<(String, i64)> =
        scope.all(&format!("{DISPATCHED}{LIABILITY}"), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all = found.iter().map(|(_, orders)| orders).sum();
    figures.extend(Liability::ALL.iter().map(|&liability| Figure {
        definition: definition(liability),
        numerator: found.iter().find(|(word, _)| word == liability.as_str()).map_or(0, |(_, orders)| *orders),
        denominator: Denominator::Of(all),
    }));
    Ok(figures)
}

const fn definition(liability: Liability) -> &'static Definition {
    match liability {
        Liability::Undetermined => &list::LIABILITY_UNDETERMINED,
        Liability::Owner => &list::LIABILITY_OWNER,
        Liability::Common => &list::LIABILITY_COMMON,
        Liability::Warranty => &list::LIABILITY_WARRANTY,
        Liability::Fund => &list::LIABILITY_FUND,
    }
}
